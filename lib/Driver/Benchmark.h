//===- Benchmark.h - The time a model takes -----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_BENCHMARK_H
#define DLC_LIB_DRIVER_BENCHMARK_H

#include "dlc/Driver/Library.h"
#include "dlc/Driver/Runner.h"

namespace dlc {

/// Runs the library again and again, prints the times and writes them to the
/// file that the options ask for.
llvm::Error benchmark(Library &library,
                      llvm::ArrayRef<const HostTensor *> inputs,
                      std::vector<HostTensor> &outputs,
                      const RunOptions &options, llvm::raw_ostream &os);

} // namespace dlc

#endif // DLC_LIB_DRIVER_BENCHMARK_H
