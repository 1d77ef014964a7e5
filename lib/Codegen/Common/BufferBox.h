//===- BufferBox.h - Boxes of a buffer's elements ---------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_BUFFERBOX_H
#define DLC_LIB_CODEGEN_COMMON_BUFFERBOX_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace dlc {

/// A box of a buffer's elements.
struct Box {
  llvm::SmallVector<int64_t> offsets, sizes;

  int64_t getEnd(unsigned dim) const { return offsets[dim] + sizes[dim]; }
  bool overlaps(const Box &other) const;
};

/// The elements of `base` that `view` consists of, if they are a box: its
/// strides are those of the base, unit dimensions added or left out.
std::optional<Box> getBox(mlir::Value view, mlir::Value base);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_BUFFERBOX_H
