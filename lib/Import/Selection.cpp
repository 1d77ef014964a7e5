//===- Selection.cpp - Selections by value from ONNX ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "TensorData.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Selection.h"

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// NonZero, Compress
//===----------------------------------------------------------------------===//

/// The positions of what isn't zero, one column each; there are found so many.
static Value findNonZero(Node &node, Value x, unsigned output, int64_t dim) {
  Type i64 = IntegerType::get(node.getContext(), 64);
  std::optional<Dim> total = dlc::countDims(dimsOf(x));
  if (!total) {
    node.error("its input has too many elements to count");
    return {};
  }
  Value isTaken = node.cast(x, IntegerType::get(node.getContext(), 1));
  Value count = node.reduce<dlc::ReduceSumOp>(
      node.cast(isTaken, i64),
      llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x))), false);
  Dim found = node.defineSize(count, *total, output, dim);
  return node.createAs<dlc::NonZeroOp>(
      dlc::makeTensorType({Dim(rankOf(x)), found}, i64), x);
}

static Values importNonZero(Node &node) {
  if (node.isComputed(0))
    return {findNonZero(node, node.getInput(0), 0, 1)};
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

/// The dimension that Compress selects from; the input flattened where it names
/// none.
static std::optional<int64_t> getCompressedAxis(Node &node, Value &x) {
  int64_t axis = 0;
  if (node.hasAttribute("axis")) {
    axis = node.getAxisAttribute("axis", 0, rankOf(x));
  } else {
    std::optional<Dim> count = dlc::countDims(dimsOf(x));
    if (!count)
      node.error("its input has too many elements to count");
    else
      x = node.reshape(x, *count);
  }
  return node.hasFailed() ? std::nullopt : std::optional(axis);
}

static Values importComputedCompress(Node &node) {
  Value x = node.getInput(0), condition = node.getInput(1);
  std::optional<int64_t> axis = getCompressedAxis(node, x);
  if (!axis)
    return {};
  if (rankOf(condition) != 1)
    return node.error("the condition must be a vector");
  Dim length = dimsOf(condition)[0], size = dimsOf(x)[*axis];
  if (length.isNumber() && size.isNumber() && length.getSize() > size.getSize())
    return node.error("the condition is longer than the axis");
  if (isDynamic(length) || isDynamic(size))
    condition = node.checkSizes(condition, size);
  Value positions = findNonZero(node, condition, 0, *axis);
  positions = node.reshape(positions, node.hasFailed()
                                          ? dlc::Shape()
                                          : dlc::Shape{dimsOf(positions)[1]});
  return {node.create<dlc::GatherOp>(x, positions, *axis)};
}

/// Known conditions select known positions; others give a size that depends on
/// data.
static Values importCompress(Node &node) {
  if (node.isComputed(1))
    return importComputedCompress(node);
  Value x = node.getInput(0);
  std::optional<SmallVector<int64_t>> condition =
      node.getIntegers(1, "condition");
  if (!condition)
    return {};
  SmallVector<int64_t> positions;
  for (auto [i, isTaken] : llvm::enumerate(*condition))
    if (isTaken)
      positions.push_back(i);
  std::optional<int64_t> axis = getCompressedAxis(node, x);
  if (!axis)
    return {};
  if (int64_t size = shapeOf(x)[*axis];
      !isDynamic(size) && int64_t(condition->size()) > size)
    return node.error("the condition is longer than the axis");
  return {node.create<dlc::GatherOp>(x, node.integers(positions), *axis)};
}

//===----------------------------------------------------------------------===//
// TopK
//===----------------------------------------------------------------------===//

/// `k` as a size; one that is data is at most what there is to select from.
static std::optional<Dim> getK(Node &node, int64_t axis) {
  if (node.getOpset() < 10) {
    if (!node.requireAttribute("k"))
      return std::nullopt;
    return Dim(node.getIntAttribute("k", 0));
  }
  if (!node.getInput(1)) {
    node.error("input 'K' is missing");
    return std::nullopt;
  }
  if (node.isComputed(1))
    return node.defineSize(node.element(node.getInput(1), 0),
                           dimsOf(node.getInput(0))[axis], 0, axis);
  std::optional<dlc::Shape> k = node.getSizes(1, "K");
  if (k && k->size() != 1)
    node.error("input 'K' must have one element");
  return node.hasFailed() ? std::nullopt : std::optional((*k)[0]);
}

static Values importTopK(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(x));
  if (node.hasFailed())
    return {};
  std::optional<Dim> k = getK(node, axis);
  if (!k || node.hasFailed())
    return {};
  AffineExpr open = k->getSymbolic();
  return node.createAll<dlc::TopKOp>(
      /*numResults=*/2, x, axis, open ? 0 : k->getSize(),
      node.getIntAttribute("largest", 1) != 0,
      open ? dlc::DimsAttr::get(node.getContext(), open) : dlc::DimsAttr());
}

