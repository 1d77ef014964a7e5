//===- DLCOps.td - All ops of the dlc dialect --------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_OPS_TD
#define DLC_OPS_TD

include "dialects/dlc/Constant.td"
include "dialects/dlc/Contraction.td"
include "dialects/dlc/Elementwise.td"
include "dialects/dlc/Indexing.td"
include "dialects/dlc/Normalization.td"
include "dialects/dlc/Pooling.td"
include "dialects/dlc/Quantization.td"
include "dialects/dlc/Random.td"
include "dialects/dlc/Recurrence.td"
include "dialects/dlc/Reduction.td"
include "dialects/dlc/Resampling.td"
include "dialects/dlc/Selection.td"
include "dialects/dlc/Shape.td"
include "dialects/dlc/Sparse.td"
include "dialects/dlc/Storage.td"

#endif // DLC_OPS_TD
