//===- FourierTransform.cpp - Fourier transforms as graphs ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FourierTransform.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace dlc::onnximport;

using Complex = std::complex<double>;

/// Up to so many points, a transform is one product with a table.
static constexpr int64_t mostDirect = 256;
/// Up to so many where the table is made when the model runs.
static constexpr int64_t mostOpen = 1024;
/// Tables grow with the points, and so does the library.
static constexpr int64_t mostPoints = int64_t(1) << 20;

/// e^(2 pi i step / size), or its conjugate.
static Complex getRoot(int64_t step, int64_t size, bool isInverse) {
  double angle = 2 * M_PI * double(step % size) / double(size);
  return {std::cos(angle), isInverse ? std::sin(angle) : -std::sin(angle)};
}

/// The transform of numbers that are known; their count is a power of two.
static SmallVector<Complex> transformConstant(ArrayRef<Complex> x) {
  if (x.size() == 1)
    return SmallVector<Complex>(x);
  SmallVector<Complex> halves[2];
  for (auto [i, value] : llvm::enumerate(x))
    halves[i % 2].push_back(value);
  SmallVector<Complex> even = transformConstant(halves[0]),
                       odd = transformConstant(halves[1]), result(x.size());
  for (size_t i = 0; i < even.size(); ++i) {
    Complex term = getRoot(i, x.size(), /*isInverse=*/false) * odd[i];
    result[i] = even[i] + term;
    result[i + even.size()] = even[i] - term;
  }
  return result;
}

Value FourierTransform::constant(ArrayRef<double> values,
                                 ArrayRef<int64_t> shape, Type type) {
  if (type.isF64())
    return node.constant(
        DenseElementsAttr::get(RankedTensorType::get(shape, type), values));
  SmallVector<float> floats(values.begin(), values.end());
  return node.constant(DenseElementsAttr::get(
      RankedTensorType::get(shape, type), ArrayRef<float>(floats)));
}

/// `x` by complex factors of `shape`, which broadcasts to x without its
/// dimension of parts, `axis`.
Value FourierTransform::multiply(Value x, int64_t axis,
                                 ArrayRef<Complex> factors,
                                 ArrayRef<Dim> shape) {
  SmallVector<double> realParts, imaginaryParts;
  for (Complex factor : factors) {
    realParts.push_back(factor.real());
    imaginaryParts.push_back(factor.imag());
  }
  SmallVector<int64_t> sizes = dlc::toSizes(shape);
  sizes.insert(sizes.begin() + axis, 1);
  Value c = constant(realParts, sizes, elementTypeOf(x));
  Value s = constant(imaginaryParts, sizes, elementTypeOf(x));
  Value real = node.slice(x, axis, 0, 1);
  if (shapeOf(x)[axis] == 1)
    return node.create<dlc::ConcatOp>(
        ValueRange{node.mul(real, c), node.mul(real, s)}, axis);
  Value imaginary = node.slice(x, axis, 1, 1);
  return node.create<dlc::ConcatOp>(
      ValueRange{node.sub(node.mul(real, c), node.mul(imaginary, s)),
                 node.add(node.mul(real, s), node.mul(imaginary, c))},
      axis);
}

/// Each row, all parts and points of it, by a matrix.
Value FourierTransform::multiplyMatrix(Value x, Value table, const Dim &parts,
                                       const Dim &count) {
  Shape dims = dimsOf(x);
  if (node.hasFailed())
    return {};
  Dim length =
      node.requireSize(dlc::multiplySizes(std::nullopt, dims[1], dims[2]));
  Value y = node.create<dlc::MatMulOp>(node.reshape(x, {dims[0], length}),
                                       table, /*transpose_a=*/false,
                                       /*transpose_b=*/false);
  return node.reshape(y, {dims[0], parts, count});
}

Value FourierTransform::multiplyByTable(Value x, int64_t size, int64_t count) {
  int64_t parts = shapeOf(x)[1];
  SmallVector<double> table;
  for (int64_t part = 0; part < parts; ++part)
    for (int64_t j = 0; j < size; ++j)
      for (int64_t target = 0; target < 2; ++target)
        for (int64_t k = 0; k < count; ++k) {
          Complex root = getRoot(j * k, size, isInverse);
          double entry = part == target ? root.real()
                         : target == 1  ? root.imag()
                                        : -root.imag();
          table.push_back(entry);
        }
  return multiplyMatrix(
      x, constant(table, {parts * size, 2 * count}, elementTypeOf(x)), 2,
      count);
}

