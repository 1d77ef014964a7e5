//===- Reduction.cpp - Reductions along axes ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Reduction.h"

#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

template <typename Adaptor>
static LogicalResult inferReduce(MaybeLocation location, Adaptor adaptor,
                                 TypeVector &types);
template <typename Adaptor>
static LogicalResult inferArgReduce(MaybeLocation location, Adaptor adaptor,
                                    TypeVector &types);

#define GET_OP_CLASSES
#include "dialects/dlc/Reduction.cpp.inc"

void DLCDialect::addReductionOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Reduction.cpp.inc"
      >();
}

/// All reductions over `axes` give the same shape.
template <typename Adaptor>
static LogicalResult inferReduce(MaybeLocation location, Adaptor adaptor,
                                 TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  if (failed(checkAxes(location, adaptor.getAxes(), x.getRank())))
    return failure();
  Shape shape;
  for (auto [i, size] : llvm::enumerate(getDims(x))) {
    if (!llvm::is_contained(adaptor.getAxes(), static_cast<int64_t>(i)))
      shape.push_back(size);
    else if (adaptor.getKeepdims())
      shape.push_back(1);
  }
  return appendTensor(location, shape, x.getElementType(), types);
}

/// The same for the two searches along one axis.
template <typename Adaptor>
static LogicalResult inferArgReduce(MaybeLocation location, Adaptor adaptor,
                                    TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, "axis", axis, x.getRank())))
    return failure();
  Shape shape = getDims(x);
  if (shape[axis] == Dim(0))
    return emitOptionalError(location, "dimension ", axis,
                             " of x has no elements to search");
  if (adaptor.getKeepdims())
    shape[axis] = 1;
  else
    shape.erase(shape.begin() + axis);
  return appendTensor(location, shape, IntegerType::get(x.getContext(), 64),
                      types);
}

LogicalResult DetOp::inferReturnTypes(MLIRContext *context,
                                      MaybeLocation location, Adaptor adaptor,
                                      TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  Shape shape = getDims(x);
  if (shape.size() < 2)
    return emitOptionalError(location, "x has no matrices");
  Dim columns = shape.pop_back_val(), rows = shape.pop_back_val();
  if (!sizesAgree(rows, columns))
    return emitOptionalError(location, "x has matrices of ", rows.getText(),
                             " x ", columns.getText(), ", expected squares");
  return appendTensor(location, shape, x.getElementType(), types);
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

/// Folds the reduction of a constant; over no axes, to the operand.
template <typename OpTy>
static OpFoldResult foldOver(OpTy op, Attribute x,
                             const BinaryFunctions &functions) {
  RankedTensorType type = op.getX().getType();
  if (failed(checkAxes(std::nullopt, op.getAxes(), type.getRank())))
    return {};
  if (op.getAxes().empty() && type == op.getType())
    return op.getX();
  return foldReduce(x, op.getAxes(), op.getType(), functions);
}

OpFoldResult ReduceSumOp::fold(FoldAdaptor adaptor) {
  // Float sums depend on the order; compiled code has its own.
  return foldOver(
      *this, adaptor.getX(),
      {nullptr,
       [](int64_t a, int64_t b) {
         return std::optional<int64_t>(static_cast<uint64_t>(a) + b);
       },
       [](uint64_t a, uint64_t b) { return std::optional(a + b); }});
}

OpFoldResult ReduceProdOp::fold(FoldAdaptor adaptor) {
  return foldOver(
      *this, adaptor.getX(),
      {nullptr,
       [](int64_t a, int64_t b) {
         return std::optional<int64_t>(static_cast<uint64_t>(a) * b);
       },
       [](uint64_t a, uint64_t b) { return std::optional(a * b); }});
}

OpFoldResult ReduceMinOp::fold(FoldAdaptor adaptor) {
  return foldOver(
      *this, adaptor.getX(),
      {[](double a, double b) {
         return std::optional(a < b || a != a ? a : b);
       },
       [](int64_t a, int64_t b) { return std::optional(std::min(a, b)); },
       [](uint64_t a, uint64_t b) { return std::optional(std::min(a, b)); }});
}

OpFoldResult ReduceMaxOp::fold(FoldAdaptor adaptor) {
  return foldOver(
      *this, adaptor.getX(),
      {[](double a, double b) {
         return std::optional(a > b || a != a ? a : b);
       },
       [](int64_t a, int64_t b) { return std::optional(std::max(a, b)); },
       [](uint64_t a, uint64_t b) { return std::optional(std::max(a, b)); }});
}

OpFoldResult ReduceMeanOp::fold(FoldAdaptor adaptor) {
  return foldOver(*this, adaptor.getX(), {nullptr, nullptr, nullptr});
}
