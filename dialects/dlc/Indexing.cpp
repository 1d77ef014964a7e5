//===- Indexing.cpp - Gather, scatter, selection by position --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Indexing.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Indexing.cpp.inc"

void DLCDialect::addIndexingOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Indexing.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Known positions
//===----------------------------------------------------------------------===//

/// The elements of `indices`, if they are known: numbers, or expressions of the
/// model's symbols.
static std::optional<Shape> readIndices(Value indices) {
  if (std::optional<Shape> sizes = readSizes(indices))
    return sizes;
  Attribute constant;
  if (!matchPattern(indices, m_Constant(&constant)))
    return std::nullopt;
  std::optional<SmallVector<int64_t>> integers = readIntegers(constant);
  if (!integers)
    return std::nullopt;
  // The least number would stand for an unknown one.
  for (int64_t &number : *integers)
    number = std::max(number, -INT64_MAX);
  return toDims(*integers);
}

/// Fails unless `index` is a position in dimension `dim` of x: in [-size,
/// size).
static LogicalResult checkPosition(MaybeLocation location, const Dim &index,
                                   int64_t dim, const Dim &size) {
  std::string text = "index " + index.getText() +
                     " is out of range for dimension " + std::to_string(dim) +
                     " of x, which has " + size.getText() + " elements";
  FailureOr<Dim> end = addSizes(std::nullopt, index, 1);
  FailureOr<Dim> fromEnd = multiplySizes(std::nullopt, index, -1);
  if (failed(end) || failed(fromEnd))
    return emitOptionalError(location, text);
  return success(succeeded(checkSizeAtLeast(location, size, *end, text)) &&
                 succeeded(checkSizeAtLeast(location, size, *fromEnd, text)));
}

/// Takes it for granted that there is something to take in a dimension, if
/// anything is to be taken.
static LogicalResult checkHasElements(MaybeLocation location, Value indices,
                                      int64_t dim, const Dim &size) {
  std::string text =
      "dimension " + std::to_string(dim) + " of x has no elements to take";
  std::optional<Dim> count = countDims(getDims(indices));
  AffineExpr expr = count ? count->getSymbolic() : AffineExpr();
  if (!expr)
    return checkSizeAtLeast(location, size, 1, text);
  // 1 if there are no indices.
  AffineExpr one = getAffineConstantExpr(1, expr.getContext());
  AffineExpr isEmpty = floorDivSizeExprs(one, expr + 1);
  FailureOr<Dim> enough = addSizes(location, size, Dim(isEmpty));
  return failure(failed(enough) ||
                 failed(checkSizeAtLeast(location, *enough, 1, text)));
}

/// The same of every `step`th element of `indices` from element `first` on, as
/// far as they are known. Indices that are data are made valid when they are
/// used, for which there must be a valid one.
static LogicalResult checkPositions(MaybeLocation location, Value indices,
                                    int64_t first, int64_t step, int64_t dim,
                                    const Dim &size) {
  std::optional<Shape> elements = readIndices(indices);
  bool isEmpty = llvm::is_contained(getDims(indices), Dim(0));
  if (!elements && size.getSymbolic() && !isEmpty)
    return checkHasElements(location, indices, dim, size);
  if (!elements || size.isUnknown())
    return success();
  // Of numbers, the extreme ones tell.
  std::optional<int64_t> least, most;
  for (int64_t i = first, end = elements->size(); i < end; i += step) {
    const Dim &index = (*elements)[i];
    if (!index.isNumber()) {
      if (failed(checkPosition(location, index, dim, size)))
        return failure();
      continue;
    }
    least = std::min(least.value_or(index.getSize()), index.getSize());
    most = std::max(most.value_or(index.getSize()), index.getSize());
  }
  return success(!least ||
                 (succeeded(checkPosition(location, *most, dim, size)) &&
                  succeeded(checkPosition(location, *least, dim, size))));
}

/// The same of tuples, the last dimension of `indices`, that address the
/// dimensions of x from `first` on.
static LogicalResult checkTuples(MaybeLocation location, Value indices,
                                 ArrayRef<Dim> x, int64_t first) {
  int64_t tuple = cast<RankedTensorType>(indices.getType()).getShape().back();
  for (int64_t i = 0; i < tuple; ++i)
    if (failed(checkPositions(location, indices, i, tuple, first + i,
                              x[first + i])))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Inference and verification
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  auto indices = cast<RankedTensorType>(adaptor.getIndices().getType());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, "axis", axis, x.getRank())))
    return failure();
  Shape xDims = getDims(x);
  Shape shape(ArrayRef(xDims).take_front(axis));
  llvm::append_range(shape, getDims(indices));
  llvm::append_range(shape, ArrayRef(xDims).drop_front(axis + 1));
  if (x.getDimSize(axis) == 0 && !llvm::is_contained(shape, Dim(0)))
    return emitOptionalError(location, "dimension ", axis,
                             " of x has no elements to gather");
  if (!llvm::is_contained(shape, Dim(0)) &&
      failed(checkPositions(location, adaptor.getIndices(), 0, 1, axis,
                            xDims[axis])))
    return failure();
  return appendTensor(location, shape, x.getElementType(), types);
}

