//===- Loop.cpp - Loop from ONNX ------------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountedLoop.h"

#include "SizeArithmetic.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Shape.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::Twine;

namespace dlc::onnximport {
/// A Loop, being imported.
struct LoopParts {
  onnx::GraphProto *body;
  Location loc;
  /// Null where the node leaves them out.
  Value tripCount, condition;
  SmallVector<Value> states;
  size_t numOutputs;

  /// What is known of the condition: before the loop, and after an iteration.
  std::optional<bool> isEntered, goesOn;
};
} // namespace dlc::onnximport

/// Reads and checks what doesn't depend on the body; false after an error, and
/// no body if it isn't one.
bool Importer::readLoop(const Site &site, LoopParts &loop) {
  SmallVector<Value> inputs;
  bool isGood = collectInputs(site, inputs);
  isGood &= checkAttributes(site);
  loop.body = findGraph(site, "body");
  if (!loop.body)
    return false;
  if (inputs.size() < 2) {
    nodeError(site, "it needs inputs for a trip count and a condition");
    return false;
  }
  loop.tripCount = inputs[0];
  loop.condition = inputs[1];
  loop.states.assign(inputs.begin() + 2, inputs.end());
  size_t numStates = loop.states.size();
  if (size_t(loop.body->input_size()) != numStates + 2) {
    nodeError(site, "its body has " + Twine(loop.body->input_size()) +
                        " inputs, expected " + Twine(numStates + 2));
    loop.body = nullptr;
    return false;
  }
  if (size_t(loop.body->output_size()) < numStates + 1 ||
      loop.body->output_size() - 1 < site.proto.output_size()) {
    nodeError(site, "its body has " + Twine(loop.body->output_size()) +
                        " outputs, expected at least " +
                        Twine(1 + std::max<size_t>(numStates,
                                                   site.proto.output_size())));
    return false;
  }
  loop.numOutputs = loop.body->output_size() - 1 - numStates;
  if (isGood && llvm::is_contained(loop.states, Value())) {
    nodeError(site, "the initial value of a loop-carried value is missing");
    isGood = false;
  }
  return isGood &&
         (!loop.tripCount || checkScalar(site, "trip count", loop.tripCount,
                                         builder.getI64Type())) &&
         (!loop.condition ||
          checkScalar(site, "condition", loop.condition, builder.getI1Type()));
}

void Importer::importLoop(const Site &site) {
  LoopParts loop{nullptr, makeNodeLocation(site.proto, state.getContext()),
                 {},      {},
                 {},      0,
                 {},      {}};
  bool isGood = readLoop(site, loop);
  if (!loop.body)
    return defineOutputs(site, {});
  if (!isGood) {
    reportUnsupported(*loop.body, site);
    return defineOutputs(site, {});
  }
  loop.isEntered =
      loop.condition ? readTruth(state.evaluateKnown(loop.condition)) : true;
  defineOutputs(site, importLoopBody(loop, site));
}

/// Gives a subgraph's input its value, in the shape that the subgraph states
/// where that differs by a dimension of 1.
static Value fitStated(OpBuilder &builder, Location loc, Value value,
                       const onnx::ValueInfoProto &stated) {
  const onnx::TypeProto::Tensor &type = stated.type().tensor_type();
  if (!value || rankOf(value) != 0 || type.shape().dim_size() != 1)
    return value;
  auto wanted = RankedTensorType::get({1}, elementTypeOf(value));
  return builder.createOrFold<dlc::ReshapeOp>(loc, wanted, value);
}

/// Imports the body, then makes a loop of it. Inside, the condition holds.
Values Importer::importLoopBody(LoopParts &loop, const Site &site) {
  OpBuilder::InsertionGuard guard(builder);
  OpBuilder::InsertPoint place = builder.saveInsertionPoint();
  auto region = std::make_unique<Region>();
  SmallVector<Type> types{builder.getIndexType()};
  llvm::append_range(types, ValueRange(loop.states).getTypes());
  Block &block = beginRegion(builder, *region, types, loop.loc);
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  auto i1 = RankedTensorType::get({}, builder.getI1Type());
  Value number = arith::IndexCastOp::create(
      builder, loop.loc, builder.getI64Type(), block.getArgument(0));
  Value iteration =
      tensor::FromElementsOp::create(builder, loop.loc, i64, number);
  Value holds = dlc::ConstantOp::create(builder, loop.loc, i1,
                                        DenseElementsAttr::get(i1, true));
  SmallVector<Value> inputs{
      fitStated(builder, loop.loc, iteration, loop.body->input(0)),
      fitStated(builder, loop.loc, holds, loop.body->input(1))};
  llvm::append_range(inputs, block.getArguments().drop_front());
  llvm::SaveAndRestore<bool> inLoop(state.isInLoop, true);
  Values results = importSubgraph(*loop.body, inputs, site);
  bool isGood = !results.empty() && areKnown(results);
  isGood = isGood && checkScalar(site, "body's first output", results[0],
                                 builder.getI1Type());
  if (!isGood) {
    discard(*region);
    return {};
  }
  loop.goesOn = readTruth(state.evaluateKnown(results[0]));
  if (!loop.condition && loop.goesOn != true) {
    nodeError(site, "its condition is left out, but its body computes one: "
                    "ONNX says that it is ignored, ONNX Runtime obeys it; give "
                    "the node a condition");
    discard(*region);
    return {};
  }
  builder.restoreInsertionPoint(place);
  if (loop.isEntered == false || loop.goesOn)
    return finishCountedLoop(loop, std::move(region), results, site);
  return finishWhile(loop, std::move(region), results, site);
}

