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

/// Loops over scalars, along `axis` innermost with the sum so far.
static Value lowerCumSum(CumSumOp op, CumSumOp::Adaptor adaptor, B &b) {
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
    Value sum = add(inner, state[1], widen(inner, x));
    Value result = narrow(inner, op.getExclusive() ? state[1] : sum,
                          type.getElementType());
    return {tensor::InsertOp::create(inner, result, state[0], position), sum};
  };
  return createLoops(
      b, otherSizes(type, axis), createEmpty(b, type),
      [&](B &inner, ArrayRef<Value> outer, ValueRange state) {
        Value zero = arith::ConstantOp::create(inner, inner.getZeroAttr(wide));
        SmallVector<Value> results =
            createLoop(inner, size, {state[0], zero},
                       [&](B &nested, Value step, ValueRange state) {
                         return emitStep(nested, outer, step, state);
                       });
        return SmallVector<Value>{results.front()};
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
}
