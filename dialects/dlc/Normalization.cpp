//===- Normalization.cpp - Normalization ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Normalization.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Normalization.cpp.inc"

void DLCDialect::addNormalizationOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Normalization.cpp.inc"
      >();
}

LogicalResult BatchNormOp::verify() {
  RankedTensorType x = getX().getType();
  if (x.getRank() < 2)
    return emitOpError("x has rank ") << x.getRank() << ", expected at least 2";
  const std::pair<StringRef, Value> parameters[] = {
      {"scale", getScale()},
      {"bias", getBias()},
      {"mean", getMean()},
      {"variance", getVariance()}};
  for (auto [name, value] : parameters)
    if (failed(checkShape(getLoc(), name, getDims(value), {getDim(x, 1)})))
      return failure();
  return success();
}

namespace {
/// With constant parameters, `x * factor + offset`, computed in double.
struct BatchNormToMulAdd : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp op,
                                PatternRewriter &rewriter) const override {
    auto read = [](Value parameter) -> std::optional<SmallVector<double>> {
      Attribute value;
      if (!matchPattern(parameter, m_Constant(&value)))
        return std::nullopt;
      return readFloats(value);
    };
    auto factor = read(op.getScale()), offset = read(op.getBias()),
         mean = read(op.getMean()), variance = read(op.getVariance());
    if (!factor || !offset || !mean || !variance)
      return rewriter.notifyMatchFailure(op, "a parameter isn't constant");
    size_t channels = factor->size();
    if (offset->size() != channels || mean->size() != channels ||
        variance->size() != channels)
      return rewriter.notifyMatchFailure(op, "parameters differ in size");
    double epsilon = op.getEpsilon().convertToDouble();
    for (size_t i = 0; i < channels; ++i) {
      (*factor)[i] /= std::sqrt((*variance)[i] + epsilon);
      (*offset)[i] -= (*mean)[i] * (*factor)[i];
    }
    // C x 1 x 1 ..., which broadcasts along dimension 1 of x.
    RankedTensorType type = op.getType();
    SmallVector<int64_t> shape(type.getRank() - 1, 1);
    shape[0] = channels;
    auto vectorType = RankedTensorType::get(shape, type.getElementType());
    auto materialize = [&](ArrayRef<double> values) {
      return ConstantOp::create(rewriter, op.getLoc(), vectorType,
                                makeFloats(vectorType, values));
    };
    Value product = MulOp::create(rewriter, op.getLoc(), TypeRange{type},
                                  ValueRange{op.getX(), materialize(*factor)});
    rewriter.replaceOpWithNewOp<AddOp>(
        op, TypeRange{type}, ValueRange{product, materialize(*offset)});
    return success();
  }
};
} // namespace

void BatchNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<BatchNormToMulAdd>(context);
}

LogicalResult LayerNormOp::verify() {
  RankedTensorType x = getX().getType();
  if (failed(checkAxis(getLoc(), "axis", getAxis(), x.getRank())))
    return failure();
  auto checkParameter = [&](StringRef name, RankedTensorType type) {
    Shape shape;
    if (failed(broadcastShapes(getLoc(), getDims(x), getDims(type), shape)))
      return failure();
    return checkShape(getLoc(), (name + " broadcast to x").str(), shape,
                      getDims(x));
  };
  if (failed(checkParameter("scale", getScale().getType())))
    return failure();
  return getBias() ? checkParameter("bias", getBias().getType()) : success();
}

LogicalResult LRNOp::verify() {
  if (getX().getType().getRank() >= 2)
    return success();
  return emitOpError("x has rank ")
         << getX().getType().getRank() << ", expected at least 2";
}