/// The number of iterations of a loop whose condition doesn't change: a size,
/// or none, and then the trip count's value is asked for.
std::optional<Dim> Importer::getTripCount(const LoopParts &loop,
                                          bool isNeeded) {
  if (loop.isEntered == false)
    return Dim(0);
  if (!loop.tripCount)
    return loop.goesOn == false ? std::optional(Dim(1)) : std::nullopt;
  std::optional<Dim> count;
  if (std::optional<Shape> sizes = dlc::readSizes(loop.tripCount))
    count = sizes->front();
  ElementsAttr known = isNeeded && !count ? state.evaluate(loop.tripCount)
                                          : state.evaluateKnown(loop.tripCount);
  if (known)
    count = Dim(std::max<int64_t>(*known.value_begin<int64_t>(), 0));
  if (loop.goesOn == false && count && count->isNumber())
    count = Dim(std::min<int64_t>(count->getSize(), 1));
  return count;
}

/// A loop that ends after its trip count, or after one iteration.
Values Importer::finishCountedLoop(LoopParts &loop,
                                   std::unique_ptr<Region> region,
                                   ArrayRef<Value> results, const Site &site) {
  bool hasOutputs = false;
  for (size_t i = 0; i < loop.numOutputs; ++i)
    hasOutputs |= wantsOutput(site, loop.states.size() + i);
  // The sizes of outputs are needed at compile time, hence both inputs.
  if (hasOutputs && !loop.isEntered)
    loop.isEntered = readTruth(state.evaluate(loop.condition));
  auto fail = [&](const Twine &text) {
    nodeError(site, text);
    discard(*region);
    return Values();
  };
  if (hasOutputs && !loop.isEntered)
    return fail("the sizes of its scan outputs depend on whether its condition "
                "holds, which must be known at compile time; " +
                state.explainUnknown(loop.condition));
  std::optional<Dim> size = getTripCount(loop, hasOutputs);
  if (!size && !loop.tripCount)
    return fail("it never ends: it has no trip count, and its condition always "
                "holds");
  if (!size && hasOutputs)
    return fail("its trip count is the size of its scan outputs, which must be "
                "known at compile time; " +
                state.explainUnknown(loop.tripCount));

  CountedLoop counted{loop.loc, {}, size, loop.states, {}};
  SmallVector<Value> kept(results.slice(1, loop.states.size()));
  if (hasOutputs) {
    counted.outputs.resize(loop.numOutputs);
    llvm::append_range(kept, results.drop_front(1 + loop.states.size()));
  }
  if (!size && loop.goesOn == false)
    return finishWhile(loop, std::move(region), results, site);
  counted.count =
      size ? createIndex(builder, loop.loc, *size) : createCount(loop);
  if (!loop.isEntered)
    counted.count = arith::SelectOp::create(
        builder, loop.loc, extractScalar(loop.loc, loop.condition),
        counted.count, arith::ConstantIndexOp::create(builder, loop.loc, 0));
  return finishFor(counted, std::move(region), kept, site);
}

/// The trip count as an index of the program.
Value Importer::createCount(const LoopParts &loop) {
  return arith::IndexCastOp::create(builder, loop.loc, builder.getIndexType(),
                                    extractScalar(loop.loc, loop.tripCount));
}

/// A loop that goes on as long as its body says: `scf.while` over the number of
/// the iteration, the condition and the states.
Values Importer::finishWhile(LoopParts &loop, std::unique_ptr<Region> region,
                             ArrayRef<Value> results, const Site &site) {
  for (size_t i = 0; i < loop.numOutputs; ++i) {
    size_t output = loop.states.size() + i;
    if (!wantsOutput(site, output))
      continue;
    nodeError(site, "the size of its scan output " +
                        quote(site.proto.output(output)) +
                        " depends on data: the body computes when the loop "
                        "ends; carry a tensor of the largest size that the "
                        "body writes into, or make the condition constant");
    discard(*region);
    return {};
  }
  ArrayRef<Value> next = results.slice(1, loop.states.size());
  if (!checkStates(loop.states, next, site)) {
    discard(*region);
    return {};
  }
  Location loc = loop.loc;
  Value limit = loop.tripCount ? createCount(loop) : Value();
  SmallVector<Value> initial{arith::ConstantIndexOp::create(builder, loc, 0),
                             loop.isEntered
                                 ? Value(arith::ConstantIntOp::create(
                                       builder, loc, *loop.isEntered, 1))
                                 : extractScalar(loc, loop.condition)};
  llvm::append_range(initial, loop.states);

  OperationState op(loc, scf::WhileOp::getOperationName());
  op.addOperands(initial);
  op.addTypes(ValueRange(initial).getTypes());
  OpBuilder::InsertPoint place = builder.saveInsertionPoint();
  Block &before = beginRegion(builder, *op.addRegion(), op.types, loc);
  Value holds = before.getArgument(1);
  if (limit)
    holds = arith::AndIOp::create(
        builder, loc, holds,
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt,
                              before.getArgument(0), limit));
  scf::ConditionOp::create(builder, loc, holds, before.getArguments());

  Block &body = region->front();
  body.insertArgument(1u, builder.getI1Type(), loc);
  builder.setInsertionPointToEnd(&body);
  SmallVector<Value> yields{
      arith::AddIOp::create(builder, loc, body.getArgument(0),
                            arith::ConstantIndexOp::create(builder, loc, 1)),
      extractScalar(loc, results[0])};
  llvm::append_range(yields, next);
  scf::YieldOp::create(builder, loc, yields);
  op.addRegion(std::move(region));
  builder.restoreInsertionPoint(place);
  return Values(builder.create(op)->getResults().drop_front(2));
}
