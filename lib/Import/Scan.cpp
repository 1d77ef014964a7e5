//===- Scan.cpp - Scan from ONNX ------------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountedLoop.h"

#include "dialects/dlc/Indexing.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::StringRef;
using llvm::Twine;

namespace dlc::onnximport {
/// A Scan, being imported.
struct ScanParts {
  onnx::GraphProto *body;
  Location loc;
  SmallVector<Value> states;
  /// What the body reads a slice of at each position, from which axis and in
  /// which order, and where its outputs go.
  SmallVector<Value> inputs;
  SmallVector<ScanPlace> inputPlaces, outputPlaces;
};
} // namespace dlc::onnximport

/// Reads axes and directions of `places`; false after an error.
bool Importer::readScanPlaces(const Site &site, StringRef axesName,
                              StringRef directionsName,
                              MutableArrayRef<ScanPlace> places) {
  SmallVector<int64_t> axes = getIntegers(site.proto, axesName);
  SmallVector<int64_t> directions = getIntegers(site.proto, directionsName);
  if ((!axes.empty() && axes.size() != places.size()) ||
      (!directions.empty() && directions.size() != places.size())) {
    nodeError(site, "attributes " + quote(axesName) + " and " +
                        quote(directionsName) + " must have " +
                        Twine(places.size()) + " elements");
    return false;
  }
  for (auto [i, place] : llvm::enumerate(places)) {
    place.axis = axes.empty() ? 0 : axes[i];
    int64_t direction = directions.empty() ? 0 : directions[i];
    place.isReverse = direction == 1;
    if (direction == 0 || direction == 1)
      continue;
    nodeError(site, "a direction must be 0 or 1, not " + Twine(direction));
    return false;
  }
  return true;
}

/// Reads and checks what doesn't depend on the body; false after an error, and
/// no body if it isn't one.
bool Importer::readScan(const Site &site, bool isBatched, ScanParts &scan) {
  SmallVector<Value> inputs;
  bool isGood = collectInputs(site, inputs);
  isGood &= checkAttributes(site);
  scan.body = findGraph(site, "body");
  if (!scan.body)
    return false;
  if (isBatched && !inputs.empty()) {
    if (inputs[0]) {
      nodeError(site, "input 'sequence_lens' is not supported; convert the "
                      "model to opset 9 or later");
      isGood = false;
    }
    inputs.erase(inputs.begin());
  }
  onnx::AttributeProto *count = findAttribute(site.proto, "num_scan_inputs");
  int64_t numInputs = count ? count->i() : 0;
  if (numInputs < 1 || numInputs > int64_t(inputs.size())) {
    nodeError(site, "attribute 'num_scan_inputs' is " + Twine(numInputs) +
                        ", expected 1 to " + Twine(inputs.size()));
    return false;
  }
  size_t numStates = inputs.size() - numInputs;
  scan.states.assign(inputs.begin(), inputs.begin() + numStates);
  scan.inputs.assign(inputs.begin() + numStates, inputs.end());
  if (size_t(scan.body->input_size()) != inputs.size() ||
      size_t(scan.body->output_size()) < numStates ||
      scan.body->output_size() < site.proto.output_size()) {
    nodeError(site,
              "its body has " + Twine(scan.body->input_size()) +
                  " inputs and " + Twine(scan.body->output_size()) +
                  " outputs, expected " + Twine(inputs.size()) +
                  " and at least " +
                  Twine(std::max<size_t>(numStates, site.proto.output_size())));
    scan.body = nullptr;
    return false;
  }
  scan.inputPlaces.resize(numInputs);
  scan.outputPlaces.resize(scan.body->output_size() - numStates);
  isGood &= readScanPlaces(site, "scan_input_axes",
                           isBatched ? "directions" : "scan_input_directions",
                           scan.inputPlaces) &&
            readScanPlaces(site, "scan_output_axes", "scan_output_directions",
                           scan.outputPlaces);
  if (isGood && llvm::is_contained(inputs, Value())) {
    nodeError(site, "an input is missing");
    isGood = false;
  }
  return isGood;
}

