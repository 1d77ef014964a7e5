//===- Pooling.cpp - Lowering of pooling ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Pooling.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// The padding at the end of an open dimension: the model's, or with ceil_mode
/// as much as a partial window can reach beyond it.
template <typename OpTy>
static int64_t getOpenPadding(OpTy op, int64_t i, int64_t stride) {
  int64_t pad = op.getPads()[i + op.getKernel().size()];
  return op.getCeilMode() ? pad + stride - 1 : pad;
}

namespace {
/// The elements of all windows: the input, padded, what gives windows their
/// shape, and the maps that read both and the result.
struct WindowedInput {
  Value padded, window;
  SmallVector<AffineMap> maps;
};
} // namespace

/// The windows of `x`, padded with `padding`. The end is padded as far as the
/// last window reaches, which covers `ceil_mode`.
template <typename OpTy>
static WindowedInput createWindows(OpTy op, Value x, TypedAttr padding, B &b) {
  MLIRContext *context = b.getContext();
  RankedTensorType xType = tensorType(x);
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank(), spatial = op.getKernel().size();
  Shape low(rank, 0), high(rank, 0), xDims = getDims(xType);
  SmallVector<AffineExpr> xExprs, windowExprs;
  for (int64_t dim = 0; dim < rank; ++dim)
    xExprs.push_back(getAffineDimExpr(dim, context));
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t dim = i + 2, stride = op.getStrides()[i];
    int64_t dilation = op.getDilations()[i];
    low[dim] = op.getPads()[i];
    if (isDynamic(xDims[dim])) {
      high[dim] = getOpenPadding(op, i, stride);
    } else {
      int64_t reach = (type.getDimSize(dim) - 1) * stride +
                      (op.getKernel()[i] - 1) * dilation + 1;
      high[dim] =
          std::max<int64_t>(reach - op.getPads()[i] - xType.getDimSize(dim), 0);
    }
    windowExprs.push_back(getAffineDimExpr(rank + i, context));
    xExprs[dim] = xExprs[dim] * stride + windowExprs.back() * dilation;
  }
  Value padded = createPadded(b, x, low, high, padding);
  // Read for its shape only.
  Value window =
      tensor::EmptyOp::create(b, op.getKernel(), xType.getElementType());
  unsigned numDims = rank + spatial;
  return {padded,
          window,
          {getMap(context, numDims, xExprs),
           getMap(context, numDims, windowExprs),
           selectDims(context, numDims,
                      llvm::to_vector(llvm::seq<int64_t>(0, rank)))}};
}

/// Folds the windows of `x` into a fill of `init`, which is also what padding
/// is made of.
template <typename OpTy>
static Value createPool(OpTy op, Value x, TypedAttr init, TypedAttr padding,
                        B &b, ScalarBody body) {
  WindowedInput windows = createWindows(op, x, padding, b);
  Value fill =
      createFilled(b, signlessType(op.getY()).clone(init.getType()), init);
  return createGeneric(b, {windows.padded, windows.window}, fill, windows.maps,
                       [&](B &inner, ValueRange args) {
                         return body(inner, {widen(inner, args[0]), args[2]});
                       });
}

static Value lowerMaxPool(MaxPoolOp op, MaxPoolOp::Adaptor adaptor, B &b) {
  bool toUnsigned = isUnsigned(elementType(op.getX()));
  TypedAttr lowest = lowestValue(elementType(adaptor.getX()), toUnsigned);
  Type wide = computeType(elementType(adaptor.getX()));
  RankedTensorType type = signlessType(op.getY());
  Value pooled = createPool(op, adaptor.getX(), lowestValue(wide, toUnsigned),
                            lowest, b, [&](B &inner, ValueRange args) {
                              return max(inner, args[0], args[1], toUnsigned);
                            });
  if (tensorType(pooled) == type)
    return pooled;
  return createElementwise(b, type, pooled, [&](B &inner, ValueRange args) {
    return narrow(inner, args[0], type.getElementType());
  });
}

//===----------------------------------------------------------------------===//
// Positions of maxima
//===----------------------------------------------------------------------===//

/// The position, row by row, of the element that the body is at, and whether it
/// is one rather than padding.
static std::pair<Value, Value> emitPosition(MaxPoolIndicesOp op,
                                            ArrayRef<Value> sizes, B &b) {
  int64_t rank = sizes.size();
  Value position, isInside = constant(b, b.getI1Type(), 1);
  for (int64_t dim = 0; dim < rank; ++dim) {
    Value at = linalg::IndexOp::create(b, dim);
    if (int64_t i = dim - 2; i >= 0) {
      Value inWindow = linalg::IndexOp::create(b, rank + i);
      at = add(b, mul(b, at, indexConstant(b, op.getStrides()[i])),
               mul(b, inWindow, indexConstant(b, op.getDilations()[i])));
      at = sub(b, at, indexConstant(b, op.getPads()[i]));
      Value isBehind = lessEqual(b, indexConstant(b, 0), at, false);
      Value isBefore = less(b, at, sizes[dim], false);
      isInside = b.createOrFold<arith::AndIOp>(
          isInside, arith::AndIOp::create(b, isBehind, isBefore));
    }
    position = position ? add(b, mul(b, position, sizes[dim]), at) : at;
  }
  return {arith::IndexCastOp::create(b, b.getI64Type(), position), isInside};
}

