//===- Sample.cpp - Lowering of sampling at coordinates -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Coordinates are data: before one becomes an integer it is brought into a
// range where that is defined, and before that is an index, into the dimension.
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "WeightedGather.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Resampling.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// `x` within [low, high]; NaN becomes `low`.
static Value bound(B &b, Value x, Value low, Value high) {
  x = select(b, lessEqual(b, low, x, false), x, low);
  return select(b, lessEqual(b, x, high, false), x, high);
}

static Value isWithin(B &b, Value x, Value low, Value high) {
  return arith::AndIOp::create(b, lessEqual(b, low, x, false),
                               lessEqual(b, x, high, false));
}

namespace {

/// What becomes of a coordinate along one spatial dimension. All numbers are of
/// the coordinates' type.
class AxisSampler {
public:
  AxisSampler(B &b, SampleOp op, const Dim &size, Type real)
      : mode(op.getMode()), padding(op.getPadding()), sizeIndex(size) {
    this->size = getSizeScalar(b, size, real);
    zero = constant(b, real, 0);
    last = b.createOrFold<arith::SubFOp>(this->size, constant(b, real, 1));
    Value margin = constant(b, real, op.getAlignCorners() ? 0 : 0.5);
    low = b.createOrFold<arith::SubFOp>(zero, margin);
    high = b.createOrFold<arith::AddFOp>(last, margin);
  }

  /// A coordinate brought near the image, or into it.
  Value prepare(B &b, Value x) const {
    if (mode == ResizeMode::nearest)
      x = math::RoundEvenOp::create(b, x);
    auto number = [&](double value) { return constant(b, x.getType(), value); };
    if (padding == SamplePadding::reflection)
      return reflect(b, x);
    // Further out, all taps are outside.
    return mode == ResizeMode::nearest
               ? x
               : bound(b, x, number(-3), add(b, size, number(2)));
  }

  /// The element of tap `tap` around a prepared coordinate, as a number.
  Value getPlace(B &b, Value x, Value tap) const {
    if (mode == ResizeMode::nearest)
      return x;
    Value first = math::FloorOp::create(b, x);
    if (mode == ResizeMode::cubic)
      first = sub(b, first, constant(b, x.getType(), 1));
    return add(b, first, tap);
  }

  /// The weight of an element at a distance.
  Value getWeight(B &b, Value distance) const {
    Type real = distance.getType();
    auto number = [&](double value) { return constant(b, real, value); };
    Value t = math::AbsFOp::create(b, distance);
    if (mode == ResizeMode::linear)
      return sub(b, number(1), t);
    auto polynomial = [&](ArrayRef<double> coefficients) {
      Value sum = number(coefficients.front());
      for (double coefficient : coefficients.drop_front())
        sum = add(b, mul(b, sum, t), number(coefficient));
      return sum;
    };
    constexpr double a = -0.75;
    return select(b, less(b, t, number(1), false),
                  polynomial({a + 2, -(a + 3), 0, 1}),
                  polynomial({a, -5 * a, 8 * a, -4 * a}));
  }

  /// True of places that are zeros.
  Value isOutside(B &b, Value place) const {
    return arith::XOrIOp::create(b, isWithin(b, place, zero, last),
                                 constant(b, b.getI1Type(), 1));
  }

  /// The index of a place.
  Value getIndex(B &b, Value place, Type type) const {
    if (padding == SamplePadding::reflection)
      place = reflect(b, place);
    return arith::FPToSIOp::create(b, type, bound(b, place, zero, last));
  }

  const Dim &getSize() const { return sizeIndex; }

private:
  /// A coordinate outside of [low, high] thrown back into it, as often as that
  /// takes.
  Value reflect(B &b, Value x) const {
    Value span = sub(b, high, low), period = add(b, span, span);
    Value from = sub(b, x, low);
    Value turns =
        math::FloorOp::create(b, div(b, from, period, /*isUnsigned=*/false));
    Value rest = sub(b, from, mul(b, period, turns));
    Value mirrored = sub(b, period, rest);
    Value inside =
        add(b, low, select(b, lessEqual(b, rest, span, false), rest, mirrored));
    return select(b, isWithin(b, x, low, high), x, bound(b, inside, low, high));
  }

