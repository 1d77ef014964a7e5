//===- CountedLoop.cpp - Loops with a known number of iterations ----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountedLoop.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::Twine;

Value dlc::onnximport::createIndex(OpBuilder &builder, Location loc,
                                   const Dim &size) {
  if (size.isNumber())
    return arith::ConstantIndexOp::create(builder, loc, size.getSize());
  MLIRContext *context = builder.getContext();
  return dlc::SizeOp::create(
      builder, loc, builder.getIndexType(),
      dlc::DimsAttr::get(context, size.getExpr(context)));
}

Value dlc::onnximport::reversePosition(OpBuilder &builder, Location loc,
                                       Value count, Value position) {
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value last = arith::SubIOp::create(builder, loc, count, one);
  return arith::SubIOp::create(builder, loc, last, position);
}

bool Importer::checkStates(ArrayRef<Value> before, ArrayRef<Value> after,
                           const Site &site) {
  for (auto [i, old] : llvm::enumerate(before)) {
    Value next = after[i];
    if (old.getType() == next.getType())
      continue;
    nodeError(site, "its loop-carried value number " + Twine(i) + " is " +
                        describeType(old) + " before an iteration and " +
                        describeType(next) +
                        " after it; dlc needs one type and shape for all "
                        "iterations: carry a tensor of the largest size, or "
                        "give open dimensions a size");
    return false;
  }
  return true;
}

/// The types of the outputs of all iterations; empty after an error.
/// True if a size of `value` is found where that is computed, each time anew.
static bool hasOwnSize(Value value) {
  bool found = false;
  value.getParentRegion()->walk([&](dlc::DefineSizeOp op) {
    for (const dlc::Dim &dim : dimsOf(value))
      found |= dim.getSymbolic() &&
               dim.getSymbolic().isFunctionOfSymbol(op.getSymbol());
  });
  return found;
}

Values Importer::createDestinations(const CountedLoop &loop,
                                    ArrayRef<Value> outputs, const Site &site) {
  Values destinations;
  for (auto [output, place] : llvm::zip_equal(outputs, loop.outputs)) {
    Shape shape = dimsOf(output);
    if (hasOwnSize(output)) {
      nodeError(site, "a scan output has another size in each iteration, which "
                      "depends on data: make it a tensor of the largest size");
      return {};
    }
    int64_t axis = place.axis + (place.axis < 0 ? rankOf(output) + 1 : 0);
    if (axis < 0 || axis > rankOf(output)) {
      nodeError(site, "a scan output's axis, " + Twine(place.axis) +
                          ", is out of range for " + Twine(rankOf(output) + 1) +
                          " dimensions");
      return {};
    }
    shape.insert(shape.begin() + axis, *loop.size);
    SmallVector<Type> types;
    if (failed(dlc::appendTensor(std::nullopt, shape, elementTypeOf(output),
                                 types))) {
      nodeError(site, "a scan output is too large: " + dlc::shapeText(shape));
      return {};
    }
    destinations.push_back(
        dlc::EmptyOp::create(builder, loop.loc, types.front()));
  }
  return destinations;
}

/// Makes an `scf.for` of the region, whose body has computed `results`: the
/// states, then the outputs. Empty after an error.
Values Importer::finishFor(const CountedLoop &loop,
                           std::unique_ptr<Region> region,
                           ArrayRef<Value> results, const Site &site) {
  size_t numStates = loop.states.size();
  Block &body = region->front();
  Values destinations =
      createDestinations(loop, results.drop_front(numStates), site);
  if (!checkStates(loop.states, results, site) ||
      destinations.size() != loop.outputs.size()) {
    discard(*region);
    return {};
  }
  OperationState op(loop.loc, scf::ForOp::getOperationName());
  Value zero = arith::ConstantIndexOp::create(builder, loop.loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loop.loc, 1);
  op.addOperands({zero, loop.count, one});
  op.addOperands(loop.states);
  op.addOperands(destinations);
  op.addTypes(ValueRange(loop.states).getTypes());
  op.addTypes(ValueRange(destinations).getTypes());

  OpBuilder inner(state.getContext());
  inner.setInsertionPointToEnd(&body);
  SmallVector<Value> yields(results.take_front(numStates));
  for (auto [i, output] : llvm::enumerate(results.drop_front(numStates))) {
    Value all = body.addArgument(destinations[i].getType(), loop.loc);
    Value position = body.getArgument(0);
    if (loop.outputs[i].isReverse)
      position = reversePosition(inner, loop.loc, loop.count, position);
    int64_t axis = loop.outputs[i].axis;
    yields.push_back(dlc::InsertAtOp::create(
        inner, loop.loc, all.getType(), output, all, position,
        axis < 0 ? axis + rankOf(all) : axis));
  }
  scf::YieldOp::create(inner, loop.loc, yields);
  op.addRegion(std::move(region));
  return Values(builder.create(op)->getResults());
}

Values Node::loop(Dim count, ArrayRef<Value> carried,
                  llvm::function_ref<Values(Value, ValueRange)> body) {
  if (failed)
    return {};
  Value zero = arith::ConstantIndexOp::create(builder, location, 0);
  Value one = arith::ConstantIndexOp::create(builder, location, 1);
  auto loop =
      scf::ForOp::create(builder, location, zero,
                         createIndex(builder, location, count), one, carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (failed) {
    loop.erase();
    return {};
  }
  scf::YieldOp::create(builder, location, next);
  return Values(loop.getResults());
}
