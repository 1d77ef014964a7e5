//===- If.cpp - Branches from ONNX ----------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Subgraphs.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::Twine;

/// Drops a branch that isn't one; false after an error.
bool Importer::checkBranch(const Site &site, onnx::GraphProto *&graph) {
  if (!graph)
    return false;
  if (graph->input_size() != 0)
    nodeError(site, "a branch has inputs");
  else if (graph->output_size() != site.proto.output_size())
    nodeError(site, "a branch has " + Twine(graph->output_size()) +
                        " outputs, the node has " +
                        Twine(site.proto.output_size()));
  else
    return true;
  graph = nullptr;
  return false;
}

void Importer::importIf(const Site &site) {
  SmallVector<Value> inputs;
  bool isGood = collectInputs(site, inputs);
  isGood &= checkAttributes(site);
  onnx::GraphProto *thenGraph = findGraph(site, "then_branch");
  onnx::GraphProto *elseGraph = findGraph(site, "else_branch");
  if (isGood && (inputs.size() != 1 || !inputs[0])) {
    nodeError(site, "it needs a condition");
    isGood = false;
  }
  isGood =
      isGood && checkScalar(site, "condition", inputs[0], builder.getI1Type());
  isGood &= checkBranch(site, thenGraph);
  isGood &= checkBranch(site, elseGraph);
  Value condition = inputs.empty() || !isGood ? Value() : inputs[0];
  if (std::optional<bool> truth =
          condition ? readTruth(state.evaluateKnown(condition)) : std::nullopt)
    return defineOutputs(
        site, importSubgraph(*(*truth ? thenGraph : elseGraph), {}, site));
  defineOutputs(site, importBranches(condition, thenGraph, elseGraph, site));
}

/// Both branches; whatever either lacks is reported, even if the condition
/// isn't known.
Values Importer::importBranches(Value condition, onnx::GraphProto *thenGraph,
                                onnx::GraphProto *elseGraph, const Site &site) {
  OpBuilder::InsertionGuard guard(builder);
  Location loc = makeNodeLocation(site.proto, state.getContext());
  OperationState op(loc, scf::IfOp::getOperationName());
  if (condition)
    op.addOperands(extractScalar(loc, condition));
  OpBuilder::InsertPoint place = builder.saveInsertionPoint();
  Values results[2];
  bool isGood = condition != nullptr;
  onnx::GraphProto *graphs[2] = {thenGraph, elseGraph};
  for (auto [graph, branch] : llvm::zip_equal(graphs, results)) {
    beginRegion(builder, *op.addRegion(), {}, loc);
    if (graph)
      branch = importSubgraph(*graph, {}, site);
    isGood &= graph && branch.size() == size_t(site.proto.output_size()) &&
              areKnown(branch);
    if (isGood)
      scf::YieldOp::create(builder, loc, branch);
  }
  for (size_t i = 0; isGood && i < results[0].size(); ++i) {
    Value a = results[0][i], b = results[1][i];
    if (a.getType() != b.getType()) {
      nodeError(site, "its output " + quote(site.proto.output(i)) + " is " +
                          describeType(a) + " in one branch, " +
                          describeType(b) +
                          " in the other one; both must be the same unless "
                          "the condition is known at compile time: " +
                          state.explainUnknown(condition));
      isGood = false;
    }
  }
  if (!isGood) {
    for (const std::unique_ptr<Region> &region : op.regions)
      discard(*region);
    return {};
  }
  op.addTypes(ValueRange(results[0]).getTypes());
  builder.restoreInsertionPoint(place);
  return Values(builder.create(op)->getResults());
}
