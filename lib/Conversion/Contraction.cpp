//===- Contraction.cpp - Lowering of matrix products and convolutions -----===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Contraction.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;
using Exprs = SmallVector<AffineExpr>;

/// Adds the bias, an operand read by `biasMap`, and rounds to the result's
/// type: an elementwise op after the contraction, for the code generator to
/// fuse.
static Value createEpilogue(B &b, Value sum, Value bias, AffineMap biasMap,
                            RankedTensorType resultType) {
  Type type = resultType.getElementType();
  if (!bias && elementType(sum) == type)
    return sum;
  SmallVector<Value> operands{sum};
  SmallVector<AffineMap> maps{
      b.getMultiDimIdentityMap(static_cast<unsigned>(resultType.getRank()))};
  if (bias) {
    operands.push_back(bias);
    maps.push_back(biasMap);
  }
  return createPointwise(b, resultType, operands, maps,
                         [&](B &inner, ValueRange args) {
                           Value value = args[0];
                           if (bias)
                             value = add(inner, value, widen(inner, args[1]));
                           return narrow(inner, value, type);
                         });
}

/// The type of sums that is wider than the operands'; null where it isn't.
template <typename OpTy> static Type getWideSumType(OpTy op) {
  Type type = elementType(op.getY());
  return type == elementType(op->getOperand(0)) ? Type() : type;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// The batch dimensions of an operand whose first `count` dimensions broadcast
/// to the result's first `batch` ones.
static Exprs getBatchExprs(RankedTensorType type, int64_t count,
                           ArrayRef<int64_t> batch) {
  MLIRContext *context = type.getContext();
  Exprs exprs;
  int64_t offset = static_cast<int64_t>(batch.size()) - count;
  for (int64_t i = 0; i < count; ++i) {
    bool repeats = type.getDimSize(i) == 1 && batch[i + offset] != 1;
    exprs.push_back(repeats ? getAffineConstantExpr(0, context)
                            : getAffineDimExpr(i + offset, context));
  }
  return exprs;
}

/// The loops: batch dimensions, m (unless `a` is a row), n (unless `b` is a
/// column), k.
static Value lowerMatMul(MatMulOp op, MatMulOp::Adaptor adaptor, B &b) {
  MLIRContext *context = b.getContext();
  RankedTensorType aType = tensorType(adaptor.getA());
  RankedTensorType bType = tensorType(adaptor.getB());
  RankedTensorType type = signlessType(op.getY());
  bool hasM = aType.getRank() > 1, hasN = bType.getRank() > 1;
  int64_t rank = type.getRank(), batchRank = rank - hasM - hasN;
  ArrayRef<int64_t> batch = type.getShape().take_front(batchRank);
  AffineExpr m = getAffineDimExpr(batchRank, context);
  AffineExpr n = getAffineDimExpr(batchRank + hasM, context);
  AffineExpr k = getAffineDimExpr(rank, context);

  Exprs aExprs{k}, bExprs{k};
  if (hasM) {
    aExprs = getBatchExprs(aType, aType.getRank() - 2, batch);
    aExprs.append(op.getTransposeA() ? Exprs{k, m} : Exprs{m, k});
  }
  if (hasN) {
    bExprs = getBatchExprs(bType, bType.getRank() - 2, batch);
    bExprs.append(op.getTransposeB() ? Exprs{n, k} : Exprs{k, n});
  }
  Value sum = createContraction(
      b, {adaptor.getA(), adaptor.getB()}, getDims(type),
      {getMap(context, rank + 1, aExprs), getMap(context, rank + 1, bExprs),
       selectDims(context, rank + 1,
                  llvm::to_vector(llvm::seq<int64_t>(0, rank)))},
      getWideSumType(op));
  return createEpilogue(b, sum, nullptr, AffineMap(), type);
}

/// The loops: batch dimensions, m, n, k; the panel of column n is n / T. Groups
/// of rows split k in two; matrices of a batch have none.
static Value lowerPackedMatMul(PackedMatMulOp op,
                               PackedMatMulOp::Adaptor adaptor, B &b) {
  MLIRContext *context = b.getContext();
  RankedTensorType type = signlessType(op.getY());
  RankedTensorType bType = tensorType(adaptor.getB());
  bool hasGroups = getWideSumType(op) && bType.getRank() == 4;
  int64_t rank = type.getRank(),
          batchRank = hasGroups ? 0 : bType.getRank() - 3;
  int64_t panel = bType.getDimSize(batchRank + 2);
  AffineExpr n = getAffineDimExpr(rank - 1, context);
  AffineExpr k = getAffineDimExpr(rank, context), row = k;
  Exprs bExprs;
  for (int64_t dim : llvm::seq<int64_t>(0, batchRank))
    bExprs.push_back(getAffineDimExpr(dim, context));
  bExprs.append({n.floorDiv(panel), k, n % panel});
  if (hasGroups) {
    AffineExpr inGroup = getAffineDimExpr(rank + 1, context);
    row = k * bType.getDimSize(3) + inGroup;
    bExprs.push_back(inGroup);
  }
  int64_t numDims = rank + 1 + hasGroups;
  Exprs aExprs;
  for (int64_t dim = 0; dim < rank - 1; ++dim)
    aExprs.push_back(getAffineDimExpr(dim, context));
  aExprs.push_back(row);
  Value sum = createContraction(
      b, {adaptor.getA(), adaptor.getB()}, getDims(type),
      {getMap(context, numDims, aExprs), getMap(context, numDims, bExprs),
       selectDims(context, numDims,
                  llvm::to_vector(llvm::seq<int64_t>(0, rank)))},
      getWideSumType(op));
  return createEpilogue(b, sum, nullptr, AffineMap(), type);
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

namespace {

/// A convolution of an input that is padded already.
struct Convolution {
  Value x, filter;
  ArrayRef<int64_t> strides, dilations;
  int64_t group = 1;
  bool inputBlocked = false, outputBlocked = false;
  int64_t dot = 1;
  Type sumType = {};

  /// The sum of products, in the shape of `resultType`.
  Value create(B &b, RankedTensorType resultType) const;

private:
  Value createBlockedDepthwise(B &b, RankedTensorType resultType) const;
  void splitGroups(B &b, Value &input, Value &weights, Shape &shape) const;
};

} // namespace

/// Gives groups a dimension of their own, and drops the dimensions of size 1
/// that remain per group (depthwise convolutions).
void Convolution::splitGroups(B &b, Value &input, Value &weights,
                              Shape &shape) const {
  ArrayRef<int64_t> filterShape = tensorType(filter).getShape();
  int64_t outputs = filterShape[0] / group, inputs = filterShape[1];
  auto split = [&](const Shape &plain, int64_t perGroup) {
    Shape result{plain[0], group};
    if (perGroup != 1)
      result.push_back(perGroup);
    result.append(plain.begin() + 2, plain.end());
    return result;
  };
  input = createReshape(b, x, split(getDims(x), inputs));
  shape = split(shape, outputs);
  Shape weightsShape{group};
  if (outputs != 1)
    weightsShape.push_back(outputs);
  if (inputs != 1)
    weightsShape.push_back(inputs);
  weightsShape.append(filterShape.begin() + 2, filterShape.end());
  weights = createReshape(b, filter, weightsShape);
}

/// Blocks of channels, each of which is convolved on its own. The loops: n,
/// block of channels, output positions, position in the block, kernel
/// positions.
Value Convolution::createBlockedDepthwise(B &b,
                                          RankedTensorType resultType) const {
  MLIRContext *context = b.getContext();
  unsigned spatial = strides.size(), numDims = 2 * spatial + 3;
  auto dim = [&](unsigned position) {
    return getAffineDimExpr(position, context);
  };
  AffineExpr n = dim(0), block = dim(1), inBlock = dim(spatial + 2);
  Exprs xExprs{n, block}, resultExprs{n, block};
  Exprs filterExprs{block, getAffineConstantExpr(0, context)};
  for (unsigned i = 0; i < spatial; ++i) {
    AffineExpr position = dim(i + 2), kernel = dim(spatial + 3 + i);
    xExprs.push_back(position * strides[i] + kernel * dilations[i]);
    filterExprs.push_back(kernel);
    resultExprs.push_back(position);
  }
  for (Exprs *exprs : {&xExprs, &filterExprs, &resultExprs})
    exprs->push_back(inBlock);
  return createContraction(b, {x, filter}, getDims(resultType),
                           {getMap(context, numDims, xExprs),
                            getMap(context, numDims, filterExprs),
                            getMap(context, numDims, resultExprs)},
                           sumType);
}

/// The loops: n, group, output channel (or block), output positions, position
/// in the output block, input channel (or block), kernel positions, position in
/// the input block (group in the block, position in the group).
Value Convolution::create(B &b, RankedTensorType resultType) const {
  if (group != 1 && outputBlocked)
    return createBlockedDepthwise(b, resultType);
  MLIRContext *context = b.getContext();
  Value input = x, weights = filter;
  Shape shape = getDims(resultType);
  ArrayRef<int64_t> filterShape = tensorType(filter).getShape();
  if (group != 1)
    splitGroups(b, input, weights, shape);

  unsigned numDims = 0;
  auto newDim = [&] { return getAffineDimExpr(numDims++, context); };
  Exprs xExprs, filterExprs, resultExprs;
  AffineExpr n = newDim();
  xExprs.push_back(n);
  resultExprs.push_back(n);
  if (group != 1) {
    AffineExpr g = newDim();
    for (Exprs *exprs : {&xExprs, &filterExprs, &resultExprs})
      exprs->push_back(g);
  }
  if (group == 1 || filterShape[0] != group) {
    AffineExpr output = newDim();
    filterExprs.push_back(output);
    resultExprs.push_back(output);
  }
  Exprs positions;
  for (size_t i = 0; i < strides.size(); ++i)
    positions.push_back(newDim());
  resultExprs.append(positions);
  AffineExpr inOutputBlock;
  if (outputBlocked) {
    inOutputBlock = newDim();
    resultExprs.push_back(inOutputBlock);
  }
  if (group == 1 || filterShape[1] != 1) {
    AffineExpr channel = newDim();
    xExprs.push_back(channel);
    filterExprs.push_back(channel);
  }
  for (size_t i = 0; i < strides.size(); ++i) {
    AffineExpr kernel = newDim();
    xExprs.push_back(positions[i] * strides[i] + kernel * dilations[i]);
    filterExprs.push_back(kernel);
  }
  if (inputBlocked) {
    AffineExpr inInputBlock = newDim();
    filterExprs.push_back(inInputBlock);
    xExprs.push_back(inInputBlock);
  }
  if (outputBlocked)
    filterExprs.push_back(inOutputBlock);
  if (dot > 1) {
    AffineExpr inGroup = newDim();
    filterExprs.push_back(inGroup);
    xExprs.back() = xExprs.back() * dot + inGroup;
  }

  Value sum = createContraction(b, {input, weights}, shape,
                                {getMap(context, numDims, xExprs),
                                 getMap(context, numDims, filterExprs),
                                 getMap(context, numDims, resultExprs)},
                                sumType);
  return createReshape(b, sum, getDims(resultType));
}

/// Reads a bias per output channel, which is dimension 1 and, where blocked,
/// the last one too.
static AffineMap getBiasMap(B &b, RankedTensorType resultType, bool blocked) {
  SmallVector<int64_t> dims{1};
  if (blocked)
    dims.push_back(resultType.getRank() - 1);
  return selectDims(b.getContext(), resultType.getRank(), dims);
}

static Value lowerConv(ConvOp op, ConvOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t spatial = op.getStrides().size();
  ArrayRef<int64_t> pads = op.getPads();
  auto onAllDims = [&](ArrayRef<int64_t> amounts) {
    Shape result{0, 0};
    result.append(amounts.begin(), amounts.end());
    if (op.getInputBlock())
      result.push_back(0);
    return result;
  };
  Type xType = elementType(adaptor.getX());
  Value padded =
      createPadded(b, adaptor.getX(), onAllDims(pads.take_front(spatial)),
                   onAllDims(pads.take_back(spatial)), b.getZeroAttr(xType));
  Convolution convolution{padded,
                          adaptor.getFilter(),
                          op.getStrides(),
                          op.getDilations(),
                          static_cast<int64_t>(op.getGroup()),
                          op.getInputBlock() != 0,
                          op.getOutputBlock() != 0,
                          static_cast<int64_t>(op.getDot()),
                          getWideSumType(op)};
  Value sum = convolution.create(b, type);
  return createEpilogue(b, sum, adaptor.getBias(),
                        getBiasMap(b, type, op.getOutputBlock() != 0), type);
}

//===----------------------------------------------------------------------===//
// Transposed convolutions
//===----------------------------------------------------------------------===//

/// `x` with `strides - 1` zeros between the elements of the spatial dimensions
/// and `low`, `high` zeros around them (negative amounts take away). Such a
/// dimension is two while elements go into zeros, so that they go side by side:
/// upstream merges a tensor.pad of `x` into an insertion as if it had no steps.
static Value createDilated(B &b, Value x, ArrayRef<int64_t> strides,
                           ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  RankedTensorType type = tensorType(x);
  TypedAttr zero = b.getZeroAttr(type.getElementType());
  SmallVector<int64_t> before{0, 0}, after{0, 0}, steps{1, 1};
  before.append(low.begin(), low.end());
  after.append(high.begin(), high.end());
  steps.append(strides.begin(), strides.end());

  // The shapes of `x` and of the zeros with such dimensions in two, that of
  // the zeros with them in one, and where `x` goes.
  Shape elements, zeros, merged, offsets;
  for (auto [dim, step] : llvm::enumerate(steps)) {
    Dim size = getDim(type, dim);
    elements.push_back(size);
    if (step == 1) {
      zeros.push_back(size);
      merged.push_back(size);
      offsets.push_back(0);
      continue;
    }
    int64_t offset = std::max<int64_t>(before[dim], 0);
    // Steps from the last element to the end, itself one of them.
    int64_t rest =
        llvm::divideCeil(offset + 1 + std::max<int64_t>(after[dim], 0), step);
    Dim count = addDims(size, rest - 1);
    elements.push_back(1);
    zeros.append({count, step});
    merged.push_back(mulDims(count, step));
    offsets.append({offset / step, offset % step});
    before[dim] -= offset;
    after[dim] += offset + 1 - rest * step;
  }
  if (elements.size() != steps.size()) {
    Value into = createFilled(b, withDims(type, zeros), zero);
    Value inserted =
        createInsert(b, createReshape(b, x, elements), into, offsets,
                     SmallVector<int64_t>(elements.size(), 1));
    x = createReshape(b, inserted, merged);
  }
  return createPadded(b, x, toDims(before), toDims(after), zero);
}

/// C x O/group x spatial to the filter of the convolution that undoes it:
/// O x C/group x spatial, turned round in space.
static Value createTransposedFilter(B &b, Value filter, int64_t group) {
  RankedTensorType type = tensorType(filter);
  int64_t rank = type.getRank();
  int64_t inputs = type.getDimSize(0) / group, outputs = type.getDimSize(1);
  Shape shape{group * outputs, inputs}, split{group, inputs, outputs};
  SmallVector<int64_t> permutation{0, 2, 1};
  for (int64_t dim = 2; dim < rank; ++dim) {
    shape.push_back(type.getDimSize(dim));
    split.push_back(type.getDimSize(dim));
    permutation.push_back(dim + 1);
  }
  Value swapped =
      createTranspose(b, createReshape(b, filter, split), permutation);
  return createReversed(b, createReshape(b, swapped, shape),
                        llvm::to_vector(llvm::seq<int64_t>(2, rank)));
}

static Value lowerConvTranspose(ConvTransposeOp op,
                                ConvTransposeOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  ArrayRef<int64_t> kernel = tensorType(adaptor.getFilter()).getShape();
  int64_t spatial = op.getStrides().size();
  SmallVector<int64_t> low, high, ones(spatial, 1);
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t reach = (kernel[i + 2] - 1) * op.getDilations()[i];
    low.push_back(reach - op.getPads()[i]);
    high.push_back(reach - op.getPads()[i + spatial] +
                   op.getOutputPadding()[i]);
  }
  int64_t group = op.getGroup();
  Convolution convolution{
      createDilated(b, adaptor.getX(), op.getStrides(), low, high),
      createTransposedFilter(b, adaptor.getFilter(), group), ones,
      op.getDilations(), group};
  Value sum = convolution.create(b, type);
  return createEpilogue(b, sum, adaptor.getBias(), getBiasMap(b, type, false),
                        type);
}

void dlc::populateContractionPatterns(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  addLowering<MatMulOp>(converter, patterns, lowerMatMul);
  addLowering<PackedMatMulOp>(converter, patterns, lowerPackedMatMul);
  addLowering<ConvOp>(converter, patterns, lowerConv);
  addLowering<ConvTransposeOp>(converter, patterns, lowerConvTranspose);
}
