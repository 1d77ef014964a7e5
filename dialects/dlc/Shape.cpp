//===- Shape.cpp - Shape changes and data movement ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/DLCOps.h"

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

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  RankedTensorType x = getX().getType(), y = getType();
  if (failed(checkElementTypes(getLoc(), "x", x, "y", y)))
    return failure();
  if (y.getNumDynamicDims() > 1)
    return emitOpError("the result has ")
           << y.getNumDynamicDims()
           << " dynamic dimensions, at most one can be";
  if (!y.hasStaticShape() && x.hasStaticShape())
    return emitOpError("the result has a dynamic dimension, the operand none");
  if (x.hasStaticShape() && y.hasStaticShape() &&
      x.getNumElements() != y.getNumElements())
    return emitOpError("the operand has ")
           << x.getNumElements() << " elements, the result "
           << y.getNumElements();
  return success();
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

LogicalResult ExpandOp::verify() {
  RankedTensorType x = getX().getType(), y = getType();
  SmallVector<int64_t> shape;
  if (failed(checkElementTypes(getLoc(), "x", x, "y", y)) ||
      failed(broadcastShapes(getLoc(), x.getShape(), y.getShape(), shape)))
    return failure();
  return checkShape(getLoc(), "x broadcast to y", shape, y.getShape());
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

LogicalResult SliceOp::inferReturnTypes(MLIRContext *context,
                                        MaybeLocation location, Adaptor adaptor,
                                        TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> starts = adaptor.getStarts(), sizes = adaptor.getSizes(),
                    steps = adaptor.getSteps();
  if (failed(checkLength(location, "starts", starts.size(), x.getRank())) ||
      failed(checkLength(location, "sizes", sizes.size(), x.getRank())) ||
      failed(checkLength(location, "steps", steps.size(), x.getRank())) ||
      failed(checkAtLeast(location, "sizes", sizes, 0)))
    return failure();
  for (int64_t i = 0; i < x.getRank(); ++i) {
    if (steps[i] == 0)
      return emitOptionalError(location, "the step of dimension ", i, " is 0");
    if (sizes[i] == 0)
      continue;
    std::optional<int64_t> last =
        llvm::checkedMulAdd(sizes[i] - 1, steps[i], starts[i]);
    int64_t size = isDynamic(x.getDimSize(i)) ? INT64_MAX : x.getDimSize(i);
    if (starts[i] < 0 || starts[i] >= size || !last || *last < 0 ||
        *last >= size)
      return emitOptionalError(location, "the slice leaves dimension ", i,
                               " of ", x.getDimSize(i), " elements: start ",
                               starts[i], ", size ", sizes[i], ", step ",
                               steps[i]);
  }
  return appendTensor(location, sizes, x.getElementType(), types);
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

LogicalResult UnpackOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, "axis", axis, x.getRank() - 1)))
    return failure();
  SmallVector<int64_t> shape(x.getShape().drop_back());
  FailureOr<int64_t> merged =
      multiplySizes(location, shape[axis], x.getShape().back());
  if (failed(merged))
    return failure();
  shape[axis] = *merged;
  return appendTensor(location, shape, x.getElementType(), types);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult PackOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult UnpackOp::fold(FoldAdaptor adaptor) { return {}; }
