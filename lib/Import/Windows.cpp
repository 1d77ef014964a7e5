//===- Windows.cpp - Windows ops from ONNX --------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

#include "dialects/dlc/Shape.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc::onnximport;

/// Products of two sizes up to this don't overflow.
static constexpr int64_t mostElements = int64_t(1) << 30;

/// An attribute with `count` values, each in [least, mostElements].
static SmallVector<int64_t> getSizes(Node &node, StringRef name, size_t count,
                                     int64_t fallback, int64_t least) {
  SmallVector<int64_t> values =
      node.getIntsAttribute(name, SmallVector<int64_t>(count, fallback));
  if (values.size() != count)
    node.error("attribute '" + name + "' must have " + Twine(count) +
               " elements, not " + Twine(values.size()));
  for (int64_t value : values)
    if (value < least || value > mostElements)
      node.error("attribute '" + name + "' holds " + Twine(value));
  return values;
}

/// How many elements one window for each `stride` elements of an open size
/// needs beyond these, if that depends on the size.
static Dim countMissing(Node &node, const Dim &size, int64_t stride,
                        int64_t extent) {
  MLIRContext *context = node.getContext();
  AffineExpr whole = size.getExpr(context);
  if (!whole) {
    node.error("the size of an image depends on data");
    return 0;
  }
  AffineExpr lastWindow =
      whole.ceilDiv(getAffineConstantExpr(stride, context)) * stride - stride;
  // The last window begins less than `stride` elements before the end.
  AffineExpr missing = dlc::normalizeSize(lastWindow + extent - whole);
  return Dim(dlc::clampAtZero(missing, {extent - stride, int64_t(extent) - 1}));
}

/// The lesser half of `total` and the rest.
static std::pair<Dim, Dim> halve(const Dim &total) {
  if (total.isNumber())
    return {total.getSize() / 2, total.getSize() - total.getSize() / 2};
  AffineExpr half = dlc::normalizeSize(total.getSymbolic().floorDiv(2));
  return {Dim(half), Dim(dlc::subSizeExprs(total.getSymbolic(), half))};
}

/// Pads so that there is one window for each `stride` elements: `x` itself,
/// where the amounts depend on an open size.
static Value padToSame(Node &node, Value x, bool extraAtEnd, double fill,
                       Windows &windows) {
  size_t rank = windows.kernel.size();
  Shape dims = dimsOf(x), open(2 * (rank + 2), 0);
  for (size_t i = 0; i < rank; ++i) {
    int64_t stride = windows.strides[i];
    int64_t extent = (windows.kernel[i] - 1) * windows.dilations[i] + 1;
    Dim total = extent - 1;
    // With steps of one element the pads don't depend on the size.
    if (stride != 1 && dims[i + 2].isNumber()) {
      int64_t size = dims[i + 2].getSize();
      int64_t count = llvm::divideCeil(size, stride);
      total = std::max<int64_t>((count - 1) * stride + extent - size, 0);
    } else if (stride != 1) {
      total = countMissing(node, dims[i + 2], stride, extent);
    }
    auto [begin, end] = halve(total);
    if (!extraAtEnd)
      std::swap(begin, end);
    if (total.isNumber()) {
      windows.pads[i] = begin.getSize();
      windows.pads[i + rank] = end.getSize();
    } else {
      open[i + 2] = begin;
      open[i + rank + 4] = end;
    }
  }
  if (!dlc::isAnyDynamic(open))
    return x;
  return node.create<dlc::PadOp>(x, node.scalar(fill, elementTypeOf(x)), open,
                                 dlc::PadMode::constant);
}

Value dlc::onnximport::padWindows(Node &node, Value x, double fill,
                                  Windows &windows) {
  StringRef mode = node.getStringAttribute("auto_pad", "NOTSET");
  if (node.hasFailed() || (mode != "SAME_UPPER" && mode != "SAME_LOWER"))
    return x;
  return padToSame(node, x, mode == "SAME_UPPER", fill, windows);
}

std::optional<Windows> dlc::onnximport::getWindows(Node &node, Value x,
                                                   ArrayRef<int64_t> kernel) {
  size_t rank = kernel.size();
  if (rankOf(x) != int64_t(rank) + 2 || rank == 0) {
    node.error("a window of " + Twine(rank) +
               " dimensions doesn't fit an input of " + Twine(rankOf(x)));
    return std::nullopt;
  }
  Windows windows;
  windows.kernel.assign(kernel.begin(), kernel.end());
  windows.strides = getSizes(node, "strides", rank, 1, 1);
  windows.dilations = getSizes(node, "dilations", rank, 1, 1);
  for (int64_t size : shapeOf(x).drop_front(2))
    if (size > mostElements)
      node.error("the input has a dimension of " + Twine(size) + " elements");
  for (int64_t size : kernel)
    if (size < 1 || size > mostElements)
      node.error("the kernel has a dimension of " + Twine(size) + " elements");
  StringRef mode = node.getStringAttribute("auto_pad", "NOTSET");
  if (mode == "NOTSET" || mode.empty())
    windows.pads = getSizes(node, "pads", 2 * rank, 0, 0);
  else
    windows.pads.assign(2 * rank, 0);
  if (node.hasFailed())
    return std::nullopt;
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER" && mode != "NOTSET" &&
      mode != "VALID" && !mode.empty())
    node.error("attribute 'auto_pad' has the unknown value " + quote(mode));
  if (node.hasFailed())
    return std::nullopt;
  return windows;
}
