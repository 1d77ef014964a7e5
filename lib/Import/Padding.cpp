//===- Padding.cpp - Ops from ONNX that pad -------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "RunTimeValues.h"

#include "dialects/dlc/Shape.h"

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

static std::optional<dlc::PadMode> getPadMode(Node &node) {
  StringRef name = node.getStringAttribute("mode", "constant");
  std::optional<dlc::PadMode> mode = dlc::symbolizePadMode(name);
  if (!mode)
    node.unsupported("mode " + quote(name));
  return mode;
}

/// The same where pads or axes are data; such pads only add.
static std::optional<Shape> findPads(Node &node, int64_t rank) {
  Value given = node.getInput(1);
  std::optional<int64_t> length = getLength(node, 1);
  if (!length)
    return std::nullopt;
  int64_t count = *length / 2;
  std::optional<SmallVector<int64_t>> axes;
  bool isComputed = node.isComputed(3);
  if (node.getInput(3) && !isComputed)
    axes = node.getIntegers(3, "axes");
  if (!isComputed && !axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (axes && int64_t(axes->size()) != count)
    node.error("there must be " + Twine(2 * axes->size()) + " pads, not " +
               Twine(*length));
  Shape pads(2 * rank, 0);
  auto define = [&](Value value, int64_t dim, int64_t side) {
    pads[dim + side * rank] = node.defineSize(
        value, node.getStatedBound(0, dim, 1), 0, dim, side ? "end" : "begin");
  };
  for (int64_t side : {0, 1}) {
    if (axes)
      for (auto [j, axis] : llvm::enumerate(*axes))
        define(node.element(given, side * count + j),
               node.normalizeAxis(axis, rank), side);
    else
      for (int64_t dim = 0; dim < rank; ++dim)
        define(spreadOverAxes(node, given, side * count, 3, dim, rank,
                              node.number(0)),
               dim, side);
  }
  return node.hasFailed() ? std::nullopt : std::optional(pads);
}

/// The pads for all axes, as many begins as ends.
static std::optional<Shape> getPads(Node &node, int64_t rank) {
  if (node.getOpset() >= 11 && (node.isComputed(1) || node.isComputed(3)))
    return findPads(node, rank);
  Shape given = toBounds(
      node.getIntsAttribute(node.getOpset() < 2 ? "paddings" : "pads"));
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.getOpset() >= 11) {
    given = node.getSizes(1, "pads").value_or(Shape());
    if (auto some = node.getIntegers(3, "axes"))
      axes = *some;
  }
  // Reports an axis that appears twice.
  (void)node.normalizeAxes(axes, rank);
  size_t count = axes.size();
  if (given.size() != 2 * count)
    node.error("there must be " + Twine(2 * count) + " pads, not " +
               Twine(given.size()));
  if (node.hasFailed())
    return std::nullopt;
  Shape pads(2 * rank, 0);
  for (size_t i = 0; i < count; ++i) {
    int64_t axis = node.normalizeAxis(axes[i], rank);
    pads[axis] = given[i];
    pads[axis + rank] = given[i + count];
  }
  return pads;
}

static Values importPad(Node &node) {
  Value x = node.getInput(0);
  std::optional<dlc::PadMode> mode = getPadMode(node);
  std::optional<Shape> pads = getPads(node, rankOf(x));
  if (!mode || !pads)
    return {};
  Value value = node.getOpset() >= 11 ? node.getInput(2) : Value();
  if (node.getOpset() < 11 && node.hasAttribute("value"))
    value = node.scalar(node.getFloatAttribute("value", 0), elementTypeOf(x));
  if (*mode != dlc::PadMode::constant)
    value = {};
  if (value)
    value = node.reshape(value, {});
  return {node.create<dlc::PadOp>(x, value, *pads, *mode)};
}

//===----------------------------------------------------------------------===//
// CenterCropPad
//===----------------------------------------------------------------------===//

/// `size` elements of an axis: those in the middle, or all with zeros around.
static Value fitToCenter(Node &node, Value x, int64_t axis, const Dim &size) {
  if (node.hasFailed())
    return {};
  Dim own = dimsOf(x)[axis];
  MLIRContext *context = node.getContext();
  AffineExpr from = own.getExpr(context), to = size.getExpr(context);
  if (own == size)
    return x;
  std::optional<dlc::SizeBounds> bounds;
  if (from && to)
    bounds = node.getBounds(Dim(dlc::subSizeExprs(to, from)));
  if (!bounds || (bounds->low < 0 && bounds->high > 0)) {
    node.error("whether dimension " + Twine(axis) + ", " + own.getText() +
               ", is cropped or padded to " + size.getText() +
               " isn't known: pin it, or give it other bounds");
    return {};
  }
  bool isCrop = bounds->low < 0;
  AffineExpr missing =
      isCrop ? dlc::subSizeExprs(from, to) : dlc::subSizeExprs(to, from);
  AffineExpr before = dlc::normalizeSize(missing.floorDiv(2));
  if (isCrop)
    return node.slice(x, axis, Dim(before), size);
  Shape pads(2 * rankOf(x), 0);
  pads[axis] = Dim(before);
  pads[axis + rankOf(x)] = Dim(dlc::subSizeExprs(missing, before));
  return node.create<dlc::PadOp>(x, Value(), pads, dlc::PadMode::constant);
}

static Values importCenterCropPad(Node &node) {
  Value x = node.getInput(0);
  std::optional<Shape> sizes = node.getSizes(1, "shape");
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x)));
  axes = node.getIntsAttribute("axes", axes);
  // Reports an axis that appears twice.
  (void)node.normalizeAxes(axes, rankOf(x));
  if (!sizes || node.hasFailed())
    return {};
  if (sizes->size() != axes.size())
    return node.error("there must be one size for each axis");
  for (auto [axis, size] : llvm::zip_equal(axes, *sizes)) {
    if (size.isNumber() && size.getSize() < 0)
      return node.error("the size " + size.getText() + " is negative");
    x = fitToCenter(node, x, node.normalizeAxis(axis, rankOf(x)), size);
  }
  return {x};
}

void dlc::onnximport::registerPaddingOps(OpRegistry &registry) {
  registry.add("Pad", 1, 4, importPad);
  registry.add("CenterCropPad", 2, importCenterCropPad);
}
