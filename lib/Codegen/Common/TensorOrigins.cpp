//===- TensorOrigins.cpp - What tensors of loops are versions of ----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorOrigins.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace dlc;

static bool isView(Operation *op) {
  return isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp,
             tensor::ExpandShapeOp, tensor::CastOp>(op);
}

/// The values that `value` is a part or a new version of, where ops work in
/// place.
static SmallVector<Value> getOrigins(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *parent = argument.getOwner()->getParentOp();
    unsigned number = argument.getArgNumber();
    if (auto loop = dyn_cast<scf::ForOp>(parent))
      return {loop.getTiedLoopInit(argument)->get(),
              loop.getTiedLoopYieldedValue(argument)->get()};
    if (auto loop = dyn_cast<scf::WhileOp>(parent)) {
      if (argument.getOwner() == loop.getBeforeBody())
        return {loop.getInits()[number], loop.getYieldOp()->getOperand(number)};
      return {loop.getConditionOp().getArgs()[number]};
    }
    return {};
  }
  auto result = cast<OpResult>(value);
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  if (isView(op))
    return {op->getOperand(0)};
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return {insert.getDest()};
  if (auto insert = dyn_cast<tensor::InsertOp>(op))
    return {insert.getDest()};
  if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(op))
    return {destinationStyle.getTiedOpOperand(result)->get()};
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return {loop.getInitArgs()[number], loop.getYieldedValues()[number]};
  if (auto loop = dyn_cast<scf::WhileOp>(op))
    return {loop.getConditionOp().getArgs()[number]};
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return {branch.thenYield().getOperand(number),
            branch.elseYield().getOperand(number)};
  return {};
}

llvm::SmallDenseSet<Value> dlc::findShared(Value value, ValueRange arguments) {
  llvm::SmallDenseSet<Value> seen, shared;
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value next = worklist.pop_back_val();
    if (!arguments.front().getParentRegion()->isAncestor(
            next.getParentRegion()) ||
        !seen.insert(next).second)
      continue;
    if (llvm::is_contained(arguments, next))
      shared.insert(next);
    else
      llvm::append_range(worklist, getOrigins(next));
  }
  return shared;
}

bool dlc::isLastUse(Value value, Operation *user) {
  return llvm::all_of(value.getUsers(), [&](Operation *other) {
    Operation *before = user->getBlock()->findAncestorOpInBlock(*other);
    if (other == user)
      return true;
    if (!before || !before->isBeforeInBlock(user))
      return false;
    return !isView(other) || isLastUse(other->getResult(0), user);
  });
}

bool dlc::isAvailable(Value value, Operation *op) {
  Operation *ancestor = value.getParentBlock()->findAncestorOpInBlock(*op);
  Operation *def = value.getDefiningOp();
  return ancestor && (!def || def->isBeforeInBlock(ancestor));
}

bool dlc::isNeededElsewhere(Value value, Operation *end) {
  unsigned ends = llvm::count_if(value.getUses(), [](OpOperand &use) {
    return use.getOwner()->hasTrait<mlir::OpTrait::IsTerminator>();
  });
  if (ends > 1)
    return true;
  Operation *branch = value.getParentBlock()->findAncestorOpInBlock(*end);
  return branch && branch != end && !isLastUse(value, branch);
}

InnerUpdate dlc::findInnerUpdate(Value value, Value argument,
                                 OpOperand *&init) {
  bool isOwn = true;
  init = nullptr;
  while (value != argument) {
    Operation *op = value.getDefiningOp();
    OpOperand *updated = nullptr;
    if (auto loop = dyn_cast_or_null<scf::ForOp>(op))
      init = updated = loop.getTiedLoopInit(cast<OpResult>(value));
    else if (auto insert = dyn_cast_or_null<tensor::InsertSliceOp>(op))
      updated = &insert.getDestMutable();
    else if (auto insert = dyn_cast_or_null<tensor::InsertOp>(op))
      updated = &insert.getDestMutable();
    else
      return InnerUpdate::none;
    isOwn &= isLastUse(updated->get(), op);
    value = updated->get();
  }
  if (!init)
    return InnerUpdate::none;
  return isOwn ? InnerUpdate::inPlace : InnerUpdate::needsCopy;
}

OpOperand *dlc::findEmptyBegin(Value value) {
  OpOperand *begin = nullptr;
  while (auto result = dyn_cast<OpResult>(value)) {
    Operation *op = result.getOwner();
    if (auto loop = dyn_cast<scf::ForOp>(op))
      begin = loop.getTiedLoopInit(result);
    else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
      begin = &insert.getDestMutable();
    else if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(op))
      begin = destinationStyle.getTiedOpOperand(result);
    else
      return begin && isa<tensor::EmptyOp>(op) ? begin : nullptr;
    value = begin->get();
  }
  return nullptr;
}

OpOperand *dlc::findEmptyLoopBegin(Value value) {
  OpOperand *begin = nullptr;
  bool hasLoop = false;
  while (Operation *op = value.getDefiningOp()) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      begin = loop.getTiedLoopInit(cast<OpResult>(value));
      hasLoop = true;
    } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      begin = &insert.getDestMutable();
    } else {
      return hasLoop && isa<tensor::EmptyOp>(op) ? begin : nullptr;
    }
    value = begin->get();
  }
  return nullptr;
}
