//===- QuantizationPlan.cpp - What is to be quantized ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/QuantizationPlan.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Reduction.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <cmath>

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral rangeName("dlc.range");

std::optional<ElementRange> dlc::getRange(Value value) {
  DenseF64ArrayAttr attribute;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (auto function =
            dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      attribute = function.getArgAttrOfType<DenseF64ArrayAttr>(
          argument.getArgNumber(), rangeName);
  } else {
    attribute =
        value.getDefiningOp()->getAttrOfType<DenseF64ArrayAttr>(rangeName);
  }
  if (!attribute || attribute.size() != 2 || !std::isfinite(attribute[0]) ||
      !std::isfinite(attribute[1]) || attribute[0] > attribute[1])
    return std::nullopt;
  return ElementRange{attribute[0], attribute[1]};
}

void dlc::setRange(Value value, const ElementRange &range) {
  auto attribute =
      DenseF64ArrayAttr::get(value.getContext(), {range.low, range.high});
  if (auto argument = dyn_cast<BlockArgument>(value))
    cast<func::FuncOp>(argument.getOwner()->getParentOp())
        .setArgAttr(argument.getArgNumber(), rangeName, attribute);
  else
    value.getDefiningOp()->setAttr(rangeName, attribute);
}

//===----------------------------------------------------------------------===//
// Which ops
//===----------------------------------------------------------------------===//

static bool isF32(Value value) {
  return getElementTypeOrSelf(value.getType()).isF32();
}
static bool isConstant(Value value) {
  return matchPattern(value, m_Constant());
}

/// The only operand that isn't constant of an op which computes element by
/// element in f32; null for other ops. A kernel takes such an op along.
static Value getElementwiseOperand(Operation *op) {
  if (!op->hasTrait<dlc::OpTrait::ElementwiseTrait>() ||
      op->getNumResults() != 1 || !isF32(op->getResult(0)))
    return {};
  Value only;
  for (Value operand : op->getOperands()) {
    if (isConstant(operand))
      continue;
    if (!isF32(operand) || (only && only != operand))
      return {};
    only = operand;
  }
  return only && only.getType() == op->getResult(0).getType() ? only : Value();
}

static bool selectsElements(Operation *op) {
  return op->hasTrait<dlc::OpTrait::SelectsElements>();
}

/// Ops between contractions that integers can pass.
static bool canFollow(Operation *op) {
  if (op->getNumResults() != 1 || !isF32(op->getResult(0)) ||
      llvm::any_of(op->getOperands(), isConstant))
    return false;
  return selectsElements(op) || isa<AvgPoolOp, ReduceMeanOp, AddOp>(op);
}

/// Adds a convolution or product, or says why not.
void QuantizationPlan::addContraction(Operation *op) {
  Value weights = cast<WeightedOp>(op).getWeights();
  auto type = cast<RankedTensorType>(weights.getType());
  auto product = dyn_cast<MatMulOp>(op);
  std::string reason;
  if (!isF32(op->getResult(0)))
    reason = "it isn't in f32";
  else if (!isConstant(weights))
    reason = "its weights aren't constant";
  else if (isConstant(op->getOperand(0)))
    reason = "its left operand is constant";
  else if (product && (type.getRank() != 2 || product.getTransposeA()))
    reason = "its weights are not a plain matrix";
  if (reason.empty())
    members.insert(op);
  else
    exceptions.push_back({op, reason});
}

/// True if the value is what a member made, perhaps with elementwise ops on
/// the way, or if it is quantized for a contraction anyway.
bool QuantizationPlan::isFedByMembers(Value value) const {
  for (OpOperand &use : value.getUses())
    if (use.getOperandNumber() == 0 && isa<ConvOp, MatMulOp>(use.getOwner()) &&
        members.contains(use.getOwner()))
      return true;
  while (Operation *op = value ? value.getDefiningOp() : nullptr) {
    if (members.contains(op))
      return true;
    value = getElementwiseOperand(op);
  }
  return false;
}

