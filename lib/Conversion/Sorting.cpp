//===- Sorting.cpp - Loops that sort --------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sorting.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

Value dlc::isAbove(B &b, Value y, Value z, bool isUnsigned) {
  if (!isa<FloatType>(y.getType()))
    return less(b, z, y, isUnsigned);
  // Above or not comparable, and it isn't z that can't be compared.
  Value above = arith::CmpFOp::create(b, arith::CmpFPredicate::UGT, y, z);
  Value isNumber = arith::CmpFOp::create(b, arith::CmpFPredicate::ORD, z, z);
  return arith::AndIOp::create(b, above, isNumber);
}

SmallVector<Value> dlc::createWhile(
    B &b, ValueRange inits, TypeRange passed,
    llvm::function_ref<std::pair<Value, SmallVector<Value>>(B &, ValueRange)>
        before,
    llvm::function_ref<SmallVector<Value>(B &, ValueRange)> after) {
  auto loop = scf::WhileOp::create(
      b, passed, inits,
      [&](OpBuilder &nested, Location loc, ValueRange state) {
        B inner(loc, nested);
        auto [condition, values] = before(inner, state);
        scf::ConditionOp::create(inner, condition, values);
      },
      [&](OpBuilder &nested, Location loc, ValueRange values) {
        B inner(loc, nested);
        scf::YieldOp::create(inner, after(inner, values));
      });
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> dlc::createBranch(B &b, Value condition, TypeRange types,
                                     BranchBody thenBody, BranchBody elseBody) {
  auto branch = scf::IfOp::create(b, types, condition, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  auto fill = [&](Block *block, BranchBody body) {
    OpBuilder nested = OpBuilder::atBlockEnd(block);
    B inner(b.getLoc(), nested);
    scf::YieldOp::create(inner, body(inner));
  };
  fill(branch.thenBlock(), thenBody);
  fill(branch.elseBlock(), elseBody);
  return SmallVector<Value>(branch.getResults());
}

SmallVector<Value> dlc::createLoopFrom(
    B &b, Value begin, Value end, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(B &, Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(
      b, begin, end, indexConstant(b, 1), inits,
      [&](OpBuilder &nested, Location loc, Value step, ValueRange state) {
        B inner(loc, nested);
        scf::YieldOp::create(inner, body(inner, step, state));
      });
  return SmallVector<Value>(loop.getResults());
}

//===----------------------------------------------------------------------===//
// Merge sort
//===----------------------------------------------------------------------===//

namespace {
using IsBefore = llvm::function_ref<Value(B &, Value, Value)>;

/// Merges each two neighbouring runs of `width` elements of `from` into `to`.
struct MergePass {
  Value count, width;
  IsBefore isBefore;

  Value emit(B &b, Value from, Value to) const;

private:
  Value emitRun(B &b, Value from, Value to, Value run) const;
};
} // namespace

Value MergePass::emitRun(B &b, Value from, Value to, Value run) const {
  Value begin = mul(b, mul(b, run, width), indexConstant(b, 2));
  Value middle = min(b, add(b, begin, width), count, false);
  Value end = min(b, add(b, middle, width), count, false);
  Value last = sub(b, count, indexConstant(b, 1)), one = indexConstant(b, 1);
  return createLoopFrom(
      b, begin, end, {to, begin, middle},
      [&](B &inner, Value at, ValueRange state) -> SmallVector<Value> {
        Value left = state[1], right = state[2];
        auto read = [&](Value position) -> Value {
          return tensor::ExtractOp::create(inner, from,
                                           min(inner, position, last, false));
        };
        Value x = read(left), y = read(right);
        Value isLeftDone = lessEqual(inner, middle, left, false);
        Value hasRight = less(inner, right, end, false);
        Value takesRight = arith::AndIOp::create(
            inner, hasRight,
            arith::OrIOp::create(inner, isLeftDone, isBefore(inner, y, x)));
        Value taken = select(inner, takesRight, y, x);
        Value next = tensor::InsertOp::create(inner, taken, state[0], at);
        return {next, select(inner, takesRight, left, add(inner, left, one)),
                select(inner, takesRight, add(inner, right, one), right)};
      })[0];
}

Value MergePass::emit(B &b, Value from, Value to) const {
  Value pair = mul(b, width, indexConstant(b, 2));
  Value runs = arith::CeilDivUIOp::create(b, count, pair);
  return createLoop(b, runs, to, [&](B &inner, Value run, ValueRange state) {
    return SmallVector<Value>{emitRun(inner, from, state[0], run)};
  })[0];
}

std::pair<Value, Value> dlc::createMergeSort(B &b, Value order, Value scratch,
                                             Value count, IsBefore isBefore) {
  // As many doublings of the width as reach the count, two at a time, so that
  // the result is where it began: ceil(bits(count - 1) / 2).
  Type i64 = b.getI64Type();
  Value most = max(b, count, indexConstant(b, 1), false);
  Value wide = arith::IndexCastOp::create(b, i64, most);
  Value zeros =
      math::CountLeadingZerosOp::create(b, sub(b, wide, constant(b, i64, 1)));
  Value bits = sub(b, constant(b, i64, 65), zeros);
  Value half = arith::ShRUIOp::create(b, bits, constant(b, i64, 1));
  Value rounds = arith::IndexCastOp::create(b, b.getIndexType(), half);
  SmallVector<Value> sorted = createLoop(
      b, rounds, {order, scratch},
      [&](B &inner, Value round, ValueRange state) -> SmallVector<Value> {
        Value one = indexConstant(inner, 1), two = indexConstant(inner, 2);
        Value width = arith::ShLIOp::create(inner, one, mul(inner, round, two));
        MergePass first{count, width, isBefore};
        MergePass second{count, mul(inner, width, two), isBefore};
        Value merged = first.emit(inner, state[0], state[1]);
        return {second.emit(inner, merged, state[0]), merged};
      });
  return {sorted[0], sorted[1]};
}
