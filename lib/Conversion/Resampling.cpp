//===- Resampling.cpp - Lowering of resampling ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ResizeTables.h"
#include "WeightedGather.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <cmath>

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// True if every position of a dimension takes the element that it is itself.
static bool isUnchanged(ResizeOp op, int64_t dim, const Dim &from,
                        const Dim &to) {
  ArrayRef<double> scales = op.getScales(), roi = op.getRoi();
  bool isWhole =
      roi.empty() || (roi[dim] == 0 && roi[dim + scales.size()] == 1);
  return from == to && (scales[dim] == 0 || scales[dim] == 1) && isWhole;
}

/// How often each element of an open dimension repeats, whatever its size; 0 if
/// that isn't a whole number, or elements are mixed.
static int64_t getOpenRepetition(ResizeOp op, int64_t dim, const Dim &from,
                                 const Dim &to) {
  if (isUnchanged(op, dim, from, to))
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
  return getAxisTable(op, dim, sample, sample * *count)
                 .isRepetition(*count, sample)
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
  ArrayRef<AxisOperands> axes;
  /// Per axis, the scalars that the tables give for the element: an index per
  /// tap, then a weight per tap.
  SmallVector<SmallVector<Value>> scalars;

  Value emit(B &b, MutableArrayRef<Value> coordinates, size_t next) const {
    if (next == axes.size()) {
      Value element = tensor::ExtractOp::create(b, x, coordinates);
      bool isCopy = axes.front().weights.empty();
      return isCopy ? element : widen(b, element);
    }
    const AxisOperands &axis = axes[next];
    size_t taps = axis.indices.size();
    Value sum;
    for (size_t tap = 0; tap < taps; ++tap) {
      coordinates[axis.dim] =
          arith::IndexCastOp::create(b, b.getIndexType(), scalars[next][tap]);
      Value element = emit(b, coordinates, next + 1);
      if (axis.weights.empty())
        return element;
      Value product = mul(b, scalars[next][taps + tap], element);
      sum = sum ? add(b, sum, product) : product;
    }
    return sum;
  }
};

} // namespace

