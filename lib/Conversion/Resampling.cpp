//===- Resampling.cpp - Lowering of resampling ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ResizeTables.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

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
