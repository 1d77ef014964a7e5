//===- Packing.cpp - Blocked layouts --------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inference and folding of pack and unpack (Shape.td).
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"

using namespace mlir;
using namespace dlc;

LogicalResult PackOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  int64_t axis = adaptor.getAxis(), block = adaptor.getBlock();
  if (failed(checkAxis(location, "axis", axis, x.getRank())) ||
      failed(checkAtLeast(location, "block", {block}, 1)))
    return failure();
  Shape shape = getDims(x);
  if (!isDynamic(shape[axis])) {
    int64_t size = shape[axis].getSize();
    if (size % block != 0)
      return emitOptionalError(location, "dimension ", axis, " has ", size,
                               " elements, expected a multiple of ", block);
    shape[axis] = size / block;
  } else if (!shape[axis].isUnknown()) {
    return emitOptionalError(location, "dimension ", axis,
                             " is open: ", shape[axis].getText());
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
  std::optional<ConstantView> view =
      ConstantView::get(adaptor.getX(), getX().getType());
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
  Shape shape = getDims(x);
  FailureOr<Dim> merged =
      multiplySizes(location, shape[axis], shape.pop_back_val());
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
  std::optional<ConstantView> view =
      ConstantView::get(adaptor.getX(), getX().getType());
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
