//===- Normalization.cpp - Lowering of normalization ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Normalization.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// 1 / sqrt(variance + epsilon).
static Value emitInverseDeviation(B &b, Value variance, double epsilon) {
  Value sum = add(b, variance, constant(b, variance.getType(), epsilon));
  Value root = math::SqrtOp::create(b, sum);
  return div(b, constant(b, root.getType(), 1), root, false);
}

/// One scale per channel first, so that elements cost no root and no division.
static Value lowerBatchNorm(BatchNormOp op, BatchNormOp::Adaptor adaptor,
                            B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank();
  Type wide = computeType(type.getElementType());
  Value factor = createElementwise(
      b, tensorType(adaptor.getScale()).clone(wide),
      {adaptor.getScale(), adaptor.getVariance()},
      [&](B &inner, ValueRange args) {
        Value inverse = emitInverseDeviation(
            inner, castScalar(inner, args[1], args[1].getType(), wide),
            op.getEpsilon().convertToDouble());
        return mul(inner, inverse,
                   castScalar(inner, args[0], args[0].getType(), wide));
      });
  AffineMap channel = selectDims(b.getContext(), rank, 1);
  return createPointwise(
      b, type, {adaptor.getX(), adaptor.getMean(), factor, adaptor.getBias()},
      {b.getMultiDimIdentityMap(rank), channel, channel, channel},
      [&](B &inner, ValueRange args) {
        auto toWide = [&](Value value) {
          return castScalar(inner, value, value.getType(), wide);
        };
        Value centred = sub(inner, toWide(args[0]), toWide(args[1]));
        Value scaled = mul(inner, centred, args[2]);
        return narrow(inner, add(inner, scaled, toWide(args[3])),
                      type.getElementType());
      });
}

/// The mean first, then the mean square of what remains: two passes, because
/// the difference of large sums would lose the digits.
static Value lowerLayerNorm(LayerNormOp op, LayerNormOp::Adaptor adaptor,
                            B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank();
  Type wide = computeType(type.getElementType());
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(op.getAxis(), rank));
  Dim count = 1;
  for (int64_t axis : axes)
    count = mulDims(count, getDim(type, axis));
  Value number = getSizeScalar(b, count, wide);
  TypedAttr zero = b.getZeroAttr(wide);
  Value sum = createReduction(
      b, adaptor.getX(), axes, zero,
      [](B &inner, ValueRange args) { return add(inner, args[1], args[0]); });
  RankedTensorType statType = tensorType(sum);
  Value mean =
      createElementwise(b, statType, sum, [&](B &inner, ValueRange args) {
        return div(inner, args[0], number, false);
      });
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  AffineMap kept = selectDims(b.getContext(), rank, otherDims(rank, axes));
  auto centre = [](B &inner, Value x, Value mean) {
    return sub(inner, widen(inner, x), mean);
  };
  Value squares =
      createGeneric(b, {adaptor.getX(), mean}, createFilled(b, statType, zero),
                    {identity, kept, kept}, [&](B &inner, ValueRange args) {
                      Value centred = centre(inner, args[0], args[1]);
                      return add(inner, args[2], mul(inner, centred, centred));
                    });
  Value inverse =
      createElementwise(b, statType, squares, [&](B &inner, ValueRange args) {
        Value variance = div(inner, args[0], number, false);
        return emitInverseDeviation(inner, variance,
                                    op.getEpsilon().convertToDouble());
      });
  SmallVector<Value> operands{adaptor.getX(), mean, inverse,
                              adaptor.getScale()};
  SmallVector<AffineMap> maps{
      identity, kept, kept, broadcastMap(tensorType(adaptor.getScale()), type)};
  if (adaptor.getBias()) {
    operands.push_back(adaptor.getBias());
    maps.push_back(broadcastMap(tensorType(adaptor.getBias()), type));
  }
  return createPointwise(
      b, type, operands, maps, [&](B &inner, ValueRange args) {
        Value result = mul(inner, centre(inner, args[0], args[1]), args[2]);
        result = mul(inner, result,
                     castScalar(inner, args[3], args[3].getType(), wide));
        if (args.size() > 4)
          result = add(inner, result,
                       castScalar(inner, args[4], args[4].getType(), wide));
        return narrow(inner, result, type.getElementType());
      });
}

/// A sum of squares over a window of channels, padded with zeros.
static Value lowerLRN(LRNOp op, LRNOp::Adaptor adaptor, B &b) {
  MLIRContext *context = b.getContext();
  RankedTensorType type = signlessType(op.getY());
  Type wide = computeType(type.getElementType());
  int64_t rank = type.getRank(), size = op.getSize();
  Shape low(rank, 0), high(rank, 0);
  low[1] = (size - 1) / 2;
  high[1] = size - 1 - (size - 1) / 2;
  Value padded = createPadded(b, adaptor.getX(), low, high,
                              b.getZeroAttr(type.getElementType()));
  SmallVector<AffineExpr> xExprs;
  for (int64_t dim = 0; dim < rank; ++dim)
    xExprs.push_back(getAffineDimExpr(dim, context));
  AffineExpr inWindow = getAffineDimExpr(rank, context);
  xExprs[1] = xExprs[1] + inWindow;
  // Read for its shape only.
  Value window = tensor::EmptyOp::create(b, ArrayRef<int64_t>{size}, wide);
  Value sums = createGeneric(
      b, {padded, window},
      createFilled(b, type.clone(wide), b.getZeroAttr(wide)),
      {getMap(context, rank + 1, xExprs), getMap(context, rank + 1, inWindow),
       selectDims(context, rank + 1,
                  llvm::to_vector(llvm::seq<int64_t>(0, rank)))},
      [](B &inner, ValueRange args) {
        Value x = widen(inner, args[0]);
        return add(inner, args[2], mul(inner, x, x));
      });
  return createElementwise(
      b, type, {adaptor.getX(), sums}, [&](B &inner, ValueRange args) {
        Value alpha =
            constant(inner, wide, op.getAlpha().convertToDouble() / size);
        Value bias = constant(inner, wide, op.getBias().convertToDouble());
        Value base = add(inner, bias, mul(inner, alpha, args[1]));
        Value power = powConstant(inner, base, op.getBeta().convertToDouble());
        return narrow(inner, div(inner, widen(inner, args[0]), power, false),
                      type.getElementType());
      });
}

void dlc::populateNormalizationPatterns(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  addLowering<BatchNormOp>(converter, patterns, lowerBatchNorm);
  addLowering<LayerNormOp>(converter, patterns, lowerLayerNorm);
  addLowering<LRNOp>(converter, patterns, lowerLRN);
}
