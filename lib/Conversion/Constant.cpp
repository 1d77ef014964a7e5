//===- Constant.cpp - Lowering of constants -------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include "dialects/dlc/Constant.h"

using namespace mlir;

/// The same elements under a signless type; a resource's blob isn't touched.
static Value lowerConstant(dlc::ConstantOp op, dlc::ConstantOp::Adaptor,
                           ImplicitLocOpBuilder &b) {
  RankedTensorType type = dlc::signlessType(op.getY());
  ElementsAttr value = op.getValue();
  if (value.getType() == type)
    return arith::ConstantOp::create(b, value);
  // Attributes, too, keep a byte for what has fewer bits.
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    return arith::ConstantOp::create(
        b, DenseElementsAttr::getFromRawBuffer(type, dense.getRawData()));
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return arith::ConstantOp::create(
        b, cast<TypedAttr>(static_cast<Attribute>(
               DenseResourceElementsAttr::get(type, resource.getRawHandle()))));
  op.emitOpError("has a value of a kind that can't be lowered");
  return nullptr;
}

static Value lowerEmpty(dlc::EmptyOp op, dlc::EmptyOp::Adaptor,
                        ImplicitLocOpBuilder &b) {
  return dlc::createEmpty(b, dlc::signlessType(op.getY()));
}

static Value lowerSize(dlc::SizeOp op, dlc::SizeOp::Adaptor,
                       ImplicitLocOpBuilder &b) {
  return dlc::getSizeValue(b, dlc::Dim(op.getValue().getDims().front()));
}

/// Selects among the expressions by position.
static Value lowerSizes(dlc::SizesOp op, dlc::SizesOp::Adaptor,
                        ImplicitLocOpBuilder &b) {
  RankedTensorType type = dlc::signlessType(op.getY());
  ArrayRef<AffineExpr> exprs = op.getValues().getDims();
  auto vector = RankedTensorType::get({static_cast<int64_t>(exprs.size())},
                                      type.getElementType());
  SmallVector<Value> sizes = llvm::map_to_vector(exprs, [&](AffineExpr expr) {
    return dlc::getSizeScalar(b, dlc::Dim(expr), type.getElementType());
  });
  Value result = dlc::createPointwise(
      b, vector, {}, {}, [&](ImplicitLocOpBuilder &inner, ValueRange) {
        Value value;
        for (auto [i, size] : llvm::enumerate(sizes)) {
          if (!value) {
            value = size;
            continue;
          }
          Value at = linalg::IndexOp::create(inner, 0);
          Value isHere = dlc::equal(inner, at, dlc::indexConstant(inner, i));
          value = dlc::select(inner, isHere, size, value);
        }
        return value;
      });
  return dlc::createReshape(b, result, dlc::getDims(type));
}

static Value lowerRange(dlc::RangeOp op, dlc::RangeOp::Adaptor adaptor,
                        ImplicitLocOpBuilder &b) {
  RankedTensorType type = dlc::signlessType(op.getY());
  Type from = b.getI64Type();
  Type wide = dlc::computeType(type.getElementType());
  AffineMap scalar = dlc::selectDims(b.getContext(), 1, {});
  return dlc::createPointwise(
      b, type, {adaptor.getStart(), adaptor.getDelta()}, {scalar, scalar},
      [&](ImplicitLocOpBuilder &inner, ValueRange args) {
        Value position = arith::IndexCastOp::create(
            inner, from, linalg::IndexOp::create(inner, 0));
        Value steps = dlc::castScalar(inner, position, from, wide);
        Value result =
            dlc::add(inner, dlc::widen(inner, args[0]),
                     dlc::mul(inner, steps, dlc::widen(inner, args[1])));
        return dlc::narrow(inner, result, type.getElementType());
      });
}

void dlc::populateConstantPatterns(const TypeConverter &converter,
                                   RewritePatternSet &patterns) {
  addLowering<ConstantOp>(converter, patterns, lowerConstant);
  addLowering<EmptyOp>(converter, patterns, lowerEmpty);
  addLowering<SizeOp>(converter, patterns, lowerSize);
  addLowering<SizesOp>(converter, patterns, lowerSizes);
  addLowering<RangeOp>(converter, patterns, lowerRange);
}