bool QuantizationPlan::feedsMembers(Value value) const {
  SmallVector<Value> open = {value};
  SmallPtrSet<Operation *, 8> seen;
  while (!open.empty())
    for (Operation *user : open.pop_back_val().getUsers()) {
      if (members.contains(user))
        return true;
      if (getElementwiseOperand(user) && seen.insert(user).second)
        open.push_back(user->getResult(0));
    }
  return false;
}

/// Integers must come in and be wanted; a lone op in between isn't worth the
/// way.
bool QuantizationPlan::canStay(Operation *op) const {
  return feedsMembers(op->getResult(0)) &&
         llvm::all_of(op->getOperands(),
                      [&](Value operand) { return isFedByMembers(operand); });
}

/// The operand of a sum that comes right out of a convolution or product, which
/// can do the sum: the later one, since the other is there by then.
Value QuantizationPlan::findAccumulated(Operation *op) const {
  Value found;
  Operation *latest = nullptr;
  for (Value operand : op->getOperands()) {
    Value value = operand;
    while (value && value.hasOneUse()) {
      Operation *maker = value.getDefiningOp();
      if (!maker)
        break;
      if (isa<ConvOp, MatMulOp>(maker) && members.contains(maker)) {
        if (!latest || latest->isBeforeInBlock(maker)) {
          latest = maker;
          found = operand;
        }
        break;
      }
      value = getElementwiseOperand(maker);
    }
  }
  return found;
}

//===----------------------------------------------------------------------===//
// Which values
//===----------------------------------------------------------------------===//

void QuantizationPlan::collectGroups(func::FuncOp main) {
  // Arguments first, then in the order of the ops.
  llvm::SetVector<Value> values;
  llvm::DenseSet<Value> wanted;
  for (Operation *op : members) {
    if (isa<ConvOp, MatMulOp>(op))
      wanted.insert(op->getOperand(0));
    else
      for (Value operand : op->getOperands())
        if (operand != accumulated.lookup(op))
          wanted.insert(operand);
  }
  for (Value argument : main.getArguments())
    if (wanted.contains(argument))
      values.insert(argument);
  for (Operation &op : main.front())
    for (Value result : op.getResults())
      if (wanted.contains(result))
        values.insert(result);

  // What only selects elements ties its operands to its result.
  llvm::DenseSet<Value> moved;
  llvm::EquivalenceClasses<Value> ties;
  for (Value value : values)
    ties.insert(value);
  for (Value value : values) {
    Operation *op = value.getDefiningOp();
    if (!op || !members.contains(op) || !selectsElements(op))
      continue;
    moved.insert(value);
    for (Value operand : op->getOperands())
      ties.unionSets(operand, value);
  }
  llvm::DenseMap<Value, size_t> places;
  for (Value value : values) {
    auto [place, isNew] =
        places.try_emplace(ties.getLeaderValue(value), groups.size());
    if (isNew)
      groups.emplace_back();
    Group &group = groups[place->second];
    group.values.push_back(value);
    if (!moved.contains(value))
      group.observed.push_back(value);
  }
}

QuantizationPlan::QuantizationPlan(func::FuncOp main) {
  for (Operation &op : main.front()) {
    if (isa<ConvOp, MatMulOp>(op))
      addContraction(&op);
    else if (canFollow(&op))
      members.insert(&op);
  }
  // Members that only followed each other fall away, until all have a reason.
  while (members.remove_if([&](Operation *op) {
    return !isa<ConvOp, MatMulOp>(op) && !canStay(op);
  }))
    ;
  for (Operation *op : members)
    if (isa<AddOp>(op))
      if (Value value = findAccumulated(op))
        accumulated[op] = value;
  collectGroups(main);
}

SmallVector<Value> QuantizationPlan::getObserved() const {
  SmallVector<Value> observed;
  for (const Group &group : groups)
    llvm::append_range(observed, group.observed);
  return observed;
}
