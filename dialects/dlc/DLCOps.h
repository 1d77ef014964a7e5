//===- DLCOps.h - All ops of the dlc dialect --------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For users outside of this repository: what is in it includes the families
// that it uses, and is only compiled again when one of these changes.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_DLCOPS_H
#define DIALECTS_DLC_DLCOPS_H

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Normalization.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Quantization.h"
#include "dialects/dlc/Random.h"
#include "dialects/dlc/Recurrence.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Resampling.h"
#include "dialects/dlc/Selection.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/Sparse.h"
#include "dialects/dlc/Storage.h"

#endif // DIALECTS_DLC_DLCOPS_H
