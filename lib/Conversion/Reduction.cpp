//===- Reduction.cpp - Lowering of reductions -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

static TypedAttr getInit(ReduceSumOp, Type type, bool) {
  return Builder(type.getContext()).getZeroAttr(type);
}
static TypedAttr getInit(ReduceMeanOp, Type type, bool) {
  return Builder(type.getContext()).getZeroAttr(type);
}
static TypedAttr getInit(ReduceProdOp, Type type, bool) {
  return Builder(type.getContext()).getOneAttr(type);
}
static TypedAttr getInit(ReduceMaxOp, Type type, bool isUnsigned) {
  return lowestValue(type, isUnsigned);
}
static TypedAttr getInit(ReduceMinOp, Type type, bool isUnsigned) {
  return highestValue(type, isUnsigned);
}

static Value combine(ReduceSumOp, B &b, Value x, Value sum, bool) {
  return add(b, sum, x);
}
static Value combine(ReduceMeanOp, B &b, Value x, Value sum, bool) {
  return add(b, sum, x);
}
static Value combine(ReduceProdOp, B &b, Value x, Value product, bool) {
  return mul(b, product, x);
}
static Value combine(ReduceMaxOp, B &b, Value x, Value most, bool isUnsigned) {
  return max(b, most, x, isUnsigned);
}
static Value combine(ReduceMinOp, B &b, Value x, Value least, bool isUnsigned) {
  return min(b, least, x, isUnsigned);
}

template <typename OpTy>
static Value lowerReduction(OpTy op, typename OpTy::Adaptor adaptor, B &b) {
  bool isUnsignedType = isUnsigned(elementType(op.getX()));
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  Type wide = computeType(type.getElementType());
  Value result = createReduction(
      b, adaptor.getX(), op.getAxes(), getInit(op, wide, isUnsignedType),
      [&](B &inner, ValueRange args) {
        return combine(op, inner, args[0], args[1], isUnsignedType);
      });
  constexpr bool isMean = std::is_same_v<OpTy, ReduceMeanOp>;
  if (isMean || wide != type.getElementType()) {
    Dim count = 1;
    for (int64_t axis : op.getAxes())
      count = mulDims(count, getDim(xType, axis));
    Value number = isMean ? getSizeScalar(b, count, wide) : Value();
    RankedTensorType narrowType =
        tensorType(result).clone(type.getElementType());
    result = createElementwise(
        b, narrowType, result, [&](B &inner, ValueRange args) {
          Value value = args[0];
          if (isMean)
            value = div(inner, value, number, isUnsignedType);
          return narrow(inner, value, type.getElementType());
        });
  }
  return createReshape(b, result, getDims(type));
}

//===----------------------------------------------------------------------===//
// Positions of extremes
//===----------------------------------------------------------------------===//

/// True if `x` beats the best element before it; NaN beats every number.
static Value beats(B &b, Value x, Value best, bool isUnsigned, bool isMax,
                   bool amongEquals) {
  Value low = isMax ? best : x, high = isMax ? x : best;
  Value isNew = isNaN(b, x);
  if (amongEquals)
    return b.createOrFold<arith::OrIOp>(lessEqual(b, low, high, isUnsigned),
                                        isNew);
  Value isFirst =
      select(b, isNaN(b, best), constant(b, b.getI1Type(), 0), isNew);
  return b.createOrFold<arith::OrIOp>(less(b, low, high, isUnsigned), isFirst);
}

/// The position of the first (or last) extreme along `axis`, as i64, without
/// the dimension.
static Value createArgReduction(B &b, Value x, int64_t axis, bool isUnsigned,
                                bool isMax, bool selectLast) {
  RankedTensorType type = tensorType(x);
  int64_t rank = type.getRank();
  SmallVector<int64_t> kept = otherDims(rank, axis);
  Type element = type.getElementType();
  RankedTensorType valueType = makeTensorType(otherSizes(type, axis), element);
  RankedTensorType indexType = valueType.clone(b.getI64Type());
  Value values = createFilled(b, valueType,
                              isMax ? lowestValue(element, isUnsigned)
                                    : highestValue(element, isUnsigned));
  Value indices = createFilled(b, indexType, b.getI64IntegerAttr(0));
  AffineMap map = selectDims(b.getContext(), rank, kept);
  return createGeneric(
      b, x, {values, indices}, {b.getMultiDimIdentityMap(rank), map, map},
      [&](B &inner, ValueRange args) -> SmallVector<Value> {
        Value wins =
            beats(inner, args[0], args[1], isUnsigned, isMax, selectLast);
        Value position = arith::IndexCastOp::create(
            inner, inner.getI64Type(), linalg::IndexOp::create(inner, axis));
        return {select(inner, wins, args[0], args[1]),
                select(inner, wins, position, args[2])};
      })[1];
}

