//===- Matrix.h - mma.sync --------------------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EMULATOR_MATRIX_H
#define DLC_LIB_EMULATOR_MATRIX_H

#include "Executor.h"

namespace dlc::emulator {

/// d = a * b + c on the fragments that the lanes brought. Sums are float, in
/// the order of k.
void multiplyMatrices(Warp &warp);

} // namespace dlc::emulator

#endif // DLC_LIB_EMULATOR_MATRIX_H
