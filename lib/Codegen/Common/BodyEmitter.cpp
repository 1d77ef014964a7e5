//===- BodyEmitter.cpp - Scalar bodies as vector code ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BodyEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace dlc;

SmallVector<Value> BodyEmitter::emit(Block &body, ArrayRef<Operation *> ops,
                                     ArrayRef<Value> arguments,
                                     unsigned firstAccumulator) {
  for (auto [argument, value] : llvm::zip_equal(body.getArguments(), arguments))
    mapping[argument] = value;
  for (Operation *op : ops)
    emitOp(*op, firstAccumulator);
  return llvm::map_to_vector(body.getTerminator()->getOperands(),
                             [&](Value value) { return lookup(value); });
}

SmallVector<Value> BodyEmitter::emit(Block &body, ArrayRef<Value> arguments,
                                     unsigned firstAccumulator) {
  SmallVector<Operation *> ops = llvm::map_to_vector(
      body.without_terminator(), [](Operation &op) { return &op; });
  return emit(body, ops, arguments, firstAccumulator);
}

Value BodyEmitter::lookup(Value value) const {
  auto it = mapping.find(value);
  return it == mapping.end() ? value : it->second;
}

Value BodyEmitter::widen(Value value) {
  if (lanes == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(
      builder, VectorType::get(lanes, value.getType()), value);
}

void BodyEmitter::emitOp(Operation &op, unsigned firstAccumulator) {
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    mapping[index.getResult()] = getIndex(index.getDim());
    return;
  }
  if (emitMultiplyAdd(op, firstAccumulator))
    return;

  SmallVector<Value> operands = llvm::map_to_vector(
      op.getOperands(), [&](Value value) { return lookup(value); });
  bool hasVector = llvm::any_of(
      operands, [](Value value) { return isa<VectorType>(value.getType()); });
  if (!hasVector || op.getNumRegions() > 0) {
    // A region may use vectors from outside; such ops run lane by lane.
    bool usesVector = false;
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        usesVector |= isa<VectorType>(lookup(operand).getType());
    });
    if (usesVector)
      return emitPerLane(op);
    IRMapping scalars;
    for (auto [from, to] : mapping)
      scalars.map(from, to);
    Operation *clone = builder.clone(op, scalars);
    for (auto [from, to] :
         llvm::zip_equal(op.getResults(), clone->getResults()))
      mapping[from] = to;
    return;
  }
  if (!mlir::OpTrait::hasElementwiseMappableTraits(&op))
    return emitPerLane(op);

  for (Value &operand : operands)
    operand = widen(operand);
  OperationState state(builder.getLoc(), op.getName());
  state.addOperands(operands);
  for (Type type : op.getResultTypes())
    state.addTypes(VectorType::get(lanes, type));
  state.addAttributes(op.getAttrs());
  Operation *vectorOp = builder.create(state);
  for (auto [from, to] :
       llvm::zip_equal(op.getResults(), vectorOp->getResults()))
    mapping[from] = to;
}

/// `accumulator + a * b` with the product used nowhere else.
bool BodyEmitter::emitMultiplyAdd(Operation &op, unsigned firstAccumulator) {
  auto isProduct = [](Value value) {
    auto mul = value.getDefiningOp<arith::MulFOp>();
    return mul && mul->hasOneUse();
  };
  // The product waits for the addition that contracts it.
  if (isa<arith::MulFOp>(op) && op.hasOneUse())
    if (auto add = dyn_cast<arith::AddFOp>(*op.user_begin()))
      for (Value operand : add->getOperands())
        if (auto argument = dyn_cast<BlockArgument>(operand))
          if (argument.getOwner() == op.getBlock() &&
              argument.getArgNumber() >= firstAccumulator)
            return true;
  auto add = dyn_cast<arith::AddFOp>(op);
  if (!add)
    return false;
  for (auto [accumulator, product] : {std::pair(add.getLhs(), add.getRhs()),
                                      std::pair(add.getRhs(), add.getLhs())}) {
    auto argument = dyn_cast<BlockArgument>(accumulator);
    if (!argument || argument.getOwner() != op.getBlock() ||
        argument.getArgNumber() < firstAccumulator || !isProduct(product))
      continue;
    auto mul = product.getDefiningOp<arith::MulFOp>();
    Value a = lookup(mul.getLhs()), b = lookup(mul.getRhs()),
          c = lookup(accumulator);
    if (llvm::any_of(ArrayRef<Value>{a, b, c}, [](Value value) {
          return isa<VectorType>(value.getType());
        })) {
      a = widen(a);
      b = widen(b);
      c = widen(c);
    }
    // Fused where the target can, two operations where it can't.
    mapping[add.getResult()] =
        LLVM::FMulAddOp::create(builder, c.getType(), a, b, c);
    return true;
  }
  return false;
}

void BodyEmitter::emitPerLane(Operation &op) {
  SmallVector<SmallVector<Value>> results(op.getNumResults());
  for (int64_t lane = 0; lane < lanes; ++lane) {
    IRMapping scalars;
    auto mapLane = [&](Value from) {
      Value to = lookup(from);
      if (scalars.contains(from) || to == from)
        return;
      if (isa<VectorType>(to.getType()))
        to = vector::ExtractOp::create(builder, to, lane);
      scalars.map(from, to);
    };
    op.walk([&](Operation *inner) {
      llvm::for_each(inner->getOperands(), mapLane);
    });
    Operation *clone = builder.clone(op, scalars);
    for (auto [i, result] : llvm::enumerate(clone->getResults()))
      results[i].push_back(result);
  }
  for (auto [from, perLane] : llvm::zip_equal(op.getResults(), results))
    mapping[from] = vector::FromElementsOp::create(
        builder, VectorType::get(lanes, from.getType()), perLane);
}