  ResizeMode mode;
  SamplePadding padding;
  Dim sizeIndex;
  Value size, zero, last, low, high;
};

/// The tables of a sample: images x points, and x taps unless it is `nearest`.
struct SampleTables {
  Value starts, weights;
};

class SampleLowering {
public:
  SampleLowering(SampleOp op, SampleOp::Adaptor adaptor, B &b)
      : op(op), b(b), x(adaptor.getX()), coordinates(adaptor.getCoordinates()),
        type(signlessType(op.getY())), image(getDims(x)),
        isNearest(op.getMode() == ResizeMode::nearest) {
    Shape points = getDims(coordinates);
    for (const Dim &size : ArrayRef(points).drop_front().drop_back())
      numPoints = mulDims(numPoints, size);
    for (const Dim &size : ArrayRef(image).drop_front(2))
      numElements = mulDims(numElements, size);
    real = computeType(elementType(coordinates));
    for (const Dim &size : ArrayRef(image).drop_front(2))
      axes.emplace_back(b, op, size, real);
  }

  Value lower() {
    Value flat = createReshape(b, x, {image[0], image[1], numElements});
    SampleTables tables = createTables();
    Value y = isNearest ? gather(flat, tables) : interpolate(flat, tables);
    return createReshape(b, y, getDims(type));
  }

private:
  int64_t countTaps() {
    int64_t perAxis = op.getMode() == ResizeMode::linear ? 2 : 4, taps = 1;
    for (size_t i = 0; i < axes.size(); ++i)
      taps *= perAxis;
    return taps;
  }

  /// The type of the starts.
  Type getIndexType() const {
    Dim count = mulDims(addDims(numElements, 1), image[1]);
    bool isSmall = count.isNumber() && count.getSize() < INT32_MAX;
    return isSmall ? b.getI32Type() : b.getI64Type();
  }

  SampleTables createTables() {
    MLIRContext *context = b.getContext();
    Shape shape = {image[0], numPoints};
    if (!isNearest)
      shape.push_back(countTaps());
    unsigned rank = shape.size();
    Value points = createReshape(
        b, coordinates, {image[0], numPoints, Dim(int64_t(axes.size()))});
    SmallVector<Value> operands(axes.size(), points);
    SmallVector<AffineMap> maps;
    for (size_t i = 0; i < axes.size(); ++i)
      maps.push_back(
          getMap(context, rank,
                 {getAffineDimExpr(0, context), getAffineDimExpr(1, context),
                  getAffineConstantExpr(i, context)}));
    SmallVector<Value> inits = {
        createEmpty(b, makeTensorType(shape, getIndexType()))};
    if (!isNearest)
      inits.push_back(createEmpty(
          b, makeTensorType(shape, computeType(type.getElementType()))));
    maps.append(inits.size(), b.getMultiDimIdentityMap(rank));
    // A start is a number of elements, a row of channels for each.
    Value channels =
        getSizeScalar(b, isNearest ? Dim(1) : image[1], getIndexType());
    Value zeros =
        getSizeScalar(b, isNearest ? Dim(-1) : numElements, getIndexType());
    SmallVector<Value> sizes;
    for (const AxisSampler &axis : axes)
      sizes.push_back(getSizeScalar(b, axis.getSize(), getIndexType()));
    SmallVector<Value> tables =
        createGeneric(b, operands, inits, maps, [&](B &inner, ValueRange args) {
          return emitEntry(inner, args, sizes, channels, zeros);
        });
    return {tables[0], isNearest ? Value() : tables[1]};
  }

