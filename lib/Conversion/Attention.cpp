//===- Attention.cpp - Lowering of attention ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "dialects/dlc/Contraction.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// `scale * q k^T + mask`, batch x heads x queries x keys. Keys become columns
/// first, so that the product runs along them.
static Value createScores(AttentionOp op, AttentionOp::Adaptor adaptor, B &b,
                          Type wide) {
  MLIRContext *context = b.getContext();
  Shape q = getDims(adaptor.getQ());
  Dim numKeys = getDim(adaptor.getK().getType(), 1);
  Value columns = createTranspose(b, adaptor.getK(), {0, 2, 3, 1});
  // The loops: batch, head, query, key, element.
  Value products = createContraction(b, {adaptor.getQ(), columns},
                                     {q[0], q[2], q[1], numKeys},
                                     {selectDims(context, 5, {0, 2, 1, 4}),
                                      selectDims(context, 5, {0, 1, 4, 3}),
                                      selectDims(context, 5, {0, 1, 2, 3})});
  RankedTensorType type = tensorType(products);
  SmallVector<Value> operands{products};
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(4)};
  if (Value mask = adaptor.getMask()) {
    operands.push_back(mask);
    maps.push_back(broadcastMap(tensorType(mask), type));
  }
  return createPointwise(
      b, type, operands, maps, [&](B &inner, ValueRange args) {
        double scale = op.getScale().convertToDouble();
        Value scaled = mul(inner, args[0], constant(inner, wide, scale));
        return args.size() == 1
                   ? scaled
                   : add(inner, scaled,
                         castScalar(inner, args[1], args[1].getType(), wide));
      });
}

/// Divides by the sums of exponentials after the second product, where there
/// are fewer elements to divide.
static Value lowerAttention(AttentionOp op, AttentionOp::Adaptor adaptor,
                            B &b) {
  MLIRContext *context = b.getContext();
  RankedTensorType type = signlessType(op.getY());
  Type wide = computeType(type.getElementType());
  Value scores = createScores(op, adaptor, b, wide);
  Value most = createReduction(b, scores, 3, lowestValue(wide, false),
                               [](B &inner, ValueRange args) {
                                 return max(inner, args[1], args[0], false);
                               });
  AffineMap identity = b.getMultiDimIdentityMap(4);
  Value weights = createPointwise(
      b, tensorType(scores), {scores, most},
      {identity, selectDims(context, 4, {0, 1, 2})},
      [](B &inner, ValueRange args) {
        return math::ExpOp::create(inner, sub(inner, args[0], args[1]))
            .getResult();
      });
  Value sums = createReduction(
      b, weights, 3, b.getZeroAttr(wide),
      [](B &inner, ValueRange args) { return add(inner, args[1], args[0]); });
  // The loops: batch, query, head, element, key.
  Value weighted =
      createContraction(b, {weights, adaptor.getV()}, getDims(type),
                        {selectDims(context, 5, {0, 2, 1, 4}),
                         selectDims(context, 5, {0, 4, 2, 3}),
                         selectDims(context, 5, {0, 1, 2, 3})});
  return createPointwise(
      b, type, {weighted, sums}, {identity, selectDims(context, 4, {0, 2, 1})},
      [&](B &inner, ValueRange args) {
        return narrow(inner, div(inner, args[0], args[1], false),
                      type.getElementType());
      });
}

void dlc::populateAttentionPatterns(const TypeConverter &converter,
                                    RewritePatternSet &patterns) {
  addLowering<AttentionOp>(converter, patterns, lowerAttention);
}
