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
  std::optional<Dim> xCount = countDims(getDims(x)),
                     yCount = countDims(getDims(y));
  if (!xCount || !yCount)
    return emitOpError("a shape has too many elements to count");
  if (!xCount->isUnknown() && !yCount->isUnknown()) {
    if (sizesAgree(*xCount, *yCount))
      return success();
    return emitOpError("the operand has ")
           << xCount->getText() << " elements, the result "
           << yCount->getText();
  }
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
  return success();
}

/// True if values of the type have one shape only. Without an encoding, two of
/// the same type may differ in more than one `?`.
static bool hasOneShape(RankedTensorType type) {
  return type.getNumDynamicDims() < 2 || type.getEncoding();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType() && hasOneShape(getType()))
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
// Check sizes
//===----------------------------------------------------------------------===//

LogicalResult CheckSizesOp::verify() {
  RankedTensorType x = getX().getType(), y = getType();
  return success(succeeded(checkElementTypes(getLoc(), "x", x, "y", y)) &&
                 succeeded(checkShape(getLoc(), "x", getDims(x), getDims(y))));
}

OpFoldResult CheckSizesOp::fold(FoldAdaptor) {
  return getX().getType() == getType() ? getX() : Value();
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
  Shape xDims = getDims(x), shape;
  SmallVector<bool> seen(perm.size(), false);
  for (int64_t axis : perm) {
    if (failed(checkAxis(location, "perm's element", axis, x.getRank())))
      return failure();
    if (seen[axis])
      return emitOptionalError(location, "perm names dimension ", axis,
                               " twice");
    seen[axis] = true;
    shape.push_back(xDims[axis]);
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
  if (std::optional<ConstantView> view = ConstantView::get(adaptor.getX(), x)) {
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
  Shape shape;
  if (failed(checkElementTypes(getLoc(), "x", x, "y", y)) ||
      failed(broadcastShapes(getLoc(), getDims(x), getDims(y), shape)))
    return failure();
  return checkShape(getLoc(), "x broadcast to y", shape, getDims(y));
}

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType() &&
      (getType().hasStaticShape() || getType().getEncoding()))
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
  Shape shape = getDims(first);
  for (Value input : adaptor.getInputs().drop_front()) {
    auto type = cast<RankedTensorType>(input.getType());
    if (failed(checkElementTypes(location, "inputs", first, "inputs", type)) ||
        failed(checkRank(location, "an input", type, first.getRank())))
      return failure();
    Shape dims = getDims(type);
    for (int64_t i = 0; i < first.getRank(); ++i) {
      Dim size = dims[i];
      if (i == axis) {
        FailureOr<Dim> sum = addSizes(location, shape[i], size);
        if (failed(sum))
          return failure();
        shape[i] = *sum;
      } else if (!sizesAgree(shape[i], size)) {
        return emitOptionalError(location, "the shapes ",
                                 shapeText(getDims(first)), " and ",
                                 shapeText(dims), " differ beyond axis ", axis);
      } else if (isDynamic(shape[i]) && !size.isUnknown()) {
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
    std::optional<ConstantView> view =
        ConstantView::get(attribute, input.getType());
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

LogicalResult InterleaveOp::inferReturnTypes(MLIRContext *context,
                                             MaybeLocation location,
                                             Adaptor adaptor,
                                             TypeVector &types) {
  ArrayRef<int64_t> factors = adaptor.getFactors();
  if (adaptor.getInputs().empty())
    return emitOptionalError(location, "there is nothing to interleave");
  auto first = cast<RankedTensorType>(adaptor.getInputs().front().getType());
  Shape shape = getDims(first);
  if (failed(checkLength(location, "factors", factors.size(), shape.size())) ||
      failed(checkAtLeast(location, "factors", factors, 1)))
    return failure();
  for (Value input : adaptor.getInputs().drop_front())
    if (failed(checkShape(location, "an input", getDims(input), shape)))
      return failure();
  std::optional<int64_t> count = 1;
  for (auto [size, factor] : llvm::zip_equal(shape, factors)) {
    FailureOr<Dim> product = multiplySizes(location, size, factor);
    if (failed(product))
      return failure();
    size = *product;
    if (count)
      count = llvm::checkedMul(*count, factor);
  }
  if (count != static_cast<int64_t>(adaptor.getInputs().size()))
    return emitOptionalError(location, "there are ", adaptor.getInputs().size(),
                             " inputs, but the factors say otherwise");
  return appendTensor(location, shape, first.getElementType(), types);
}

/// Bounds or amounts: those of `open` from element `from` on, or else the
/// numbers.
static Shape getBounds(ArrayRef<int64_t> numbers, DimsAttr open, size_t from) {
  Shape bounds = toDims(numbers);
  if (open)
    for (auto [bound, expr] :
         llvm::zip_equal(bounds, open.getDims().slice(from, bounds.size())))
      bound = Dim(expr);
  return bounds;
}

/// The same as an attribute; null if none is open, or one isn't known.
static DimsAttr makeOpenAttr(ArrayRef<Dim> bounds, MLIRContext *context) {
  if (!isAnyDynamic(bounds) || !areKnown(bounds))
    return {};
  return DimsAttr::get(context,
                       llvm::map_to_vector(bounds, [&](const Dim &dim) {
                         return dim.getExpr(context);
                       }));
}

Shape SliceOp::getStartDims() {
  return getBounds(getStarts(), getOpenAttr(), 0);
}

Shape SliceOp::getSizeDims() {
  return getBounds(getSizes(), getOpenAttr(), getSizes().size());
}

void SliceOp::build(OpBuilder &builder, OperationState &state, Type type,
                    Value x, ArrayRef<Dim> starts, ArrayRef<Dim> sizes,
                    ArrayRef<int64_t> steps) {
  Shape bounds(starts);
  llvm::append_range(bounds, sizes);
  DimsAttr open = makeOpenAttr(bounds, builder.getContext());
  build(builder, state, type, x, toSizes(starts), toSizes(sizes), steps, open);
}

/// Checks dimension `dim` of a slice that doesn't take all of it.
static LogicalResult checkSlice(MaybeLocation location, int64_t dim,
                                const Dim &start, const Dim &size, int64_t step,
                                const Dim &whole) {
  if (failed(checkSizeAtLeast(location, size, 0,
                              "sizes has the element " + size.getText() +
                                  ", expected at least 0")))
    return failure();
  std::string text = ("the slice leaves dimension " + Twine(dim) + " of " +
                      whole.getText() + " elements: start " + start.getText() +
                      ", size " + size.getText() + ", step " + Twine(step))
                         .str();
  // Sums that overflow are out of range, too.
  FailureOr<Dim> last = addSizes(std::nullopt, size, -1);
  if (succeeded(last))
    last = multiplySizes(std::nullopt, *last, step);
  if (succeeded(last))
    last = addSizes(std::nullopt, *last, start);
  if (failed(last))
    return emitOptionalError(location, text);
  // An open slice may have no elements; `last` is then a step before `start`,
  // which may be the end where steps go forwards.
  SmallVector<Dim, 2> inside = {*last};
  if (size.isNumber() || step < 0)
    inside.push_back(start);
  for (const Dim &index : inside) {
    FailureOr<Dim> end = addSizes(std::nullopt, index, 1);
    bool isOpenForward = !size.isNumber() && step > 0;
    if (failed(end) ||
        failed(checkSizeAtLeast(location, isOpenForward ? start : index, 0,
                                text)) ||
        failed(checkSizeAtLeast(location, whole, *end, text)))
      return failure();
  }
  return success();
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *context,
                                        MaybeLocation location, Adaptor adaptor,
                                        TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> steps = adaptor.getSteps();
  size_t rank = x.getRank();
  DimsAttr open = adaptor.getOpenAttr();
  if (failed(
          checkLength(location, "starts", adaptor.getStarts().size(), rank)) ||
      failed(checkLength(location, "sizes", adaptor.getSizes().size(), rank)) ||
      failed(checkLength(location, "steps", steps.size(), rank)) ||
      (open &&
       failed(checkLength(location, "open", open.getDims().size(), 2 * rank))))
    return failure();
  Shape starts = getBounds(adaptor.getStarts(), open, 0),
        sizes = getBounds(adaptor.getSizes(), open, rank), dims = getDims(x);
  for (size_t i = 0; i < rank; ++i) {
    if (steps[i] == 0)
      return emitOptionalError(location, "the step of dimension ", i, " is 0");
    // A dimension of unknown size can be taken whole.
    bool isWhole =
        starts[i] == Dim(0) && steps[i] == 1 &&
        (sizes[i] == dims[i] || (sizes[i].isUnknown() && isDynamic(dims[i])));
    if (isWhole)
      sizes[i] = dims[i];
    if (sizes[i] == Dim(0) || isWhole)
      continue;
    if (sizes[i].isUnknown())
      return emitOptionalError(location, "the size of dimension ", i,
                               " is not known");
    if (failed(checkSlice(location, i, starts[i], sizes[i], steps[i], dims[i])))
      return failure();
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
  std::optional<ConstantView> view = ConstantView::get(adaptor.getX(), x);
  if (!view || getOpen() ||
      !(view->isSplat() || isSmallEnoughToFold(getType())))
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
// Append
//===----------------------------------------------------------------------===//

LogicalResult AppendOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  auto buffer = cast<RankedTensorType>(adaptor.getBuffer().getType());
  int64_t axis = adaptor.getAxis();
  ArrayRef<AffineExpr> position = adaptor.getPosition().getDims();
  if (failed(checkAxis(location, "axis", axis, buffer.getRank())) ||
      failed(checkLength(location, "position", position.size(), 1)) ||
      failed(checkRank(location, "rows", adaptor.getRows().getType(),
                       buffer.getRank())))
    return failure();
  Shape room = getDims(buffer), expected = room;
  Dim rows = getDim(adaptor.getRows().getType(), axis);
  expected[axis] = rows;
  FailureOr<Dim> end = addSizes(location, Dim(position.front()), rows);
  if (failed(
          checkShape(location, "rows", getDims(adaptor.getRows()), expected)) ||
      failed(end) ||
      failed(checkSizeAtLeast(location, room[axis], *end,
                              end->getText() + " positions don't fit " +
                                  room[axis].getText())))
    return failure();
  types.push_back(buffer);
  return success();
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

/// The number of elements that a pad takes away at a border.
static int64_t getCrop(const Dim &pad) {
  return pad.isNumber() ? -std::min<int64_t>(pad.getSize(), 0) : 0;
}

/// Checks how far a border of a dimension of `size` elements is padded; of what
/// is open it is taken for granted that it fits.
static LogicalResult checkPad(MaybeLocation location, PadMode mode,
                              const Dim &size, const Dim &pad) {
  if (size.isNumber() && pad.isNumber()) {
    int64_t limit = padLimit(mode, size.getSize());
    if (pad.getSize() <= limit)
      return success();
    return emitOptionalError(
        location, "mode ", stringifyEnum(mode), " can pad ", size.getSize(),
        " elements by at most ", limit, ", got ", pad.getSize());
  }
  if (!pad.isNumber() &&
      failed(checkSizeAtLeast(location, pad, 0,
                              "an amount to pad by that is computed must not "
                              "be negative: " +
                                  pad.getText())))
    return failure();
  Dim needed = 0;
  if (mode == PadMode::edge)
    needed = int64_t(pad != Dim(0));
  else if (mode != PadMode::constant)
    needed = pad;
  if (mode == PadMode::reflect && pad != Dim(0)) {
    FailureOr<Dim> sum = addSizes(location, pad, 1);
    if (failed(sum))
      return failure();
    needed = *sum;
  }
  return checkSizeAtLeast(
      location, size, needed,
      "mode " + Twine(stringifyEnum(mode)) +
          " pads by more than the dimension has: " + size.getText());
}

Shape PadOp::getPadDims() { return getBounds(getPads(), getOpenAttr(), 0); }

void PadOp::build(OpBuilder &builder, OperationState &state, Type type, Value x,
                  Value value, ArrayRef<Dim> pads, PadMode mode) {
  build(builder, state, type, x, value, toSizes(pads), mode,
        makeOpenAttr(pads, builder.getContext()));
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *context,
                                      MaybeLocation location, Adaptor adaptor,
                                      TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  int64_t rank = x.getRank();
  DimsAttr open = adaptor.getOpenAttr();
  if (failed(
          checkLength(location, "pads", adaptor.getPads().size(), 2 * rank)) ||
      (open &&
       failed(checkLength(location, "open", open.getDims().size(), 2 * rank))))
    return failure();
  if (Value value = adaptor.getValue()) {
    auto type = cast<RankedTensorType>(value.getType());
    if (failed(checkShape(location, "value", getDims(type), {})) ||
        failed(checkElementTypes(location, "x", x, "value", type)))
      return failure();
  }
  Shape shape = getDims(x), pads = getBounds(adaptor.getPads(), open, 0);
  for (int64_t i = 0; i < rank; ++i) {
    const Dim &begin = pads[i], &end = pads[rank + i];
    FailureOr<Dim> crop = addSizes(location, getCrop(begin), getCrop(end));
    if (failed(crop) ||
        failed(checkPad(location, adaptor.getMode(), shape[i], begin)) ||
        failed(checkPad(location, adaptor.getMode(), shape[i], end)) ||
        failed(checkSizeAtLeast(location, shape[i], *crop,
                                "more elements are taken away than dimension " +
                                    Twine(i) + " has: " + shape[i].getText())))
      return failure();
    FailureOr<Dim> size = addSizes(location, shape[i], begin);
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
  Shape shape;
  for (auto [size, repeat] : llvm::zip(getDims(x), repeats)) {
    FailureOr<Dim> product = multiplySizes(location, size, repeat);
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
  std::optional<ConstantView> view = ConstantView::get(adaptor.getX(), x);
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
