//===- Indexing.cpp - Indexing ops from ONNX ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "RunTimeValues.h"
#include "TensorData.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"

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
  Value indices = node.getInput(1);
  // The result's rank follows from it.
  if (rankOf(indices) > 0 && !node.requireStatic(indices, rankOf(indices) - 1))
    return {};
  return {node.create<dlc::GatherNDOp>(node.getInput(0), node.getInput(1),
                                       batchDims)};
}

/// Writes the rows of an update into a cache, in each batch from another
/// position on.
static Values importTensorScatter(Node &node) {
  Value cache = node.getInput(0), update = node.getInput(1);
  Value starts = node.getInput(2);
  int64_t rank = rankOf(cache);
  int64_t axis = node.getAxisAttribute("axis", -2, rank);
  StringRef mode = node.getStringAttribute("mode", "linear");
  if (node.hasFailed())
    return {};
  if (mode != "linear" && mode != "circular")
    return node.unsupported("mode " + quote(mode));
  if (axis == 0)
    return node.error("the batch can't be the axis");
  if (rankOf(update) != rank)
    return node.error("past_cache and update must have the same rank");
  if (starts && rankOf(starts) != 1)
    return node.error("write_indices must be a vector");
  Shape shape = dimsOf(cache);
  Dim room = shape[axis], count = dimsOf(update)[axis];
  if (room.isNumber() && count.isNumber() && count.getSize() > room.getSize())
    return node.error("update has " + count.getText() + " rows, past_cache " +
                      room.getText());
  shape[axis] = count;
  update = node.checkSizes(update, shape);
  Value positions = node.positions(count, rank, axis);
  Type i64 = elementTypeOf(positions);
  if (starts) {
    Shape perBatch(rank, 1);
    perBatch[0] = dimsOf(starts)[0];
    positions =
        node.add(positions, node.reshape(node.cast(starts, i64), perBatch));
  }
  if (mode == "circular")
    positions = node.create<dlc::ModOp>(
        positions, node.reshape(node.sizes(room), {}), /*fmod=*/false);
  positions = node.expand(positions, shape);
  return {node.keepType<dlc::ScatterElementsOp>(cache, positions, update, axis,
                                                dlc::ScatterMode::replace)};
}

/// Reports an error if a length that is known isn't in [0, times].
static bool checkLengths(Node &node, const Dim &times) {
  ElementsAttr known = node.evaluate(1);
  std::optional<SmallVector<int64_t>> lengths =
      known ? readIntegers(known) : std::nullopt;
  if (lengths)
    for (int64_t length : *lengths)
      if (length < 0 || (times.isNumber() && length > times.getSize()))
        node.error("the length " + Twine(length) + " is out of range");
  return !node.hasFailed();
}

