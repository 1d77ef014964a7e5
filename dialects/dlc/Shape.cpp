//===- Shape.cpp - Shape changes and data movement ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Shape.h"

#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Shape.cpp.inc"

void DLCDialect::addShapeOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Shape.cpp.inc"
      >();
}

/// The constant behind an operand of type `type`.
static std::optional<ConstantView> viewOf(Attribute value, Type type) {
  std::optional<ConstantView> view = ConstantView::get(value);
  return view && view->getType() == type ? std::move(view) : std::nullopt;
}

/// True if `perm` names each dimension once.
static bool isPermutation(ArrayRef<int64_t> perm, int64_t rank) {
  SmallVector<int64_t> sorted(perm);
  llvm::sort(sorted);
  return llvm::equal(sorted, llvm::seq<int64_t>(0, rank));
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  RankedTensorType x = getX().getType(), y = getType();
  if (failed(checkElementTypes(getLoc(), "x", x, "y", y)))
    return failure();
  // Where only sizes of 1 come and go, every other dimension is known by its
  // place.
  auto isOne = [](int64_t size) { return size == 1; };
  SmallVector<int64_t> operandSizes(x.getShape()), resultSizes(y.getShape());
  llvm::erase_if(operandSizes, isOne);
  llvm::erase_if(resultSizes, isOne);
  if (operandSizes == resultSizes)
    return success();
  if (y.getNumDynamicDims() > 1)
    return emitOpError("the result has ")
           << y.getNumDynamicDims()
           << " dynamic dimensions, at most one can be";
  if (!y.hasStaticShape() && x.hasStaticShape())
    return emitOpError("the result has a dynamic dimension, the operand none");
  if (!x.hasStaticShape() || !y.hasStaticShape())
    return success();
  std::optional<int64_t> operandCount = countElements(x);
  std::optional<int64_t> resultCount = countElements(y);
  if (!operandCount || !resultCount)
    return emitOpError("a shape has too many elements to count");
  if (*operandCount != *resultCount)
    return emitOpError("the operand has ")
           << *operandCount << " elements, the result " << *resultCount;
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  if (adaptor.getX())
    return retypeConstant(adaptor.getX(), getType());
  if (auto inner = getX().getDefiningOp<ReshapeOp>()) {
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Transpose, expand
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *context,
                                            MaybeLocation location,
                                            Adaptor adaptor,
                                            TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> perm = adaptor.getPerm();
  if (failed(checkLength(location, "perm", perm.size(), x.getRank())))
    return failure();
  SmallVector<int64_t> shape;
  SmallVector<bool> seen(perm.size(), false);
  for (int64_t axis : perm) {
    if (failed(checkAxis(location, "perm's element", axis, x.getRank())))
      return failure();
    if (seen[axis])
      return emitOptionalError(location, "perm names dimension ", axis,
                               " twice");
    seen[axis] = true;
    shape.push_back(x.getDimSize(axis));
  }
  return appendTensor(location, shape, x.getElementType(), types);
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  RankedTensorType x = getX().getType();
  ArrayRef<int64_t> perm = getPerm();
  if (!isPermutation(perm, x.getRank()))
    return {};
  if (x == getType() && llvm::equal(perm, llvm::seq<int64_t>(0, x.getRank())))
    return getX();
  if (std::optional<ConstantView> view = viewOf(adaptor.getX(), x)) {
    SmallVector<int64_t> strides, own = view->getStrides();
    for (int64_t axis : perm)
      strides.push_back(own[axis]);
    return viewConstant(*view, getType(), 0, strides);
  }
  auto inner = getX().getDefiningOp<TransposeOp>();
  if (!inner || !isPermutation(inner.getPerm(), x.getRank()))
    return {};
  SmallVector<int64_t> composed;
  for (int64_t axis : perm)
    composed.push_back(inner.getPerm()[axis]);
  setPerm(composed);
  getXMutable().assign(inner.getX());
  return getResult();
}

LogicalResult ExpandOp::verify() {
  RankedTensorType x = getX().getType(), y = getType();
  SmallVector<int64_t> shape;
  if (failed(checkElementTypes(getLoc(), "x", x, "y", y)) ||
      failed(broadcastShapes(getLoc(), x.getShape(), y.getShape(), shape)))
    return failure();
  return checkShape(getLoc(), "x broadcast to y", shape, y.getShape());
}

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  if (!adaptor.getX() || !isSmallEnoughToFold(getType()))
    return {};
  return broadcastConstant(adaptor.getX(), getType());
}

