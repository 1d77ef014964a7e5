//===- Constant.h - Constants -----------------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_CONSTANT_H
#define DIALECTS_DLC_CONSTANT_H

#include "dialects/dlc/DLCDialect.h"
#include "dialects/dlc/Dim.h"

#define GET_OP_CLASSES
#include "dialects/dlc/Constant.h.inc"

namespace dlc {

/// The elements of a value that is a `dlc.sizes` (perhaps reshaped or of
/// another type), in order. None for other values, constants among them.
std::optional<Shape> readSizes(mlir::Value value);

} // namespace dlc

#endif // DIALECTS_DLC_CONSTANT_H
