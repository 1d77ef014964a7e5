//===- Calibration.h - Ranges from histograms -------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_CALIBRATION_H
#define DLC_LIB_DRIVER_CALIBRATION_H

#include "dlc/Driver/Quantize.h"
#include "dlc/Transforms/QuantizationPlan.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace dlc {

/// How many bins the magnitudes of a tensor are counted in; a histogram has as
/// many for each sign.
constexpr int64_t numMagnitudeBins = 2048;

/// The range that a histogram covers: symmetric, so that magnitudes are counted
/// in bins of equal width.
ElementRange getHistogramRange(const ElementRange &seen);

/// The sum of squared errors of 8-bit values over `range` (widened to hold 0),
/// by a histogram over `covered`: rounding's inside, and outside the distance.
/// Zeros cost nothing.
double getSquaredError(const ElementRange &range, const ElementRange &covered,
                       llvm::ArrayRef<uint64_t> counts);

/// The range to quantize, a part of `seen`. `counts` are over
/// `getHistogramRange(seen)`.
ElementRange chooseRange(CalibrationMethod method, const ElementRange &seen,
                         llvm::ArrayRef<uint64_t> counts);

} // namespace dlc

#endif // DLC_LIB_DRIVER_CALIBRATION_H