//===----------------------------------------------------------------------===//
// Concat, slice
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(location, "there is nothing to concatenate");
  auto first = cast<RankedTensorType>(adaptor.getInputs().front().getType());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, "axis", axis, first.getRank())))
    return failure();
  SmallVector<int64_t> shape(first.getShape());
  for (Value input : adaptor.getInputs().drop_front()) {
    auto type = cast<RankedTensorType>(input.getType());
    if (failed(checkElementTypes(location, "inputs", first, "inputs", type)) ||
        failed(checkRank(location, "an input", type, first.getRank())))
      return failure();
    for (int64_t i = 0; i < first.getRank(); ++i) {
      int64_t size = type.getDimSize(i);
      if (i == axis) {
        FailureOr<int64_t> sum = addSizes(location, shape[i], size);
        if (failed(sum))
          return failure();
        shape[i] = *sum;
      } else if (!sizesAgree(shape[i], size)) {
        return emitOptionalError(
            location, "the shapes ", shapeText(first.getShape()), " and ",
            shapeText(type.getShape()), " differ beyond axis ", axis);
      } else if (isDynamic(shape[i])) {
        shape[i] = size;
      }
    }
  }
  return appendTensor(location, shape, first.getElementType(), types);
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  int64_t axis = getAxis(), rank = getType().getRank();
  if (getInputs().size() == 1 && getInputs()[0].getType() == getType())
    return getInputs()[0];
  if (!isSmallEnoughToFold(getType()) || axis < 0 || axis >= rank)
    return {};
  SmallVector<ConstantView> views;
  int64_t total = 0;
  for (auto [attribute, input] : llvm::zip(adaptor.getInputs(), getInputs())) {
    std::optional<ConstantView> view = viewOf(attribute, input.getType());
    if (!view || view->getType().getRank() != rank ||
        view->getType().getElementType() != getType().getElementType())
      return {};
    for (int64_t i = 0; i < rank; ++i)
      if (i != axis && view->getShape()[i] != getType().getDimSize(i))
        return {};
    total += view->getShape()[axis];
    views.push_back(std::move(*view));
  }
  if (total != getType().getDimSize(axis))
    return {};
  return makeConstant(getType(), [&](MutableArrayRef<char> target) {
    BoxCopy box;
    box.targetStrides = rowMajorStrides(getType().getShape());
    for (const ConstantView &view : views) {
      box.sizes.assign(view.getShape().begin(), view.getShape().end());
      box.sourceStrides = view.getStrides();
      copyBox(box, view.data(), target.data(), view.getElementBytes());
      box.targetOffset += view.getShape()[axis] * box.targetStrides[axis];
    }
  });
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *context,
                                        MaybeLocation location, Adaptor adaptor,
                                        TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> starts = adaptor.getStarts(), sizes = adaptor.getSizes(),
                    steps = adaptor.getSteps();
  if (failed(checkLength(location, "starts", starts.size(), x.getRank())) ||
      failed(checkLength(location, "sizes", sizes.size(), x.getRank())) ||
      failed(checkLength(location, "steps", steps.size(), x.getRank())))
    return failure();
  for (int64_t i = 0; i < x.getRank(); ++i) {
    if (steps[i] == 0)
      return emitOptionalError(location, "the step of dimension ", i, " is 0");
    // A dimension of unknown size can be taken whole.
    bool isWhole = isDynamic(sizes[i]) && isDynamic(x.getDimSize(i)) &&
                   starts[i] == 0 && steps[i] == 1;
    if (sizes[i] == 0 || isWhole)
      continue;
    if (failed(checkAtLeast(location, "sizes", sizes[i], 0)))
      return failure();
    std::optional<int64_t> last =
        llvm::checkedMulAdd(sizes[i] - 1, steps[i], starts[i]);
    int64_t size = isDynamic(x.getDimSize(i)) ? INT64_MAX : x.getDimSize(i);
    if (starts[i] < 0 || starts[i] >= size || !last || *last < 0 ||
        *last >= size)
      return emitOptionalError(location, "the slice leaves dimension ", i,
                               " of ", shapeText({x.getDimSize(i)}),
                               " elements: start ", starts[i], ", size ",
                               sizes[i], ", step ", steps[i]);
  }
  return appendTensor(location, sizes, x.getElementType(), types);
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  RankedTensorType x = getX().getType();
  SmallVector<Type> inferred;
  if (failed(inferReturnTypes(getContext(), std::nullopt, Adaptor(*this),
                              inferred)) ||
      inferred[0] != getType())
    return {};
  auto isOne = [](int64_t step) { return step == 1; };
  if (x == getType() && llvm::all_of(getSteps(), isOne))
    return getX();
  std::optional<ConstantView> view = viewOf(adaptor.getX(), x);
  if (!view || !(view->isSplat() || isSmallEnoughToFold(getType())))
    return {};
  SmallVector<int64_t> strides = view->getStrides();
  int64_t offset = 0;
  for (auto [stride, start, step] :
       llvm::zip(strides, getStarts(), getSteps())) {
    offset += start * stride;
    stride *= step;
  }
  return viewConstant(*view, getType(), offset, strides);
}

