//===- Contraction.h - Parts of ops that are matrix products ----*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_CONTRACTION_H
#define DLC_LIB_IMPORT_CONTRACTION_H

#include "Node.h"

namespace dlc::onnximport {

/// `Gemm`, which ops of other domains extend.
Values importGemm(Node &node);

/// The product of integers without their zero points, which may be null,
/// scalars, or vectors over the rows of `a` and the columns of `b`: i32.
mlir::Value multiplyIntegers(Node &node, mlir::Value a, mlir::Value aZero,
                             mlir::Value b, mlir::Value bZero);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_CONTRACTION_H
