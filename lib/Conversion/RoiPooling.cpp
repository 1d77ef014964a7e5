//===- RoiPooling.cpp - Lowering of pooling over regions ------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Regions are data: how many elements a cell covers is known when the model
// runs. What is converted to an integer is brought into the range of one first.
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Pooling.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// `x` within [low, high] as an index; NaN is `low`.
static Value toBoundedIndex(B &b, Value x, Value low, Value high) {
  x = select(b, lessEqual(b, low, x, false), x, low);
  x = select(b, lessEqual(b, x, high, false), x, high);
  return arith::IndexCastOp::create(
      b, b.getIndexType(), arith::FPToSIOp::create(b, b.getI64Type(), x));
}

static Value bound(B &b, Value x, Value low, Value high) {
  x = select(b, lessEqual(b, low, x, false), x, low);
  return select(b, lessEqual(b, x, high, false), x, high);
}

/// An index as a number of type `real`.
static Value toReal(B &b, Value index, Type real) {
  return arith::SIToFPOp::create(
      b, real, arith::IndexCastOp::create(b, b.getI64Type(), index));
}

static Value toInteger(B &b, Value index) {
  return arith::IndexCastOp::create(b, b.getI64Type(), index);
}

static Value toIndexValue(B &b, Value integer) {
  return arith::IndexCastOp::create(b, b.getIndexType(), integer);
}

//===----------------------------------------------------------------------===//
// RoiAlign
//===----------------------------------------------------------------------===//

namespace {

/// The cells of regions along one axis of the image. `emit` functions work on
/// the two bounds of a region, in the bodies of loops.
class CellAxis {
public:
  CellAxis(B &b, RoiAlignOp op, int64_t axis)
      : op(op), axis(axis), real(computeType(elementType(op.getRois()))),
        numCells(getDim(op.getType(), axis + 2)),
        numElements(getDim(op.getX().getType(), axis + 2)) {
    size = getSizeScalar(b, numElements, real);
    last = b.createOrFold<arith::SubFOp>(size, constant(b, real, 1));
    zero = constant(b, real, 0);
  }

  /// Where a region begins, how large its cells are, and how many samples they
  /// have.
  struct Geometry {
    Value start, cell, samples;
  };
  Geometry emitGeometry(B &b, Value low, Value high) const {
    auto place = [&](Value bound) {
      Value scaled = mul(b, widen(b, bound),
                         constant(b, real, op.getScale().convertToDouble()));
      return sub(b, scaled,
                 constant(b, real, op.getOffset().convertToDouble()));
    };
    Value start = place(low), extent = sub(b, place(high), start);
    double least = op.getMinSize().convertToDouble();
    if (least > 0)
      extent = boundBelow(b, extent, constant(b, real, least), false);
    Value cell =
        div(b, extent, constant(b, real, double(numCells.getSize())), false);
    Value samples = constant(b, real, double(op.getSampling()));
    if (op.getSampling() == 0)
      samples = bound(b, math::CeilOp::create(b, cell), zero,
                      constant(b, real, mostSamples));
    return {start, cell, samples};
  }

  Value emitCount(B &b, const Geometry &geometry) const {
    return toBoundedIndex(b, geometry.samples, zero,
                          constant(b, real, mostSamples));
  }

  /// The coordinate of a sample of a cell, both numbers.
  Value emitSample(B &b, const Geometry &geometry, Value cell,
                   Value sample) const {
    Value begin = add(b, geometry.start, mul(b, cell, geometry.cell));
    Value inCell = mul(b, add(b, sample, constant(b, real, 0.5)),
                       div(b, geometry.cell, geometry.samples, false));
    return add(b, begin, inCell);
  }

  /// False of samples that are 0.
  Value isInside(B &b, Value at) const {
    return arith::AndIOp::create(b,
                                 lessEqual(b, constant(b, real, -1), at, false),
                                 lessEqual(b, at, size, false));
  }
  Value clamp(B &b, Value at) const { return bound(b, at, zero, last); }

