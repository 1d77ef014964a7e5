//===- LoweringUtils.cpp - Tensor builders of the lowering ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"
#include <functional>

using namespace mlir;

Type dlc::elementType(Value value) {
  return tensorType(value).getElementType();
}

RankedTensorType dlc::signless(RankedTensorType type) {
  auto integer = dyn_cast<IntegerType>(type.getElementType());
  if (!integer || integer.isSignless())
    return type;
  return type.clone(IntegerType::get(type.getContext(), integer.getWidth()));
}

RankedTensorType dlc::signlessType(Value value) {
  return signless(tensorType(value));
}

Value dlc::createEmpty(ImplicitLocOpBuilder &b, RankedTensorType type) {
  return tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
}

Value dlc::createFilled(ImplicitLocOpBuilder &b, RankedTensorType type,
                        Value scalar) {
  return linalg::FillOp::create(b, scalar, createEmpty(b, type)).getResult(0);
}

Value dlc::createFilled(ImplicitLocOpBuilder &b, RankedTensorType type,
                        TypedAttr scalar) {
  return createFilled(b, type, arith::ConstantOp::create(b, scalar));
}

//===----------------------------------------------------------------------===//
// Maps
//===----------------------------------------------------------------------===//

AffineMap dlc::getMap(MLIRContext *context, unsigned numDims,
                      ArrayRef<AffineExpr> results) {
  return AffineMap::get(numDims, 0, results, context);
}

AffineMap dlc::selectDims(MLIRContext *context, unsigned rank,
                          ArrayRef<int64_t> dims) {
  SmallVector<AffineExpr> results;
  for (int64_t dim : dims)
    results.push_back(getAffineDimExpr(dim, context));
  return getMap(context, rank, results);
}

AffineMap dlc::broadcastMap(RankedTensorType type,
                            RankedTensorType resultType) {
  MLIRContext *context = type.getContext();
  int64_t rank = resultType.getRank(), offset = rank - type.getRank();
  SmallVector<AffineExpr> results;
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    bool repeats = size == 1 && resultType.getDimSize(i + offset) != 1;
    results.push_back(repeats ? getAffineConstantExpr(0, context)
                              : getAffineDimExpr(i + offset, context));
  }
  return getMap(context, rank, results);
}

SmallVector<int64_t> dlc::otherDims(int64_t rank, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> dims;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!llvm::is_contained(axes, dim))
      dims.push_back(dim);
  return dims;
}

//===----------------------------------------------------------------------===//
// linalg.generic
//===----------------------------------------------------------------------===//

SmallVector<Value> dlc::createGeneric(ImplicitLocOpBuilder &b,
                                      ValueRange inputs, ValueRange inits,
                                      ArrayRef<AffineMap> maps,
                                      ScalarsBody body) {
  ArrayRef<AffineMap> initMaps = maps.take_back(inits.size());
  SmallVector<utils::IteratorType> iterators;
  for (unsigned dim = 0; dim < initMaps.front().getNumDims(); ++dim) {
    bool isParallel = llvm::all_of(
        initMaps, [&](AffineMap map) { return map.isFunctionOfDim(dim); });
    iterators.push_back(isParallel ? utils::IteratorType::parallel
                                   : utils::IteratorType::reduction);
  }
  auto generic = linalg::GenericOp::create(
      b, TypeRange(inits), inputs, inits, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        ImplicitLocOpBuilder inner(loc, nested);
        linalg::YieldOp::create(inner, body(inner, args));
      });
  return SmallVector<Value>(generic.getResults());
}

Value dlc::createGeneric(ImplicitLocOpBuilder &b, ValueRange inputs, Value init,
                         ArrayRef<AffineMap> maps, ScalarBody body) {
  return createGeneric(b, inputs, ValueRange(init), maps,
                       [&](ImplicitLocOpBuilder &inner, ValueRange args) {
                         return SmallVector<Value>{body(inner, args)};
                       })
      .front();
}

/// The one value of all elements of a constant, or null.
static TypedAttr getSplat(Value value) {
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || !elements.isSplat())
    return nullptr;
  return dyn_cast<TypedAttr>(elements.getSplatValue<Attribute>());
}

Value dlc::createPointwise(ImplicitLocOpBuilder &b, RankedTensorType resultType,
                           ValueRange operands, ArrayRef<AffineMap> maps,
                           ScalarBody body) {
  SmallVector<Value> inputs;
  SmallVector<AffineMap> inputMaps;
  SmallVector<TypedAttr> splats;
  for (auto [operand, map] : llvm::zip_equal(operands, maps)) {
    splats.push_back(getSplat(operand));
    if (splats.back())
      continue;
    inputs.push_back(operand);
    inputMaps.push_back(map);
  }
  inputMaps.push_back(
      b.getMultiDimIdentityMap(static_cast<unsigned>(resultType.getRank())));
  return createGeneric(
      b, inputs, createEmpty(b, resultType), inputMaps,
      [&](ImplicitLocOpBuilder &inner, ValueRange args) {
        SmallVector<Value> scalars;
        unsigned next = 0;
        for (TypedAttr splat : splats)
          scalars.push_back(
              splat ? arith::ConstantOp::create(inner, splat).getResult()
                    : args[next++]);
        return body(inner, scalars);
      });
}

