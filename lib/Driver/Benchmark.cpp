//===- Benchmark.cpp - The time a model takes -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Benchmark.h"
#include "dlc/Driver/Json.h"
#include "llvm/Support/Format.h"
#include <chrono>

using namespace dlc;

/// Calls for at least so long and so often, first to warm up, then to measure.
static constexpr double kWarmUpSeconds = 0.3, kSeconds = 2;
static constexpr size_t kWarmUpRuns = 2, kRuns = 10;

RepeatedCall::RepeatedCall(Library &library,
                           llvm::ArrayRef<const HostTensor *> inputTensors,
                           std::vector<HostTensor> &outputTensors)
    : library(library), model(library.getModel()), inputTensors(inputTensors),
      outputTensors(outputTensors) {
  for (const HostTensor *input : inputTensors)
    inputs.push_back(input->data.data());
  for (HostTensor &output : outputTensors)
    outputs.push_back(output.data.data());
}

RepeatedCall::~RepeatedCall() { model.destroy(context); }

llvm::Error RepeatedCall::create(unsigned threads, int64_t length) {
  past = length;
  char text[512];
  dlc_options options = DLC_OPTIONS_INIT;
  options.error = text;
  options.error_bytes = sizeof text;
  options.num_threads = threads;
  if (model.create(&options, &context) != DLC_OK)
    return llvm::createStringError(text);
  if (llvm::Error error = library.forkStates(context, past))
    return error;
  return library.chooseSizes(context, inputTensors, outputTensors);
}

void RepeatedCall::repeat(double seconds, size_t runs,
                          llvm::function_ref<void(double seconds)> visit) {
  using Clock = std::chrono::steady_clock;
  auto begin = Clock::now();
  size_t done = 0;
  for (auto last = begin;
       done < runs ||
       std::chrono::duration<double>(last - begin).count() < seconds;
       ++done) {
    auto start = Clock::now();
    model.run_pointers(context, inputs.data(), outputs.data());
    last = Clock::now();
    visit(std::chrono::duration<double>(last - start).count());
    if (!library.getStates().empty() && model.state_rewind(context, past))
      model.state_reset(context); // some have no positions
  }
}

void RepeatedCall::measure(llvm::function_ref<void(double seconds)> visit) {
  repeat(kWarmUpSeconds, kWarmUpRuns, [](double) {});
  repeat(kSeconds, kRuns, visit);
}

llvm::Error dlc::benchmark(Library &library,
                           llvm::ArrayRef<const HostTensor *> inputs,
                           std::vector<HostTensor> &outputs,
                           const RunOptions &options, llvm::raw_ostream &os) {
  const dlc_model_v1 &model = library.getModel();
  RepeatedCall call(library, inputs, outputs);
  if (llvm::Error error = call.create(options.threads, options.past))
    return error;
  std::vector<double> times;
  call.measure([&](double seconds) { times.push_back(seconds); });

  llvm::sort(times);
  auto getMilliseconds = [&](double share) {
    return 1e3 * times[size_t(share * (times.size() - 1))];
  };
  double median = getMilliseconds(0.5), best = getMilliseconds(0),
         p95 = getMilliseconds(0.95);
  os << llvm::format(
      "%s: median %.4f ms, min %.4f ms, p95 %.4f ms of %zu runs, "
      "%u thread%s\n",
      model.name, median, best, p95, times.size(), options.threads,
      options.threads == 1 ? "" : "s");
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
  return writeJSON(std::move(figures), options.json);
}
