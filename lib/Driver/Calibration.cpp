//===- Calibration.cpp - Ranges from histograms ---------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calibration.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <numeric>
#include <vector>

using namespace dlc;
using llvm::ArrayRef;

ElementRange dlc::getHistogramRange(const ElementRange &seen) {
  double most = std::max(std::abs(seen.low), std::abs(seen.high));
  // A tensor of zeros has a range, too.
  if (most == 0)
    most = 1;
  return {-most, most};
}

static double getBinWidth(const ElementRange &covered,
                          ArrayRef<uint64_t> counts) {
  return (covered.high - covered.low) / double(counts.size());
}

/// Cuts equal shares off both ends, 0.01 % together.
static ElementRange choosePercentile(const ElementRange &covered,
                                     ArrayRef<uint64_t> counts) {
  uint64_t total = std::accumulate(counts.begin(), counts.end(), uint64_t(0));
  uint64_t cut = uint64_t(double(total) * (1 - 0.9999) / 2);
  size_t first = 0, last = counts.size() - 1;
  for (uint64_t sum = counts[first]; sum <= cut && first < last;)
    sum += counts[++first];
  for (uint64_t sum = counts[last]; sum <= cut && last > first;)
    sum += counts[--last];
  double width = getBinWidth(covered, counts);
  return {covered.low + double(first) * width,
          covered.low + double(last + 1) * width};
}

/// How much the distribution of the first `size` bins, the rest of the counts
/// clipped into the last, loses when it is told by `levels` values only: the
/// divergence of Kullback and Leibler.
static double getDivergence(ArrayRef<double> counts, size_t size,
                            size_t levels) {
  double outliers = 0, total = 0, kept = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    (i < size ? kept : outliers) += counts[i];
  }
  if (kept == 0)
    return std::numeric_limits<double>::infinity();
  double divergence = 0;
  for (size_t level = 0; level < levels; ++level) {
    size_t begin = level * size / levels, end = (level + 1) * size / levels;
    double sum = 0;
    size_t filled = 0;
    for (size_t i = begin; i < end; ++i) {
      sum += counts[i];
      filled += counts[i] != 0;
    }
    for (size_t i = begin; i < end; ++i) {
      double p = counts[i] + (i + 1 == size ? outliers : 0);
      // Where clipping alone puts values, a little stands for the nothing that
      // is told of them.
      double q = counts[i] != 0 ? sum / double(filled) / kept : 1e-6;
      if (p != 0)
        divergence += p / total * std::log(p / total / q);
    }
  }
  return divergence;
}

/// Makes pairs of bins one until each holds enough values for chance to be no
/// part of the distribution; with `levels` bins left, nothing is cut off.
static void mergeBins(std::vector<double> &counts, size_t levels) {
  constexpr double enough = 64;
  double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  while (counts.size() > levels && total < enough * double(counts.size())) {
    for (size_t i = 0; i < counts.size() / 2; ++i)
      counts[i] = counts[2 * i] + counts[2 * i + 1];
    counts.resize(counts.size() / 2);
  }
}

double dlc::getSquaredError(const ElementRange &range,
                            const ElementRange &covered,
                            ArrayRef<uint64_t> counts) {
  double low = std::min(range.low, 0.0), high = std::max(range.high, 0.0);
  double step = (high - low) / 255, width = getBinWidth(covered, counts);
  double rounding = step * step / 12, error = 0;
  for (auto [i, count] : llvm::enumerate(counts)) {
    // Zeros are exact, and as good as all that lies beside them.
    if (i + 1 == counts.size() / 2 || i == counts.size() / 2)
      continue;
    double value = covered.low + (double(i) + 0.5) * width;
    double outside = std::max({low - value, value - high, 0.0});
    error += double(count) * (outside > 0 ? outside * outside : rounding);
  }
  return error;
}

/// What a threshold at the end of the first `bins` of `numBins` bins of
/// magnitudes leaves of what was seen.
static ElementRange getClip(const ElementRange &seen, double most, size_t bins,
                            size_t numBins) {
  double threshold = most * double(bins) / double(numBins);
  return {std::max(seen.low, -threshold), std::min(seen.high, threshold)};
}

/// The threshold for magnitudes at which the divergence is least (Migacz,
/// 8-bit Inference with TensorRT, GTC 2017) among those that cost no more in
/// squared errors than to cut nothing off: of a histogram that is nearly all
/// zeros, the divergence alone keeps the zeros and loses the rest.
static ElementRange chooseByEntropy(const ElementRange &seen,
                                    const ElementRange &covered,
                                    ArrayRef<uint64_t> counts) {
  std::vector<double> magnitudes(numMagnitudeBins);
  for (size_t i = 0; i < counts.size(); ++i) {
    int64_t bin = int64_t(i) - numMagnitudeBins;
    magnitudes[bin < 0 ? -1 - bin : bin] += double(counts[i]);
  }
  // Zeros, as relu makes them, are exact in any case and must not outweigh
  // what isn't.
  magnitudes[0] = magnitudes[1];
  size_t levels = seen.low < 0 ? 128 : 256;
  mergeBins(magnitudes, levels);
  ElementRange best = seen;
  double most = getSquaredError(seen, covered, counts);
  double least = std::numeric_limits<double>::infinity();
  for (size_t size = levels; size <= magnitudes.size(); ++size) {
    double divergence = getDivergence(magnitudes, size, levels);
    ElementRange clip = getClip(seen, covered.high, size, magnitudes.size());
    if (divergence < least && getSquaredError(clip, covered, counts) <= most) {
      least = divergence;
      best = clip;
    }
  }
  return best;
}

/// The threshold for magnitudes at which squared errors are least.
static ElementRange chooseBySquaredError(const ElementRange &seen,
                                         const ElementRange &covered,
                                         ArrayRef<uint64_t> counts) {
  ElementRange best = seen;
  double least = getSquaredError(seen, covered, counts);
  for (int64_t bins = 1; bins < numMagnitudeBins; ++bins) {
    ElementRange clip = getClip(seen, covered.high, bins, numMagnitudeBins);
    double error = getSquaredError(clip, covered, counts);
    if (error < least) {
      least = error;
      best = clip;
    }
  }
  return best;
}

ElementRange dlc::chooseRange(CalibrationMethod method,
                              const ElementRange &seen,
                              ArrayRef<uint64_t> counts) {
  ElementRange covered = getHistogramRange(seen);
  switch (method) {
  case CalibrationMethod::MinMax:
    return seen;
  case CalibrationMethod::Percentile: {
    ElementRange chosen = choosePercentile(covered, counts);
    return {std::max(seen.low, chosen.low), std::min(seen.high, chosen.high)};
  }
  case CalibrationMethod::Entropy:
    return chooseByEntropy(seen, covered, counts);
  case CalibrationMethod::SquaredError:
    return chooseBySquaredError(seen, covered, counts);
  }
  llvm_unreachable("a method");
}
