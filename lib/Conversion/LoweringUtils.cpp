//===- LoweringUtils.cpp - Tensor builders of the lowering ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "dlc/Support/SizeCode.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include <functional>

using namespace mlir;
using dlc::Dim;

Type dlc::elementType(Value value) {
  return tensorType(value).getElementType();
}

Type dlc::signless(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return signless(tensor);
  if (isNarrowFloat(type) || isNarrowInteger(type))
    return IntegerType::get(type.getContext(), 8);
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSignless())
    return type;
  return IntegerType::get(type.getContext(), integer.getWidth());
}

RankedTensorType dlc::signless(RankedTensorType type) {
  Type element = signless(type.getElementType());
  return element == type.getElementType() ? type : type.clone(element);
}

RankedTensorType dlc::signlessType(Value value) {
  return signless(tensorType(value));
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// The values of the symbols: the index arguments of the function that is built
/// in.
static SmallVector<Value> getSymbolValues(OpBuilder &b) {
  Operation *op = b.getInsertionBlock()->getParentOp();
  while (!isa<FunctionOpInterface>(op))
    op = op->getParentOp();
  SmallVector<Value> symbols;
  for (BlockArgument argument :
       cast<FunctionOpInterface>(op).getFunctionBody().front().getArguments())
    if (argument.getType().isIndex())
      symbols.push_back(argument);
  return symbols;
}

OpFoldResult dlc::getSize(ImplicitLocOpBuilder &b, const Dim &dim) {
  if (dim.isNumber())
    return b.getIndexAttr(dim.getSize());
  return buildSizeExpr(b, b.getLoc(), dim.getSymbolic(), getSymbolValues(b));
}

Value dlc::getSizeValue(ImplicitLocOpBuilder &b, const Dim &dim) {
  if (dim.isNumber())
    return arith::ConstantIndexOp::create(b, dim.getSize());
  return buildSizeExpr(b, b.getLoc(), dim.getSymbolic(), getSymbolValues(b));
}

Value dlc::getSizeScalar(ImplicitLocOpBuilder &b, const Dim &dim, Type type) {
  if (dim.isNumber())
    return constant(b, type, dim.getSize());
  Type integer = isa<IntegerType>(type) ? type : Type(b.getI64Type());
  Value size = arith::IndexCastOp::create(b, integer, getSizeValue(b, dim));
  if (integer == type)
    return size;
  return arith::SIToFPOp::create(b, type, size);
}

SmallVector<Value> dlc::getSizeValues(ImplicitLocOpBuilder &b,
                                      RankedTensorType type) {
  return llvm::map_to_vector(
      getDims(type), [&](const Dim &dim) { return getSizeValue(b, dim); });
}

static SmallVector<OpFoldResult> getSizes(ImplicitLocOpBuilder &b,
                                          ArrayRef<Dim> dims) {
  return llvm::map_to_vector(dims,
                             [&](const Dim &dim) { return getSize(b, dim); });
}

/// Applies `combine` to the expressions of two sizes that are known.
template <typename Combine>
static Dim combineDims(const Dim &a, const Dim &b, Combine combine) {
  MLIRContext *context = (a.isNumber() ? b : a).getSymbolic().getContext();
  return Dim(combine(a.getExpr(context), b.getExpr(context)));
}

Dim dlc::addDims(const Dim &a, const Dim &b) {
  if (a.isNumber() && b.isNumber())
    return a.getSize() + b.getSize();
  return combineDims(a, b, addSizeExprs);
}

Dim dlc::subDims(const Dim &a, const Dim &b) {
  if (a.isNumber() && b.isNumber())
    return a.getSize() - b.getSize();
  return combineDims(a, b, subSizeExprs);
}

Dim dlc::mulDims(const Dim &a, const Dim &b) {
  if (a.isNumber() && b.isNumber())
    return a.getSize() * b.getSize();
  return combineDims(a, b, mulSizeExprs);
}

Value dlc::createEmpty(ImplicitLocOpBuilder &b, RankedTensorType type) {
  SmallVector<Value> sizes;
  for (const Dim &dim : getDims(type))
    if (isDynamic(dim))
      sizes.push_back(getSizeValue(b, dim));
  return tensor::EmptyOp::create(b, type, sizes);
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
  SmallVector<int64_t> kept = otherDims(rank, axes);
  Shape dims = getDims(type), shape;
  for (int64_t dim : kept)
    shape.push_back(dims[dim]);
  Value fill = createFilled(b, makeTensorType(shape, init.getType()), init);
  return createGeneric(
      b, input, fill,
      {b.getMultiDimIdentityMap(rank), selectDims(b.getContext(), rank, kept)},
      [&](ImplicitLocOpBuilder &inner, ValueRange args) {
        return body(inner, {widen(inner, args[0]), args[1]});
      });
}

Value dlc::createContraction(ImplicitLocOpBuilder &b, ValueRange operands,
                             ArrayRef<Dim> resultShape,
                             ArrayRef<AffineMap> maps, Type sumType) {
  Type type = sumType ? sumType : computeType(elementType(operands[0]));
  Value fill =
      createFilled(b, makeTensorType(resultShape, type), b.getZeroAttr(type));
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
dlc::createLoop(ImplicitLocOpBuilder &b, Value size, ValueRange inits,
                llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &,
                                                      Value, ValueRange)>
                    body) {
  auto loop = scf::ForOp::create(
      b, indexConstant(b, 0), size, indexConstant(b, 1), inits,
      [&](OpBuilder &nested, Location loc, Value step, ValueRange state) {
        ImplicitLocOpBuilder inner(loc, nested);
        scf::YieldOp::create(inner, body(inner, step, state));
      });
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> dlc::createLoops(
    ImplicitLocOpBuilder &b, ArrayRef<Dim> shape, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &,
                                          ArrayRef<Value>, ValueRange)>
        body) {
  SmallVector<Value> position, sizes;
  for (const Dim &dim : shape)
    sizes.push_back(getSizeValue(b, dim));
  std::function<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)> nest =
      [&](ImplicitLocOpBuilder &inner, ValueRange state) {
        if (position.size() == shape.size())
          return body(inner, position, state);
        return createLoop(
            inner, sizes[position.size()], state,
            [&](ImplicitLocOpBuilder &nested, Value step, ValueRange state) {
              position.push_back(step);
              SmallVector<Value> results = nest(nested, state);
              position.pop_back();
              return results;
            });
      };
  return nest(b, inits);
}