//===----------------------------------------------------------------------===//
// Pad, tile
//===----------------------------------------------------------------------===//

/// How far mode `mode` can pad a border of a dimension of `size` elements.
static int64_t padLimit(PadMode mode, int64_t size) {
  switch (mode) {
  case PadMode::reflect:
    return std::max<int64_t>(size - 1, 0);
  case PadMode::wrap:
    return size;
  case PadMode::edge:
    return size > 0 ? INT64_MAX : 0;
  case PadMode::constant:
    return INT64_MAX;
  }
  llvm_unreachable("covered switch");
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *context,
                                      MaybeLocation location, Adaptor adaptor,
                                      TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> pads = adaptor.getPads();
  int64_t rank = x.getRank();
  if (failed(checkLength(location, "pads", pads.size(), 2 * rank)))
    return failure();
  if (Value value = adaptor.getValue()) {
    auto type = cast<RankedTensorType>(value.getType());
    if (failed(checkShape(location, "value", type.getShape(), {})) ||
        failed(checkElementTypes(location, "x", x, "value", type)))
      return failure();
  }
  SmallVector<int64_t> shape(x.getShape());
  for (int64_t i = 0; i < rank; ++i) {
    int64_t begin = pads[i], end = pads[rank + i];
    if (isDynamic(shape[i]))
      continue;
    int64_t limit = padLimit(adaptor.getMode(), shape[i]);
    if (begin > limit || end > limit)
      return emitOptionalError(location, "mode ",
                               stringifyEnum(adaptor.getMode()), " can pad ",
                               shape[i], " elements by at most ", limit,
                               ", got ", std::max(begin, end));
    FailureOr<int64_t> size = addSizes(location, shape[i], begin);
    if (succeeded(size))
      size = addSizes(location, *size, end);
    if (failed(size))
      return failure();
    shape[i] = *size;
  }
  return appendTensor(location, shape, x.getElementType(), types);
}

LogicalResult TileOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> repeats = adaptor.getRepeats();
  if (failed(checkLength(location, "repeats", repeats.size(), x.getRank())) ||
      failed(checkAtLeast(location, "repeats", repeats, 0)))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [size, repeat] : llvm::zip(x.getShape(), repeats)) {
    FailureOr<int64_t> product = multiplySizes(location, size, repeat);
    if (failed(product))
      return failure();
    shape.push_back(*product);
  }
  return appendTensor(location, shape, x.getElementType(), types);
}

