//===- DLCOps.h - All ops of the dlc dialect --------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_DLCOPS_H
#define DIALECTS_DLC_DLCOPS_H

#include "dialects/dlc/DLCDialect.h"

#define GET_OP_CLASSES
#include "dialects/dlc/Constant.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Contraction.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Elementwise.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Indexing.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Normalization.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Pooling.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Quantization.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Reduction.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Resampling.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Shape.h.inc"
#define GET_OP_CLASSES
#include "dialects/dlc/Sparse.h.inc"

#endif // DIALECTS_DLC_DLCOPS_H
