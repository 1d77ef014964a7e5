//===- Storage.h - How elements lie in memory -------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_STORAGE_H
#define DIALECTS_DLC_STORAGE_H

#include "dialects/dlc/DLCDialect.h"

#define GET_OP_CLASSES
#include "dialects/dlc/Storage.h.inc"

namespace dlc {

/// The bytes that hold all elements of a tensor of 4 or 2 bits each.
mlir::RankedTensorType getPackedType(mlir::RankedTensorType type);

} // namespace dlc

#endif // DIALECTS_DLC_STORAGE_H