//===----------------------------------------------------------------------===//
// NonMaxSuppression
//===----------------------------------------------------------------------===//

/// A scalar input, or what it is if it is left out.
static Value getScalar(Node &node, unsigned i, double fallback, Type type) {
  Value value = node.getInput(i);
  return value ? node.reshape(value, {}) : node.scalar(fallback, type);
}

/// How many boxes there may be of one class.
static Dim getMostPerClass(Node &node, const Dim &boxes) {
  ElementsAttr known = node.evaluate(2);
  std::optional<SmallVector<int64_t>> most =
      known ? readIntegers(known) : std::nullopt;
  if (!node.getInput(2))
    most = {0};
  if (!most || most->size() != 1)
    return boxes;
  int64_t number = std::max<int64_t>(most->front(), 0);
  return boxes.isNumber() ? Dim(std::min(number, boxes.getSize()))
                          : Dim(number);
}

static Values importNonMaxSuppression(Node &node) {
  Value boxes = node.getInput(0), scores = node.getInput(1);
  if (rankOf(boxes) != 3 || rankOf(scores) != 3)
    return node.error("its boxes and scores must have 3 dimensions");
  MLIRContext *context = node.getContext();
  Type i64 = IntegerType::get(context, 64), f32 = Float32Type::get(context);
  dlc::Shape dims = dimsOf(scores);
  Dim perClass = getMostPerClass(node, dims[2]);
  std::optional<Dim> rows = dlc::countDims({dims[0], dims[1], perClass});
  if (!rows)
    return node.error("it has too many boxes");
  Value most = getScalar(node, 2, 0, i64);
  // What is known of an open number of boxes is their largest number.
  Values found = node.createAllAs<dlc::NonMaxSuppressionOp>(
      TypeRange{dlc::makeTensorType({*rows, 3}, i64),
                RankedTensorType::get({}, i64)},
      boxes, scores, most, getScalar(node, 3, 0, f32),
      getScalar(node, 4, -std::numeric_limits<double>::infinity(), f32),
      node.getIntAttribute("center_point_box", 0) != 0);
  if (node.hasFailed())
    return {};
  Dim count = node.defineSize(found[1], *rows, 0, 0);
  return {node.slice(found[0], 0, 0, count)};
}

//===----------------------------------------------------------------------===//
// Unique
//===----------------------------------------------------------------------===//

/// The input as a matrix whose rows are compared.
static Value getRows(Node &node, Value x, int64_t axis) {
  SmallVector<int64_t> perm = {axis};
  dlc::Shape others;
  for (int64_t dim = 0; dim < rankOf(x); ++dim)
    if (dim != axis) {
      perm.push_back(dim);
      others.push_back(dimsOf(x)[dim]);
    }
  std::optional<Dim> width = dlc::countDims(others);
  if (!width) {
    node.error("its input has too many elements to count");
    return {};
  }
  return node.reshape(node.transpose(x, perm), {dimsOf(x)[axis], *width});
}

static Values importUnique(Node &node) {
  Value x = node.getInput(0);
  std::optional<int64_t> axis = getCompressedAxis(node, x);
  Value rows = axis ? getRows(node, x, *axis) : Value();
  if (node.hasFailed())
    return {};
  Dim size = dimsOf(rows)[0];
  Values groups = node.createAll<dlc::UniqueOp>(
      /*numResults=*/4, rows, node.getIntAttribute("sorted", 1) != 0);
  if (node.hasFailed())
    return {};
  Dim count = node.defineSize(groups[3], size, 0, *axis);
  Value first = node.slice(groups[0], 0, 0, count);
  return {node.create<dlc::GatherOp>(x, first, *axis), first, groups[1],
          node.slice(groups[2], 0, 0, count)};
}

void dlc::onnximport::registerSelectionOps(OpRegistry &registry) {
  registry.add("Compress", 2, importCompress);
  registry.add("NonZero", 1, importNonZero);
  registry.add("TopK", 1, 2, importTopK);
  registry.add("NonMaxSuppression", 2, 5, importNonMaxSuppression);
  registry.add("Unique", 1, importUnique);
}
