//===- ResizeTables.cpp - Where a resize takes its elements from ----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ResizeTables.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace dlc;
using llvm::DynamicAPInt;
using presburger::Fraction;

using B = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Coordinates
//===----------------------------------------------------------------------===//
//
// They are exact: a coordinate halfway between two elements is a tie, which
// rounding of 1 / scale would decide one way or the other. Scales and regions
// of interest are f32 in models, so each stands for the simplest fraction that
// f32 rounds to it: 0.3f for 3/10.

/// The value of a finite `x`.
static Fraction toFraction(double x) {
  int exponent;
  auto mantissa = int64_t(std::ldexp(std::frexp(x, &exponent), 53));
  exponent -= 53;
  unsigned bits = std::abs(exponent);
  DynamicAPInt power(APInt::getOneBitSet(bits + 2, bits));
  if (exponent < 0)
    return reduce(Fraction(DynamicAPInt(mantissa), power));
  return Fraction(DynamicAPInt(mantissa) * power);
}

/// The fraction with the smallest denominator in [low, high], 0 < low.
static Fraction getSimplest(const Fraction &low, const Fraction &high) {
  Fraction above(ceil(low));
  if (above <= high)
    return above;
  Fraction whole(floor(low)), one(1);
  return whole + one / getSimplest(one / (high - whole), one / (low - whole));
}

/// What a finite `x` stands for.
Fraction dlc::getMeantFraction(double x) {
  if (x < 0)
    return -getMeantFraction(-x);
  auto value = float(x);
  if (value == 0 || value >= std::numeric_limits<float>::max())
    return toFraction(x);
  // A double holds the middle of two neighbours.
  double below = std::nextafter(value, 0.0f);
  double above = std::nextafter(value, std::numeric_limits<float>::infinity());
  return getSimplest(toFraction((below + value) / 2),
                     toFraction((value + above) / 2));
}

namespace {

/// Where the positions of the result along one dimension lie in the operand.
struct Coordinates {
  ResizeCoordinates mode;
  int64_t inSize, outSize;
  Fraction scale, length, start, end;

  Coordinates(ResizeOp op, int64_t dim, int64_t inSize, int64_t outSize)
      : mode(op.getCoordinates()), inSize(inSize), outSize(outSize) {
    ArrayRef<double> scales = op.getScales(), roi = op.getRoi();
    // The sizes' own ratio, however large they are.
    bool isRatio = scales[dim] == 0 ||
                   float(scales[dim]) == float(double(outSize) / inSize);
    scale = isRatio ? Fraction(outSize, inSize) : getMeantFraction(scales[dim]);
    // What the scale gives, which need not be an integer.
    length = scale * Fraction(inSize);
    if (!roi.empty()) {
      start = getMeantFraction(roi[dim]);
      end = getMeantFraction(roi[dim + scales.size()]);
    }
  }

  Fraction operator[](int64_t x) const {
    Fraction half(1, 2), one(1), at(x), last(inSize - 1);
    Fraction halfPixel = (at + half) / scale - half;
    switch (mode) {
    case ResizeCoordinates::half_pixel:
      return halfPixel;
    case ResizeCoordinates::pytorch_half_pixel:
      return outSize > 1 ? halfPixel : Fraction(0);
    case ResizeCoordinates::align_corners:
      return length == one ? Fraction(0) : at * last / (length - one);
    case ResizeCoordinates::asymmetric:
      return at / scale;
    case ResizeCoordinates::tf_crop_and_resize:
      if (length == one)
        return half * (start + end) * last;
      return start * last + at * (end - start) * last / (length - one);
    case ResizeCoordinates::half_pixel_symmetric:
      return half * Fraction(inSize) * (one - Fraction(outSize) / length) +
             halfPixel;
    }
    llvm_unreachable("all cases are above");
  }
};

} // namespace

static DynamicAPInt roundNearest(ResizeNearest nearest,
                                 const Fraction &coordinate) {
  switch (nearest) {
  case ResizeNearest::round_prefer_floor:
    return ceil(coordinate - Fraction(1, 2));
  case ResizeNearest::round_prefer_ceil:
    return floor(coordinate + Fraction(1, 2));
  case ResizeNearest::floor:
    return floor(coordinate);
  case ResizeNearest::ceil:
    return ceil(coordinate);
  }
  llvm_unreachable("all cases are above");
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The weights of the neighbours of a coordinate that is `ratio` beyond one of
/// them (R. Keys, Cubic convolution interpolation, 1981, for the cubic ones).
static SmallVector<double> getWeights(ResizeOp op, double ratio) {
  if (op.getMode() == ResizeMode::linear)
    return {1 - ratio, ratio};
  double a = op.getCubicCoefficient().convertToDouble();
  auto near = [&](double t) { return ((a + 2) * t - (a + 3)) * t * t + 1; };
  auto far = [&](double t) {
    return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  };
  return {far(1 + ratio), near(ratio), near(1 - ratio), far(2 - ratio)};
}

/// The weights of `count` elements from `first` on, whose distances from a
/// coordinate shrink by `scale`: those of a filter that is stretched.
static SmallVector<double> getStretchedWeights(ResizeOp op, double first,
                                               int64_t count, double scale) {
  SmallVector<double> weights;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    double distance = std::abs(first + double(i)) * scale, weight = 0;
    if (op.getMode() == ResizeMode::linear)
      weight = std::max(1 - distance, 0.0);
    else if (distance < 2)
      weight =
          getWeights(op, distance - std::floor(distance))[distance < 1 ? 1 : 0];
    weights.push_back(weight);
    sum += weight;
  }
  for (double &weight : weights)
    weight /= sum;
  return weights;
}