OpFoldResult TileOp::fold(FoldAdaptor adaptor) {
  RankedTensorType x = getX().getType();
  auto isOne = [](int64_t repeat) { return repeat == 1; };
  if (x == getType() && llvm::all_of(getRepeats(), isOne))
    return getX();
  std::optional<ConstantView> view = viewOf(adaptor.getX(), x);
  if (!view || !isSmallEnoughToFold(getType()) ||
      failed(checkLength(std::nullopt, "repeats", getRepeats().size(),
                         x.getRank())) ||
      failed(checkAtLeast(std::nullopt, "repeats", getRepeats(), 0)))
    return {};
  // Each dimension as two: the repetitions, which stand still, and its own.
  SmallVector<int64_t> shape, strides;
  for (auto [size, repeat, stride] :
       llvm::zip(x.getShape(), getRepeats(), view->getStrides())) {
    llvm::append_values(shape, repeat, size);
    llvm::append_values(strides, 0, stride);
  }
  auto tiled = RankedTensorType::get(shape, x.getElementType());
  if (countElements(tiled) != countElements(getType()))
    return {};
  return retypeConstant(viewConstant(*view, tiled, 0, strides), getType());
}

//===----------------------------------------------------------------------===//
// Pack, unpack
//===----------------------------------------------------------------------===//

LogicalResult PackOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  int64_t axis = adaptor.getAxis(), block = adaptor.getBlock();
  if (failed(checkAxis(location, "axis", axis, x.getRank())) ||
      failed(checkAtLeast(location, "block", {block}, 1)))
    return failure();
  SmallVector<int64_t> shape(x.getShape());
  if (!isDynamic(shape[axis])) {
    if (shape[axis] % block != 0)
      return emitOptionalError(location, "dimension ", axis, " has ",
                               shape[axis],
                               " elements, expected a multiple of ", block);
    shape[axis] /= block;
  }
  shape.push_back(block);
  return appendTensor(location, shape, x.getElementType(), types);
}

OpFoldResult PackOp::fold(FoldAdaptor adaptor) {
  SmallVector<Type> inferred;
  if (failed(inferReturnTypes(getContext(), std::nullopt, Adaptor(*this),
                              inferred)) ||
      inferred[0] != getType())
    return {};
  auto inner = getX().getDefiningOp<UnpackOp>();
  if (inner && inner.getAxis() == getAxis() &&
      inner.getX().getType() == getType())
    return inner.getX();
  std::optional<ConstantView> view = viewOf(adaptor.getX(), getX().getType());
  if (!view)
    return {};
  SmallVector<int64_t> strides = view->getStrides();
  int64_t stride = strides[getAxis()];
  strides[getAxis()] *= getBlock();
  strides.push_back(stride);
  return viewConstant(*view, getType(), 0, strides);
}

LogicalResult UnpackOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, "axis", axis,
                       std::max<int64_t>(x.getRank() - 1, 0))))
    return failure();
  SmallVector<int64_t> shape(x.getShape().drop_back());
  FailureOr<int64_t> merged =
      multiplySizes(location, shape[axis], x.getShape().back());
  if (failed(merged))
    return failure();
  shape[axis] = *merged;
  return appendTensor(location, shape, x.getElementType(), types);
}

OpFoldResult UnpackOp::fold(FoldAdaptor adaptor) {
  SmallVector<Type> inferred;
  if (failed(inferReturnTypes(getContext(), std::nullopt, Adaptor(*this),
                              inferred)) ||
      inferred[0] != getType())
    return {};
  auto inner = getX().getDefiningOp<PackOp>();
  if (inner && inner.getAxis() == getAxis() &&
      inner.getX().getType() == getType())
    return inner.getX();
  std::optional<ConstantView> view = viewOf(adaptor.getX(), getX().getType());
  if (!view)
    return {};
  // First moves the block behind its dimension, then merges the two.
  SmallVector<int64_t> shape(view->getShape()), strides = view->getStrides();
  size_t to = getAxis() + 1;
  std::rotate(shape.begin() + to, shape.end() - 1, shape.end());
  std::rotate(strides.begin() + to, strides.end() - 1, strides.end());
  return retypeConstant(viewConstant(*view, getType().clone(shape), 0, strides),
                        getType());
}
