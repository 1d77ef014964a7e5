//===- TensorOrigins.h - What tensors of loops are versions of --*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_TENSORORIGINS_H
#define DLC_LIB_CODEGEN_COMMON_TENSORORIGINS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"

namespace dlc {

/// Those of `arguments`, all of one block, that `value` may share elements
/// with. What is defined outside the block shares none: a loop would then begin
/// with a copy of it.
llvm::SmallDenseSet<mlir::Value> findShared(mlir::Value value,
                                            mlir::ValueRange arguments);

/// True if everything that uses `value`, or a view of it, stands before `user`.
bool isLastUse(mlir::Value value, mlir::Operation *user);

/// True if `value` is there where `op` stands.
bool isAvailable(mlir::Value value, mlir::Operation *op);

/// True if `value`, which leaves its block by `end`, is still needed where the
/// destination that it goes to there may be overwritten.
bool isNeededElsewhere(mlir::Value value, mlir::Operation *end);

/// How a loop inside of another one works on what that carries.
enum class InnerUpdate { none, inPlace, needsCopy };

/// Whether `value` is what a loop has made of `argument` in place: upstream's
/// analysis doesn't see that such a value can be put there without a copy.
/// Where the argument is still read, the loop is to begin with a copy, `init`.
InnerUpdate findInnerUpdate(mlir::Value value, mlir::Value argument,
                            mlir::OpOperand *&init);

/// The operand, an empty tensor, that `value` is computed in from the
/// beginning; null if it isn't computed so.
mlir::OpOperand *findEmptyBegin(mlir::Value value);

/// The same if a loop makes all of `value`, part by part.
mlir::OpOperand *findEmptyLoopBegin(mlir::Value value);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_TENSORORIGINS_H
