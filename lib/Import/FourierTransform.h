//===- FourierTransform.h - Fourier transforms as graphs --------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A discrete Fourier transform of n points is a product with a table of n x n
// roots of unity, which runs at the speed of any matrix product; so transforms
// of up to 256 points are one. A larger n is split, n = a * b, into b
// transforms of a points and a of b points with factors between them (Cooley
// and Tukey, 1965), and so on; a prime n becomes a convolution, which three
// transforms of a power of two compute (Bluestein, 1970). So the work for each
// point is at most a few hundred multiplications, whatever n is.
//
// Tables are computed in double precision from exactly reduced angles; the
// products sum in f32 (f64 for f64), hence an error of about sqrt(256)
// roundings of the largest term.
//
// Rejected: an op of the dialect that is a fast transform in one kernel. All of
// it would be code for one op, where products, transpositions and elementwise
// ops are there, fast, and understood by every pass.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_FOURIERTRANSFORM_H
#define DLC_LIB_IMPORT_FOURIERTRANSFORM_H

#include "Node.h"
#include <complex>

namespace dlc::onnximport {

/// The complex numbers of a transform lie in planes: rows x parts x points,
/// where part 0 is real and part 1, if there is one, imaginary.
class FourierTransform {
public:
  FourierTransform(Node &node, bool isInverse)
      : node(node), isInverse(isInverse) {}

  /// The first `count` of the `size` points that `x` transforms to, rows x 2 x
  /// count; an inverse transform is divided by `size`. Null after an error.
  mlir::Value transform(mlir::Value x, const Dim &size, const Dim &count);

  /// The `size` real numbers, rows x 1 x size, of which `x` is the first half
  /// of the transform: rows x 2 x (size / 2 + 1).
  mlir::Value invertHalf(mlir::Value x, int64_t size);

private:
  mlir::Value transformKnown(mlir::Value x, int64_t size);
  mlir::Value multiplyByTable(mlir::Value x, int64_t size, int64_t count);
  mlir::Value multiplyByOpenTable(mlir::Value x, const Dim &size,
                                  const Dim &count);
  mlir::Value transformSplit(mlir::Value x, int64_t size, int64_t first);
  mlir::Value transformPrime(mlir::Value x, int64_t size);
  mlir::Value multiply(mlir::Value x, int64_t axis,
                       llvm::ArrayRef<std::complex<double>> factors,
                       llvm::ArrayRef<Dim> shape);
  mlir::Value multiplyMatrix(mlir::Value x, mlir::Value table, const Dim &parts,
                             const Dim &count);
  mlir::Value constant(llvm::ArrayRef<double> values,
                       llvm::ArrayRef<int64_t> shape, mlir::Type type);

  Node &node;
  bool isInverse;
};

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_FOURIERTRANSFORM_H