/// Positions row by row as positions column by column.
static Value createColumnMajor(Value rowMajor, ArrayRef<Value> sizes, B &b) {
  return createElementwise(
      b, tensorType(rowMajor), rowMajor, [&](B &inner, ValueRange args) {
        Value none = constant(inner, args[0].getType(), -1);
        Value rest = arith::IndexCastOp::create(
            inner, inner.getIndexType(),
            max(inner, args[0], constant(inner, args[0].getType(), 0), false));
        SmallVector<Value> coordinates;
        for (Value size : llvm::reverse(sizes.drop_front(2))) {
          coordinates.push_back(arith::RemUIOp::create(inner, rest, size));
          rest = arith::DivUIOp::create(inner, rest, size);
        }
        // The innermost dimension comes first now.
        for (auto [at, size] :
             llvm::zip_equal(coordinates, llvm::reverse(sizes.drop_front(2))))
          rest = add(inner, mul(inner, rest, size), at);
        Value position =
            arith::IndexCastOp::create(inner, inner.getI64Type(), rest);
        return select(inner, equal(inner, args[0], none), none, position);
      });
}

static Value lowerMaxPoolIndices(MaxPoolIndicesOp op,
                                 MaxPoolIndicesOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  Type element = elementType(adaptor.getX());
  bool toUnsigned = isUnsigned(elementType(op.getX()));
  TypedAttr lowest = lowestValue(element, toUnsigned);
  WindowedInput windows = createWindows(op, adaptor.getX(), lowest, b);
  SmallVector<AffineMap> maps = windows.maps;
  maps.push_back(maps.back());
  SmallVector<Value> sizes = getSizeValues(b, tensorType(adaptor.getX()));
  Value values = createFilled(b, type.clone(element), lowest);
  Value none = createFilled(b, type, b.getI64IntegerAttr(-1));
  Value indices = createGeneric(
      b, {windows.padded, windows.window}, {values, none}, maps,
      [&](B &inner, ValueRange args) -> SmallVector<Value> {
        auto [position, isInside] = emitPosition(op, sizes, inner);
        Value x = widen(inner, args[0]), best = widen(inner, args[2]);
        auto orElse = [&](Value a, Value c) -> Value {
          return arith::OrIOp::create(inner, a, c);
        };
        auto both = [&](Value a, Value c) -> Value {
          return arith::AndIOp::create(inner, a, c);
        };
        // Whatever the order of the loops, the first of equals wins.
        Value isEqual = orElse(equal(inner, x, best),
                               both(isNaN(inner, x), isNaN(inner, best)));
        Value isFirst = both(isEqual, less(inner, position, args[3], false));
        Value isNew =
            less(inner, args[3], constant(inner, inner.getI64Type(), 0), false);
        Value isNumber = arith::XOrIOp::create(
            inner, isNaN(inner, best), constant(inner, inner.getI1Type(), 1));
        Value isGreater = orElse(less(inner, best, x, toUnsigned),
                                 both(isNaN(inner, x), isNumber));
        Value wins = both(isInside, orElse(isNew, orElse(isGreater, isFirst)));
        return {select(inner, wins, args[0], args[2]),
                select(inner, wins, position, args[3])};
      })[1];
  return op.getColumnMajor() ? createColumnMajor(indices, sizes, b) : indices;
}

//===----------------------------------------------------------------------===//
// Means
//===----------------------------------------------------------------------===//

/// For each window position of one spatial dimension, how many elements of the
/// window count.
static SmallVector<double> countElements(AvgPoolOp op, int64_t i, int64_t size,
                                         int64_t positions) {
  int64_t spatial = op.getKernel().size();
  int64_t low = op.getCountIncludePad() ? -op.getPads()[i] : 0;
  int64_t high =
      size + (op.getCountIncludePad() ? op.getPads()[i + spatial] : 0);
  SmallVector<double> counts;
  for (int64_t position = 0; position < positions; ++position) {
    int64_t start = position * op.getStrides()[i] - op.getPads()[i];
    int64_t count = 0;
    for (int64_t k = 0; k < op.getKernel()[i]; ++k) {
      int64_t at = start + k * op.getDilations()[i];
      count += at >= low && at < high;
    }
    counts.push_back(std::max<int64_t>(count, 1));
  }
  return counts;
}

