//===- Calibration.cpp - Ranges from histograms ---------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calibration.h"
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
  double width = (covered.high - covered.low) / double(counts.size());
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

/// The threshold for magnitudes at which the divergence is least (Migacz,
/// 8-bit Inference with TensorRT, GTC 2017).
static double chooseThreshold(bool isSigned, double most,
                              ArrayRef<uint64_t> counts) {
  std::vector<double> magnitudes(numMagnitudeBins);
  for (size_t i = 0; i < counts.size(); ++i) {
    int64_t bin = int64_t(i) - numMagnitudeBins;
    magnitudes[bin < 0 ? -1 - bin : bin] += double(counts[i]);
  }
  // Zeros, as relu makes them, are exact in any case and must not outweigh
  // what isn't.
  magnitudes[0] = magnitudes[1];
  size_t levels = isSigned ? 128 : 256;
  mergeBins(magnitudes, levels);
  size_t best = magnitudes.size();
  double least = std::numeric_limits<double>::infinity();
  for (size_t size = levels; size <= magnitudes.size(); ++size) {
    double divergence = getDivergence(magnitudes, size, levels);
    if (divergence < least) {
      least = divergence;
      best = size;
    }
  }
  return most * double(best) / double(magnitudes.size());
}

ElementRange dlc::chooseRange(CalibrationMethod method,
                              const ElementRange &seen,
                              ArrayRef<uint64_t> counts) {
  ElementRange covered = getHistogramRange(seen), chosen = covered;
  if (method == CalibrationMethod::Percentile) {
    chosen = choosePercentile(covered, counts);
  } else if (method == CalibrationMethod::Entropy) {
    double threshold = chooseThreshold(seen.low < 0, covered.high, counts);
    chosen = {-threshold, threshold};
  }
  return {std::max(seen.low, chosen.low), std::min(seen.high, chosen.high)};
}