template <typename OpTy>
static Value lowerArgReduction(OpTy op, typename OpTy::Adaptor adaptor, B &b) {
  Value indices = createArgReduction(
      b, adaptor.getX(), op.getAxis(), isUnsigned(elementType(op.getX())),
      std::is_same_v<OpTy, ArgMaxOp>, op.getSelectLast());
  return createReshape(b, indices, getDims(op.getY()));
}

//===----------------------------------------------------------------------===//
// Softmax and its like
//===----------------------------------------------------------------------===//

/// What softmax and log_softmax share: `x - max` where it is used, the maximum
/// and the map that reads it.
namespace {
struct ShiftedByMax {
  Value x, most;
  SmallVector<AffineMap> maps;
  AffineMap reducedMap;
  Type wide;

  ShiftedByMax(B &b, Value x, int64_t axis) : x(x) {
    RankedTensorType type = tensorType(x);
    wide = computeType(type.getElementType());
    most = createReduction(b, x, axis, lowestValue(wide, false),
                           [](B &inner, ValueRange args) {
                             return max(inner, args[1], args[0], false);
                           });
    reducedMap = selectDims(b.getContext(), type.getRank(),
                            otherDims(type.getRank(), axis));
    maps = {b.getMultiDimIdentityMap(type.getRank()), reducedMap};
  }
  Value emit(B &b, ValueRange args) const {
    return sub(b, widen(b, args[0]), args[1]);
  }
};
} // namespace

static Value sumBody(B &b, ValueRange args) { return add(b, args[1], args[0]); }

static Value lowerSoftmax(SoftmaxOp op, SoftmaxOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t axis = op.getAxis();
  ShiftedByMax shifted(b, adaptor.getX(), axis);
  Value exp = createPointwise(
      b, type.clone(shifted.wide), {shifted.x, shifted.most}, shifted.maps,
      [&](B &inner, ValueRange args) {
        return math::ExpOp::create(inner, shifted.emit(inner, args))
            .getResult();
      });
  Value sum =
      createReduction(b, exp, axis, b.getZeroAttr(shifted.wide), sumBody);
  return createPointwise(
      b, type, {exp, sum}, shifted.maps, [&](B &inner, ValueRange args) {
        return narrow(inner, div(inner, args[0], args[1], false),
                      type.getElementType());
      });
}

static Value lowerLogSoftmax(LogSoftmaxOp op, LogSoftmaxOp::Adaptor adaptor,
                             B &b) {
  RankedTensorType type = signlessType(op.getY());
  ShiftedByMax shifted(b, adaptor.getX(), op.getAxis());
  Value zeros =
      createFilled(b, tensorType(shifted.most), b.getZeroAttr(shifted.wide));
  SmallVector<AffineMap> sumMaps(shifted.maps);
  sumMaps.push_back(shifted.reducedMap);
  Value sum = createGeneric(b, {shifted.x, shifted.most}, zeros, sumMaps,
                            [&](B &inner, ValueRange args) {
                              Value exp = math::ExpOp::create(
                                  inner, shifted.emit(inner, args));
                              return add(inner, args[2], exp);
                            });
  SmallVector<AffineMap> maps(shifted.maps);
  maps.push_back(shifted.reducedMap);
  return createPointwise(
      b, type, {shifted.x, shifted.most, sum}, maps,
      [&](B &inner, ValueRange args) {
        Value log = math::LogOp::create(inner, args[2]);
        return narrow(inner, sub(inner, shifted.emit(inner, args), log),
                      type.getElementType());
      });
}

