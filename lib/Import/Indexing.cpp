//===- Indexing.cpp - Indexing ops from ONNX ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "TensorData.h"

#include "dialects/dlc/Indexing.h"

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

static Values importGather(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", 0, rankOf(x));
  return {node.create<dlc::GatherOp>(x, node.getInput(1), axis)};
}

static Values importGatherElements(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", 0, rankOf(x));
  return {node.create<dlc::GatherElementsOp>(x, node.getInput(1), axis)};
}

static Values importGatherND(Node &node) {
  int64_t batchDims = node.getIntAttribute("batch_dims", 0);
  return {node.create<dlc::GatherNDOp>(node.getInput(0), node.getInput(1),
                                       batchDims)};
}

/// Known conditions select known positions; others give a size that depends on
/// data.
static Values importCompress(Node &node) {
  Value x = node.getInput(0);
  std::optional<SmallVector<int64_t>> condition =
      node.getIntegers(1, "condition");
  if (!condition)
    return {};
  SmallVector<int64_t> positions;
  for (auto [i, isTaken] : llvm::enumerate(*condition))
    if (isTaken)
      positions.push_back(i);
  int64_t axis = 0;
  if (node.hasAttribute("axis")) {
    axis = node.getAxisAttribute("axis", 0, rankOf(x));
  } else {
    std::optional<Dim> count = dlc::countDims(dimsOf(x));
    if (!count)
      return node.error("its input has too many elements to count");
    x = node.reshape(x, *count);
  }
  if (node.hasFailed())
    return {};
  if (int64_t size = shapeOf(x)[axis];
      !isDynamic(size) && int64_t(condition->size()) > size)
    return node.error("the condition is longer than the axis");
  return {node.create<dlc::GatherOp>(x, node.integers(positions), axis)};
}

/// Reverses the first elements of each sequence: as many as its known length.
static Values importReverseSequence(Node &node) {
  Value x = node.getInput(0);
  std::optional<SmallVector<int64_t>> lengths =
      node.getIntegers(1, "sequence_lens");
  int64_t timeAxis = node.getIntAttribute("time_axis", 0);
  int64_t batchAxis = node.getIntAttribute("batch_axis", 1);
  if (rankOf(x) < 2 || timeAxis + batchAxis != 1 || timeAxis * batchAxis != 0)
    return node.error("its axes must be the first two dimensions");
  if (!lengths || !node.requireStatic(x, 0) || !node.requireStatic(x, 1))
    return {};
  int64_t times = shapeOf(x)[timeAxis], batch = shapeOf(x)[batchAxis];
  if (int64_t(lengths->size()) != batch)
    return node.error("there must be one length for each sequence");
  SmallVector<int64_t> positions;
  for (int64_t i = 0; i < shapeOf(x)[0]; ++i)
    for (int64_t j = 0; j < shapeOf(x)[1]; ++j) {
      int64_t time = timeAxis == 0 ? i : j, sequence = timeAxis == 0 ? j : i;
      int64_t length = (*lengths)[sequence];
      if (length < 0 || length > times)
        return node.error("the length " + Twine(length) + " is out of range");
      time = time < length ? length - 1 - time : time;
      positions.push_back(timeAxis == 0 ? time : sequence);
      positions.push_back(timeAxis == 0 ? sequence : time);
    }
  Value indices =
      node.reshape(node.integers(positions), {shapeOf(x)[0], shapeOf(x)[1], 2});
  return {node.create<dlc::GatherNDOp>(x, indices)};
}