/// The type without dimension `axis`.
static RankedTensorType dropDim(RankedTensorType type, int64_t axis) {
  Shape dims = getDims(type);
  dims.erase(dims.begin() + axis);
  return withDims(type, dims);
}

LogicalResult SliceAtOp::inferReturnTypes(MLIRContext *context,
                                          MaybeLocation location,
                                          Adaptor adaptor, TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  if (failed(checkAxis(location, "axis", adaptor.getAxis(), x.getRank())))
    return failure();
  return appendTensor(location, getDims(dropDim(x, adaptor.getAxis())),
                      x.getElementType(), types);
}

LogicalResult InsertAtOp::verify() {
  RankedTensorType dest = getDest().getType(), value = getValue().getType();
  if (failed(checkAxis(getLoc(), "axis", getAxis(), dest.getRank())) ||
      failed(checkElementTypes(getLoc(), "value", value, "dest", dest)))
    return failure();
  return checkShape(getLoc(), "value", getDims(value),
                    getDims(dropDim(dest, getAxis())));
}

static std::string describeMisfit(RankedTensorType indices,
                                  RankedTensorType x) {
  return "indices has the shape " + shapeText(getDims(indices)) +
         ", which doesn't fit x of shape " + shapeText(getDims(x));
}

/// Fails unless `indices` has at most as many elements as `x` along each
/// dimension but `axis`.
static LogicalResult checkIndices(MaybeLocation location,
                                  RankedTensorType indices, RankedTensorType x,
                                  int64_t axis) {
  Shape taken = getDims(indices), present = getDims(x);
  for (int64_t i = 0; i < x.getRank(); ++i)
    if (i != axis && failed(checkSizeAtLeast(location, present[i], taken[i],
                                             describeMisfit(indices, x))))
      return failure();
  return success();
}

LogicalResult GatherElementsOp::inferReturnTypes(MLIRContext *context,
                                                 MaybeLocation location,
                                                 Adaptor adaptor,
                                                 TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  auto indices = cast<RankedTensorType>(adaptor.getIndices().getType());
  if (failed(checkAxis(location, "axis", adaptor.getAxis(), x.getRank())) ||
      failed(checkRank(location, "indices", indices, x.getRank())))
    return failure();
  if (failed(checkIndices(location, indices, x, adaptor.getAxis())))
    return failure();
  if (x.getDimSize(adaptor.getAxis()) == 0 &&
      !llvm::is_contained(indices.getShape(), 0))
    return emitOptionalError(location, describeMisfit(indices, x));
  if (failed(checkPositions(location, adaptor.getIndices(), 0, 1,
                            adaptor.getAxis(), getDim(x, adaptor.getAxis()))))
    return failure();
  return appendTensor(location, getDims(indices), x.getElementType(), types);
}

LogicalResult GatherNDOp::inferReturnTypes(MLIRContext *context,
                                           MaybeLocation location,
                                           Adaptor adaptor, TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  auto indices = cast<RankedTensorType>(adaptor.getIndices().getType());
  int64_t batchDims = adaptor.getBatchDims();
  if (x.getRank() == 0 || indices.getRank() == 0)
    return emitOptionalError(location, "x and indices can't be scalars");
  if (batchDims < 0 || batchDims >= std::min(x.getRank(), indices.getRank()))
    return emitOptionalError(location, "batch_dims ", batchDims,
                             " is out of range for ranks ", x.getRank(),
                             " and ", indices.getRank());
  Shape xDims = getDims(x), indicesDims = getDims(indices);
  if (failed(checkShape(location, "indices' batch",
                        ArrayRef(indicesDims).take_front(batchDims),
                        ArrayRef(xDims).take_front(batchDims))))
    return failure();
  int64_t tuple = indices.getShape().back();
  if (isDynamic(tuple))
    return emitOptionalError(location,
                             "the last dimension of indices must be static");
  if (tuple < 0 || tuple > x.getRank() - batchDims)
    return emitOptionalError(location, "indices holds tuples of ", tuple,
                             ", but x has ", x.getRank() - batchDims,
                             " dimensions to address");
  if (failed(checkTuples(location, adaptor.getIndices(), xDims, batchDims)))
    return failure();
  Shape shape(ArrayRef(indicesDims).drop_back());
  llvm::append_range(shape, ArrayRef(xDims).drop_front(batchDims + tuple));
  return appendTensor(location, shape, x.getElementType(), types);
}

