//===- TensorSizes.h - Shapes of tensors as expressions ---------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_TENSORSIZES_H
#define DLC_LIB_CODEGEN_COMMON_TENSORSIZES_H

#include "BufferLayout.h"

namespace dlc {

/// The sizes of a tensor as expressions of the function's symbols, read off the
/// ops that it is made by. Fails where one isn't such an expression.
mlir::FailureOr<llvm::SmallVector<mlir::AffineExpr>>
getTensorSizes(mlir::Value tensor);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_TENSORSIZES_H