static Value lowerHardmax(HardmaxOp op, HardmaxOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t axis = op.getAxis();
  Value indices = createArgReduction(
      b, adaptor.getX(), axis, isUnsigned(elementType(op.getX())), true, false);
  AffineMap map = selectDims(b.getContext(), type.getRank(),
                             otherDims(type.getRank(), axis));
  return createPointwise(b, type, indices, map, [&](B &inner, ValueRange args) {
    Value position = arith::IndexCastOp::create(
        inner, inner.getI64Type(), linalg::IndexOp::create(inner, axis));
    Type element = type.getElementType();
    return select(inner, equal(inner, position, args[0]),
                  constant(inner, element, 1), constant(inner, element, 0));
  });
}

//===----------------------------------------------------------------------===//
// Running sums
//===----------------------------------------------------------------------===//

/// Loops over scalars, along `axis` innermost with the sum or product so far,
/// which begins as `init`.
template <typename OpTy>
static Value createRunning(OpTy op, typename OpTy::Adaptor adaptor, double init,
                           Value (*combine)(B &, Value, Value), B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t axis = op.getAxis();
  Value size = getSizeValue(b, getDim(type, axis));
  Value last = getSizeValue(b, subDims(getDim(type, axis), 1));
  Type wide = computeType(type.getElementType());
  auto emitStep = [&](B &inner, ArrayRef<Value> outer, Value step,
                      ValueRange state) -> SmallVector<Value> {
    Value at = step;
    if (op.getReverse())
      at = sub(inner, last, step);
    SmallVector<Value> position(outer);
    position.insert(position.begin() + axis, at);
    Value x = tensor::ExtractOp::create(inner, adaptor.getX(), position);
    Value current = combine(inner, state[1], widen(inner, x));
    Value result = narrow(inner, op.getExclusive() ? state[1] : current,
                          type.getElementType());
    return {tensor::InsertOp::create(inner, result, state[0], position),
            current};
  };
  return createLoops(b, otherSizes(type, axis), createEmpty(b, type),
                     [&](B &inner, ArrayRef<Value> outer, ValueRange state) {
                       Value first = constant(inner, wide, init);
                       SmallVector<Value> results = createLoop(
                           inner, size, {state[0], first},
                           [&](B &nested, Value step, ValueRange state) {
                             return emitStep(nested, outer, step, state);
                           });
                       return SmallVector<Value>{results.front()};
                     })[0];
}

static Value lowerCumSum(CumSumOp op, CumSumOp::Adaptor adaptor, B &b) {
  return createRunning(op, adaptor, 0, add, b);
}

static Value lowerCumProd(CumProdOp op, CumProdOp::Adaptor adaptor, B &b) {
  return createRunning(op, adaptor, 1, mul, b);
}

//===----------------------------------------------------------------------===//
// Determinants
//===----------------------------------------------------------------------===//

namespace {

/// Gaussian elimination of one matrix in a scratch tensor, of which each step
/// makes a new value.
class Elimination {
public:
  Elimination(Value size, Type wide) : size(size), wide(wide) {}

  /// The determinant of the matrix `read` gives, and the scratch tensor.
  SmallVector<Value> emit(B &b, Value scratch,
                          llvm::function_ref<Value(B &, Value, Value)> read) {
    scratch = createLoop(
        b, size, scratch, [&](B &outer, Value row, ValueRange state) {
          return createLoop(
              outer, size, state, [&](B &inner, Value column, ValueRange now) {
                return SmallVector<Value>{
                    tensor::InsertOp::create(inner, read(inner, row, column),
                                             now[0], ValueRange{row, column})};
              });
        })[0];
    return createLoop(b, size, {constant(b, wide, 1), scratch},
                      [&](B &inner, Value step, ValueRange state) {
                        return emitStep(inner, step, state[0], state[1]);
                      });
  }

private:
  static Value at(B &b, Value matrix, Value row, Value column) {
    return tensor::ExtractOp::create(b, matrix, ValueRange{row, column});
  }

  /// The row from `step` on with the greatest element in column `step`.
  Value findPivot(B &b, Value step, Value matrix) {
    Value least = constant(b, wide, -1);
    return createLoop(
        b, sub(b, size, step), {least, step},
        [&](B &inner, Value i, ValueRange best) {
          Value row = add(inner, step, i);
          Value magnitude =
              math::AbsFOp::create(inner, at(inner, matrix, row, step));
          Value wins = less(inner, best[0], magnitude, false);
          return SmallVector<Value>{select(inner, wins, magnitude, best[0]),
                                    select(inner, wins, row, best[1])};
        })[1];
  }

