//===- OpenResizeTables.cpp - Resizes of open sizes -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The coordinate of a position is a fraction of integers that are linear in the
// position, so that code finds the same elements, and the same weights but for
// their last bit, as exact fractions do (ResizeTables.cpp).
//
//===----------------------------------------------------------------------===//

#include "ResizeTables.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace dlc;
using presburger::Fraction;

using B = ImplicitLocOpBuilder;

namespace {

/// A fraction of two numbers that fit.
struct Ratio {
  int64_t above, below;
};

/// (step * x + first) / below for position x of the result, where `below` may
/// be 0 or less only if there is no more than one position.
struct LinearCoordinate {
  Dim step, first, below;
  /// Where `length`, the result's size less 1, is 0, the coordinate is
  /// `single`.
  bool hasSingle = false;
  Dim length = 0;
  Ratio single{0, 1};
};

/// The values of a linear coordinate.
struct CoordinateValues {
  Value step, first, below;

  /// The numerator at a position.
  Value at(B &b, Value position) const {
    return add(b, mul(b, position, step), first);
  }
};

} // namespace

/// Products of a few of these and of sizes fit 63 bits.
static constexpr int64_t mostTerm = 1 << 20;

static std::optional<Ratio> toRatio(double x) {
  Fraction fraction = reduce(getMeantFraction(x));
  llvm::DynamicAPInt most(mostTerm);
  if (abs(fraction.num) > most || fraction.den > most)
    return std::nullopt;
  return Ratio{int64_t(fraction.num), int64_t(fraction.den)};
}

/// The coordinates that `tf_crop_and_resize` takes of the region from `start`
/// to `end`, which are over `below`. `length` is the scaled size, less 1 and
/// times `by`.
static LinearCoordinate cropRegion(int64_t start, int64_t end, int64_t below,
                                   const Dim &last, const Dim &length,
                                   const Dim &by) {
  LinearCoordinate result;
  result.step = mulDims(mulDims(last, end - start), by);
  result.first = mulDims(mulDims(last, start), length);
  result.below = mulDims(length, below);
  result.hasSingle = true;
  result.length = length;
  return result;
}

/// Where positions of a dimension lie. Without a scale, it is the ratio of the
/// sizes; none if numbers are too large.
static std::optional<LinearCoordinate>
getCoordinate(ResizeOp op, int64_t dim, const Dim &from, const Dim &to) {
  bool isRatio = op.getScales()[dim] == 0;
  std::optional<Ratio> scale =
      isRatio ? Ratio{1, 1} : toRatio(op.getScales()[dim]);
  if (!scale)
    return std::nullopt;
  Dim above = isRatio ? to : Dim(scale->above);
  Dim below = isRatio ? from : Dim(scale->below);
  // The scaled size less 1, times `by`.
  Dim by = isRatio ? Dim(1) : below;
  Dim length = isRatio ? subDims(to, 1) : subDims(mulDims(from, above), below);
  Dim last = subDims(from, 1);
  LinearCoordinate halfPixel{mulDims(below, 2), subDims(below, above),
                             mulDims(above, 2)};
  switch (op.getCoordinates()) {
  case ResizeCoordinates::half_pixel:
    return halfPixel;
  case ResizeCoordinates::pytorch_half_pixel:
    halfPixel.hasSingle = true;
    halfPixel.length = subDims(to, 1);
    return halfPixel;
  case ResizeCoordinates::half_pixel_symmetric:
    halfPixel.first = addDims(
        halfPixel.first, subDims(mulDims(from, above), mulDims(to, below)));
    return halfPixel;
  case ResizeCoordinates::asymmetric:
    return LinearCoordinate{below, 0, above};
  case ResizeCoordinates::align_corners: {
    LinearCoordinate result{mulDims(last, by), 0, length};
    result.hasSingle = true;
    result.length = length;
    return result;
  }
  case ResizeCoordinates::tf_crop_and_resize:
    break;
  }
  std::optional<Ratio> start = toRatio(op.getRoi()[dim]),
                       end = toRatio(op.getRoi()[dim + op.getScales().size()]);
  if (!start || !end || start->below > mostTerm / end->below ||
      scale->above > 1024 || scale->below > 1024)
    return std::nullopt;
  int64_t common = start->below * end->below;
  int64_t first = start->above * end->below, second = end->above * start->below;
  LinearCoordinate result = cropRegion(first, second, common, last, length, by);
  // In the middle of the region, in halves of elements; `last` comes later.
  result.single = {first + second, 2 * common};
  return result;
}

