//===- BufferBox.cpp - Boxes of a buffer's elements -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BufferBox.h"

#include "LoopNest.h"

using namespace mlir;
using namespace dlc;

bool Box::overlaps(const Box &other) const {
  return llvm::all_of(llvm::seq(offsets.size()), [&](unsigned dim) {
    return offsets[dim] < other.getEnd(dim) && other.offsets[dim] < getEnd(dim);
  });
}

std::optional<Box> dlc::getBox(Value view, Value base) {
  auto type = cast<MemRefType>(view.getType());
  auto baseType = cast<MemRefType>(base.getType());
  SmallVector<int64_t> strides, baseStrides;
  int64_t offset, baseOffset;
  if (type.getElementType() != baseType.getElementType() ||
      failed(getStaticStrides(type, strides, offset)) ||
      failed(getStaticStrides(baseType, baseStrides, baseOffset)) ||
      ShapedType::isDynamic(offset) || type.getNumElements() == 0)
    return std::nullopt;
  Box box;
  unsigned dim = 0;
  auto skipUnits = [&] {
    while (dim < strides.size() && type.getDimSize(dim) == 1)
      ++dim;
  };
  for (auto [extent, stride] :
       llvm::zip_equal(baseType.getShape(), baseStrides)) {
    box.offsets.push_back(offset / stride);
    offset %= stride;
    skipUnits();
    bool isMatch = extent > 1 && dim < strides.size() && strides[dim] == stride;
    box.sizes.push_back(isMatch ? type.getDimSize(dim++) : 1);
    if (box.offsets.back() + box.sizes.back() > extent)
      return std::nullopt;
  }
  skipUnits();
  if (dim < strides.size())
    return std::nullopt;
  return box;
}
