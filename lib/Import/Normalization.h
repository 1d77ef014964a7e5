//===- Normalization.h - Parts of normalizations ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_NORMALIZATION_H
#define DLC_LIB_IMPORT_NORMALIZATION_H

#include "Node.h"

namespace dlc::onnximport {

/// Layer normalization over the dimensions from `axis` on; `bias` may be null.
mlir::Value normalizeLayer(Node &node, mlir::Value x, mlir::Value scale,
                           mlir::Value bias, int64_t axis, double epsilon);

/// Division by the root of the mean square over the dimensions from `axis` on,
/// computed in f32 or wider, and multiplication by `scale`: the result, and the
/// reciprocal of the root.
std::pair<mlir::Value, mlir::Value> normalizeRMS(Node &node, mlir::Value x,
                                                 mlir::Value scale,
                                                 int64_t axis, double epsilon);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_NORMALIZATION_H