Value dlc::createElementwise(ImplicitLocOpBuilder &b,
                             RankedTensorType resultType, ValueRange operands,
                             ScalarBody body) {
  SmallVector<AffineMap> maps;
  for (Value operand : operands)
    maps.push_back(broadcastMap(tensorType(operand), resultType));
  return createPointwise(b, resultType, operands, maps, body);
}

Value dlc::createReduction(ImplicitLocOpBuilder &b, Value input,
                           ArrayRef<int64_t> axes, TypedAttr init,
                           ScalarBody body) {
  RankedTensorType type = tensorType(input);
  int64_t rank = type.getRank();
  SmallVector<int64_t> kept = otherDims(rank, axes), shape;
  for (int64_t dim : kept)
    shape.push_back(type.getDimSize(dim));
  Value fill =
      createFilled(b, RankedTensorType::get(shape, init.getType()), init);
  return createGeneric(
      b, input, fill,
      {b.getMultiDimIdentityMap(rank), selectDims(b.getContext(), rank, kept)},
      [&](ImplicitLocOpBuilder &inner, ValueRange args) {
        return body(inner, {widen(inner, args[0]), args[1]});
      });
}

Value dlc::createContraction(ImplicitLocOpBuilder &b, ValueRange operands,
                             ArrayRef<int64_t> resultShape,
                             ArrayRef<AffineMap> maps, Type sumType) {
  Type type = sumType ? sumType : computeType(elementType(operands[0]));
  Value fill = createFilled(b, RankedTensorType::get(resultShape, type),
                            b.getZeroAttr(type));
  return createGeneric(b, operands, fill, maps,
                       [&](ImplicitLocOpBuilder &inner, ValueRange args) {
                         Value x = args[0], y = args[1];
                         if (sumType) {
                           if (x.getType().isInteger(8))
                             x = arith::ExtUIOp::create(inner, type, x);
                           else
                             x = arith::ExtSIOp::create(inner, type, x);
                           y = arith::ExtSIOp::create(inner, type, y);
                         }
                         Value product =
                             mul(inner, widen(inner, x), widen(inner, y));
                         return add(inner, args[2], product);
                       });
}

Value dlc::createIndexed(ImplicitLocOpBuilder &b, Value x,
                         RankedTensorType resultType,
                         llvm::function_ref<SmallVector<Value>(
                             ImplicitLocOpBuilder &, ArrayRef<Value>)>
                             coordinates) {
  return createPointwise(
      b, resultType, {}, {}, [&](ImplicitLocOpBuilder &inner, ValueRange) {
        SmallVector<Value> indices;
        for (int64_t dim = 0; dim < resultType.getRank(); ++dim)
          indices.push_back(linalg::IndexOp::create(inner, dim));
        return tensor::ExtractOp::create(inner, x, coordinates(inner, indices))
            .getResult();
      });
}

SmallVector<Value>
dlc::createLoop(ImplicitLocOpBuilder &b, int64_t size, ValueRange inits,
                llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &,
                                                      Value, ValueRange)>
                    body) {
  auto loop = scf::ForOp::create(
      b, indexConstant(b, 0), indexConstant(b, size), indexConstant(b, 1),
      inits,
      [&](OpBuilder &nested, Location loc, Value step, ValueRange state) {
        ImplicitLocOpBuilder inner(loc, nested);
        scf::YieldOp::create(inner, body(inner, step, state));
      });
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> dlc::createLoops(
    ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &,
                                          ArrayRef<Value>, ValueRange)>
        body) {
  SmallVector<Value> position;
  std::function<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)> nest =
      [&](ImplicitLocOpBuilder &inner, ValueRange state) {
        if (position.size() == shape.size())
          return body(inner, position, state);
        return createLoop(
            inner, shape[position.size()], state,
            [&](ImplicitLocOpBuilder &nested, Value step, ValueRange state) {
              position.push_back(step);
              SmallVector<Value> results = nest(nested, state);
              position.pop_back();
              return results;
            });
      };
  return nest(b, inits);
}

SmallVector<int64_t> dlc::otherSizes(RankedTensorType type, int64_t axis) {
  SmallVector<int64_t> sizes(type.getShape());
  sizes.erase(sizes.begin() + axis);
  return sizes;
}