  /// The entry for one point and tap.
  SmallVector<Value> emitEntry(B &inner, ValueRange args, ValueRange sizes,
                               Value channels, Value zeros) {
    Value start, weight, isOutside;
    for (auto [i, axis] : llvm::enumerate(axes)) {
      Value at = axis.prepare(inner, widen(inner, args[i]));
      Value place = axis.getPlace(inner, at, getTap(inner, i));
      if (!isNearest) {
        Value own = axis.getWeight(inner, sub(inner, at, place));
        weight = weight ? mul(inner, weight, own) : own;
      }
      Value own = axis.isOutside(inner, place);
      isOutside = isOutside
                      ? arith::OrIOp::create(inner, isOutside, own).getResult()
                      : own;
      Value index = axis.getIndex(inner, place, getIndexType());
      start = start ? add(inner, mul(inner, start, sizes[i]), index) : index;
    }
    if (op.getPadding() == SamplePadding::zeros)
      start = select(inner, isOutside, zeros, start);
    if (isNearest)
      return {start};
    return {
        mul(inner, start, channels),
        castScalar(inner, weight, real, computeType(type.getElementType()))};
  }

  /// Which tap along axis `i` the entry is for, as a number.
  Value getTap(B &inner, size_t i) {
    if (isNearest)
      return {};
    int64_t perAxis = op.getMode() == ResizeMode::linear ? 2 : 4, below = 1;
    for (size_t later = i + 1; later < axes.size(); ++later)
      below *= perAxis;
    Value tap = linalg::IndexOp::create(inner, 2);
    if (below != 1)
      tap = arith::DivUIOp::create(inner, tap, indexConstant(inner, below));
    tap = arith::RemUIOp::create(inner, tap, indexConstant(inner, perAxis));
    tap = arith::IndexCastOp::create(inner, inner.getI32Type(), tap);
    return arith::SIToFPOp::create(inner, real, tap);
  }

  /// One element for each point and channel.
  Value gather(Value flat, const SampleTables &tables) {
    RankedTensorType result = withDims(type, {image[0], image[1], numPoints});
    return createPointwise(
        b, result, tables.starts, selectDims(b.getContext(), 3, {0, 2}),
        [&](B &inner, ValueRange args) {
          Value none = constant(inner, args[0].getType(), 0);
          Value index = arith::IndexCastOp::create(
              inner, inner.getIndexType(),
              max(inner, args[0], none, /*isUnsigned=*/false));
          Value element = tensor::ExtractOp::create(
              inner, flat,
              ValueRange{linalg::IndexOp::create(inner, 0),
                         linalg::IndexOp::create(inner, 1), index});
          if (op.getPadding() != SamplePadding::zeros)
            return element;
          Value zero = arith::ConstantOp::create(
              inner, inner.getZeroAttr(type.getElementType()));
          return select(inner, less(inner, args[0], none, false), zero,
                        element);
        });
  }

  /// Zeros have a row of their own behind the image: an infinity at the border
  /// doesn't get there.
  Value interpolate(Value flat, const SampleTables &tables) {
    Value rows = createTranspose(b, flat, {0, 2, 1});
    if (op.getPadding() == SamplePadding::zeros)
      rows = createPadded(b, rows, {0, 0, 0}, {0, 1, 0},
                          b.getZeroAttr(type.getElementType()));
    Value sum = createWeightedGather(b, rows, tables.starts, tables.weights);
    RankedTensorType result = withDims(type, {image[0], image[1], numPoints});
    return createPointwise(
        b, result, sum, selectDims(b.getContext(), 3, {0, 2, 1}),
        [&](B &inner, ValueRange args) {
          return narrow(inner, args[0], type.getElementType());
        });
  }

  SampleOp op;
  B &b;
  Value x, coordinates;
  RankedTensorType type;
  Shape image;
  bool isNearest;
  Dim numPoints = 1, numElements = 1;
  Type real;
  SmallVector<AxisSampler> axes;
};

} // namespace

static Value lowerSample(SampleOp op, SampleOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  if (isEmpty(type))
    return createEmpty(b, type);
  return SampleLowering(op, adaptor, b).lower();
}

void dlc::populateSamplePatterns(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  addLowering<SampleOp>(converter, patterns, lowerSample);
}