dlc::Shape dlc::otherSizes(RankedTensorType type, int64_t axis) {
  Shape sizes = getDims(type);
  sizes.erase(sizes.begin() + axis);
  return sizes;
}

Value dlc::createReversed(ImplicitLocOpBuilder &b, Value x,
                          ArrayRef<int64_t> axes) {
  RankedTensorType type = tensorType(x);
  SmallVector<Value> lasts;
  for (int64_t axis : axes)
    lasts.push_back(getSizeValue(b, subDims(getDim(type, axis), 1)));
  return createIndexed(
      b, x, type, [&](ImplicitLocOpBuilder &inner, ArrayRef<Value> indices) {
        SmallVector<Value> reversed(indices);
        for (auto [axis, last] : llvm::zip_equal(axes, lasts))
          reversed[axis] = arith::SubIOp::create(inner, last, indices[axis]);
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
  return tensor::ExpandShapeOp::create(b, type, x, groups,
                                       getSizes(b, dlc::getDims(type)));
}

namespace {
/// Neighbouring dimensions of two shapes that hold the same elements.
struct DimGroup {
  ReassociationIndices from, to;
};
} // namespace

/// The products of the first 1, 2, ... of `dims`.
static dlc::Shape getPrefixProducts(ArrayRef<Dim> dims) {
  dlc::Shape products;
  Dim product = 1;
  for (const Dim &dim : dims)
    products.push_back(product = dlc::mulDims(product, dim));
  return products;
}

/// How many dimensions at the front of two shapes are the least that make equal
/// products; all of them if none do.
static std::pair<size_t, size_t> findGroup(ArrayRef<Dim> from,
                                           ArrayRef<Dim> to) {
  dlc::Shape fromCounts = getPrefixProducts(from),
             toCounts = getPrefixProducts(to);
  for (size_t total = 0; total < from.size() + to.size(); ++total)
    for (size_t i = 0; i <= total; ++i)
      if (i < from.size() && total - i < to.size() &&
          fromCounts[i] == toCounts[total - i])
        return {i + 1, total - i + 1};
  return {from.size(), to.size()};
}

/// Splits two shapes of as many elements into the smallest groups. Sizes of 1
/// at the end go with the last.
static SmallVector<DimGroup> groupDims(ArrayRef<Dim> from, ArrayRef<Dim> to) {
  SmallVector<DimGroup> groups;
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    auto [numFrom, numTo] = findGroup(from.drop_front(i), to.drop_front(j));
    DimGroup &group = groups.emplace_back();
    for (; numFrom > 0; --numFrom)
      group.from.push_back(i++);
    for (; numTo > 0; --numTo)
      group.to.push_back(j++);
  }
  for (; i < from.size(); ++i)
    groups.back().from.push_back(i);
  for (; j < to.size(); ++j)
    groups.back().to.push_back(j);
  return groups;
}

Value dlc::createCast(ImplicitLocOpBuilder &b, Value x, RankedTensorType type) {
  return x.getType() == type ? x : tensor::CastOp::create(b, type, x);
}

/// Reshapes what has open sizes, by way of one dimension for each group.
static Value createOpenReshape(ImplicitLocOpBuilder &b, Value x,
                               RankedTensorType to) {
  RankedTensorType from = dlc::tensorType(x);
  dlc::Shape fromDims = dlc::getDims(from), toDims = dlc::getDims(to);
  SmallVector<ReassociationIndices> fromGroups, toGroups;
  dlc::Shape fromCounts, toCounts;
  auto count = [](ArrayRef<Dim> dims, ArrayRef<int64_t> group) {
    Dim product = 1;
    for (int64_t dim : group)
      product = dlc::mulDims(product, dims[dim]);
    return product;
  };
  for (DimGroup &group : groupDims(fromDims, toDims)) {
    fromGroups.push_back(group.from);
    toGroups.push_back(group.to);
    fromCounts.push_back(count(fromDims, group.from));
    toCounts.push_back(count(toDims, group.to));
  }
  RankedTensorType collapsed = dlc::withDims(from, fromCounts);
  if (collapsed.getRank() < from.getRank())
    x = collapseOrExpand(b, x, collapsed, fromGroups);
  // Counts that can't be proved to be equal are checked when the model runs.
  RankedTensorType expanded = dlc::withDims(from, toCounts);
  if (expanded.getRank() == to.getRank())
    return dlc::createCast(b, x, to);
  return collapseOrExpand(b, dlc::createCast(b, x, expanded), to, toGroups);
}

Value dlc::createReshape(ImplicitLocOpBuilder &b, Value x,
                         ArrayRef<Dim> shape) {
  RankedTensorType from = tensorType(x);
  RankedTensorType to = withDims(from, shape);
  if (from == to)
    return x;
  if (from.getRank() == 0 || to.getRank() == 0)
    return collapseOrExpand(b, x, to, {});
  if (!from.hasStaticShape() || !to.hasStaticShape())
    return createOpenReshape(b, x, to);
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
  Shape dims = getDims(type), shape;
  SmallVector<int64_t> moved;
  for (int64_t dim : permutation) {
    shape.push_back(dims[dim]);
    if (type.getDimSize(dim) != 1)
      moved.push_back(dim);
  }
  // Dimensions of size 1 move for nothing.
  if (llvm::is_sorted(moved))
    return createReshape(b, x, shape);
  AffineMap map = inversePermutation(
      selectDims(b.getContext(), type.getRank(), permutation));
  return createPointwise(
      b, withDims(type, shape), x, map,
      [](ImplicitLocOpBuilder &, ValueRange args) { return args[0]; });
}

static SmallVector<OpFoldResult> toFoldResults(OpBuilder &b,
                                               ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(b.getContext(), values);
}

Value dlc::createSlice(ImplicitLocOpBuilder &b, Value x, ArrayRef<Dim> offsets,
                       ArrayRef<Dim> sizes, ArrayRef<int64_t> strides) {
  RankedTensorType type = withDims(tensorType(x), sizes);
  if (type == x.getType())
    return x;
  return b.createOrFold<tensor::ExtractSliceOp>(type, x, getSizes(b, offsets),
                                                getSizes(b, sizes),
                                                toFoldResults(b, strides));
}

Value dlc::createInsert(ImplicitLocOpBuilder &b, Value x, Value into,
                        ArrayRef<Dim> offsets, ArrayRef<int64_t> strides) {
  return tensor::InsertSliceOp::create(b, x, into, getSizes(b, offsets),
                                       getSizes(b, getDims(x)),
                                       toFoldResults(b, strides));
}

Dim dlc::getAdded(const Dim &amount) {
  return amount.isNumber() ? Dim(std::max<int64_t>(amount.getSize(), 0))
                           : amount;
}

Value dlc::createPadded(ImplicitLocOpBuilder &b, Value x, ArrayRef<Dim> low,
                        ArrayRef<Dim> high, TypedAttr scalar) {
  RankedTensorType type = tensorType(x);
  Shape offsets, sizes, positiveLow, positiveHigh, result, dims = getDims(type);
  SmallVector<int64_t> strides(type.getRank(), 1);
  for (auto [size, before, after] : llvm::zip_equal(dims, low, high)) {
    positiveLow.push_back(getAdded(before));
    positiveHigh.push_back(getAdded(after));
    Dim cropLow = subDims(positiveLow.back(), before);
    Dim cropHigh = subDims(positiveHigh.back(), after);
    offsets.push_back(cropLow);
    sizes.push_back(subDims(subDims(size, cropLow), cropHigh));
    result.push_back(addDims(addDims(sizes.back(), positiveLow.back()),
                             positiveHigh.back()));
  }
  if (sizes != dims)
    x = createSlice(b, x, offsets, sizes, strides);
  auto isZero = [](const Dim &amount) { return amount == Dim(0); };
  if (llvm::all_of(positiveLow, isZero) && llvm::all_of(positiveHigh, isZero))
    return x;
  Value value = arith::ConstantOp::create(b, scalar);
  return tensor::PadOp::create(b, withDims(type, result), x,
                               getSizes(b, positiveLow),
                               getSizes(b, positiveHigh), value);
}
