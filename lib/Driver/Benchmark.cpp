//===- Benchmark.cpp - The time a model takes -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Benchmark.h"
#include "OutputFiles.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <chrono>

using namespace dlc;

/// Calls for at least so long and so often, first to warm up, then to measure.
static constexpr double kWarmUpSeconds = 0.3, kSeconds = 2;
static constexpr size_t kWarmUpRuns = 2, kRuns = 10;

/// The seconds that each call took.
static std::vector<double> measure(llvm::function_ref<void()> call,
                                   double seconds, size_t runs) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  auto begin = Clock::now();
  for (auto last = begin;
       times.size() < runs ||
       std::chrono::duration<double>(last - begin).count() < seconds;) {
    auto start = Clock::now();
    call();
    last = Clock::now();
    times.push_back(std::chrono::duration<double>(last - start).count());
  }
  return times;
}

llvm::Error dlc::benchmark(Library &library,
                           llvm::ArrayRef<const HostTensor *> inputs,
                           std::vector<HostTensor> &outputs,
                           const RunOptions &options, llvm::raw_ostream &os) {
  const dlc_model_v1 &model = library.getModel();
  std::vector<const void *> inputPointers;
  std::vector<void *> outputPointers;
  for (const HostTensor *input : inputs)
    inputPointers.push_back(input->data.data());
  for (HostTensor &output : outputs)
    outputPointers.push_back(output.data.data());
  dlc_context *context;
  if (model.create(nullptr, &context) != DLC_OK)
    return llvm::createStringError("no second context for the benchmark");
  auto call = [&] {
    model.run_pointers(context, inputPointers.data(), outputPointers.data());
  };
  measure(call, kWarmUpSeconds, kWarmUpRuns);
  std::vector<double> times = measure(call, kSeconds, kRuns);
  model.destroy(context);

  llvm::sort(times);
  auto getMilliseconds = [&](double share) {
    return 1e3 * times[size_t(share * (times.size() - 1))];
  };
  double median = getMilliseconds(0.5), best = getMilliseconds(0),
         p95 = getMilliseconds(0.95);
  os << llvm::format(
      "%s: median %.4f ms, min %.4f ms, p95 %.4f ms of %zu runs, "
      "1 thread\n",
      model.name, median, best, p95, times.size());
  if (options.json.empty())
    return llvm::Error::success();
  llvm::json::Object figures{{"model", options.compile.model},
                             {"name", model.name},
                             {"cpu", model.cpu},
                             {"threads", int64_t(options.threads)},
                             {"runs", int64_t(times.size())},
                             {"median_ms", median},
                             {"min_ms", best},
                             {"p95_ms", p95},
                             {"context_bytes", int64_t(model.context_bytes)},
                             {"arena_bytes", int64_t(model.arena_bytes)},
                             {"weights_bytes", int64_t(model.weights_bytes)}};
  return writeFile(options.json, [&](llvm::raw_fd_ostream &file) {
    file << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(figures)));
    return llvm::Error::success();
  });
}
