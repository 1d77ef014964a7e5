//===- Quantization.cpp - Lowering of quantization ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Quantization.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// Reads a parameter that is a scalar or a vector over dimension `axis`.
static AffineMap getParameterMap(B &b, Value parameter, int64_t rank,
                                 int64_t axis) {
  RankedTensorType type = tensorType(parameter);
  if (type.getRank() == 0)
    return selectDims(b.getContext(), rank, {});
  if (type.getNumElements() == 1)
    return getMap(
        b.getContext(), rank,
        SmallVector<AffineExpr>(type.getRank(), b.getAffineConstantExpr(0)));
  return selectDims(b.getContext(), rank, axis);
}

/// The parameters of a block are read by the position of each element.
template <typename OpTy>
static Value createIndexedBlocks(OpTy op, typename OpTy::Adaptor adaptor, B &b,
                                 ScalarBody body) {
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank(), axis = op.getAxis(), size = op.getBlockSize();
  return createPointwise(
      b, type, adaptor.getX(), b.getMultiDimIdentityMap(rank),
      [&](B &inner, ValueRange args) {
        SmallVector<Value> position;
        for (int64_t dim = 0; dim < rank; ++dim)
          position.push_back(linalg::IndexOp::create(inner, dim));
        position[axis] = arith::DivUIOp::create(inner, position[axis],
                                                indexConstant(inner, size));
        auto read = [&](Value parameter) -> Value {
          return tensor::ExtractOp::create(inner, parameter, position);
        };
        return body(inner, {args[0], read(adaptor.getScale()),
                            read(adaptor.getZeroPoint())});
      });
}

/// Blocks that have all one size are a dimension of their own.
template <typename OpTy>
static Value createBlocks(OpTy op, typename OpTy::Adaptor adaptor, B &b,
                          ScalarBody body) {
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank(), axis = op.getAxis(), size = op.getBlockSize();
  Dim whole = getDim(type, axis);
  if (!whole.isNumber())
    return createIndexedBlocks(op, adaptor, b, body);
  size = std::clamp<int64_t>(whole.getSize(), 1, size);
  if (whole.getSize() % size != 0)
    return createIndexedBlocks(op, adaptor, b, body);
  Shape split = getDims(type);
  split[axis] = whole.getSize() / size;
  split.insert(split.begin() + axis + 1, Dim(size));
  SmallVector<int64_t> ofParameter = llvm::to_vector(llvm::seq(rank + 1));
  ofParameter.erase(ofParameter.begin() + axis + 1);
  AffineMap parameterMap = selectDims(b.getContext(), rank + 1, ofParameter);
  Value blocks = createPointwise(
      b, withDims(type, split),
      {createReshape(b, adaptor.getX(), split), adaptor.getScale(),
       adaptor.getZeroPoint()},
      {b.getMultiDimIdentityMap(rank + 1), parameterMap, parameterMap}, body);
  return createReshape(b, blocks, getDims(type));
}

template <typename OpTy>
static Value createQuantization(OpTy op, typename OpTy::Adaptor adaptor, B &b,
                                ScalarBody body) {
  if (op.getBlockSize() != 0)
    return createBlocks(op, adaptor, b, body);
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank(), axis = op.getAxis();
  return createPointwise(
      b, type, {adaptor.getX(), adaptor.getScale(), adaptor.getZeroPoint()},
      {b.getMultiDimIdentityMap(rank),
       getParameterMap(b, adaptor.getScale(), rank, axis),
       getParameterMap(b, adaptor.getZeroPoint(), rank, axis)},
      body);
}

/// A whole number as an integer of `to`, saturated; NaN gives the lowest value.
/// Bounds on the float, where one comparison and selection each are a single
/// instruction, make the conversion exact.
static Value saturate(B &b, Value x, Type to) {
  unsigned width = to.getIntOrFloatBitWidth();
  if (width > 16)
    return castScalar(b, x, x.getType(), to);
  bool isUnsignedType = isUnsigned(to);
  int64_t low = isUnsignedType ? 0 : llvm::minIntN(width);
  int64_t high = isUnsignedType ? static_cast<int64_t>(llvm::maxUIntN(width))
                                : llvm::maxIntN(width);
  Value lowest = constant(b, x.getType(), low);
  Value highest = constant(b, x.getType(), high);
  x = select(b, less(b, lowest, x, false), x, lowest);
  x = select(b, less(b, x, highest, false), x, highest);
  Type i32 = b.getI32Type();
  return castScalar(b, arith::FPToSIOp::create(b, i32, x), i32, to);
}

