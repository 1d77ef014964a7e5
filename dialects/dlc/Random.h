//===- Random.h - Random numbers --------------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_RANDOM_H
#define DIALECTS_DLC_RANDOM_H

#include "dialects/dlc/DLCDialect.h"

#define GET_OP_CLASSES
#include "dialects/dlc/Random.h.inc"

#endif // DIALECTS_DLC_RANDOM_H