Value dlc::createReversed(ImplicitLocOpBuilder &b, Value x,
                          ArrayRef<int64_t> axes) {
  RankedTensorType type = tensorType(x);
  return createIndexed(
      b, x, type, [&](ImplicitLocOpBuilder &inner, ArrayRef<Value> indices) {
        SmallVector<Value> reversed(indices);
        for (int64_t axis : axes)
          reversed[axis] = arith::SubIOp::create(
              inner, indexConstant(inner, type.getDimSize(axis) - 1),
              indices[axis]);
        return reversed;
      });
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

static Value collapseOrExpand(ImplicitLocOpBuilder &b, Value x,
                              RankedTensorType type,
                              ArrayRef<ReassociationIndices> groups) {
  if (type.getRank() < dlc::tensorType(x).getRank())
    return tensor::CollapseShapeOp::create(b, type, x, groups);
  return tensor::ExpandShapeOp::create(b, type, x, groups);
}

Value dlc::createReshape(ImplicitLocOpBuilder &b, Value x,
                         ArrayRef<int64_t> shape) {
  RankedTensorType from = tensorType(x);
  RankedTensorType to = from.clone(shape);
  if (from == to)
    return x;
  if (from.getRank() == 0 || to.getRank() == 0)
    return collapseOrExpand(b, x, to, {});
  if (from.getRank() != to.getRank())
    if (auto groups = getReassociationIndicesForReshape(from, to))
      return collapseOrExpand(b, x, to, *groups);
  // No grouping of dimensions says it: by way of one dimension.
  auto all = [](RankedTensorType type) {
    return SmallVector<ReassociationIndices>{
        llvm::to_vector<2>(llvm::seq<int64_t>(0, type.getRank()))};
  };
  RankedTensorType flat = from.clone({from.getNumElements()});
  Value collapsed =
      from.getRank() == 1 ? x : collapseOrExpand(b, x, flat, all(from));
  return to.getRank() == 1 ? collapsed
                           : collapseOrExpand(b, collapsed, to, all(to));
}

Value dlc::createTranspose(ImplicitLocOpBuilder &b, Value x,
                           ArrayRef<int64_t> permutation) {
  RankedTensorType type = tensorType(x);
  SmallVector<int64_t> shape, moved;
  for (int64_t dim : permutation) {
    shape.push_back(type.getDimSize(dim));
    if (type.getDimSize(dim) != 1)
      moved.push_back(dim);
  }
  // Dimensions of size 1 move for nothing.
  if (llvm::is_sorted(moved))
    return createReshape(b, x, shape);
  AffineMap map = inversePermutation(
      selectDims(b.getContext(), type.getRank(), permutation));
  return createPointwise(
      b, type.clone(shape), x, map,
      [](ImplicitLocOpBuilder &, ValueRange args) { return args[0]; });
}

static SmallVector<OpFoldResult> toFoldResults(OpBuilder &b,
                                               ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(b.getContext(), values);
}

Value dlc::createSlice(ImplicitLocOpBuilder &b, Value x,
                       ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                       ArrayRef<int64_t> strides) {
  return b.createOrFold<tensor::ExtractSliceOp>(x, toFoldResults(b, offsets),
                                                toFoldResults(b, sizes),
                                                toFoldResults(b, strides));
}

Value dlc::createInsert(ImplicitLocOpBuilder &b, Value x, Value into,
                        ArrayRef<int64_t> offsets, ArrayRef<int64_t> strides) {
  return tensor::InsertSliceOp::create(
      b, x, into, toFoldResults(b, offsets),
      toFoldResults(b, tensorType(x).getShape()), toFoldResults(b, strides));
}

Value dlc::createPadded(ImplicitLocOpBuilder &b, Value x, ArrayRef<int64_t> low,
                        ArrayRef<int64_t> high, TypedAttr scalar) {
  RankedTensorType type = tensorType(x);
  SmallVector<int64_t> offsets, sizes, positiveLow, positiveHigh;
  SmallVector<int64_t> strides(type.getRank(), 1);
  for (auto [size, before, after] :
       llvm::zip_equal(type.getShape(), low, high)) {
    offsets.push_back(std::max<int64_t>(-before, 0));
    sizes.push_back(size + std::min<int64_t>(before, 0) +
                    std::min<int64_t>(after, 0));
    positiveLow.push_back(std::max<int64_t>(before, 0));
    positiveHigh.push_back(std::max<int64_t>(after, 0));
  }
  if (ArrayRef<int64_t>(sizes) != type.getShape())
    x = createSlice(b, x, offsets, sizes, strides);
  auto isZero = [](int64_t amount) { return amount == 0; };
  if (llvm::all_of(positiveLow, isZero) && llvm::all_of(positiveHigh, isZero))
    return x;
  Value value = arith::ConstantOp::create(b, scalar);
  return tensor::PadOp::create(b, Type(), x, toFoldResults(b, positiveLow),
                               toFoldResults(b, positiveHigh), value);
}