/// The coordinate as values, so that `below` is positive.
static CoordinateValues emitCoordinate(B &b, const LinearCoordinate &linear,
                                       const Dim &last) {
  CoordinateValues values{getSizeValue(b, linear.step),
                          getSizeValue(b, linear.first),
                          getSizeValue(b, linear.below)};
  if (!linear.hasSingle)
    return values;
  Value isSingle = lessEqual(b, getSizeValue(b, linear.length),
                             indexConstant(b, 0), /*isUnsigned=*/false);
  auto choose = [&](Value single, Value &value) {
    value = select(b, isSingle, single, value);
  };
  choose(indexConstant(b, 0), values.step);
  choose(getSizeValue(b, mulDims(last, linear.single.above)), values.first);
  choose(indexConstant(b, linear.single.below), values.below);
  return values;
}

/// `a` divided by the positive `by`, rounded down.
static Value emitFloorDivision(B &b, Value a, Value by) {
  Value quotient = arith::DivSIOp::create(b, a, by);
  Value rest = sub(b, a, mul(b, quotient, by));
  Value isBelow = less(b, rest, indexConstant(b, 0), /*isUnsigned=*/false);
  return sub(b, quotient,
             select(b, isBelow, indexConstant(b, 1), indexConstant(b, 0)));
}

/// The element nearest to the coordinate `at` / `below`.
static Value emitNearest(B &b, ResizeNearest nearest, Value at, Value below) {
  Value two = indexConstant(b, 2), one = indexConstant(b, 1);
  switch (nearest) {
  case ResizeNearest::round_prefer_floor:
    return emitFloorDivision(b, sub(b, add(b, mul(b, at, two), below), one),
                             mul(b, below, two));
  case ResizeNearest::round_prefer_ceil:
    return emitFloorDivision(b, add(b, mul(b, at, two), below),
                             mul(b, below, two));
  case ResizeNearest::floor:
    return emitFloorDivision(b, at, below);
  case ResizeNearest::ceil:
    return emitFloorDivision(b, sub(b, add(b, at, below), one), below);
  }
  llvm_unreachable("all cases are above");
}

/// The weight of a tap, `ratio` beyond the element before the coordinate.
static Value emitWeight(B &b, ResizeOp op, int64_t tap, Value ratio) {
  auto number = [&](double value) {
    return constant(b, ratio.getType(), value);
  };
  if (op.getMode() == ResizeMode::linear)
    return tap == 0 ? sub(b, number(1), ratio) : ratio;
  double a = op.getCubicCoefficient().convertToDouble();
  // The distance from the tap, and the polynomial for it.
  Value t = tap == 0   ? add(b, ratio, number(1))
            : tap == 1 ? ratio
                       : sub(b, number(tap - 1), ratio);
  auto emit = [&](ArrayRef<double> coefficients) {
    Value sum = number(coefficients.front());
    for (double coefficient : coefficients.drop_front())
      sum = add(b, mul(b, sum, t), number(coefficient));
    return sum;
  };
  return tap == 1 || tap == 2 ? emit({a + 2, -(a + 3), 0, 1})
                              : emit({a, -5 * a, 8 * a, -4 * a});
}

namespace {

/// Emits the tables of one dimension.
struct TableEmitter {
  ResizeOp op;
  CoordinateValues coordinate;
  Value last; // of the operand
  int64_t taps;