/// True of a constant that is zero everywhere.
static bool isZero(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return false;
  std::optional<SmallVector<double>> numbers = readNumbers(attribute);
  return numbers && llvm::all_of(*numbers, [](double x) { return x == 0; });
}

static Value lowerQuantize(QuantizeOp op, QuantizeOp::Adaptor adaptor, B &b) {
  Type to = elementType(op.getY());
  // -0 plus 0 would not be -0.
  bool hasZeroPoint = !isNarrowFloat(to) || !isZero(op.getZeroPoint());
  return createQuantization(op, adaptor, b, [&](B &inner, ValueRange args) {
    Value x = widen(inner, args[0]), scale = widen(inner, args[1]);
    Value quotient = div(inner, x, scale, false);
    if (!isNarrowFloat(to))
      quotient = math::RoundEvenOp::create(inner, quotient);
    if (hasZeroPoint)
      quotient = add(inner, quotient,
                     castScalar(inner, args[2], to, quotient.getType()));
    if (!isNarrowFloat(to))
      return saturate(inner, quotient, to);
    return castScalar(inner, quotient, quotient.getType(), to,
                      {op.getSaturate()});
  });
}

static Value lowerDequantize(DequantizeOp op, DequantizeOp::Adaptor adaptor,
                             B &b) {
  Type from = elementType(op.getX()), to = elementType(op.getY());
  // The difference of narrow integers needs more bits than they have.
  bool isNarrow = from.getIntOrFloatBitWidth() < 32;
  Type exact = isNarrowFloat(from) ? Type(b.getF32Type())
               : isNarrow          ? Type(b.getI32Type())
                                   : from;
  bool hasZeroPoint = !isZero(op.getZeroPoint());
  return createQuantization(op, adaptor, b, [&](B &inner, ValueRange args) {
    Value difference = castScalar(inner, args[0], from, exact);
    if (hasZeroPoint)
      difference =
          sub(inner, difference, castScalar(inner, args[2], from, exact));
    Value real = castScalar(inner, difference, exact, to);
    Value scale = castScalar(inner, args[1], elementType(op.getScale()), to);
    return narrow(inner, mul(inner, real, scale), to);
  });
}

/// One element after the other: two may fall into the same bin.
static Value lowerHistogram(HistogramOp op, HistogramOp::Adaptor adaptor,
                            B &b) {
  RankedTensorType type = signlessType(op.getY());
  double low = op.getLow().convertToDouble();
  double bins = double(type.getNumElements());
  double perUnit = bins / (op.getHigh().convertToDouble() - low);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.getI32Type()));
  Value counts =
      linalg::FillOp::create(b, zero, createEmpty(b, type)).getResult(0);
  RankedTensorType xType = tensorType(adaptor.getX());
  if (xType.getNumElements() == 0)
    return counts;
  return createLoops(
      b, getDims(xType), counts,
      [&](B &inner, ArrayRef<Value> position, ValueRange state) {
        Value x = widen(
            inner, tensor::ExtractOp::create(inner, adaptor.getX(), position));
        Type real = x.getType();
        Value place = mul(inner, sub(inner, x, constant(inner, real, low)),
                          constant(inner, real, perUnit));
        // The bounds win over NaN, so that the cast is defined.
        place =
            arith::MaxNumFOp::create(inner, place, constant(inner, real, 0));
        place = arith::MinNumFOp::create(inner, place,
                                         constant(inner, real, bins - 1));
        Value bin = arith::IndexCastOp::create(
            inner, inner.getIndexType(),
            arith::FPToSIOp::create(inner, inner.getI32Type(), place));
        Value old = tensor::ExtractOp::create(inner, state[0], bin);
        Value one =
            arith::ConstantOp::create(inner, inner.getI32IntegerAttr(1));
        Value count = arith::AddIOp::create(inner, old, one);
        return SmallVector<Value>{
            tensor::InsertOp::create(inner, count, state[0], bin)};
      })[0];
}

void dlc::populateQuantizationPatterns(const TypeConverter &converter,
                                       RewritePatternSet &patterns) {
  addLowering<QuantizeOp>(converter, patterns, lowerQuantize);
  addLowering<DequantizeOp>(converter, patterns, lowerDequantize);
  addLowering<HistogramOp>(converter, patterns, lowerHistogram);
}
