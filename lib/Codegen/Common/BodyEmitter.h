//===- BodyEmitter.h - Scalar bodies as vector code -------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_BODYEMITTER_H
#define DLC_LIB_CODEGEN_COMMON_BODYEMITTER_H

#include "mlir/IR/Block.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace dlc {

/// Emits the body of a linalg.generic for one point, or for `lanes` points side
/// by side. Values that are the same in all lanes stay scalar until they meet a
/// vector.
class BodyEmitter {
public:
  /// `getIndex` gives the value of linalg.index for a dimension of the generic.
  BodyEmitter(mlir::ImplicitLocOpBuilder &builder, int64_t lanes,
              llvm::function_ref<mlir::Value(int64_t)> getIndex)
      : builder(builder), lanes(lanes), getIndex(getIndex) {}

  /// Sets what a value of the body, which isn't emitted, is replaced by.
  void define(mlir::Value from, mlir::Value to) { mapping[from] = to; }

  /// Emits `ops` of `body` with `arguments` for its block arguments and
  /// returns what it yields. Reductions whose accumulator is a block argument
  /// from `firstAccumulator` on contract multiplication and addition.
  llvm::SmallVector<mlir::Value> emit(mlir::Block &body,
                                      llvm::ArrayRef<mlir::Operation *> ops,
                                      llvm::ArrayRef<mlir::Value> arguments,
                                      unsigned firstAccumulator);
  /// The same with all ops of `body`.
  llvm::SmallVector<mlir::Value> emit(mlir::Block &body,
                                      llvm::ArrayRef<mlir::Value> arguments,
                                      unsigned firstAccumulator);

  /// A vector of `lanes` copies of a scalar; vectors pass through.
  mlir::Value widen(mlir::Value value);

private:
  mlir::Value lookup(mlir::Value value) const;
  void emitOp(mlir::Operation &op, unsigned firstAccumulator);
  bool emitMultiplyAdd(mlir::Operation &op, unsigned firstAccumulator);
  void emitPerLane(mlir::Operation &op);

  mlir::ImplicitLocOpBuilder &builder;
  int64_t lanes;
  llvm::function_ref<mlir::Value(int64_t)> getIndex;
  llvm::DenseMap<mlir::Value, mlir::Value> mapping;
};

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_BODYEMITTER_H
