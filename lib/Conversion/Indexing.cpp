//===- Indexing.cpp - Lowering of gathers, scatters and selections --------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Indices are data, so every one is made valid before it is used.
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// The coordinates of the result's element, as far as dimension `end`.
static SmallVector<Value> getIndices(B &b, int64_t begin, int64_t end) {
  SmallVector<Value> indices;
  for (int64_t dim = begin; dim < end; ++dim)
    indices.push_back(linalg::IndexOp::create(b, dim));
  return indices;
}

/// No index into an empty tensor is valid: the result is zeros then.
static Value createZerosIfEmpty(B &b, Value x, RankedTensorType resultType) {
  if (tensorType(x).getNumElements() != 0)
    return nullptr;
  return createFilled(b, resultType,
                      b.getZeroAttr(resultType.getElementType()));
}

//===----------------------------------------------------------------------===//
// Gathers
//===----------------------------------------------------------------------===//

static Value lowerGather(GatherOp op, GatherOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  if (Value zeros = createZerosIfEmpty(b, adaptor.getX(), type))
    return zeros;
  int64_t axis = op.getAxis(), size = xType.getDimSize(axis);
  int64_t indexRank = tensorType(adaptor.getIndices()).getRank();
  DenseElementsAttr known;
  if (tensorType(adaptor.getIndices()).getNumElements() == 1 &&
      matchPattern(adaptor.getIndices(), m_Constant(&known))) {
    int64_t index = known.getSplatValue<APInt>().getSExtValue();
    SmallVector<int64_t> offsets(xType.getRank(), 0), sizes(xType.getShape());
    offsets[axis] =
        std::clamp<int64_t>(index < 0 ? index + size : index, 0, size - 1);
    sizes[axis] = 1;
    Value slice = createSlice(b, adaptor.getX(), offsets, sizes,
                              SmallVector<int64_t>(xType.getRank(), 1));
    return createReshape(b, slice, type.getShape());
  }
  AffineMap map =
      selectDims(b.getContext(), type.getRank(),
                 llvm::to_vector(llvm::seq<int64_t>(axis, axis + indexRank)));
  return createPointwise(
      b, type, adaptor.getIndices(), map, [&](B &inner, ValueRange args) {
        SmallVector<Value> coordinates = getIndices(inner, 0, axis);
        coordinates.push_back(toIndex(inner, args[0], size));
        coordinates.append(getIndices(inner, axis + indexRank, type.getRank()));
        return tensor::ExtractOp::create(inner, adaptor.getX(), coordinates)
            .getResult();
      });
}

static Value lowerGatherElements(GatherElementsOp op,
                                 GatherElementsOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  if (Value zeros = createZerosIfEmpty(b, adaptor.getX(), type))
    return zeros;
  int64_t axis = op.getAxis();
  return createElementwise(
      b, type, adaptor.getIndices(), [&](B &inner, ValueRange args) {
        SmallVector<Value> coordinates = getIndices(inner, 0, type.getRank());
        coordinates[axis] = toIndex(inner, args[0], xType.getDimSize(axis));
        return tensor::ExtractOp::create(inner, adaptor.getX(), coordinates)
            .getResult();
      });
}

/// Reads the tuple at `position` of `indices`, valid for the dimensions of
/// `xType` from `firstDim` on.
static void readTuple(B &b, Value indices, ArrayRef<Value> position,
                      RankedTensorType xType, int64_t firstDim,
                      SmallVectorImpl<Value> &coordinates) {
  RankedTensorType type = tensorType(indices);
  SmallVector<Value> at(position);
  at.push_back(nullptr);
  for (int64_t i = 0; i < type.getShape().back(); ++i) {
    at.back() = indexConstant(b, i);
    Value index = tensor::ExtractOp::create(b, indices, at);
    coordinates.push_back(toIndex(b, index, xType.getDimSize(firstDim + i)));
  }
}

static Value lowerGatherND(GatherNDOp op, GatherNDOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  if (Value zeros = createZerosIfEmpty(b, adaptor.getX(), type))
    return zeros;
  int64_t batch = op.getBatchDims();
  int64_t tuples = tensorType(adaptor.getIndices()).getRank() - 1;
  return createPointwise(b, type, {}, {}, [&](B &inner, ValueRange) {
    SmallVector<Value> coordinates = getIndices(inner, 0, batch);
    readTuple(inner, adaptor.getIndices(), getIndices(inner, 0, tuples), xType,
              batch, coordinates);
    coordinates.append(getIndices(inner, tuples, type.getRank()));
    return tensor::ExtractOp::create(inner, adaptor.getX(), coordinates)
        .getResult();
  });
}

//===----------------------------------------------------------------------===//
// Scatters
//===----------------------------------------------------------------------===//

