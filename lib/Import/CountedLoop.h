//===- CountedLoop.h - Loops with a known number of iterations --*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_COUNTEDLOOP_H
#define DLC_LIB_IMPORT_COUNTEDLOOP_H

#include "Subgraphs.h"

namespace dlc::onnximport {

/// A loop whose number of iterations is known when it begins. Its body is a
/// block that begins with the position and the states.
struct CountedLoop {
  mlir::Location loc;
  /// The number of iterations, as an index, and as a size where it is one.
  mlir::Value count;
  std::optional<Dim> size;
  llvm::SmallVector<mlir::Value> states;
  llvm::SmallVector<ScanPlace> outputs;
};

/// The size as an index of the program.
mlir::Value createIndex(mlir::OpBuilder &builder, mlir::Location loc,
                        const Dim &size);
/// The position as it is counted from the end.
mlir::Value reversePosition(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value count, mlir::Value position);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_COUNTEDLOOP_H