  /// The two elements around a coordinate, and their weights.
  struct Taps {
    Value indices[2], weights[2];
  };
  Taps emitTaps(B &b, Value at) const {
    Value clamped = clamp(b, at);
    Value base = math::FloorOp::create(b, clamped);
    Value ratio = sub(b, clamped, base);
    Value next = add(b, base, constant(b, real, 1));
    return {{toBoundedIndex(b, base, zero, last),
             toBoundedIndex(b, next, zero, last)},
            {sub(b, constant(b, real, 1), ratio), ratio}};
  }

  /// The mean weight of each element of the axis in each cell: regions x cells
  /// x elements.
  Value createWeights(B &b, Value rois) const {
    MLIRContext *context = b.getContext();
    RankedTensorType type = makeTensorType(
        {getDim(rois.getType(), 0), numCells, numElements}, real);
    return createPointwise(
        b, type, {rois, rois},
        {boundMap(context, 3, 0), boundMap(context, 3, 2)},
        [&](B &inner, ValueRange args) {
          Geometry geometry = emitGeometry(inner, args[0], args[1]);
          Value cell = toReal(inner, linalg::IndexOp::create(inner, 1), real);
          Value element =
              toReal(inner, linalg::IndexOp::create(inner, 2), real);
          Value sum =
              createLoop(inner, emitCount(inner, geometry), zero,
                         [&](B &nested, Value step, ValueRange state) {
                           return SmallVector<Value>{
                               add(nested, state[0],
                                   emitWeight(nested, geometry, cell, element,
                                              toReal(nested, step, real)))};
                         })[0];
          Value samples = boundBelow(inner, geometry.samples,
                                     constant(inner, real, 1), false);
          return div(inner, sum, samples, false);
        });
  }

  /// The first element of a cell that has a weight, and the one behind the
  /// last: regions x cells of i64 each.
  SmallVector<Value> createBounds(B &b, Value rois) const {
    MLIRContext *context = b.getContext();
    RankedTensorType type =
        makeTensorType({getDim(rois.getType(), 0), numCells}, b.getI64Type());
    AffineMap identity = b.getMultiDimIdentityMap(2);
    Value end = getSizeValue(b, numElements);
    return createGeneric(
        b, {rois, rois}, {createEmpty(b, type), createEmpty(b, type)},
        {boundMap(context, 2, 0), boundMap(context, 2, 2), identity, identity},
        [&](B &inner, ValueRange args) -> SmallVector<Value> {
          Geometry geometry = emitGeometry(inner, args[0], args[1]);
          Value cell = toReal(inner, linalg::IndexOp::create(inner, 1), real);
          Value one = constant(inner, real, 1);
          Value first = emitSample(inner, geometry, cell, zero);
          Value final = emitSample(inner, geometry, cell,
                                   sub(inner, geometry.samples, one));
          Value isForward = lessEqual(inner, first, final, false);
          Value low = select(inner, isForward, first, final);
          Value high = select(inner, isForward, final, first);
          Value begin = toBoundedIndex(inner, low, zero, last);
          Value behind = add(inner, toBoundedIndex(inner, high, zero, last),
                             indexConstant(inner, 2));
          behind = min(inner, behind, end, /*isUnsigned=*/false);
          Value isEmpty =
              equal(inner, emitCount(inner, geometry), indexConstant(inner, 0));
          behind = select(inner, isEmpty, begin, behind);
          return {toInteger(inner, begin), toInteger(inner, behind)};
        });
  }

private:
  static constexpr double mostSamples = 4096;

  /// The lower (`first` 0) or upper (2) bound of the region that loop 0 is at.
  AffineMap boundMap(MLIRContext *context, unsigned rank, int64_t first) const {
    // x comes before y, and is the second axis.
    return getMap(context, rank,
                  {getAffineDimExpr(0, context),
                   getAffineConstantExpr(first + 1 - axis, context)});
  }

