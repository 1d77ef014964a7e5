//===- ShapeCanonicalization.cpp - Transpositions that needn't be ---------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Transpositions move towards the results, through what doesn't care about the
// order of dimensions, until they meet one that undoes them or an op that can
// do without (dlc.matmul's flags). Folders merge those that meet.
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/ControlFlow.h"
#include "dialects/dlc/Shape.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace dlc;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isUnit(const Dim &size) { return size == Dim(1); }

/// The sizes that `perm` makes `shape` of.
template <typename T>
static SmallVector<T> unpermute(ArrayRef<T> shape, ArrayRef<int64_t> perm) {
  SmallVector<T> result(shape.size());
  for (auto [size, axis] : llvm::zip_equal(shape, perm))
    result[axis] = size;
  return result;
}

namespace {
/// A transposition that moves nothing but sizes of 1, to a reshape.
struct TransposeToReshape : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getX().getType();
    if (!areKnown(getDims(type)))
      return rewriter.notifyMatchFailure(op, "a size isn't known");
    SmallVector<int64_t> moved(op.getPerm());
    llvm::erase_if(moved,
                   [&](int64_t axis) { return isUnit(type.getDimSize(axis)); });
    if (!llvm::is_sorted(moved))
      return rewriter.notifyMatchFailure(op, "elements move");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getX());
    return success();
  }
};

/// slice(transpose(x)) to transpose(slice(x)).
struct SinkThroughSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().getDefiningOp<TransposeOp>();
    if (!transpose || !isBeside(transpose, op))
      return rewriter.notifyMatchFailure(op, "x isn't transposed");
    ArrayRef<int64_t> perm = transpose.getPerm();
    Shape starts = op.getStartDims(), sizes = op.getSizeDims(),
          dims = getDims(op.getType());
    Value slice = SliceOp::create(
        rewriter, op.getLoc(),
        withDims(op.getType(), unpermute<Dim>(dims, perm)), transpose.getX(),
        unpermute<Dim>(starts, perm), unpermute<Dim>(sizes, perm),
        unpermute(op.getSteps(), perm));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), slice, perm);
    return success();
  }
};

/// reshape(transpose(x)) where only sizes of 1 come and go, to
/// transpose(reshape(x)).
struct SinkThroughReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().getDefiningOp<TransposeOp>();
    RankedTensorType type = op.getType(), xType = op.getX().getType();
    Shape typeDims = getDims(type), sizes(typeDims), xSizes = getDims(xType);
    if (!transpose || !transpose->hasOneUse() || !isBeside(transpose, op) ||
        !areKnown(sizes) || !areKnown(xSizes))
      return rewriter.notifyMatchFailure(op, "no transposition of its own");
    Shape from = getDims(transpose.getX());
    llvm::erase_if(sizes, isUnit);
    llvm::erase_if(xSizes, isUnit);
    if (sizes != xSizes)
      return rewriter.notifyMatchFailure(op, "more than units come and go");
    // Other dimensions in the order they have before the transposition, units
    // after them.
    SmallVector<int64_t> kept; // by place after the transposition
    for (int64_t axis : transpose.getPerm())
      if (!isUnit(from[axis]))
        kept.push_back(axis);
    SmallVector<int64_t> sorted(kept), perm;
    Shape shape;
    llvm::sort(sorted);
    for (int64_t axis : sorted)
      shape.push_back(from[axis]);
    auto *next = kept.begin();
    for (const Dim &size : typeDims) {
      if (isUnit(size)) {
        perm.push_back(shape.size());
        shape.push_back(1);
      } else {
        perm.push_back(llvm::find(sorted, *next++) - sorted.begin());
      }
    }
    Value reshape = ReshapeOp::create(rewriter, op.getLoc(),
                                      withDims(type, shape), transpose.getX());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, type, reshape, perm);
    return success();
  }
};

/// elementwise(transpose(a), transpose(b), constant) to
/// transpose(elementwise(a, b, constant)).
struct SinkThroughElementwise
    : OpTraitRewritePattern<dlc::OpTrait::ElementwiseTrait> {
  using OpTraitRewritePattern::OpTraitRewritePattern;

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = getTensorType(op->getResult(0));
    Shape dims = getDims(type);
    ArrayRef<int64_t> perm;
    for (Value operand : op->getOperands()) {
      if (isScalar(operand) || matchPattern(operand, m_Constant()))
        continue;
      auto transpose = operand.getDefiningOp<TransposeOp>();
      if (!transpose || !transpose->hasOneUse() || !isBeside(transpose, op) ||
          getDims(operand) != dims ||
          (!perm.empty() && perm != transpose.getPerm()))
        return rewriter.notifyMatchFailure(op, "not transposed alike");
      perm = transpose.getPerm();
    }
    if (perm.empty())
      return rewriter.notifyMatchFailure(op, "nothing is transposed");
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(getUntransposed(rewriter, operand, perm));
    Operation *clone = rewriter.clone(*op);
    clone->setOperands(operands);
    clone->getResult(0).setType(withDims(type, unpermute<Dim>(dims, perm)));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, type, clone->getResult(0),
                                             perm);
    return success();
  }

private:
  /// True for what is broadcast in every dimension.
  static bool isScalar(Value value) {
    return llvm::all_of(getDims(value), isUnit);
  }

  static Value getUntransposed(PatternRewriter &rewriter, Value operand,
                               ArrayRef<int64_t> perm) {
    if (auto transpose = operand.getDefiningOp<TransposeOp>())
      return transpose.getX();
    if (isScalar(operand))
      return operand;
    // A constant, whose missing dimensions are outer ones.
    RankedTensorType type = getTensorType(operand);
    SmallVector<int64_t> shape(perm.size() - type.getRank(), 1);
    llvm::append_range(shape, type.getShape());
    Value full = rewriter.createOrFold<ReshapeOp>(operand.getLoc(),
                                                  type.clone(shape), operand);
    SmallVector<int64_t> inverse(perm.size());
    for (auto [i, axis] : llvm::enumerate(perm))
      inverse[axis] = i;
    return rewriter.createOrFold<TransposeOp>(operand.getLoc(), full, inverse);
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<TransposeToReshape>(context);
}

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<SinkThroughSlice>(context);
}

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<SinkThroughReshape>(context);
}

void DLCDialect::getCanonicalizationPatterns(
    RewritePatternSet &patterns) const {
  patterns.add<SinkThroughElementwise>(getContext());
}