/// True if `mode` combines values, which booleans can't.
static LogicalResult checkMode(Operation *op, ScatterMode mode, Type element) {
  bool isNumber = !element.isInteger(1) && !isNarrowFloat(element) &&
                  !isNarrowInteger(element);
  if (mode == ScatterMode::replace || isNumber)
    return success();
  return op->emitOpError("mode ")
         << stringifyEnum(mode) << " needs numbers to compute with, got "
         << element;
}

LogicalResult ScatterElementsOp::verify() {
  RankedTensorType x = getX().getType(), indices = getIndices().getType(),
                   updates = getUpdates().getType();
  if (failed(checkAxis(getLoc(), "axis", getAxis(), x.getRank())) ||
      failed(checkElementTypes(getLoc(), "x", x, "updates", updates)) ||
      failed(checkRank(getLoc(), "indices", indices, x.getRank())) ||
      failed(
          checkShape(getLoc(), "updates", getDims(updates), getDims(indices))))
    return failure();
  if (failed(checkIndices(getLoc(), indices, x, getAxis())) ||
      failed(checkPositions(getLoc(), getIndices(), 0, 1, getAxis(),
                            getDim(x, getAxis()))))
    return failure();
  return checkMode(*this, getMode(), x.getElementType());
}

LogicalResult ScatterNDOp::verify() {
  RankedTensorType x = getX().getType(), indices = getIndices().getType(),
                   updates = getUpdates().getType();
  if (failed(checkElementTypes(getLoc(), "x", x, "updates", updates)))
    return failure();
  if (indices.getRank() == 0)
    return emitOpError("indices can't be a scalar");
  int64_t tuple = indices.getShape().back();
  if (isDynamic(tuple))
    return emitOpError("the last dimension of indices must be static");
  if (tuple > x.getRank())
    return emitOpError("indices holds tuples of ")
           << tuple << ", but x has rank " << x.getRank();
  Shape xDims = getDims(x), expected = getDims(indices);
  expected.pop_back();
  llvm::append_range(expected, ArrayRef(xDims).drop_front(tuple));
  if (failed(checkShape(getLoc(), "updates", getDims(updates), expected)) ||
      failed(checkTuples(getLoc(), getIndices(), xDims, 0)))
    return failure();
  return checkMode(*this, getMode(), x.getElementType());
}

LogicalResult OneHotOp::verify() {
  RankedTensorType indices = getIndices().getType(), y = getType();
  if (failed(checkShape(getLoc(), "on", getDims(getOn()), {})) ||
      failed(checkShape(getLoc(), "off", getDims(getOff()), {})) ||
      failed(checkElementTypes(getLoc(), "on", getOn().getType(), "off",
                               getOff().getType())) ||
      failed(checkElementTypes(getLoc(), "on", getOn().getType(), "y", y)) ||
      failed(checkRank(getLoc(), "y", y, indices.getRank() + 1)) ||
      failed(checkAxis(getLoc(), "axis", getAxis(), y.getRank())))
    return failure();
  Shape expected = getDims(indices);
  expected.insert(expected.begin() + getAxis(), getDim(y, getAxis()));
  return checkShape(getLoc(), "y", getDims(y), expected);
}

