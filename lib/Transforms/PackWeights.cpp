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
      if (source.isSplat()) {
        llvm::fill(box.sourceStrides, 0);
        box.sourceOffset = 0;
      }
      copyBox(box, source.data(), target.data(), source.getElementBytes());
    }
  });
}

namespace {
/// A run of blocks that are filled alike.
struct BlockRun {
  int64_t first, count, filled;
};
} // namespace

/// The full blocks of a dimension, and the last, partly filled one.
static SmallVector<BlockRun, 2> splitBlocks(int64_t size, int64_t block) {
  SmallVector<BlockRun, 2> runs;
  if (size / block)
    runs.push_back({0, size / block, block});
  if (size % block)
    runs.push_back({size / block, 1, size % block});
  return runs;
}

ElementsAttr dlc::packFilter(ElementsAttr filter, int64_t outputBlock,
                             int64_t inputBlock, int64_t dot) {
  std::optional<ConstantView> view = ConstantView::get(filter);
  if (!view)
    return nullptr;
  ArrayRef<int64_t> shape = view->getShape();
  int64_t outputs = shape[0], inputs = shape[1], taps = 1;
  for (int64_t size : shape.drop_front(2))
    taps *= size;
  int64_t block = std::max<int64_t>(inputBlock, 1);
  int64_t inputBlocks = llvm::divideCeil(inputs, block);

  SmallVector<int64_t> packed = {
      static_cast<int64_t>(llvm::divideCeil(outputs, outputBlock)),
      inputBlocks};
  llvm::append_range(packed, shape.drop_front(2));
  if (inputBlock)
    packed.push_back(inputBlock / dot);
  packed.push_back(outputBlock);
  if (dot > 1)
    packed.push_back(dot);

  SmallVector<BoxCopy, 4> boxes;
  auto copy = [&](const BlockRun &out, const BlockRun &in,
                  const BlockRun &group) {
    // Dimensions: block of outputs, block of inputs, tap, group of inputs,
    // input in the group, output.
    BoxCopy box;
    box.sizes = {out.count,   in.count,     taps,
                 group.count, group.filled, out.filled};
    box.sourceStrides = {outputBlock * inputs * taps,
                         block * taps,
                         1,
                         dot * taps,
                         taps,
                         inputs * taps};
    box.targetStrides = {inputBlocks * block * taps * outputBlock,
                         taps * block * outputBlock,
                         block * outputBlock,
                         dot * outputBlock,
                         1,
                         dot};
    for (auto [dim, run] :
         {std::pair(0, &out), std::pair(1, &in), std::pair(3, &group)}) {
      box.sourceOffset += run->first * box.sourceStrides[dim];
      box.targetOffset += run->first * box.targetStrides[dim];
    }
    boxes.push_back(box);
  };
  for (const BlockRun &out : splitBlocks(outputs, outputBlock))
    for (const BlockRun &in : splitBlocks(inputs, block))
      for (const BlockRun &group : splitBlocks(in.filled, dot))
        copy(out, in, group);
  return copyConstant(*view, packed, boxes);
}

ElementsAttr dlc::packDimension(ElementsAttr constant, int64_t axis,
                                int64_t block) {
  std::optional<ConstantView> view = ConstantView::get(constant);
  if (!view)
    return nullptr;
  int64_t outer = 1, size = view->getShape()[axis], inner = 1;
  for (int64_t extent : view->getShape().take_front(axis))
    outer *= extent;
  for (int64_t extent : view->getShape().drop_front(axis + 1))
    inner *= extent;
  int64_t blocks = llvm::divideCeil(size, block);
  SmallVector<int64_t> packed(view->getShape());
  packed[axis] = blocks;
  packed.push_back(block);

  SmallVector<BoxCopy, 2> boxes;
  for (const BlockRun &run : splitBlocks(size, block)) {
    // Dimensions: outer, block, inner, position in the block.
    BoxCopy box;
    box.sizes = {outer, run.count, inner, run.filled};
    box.sourceStrides = {size * inner, block * inner, 1, inner};
    box.targetStrides = {blocks * inner * block, inner * block, block, 1};
    box.sourceOffset = run.first * box.sourceStrides[1];
    box.targetOffset = run.first * box.targetStrides[1];
    boxes.push_back(box);
  }
  return copyConstant(*view, packed, boxes);
}

ElementsAttr dlc::joinPanels(ElementsAttr panels, int64_t group) {
  std::optional<ConstantView> view = ConstantView::get(panels);
  if (!view || view->getShape().size() != 3)
    return nullptr;
  int64_t count = view->getShape()[0], rows = view->getShape()[1],
          width = view->getShape()[2];
  int64_t groups = llvm::divideCeil(count, group);
  SmallVector<BoxCopy, 2> boxes;
  for (const BlockRun &run : splitBlocks(count, group)) {
    // Dimensions: group, panel in it, row, column.
    BoxCopy box;
    box.sizes = {run.count, run.filled, rows, width};
    box.sourceStrides = {group * rows * width, rows * width, width, 1};
    box.targetStrides = {rows * group * width, width, group * width, 1};
    box.sourceOffset = run.first * box.sourceStrides[0];
    box.targetOffset = run.first * box.targetStrides[0];
    boxes.push_back(box);
  }
  return copyConstant(*view, {groups, rows, group * width}, boxes);
}

ElementsAttr dlc::packColumns(ElementsAttr matrices, bool transposed,
                              int64_t width, int64_t dot) {
  std::optional<ConstantView> view = ConstantView::get(matrices);
  if (!view || view->getShape().size() < 2)
    return nullptr;
  ArrayRef<int64_t> batch = view->getShape().drop_back(2);
  ArrayRef<int64_t> matrix = view->getShape().take_back(2);
  int64_t rows = matrix[transposed ? 1 : 0];
  int64_t columns = matrix[transposed ? 0 : 1];
  int64_t columnStride = transposed ? rows : 1;
  int64_t rowStride = transposed ? 1 : columns;
  int64_t groups = llvm::divideCeil(rows, dot);
  int64_t panels = llvm::divideCeil(columns, width);
  int64_t count = 1;
  for (int64_t size : batch)
    count *= size;

  SmallVector<BoxCopy, 4> boxes;
  for (const BlockRun &run : splitBlocks(columns, width))
    for (const BlockRun &group : splitBlocks(rows, dot)) {
      // Dimensions: matrix, panel, group of rows, row in the group, column in
      // the panel.
      BoxCopy box;
      box.sizes = {count, run.count, group.count, group.filled, run.filled};
      box.sourceStrides = {rows * columns, width * columnStride,
                           dot * rowStride, rowStride, columnStride};
      box.targetStrides = {panels * groups * width * dot, groups * width * dot,
                           width * dot, 1, dot};
      for (auto [dim, part] : {std::pair(1, &run), std::pair(2, &group)}) {
        box.sourceOffset += part->first * box.sourceStrides[dim];
        box.targetOffset += part->first * box.targetStrides[dim];
      }
      boxes.push_back(box);
    }
  SmallVector<int64_t> packed(batch);
  packed.append({panels, groups, width});
  if (dot > 1)
    packed.push_back(dot);
  return copyConstant(*view, packed, boxes);
}