  /// The element of a tap, which may lie outside.
  Value emitPlace(B &b, Value at, int64_t tap) {
    if (op.getMode() == ResizeMode::nearest)
      return emitNearest(b, op.getNearest(), at, coordinate.below);
    Value base = emitFloorDivision(b, at, coordinate.below);
    return add(b, base, indexConstant(b, taps > 2 ? tap - 1 : tap));
  }

  Value emitIndex(B &b, Value position, int64_t tap) {
    Value place = emitPlace(b, coordinate.at(b, position), tap);
    Value inside =
        min(b, max(b, place, indexConstant(b, 0), false), last, false);
    return arith::IndexCastOp::create(b, b.getI64Type(), inside);
  }

  Value emitRatio(B &b, Value at) {
    Value base = emitFloorDivision(b, at, coordinate.below);
    Value rest = sub(b, at, mul(b, base, coordinate.below));
    auto toReal = [&](Value value) -> Value {
      return arith::SIToFPOp::create(
          b, b.getF64Type(),
          arith::IndexCastOp::create(b, b.getI64Type(), value));
    };
    return arith::DivFOp::create(b, toReal(rest), toReal(coordinate.below));
  }

  Value emitWeight(B &b, Value position, int64_t tap) {
    Value at = coordinate.at(b, position), ratio = emitRatio(b, at);
    if (!op.getExcludeOutside())
      return ::emitWeight(b, op, tap, ratio);
    Value sum, own, zero = constant(b, b.getF64Type(), 0);
    for (int64_t i = 0; i < taps; ++i) {
      Value place = emitPlace(b, at, i);
      Value weight = ::emitWeight(b, op, i, ratio);
      weight =
          select(b, less(b, place, indexConstant(b, 0), false), zero, weight);
      weight = select(b, less(b, last, place, false), zero, weight);
      own = i == tap ? weight : own;
      sum = sum ? add(b, sum, weight) : weight;
    }
    return div(b, own, sum, /*isUnsigned=*/false);
  }

  Value emitIsOutside(B &b, Value position) {
    Value at = coordinate.at(b, position);
    Value isBefore = less(b, at, indexConstant(b, 0), false);
    Value isBehind = less(b, mul(b, last, coordinate.below), at, false);
    return arith::OrIOp::create(b, isBefore, isBehind);
  }
};

} // namespace

FailureOr<AxisOperands> dlc::computeAxisOperands(B &b, ResizeOp op, int64_t dim,
                                                 const Dim &from, const Dim &to,
                                                 Type real) {
  std::optional<LinearCoordinate> linear = getCoordinate(op, dim, from, to);
  if (!linear)
    return op.emitOpError("the scale or region of dimension ")
           << dim << ", " << from.getText()
           << ", is no fraction of small numbers; give it a size";
  Dim last = subDims(from, 1);
  TableEmitter emitter{op, emitCoordinate(b, *linear, last),
                       getSizeValue(b, last), countTaps(op)};
  auto create = [&](Type type, llvm::function_ref<Value(B &, Value)> emit) {
    return createPointwise(
        b, makeTensorType({to}, type), {}, {}, [&](B &inner, ValueRange) {
          return emit(inner, linalg::IndexOp::create(inner, 0));
        });
  };
  AxisOperands operands{dim, {}, {}, {}};
  for (int64_t tap = 0; tap < emitter.taps; ++tap) {
    operands.indices.push_back(
        create(b.getI64Type(), [&](B &inner, Value position) {
          return emitter.emitIndex(inner, position, tap);
        }));
    if (op.getMode() == ResizeMode::nearest)
      continue;
    operands.weights.push_back(create(real, [&](B &inner, Value position) {
      Value weight = emitter.emitWeight(inner, position, tap);
      return castScalar(inner, weight, weight.getType(), real);
    }));
  }
  if (op.getCoordinates() == ResizeCoordinates::tf_crop_and_resize)
    operands.outside = create(b.getI1Type(), [&](B &inner, Value position) {
      return emitter.emitIsOutside(inner, position);
    });
  return operands;
}
