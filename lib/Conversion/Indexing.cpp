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
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include "dialects/dlc/Indexing.h"

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
  if (!isEmpty(tensorType(x)))
    return nullptr;
  return createFilled(b, resultType,
                      b.getZeroAttr(resultType.getElementType()));
}

//===----------------------------------------------------------------------===//
// Positions of loops
//===----------------------------------------------------------------------===//

/// The offsets and sizes of what lies at `position` of dimension `axis`.
static std::pair<SmallVector<OpFoldResult>, SmallVector<OpFoldResult>>
getBox(B &b, RankedTensorType type, int64_t axis, Value position) {
  SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)), sizes;
  for (const Dim &dim : getDims(type))
    sizes.push_back(getSize(b, dim));
  offsets[axis] = position;
  sizes[axis] = b.getIndexAttr(1);
  return {offsets, sizes};
}

static Value lowerSliceAt(SliceAtOp op, SliceAtOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  // No position is inside, so that this is never reached.
  if (Value zeros = createZerosIfEmpty(b, adaptor.getX(), type))
    return zeros;
  auto [offsets, sizes] = getBox(b, tensorType(adaptor.getX()), op.getAxis(),
                                 adaptor.getPosition());
  SmallVector<OpFoldResult> steps(offsets.size(), b.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(b, type, adaptor.getX(), offsets, sizes,
                                        steps);
}

static Value lowerInsertAt(InsertAtOp op, InsertAtOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  if (isEmpty(type))
    return adaptor.getDest();
  auto [offsets, sizes] = getBox(b, type, op.getAxis(), adaptor.getPosition());
  SmallVector<OpFoldResult> steps(offsets.size(), b.getIndexAttr(1));
  return tensor::InsertSliceOp::create(b, adaptor.getValue(), adaptor.getDest(),
                                       offsets, sizes, steps);
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
  Shape dims = getDims(xType);
  int64_t indexRank = tensorType(adaptor.getIndices()).getRank();
  DenseElementsAttr known;
  if (matchPattern(adaptor.getIndices(), m_Constant(&known)) &&
      known.getNumElements() == 1 && !isDynamic(dims[axis])) {
    int64_t index = known.getSplatValue<APInt>().getSExtValue();
    Shape offsets(xType.getRank(), 0), sizes(dims);
    offsets[axis] = index < 0 ? index + size : index;
    sizes[axis] = 1;
    Value slice = createSlice(b, adaptor.getX(), offsets, sizes,
                              SmallVector<int64_t>(xType.getRank(), 1));
    return createReshape(b, slice, getDims(type));
  }
  Value sizeValue = getSizeValue(b, dims[axis]);
  AffineMap map =
      selectDims(b.getContext(), type.getRank(),
                 llvm::to_vector(llvm::seq<int64_t>(axis, axis + indexRank)));
  return createPointwise(
      b, type, adaptor.getIndices(), map, [&](B &inner, ValueRange args) {
        SmallVector<Value> coordinates = getIndices(inner, 0, axis);
        coordinates.push_back(toIndex(inner, args[0], sizeValue));
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
  Value size = getSizeValue(b, getDim(xType, axis));
  return createElementwise(
      b, type, adaptor.getIndices(), [&](B &inner, ValueRange args) {
        SmallVector<Value> coordinates = getIndices(inner, 0, type.getRank());
        coordinates[axis] = toIndex(inner, args[0], size);
        return tensor::ExtractOp::create(inner, adaptor.getX(), coordinates)
            .getResult();
      });
}

/// Reads the tuple at `position` of `indices`, valid for dimensions of `sizes`.
static void readTuple(B &b, Value indices, ArrayRef<Value> position,
                      ArrayRef<Value> sizes,
                      SmallVectorImpl<Value> &coordinates) {
  RankedTensorType type = tensorType(indices);
  SmallVector<Value> at(position);
  at.push_back(nullptr);
  for (int64_t i = 0; i < type.getShape().back(); ++i) {
    at.back() = indexConstant(b, i);
    Value index = tensor::ExtractOp::create(b, indices, at);
    coordinates.push_back(toIndex(b, index, sizes[i]));
  }
}

static Value lowerGatherND(GatherNDOp op, GatherNDOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  if (Value zeros = createZerosIfEmpty(b, adaptor.getX(), type))
    return zeros;
  int64_t batch = op.getBatchDims();
  int64_t tuples = tensorType(adaptor.getIndices()).getRank() - 1;
  SmallVector<Value> sizes = getSizeValues(b, xType);
  return createPointwise(b, type, {}, {}, [&](B &inner, ValueRange) {
    SmallVector<Value> coordinates = getIndices(inner, 0, batch);
    readTuple(inner, adaptor.getIndices(), getIndices(inner, 0, tuples),
              ArrayRef(sizes).drop_front(batch), coordinates);
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
  if (isEmpty(type) || isEmpty(updatesType))
    return copy;
  bool isUnsignedType = isUnsigned(elementType(op.getX()));
  return createLoops(
      b, getDims(updatesType), copy,
      [&](B &inner, ArrayRef<Value> position, ValueRange state) {
        SmallVector<Value> coordinates = getCoordinates(inner, position);
        Value update =
            tensor::ExtractOp::create(inner, adaptor.getUpdates(), position);
        Value old = tensor::ExtractOp::create(inner, state[0], coordinates);
        Value combined =
            combine(inner, op.getMode(), old, update, isUnsignedType);
        return SmallVector<Value>{
            tensor::InsertOp::create(inner, combined, state[0], coordinates)};
      })[0];
}

static Value lowerScatterElements(ScatterElementsOp op,
                                  ScatterElementsOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t axis = op.getAxis();
  Value size = getSizeValue(b, getDim(type, axis));
  return createScatter(op, adaptor, b, [&](B &inner, ArrayRef<Value> position) {
    SmallVector<Value> coordinates(position);
    Value index =
        tensor::ExtractOp::create(inner, adaptor.getIndices(), position);
    coordinates[axis] = toIndex(inner, index, size);
    return coordinates;
  });
}

static Value lowerScatterND(ScatterNDOp op, ScatterNDOp::Adaptor adaptor,
                            B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t tuples = tensorType(adaptor.getIndices()).getRank() - 1;
  SmallVector<Value> sizes = getSizeValues(b, type);
  return createScatter(op, adaptor, b, [&](B &inner, ArrayRef<Value> position) {
    SmallVector<Value> coordinates;
    readTuple(inner, adaptor.getIndices(), position.take_front(tuples), sizes,
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
  Value size = getSizeScalar(b, getDim(type, axis), b.getI64Type());
  return createPointwise(
      b, type, {adaptor.getIndices(), adaptor.getOn(), adaptor.getOff()},
      {indexMap, broadcastMap(tensorType(adaptor.getOn()), type),
       broadcastMap(tensorType(adaptor.getOff()), type)},
      [&](B &inner, ValueRange args) {
        Type i64 = inner.getI64Type();
        Value index = castScalar(inner, args[0], from, i64);
        Value wrapped = add(inner, index, size);
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
  int64_t reach = int64_t(1) << 32;
  if (type.hasStaticShape())
    reach = type.getDimSize(rank - 2) + type.getDimSize(rank - 1);
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

void dlc::populateIndexingPatterns(const TypeConverter &converter,
                                   RewritePatternSet &patterns) {
  addLowering<SliceAtOp>(converter, patterns, lowerSliceAt);
  addLowering<InsertAtOp>(converter, patterns, lowerInsertAt);
  addLowering<GatherOp>(converter, patterns, lowerGather);
  addLowering<GatherElementsOp>(converter, patterns, lowerGatherElements);
  addLowering<GatherNDOp>(converter, patterns, lowerGatherND);
  addLowering<ScatterElementsOp>(converter, patterns, lowerScatterElements);
  addLowering<ScatterNDOp>(converter, patterns, lowerScatterND);
  addLowering<OneHotOp>(converter, patterns, lowerOneHot);
  addLowering<TriluOp>(converter, patterns, lowerTrilu);
}
