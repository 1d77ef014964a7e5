//===- Quantization.cpp - Quantization ------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Quantization.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Quantization.cpp.inc"

void DLCDialect::addQuantizationOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Quantization.cpp.inc"
      >();
}

/// `scale` and `zero_point` are both scalars, or both vectors over `axis`, or
/// both have an element for each block.
template <typename OpTy> static LogicalResult verifyParameters(OpTy op) {
  MaybeLocation location = op.getLoc();
  auto x = op.getX().getType();
  auto scale = op.getScale().getType();
  int64_t blockSize = op.getBlockSize(), axis = op.getAxis();
  if (blockSize < 0)
    return op.emitOpError("block_size is negative");
  if (blockSize == 0 && scale.getRank() > 1)
    return op.emitOpError("scale has rank ")
           << scale.getRank()
           << ", expected a scalar or a vector, or a block_size";
  if (blockSize != 0 || scale.getRank() == 1) {
    if (failed(checkAxis(location, "axis", axis, x.getRank())))
      return failure();
    Shape expected{getDim(x, axis)};
    if (blockSize != 0) {
      expected = getDims(x);
      expected[axis] = ceilDiv(expected[axis], blockSize);
    }
    if (failed(checkShape(location, "scale", getDims(scale), expected)))
      return failure();
  }
  return checkShape(location, "zero_point", getDims(op.getZeroPoint()),
                    getDims(scale));
}

LogicalResult QuantizeOp::verify() {
  if (failed(checkElementTypes(getLoc(), "zero_point", getZeroPoint().getType(),
                               "y", getType())))
    return failure();
  return verifyParameters(*this);
}

LogicalResult DequantizeOp::verify() {
  if (failed(checkElementTypes(getLoc(), "zero_point", getZeroPoint().getType(),
                               "x", getX().getType())))
    return failure();
  return verifyParameters(*this);
}

LogicalResult HistogramOp::verify() {
  auto type = cast<RankedTensorType>(getY().getType());
  if (!type.hasStaticShape() || type.getNumElements() == 0)
    return emitOpError("the number of bins must be known and positive");
  if (!(getLow().convertToDouble() < getHigh().convertToDouble()))
    return emitOpError("`low` must be less than `high`");
  return success();
}

namespace {
struct DequantizeConstant : OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DequantizeOp op,
                                PatternRewriter &rewriter) const override {
    Attribute x, scale, zeroPoint;
    if (!matchPattern(op.getX(), m_Constant(&x)) ||
        !matchPattern(op.getScale(), m_Constant(&scale)) ||
        !matchPattern(op.getZeroPoint(), m_Constant(&zeroPoint)))
      return rewriter.notifyMatchFailure(op, "an operand isn't constant");
    auto scales = readFloats(scale);
    auto zeroPoints = readNumbers(zeroPoint);
    RankedTensorType type = op.getType();
    if (!scales || !zeroPoints || scales->size() != zeroPoints->size() ||
        scales->empty() || !type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "the constants can't be read");
    // How many neighbours in memory share their place along the axis, and how
    // many of the places share their parameters.
    int64_t run = 1, size = scales->size(), block = 1;
    if (scales->size() > 1) {
      ArrayRef<int64_t> shape = type.getShape();
      for (int64_t inner : shape.drop_front(op.getAxis() + 1))
        run *= inner;
      size = shape[op.getAxis()];
      block = std::max<int64_t>(op.getBlockSize(), 1);
    }
    bool isBlocked = op.getBlockSize() != 0 && scales->size() > 1;
    int64_t numBlocks = llvm::divideCeil(size, block);
    ElementsAttr value = mapNumbers(x, type, [&](int64_t i, double number) {
      int64_t place = i / run % size / block;
      size_t at = isBlocked
                      ? (i / (run * size) * numBlocks + place) * run + i % run
                      : place;
      return (number - (*zeroPoints)[at]) * (*scales)[at];
    });
    if (!value)
      return rewriter.notifyMatchFailure(op, "x can't be read");
    rewriter.replaceOpWithNewOp<ConstantOp>(op, type, value);
    return success();
  }
};
} // namespace

void DequantizeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                               MLIRContext *context) {
  patterns.add<DequantizeConstant>(context);
}
