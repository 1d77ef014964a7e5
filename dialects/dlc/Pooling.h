//===- Pooling.h - Pooling over spatial windows -----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_POOLING_H
#define DIALECTS_DLC_POOLING_H

#include "dialects/dlc/DLCDialect.h"

#define GET_OP_CLASSES
#include "dialects/dlc/Pooling.h.inc"

#endif // DIALECTS_DLC_POOLING_H
