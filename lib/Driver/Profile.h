//===- Profile.h - The time each kernel takes -------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_PROFILE_H
#define DLC_LIB_DRIVER_PROFILE_H

#include "dlc/Driver/Library.h"
#include "dlc/Driver/Runner.h"

namespace dlc {

/// Runs a library that was compiled for profiling again and again, prints the
/// kernels' times, slowest first, and writes them to the file that the options
/// ask for.
llvm::Error profile(Library &library, llvm::ArrayRef<const HostTensor *> inputs,
                    std::vector<HostTensor> &outputs, const RunOptions &options,
                    llvm::raw_ostream &os);

} // namespace dlc

#endif // DLC_LIB_DRIVER_PROFILE_H