/// The size of all scan inputs along their axes, which are made non-negative;
/// none after an error.
std::optional<Dim> Importer::getScanLength(const Site &site,
                                           ArrayRef<Value> inputs,
                                           MutableArrayRef<ScanPlace> places) {
  std::optional<Dim> length;
  for (auto [input, place] : llvm::zip_equal(inputs, places)) {
    int64_t rank = rankOf(input);
    if (place.axis < -rank || place.axis >= rank) {
      nodeError(site, "a scan input's axis, " + Twine(place.axis) +
                          ", is out of range for " + Twine(rank) +
                          " dimensions");
      return std::nullopt;
    }
    place.axis += place.axis < 0 ? rank : 0;
    Dim size = dimsOf(input)[place.axis];
    if (size.isUnknown() || (length && size != *length)) {
      nodeError(site, "its scan inputs have different lengths: " +
                          (length ? length->getText() : "") + " and " +
                          size.getText() +
                          "; give open dimensions the same name or size");
      return std::nullopt;
    }
    length = size;
  }
  return length;
}

/// A loop over the positions of `inputs`: `body` computes the next states and
/// the outputs of a position from the states and slices.
Values Importer::createScan(const Site &site, CountedLoop loop,
                            ArrayRef<Value> inputs,
                            SmallVector<ScanPlace> places,
                            llvm::function_ref<Values(ArrayRef<Value>)> body) {
  std::optional<Dim> length = getScanLength(site, inputs, places);
  if (!length)
    return {};
  loop.size = length;
  loop.count = createIndex(builder, loop.loc, *length);
  OpBuilder::InsertionGuard guard(builder);
  OpBuilder::InsertPoint place = builder.saveInsertionPoint();
  auto region = std::make_unique<Region>();
  SmallVector<Type> types{builder.getIndexType()};
  llvm::append_range(types, ValueRange(loop.states).getTypes());
  Block &block = beginRegion(builder, *region, types, loop.loc);
  SmallVector<Value> arguments(block.args_begin() + 1, block.args_end());
  for (auto [input, at] : llvm::zip_equal(inputs, places)) {
    Value position = block.getArgument(0);
    if (at.isReverse)
      position = reversePosition(builder, loop.loc, loop.count, position);
    arguments.push_back(builder.createOrFold<dlc::SliceAtOp>(
        loop.loc, input, position, at.axis));
  }
  Values results = body(arguments);
  if (results.empty() || !areKnown(results)) {
    discard(*region);
    return {};
  }
  builder.restoreInsertionPoint(place);
  return finishFor(loop, std::move(region), results, site);
}

void Importer::importScan(const Site &site) {
  ScanParts scan{nullptr, makeNodeLocation(site.proto, state.getContext()),
                 {},      {},
                 {},      {}};
  // Before opset 9 there was a batch in front of everything.
  bool isBatched = site.scope.opsets.lookup("") < 9;
  bool isGood = readScan(site, isBatched, scan);
  if (!scan.body)
    return defineOutputs(site, {});
  auto importBody = [&](ArrayRef<Value> arguments) {
    llvm::SaveAndRestore<bool> inLoop(state.isInLoop, true);
    return importSubgraph(*scan.body, arguments, site);
  };
  if (!isGood) {
    reportUnsupported(*scan.body, site);
    return defineOutputs(site, {});
  }
  CountedLoop loop{scan.loc, {}, {}, scan.states, scan.outputPlaces};
  if (!isBatched)
    return defineOutputs(site, createScan(site, loop, scan.inputs,
                                          scan.inputPlaces, importBody));
  SmallVector<Value> batched(scan.states);
  llvm::append_range(batched, scan.inputs);
  CountedLoop outer{scan.loc, {}, {}, {}, {}};
  outer.outputs.resize(scan.body->output_size());
  size_t numStates = scan.states.size();
  defineOutputs(
      site,
      createScan(site, outer, batched, SmallVector<ScanPlace>(batched.size()),
                 [&](ArrayRef<Value> row) {
                   CountedLoop inner = loop;
                   inner.states.assign(row.begin(), row.begin() + numStates);
                   return createScan(site, inner, row.drop_front(numStates),
                                     scan.inputPlaces, importBody);
                 }));
}
