//===- Values.h - Elements of host tensors as numbers -------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_VALUES_H
#define DLC_LIB_DRIVER_VALUES_H

#include "dlc/Support/HostTensor.h"
#include "llvm/Support/raw_ostream.h"
#include <random>

namespace dlc {

/// An element as a number that holds all types' values exactly.
long double getElement(const HostTensor &tensor, size_t index);

/// Random elements: floats in [-1, 1), integers and booleans 0 or 1, which are
/// valid as ids and as indices. The same seed gives the same on any machine.
HostTensor makeRandomTensor(llvm::StringRef name, int32_t dtype,
                            llvm::ArrayRef<int64_t> dims,
                            std::mt19937_64 &random);

/// Prints the type, the range and the first elements.
void printTensor(llvm::raw_ostream &os, const HostTensor &tensor);

/// How well values agree, at the worst element: the one farthest beyond (or
/// least within) what the tolerance allows.
struct Comparison {
  size_t index = 0;
  long double got = 0, want = 0;
  /// The difference over the difference allowed, by which elements are ranked.
  long double excess = 0;
  size_t numWrong = 0;
};

/// Compares element by element, |got - want| <= rtol |want| + atol max|want|.
/// NaN equals NaN, an infinity itself.
Comparison compareTensors(const HostTensor &got, const HostTensor &want,
                          double rtol, double atol);

} // namespace dlc

#endif // DLC_LIB_DRIVER_VALUES_H
