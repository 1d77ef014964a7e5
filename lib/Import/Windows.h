//===- Windows.h - Windows ops from ONNX ------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_WINDOWS_H
#define DLC_LIB_IMPORT_WINDOWS_H

#include "Node.h"

namespace dlc::onnximport {

/// The windows of a convolution or pooling, one element per spatial dimension
/// (two for pads).
struct Windows {
  llvm::SmallVector<int64_t> kernel, strides, pads, dilations;
};

/// Reads the attributes `strides`, `dilations` and `pads` for windows of
/// `kernel` elements over `x`. None after an error.
std::optional<Windows> getWindows(Node &node, mlir::Value x,
                                  llvm::ArrayRef<int64_t> kernel);

/// Adds the pads that `auto_pad` asks for. Where they depend on an open size,
/// the result is `x` padded with `fill`, else `x`.
mlir::Value padWindows(Node &node, mlir::Value x, double fill,
                       Windows &windows);

/// Builds a convolution with the node's attributes. Null after an error.
mlir::Value buildConv(Node &node, mlir::Value x, mlir::Value filter,
                      mlir::Value bias);
/// Builds a pooling with the node's attributes. Null after an error.
mlir::Value buildMaxPool(Node &node, mlir::Value x);
mlir::Value buildAveragePool(Node &node, mlir::Value x);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_WINDOWS_H
