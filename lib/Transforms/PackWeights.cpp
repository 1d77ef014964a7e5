//===- PackWeights.cpp - Weights in the layouts kernels read --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackWeights.h"

#include "dialects/dlc/ConstantData.h"

using namespace mlir;
using namespace dlc;

/// Makes a constant of `shape` by copying boxes of another's elements. What no
/// box covers is zero.
static ElementsAttr copyConstant(const ConstantView &source,
                                 ArrayRef<int64_t> shape,
                                 ArrayRef<BoxCopy> boxes) {
  RankedTensorType type = source.getType().clone(shape);
  return makeConstant(type, [&](MutableArrayRef<char> target) {
    std::fill(target.begin(), target.end(), 0);
    for (BoxCopy box : boxes) {
      // A splat stores one element.
      if (source.isSplat())
        llvm::fill(box.sourceStrides, 0);
      copyBox(box, source.data(), target.data(), source.getElementBytes());
    }
  });
}

ElementsAttr dlc::packFilter(ElementsAttr filter, int64_t outputBlock,
                             int64_t inputBlock) {
  std::optional<ConstantView> view = ConstantView::get(filter);
  if (!view)
    return nullptr;
  ArrayRef<int64_t> shape = view->getShape();
  int64_t outputs = shape[0], inputs = shape[1], taps = 1;
  for (int64_t size : shape.drop_front(2))
    taps *= size;
  int64_t block = std::max<int64_t>(inputBlock, 1);

  SmallVector<int64_t> packed = {outputs / outputBlock, inputs / block};
  llvm::append_range(packed, shape.drop_front(2));
  if (inputBlock)
    packed.push_back(inputBlock);
  packed.push_back(outputBlock);

  // Dimensions: block of outputs, block of inputs, tap, input, output.
  BoxCopy box;
  box.sizes = {outputs / outputBlock, inputs / block, taps, block, outputBlock};
  box.sourceStrides = {outputBlock * inputs * taps, block * taps, 1, taps,
                       inputs * taps};
  box.targetStrides = {inputs * taps * outputBlock, taps * block * outputBlock,
                       block * outputBlock, outputBlock, 1};
  return copyConstant(*view, packed, box);
}

ElementsAttr dlc::packColumns(ElementsAttr matrix, bool transposed,
                              int64_t width) {
  std::optional<ConstantView> view = ConstantView::get(matrix);
  if (!view || view->getShape().size() != 2)
    return nullptr;
  int64_t rows = view->getShape()[transposed ? 1 : 0];
  int64_t columns = view->getShape()[transposed ? 0 : 1];
  int64_t rowStride = transposed ? 1 : columns;
  int64_t columnStride = transposed ? rows : 1;

  // Dimensions: panel, row, column in the panel.
  auto makeBox = [&](int64_t firstPanel, int64_t panels, int64_t filled) {
    BoxCopy box;
    box.sizes = {panels, rows, filled};
    box.sourceStrides = {width * columnStride, rowStride, columnStride};
    box.targetStrides = {rows * width, width, 1};
    box.sourceOffset = firstPanel * width * columnStride;
    box.targetOffset = firstPanel * rows * width;
    return box;
  };
  int64_t full = columns / width, rest = columns % width;
  SmallVector<BoxCopy, 2> boxes;
  if (full)
    boxes.push_back(makeBox(0, full, width));
  if (rest)
    boxes.push_back(makeBox(full, 1, rest));
  return copyConstant(*view, {full + (rest ? 1 : 0), rows, width}, boxes);
}