static Values importNonZero(Node &node) {
  ElementsAttr x = node.getConstant(0, "X");
  if (!x)
    return {};
  SmallVector<bool> isSet;
  if (auto integers = readIntegers(x))
    for (int64_t value : *integers)
      isSet.push_back(value != 0);
  else if (auto floats = readFloats(x))
    for (double value : *floats)
      isSet.push_back(value != 0);
  ArrayRef<int64_t> shape = shapeOf(node.getInput(0));
  int64_t rank = shape.size(), count = llvm::count(isSet, true);
  SmallVector<int64_t> positions(rank * count);
  int64_t column = 0;
  for (auto [i, isTaken] : llvm::enumerate(isSet)) {
    if (!isTaken)
      continue;
    int64_t rest = i;
    for (int64_t dim = rank - 1; dim >= 0; --dim) {
      positions[dim * count + column] = rest % shape[dim];
      rest /= shape[dim];
    }
    ++column;
  }
  return {node.reshape(node.integers(positions), {rank, count})};
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

static std::optional<dlc::ScatterMode> getScatterMode(Node &node) {
  StringRef name = node.getStringAttribute("reduction", "none");
  if (name == "none")
    return dlc::ScatterMode::replace;
  std::optional<dlc::ScatterMode> mode = dlc::symbolizeScatterMode(name);
  if (!mode || *mode == dlc::ScatterMode::replace) {
    node.unsupported("reduction " + quote(name));
    return std::nullopt;
  }
  return mode;
}

static Values importScatterElements(Node &node) {
  Value x = node.getInput(0);
  std::optional<dlc::ScatterMode> mode = getScatterMode(node);
  int64_t axis = node.getAxisAttribute("axis", 0, rankOf(x));
  if (node.hasFailed())
    return {};
  return {node.keepType<dlc::ScatterElementsOp>(x, node.getInput(1),
                                                node.getInput(2), axis, *mode)};
}

static Values importScatterND(Node &node) {
  std::optional<dlc::ScatterMode> mode = getScatterMode(node);
  if (!mode)
    return {};
  return {node.keepType<dlc::ScatterNDOp>(node.getInput(0), node.getInput(1),
                                          node.getInput(2), *mode)};
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

static Values importOneHot(Node &node) {
  Value indices = node.getInput(0), values = node.getInput(2);
  std::optional<SmallVector<int64_t>> depth;
  // The depth may be of any number type.
  if (ElementsAttr elements = node.getConstant(1, "depth")) {
    depth = readIntegers(elements);
    if (!depth)
      if (auto floats = readFloats(elements))
        depth = SmallVector<int64_t>(floats->begin(), floats->end());
  }
  if (node.hasFailed())
    return {};
  if (!depth || depth->size() != 1 || depth->front() < 1)
    return node.error("input 'depth' must be one positive number");
  // Slices below check a size that is open.
  if (rankOf(values) != 1 ||
      (!isDynamic(shapeOf(values)[0]) && shapeOf(values)[0] != 2))
    return node.error("input 'values' must have two elements");
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(indices) + 1);
  Value off = node.reshape(node.slice(values, 0, 0, 1), {});
  Value on = node.reshape(node.slice(values, 0, 1, 1), {});
  Shape shape = dimsOf(indices);
  if (node.hasFailed())
    return {};
  shape.insert(shape.begin() + axis, depth->front());
  return {node.createAs<dlc::OneHotOp>(
      dlc::makeTensorType(shape, elementTypeOf(values)), indices, on, off,
      axis)};
}

static Values importTrilu(Node &node) {
  int64_t k = 0;
  if (node.getInput(1)) {
    std::optional<int64_t> given = node.getInteger(1, "k");
    if (!given)
      return {};
    k = *given;
  }
  return {node.keepType<dlc::TriluOp>(node.getInput(0), k,
                                      node.getIntAttribute("upper", 1) != 0)};
}

static Values importTopK(Node &node) {
  Value x = node.getInput(0);
  std::optional<int64_t> k;
  if (node.getOpset() >= 10)
    k = node.getInteger(1, "K");
  else if (node.requireAttribute("k"))
    k = node.getIntAttribute("k", 0);
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(x));
  if (node.hasFailed())
    return {};
  if (!k)
    return node.error("input 'K' is missing");
  return node.createAll<dlc::TopKOp>(/*numResults=*/2, x, axis, *k,
                                     node.getIntAttribute("largest", 1) != 0);
}

void dlc::onnximport::registerIndexingOps(OpRegistry &registry) {
  registry.add("Gather", 2, importGather);
  registry.add("GatherElements", 2, importGatherElements);
  registry.add("GatherND", 2, importGatherND);
  registry.add("Compress", 2, importCompress);
  registry.add("NonZero", 1, importNonZero);
  registry.add("ReverseSequence", 2, importReverseSequence);
  registry.add("Scatter", 3, importScatterElements);
  registry.add("ScatterElements", 3, importScatterElements);
  registry.add("ScatterND", 3, importScatterND);
  registry.add("OneHot", 3, importOneHot);
  registry.add("Trilu", 1, 2, importTrilu);
  registry.add("TopK", 1, 2, importTopK);
}
