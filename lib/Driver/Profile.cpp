//===- Profile.cpp - The time each kernel takes ---------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Profile.h"
#include "Benchmark.h"
#include "dlc/Driver/Json.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <chrono>

using namespace dlc;

namespace {

/// One call of a kernel with its median time: in a loop that of all its runs.
struct Row {
  const dlc_profile_call *call = nullptr;
  double seconds = 0;
  uint64_t count = 0;

  double getFlops() const { return double(call->flops) * double(count); }
};

struct Figures {
  std::vector<Row> rows; // slowest first
  size_t runs = 0;
  double seconds = 0; // of a whole run, the median
  double flops = 0;
  double peak = 0; // FLOP/s of one core

  double getRate(double flops, double seconds) const {
    return seconds > 0 ? flops / seconds : 0;
  }
};

} // namespace

/// The multiply-add peak of one core now: the best of many short rounds.
static double measurePeak(const dlc_profile_v1 &profile) {
  using Clock = std::chrono::steady_clock;
  constexpr uint64_t kSteps = 100000;
  constexpr int kRounds = 100;
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    auto start = Clock::now();
    uint64_t flops = profile.multiply_add(kSteps);
    std::chrono::duration<double> seconds = Clock::now() - start;
    best = std::max(best, flops / seconds.count());
  }
  return best;
}

static double getMedian(std::vector<double> &values) {
  auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

static Figures measure(const dlc_profile_v1 &profile, RepeatedCall &call) {
  Figures figures;
  // Before and after: the clock may vary.
  figures.peak = measurePeak(profile);
  auto *times = reinterpret_cast<const dlc_profile_time *>(
      reinterpret_cast<const char *>(call.getContext()) + profile.times_offset);
  std::vector<std::vector<double>> perCall(profile.num_calls);
  std::vector<double> perRun;
  call.measure([&](double) {
    uint64_t run = 0;
    for (auto [i, samples] : llvm::enumerate(perCall)) {
      samples.push_back(1e-9 * double(times[i].nanoseconds));
      run += times[i].nanoseconds;
    }
    perRun.push_back(1e-9 * double(run));
  });
  figures.peak = std::max(figures.peak, measurePeak(profile));
  figures.runs = perRun.size();
  figures.seconds = getMedian(perRun);
  for (auto [i, samples] : llvm::enumerate(perCall)) {
    figures.rows.push_back(
        {&profile.calls[i], getMedian(samples), times[i].count});
    figures.flops += figures.rows.back().getFlops();
  }
  llvm::sort(figures.rows, [](const Row &a, const Row &b) {
    return std::pair(b.seconds, a.call) < std::pair(a.seconds, b.call);
  });
  return figures;
}

/// As many nodes as make a line of bearable length, and the number of the rest.
static std::string formatNodes(const dlc_profile_call &call) {
  constexpr size_t kLength = 72;
  std::string text;
  for (size_t i = 0; i < call.num_nodes; ++i) {
    llvm::StringRef node = call.nodes[i];
    if (i && text.size() + node.size() > kLength)
      return text + " and " + std::to_string(call.num_nodes - i) + " more";
    text += (i ? ", " : "") + node.str();
  }
  return text;
}

static void print(llvm::raw_ostream &os, const Figures &figures,
                  const dlc_model_v1 &model, double peak, unsigned threads) {
  os << llvm::format("%10s %7s %9s %7s  %s\n", "ms", "share", "GFLOP/s", "peak",
                     "kernel: nodes");
  for (const Row &row : figures.rows) {
    double rate = figures.getRate(row.getFlops(), row.seconds);
    os << llvm::format("%10.4f %6.1f%% %9.1f %6.1f%%  ", 1e3 * row.seconds,
                       100 * figures.getRate(row.seconds, figures.seconds),
                       1e-9 * rate, 100 * rate / peak)
       << row.call->kernel << ": " << formatNodes(*row.call);
    if (row.count != 1)
      os << ", " << row.count << " times";
    os << "\n";
  }
  double rate = figures.getRate(figures.flops, figures.seconds);
  os << llvm::format("%10.4f %6.1f%% %9.1f %6.1f%%  ", 1e3 * figures.seconds,
                     100.0, 1e-9 * rate, 100 * rate / peak)
     << model.name << ": "
     << llvm::formatv("{0} calls, {1:F3} GFLOP, medians of {2} runs, "
                      "{3} thread{4}\n",
                      figures.rows.size(), 1e-9 * figures.flops, figures.runs,
                      threads, threads == 1 ? "" : "s")
     << llvm::format("peak: %.1f GFLOP/s, fp32 multiply-adds in registers, ",
                     1e-9 * peak)
     << "measured in this process on one core, times the threads\n";
}

static llvm::json::Value toJSON(const Figures &figures,
                                const dlc_model_v1 &model, double peak,
                                const RunOptions &options) {
  llvm::json::Array calls;
  for (const Row &row : figures.rows) {
    llvm::json::Array nodes;
    for (size_t i = 0; i < row.call->num_nodes; ++i)
      nodes.push_back(row.call->nodes[i]);
    double rate = figures.getRate(row.getFlops(), row.seconds);
    calls.push_back(llvm::json::Object{{"kernel", row.call->kernel},
                                       {"nodes", std::move(nodes)},
                                       {"ms", 1e3 * row.seconds},
                                       {"count", row.count},
                                       {"flops", row.getFlops()},
                                       {"gflops", 1e-9 * rate},
                                       {"peak_share", rate / peak}});
  }
  double rate = figures.getRate(figures.flops, figures.seconds);
  return llvm::json::Object{{"model", options.compile.model},
                            {"name", model.name},
                            {"cpu", model.cpu},
                            {"threads", int64_t(options.threads)},
                            {"runs", int64_t(figures.runs)},
                            {"total_ms", 1e3 * figures.seconds},
                            {"total_flops", figures.flops},
                            {"gflops", 1e-9 * rate},
                            {"peak_gflops", 1e-9 * peak},
                            {"peak_share", rate / peak},
                            {"calls", std::move(calls)}};
}

llvm::Error dlc::profile(Library &library,
                         llvm::ArrayRef<const HostTensor *> inputs,
                         std::vector<HostTensor> &outputs,
                         const RunOptions &options, llvm::raw_ostream &os) {
  const dlc_profile_v1 *profile = library.getProfile();
  if (!profile)
    return llvm::createStringError(
        options.compile.model +
        ": the library keeps no times: run the model itself, or compile it "
        "with --profile");
  RepeatedCall call(library, inputs, outputs);
  if (llvm::Error error = call.create(options.threads, options.past))
    return error;
  Figures figures = measure(*profile, call);
  const dlc_model_v1 &model = library.getModel();
  double peak = figures.peak * options.threads;
  print(os, figures, model, peak, options.threads);
  if (!library.getSymbols().empty()) {
    os << "operations: counted at the likely sizes,";
    for (const dlc_symbol &symbol : library.getSymbols())
      os << ' ' << symbol.name << '=' << symbol.likely;
    os << '\n';
  }
  if (options.json.empty())
    return llvm::Error::success();
  return writeJSON(toJSON(figures, model, peak, options), options.json);
}
