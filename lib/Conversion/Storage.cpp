//===- Storage.cpp - Lowering of how elements lie in memory ---------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "PackedArguments.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Storage.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// The number of elements, which verified types have.
static Dim countElements(Value tensor) {
  return countDims(getDims(tensor)).value_or(Dim());
}

static Value lowerUnpackElements(UnpackElementsOp op,
                                 UnpackElementsOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  int64_t bits = elementType(op.getY()).getIntOrFloatBitWidth();
  int64_t perByte = 8 / bits;
  auto flat = withDims(type, {countElements(op.getY())});
  Value elements =
      createPointwise(b, flat, {}, {}, [&](B &inner, ValueRange) -> Value {
        Value index = linalg::IndexOp::create(inner, 0);
        Value place =
            arith::RemUIOp::create(inner, index, indexConstant(inner, perByte));
        Value at =
            arith::DivUIOp::create(inner, index, indexConstant(inner, perByte));
        Value byte = tensor::ExtractOp::create(inner, adaptor.getX(), at);
        Value amount = arith::IndexCastOp::create(
            inner, inner.getI8Type(),
            mul(inner, place, indexConstant(inner, bits)));
        Value shifted = arith::ShRUIOp::create(inner, byte, amount);
        return arith::AndIOp::create(
            inner, shifted,
            constant(inner, inner.getI8Type(), (int64_t(1) << bits) - 1));
      });
  return createReshape(b, elements, getDims(type));
}

static Value lowerPackElements(PackElementsOp op,
                               PackElementsOp::Adaptor adaptor, B &b) {
  int64_t bits = elementType(op.getX()).getIntOrFloatBitWidth();
  int64_t perByte = 8 / bits;
  Dim count = countElements(op.getX());
  Value flat = createReshape(b, adaptor.getX(), {count});
  bool isWhole = count.isNumber() && count.getSize() % perByte == 0;
  Value end = getSizeValue(b, count), last = getSizeValue(b, subDims(count, 1));
  return createPointwise(
      b, signlessType(op.getY()), {}, {}, [&](B &inner, ValueRange) {
        Value first = mul(inner, linalg::IndexOp::create(inner, 0),
                          indexConstant(inner, perByte));
        Value byte;
        for (int64_t place = 0; place < perByte; ++place) {
          Value index = add(inner, first, indexConstant(inner, place));
          Value at = isWhole ? index : min(inner, index, last, false);
          Value element = tensor::ExtractOp::create(inner, flat, at);
          if (!isWhole)
            element = select(inner, less(inner, index, end, false), element,
                             constant(inner, inner.getI8Type(), 0));
          Value shifted = arith::ShLIOp::create(
              inner, element, constant(inner, inner.getI8Type(), place * bits));
          byte = byte ? arith::OrIOp::create(inner, byte, shifted).getResult()
                      : shifted;
        }
        return byte;
      });
}

void dlc::populateStoragePatterns(const TypeConverter &converter,
                                  RewritePatternSet &patterns) {
  addLowering<PackElementsOp>(converter, patterns, lowerPackElements);
  addLowering<UnpackElementsOp>(converter, patterns, lowerUnpackElements);
}

//===----------------------------------------------------------------------===//
// Arguments and results
//===----------------------------------------------------------------------===//

/// The tensor's type if its elements are several to a byte outside.
static RankedTensorType getIfPacked(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isPackedType(tensor.getElementType()) ? tensor
                                                         : RankedTensorType();
}

/// All sizes as a map from the symbols.
static AffineMapAttr getSizesMap(RankedTensorType type, unsigned numSymbols) {
  SmallVector<AffineExpr> sizes =
      llvm::map_to_vector(getDims(type), [&](const Dim &dim) {
        return dim.getExpr(type.getContext());
      });
  return AffineMapAttr::get(
      AffineMap::get(0, numSymbols, sizes, type.getContext()));
}

void dlc::packArguments(func::FuncOp function) {
  if (function.isExternal())
    return;
  unsigned numSymbols = llvm::count_if(
      function.getArgumentTypes(), [](Type type) { return type.isIndex(); });
  Block &block = function.getBody().front();
  auto b = B::atBlockBegin(function.getLoc(), &block);
  for (BlockArgument argument : block.getArguments()) {
    RankedTensorType type = getIfPacked(argument.getType());
    if (!type)
      continue;
    argument.setType(getPackedType(type));
    Value elements = UnpackElementsOp::create(b, type, argument);
    argument.replaceAllUsesExcept(elements, elements.getDefiningOp());
    function.setArgAttr(argument.getArgNumber(), "dlc.unpacked",
                        getSizesMap(type, numSymbols));
  }
  Operation *terminator = block.getTerminator();
  b.setInsertionPoint(terminator);
  for (OpOperand &result : terminator->getOpOperands()) {
    RankedTensorType type = getIfPacked(result.get().getType());
    if (!type)
      continue;
    result.set(PackElementsOp::create(b, getPackedType(type), result.get()));
    function.setResultAttr(result.getOperandNumber(), "dlc.unpacked",
                           getSizesMap(type, numSymbols));
  }
  function.setType(FunctionType::get(function.getContext(),
                                     block.getArgumentTypes(),
                                     terminator->getOperandTypes()));
}