/// The table as one of sines and cosines of numbers computed from the size.
Value FourierTransform::multiplyByOpenTable(Value x, const Dim &size,
                                            const Dim &count) {
  if (node.getLargest(size) > mostOpen) {
    node.error("the transform's length " + size.getText() +
               " is open and may be more than " + Twine(mostOpen) +
               ": give it a size, or a smaller bound");
    return {};
  }
  Type type = elementTypeOf(x);
  Value points = node.reshape(node.sizes({size}), {});
  Value product =
      node.mul(node.positions(size, 2, 0), node.positions(count, 2, 1));
  Value steps = node.create<dlc::ModOp>(product, points, /*fmod=*/false);
  Value turn = node.div(node.scalar(2 * M_PI, type), node.cast(points, type));
  Value angle = node.mul(node.cast(steps, type), turn);
  Value cosine = node.keepType<dlc::CosOp>(angle),
        sine = node.keepType<dlc::SinOp>(angle);
  Value negative = node.keepType<dlc::NegOp>(sine);
  if (!isInverse)
    std::swap(sine, negative);
  Value table = node.create<dlc::ConcatOp>(ValueRange{cosine, sine}, 1);
  if (!node.hasFailed() && shapeOf(x)[1] == 2) {
    Value second = node.create<dlc::ConcatOp>(ValueRange{negative, cosine}, 1);
    table = node.create<dlc::ConcatOp>(ValueRange{table, second}, 0);
  }
  return multiplyMatrix(x, table, 2, count);
}

/// As `first` x `size / first` points.
Value FourierTransform::transformSplit(Value x, int64_t size, int64_t first) {
  int64_t second = size / first;
  Dim rows = dimsOf(x)[0], parts = dimsOf(x)[1];
  auto times = [&](int64_t factor) {
    return node.requireSize(dlc::multiplySizes(std::nullopt, rows, factor));
  };
  x = node.reshape(x, {rows, parts, first, second});
  x = node.transpose(x, {0, 3, 1, 2});
  x = transformKnown(node.reshape(x, {times(second), parts, first}), first);
  x = node.reshape(x, {rows, second, 2, first});
  SmallVector<Complex> factors;
  for (int64_t j = 0; j < second; ++j)
    for (int64_t k = 0; k < first; ++k)
      factors.push_back(getRoot(j * k, size, isInverse));
  if (node.hasFailed())
    return {};
  x = multiply(x, 2, factors, {1, second, first});
  x = node.transpose(x, {0, 3, 2, 1});
  x = transformKnown(node.reshape(x, {times(first), 2, second}), second);
  x = node.transpose(node.reshape(x, {rows, first, 2, second}), {0, 2, 3, 1});
  return node.reshape(x, {rows, 2, size});
}

/// j k = (j^2 + k^2 - (k - j)^2) / 2, so that the sum over j is a convolution
/// with e^(pi i j^2 / size).
Value FourierTransform::transformPrime(Value x, int64_t size) {
  int64_t room = llvm::PowerOf2Ceil(2 * size - 1);
  SmallVector<Complex> chirp, filter(room);
  for (int64_t j = 0; j < size; ++j) {
    chirp.push_back(getRoot(j * j % (2 * size), 2 * size, isInverse));
    filter[j] = filter[(room - j) % room] = std::conj(chirp.back());
  }
  x = multiply(x, 1, chirp, {1, size});
  x = node.create<dlc::PadOp>(x, Value(), Shape{0, 0, 0, 0, 0, room - size},
                              dlc::PadMode::constant);
  x = FourierTransform(node, false).transformKnown(x, room);
  if (node.hasFailed())
    return {};
  filter = transformConstant(filter);
  for (Complex &value : filter)
    value /= double(room);
  x = multiply(x, 1, filter, {1, room});
  x = FourierTransform(node, true).transformKnown(x, room);
  x = node.slice(x, 2, 0, size);
  return multiply(x, 1, chirp, {1, size});
}

/// All points, not divided by their number.
Value FourierTransform::transformKnown(Value x, int64_t size) {
  if (node.hasFailed())
    return {};
  if (size <= mostDirect)
    return multiplyByTable(x, size, size);
  auto first = int64_t(std::sqrt(double(size)));
  while (size % first != 0)
    --first;
  return first == 1 ? transformPrime(x, size) : transformSplit(x, size, first);
}

Value FourierTransform::transform(Value x, const Dim &size, const Dim &count) {
  if (node.hasFailed())
    return {};
  Type type = elementTypeOf(x);
  Value y;
  if (isDynamic(size)) {
    y = multiplyByOpenTable(x, size, count);
  } else if (size.getSize() < 1 || size.getSize() > mostPoints) {
    node.error("the transform's length " + size.getText() + " isn't in 1 to " +
               Twine(mostPoints) + "; split it into shorter ones");
    return {};
  } else if (size.getSize() <= mostDirect) {
    y = multiplyByTable(x, size.getSize(), count.getSize());
  } else {
    y = node.slice(transformKnown(x, size.getSize()), 2, 0, count);
  }
  if (!isInverse)
    return y;
  Value points = node.reshape(node.sizes({size}), {});
  return node.div(y, node.cast(points, type));
}

Value FourierTransform::invertHalf(Value x, int64_t size) {
  if (node.hasFailed())
    return {};
  int64_t half = size / 2 + 1;
  // The others are the conjugates, in the opposite order.
  SmallVector<int64_t> mirrored;
  for (int64_t k = half; k < size; ++k)
    mirrored.push_back(size - k);
  Value full = x;
  if (!mirrored.empty()) {
    Value rest = node.create<dlc::GatherOp>(x, node.integers(mirrored), 2);
    Value signs = constant({1, -1}, {1, 2, 1}, elementTypeOf(x));
    full = node.create<dlc::ConcatOp>(ValueRange{x, node.mul(rest, signs)}, 2);
  }
  return node.slice(transform(full, size, size), 1, 0, 1);
}