LogicalResult TriluOp::verify() {
  if (getX().getType().getRank() >= 2)
    return success();
  return emitOpError("x has rank ")
         << getX().getType().getRank() << ", expected at least 2";
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

/// The positions as `gather` reads them, counted from the end if negative; none
/// if one is out of range.
static std::optional<SmallVector<int64_t>> readPositions(Attribute indices,
                                                         int64_t size) {
  std::optional<SmallVector<int64_t>> positions = readIntegers(indices);
  if (!positions)
    return std::nullopt;
  for (int64_t &position : *positions) {
    if (position < -size || position >= size)
      return std::nullopt;
    position += position < 0 ? size : 0;
  }
  return positions;
}

namespace {
/// A gather at evenly spaced positions that are known, to a slice.
struct GatherToSlice : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType x = op.getX().getType();
    int64_t axis = op.getAxis();
    Attribute indices;
    if (!areKnown(getDims(x)) || !areKnown(getDims(op.getType())) ||
        x.isDynamicDim(axis) ||
        !matchPattern(op.getIndices(), m_Constant(&indices)))
      return rewriter.notifyMatchFailure(op, "something isn't known");
    auto positions = readPositions(indices, x.getDimSize(axis));
    if (!positions || positions->empty())
      return rewriter.notifyMatchFailure(op, "no positions");
    int64_t count = positions->size(), first = positions->front();
    int64_t step = count == 1 ? 1 : (*positions)[1] - first;
    for (auto [i, position] : llvm::enumerate(*positions))
      if (step == 0 || position != first + static_cast<int64_t>(i) * step)
        return rewriter.notifyMatchFailure(op, "unevenly spaced");
    Shape starts(x.getRank(), 0), sizes = getDims(x);
    SmallVector<int64_t> steps(x.getRank(), 1);
    starts[axis] = first;
    sizes[axis] = count;
    steps[axis] = step;
    Value slice = SliceOp::create(rewriter, op.getLoc(), withDims(x, sizes),
                                  op.getX(), starts, sizes, steps);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), slice);
    return success();
  }
};
} // namespace

namespace {
/// A position that is known, in a dimension that is, to a slice.
struct SliceAtToSlice : OpRewritePattern<SliceAtOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceAtOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType x = op.getX().getType();
    int64_t axis = op.getAxis(), size = x.getDimSize(axis);
    APInt constant;
    int64_t position = 0; // the only one there may be
    if (!areKnown(getDims(x)) || x.isDynamicDim(axis))
      return rewriter.notifyMatchFailure(op, "a size isn't known");
    if (matchPattern(op.getPosition(), m_ConstantInt(&constant)))
      position = constant.getSExtValue();
    else if (size != 1)
      return rewriter.notifyMatchFailure(op, "the position isn't known");
    if (position < 0 || position >= size)
      return rewriter.notifyMatchFailure(op, "out of reach, so never run");
    Shape starts(x.getRank(), 0), sizes = getDims(x);
    starts[axis] = position;
    sizes[axis] = 1;
    Value slice =
        SliceOp::create(rewriter, op.getLoc(), withDims(x, sizes), op.getX(),
                        starts, sizes, SmallVector<int64_t>(x.getRank(), 1));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), slice);
    return success();
  }
};

/// A tensor that becomes all of another one, to a reshape.
struct InsertAtToReshape : OpRewritePattern<InsertAtOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(InsertAtOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getType().getDimSize(op.getAxis()) != 1)
      return rewriter.notifyMatchFailure(op, "there are other positions");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getValue());
    return success();
  }
};
} // namespace

void SliceAtOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<SliceAtToSlice>(context);
}

void InsertAtOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<InsertAtToReshape>(context);
}

/// What has just been inserted.
OpFoldResult SliceAtOp::fold(FoldAdaptor) {
  auto insert = getX().getDefiningOp<InsertAtOp>();
  if (insert && insert.getPosition() == getPosition() &&
      insert.getAxis() == getAxis() && insert.getValue().getType() == getType())
    return insert.getValue();
  return {};
}

void GatherOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<GatherToSlice>(context);
}

OpFoldResult GatherOp::fold(FoldAdaptor adaptor) {
  int64_t axis = getAxis();
  std::optional<ConstantView> x = ConstantView::get(adaptor.getX());
  if (!x || x->getType() != getX().getType() ||
      !isSmallEnoughToFold(getType()) || axis < 0 ||
      axis >= x->getType().getRank() || x->getShape()[axis] == 0)
    return {};
  auto positions = readPositions(adaptor.getIndices(), x->getShape()[axis]);
  if (!positions)
    return {};
  // As rows of one slice each: outer x positions x inner.
  SmallVector<int64_t> shape(x->getShape().take_front(axis));
  shape.push_back(positions->size());
  llvm::append_range(shape, x->getShape().drop_front(axis + 1));
  auto gathered = RankedTensorType::get(shape, getType().getElementType());
  if (countElements(gathered) != countElements(getType()))
    return {};
  BoxCopy box{shape, x->getStrides(), rowMajorStrides(shape)};
  box.sizes[axis] = 1;
  return makeConstant(getType(), [&](MutableArrayRef<char> target) {
    for (auto [i, position] : llvm::enumerate(*positions)) {
      box.sourceOffset = position * box.sourceStrides[axis];
      box.targetOffset = i * box.targetStrides[axis];
      copyBox(box, x->data(), target.data(), x->getElementBytes());
    }
  });
}