/// The divisors of all window positions, a constant over the spatial
/// dimensions.
static Value createCounts(AvgPoolOp op, RankedTensorType xType,
                          RankedTensorType type, Type countType, B &b) {
  SmallVector<double> counts{1};
  SmallVector<int64_t> shape;
  for (size_t i = 0; i < op.getKernel().size(); ++i) {
    SmallVector<double> outer = std::move(counts);
    counts.clear();
    shape.push_back(type.getDimSize(i + 2));
    SmallVector<double> own =
        countElements(op, i, xType.getDimSize(i + 2), shape.back());
    for (double x : outer)
      for (double y : own)
        counts.push_back(x * y);
  }
  SmallVector<Attribute> values;
  for (double count : counts)
    values.push_back(isa<FloatType>(countType)
                         ? Attribute(b.getFloatAttr(countType, count))
                         : Attribute(b.getIntegerAttr(countType, count)));
  auto attribute =
      DenseElementsAttr::get(RankedTensorType::get(shape, countType), values);
  return arith::ConstantOp::create(b, attribute);
}

/// How many elements of the window at `position` along spatial dimension `i`
/// count, where the size is open and those that count end at `high`; at
/// least 1.
static Value emitOpenCount(AvgPoolOp op, int64_t i, Value high, Value position,
                           B &b) {
  int64_t kernel = op.getKernel()[i], dilation = op.getDilations()[i];
  int64_t low = op.getCountIncludePad() ? -op.getPads()[i] : 0;
  Value start = sub(b, mul(b, position, indexConstant(b, op.getStrides()[i])),
                    indexConstant(b, op.getPads()[i]));
  // Elements k with low <= start + k * dilation < high.
  auto ceilDiv = [&](Value x) -> Value {
    x = add(b, max(b, x, indexConstant(b, 0), false),
            indexConstant(b, dilation - 1));
    return arith::DivUIOp::create(b, x, indexConstant(b, dilation));
  };
  auto bound = [&](Value k) {
    return min(b, max(b, k, indexConstant(b, 0), false),
               indexConstant(b, kernel), false);
  };
  Value first = bound(ceilDiv(sub(b, indexConstant(b, low), start)));
  Value end = bound(ceilDiv(sub(b, high, start)));
  return max(b, sub(b, end, first), indexConstant(b, 1), false);
}

static Value divideByOpenCounts(AvgPoolOp op, Value sum, RankedTensorType type,
                                Type wide, B &b) {
  SmallVector<Value> highs;
  int64_t spatial = op.getKernel().size();
  for (int64_t i = 0; i < spatial; ++i) {
    Dim size = getDim(op.getX().getType(), i + 2);
    highs.push_back(getSizeValue(
        b, op.getCountIncludePad() ? addDims(size, op.getPads()[i + spatial])
                                   : size));
  }
  bool divideUnsigned = isUnsigned(elementType(op.getX()));
  return createElementwise(b, type, sum, [&](B &inner, ValueRange args) {
    Value count = indexConstant(inner, 1);
    for (int64_t i = 0; i < spatial; ++i) {
      Value position = linalg::IndexOp::create(inner, i + 2);
      count =
          mul(inner, count, emitOpenCount(op, i, highs[i], position, inner));
    }
    Value number = arith::IndexCastOp::create(inner, inner.getI64Type(), count);
    number = castScalar(inner, number, inner.getI64Type(), wide);
    return narrow(inner, div(inner, args[0], number, divideUnsigned),
                  type.getElementType());
  });
}

static Value lowerAvgPool(AvgPoolOp op, AvgPoolOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  Type wide = computeType(xType.getElementType());
  bool divideUnsigned = isUnsigned(elementType(op.getX()));
  Value sum = createPool(
      op, adaptor.getX(), b.getZeroAttr(wide),
      b.getZeroAttr(xType.getElementType()), b,
      [](B &inner, ValueRange args) { return add(inner, args[1], args[0]); });
  if (!xType.hasStaticShape())
    return divideByOpenCounts(op, sum, type, wide, b);
  Value counts = createCounts(op, xType, type, wide, b);
  int64_t rank = type.getRank(), spatial = op.getKernel().size();
  AffineMap countMap =
      selectDims(b.getContext(), rank,
                 llvm::to_vector(llvm::seq<int64_t>(2, 2 + spatial)));
  return createPointwise(
      b, type, {sum, counts}, {b.getMultiDimIdentityMap(rank), countMap},
      [&](B &inner, ValueRange args) {
        return narrow(inner, div(inner, args[0], args[1], divideUnsigned),
                      type.getElementType());
      });
}

void dlc::populatePoolingPatterns(const TypeConverter &converter,
                                  RewritePatternSet &patterns) {
  addLowering<MaxPoolOp>(converter, patterns, lowerMaxPool);
  addLowering<MaxPoolIndicesOp>(converter, patterns, lowerMaxPoolIndices);
  addLowering<AvgPoolOp>(converter, patterns, lowerAvgPool);
}
