//===- Windows.cpp - Windows ops from ONNX --------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

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

/// Pads so that there is one window for each `stride` elements.
static void padToSame(Node &node, Value x, bool extraAtEnd, Windows &windows) {
  size_t rank = windows.kernel.size();
  for (size_t i = 0; i < rank; ++i) {
    int64_t stride = windows.strides[i];
    int64_t extent = (windows.kernel[i] - 1) * windows.dilations[i] + 1;
    int64_t total = extent - 1;
    // With steps of one element the pads don't depend on the size.
    if (stride != 1) {
      if (!node.requireStatic(x, i + 2))
        return;
      int64_t size = shapeOf(x)[i + 2];
      int64_t count = llvm::divideCeil(size, stride);
      total = std::max<int64_t>((count - 1) * stride + extent - size, 0);
    }
    windows.pads[i] = extraAtEnd ? total / 2 : total - total / 2;
    windows.pads[i + rank] = total - windows.pads[i];
  }
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
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER")
    padToSame(node, x, mode == "SAME_UPPER", windows);
  else if (mode != "NOTSET" && mode != "VALID" && !mode.empty())
    node.error("attribute 'auto_pad' has the unknown value " + quote(mode));
  if (node.hasFailed())
    return std::nullopt;
  return windows;
}