static Value combine(B &b, ScatterMode mode, Value old, Value update,
                     bool isUnsigned) {
  Type type = old.getType();
  old = widen(b, old);
  update = widen(b, update);
  Value result = update;
  switch (mode) {
  case ScatterMode::replace:
    break;
  case ScatterMode::add:
    result = add(b, old, update);
    break;
  case ScatterMode::mul:
    result = mul(b, old, update);
    break;
  case ScatterMode::max:
    result = max(b, old, update, isUnsigned);
    break;
  case ScatterMode::min:
    result = min(b, old, update, isUnsigned);
    break;
  }
  return narrow(b, result, type);
}

/// Updates land one after the other, in loops over the elements of `updates`;
/// two of them may hit the same place.
template <typename OpTy>
static Value
createScatter(OpTy op, typename OpTy::Adaptor adaptor, B &b,
              llvm::function_ref<SmallVector<Value>(B &, ArrayRef<Value>)>
                  getCoordinates) {
  RankedTensorType type = signlessType(op.getY());
  Value copy = createElementwise(b, type, adaptor.getX(),
                                 [](B &, ValueRange args) { return args[0]; });
  RankedTensorType updatesType = tensorType(adaptor.getUpdates());
  if (type.getNumElements() == 0 || updatesType.getNumElements() == 0)
    return copy;
  bool isUnsignedType = isUnsigned(elementType(op.getX()));
  SmallVector<Value> lower, upper, steps;
  for (int64_t size : updatesType.getShape()) {
    lower.push_back(indexConstant(b, 0));
    upper.push_back(indexConstant(b, size));
    steps.push_back(indexConstant(b, 1));
  }
  scf::LoopNest loops = scf::buildLoopNest(
      b, b.getLoc(), lower, upper, steps, copy,
      [&](OpBuilder &nested, Location loc, ValueRange position,
          ValueRange state) -> scf::ValueVector {
        B inner(loc, nested);
        SmallVector<Value> at(position);
        SmallVector<Value> coordinates = getCoordinates(inner, at);
        Value update =
            tensor::ExtractOp::create(inner, adaptor.getUpdates(), at);
        Value old = tensor::ExtractOp::create(inner, state[0], coordinates);
        Value combined =
            combine(inner, op.getMode(), old, update, isUnsignedType);
        return {
            tensor::InsertOp::create(inner, combined, state[0], coordinates)};
      });
  return loops.results.front();
}

static Value lowerScatterElements(ScatterElementsOp op,
                                  ScatterElementsOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t axis = op.getAxis();
  return createScatter(op, adaptor, b, [&](B &inner, ArrayRef<Value> position) {
    SmallVector<Value> coordinates(position);
    Value index =
        tensor::ExtractOp::create(inner, adaptor.getIndices(), position);
    coordinates[axis] = toIndex(inner, index, type.getDimSize(axis));
    return coordinates;
  });
}

static Value lowerScatterND(ScatterNDOp op, ScatterNDOp::Adaptor adaptor,
                            B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t tuples = tensorType(adaptor.getIndices()).getRank() - 1;
  return createScatter(op, adaptor, b, [&](B &inner, ArrayRef<Value> position) {
    SmallVector<Value> coordinates;
    readTuple(inner, adaptor.getIndices(), position.take_front(tuples), type, 0,
              coordinates);
    llvm::append_range(coordinates, position.drop_front(tuples));
    return coordinates;
  });
}

//===----------------------------------------------------------------------===//
// Selections by position
//===----------------------------------------------------------------------===//

static Value lowerOneHot(OneHotOp op, OneHotOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank(), axis = op.getAxis();
  Type from = elementType(op.getIndices());
  AffineMap indexMap = selectDims(b.getContext(), rank, otherDims(rank, axis));
  return createPointwise(
      b, type, {adaptor.getIndices(), adaptor.getOn(), adaptor.getOff()},
      {indexMap, broadcastMap(tensorType(adaptor.getOn()), type),
       broadcastMap(tensorType(adaptor.getOff()), type)},
      [&](B &inner, ValueRange args) {
        Type i64 = inner.getI64Type();
        Value index = castScalar(inner, args[0], from, i64);
        Value wrapped =
            add(inner, index, constant(inner, i64, type.getDimSize(axis)));
        Value isNegative = less(inner, index, constant(inner, i64, 0), false);
        Value position = arith::IndexCastOp::create(
            inner, i64, linalg::IndexOp::create(inner, axis));
        Value isHot =
            equal(inner, position, select(inner, isNegative, wrapped, index));
        return select(inner, isHot, args[1], args[2]);
      });
}