  /// What an element counts in a sample.
  Value emitWeight(B &b, const Geometry &geometry, Value cell, Value element,
                   Value sample) const {
    Value at = emitSample(b, geometry, cell, sample);
    Value distance = math::AbsFOp::create(b, sub(b, clamp(b, at), element));
    Value weight = boundBelow(b, sub(b, constant(b, real, 1), distance), zero,
                              /*isUnsigned=*/false);
    return select(b, isInside(b, at), weight, zero);
  }

  mutable RoiAlignOp op; // MLIR's ops have few const members
  int64_t axis;
  Type real;
  Dim numCells, numElements;
  Value size, last, zero;
};

/// The greatest of the weighted elements of a cell's samples.
class RoiMax {
public:
  RoiMax(Value x, const CellAxis &rows, const CellAxis &columns, Type real)
      : x(x), rows(rows), columns(columns), real(real) {}

  /// `args` are the bounds of the region: x0, y0, x1, y1.
  Value emit(B &b, ValueRange args, Value image) const {
    CellAxis::Geometry down = rows.emitGeometry(b, args[1], args[3]);
    CellAxis::Geometry across = columns.emitGeometry(b, args[0], args[2]);
    Value row = toReal(b, linalg::IndexOp::create(b, 2), real);
    Value column = toReal(b, linalg::IndexOp::create(b, 3), real);
    Value channel = linalg::IndexOp::create(b, 1);
    Value numRows = rows.emitCount(b, down),
          numColumns = columns.emitCount(b, across);
    Type wide = computeType(elementType(x));
    Value lowest = arith::ConstantOp::create(b, lowestValue(wide, false));
    Value most = createLoop(
        b, numRows, lowest, [&](B &outer, Value i, ValueRange state) {
          Value y = rows.emitSample(outer, down, row, toReal(outer, i, real));
          return createLoop(
              outer, numColumns, state,
              [&](B &inner, Value j, ValueRange state) {
                Value at = columns.emitSample(inner, across, column,
                                              toReal(inner, j, real));
                Value value = emitSample(inner, image, channel, y, at, wide);
                return SmallVector<Value>{max(inner, state[0], value, false)};
              });
        })[0];
    Value none = indexConstant(b, 0);
    Value isEmpty = arith::OrIOp::create(b, equal(b, numRows, none),
                                         equal(b, numColumns, none));
    return select(b, isEmpty, constant(b, wide, 0), most);
  }

private:
  Value emitSample(B &b, Value image, Value channel, Value y, Value at,
                   Type wide) const {
    CellAxis::Taps down = rows.emitTaps(b, y), across = columns.emitTaps(b, at);
    Value greatest;
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j) {
        Value element = tensor::ExtractOp::create(
            b, x,
            ValueRange{image, channel, down.indices[i], across.indices[j]});
        Value weight = castScalar(b, mul(b, down.weights[i], across.weights[j]),
                                  real, wide);
        Value product = mul(b, weight, widen(b, element));
        greatest = greatest ? max(b, greatest, product, false) : product;
      }
    Value isInside =
        arith::AndIOp::create(b, rows.isInside(b, y), columns.isInside(b, at));
    return select(b, isInside, greatest, constant(b, wide, 0));
  }

  Value x;
  const CellAxis &rows, &columns;
  Type real;
};

} // namespace