/// Adds the taps of one position of the result, at `coordinate`; those of a
/// dimension that shrinks by `stretch`.
static void addPosition(AxisTable &table, ResizeOp op, int64_t inSize,
                        Fraction coordinate, double stretch) {
  table.outside.push_back(
      op.getCoordinates() == ResizeCoordinates::tf_crop_and_resize &&
      (coordinate < Fraction(0) || coordinate > Fraction(inSize - 1)));
  auto taps = int64_t(table.indices.size());
  // Further out, all taps are at the border.
  coordinate =
      std::min(std::max(coordinate, Fraction(-taps)), Fraction(inSize + taps));
  bool isNearest = op.getMode() == ResizeMode::nearest;
  DynamicAPInt base =
      isNearest ? roundNearest(op.getNearest(), coordinate) : floor(coordinate);
  int64_t before = isNearest ? 0 : taps / 2 - 1;
  int64_t first = int64_t(base) - before;
  for (int64_t tap = 0; tap < taps; ++tap)
    table.indices[tap].push_back(
        std::clamp<int64_t>(first + tap, 0, inSize - 1));
  if (isNearest)
    return;
  constexpr int digits = 52;
  Fraction ratio =
      (coordinate - Fraction(base)) * Fraction(int64_t(1) << digits);
  double after = std::ldexp(double(int64_t(floor(ratio))), -digits);
  SmallVector<double> weights =
      stretch < 1
          ? getStretchedWeights(op, -double(before) - after, taps, stretch)
          : getWeights(op, after);
  double sum = 0;
  for (auto [tap, weight] : llvm::enumerate(weights)) {
    int64_t at = first + static_cast<int64_t>(tap);
    if (op.getExcludeOutside() && (at < 0 || at >= inSize))
      weight = 0;
    sum += weight;
  }
  for (auto [tap, weight] : llvm::enumerate(weights))
    table.weights[tap].push_back(op.getExcludeOutside() ? weight / sum
                                                        : weight);
}

/// By how much a dimension shrinks the distances of taps, at most 1.
static double getStretch(ResizeOp op, const Coordinates &coordinates) {
  if (!op.getAntialias() || op.getMode() == ResizeMode::nearest)
    return 1;
  constexpr int digits = 40;
  Fraction scale = coordinates.scale * Fraction(int64_t(1) << digits);
  if (coordinates.scale >= Fraction(1))
    return 1;
  return std::ldexp(double(int64_t(floor(scale))), -digits);
}

int64_t dlc::countTaps(ResizeOp op) {
  return op.getMode() == ResizeMode::nearest  ? 1
         : op.getMode() == ResizeMode::linear ? 2
                                              : 4;
}

static AxisTable getAxisTable(ResizeOp op, int64_t dim,
                              const Coordinates &coordinates) {
  AxisTable table;
  table.dim = dim;
  double stretch = getStretch(op, coordinates);
  int64_t taps = countTaps(op);
  if (stretch < 1)
    taps = 2 * int64_t(std::ceil(double(taps) / 2 / stretch));
  table.indices.resize(taps);
  if (op.getMode() != ResizeMode::nearest)
    table.weights.resize(taps);
  for (int64_t x = 0; x < coordinates.outSize; ++x)
    addPosition(table, op, coordinates.inSize, coordinates[x], stretch);
  return table;
}

AxisTable dlc::getAxisTable(ResizeOp op, int64_t dim, int64_t inSize,
                            int64_t outSize) {
  return ::getAxisTable(op, dim, Coordinates(op, dim, inSize, outSize));
}

SmallVector<AxisTable> dlc::getAxisTables(ResizeOp op, RankedTensorType xType,
                                          RankedTensorType type) {
  SmallVector<AxisTable> tables;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (type.isDynamicDim(dim) || xType.isDynamicDim(dim))
      continue;
    int64_t inSize = xType.getDimSize(dim), outSize = type.getDimSize(dim);
    Coordinates coordinates(op, dim, inSize, outSize);
    bool isUnchanged = inSize == outSize;
    for (int64_t x = 0; x < outSize && isUnchanged; ++x)
      isUnchanged = coordinates[x] == Fraction(x);
    if (!isUnchanged)
      tables.push_back(::getAxisTable(op, dim, coordinates));
  }
  return tables;
}

//===----------------------------------------------------------------------===//
// As constants
//===----------------------------------------------------------------------===//

/// A table as a constant vector over the positions of its dimension.
static Value createTable(B &b, ArrayRef<int64_t> values) {
  int64_t size = values.size();
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(RankedTensorType::get(size, b.getI64Type()),
                                values));
}
static Value createTable(B &b, ArrayRef<double> values, Type type) {
  SmallVector<Attribute> attributes;
  for (double value : values)
    attributes.push_back(b.getFloatAttr(type, value));
  int64_t size = values.size();
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(RankedTensorType::get(size, type), attributes));
}
static Value createTable(B &b, ArrayRef<bool> values) {
  int64_t size = values.size();
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(RankedTensorType::get(size, b.getI1Type()),
                                values));
}

AxisOperands dlc::createAxisOperands(B &b, const AxisTable &table, Type real) {
  AxisOperands operands{table.dim, {}, {}, {}};
  for (ArrayRef<int64_t> indices : table.indices)
    operands.indices.push_back(createTable(b, indices));
  for (ArrayRef<double> weights : table.weights)
    operands.weights.push_back(createTable(b, weights, real));
  operands.outside = createTable(b, ArrayRef<bool>(table.outside));
  return operands;
}
