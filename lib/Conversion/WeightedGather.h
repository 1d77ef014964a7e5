//===- WeightedGather.h - Sums of elements found by tables ------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What resamples by coordinates (of a few neighbours, or of data) computes a
// table of elements and weights first, and then this sum. The elements that one
// entry of the table stands for are a run of neighbours, so that code
// generation loads vectors.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_WEIGHTEDGATHER_H
#define LIB_CONVERSION_WEIGHTEDGATHER_H

#include "LoweringUtils.h"

namespace dlc {

/// `y[o, p, i] = sum over t of weights[o, p, t] * x[o].flat[starts[o, p, t] +
/// i]` for `x` of shape outer x source x inner. The tables may leave out `o`.
/// The starts are integers, valid by construction; the sum has the weights'
/// type.
mlir::Value createWeightedGather(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                                 mlir::Value starts, mlir::Value weights);

} // namespace dlc

#endif // LIB_CONVERSION_WEIGHTEDGATHER_H