  SmallVector<Value> emitStep(B &b, Value step, Value product, Value matrix) {
    Value pivotRow = findPivot(b, step, matrix);
    matrix = createLoop(
        b, size, matrix, [&](B &inner, Value column, ValueRange now) {
          Value upper = at(inner, now[0], step, column);
          Value lower = at(inner, now[0], pivotRow, column);
          Value swapped = tensor::InsertOp::create(inner, lower, now[0],
                                                   ValueRange{step, column});
          return SmallVector<Value>{tensor::InsertOp::create(
              inner, upper, swapped, ValueRange{pivotRow, column})};
        })[0];
    Value pivot = at(b, matrix, step, step);
    Value factor = mul(b, product, pivot);
    Value negated = arith::NegFOp::create(b, factor);
    factor = select(b, equal(b, step, pivotRow), factor, negated);
    // With a pivot of 0 the result is 0, whatever the rest becomes.
    Value isZero = equal(b, pivot, constant(b, wide, 0));
    Value divisor = select(b, isZero, constant(b, wide, 1), pivot);
    Value next = add(b, step, indexConstant(b, 1));
    matrix = createLoop(
        b, sub(b, size, next), matrix, [&](B &outer, Value i, ValueRange now) {
          Value row = add(outer, next, i);
          Value ratio =
              div(outer, at(outer, now[0], row, step), divisor, false);
          return createLoop(
              outer, size, now, [&](B &inner, Value column, ValueRange now) {
                Value above =
                    mul(inner, ratio, at(inner, now[0], step, column));
                Value value = sub(inner, at(inner, now[0], row, column), above);
                return SmallVector<Value>{tensor::InsertOp::create(
                    inner, value, now[0], ValueRange{row, column})};
              });
        })[0];
    return {factor, matrix};
  }

  Value size;
  Type wide;
};

} // namespace

static Value lowerDet(DetOp op, DetOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  Type wide = computeType(type.getElementType());
  Dim rows = getDim(xType, xType.getRank() - 1);
  Value scratch = createEmpty(b, makeTensorType({rows, rows}, wide));
  Elimination elimination(getSizeValue(b, rows), wide);
  return createLoops(
      b, getDims(type), {createEmpty(b, type), scratch},
      [&](B &inner, ArrayRef<Value> position, ValueRange state) {
        auto read = [&](B &nested, Value row, Value column) {
          SmallVector<Value> place(position);
          place.append({row, column});
          return widen(
              nested, tensor::ExtractOp::create(nested, adaptor.getX(), place));
        };
        SmallVector<Value> results = elimination.emit(inner, state[1], read);
        Value determinant = narrow(inner, results[0], type.getElementType());
        return SmallVector<Value>{
            tensor::InsertOp::create(inner, determinant, state[0], position),
            results[1]};
      })[0];
}

void dlc::populateReductionPatterns(const TypeConverter &converter,
                                    RewritePatternSet &patterns) {
  addLowering<ReduceSumOp>(converter, patterns, lowerReduction<ReduceSumOp>);
  addLowering<ReduceMeanOp>(converter, patterns, lowerReduction<ReduceMeanOp>);
  addLowering<ReduceProdOp>(converter, patterns, lowerReduction<ReduceProdOp>);
  addLowering<ReduceMaxOp>(converter, patterns, lowerReduction<ReduceMaxOp>);
  addLowering<ReduceMinOp>(converter, patterns, lowerReduction<ReduceMinOp>);
  addLowering<ArgMaxOp>(converter, patterns, lowerArgReduction<ArgMaxOp>);
  addLowering<ArgMinOp>(converter, patterns, lowerArgReduction<ArgMinOp>);
  addLowering<SoftmaxOp>(converter, patterns, lowerSoftmax);
  addLowering<LogSoftmaxOp>(converter, patterns, lowerLogSoftmax);
  addLowering<HardmaxOp>(converter, patterns, lowerHardmax);
  addLowering<CumSumOp>(converter, patterns, lowerCumSum);
  addLowering<CumProdOp>(converter, patterns, lowerCumProd);
  addLowering<DetOp>(converter, patterns, lowerDet);
}