static Value lowerTrilu(TriluOp op, TriluOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank();
  // Further out, all elements are on one side; sums don't overflow then.
  int64_t reach = type.getDimSize(rank - 2) + type.getDimSize(rank - 1);
  int64_t k = std::clamp<int64_t>(op.getK(), -reach, reach);
  return createElementwise(
      b, type, adaptor.getX(), [&](B &inner, ValueRange args) {
        Value row = linalg::IndexOp::create(inner, rank - 2);
        Value column = linalg::IndexOp::create(inner, rank - 1);
        Value diagonal = add(inner, row, indexConstant(inner, k));
        Value keeps = op.getUpper() ? lessEqual(inner, diagonal, column, false)
                                    : lessEqual(inner, column, diagonal, false);
        Value zero = arith::ConstantOp::create(
            inner, inner.getZeroAttr(type.getElementType()));
        return select(inner, keeps, args[0], zero);
      });
}

namespace {

/// One generic that looks through the operand k times and takes, each time, the
/// best element that comes after the one taken before. Its results are the
/// values, the positions, and, as state, the value and position taken before
/// (-1 at first). Both reduction dimensions run in order.
struct TopKLowering : OpConversionPattern<TopKOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(TopKOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    B b(op.getLoc(), rewriter);
    RankedTensorType xType = tensorType(adaptor.getX());
    RankedTensorType type = signlessType(op.getValues());
    MLIRContext *context = b.getContext();
    int64_t rank = type.getRank(), axis = op.getAxis();
    SmallVector<int64_t> xDims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    AffineMap resultMap = selectDims(context, rank + 1, xDims);
    xDims[axis] = rank;
    SmallVector<int64_t> stateDims = otherDims(rank, axis), stateShape;
    for (int64_t dim : stateDims)
      stateShape.push_back(type.getDimSize(dim));
    AffineMap stateMap = selectDims(context, rank + 1, stateDims);

    TypedAttr zero = b.getZeroAttr(type.getElementType());
    TypedAttr none = b.getI64IntegerAttr(-1);
    RankedTensorType stateType = type.clone(stateShape);
    SmallVector<Value> inits{
        createFilled(b, type, zero),
        createFilled(b, type.clone(b.getI64Type()), none),
        createFilled(b, stateType, zero),
        createFilled(b, stateType.clone(b.getI64Type()), none)};
    SmallVector<Value> results = createGeneric(
        b, adaptor.getX(), inits,
        {selectDims(context, rank + 1, xDims), resultMap, resultMap, stateMap,
         stateMap},
        [&](B &inner, ValueRange args) {
          return emitStep(op, inner, args, xType.getDimSize(axis) - 1);
        });
    rewriter.replaceOp(op, ArrayRef<Value>(results).take_front(2));
    return success();
  }

private:
  static SmallVector<Value> emitStep(TopKOp op, B &b, ValueRange args,
                                     int64_t last) {
    Value x = args[0], best = args[1], bestAt = args[2];
    Value previous = args[3], previousAt = args[4];
    bool isUnsignedType = isUnsigned(elementType(op.getX()));
    auto isBetter = [&](Value y, Value z) {
      return op.getLargest() ? less(b, z, y, isUnsignedType)
                             : less(b, y, z, isUnsignedType);
    };
    Type i64 = b.getI64Type();
    Value zero = constant(b, i64, 0);
    Value at = arith::IndexCastOp::create(
        b, i64, linalg::IndexOp::create(b, tensorType(op.getX()).getRank()));
    Value isNext = arith::AndIOp::create(b, equal(b, x, previous),
                                         less(b, previousAt, at, false));
    Value isAfter = arith::OrIOp::create(b, isNext, isBetter(previous, x));
    isAfter =
        arith::OrIOp::create(b, isAfter, less(b, previousAt, zero, false));
    Value wins = arith::OrIOp::create(b, isBetter(x, best),
                                      less(b, bestAt, zero, false));
    Value takes = arith::AndIOp::create(b, isAfter, wins);
    Value newBest = select(b, takes, x, best);
    Value newBestAt = select(b, takes, at, bestAt);
    Value isLast = equal(b, at, constant(b, i64, last));
    return {newBest, newBestAt, select(b, isLast, newBest, previous),
            select(b, isLast, newBestAt, previousAt)};
  }
};

} // namespace

void dlc::populateIndexingPatterns(const TypeConverter &converter,
                                   RewritePatternSet &patterns) {
  addLowering<GatherOp>(converter, patterns, lowerGather);
  addLowering<GatherElementsOp>(converter, patterns, lowerGatherElements);
  addLowering<GatherNDOp>(converter, patterns, lowerGatherND);
  addLowering<ScatterElementsOp>(converter, patterns, lowerScatterElements);
  addLowering<ScatterNDOp>(converter, patterns, lowerScatterND);
  addLowering<OneHotOp>(converter, patterns, lowerOneHot);
  addLowering<TriluOp>(converter, patterns, lowerTrilu);
  patterns.add<TopKLowering>(converter, patterns.getContext());
}
