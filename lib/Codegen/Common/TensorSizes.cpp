//===- TensorSizes.cpp - Shapes of tensors as expressions -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorSizes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;
using namespace dlc;

using Sizes = FailureOr<SmallVector<AffineExpr>>;

/// What `mixed` sizes are, or failure.
static Sizes readSizes(ArrayRef<OpFoldResult> mixed, MLIRContext *context) {
  SmallVector<AffineExpr> sizes;
  for (OpFoldResult size : mixed) {
    sizes.push_back(getSizeExpr(size, context));
    if (!sizes.back())
      return failure();
  }
  return sizes;
}

static Sizes readSlice(tensor::ExtractSliceOp slice) {
  SmallVector<OpFoldResult> kept;
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  for (auto [dim, size] : llvm::enumerate(slice.getMixedSizes()))
    if (!dropped.test(dim))
      kept.push_back(size);
  return readSizes(kept, slice.getContext());
}

static Sizes readCollapse(tensor::CollapseShapeOp collapse) {
  Sizes source = getTensorSizes(collapse.getSrc());
  if (failed(source))
    return failure();
  SmallVector<AffineExpr> sizes;
  for (ArrayRef<int64_t> group : collapse.getReassociationIndices()) {
    AffineExpr size = getAffineConstantExpr(1, collapse.getContext());
    for (int64_t dim : group)
      size = mulSizeExprs(size, (*source)[dim]);
    sizes.push_back(size);
  }
  return sizes;
}

/// What has the shape of `argument`, which begins or carries on a loop.
static Sizes readArgument(BlockArgument argument) {
  Operation *parent = argument.getOwner()->getParentOp();
  unsigned number = argument.getArgNumber();
  if (auto func = dyn_cast<func::FuncOp>(parent)) {
    auto map = func.getArgAttrOfType<AffineMapAttr>(number, kSizesAttrName);
    if (!map)
      return failure();
    return llvm::to_vector(
        llvm::map_range(map.getValue().getResults(), normalizeSize));
  }
  if (auto loop = dyn_cast<scf::ForOp>(parent))
    return getTensorSizes(loop.getTiedLoopInit(argument)->get());
  auto loop = dyn_cast<scf::WhileOp>(parent);
  if (!loop)
    return failure();
  if (argument.getOwner() == loop.getBeforeBody())
    return getTensorSizes(loop.getInits()[number]);
  return getTensorSizes(loop.getConditionOp().getArgs()[number]);
}

static Sizes readResult(OpResult result) {
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  MLIRContext *context = op->getContext();
  if (auto empty = dyn_cast<tensor::EmptyOp>(op))
    return readSizes(empty.getMixedSizes(), context);
  if (auto alloc = dyn_cast<bufferization::AllocTensorOp>(op)) {
    if (Value copied = alloc.getCopy())
      return getTensorSizes(copied);
    return readSizes(getMixedValues(alloc.getType().getShape(),
                                    alloc.getDynamicSizes(), context),
                     context);
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return readSizes(getMixedValues(expand.getStaticOutputShape(),
                                    expand.getOutputShape(), context),
                     context);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return readSlice(slice);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return readCollapse(collapse);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return getTensorSizes(insert.getDest());
  if (auto insert = dyn_cast<tensor::InsertOp>(op))
    return getTensorSizes(insert.getDest());
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return getTensorSizes(cast.getSource());
  if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(op))
    return getTensorSizes(destinationStyle.getTiedOpOperand(result)->get());
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return getTensorSizes(loop.getInitArgs()[number]);
  if (auto loop = dyn_cast<scf::WhileOp>(op))
    return getTensorSizes(loop.getConditionOp().getArgs()[number]);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return getTensorSizes(branch.thenYield().getOperand(number));
  if (auto buffer = dyn_cast<bufferization::ToTensorOp>(op)) {
    FailureOr<BufferLayout> layout = BufferLayout::get(buffer.getBuffer());
    if (succeeded(layout))
      return layout->sizes;
  }
  return failure();
}

Sizes dlc::getTensorSizes(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.hasStaticShape())
    return llvm::map_to_vector(type.getShape(), [&](int64_t size) {
      return getAffineConstantExpr(size, type.getContext());
    });
  auto result = dyn_cast<OpResult>(tensor);
  return result ? readResult(result)
                : readArgument(cast<BlockArgument>(tensor));
}
