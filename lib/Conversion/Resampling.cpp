//===- Resampling.cpp - Lowering of resampling ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A resize is separable: along each dimension, a position of the result is a
// weighted sum of a few positions of the operand. Which ones and how much is
// known at compile time and stands in small constant tables.
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Analysis/Presburger/Fraction.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>
#include <limits>

#include "dialects/dlc/Resampling.h"

using namespace mlir;
using namespace dlc;
using llvm::DynamicAPInt;
using presburger::Fraction;

using B = ImplicitLocOpBuilder;

namespace {

/// How the positions of the result along one dimension come from the operand.
struct AxisTable {
  int64_t dim;
  /// Per tap, one entry for each position of the result. Without weights there
  /// is one tap, taken as it is.
  SmallVector<SmallVector<int64_t>> indices;
  SmallVector<SmallVector<double>> weights;
  /// Positions that lie outside and get the extrapolation value.
  SmallVector<bool> outside;

  /// True if every element of the operand is taken `count` times in a row.
  bool isRepetition(int64_t count, int64_t size) const {
    if (indices.size() != 1 || llvm::is_contained(outside, true) ||
        static_cast<int64_t>(indices[0].size()) != count * size)
      return false;
    for (auto [position, index] : llvm::enumerate(indices[0]))
      if (static_cast<int64_t>(position) / count != index)
        return false;
    return true;
  }
};

} // namespace

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
static Fraction getMeant(double x) {
  if (x < 0)
    return -getMeant(-x);
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
    bool isRatio = float(scales[dim]) == float(double(outSize) / inSize);
    scale = isRatio ? Fraction(outSize, inSize) : getMeant(scales[dim]);
    // What the scale gives, which need not be an integer.
    length = scale * Fraction(inSize);
    if (!roi.empty()) {
      start = getMeant(roi[dim]);
      end = getMeant(roi[dim + scales.size()]);
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

/// Adds the taps of one position of the result, at `coordinate`.
static void addPosition(AxisTable &table, ResizeOp op, int64_t inSize,
                        Fraction coordinate) {
  table.outside.push_back(
      op.getCoordinates() == ResizeCoordinates::tf_crop_and_resize &&
      (coordinate < Fraction(0) || coordinate > Fraction(inSize - 1)));
  // Further out, all taps are at the border.
  coordinate =
      std::min(std::max(coordinate, Fraction(-4)), Fraction(inSize + 4));
  bool isNearest = op.getMode() == ResizeMode::nearest;
  DynamicAPInt base =
      isNearest ? roundNearest(op.getNearest(), coordinate) : floor(coordinate);
  auto taps = int64_t(table.indices.size());
  int64_t first = int64_t(base) - (taps > 2 ? 1 : 0);
  for (int64_t tap = 0; tap < taps; ++tap)
    table.indices[tap].push_back(
        std::clamp<int64_t>(first + tap, 0, inSize - 1));
  if (isNearest)
    return;
  constexpr int digits = 52;
  Fraction ratio =
      (coordinate - Fraction(base)) * Fraction(int64_t(1) << digits);
  SmallVector<double> weights =
      getWeights(op, std::ldexp(double(int64_t(floor(ratio))), -digits));
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

static AxisTable getAxisTable(ResizeOp op, int64_t dim,
                              const Coordinates &coordinates) {
  bool isNearest = op.getMode() == ResizeMode::nearest;
  int64_t taps = isNearest ? 1 : op.getMode() == ResizeMode::linear ? 2 : 4;
  AxisTable table;
  table.dim = dim;
  table.indices.resize(taps);
  table.weights.resize(isNearest ? 0 : taps);
  for (int64_t x = 0; x < coordinates.outSize; ++x)
    addPosition(table, op, coordinates.inSize, coordinates[x]);
  return table;
}

/// The tables of the dimensions that change.
static SmallVector<AxisTable> getTables(ResizeOp op, RankedTensorType xType,
                                        RankedTensorType type) {
  SmallVector<AxisTable> tables;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (type.isDynamicDim(dim))
      continue;
    int64_t inSize = xType.getDimSize(dim), outSize = type.getDimSize(dim);
    Coordinates coordinates(op, dim, inSize, outSize);
    bool isUnchanged = inSize == outSize;
    for (int64_t x = 0; x < outSize && isUnchanged; ++x)
      isUnchanged = coordinates[x] == Fraction(x);
    if (!isUnchanged)
      tables.push_back(getAxisTable(op, dim, coordinates));
  }
  return tables;
}

/// How often each element of an open dimension repeats, whatever its size; 0 if
/// that isn't a whole number, or elements are mixed.
static int64_t getOpenRepetition(ResizeOp op, int64_t dim, const Dim &from,
                                 const Dim &to) {
  if (from == to)
    return 1;
  AffineExpr quotient =
      from.getSymbolic() && to.getSymbolic()
          ? divideExactly(to.getSymbolic(), from.getSymbolic())
          : AffineExpr();
  std::optional<int64_t> count = getConstantSize(quotient);
  // With these, positions relative to an element don't depend on the size.
  bool isLocal = op.getCoordinates() == ResizeCoordinates::half_pixel ||
                 op.getCoordinates() == ResizeCoordinates::pytorch_half_pixel ||
                 op.getCoordinates() == ResizeCoordinates::asymmetric;
  constexpr int64_t sample = 4;
  if (!count || *count < 1 || *count > (1 << 20) || !isLocal ||
      op.getMode() != ResizeMode::nearest)
    return 0;
  Coordinates coordinates(op, dim, sample, sample * *count);
  return getAxisTable(op, dim, coordinates).isRepetition(*count, sample)
             ? *count
             : 0;
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

/// Where every element repeats a whole number of times, the repeats become
/// dimensions of their own and nothing is looked up. Null otherwise. `counts`
/// has the repeats of the open dimensions.
static Value createRepetition(B &b, Value x, RankedTensorType type,
                              ArrayRef<AxisTable> tables,
                              SmallVector<int64_t> counts) {
  RankedTensorType xType = tensorType(x);
  SmallVector<int64_t> dims;
  Shape shape;
  for (const AxisTable &table : tables) {
    int64_t size = xType.getDimSize(table.dim);
    counts[table.dim] = type.getDimSize(table.dim) / size;
    if (!table.isRepetition(counts[table.dim], size))
      return nullptr;
  }
  for (auto [size, count] : llvm::zip_equal(getDims(xType), counts)) {
    dims.push_back(shape.size());
    shape.push_back(size);
    if (count != 1)
      shape.push_back(count);
  }
  Value repeated =
      createPointwise(b, withDims(type, shape), x,
                      selectDims(b.getContext(), shape.size(), dims),
                      [](B &, ValueRange args) { return args[0]; });
  return createReshape(b, repeated, getDims(type));
}

namespace {

/// The body of a resize: sums over the taps of one dimension after the other.
struct Interpolation {
  Value x;
  ArrayRef<AxisTable> tables;
  /// Per table, the scalars that the tables give for the element: an index per
  /// tap, then a weight per tap.
  SmallVector<SmallVector<Value>> scalars;

  Value emit(B &b, MutableArrayRef<Value> coordinates, size_t next) const {
    if (next == tables.size()) {
      Value element = tensor::ExtractOp::create(b, x, coordinates);
      bool isCopy = tables.front().weights.empty();
      return isCopy ? element : widen(b, element);
    }
    const AxisTable &table = tables[next];
    size_t taps = table.indices.size();
    Value sum;
    for (size_t tap = 0; tap < taps; ++tap) {
      coordinates[table.dim] =
          arith::IndexCastOp::create(b, b.getIndexType(), scalars[next][tap]);
      Value element = emit(b, coordinates, next + 1);
      if (table.weights.empty())
        return element;
      Value product = mul(b, scalars[next][taps + tap], element);
      sum = sum ? add(b, sum, product) : product;
    }
    return sum;
  }
};

} // namespace

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

static Value lowerResize(ResizeOp op, ResizeOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  if (isEmpty(type))
    return createEmpty(b, type);
  SmallVector<int64_t> counts(type.getRank(), 1);
  for (auto [dim, sizes] :
       llvm::enumerate(llvm::zip_equal(getDims(xType), getDims(type)))) {
    auto [from, to] = sizes;
    if (isDynamic(from) || isDynamic(to))
      counts[dim] = getOpenRepetition(op, dim, from, to);
    if (counts[dim] != 0)
      continue;
    op.emitOpError("resizes dimension ")
        << dim << ", " << from.getText() << ", to " << to.getText()
        << ": of an open size only whole repetitions of elements are "
           "supported; give it a size";
    return nullptr;
  }
  SmallVector<AxisTable> tables = getTables(op, xType, type);
  bool isRepeated =
      llvm::any_of(counts, [](int64_t count) { return count > 1; });
  if (tables.empty() && !isRepeated)
    return adaptor.getX();
  if (Value repeated =
          createRepetition(b, adaptor.getX(), type, tables, counts))
    return repeated;
  if (isRepeated) {
    op.emitOpError("resizes open dimensions and mixes elements along others: "
                   "give the open ones a size");
    return nullptr;
  }

  // Integers are interpolated as real numbers.
  Type element = type.getElementType();
  Type original = elementType(op.getY());
  Type real =
      isa<IntegerType>(element) ? Type(b.getF32Type()) : computeType(element);
  bool isCopy = op.getMode() == ResizeMode::nearest;
  Value x = adaptor.getX();
  if (!isCopy && isa<IntegerType>(element))
    x = createElementwise(b, xType.clone(real), x,
                          [&](B &inner, ValueRange args) {
                            return castScalar(inner, args[0], original, real);
                          });

  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  auto addOperand = [&](Value table, int64_t dim) {
    operands.push_back(table);
    maps.push_back(selectDims(b.getContext(), type.getRank(), dim));
  };
  for (const AxisTable &table : tables) {
    for (ArrayRef<int64_t> indices : table.indices)
      addOperand(createTable(b, indices), table.dim);
    for (ArrayRef<double> weights : table.weights)
      addOperand(createTable(b, weights, real), table.dim);
    addOperand(createTable(b, ArrayRef<bool>(table.outside)), table.dim);
  }
  return createPointwise(
      b, type, operands, maps, [&](B &inner, ValueRange args) {
        Interpolation interpolation{x, tables, {}};
        Value isOutside = constant(inner, inner.getI1Type(), 0);
        for (const AxisTable &table : tables) {
          size_t count = table.indices.size() + table.weights.size();
          interpolation.scalars.emplace_back(args.take_front(count));
          isOutside = inner.createOrFold<arith::OrIOp>(isOutside, args[count]);
          args = args.drop_front(count + 1);
        }
        SmallVector<Value> coordinates;
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          coordinates.push_back(linalg::IndexOp::create(inner, dim));
        Value value = interpolation.emit(inner, coordinates, 0);
        if (!isCopy && isa<IntegerType>(element))
          value = castScalar(inner, value, real, original);
        Value extrapolated = constant(
            inner, element, op.getExtrapolationValue().convertToDouble());
        return select(inner, isOutside, extrapolated,
                      narrow(inner, value, element));
      });
}

void dlc::populateResamplingPatterns(const TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  addLowering<ResizeOp>(converter, patterns, lowerResize);
}
