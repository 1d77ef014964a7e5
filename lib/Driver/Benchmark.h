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

/// A context of a library and the pointers to call it with, again and again.
class RepeatedCall {
public:
  RepeatedCall(Library &library, llvm::ArrayRef<const HostTensor *> inputs,
               std::vector<HostTensor> &outputs);
  RepeatedCall(const RepeatedCall &) = delete;
  ~RepeatedCall();

  /// Makes the context, for the sizes of the inputs. Every call begins with
  /// states of `past` positions, the library's own.
  llvm::Error create(unsigned threads, int64_t past);
  /// Warms up, then calls for about two seconds, at least ten times; `visit` is
  /// told the seconds of each call.
  void measure(llvm::function_ref<void(double seconds)> visit);
  dlc_context *getContext() const { return context; }

private:
  void repeat(double seconds, size_t runs,
              llvm::function_ref<void(double seconds)> visit);

  const Library &library;
  const dlc_model_v1 &model;
  int64_t past = 0;
  dlc_context *context = nullptr;
  llvm::ArrayRef<const HostTensor *> inputTensors;
  std::vector<HostTensor> &outputTensors;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
};

/// Runs the library again and again, prints the times and writes them to the
/// file that the options ask for.
llvm::Error benchmark(Library &library,
                      llvm::ArrayRef<const HostTensor *> inputs,
                      std::vector<HostTensor> &outputs,
                      const RunOptions &options, llvm::raw_ostream &os);

} // namespace dlc

#endif // DLC_LIB_DRIVER_BENCHMARK_H
