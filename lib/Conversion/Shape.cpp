//===- Shape.cpp - Lowering of shape changes and data movement ------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include "dialects/dlc/Shape.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

static Value copyBody(B &, ValueRange args) { return args[0]; }

static Value lowerReshape(ReshapeOp op, ReshapeOp::Adaptor adaptor, B &b) {
  return createReshape(b, adaptor.getX(), getDims(op.getY()));
}

static Value lowerCheckSizes(CheckSizesOp op, CheckSizesOp::Adaptor adaptor,
                             B &b) {
  return createCast(b, adaptor.getX(), signlessType(op.getY()));
}

static Value lowerTranspose(TransposeOp op, TransposeOp::Adaptor adaptor,
                            B &b) {
  return createTranspose(b, adaptor.getX(), op.getPerm());
}

static Value lowerExpand(ExpandOp op, ExpandOp::Adaptor adaptor, B &b) {
  return createElementwise(b, signlessType(op.getY()), adaptor.getX(),
                           copyBody);
}

/// Broadcasts to one dimension per repeat count before each dimension that
/// repeats, and merges them.
static Value lowerTile(TileOp op, TileOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  Shape shape;
  SmallVector<int64_t> dims;
  for (auto [size, count] : llvm::zip_equal(getDims(xType), op.getRepeats())) {
    if (count != 1)
      shape.push_back(count);
    dims.push_back(shape.size());
    shape.push_back(size);
  }
  AffineMap map = selectDims(b.getContext(), shape.size(), dims);
  Value repeated =
      createPointwise(b, withDims(xType, shape), adaptor.getX(), map, copyBody);
  return createReshape(b, repeated, getDims(op.getY()));
}

static Value lowerConcat(ConcatOp op, ConcatOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t axis = op.getAxis();
  Shape offsets(type.getRank(), 0);
  SmallVector<int64_t> strides(type.getRank(), 1);
  Value result = createEmpty(b, type);
  for (Value input : adaptor.getInputs()) {
    result = createInsert(b, input, result, offsets, strides);
    offsets[axis] = addDims(offsets[axis], getDim(input.getType(), axis));
  }
  return result;
}

/// The inputs go in steps into one tensor, whose parts they are computed in.
static Value lowerInterleave(InterleaveOp op, InterleaveOp::Adaptor adaptor,
                             B &b) {
  RankedTensorType type = signlessType(op.getY());
  ArrayRef<int64_t> factors = op.getFactors();
  Value result = createEmpty(b, type);
  for (auto [i, input] : llvm::enumerate(adaptor.getInputs())) {
    Shape offsets(factors.size());
    int64_t number = i;
    for (int64_t dim = factors.size() - 1; dim >= 0; --dim) {
      offsets[dim] = number % factors[dim];
      number /= factors[dim];
    }
    result = createInsert(b, input, result, offsets, factors);
  }
  return result;
}

static Value lowerAppend(AppendOp op, AppendOp::Adaptor adaptor, B &b) {
  int64_t rank = tensorType(adaptor.getBuffer()).getRank();
  Shape offsets(rank, 0);
  offsets[op.getAxis()] = op.getPositionDim();
  return createInsert(b, adaptor.getRows(), adaptor.getBuffer(), offsets,
                      SmallVector<int64_t>(rank, 1));
}