/// Reverses the first elements of each sequence, as many as its length.
static Values importReverseSequence(Node &node) {
  Value x = node.getInput(0), lengths = node.getInput(1);
  int64_t timeAxis = node.getIntAttribute("time_axis", 0);
  int64_t batchAxis = node.getIntAttribute("batch_axis", 1);
  if (rankOf(x) < 2 || timeAxis + batchAxis != 1 || timeAxis * batchAxis != 0)
    return node.error("its axes must be the first two dimensions");
  if (rankOf(lengths) != 1)
    return node.error("there must be one length for each sequence");
  Shape dims = dimsOf(x), perSequence(2, 1);
  Dim batch = dims[batchAxis], times = dims[timeAxis];
  if (!checkLengths(node, times))
    return {};
  perSequence[batchAxis] = batch;
  lengths = node.reshape(node.checkSizes(lengths, batch), perSequence);
  Value time = node.positions(times, 2, timeAxis);
  Value last = node.sub(
      lengths, node.scalar(1, IntegerType::get(node.getContext(), 64)));
  // Both have all positions once they meet.
  Value from = node.create<dlc::WhereOp>(
      node.create<dlc::LessOp>(time, lengths), node.sub(last, time), time);
  Shape tuple = {dims[0], dims[1], 1};
  from = node.reshape(from, tuple);
  if (batchAxis == 0)
    return {node.create<dlc::GatherNDOp>(x, from, /*batchDims=*/1)};
  Value sequence = node.expand(node.positions(batch, 3, 1), tuple);
  Value tuples = node.create<dlc::ConcatOp>(ValueRange{from, sequence}, 2);
  return {node.create<dlc::GatherNDOp>(x, tuples)};
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
  Value indices = node.getInput(1);
  if (!mode || (rankOf(indices) > 0 &&
                !node.requireStatic(indices, rankOf(indices) - 1)))
    return {};
  return {node.keepType<dlc::ScatterNDOp>(node.getInput(0), node.getInput(1),
                                          node.getInput(2), *mode)};
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

/// How many positions there are.
static std::optional<Dim> getDepth(Node &node, int64_t axis) {
  Value depth = node.getInput(1);
  if (node.isComputed(1))
    return node.defineSize(node.element(depth, 0),
                           node.getStatedBound(0, axis, 1), 0, axis);
  if (auto size = dlc::readSizes(depth); size && size->size() == 1)
    return size->front();
  // It may be of any number type.
  std::optional<SmallVector<int64_t>> known;
  if (ElementsAttr elements = node.getConstant(1, "depth")) {
    known = readIntegers(elements);
    if (!known)
      if (auto floats = readFloats(elements))
        known = SmallVector<int64_t>(floats->begin(), floats->end());
  }
  if (!node.hasFailed() && (!known || known->size() != 1 || known->front() < 1))
    node.error("input 'depth' must be one positive number");
  return node.hasFailed() ? std::nullopt : std::optional(Dim(known->front()));
}

static Values importOneHot(Node &node) {
  Value indices = node.getInput(0), values = node.getInput(2);
  if (rankOf(values) != 1 ||
      (!isDynamic(shapeOf(values)[0]) && shapeOf(values)[0] != 2))
    return node.error("input 'values' must have two elements");
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(indices) + 1);
  std::optional<Dim> depth = getDepth(node, axis);
  if (!depth)
    return {};
  values = node.checkSizes(values, Dim(2));
  Value off = node.reshape(node.slice(values, 0, 0, 1), {});
  Value on = node.reshape(node.slice(values, 0, 1, 1), {});
  Shape shape = dimsOf(indices);
  if (node.hasFailed())
    return {};
  shape.insert(shape.begin() + axis, *depth);
  return {node.createAs<dlc::OneHotOp>(
      dlc::makeTensorType(shape, elementTypeOf(values)), indices, on, off,
      axis)};
}

/// The triangle on one side of a diagonal that is data.
static Value selectTriangle(Node &node, Value x, Value k, bool isUpper) {
  if (rankOf(x) < 2) {
    node.error("its input must have at least 2 dimensions");
    return {};
  }
  Shape dims = dimsOf(x);
  Value columns = node.positions(dims.pop_back_val(), 2, 1),
        rows = node.positions(dims.pop_back_val(), 2, 0);
  Value distance = node.sub(columns, rows);
  k = node.reshape(node.cast(k, elementTypeOf(distance)), {});
  Value isKept = isUpper ? node.create<dlc::GreaterEqualOp>(distance, k)
                         : node.create<dlc::LessEqualOp>(distance, k);
  return node.create<dlc::WhereOp>(isKept, x, node.scalar(0, elementTypeOf(x)));
}

static Values importTrilu(Node &node) {
  Value x = node.getInput(0), k = node.getInput(1);
  bool isUpper = node.getIntAttribute("upper", 1) != 0;
  if (k && !node.evaluate(1) && !node.hasFailed())
    return {selectTriangle(node, x, k, isUpper)};
  int64_t known = k ? node.getInteger(1, "k").value_or(0) : 0;
  return {node.keepType<dlc::TriluOp>(x, known, isUpper)};
}

void dlc::onnximport::registerIndexingOps(OpRegistry &registry) {
  registry.add("Gather", 2, importGather);
  registry.add("GatherElements", 2, importGatherElements);
  registry.add("GatherND", 2, importGatherND);
  registry.add("ReverseSequence", 2, importReverseSequence);
  registry.add("Scatter", 3, importScatterElements);
  registry.add("ScatterElements", 3, importScatterElements);
  registry.add("ScatterND", 3, importScatterND);
  registry.add("OneHot", 3, importOneHot);
  registry.add("Trilu", 1, 2, importTrilu);
  registry.add("TensorScatter", 2, 3, importTensorScatter);
}