/// Looks every element up by the tables of `axes`, and computes in type `real`.
static Value createInterpolation(B &b, ResizeOp op, Value x,
                                 RankedTensorType type,
                                 ArrayRef<AxisOperands> axes, Type real) {
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const AxisOperands &axis : axes) {
    llvm::append_range(operands, axis.indices);
    llvm::append_range(operands, axis.weights);
    if (axis.outside)
      operands.push_back(axis.outside);
    maps.resize(operands.size(),
                selectDims(b.getContext(), type.getRank(), axis.dim));
  }
  bool isCopy = op.getMode() == ResizeMode::nearest;
  Type element = type.getElementType(), original = elementType(op.getY());
  return createPointwise(
      b, type, operands, maps, [&](B &inner, ValueRange args) {
        Interpolation interpolation{x, axes, {}};
        Value isOutside = constant(inner, inner.getI1Type(), 0);
        for (const AxisOperands &axis : axes) {
          size_t count = axis.indices.size() + axis.weights.size();
          interpolation.scalars.emplace_back(args.take_front(count));
          args = args.drop_front(count);
          if (!axis.outside)
            continue;
          isOutside = inner.createOrFold<arith::OrIOp>(isOutside, args.front());
          args = args.drop_front();
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

//===----------------------------------------------------------------------===//
// Stretched filters
//===----------------------------------------------------------------------===//

/// Resizes one dimension by a table of many taps, all others being as they are.
static Value createAxisPass(B &b, Value x, const AxisTable &table) {
  RankedTensorType type = tensorType(x);
  Shape dims = getDims(type);
  Dim outer = 1, inner = 1, source = dims[table.dim];
  for (auto [dim, size] : llvm::enumerate(dims)) {
    Dim &part = int64_t(dim) < table.dim ? outer : inner;
    if (int64_t(dim) != table.dim)
      part = mulDims(part, size);
  }
  int64_t count = table.outside.size(), taps = table.indices.size();
  SmallVector<int64_t> starts;
  SmallVector<Attribute> weights;
  for (int64_t at = 0; at < count; ++at)
    for (int64_t tap = 0; tap < taps; ++tap) {
      starts.push_back(table.indices[tap][at]);
      weights.push_back(
          b.getFloatAttr(type.getElementType(), table.weights[tap][at]));
    }
  auto tableType = RankedTensorType::get({count, taps}, b.getI64Type());
  Value startTable = arith::ConstantOp::create(
      b, DenseElementsAttr::get(tableType, ArrayRef<int64_t>(starts)));
  Value weightTable = arith::ConstantOp::create(
      b, DenseElementsAttr::get(tableType.clone(type.getElementType()),
                                ArrayRef<Attribute>(weights)));
  // What surrounds the dimension becomes what lies inside of it, in memory.
  bool isInnermost = inner == Dim(1);
  x = createReshape(b, x, {outer, source, inner});
  if (isInnermost) {
    x = createTranspose(b, x, {2, 1, 0});
    std::swap(outer, inner);
  }
  if (inner != Dim(1)) {
    Value step = getSizeScalar(b, inner, b.getI64Type());
    startTable = createElementwise(
        b, tableType, startTable,
        [&](B &nested, ValueRange args) { return mul(nested, args[0], step); });
  }
  Value y = createWeightedGather(b, x, startTable, weightTable);
  if (isInnermost)
    y = createTranspose(b, y, {2, 1, 0});
  dims[table.dim] = count;
  return createReshape(b, y, dims);
}

/// The least or greatest number of an integer type, as a real one.
static Value emitBound(B &b, Type type, Type real, bool isLeast) {
  auto bits = int(type.getIntOrFloatBitWidth());
  double least = isUnsigned(type) ? 0 : -std::ldexp(1.0, bits - 1);
  double greatest = std::ldexp(1.0, isUnsigned(type) ? bits : bits - 1) - 1;
  return constant(b, real, isLeast ? least : greatest);
}

/// Dimension by dimension, as the taps of all at once would be many.
static Value createAntialiased(B &b, ResizeOp op, Value x,
                               RankedTensorType type,
                               ArrayRef<AxisTable> tables, Type real) {
  Type element = type.getElementType(), original = elementType(op.getY());
  x = createElementwise(b, tensorType(x).clone(real), x,
                        [&](B &inner, ValueRange args) {
                          return castScalar(inner, args[0], original, real);
                        });
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const AxisTable &table : tables) {
    x = createAxisPass(b, x, table);
    if (!llvm::is_contained(table.outside, true))
      continue;
    operands.push_back(createAxisOperands(b, table, real).outside);
    maps.push_back(selectDims(b.getContext(), type.getRank(), table.dim));
  }
  operands.push_back(x);
  maps.push_back(b.getMultiDimIdentityMap(type.getRank()));
  return createPointwise(
      b, type, operands, maps, [&](B &inner, ValueRange args) {
        Value value = args.back();
        // Integers are rounded, not cut off.
        if (isa<IntegerType>(element)) {
          value = math::RoundEvenOp::create(inner, value);
          value = boundBelow(inner, value,
                             emitBound(inner, original, real, true), false);
          value = boundAbove(inner, value,
                             emitBound(inner, original, real, false), false);
          value = castScalar(inner, value, real, original);
        }
        value = narrow(inner, value, element);
        Value extrapolated = constant(
            inner, element, op.getExtrapolationValue().convertToDouble());
        for (Value isOutside : args.drop_back())
          value = select(inner, isOutside, extrapolated, value);
        return value;
      });
}

static Value lowerResize(ResizeOp op, ResizeOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  if (isEmpty(type))
    return createEmpty(b, type);
  Shape from = getDims(xType), to = getDims(type);
  SmallVector<int64_t> counts(type.getRank(), 1);
  for (auto [dim, count] : llvm::enumerate(counts))
    if (isDynamic(from[dim]) || isDynamic(to[dim]))
      count = getOpenRepetition(op, dim, from[dim], to[dim]);
  SmallVector<AxisTable> tables = getAxisTables(op, xType, type);
  auto isOne = [](int64_t count) { return count == 1; };
  if (tables.empty() && llvm::all_of(counts, isOne))
    return adaptor.getX();
  if (!llvm::is_contained(counts, 0))
    if (Value repeated =
            createRepetition(b, adaptor.getX(), type, tables, counts))
      return repeated;

  // Integers are interpolated as real numbers.
  Type element = type.getElementType();
  Type original = elementType(op.getY());
  Type real =
      isa<IntegerType>(element) ? Type(b.getF32Type()) : computeType(element);
  if (op.getAntialias() && op.getMode() != ResizeMode::nearest)
    return createAntialiased(b, op, adaptor.getX(), type, tables, real);
  SmallVector<AxisOperands> axes;
  for (const AxisTable &table : tables)
    axes.push_back(createAxisOperands(b, table, real));
  for (auto [dim, count] : llvm::enumerate(counts)) {
    if (count == 1)
      continue;
    FailureOr<AxisOperands> axis =
        computeAxisOperands(b, op, dim, from[dim], to[dim], real);
    if (failed(axis))
      return nullptr;
    axes.push_back(*axis);
  }
  Value x = adaptor.getX();
  if (op.getMode() != ResizeMode::nearest && isa<IntegerType>(element))
    x = createElementwise(b, xType.clone(real), x,
                          [&](B &inner, ValueRange args) {
                            return castScalar(inner, args[0], original, real);
                          });
  return createInterpolation(b, op, x, type, axes, real);
}

void dlc::populateResamplingPatterns(const TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  addLowering<ResizeOp>(converter, patterns, lowerResize);
}