/// The mean of a cell, of which `bounds` are the first row and the one behind
/// the last, and the same of columns.
static Value emitMean(B &b, Value x, Value rowWeights, Value columnWeights,
                      Value image, ValueRange bounds) {
  Value region = linalg::IndexOp::create(b, 0),
        channel = linalg::IndexOp::create(b, 1),
        row = linalg::IndexOp::create(b, 2),
        column = linalg::IndexOp::create(b, 3);
  Type wide = computeType(elementType(x)), real = elementType(rowWeights);
  Value zero = constant(b, wide, 0);
  Value numRows = sub(b, bounds[1], bounds[0]),
        numColumns = sub(b, bounds[3], bounds[2]);
  return createLoop(b, numRows, zero, [&](B &outer, Value i, ValueRange sum) {
    Value y = add(outer, bounds[0], i);
    Value inRow = createLoop(
        outer, numColumns, zero, [&](B &inner, Value j, ValueRange sum) {
          Value at = add(inner, bounds[2], j);
          Value weight = tensor::ExtractOp::create(
              inner, columnWeights, ValueRange{region, column, at});
          Value element = tensor::ExtractOp::create(
              inner, x, ValueRange{image, channel, y, at});
          Value product = mul(inner, castScalar(inner, weight, real, wide),
                              widen(inner, element));
          return SmallVector<Value>{add(inner, sum[0], product)};
        })[0];
    Value weight = tensor::ExtractOp::create(outer, rowWeights,
                                             ValueRange{region, row, y});
    return SmallVector<Value>{
        add(outer, sum[0],
            mul(outer, castScalar(outer, weight, real, wide), inRow))};
  })[0];
}

static Value lowerRoiAlign(RoiAlignOp op, RoiAlignOp::Adaptor adaptor, B &b) {
  MLIRContext *context = b.getContext();
  RankedTensorType type = signlessType(op.getY());
  if (isEmpty(type))
    return createEmpty(b, type);
  Value x = adaptor.getX(), rois = adaptor.getRois();
  if (isEmpty(tensorType(x)))
    return createFilled(b, type, b.getZeroAttr(type.getElementType()));
  CellAxis rows(b, op, 0), columns(b, op, 1);
  Value numImages = getSizeValue(b, getDim(x.getType(), 0));
  AffineMap regionMap = selectDims(context, 4, 0);
  if (op.getMode() == RoiMode::max) {
    RoiMax most(x, rows, columns, computeType(elementType(op.getRois())));
    SmallVector<Value> operands(4, rois);
    SmallVector<AffineMap> maps;
    for (int64_t i = 0; i < 4; ++i)
      maps.push_back(getMap(
          context, 4,
          {getAffineDimExpr(0, context), getAffineConstantExpr(i, context)}));
    operands.push_back(adaptor.getImages());
    maps.push_back(regionMap);
    return createPointwise(
        b, type, operands, maps, [&](B &inner, ValueRange args) {
          Value image = toIndex(inner, args[4], numImages);
          return narrow(inner, most.emit(inner, args.take_front(4), image),
                        type.getElementType());
        });
  }
  Value rowWeights = rows.createWeights(b, rois),
        columnWeights = columns.createWeights(b, rois);
  SmallVector<Value> operands = rows.createBounds(b, rois);
  operands.append(columns.createBounds(b, rois));
  operands.push_back(adaptor.getImages());
  AffineMap rowMap = selectDims(context, 4, {0, 2}),
            columnMap = selectDims(context, 4, {0, 3});
  return createPointwise(
      b, type, operands, {rowMap, rowMap, columnMap, columnMap, regionMap},
      [&](B &inner, ValueRange args) {
        SmallVector<Value> bounds;
        for (Value bound : args.take_front(4))
          bounds.push_back(toIndexValue(inner, bound));
        Value image = toIndex(inner, args[4], numImages);
        return narrow(
            inner, emitMean(inner, x, rowWeights, columnWeights, image, bounds),
            type.getElementType());
      });
}

//===----------------------------------------------------------------------===//
// MaxRoiPool
//===----------------------------------------------------------------------===//