static Value lowerSlice(SliceOp op, SliceOp::Adaptor adaptor, B &b) {
  Shape starts = op.getStartDims(), sizes = getDims(op.getY());
  ArrayRef<int64_t> steps = op.getSteps();
  RankedTensorType type = signlessType(op.getY());
  // An empty slice may start one past the end, which the tensor dialect
  // refuses.
  if (isEmpty(type))
    return createEmpty(b, type);
  if (llvm::all_of(steps, [](int64_t step) { return step > 0; }))
    return createSlice(b, adaptor.getX(), starts, sizes, steps);
  SmallVector<Value> startValues = llvm::map_to_vector(
      starts, [&](const Dim &start) { return getSizeValue(b, start); });
  return createIndexed(
      b, adaptor.getX(), type,
      [&](B &inner, ArrayRef<Value> indices) -> SmallVector<Value> {
        SmallVector<Value> coordinates;
        for (auto [index, start, step] :
             llvm::zip_equal(indices, startValues, steps))
          coordinates.push_back(inner.createOrFold<arith::AddIOp>(
              inner.createOrFold<arith::MulIOp>(index,
                                                indexConstant(inner, step)),
              start));
        return coordinates;
      });
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

/// Where in 0 .. size-1 the position `index`, counted from the first element of
/// the operand, takes its value from. `last` is size - 1.
static Value getPadSource(B &b, PadMode mode, Value index, const Dim &size,
                          Value last) {
  auto modulo = [&](Value by) {
    Value remainder = arith::RemSIOp::create(b, index, by);
    Value isNegative = less(b, remainder, indexConstant(b, 0), false);
    return select(b, isNegative, add(b, remainder, by), remainder);
  };
  switch (mode) {
  case PadMode::reflect: {
    if (size == Dim(1))
      return indexConstant(b, 0);
    // Reflecting an open size takes for granted that it is at least 2.
    Value period = b.createOrFold<arith::MulIOp>(last, indexConstant(b, 2));
    Value inPeriod = modulo(period);
    Value mirrored = sub(b, period, inPeriod);
    return min(b, inPeriod, mirrored, false);
  }
  case PadMode::wrap:
    return modulo(b.createOrFold<arith::AddIOp>(last, indexConstant(b, 1)));
  case PadMode::edge:
  case PadMode::constant:
    break;
  }
  return min(b, max(b, index, indexConstant(b, 0), false), last, false);
}

static Value lowerPad(PadOp op, PadOp::Adaptor adaptor, B &b) {
  RankedTensorType xType = tensorType(adaptor.getX());
  RankedTensorType type = signlessType(op.getY());
  Shape pads = op.getPadDims();
  ArrayRef<Dim> low = ArrayRef(pads).take_front(type.getRank());
  ArrayRef<Dim> high = ArrayRef(pads).take_back(type.getRank());
  if (op.getMode() != PadMode::constant) {
    if (isEmpty(type))
      return createEmpty(b, type);
    Shape sizes = getDims(xType);
    SmallVector<Value> lasts = llvm::map_to_vector(sizes, [&](const Dim &size) {
      return getSizeValue(b, subDims(size, 1));
    });
    SmallVector<Value> lows = llvm::map_to_vector(
        low, [&](const Dim &amount) { return getSizeValue(b, amount); });
    return createIndexed(
        b, adaptor.getX(), type,
        [&](B &inner, ArrayRef<Value> indices) -> SmallVector<Value> {
          SmallVector<Value> coordinates(indices);
          for (auto [i, index] : llvm::enumerate(coordinates))
            if (low[i] != Dim(0) || high[i] != Dim(0))
              index =
                  getPadSource(inner, op.getMode(), sub(inner, index, lows[i]),
                               sizes[i], lasts[i]);
          return coordinates;
        });
  }

  TypedAttr value = b.getZeroAttr(type.getElementType());
  if (!adaptor.getValue())
    return createPadded(b, adaptor.getX(), low, high, value);
  DenseElementsAttr elements;
  if (matchPattern(adaptor.getValue(), m_Constant(&elements)) &&
      elements.isSplat())
    return createPadded(b, adaptor.getX(), low, high,
                        cast<TypedAttr>(elements.getSplatValue<Attribute>()));
  // A value known only at run time: the cropped operand goes into a fill.
  Shape cropLow, cropHigh, offsets;
  for (auto [before, after] : llvm::zip_equal(low, high)) {
    Dim added = getAdded(before);
    cropLow.push_back(subDims(before, added));
    cropHigh.push_back(subDims(after, getAdded(after)));
    offsets.push_back(added);
  }
  Value cropped = createPadded(b, adaptor.getX(), cropLow, cropHigh, value);
  SmallVector<Value> zeros(tensorType(adaptor.getValue()).getRank(),
                           indexConstant(b, 0));
  Value scalar = tensor::ExtractOp::create(b, adaptor.getValue(), zeros);
  return createInsert(b, cropped, createFilled(b, type, scalar), offsets,
                      SmallVector<int64_t>(type.getRank(), 1));
}

//===----------------------------------------------------------------------===//
// Blocked layouts
//===----------------------------------------------------------------------===//

static Value lowerPack(PackOp op, PackOp::Adaptor adaptor, B &b) {
  Shape shape = getDims(adaptor.getX());
  int64_t axis = op.getAxis(), block = op.getBlock();
  shape[axis] = shape[axis].getSize() / block;
  shape.insert(shape.begin() + axis + 1, block);
  SmallVector<int64_t> permutation = otherDims(shape.size(), axis + 1);
  permutation.push_back(axis + 1);
  return createTranspose(b, createReshape(b, adaptor.getX(), shape),
                         permutation);
}

static Value lowerUnpack(UnpackOp op, UnpackOp::Adaptor adaptor, B &b) {
  int64_t rank = tensorType(adaptor.getX()).getRank();
  SmallVector<int64_t> permutation =
      llvm::to_vector(llvm::seq<int64_t>(0, rank - 1));
  permutation.insert(permutation.begin() + op.getAxis() + 1, rank - 1);
  return createReshape(b, createTranspose(b, adaptor.getX(), permutation),
                       getDims(op.getY()));
}

void dlc::populateShapePatterns(const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  addLowering<ReshapeOp>(converter, patterns, lowerReshape);
  addLowering<CheckSizesOp>(converter, patterns, lowerCheckSizes);
  addLowering<TransposeOp>(converter, patterns, lowerTranspose);
  addLowering<ExpandOp>(converter, patterns, lowerExpand);
  addLowering<TileOp>(converter, patterns, lowerTile);
  addLowering<ConcatOp>(converter, patterns, lowerConcat);
  addLowering<InterleaveOp>(converter, patterns, lowerInterleave);
  addLowering<AppendOp>(converter, patterns, lowerAppend);
  addLowering<SliceOp>(converter, patterns, lowerSlice);
  addLowering<PadOp>(converter, patterns, lowerPad);
  addLowering<PackOp>(converter, patterns, lowerPack);
  addLowering<UnpackOp>(converter, patterns, lowerUnpack);
}
