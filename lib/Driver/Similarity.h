//===- Similarity.h - How like two tensors are ------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_SIMILARITY_H
#define DLC_LIB_DRIVER_SIMILARITY_H

#include "Values.h"
#include <cmath>
#include <limits>

namespace dlc {

/// Sums over any number of tensors and says how like they are.
class Similarity {
public:
  /// Adds the first `share` of the elements.
  void add(const HostTensor &got, const HostTensor &want, double share) {
    size_t elements = getNumElements(want);
    elements = size_t(double(elements) * share + 0.5);
    for (size_t i = 0; i < elements; ++i) {
      double x = double(getElement(got, i)), y = double(getElement(want, i));
      product += x * y;
      gotPower += x * x;
      wantPower += y * y;
      noisePower += (x - y) * (x - y);
    }
  }

  double getCosine() const {
    double norm = std::sqrt(gotPower) * std::sqrt(wantPower);
    return norm == 0 ? double(gotPower == wantPower) : product / norm;
  }

  /// The ratio of signal to (quantization) noise in decibels.
  double getSQNR() const {
    if (noisePower == 0)
      return std::numeric_limits<double>::infinity();
    return 10 * std::log10(wantPower / noisePower);
  }

private:
  double product = 0, gotPower = 0, wantPower = 0, noisePower = 0;
};

} // namespace dlc

#endif // DLC_LIB_DRIVER_SIMILARITY_H