/// The first element of cell `cell` along an axis, and the one behind the last.
/// A region goes from `low` to `high`, scaled; the axis ends at `end`, `size`
/// as a number.
static std::pair<Value, Value> emitCellRange(B &b, Value low, Value high,
                                             Value cell, int64_t numCells,
                                             Value size) {
  Type real = low.getType();
  Value one = constant(b, real, 1), zero = constant(b, real, 0);
  Value start = math::RoundOp::create(b, low),
        end = math::RoundOp::create(b, high);
  Value extent = boundBelow(b, add(b, sub(b, end, start), one), one, false);
  Value each = div(b, extent, constant(b, real, double(numCells)), false);
  Value first = math::FloorOp::create(b, mul(b, cell, each));
  Value behind = math::CeilOp::create(b, mul(b, add(b, cell, one), each));
  return {toBoundedIndex(b, add(b, first, start), zero, size),
          toBoundedIndex(b, add(b, behind, start), zero, size)};
}

static Value lowerMaxRoiPool(MaxRoiPoolOp op, MaxRoiPoolOp::Adaptor adaptor,
                             B &b) {
  MLIRContext *context = b.getContext();
  RankedTensorType type = signlessType(op.getY());
  if (isEmpty(type))
    return createEmpty(b, type);
  Value x = adaptor.getX();
  if (isEmpty(tensorType(x)))
    return createFilled(b, type, b.getZeroAttr(type.getElementType()));
  Type real = computeType(elementType(op.getRois()));
  Type wide = computeType(type.getElementType());
  SmallVector<Value> operands(5, adaptor.getRois());
  SmallVector<AffineMap> maps;
  for (int64_t i = 0; i < 5; ++i)
    maps.push_back(getMap(
        context, 4,
        {getAffineDimExpr(0, context), getAffineConstantExpr(i, context)}));
  Shape dims = getDims(x);
  Value height = getSizeScalar(b, dims[2], real),
        width = getSizeScalar(b, dims[3], real),
        lastImage = getSizeScalar(b, subDims(dims[0], 1), real);
  return createPointwise(
      b, type, operands, maps, [&](B &inner, ValueRange args) {
        auto place = [&](Value bound) {
          return mul(inner, widen(inner, bound),
                     constant(inner, real, op.getScale().convertToDouble()));
        };
        auto getCell = [&](int64_t dim) {
          return toReal(inner, linalg::IndexOp::create(inner, dim), real);
        };
        Value image = toBoundedIndex(inner, widen(inner, args[0]),
                                     constant(inner, real, 0), lastImage);
        auto [top, bottom] =
            emitCellRange(inner, place(args[2]), place(args[4]), getCell(2),
                          type.getDimSize(2), height);
        auto [left, right] =
            emitCellRange(inner, place(args[1]), place(args[3]), getCell(3),
                          type.getDimSize(3), width);
        Value channel = linalg::IndexOp::create(inner, 1);
        Value lowest =
            arith::ConstantOp::create(inner, lowestValue(wide, false));
        Value numColumns = sub(inner, right, left);
        Value first = top, begin = left;
        Value most = createLoop(
            inner, sub(inner, bottom, top), lowest,
            [&](B &outer, Value i, ValueRange state) {
              Value y = add(outer, first, i);
              return createLoop(
                  outer, numColumns, state,
                  [&](B &nested, Value j, ValueRange state) {
                    Value element = tensor::ExtractOp::create(
                        nested, x,
                        ValueRange{image, channel, y, add(nested, begin, j)});
                    return SmallVector<Value>{
                        max(nested, state[0], widen(nested, element), false)};
                  });
            })[0];
        Value isEmpty =
            arith::OrIOp::create(inner, lessEqual(inner, bottom, top, false),
                                 lessEqual(inner, right, left, false));
        return narrow(inner,
                      select(inner, isEmpty, constant(inner, wide, 0), most),
                      type.getElementType());
      });
}

void dlc::populateRoiPoolingPatterns(const TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  addLowering<RoiAlignOp>(converter, patterns, lowerRoiAlign);
  addLowering<MaxRoiPoolOp>(converter, patterns, lowerMaxRoiPool);
}
