//===- DotProduct.cpp - Sums of products of integers ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DotProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// The nest
//===----------------------------------------------------------------------===//

namespace {
/// The root sums `extend(inputs[first]) * sext(inputs[second])`: bytes, the
/// first unsigned, or i16.
struct NarrowProduct {
  unsigned first, second;
  bool isBytes;
};
} // namespace

/// The number of the block argument of that width that `ExtOp` makes `value`
/// of.
template <typename ExtOp>
static std::optional<unsigned> getExtended(Value value, unsigned width) {
  auto extension = value.getDefiningOp<ExtOp>();
  auto argument =
      extension ? dyn_cast<BlockArgument>(extension.getIn()) : BlockArgument();
  if (!argument || !argument.getType().isInteger(width) ||
      argument.getArgNumber() > 1)
    return std::nullopt;
  return argument.getArgNumber();
}

static std::optional<NarrowProduct> matchNarrowProduct(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return std::nullopt;
  Value accumulator = op.getRegionOutputArgs()[0];
  auto sum = op.getBody()
                 ->getTerminator()
                 ->getOperand(0)
                 .getDefiningOp<arith::AddIOp>();
  if (!sum || !sum.getType().isInteger(32) ||
      !llvm::is_contained(sum->getOperands(), accumulator))
    return std::nullopt;
  Value other = sum.getLhs() == accumulator ? sum.getRhs() : sum.getLhs();
  auto product = other.getDefiningOp<arith::MulIOp>();
  if (!product)
    return std::nullopt;
  for (auto [a, b] : {std::pair(product.getLhs(), product.getRhs()),
                      std::pair(product.getRhs(), product.getLhs())}) {
    auto first = getExtended<arith::ExtUIOp>(a, 8);
    auto second = getExtended<arith::ExtSIOp>(b, 8);
    if (first && second)
      return NarrowProduct{*first, *second, /*isBytes=*/true};
  }
  auto first = getExtended<arith::ExtSIOp>(product.getLhs(), 16);
  auto second = getExtended<arith::ExtSIOp>(product.getRhs(), 16);
  if (first && second)
    return NarrowProduct{*first, *second, /*isBytes=*/false};
  return std::nullopt;
}

LogicalResult dlc::formDotProduct(LoopNest &nest, int64_t dot) {
  std::optional<NarrowProduct> product = matchNarrowProduct(nest.root.op);
  if (!product || dot != (product->isBytes ? 4 : 2) ||
      !llvm::all_of(nest.root.inputs,
                    [](const Access &access) { return access.isMemory(); }))
    return failure();
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims())) {
    if (!nest.isReduction[dim] || nest.getRemainder(dim, dot) != 0 ||
        !llvm::all_of(nest.root.inputs, [&](const Access &access) {
          return access.getStride(dim) == 1;
        }))
      continue;
    AffineExpr group = getAffineConstantExpr(dot, nest.root.op.getContext());
    nest.sizes[dim] = floorDivSizeExprs(nest.sizes[dim], group);
    for (Access &access : nest.root.inputs) {
      access.strides[dim] = group;
      access.group = dot;
    }
    nest.dot = dot;
    simplify(nest);
    return success();
  }
  return failure();
}

LogicalResult dlc::formDotProduct(LoopNest &nest, DictionaryAttr strategy,
                                  Operation *op) {
  Attribute attr = strategy.get("dot");
  if (!attr)
    return success();
  auto dot = dyn_cast<IntegerAttr>(attr);
  auto lanes = strategy.getAs<IntegerAttr>("lanes");
  if (!dot || !lanes || !isDotProductVector(lanes.getInt()) ||
      failed(formDotProduct(nest, dot.getInt())))
    return op->emitError(
        "'dot' of 'dlc.strategy' is for vectors of 4, 8 or 16 sums of products "
        "that are neighbours in memory: 4 of unsigned by signed bytes, or 2 of "
        "i16");
  return success();
}

bool dlc::isDotProductVector(int64_t lanes) {
  return lanes == 4 || lanes == 8 || lanes == 16;
}

//===----------------------------------------------------------------------===//
// The instructions
//===----------------------------------------------------------------------===//

Value dlc::joinGroups(ImplicitLocOpBuilder &builder, Value elements,
                      int64_t lanes) {
  auto type = cast<VectorType>(elements.getType());
  int64_t bits = type.getNumElements() * type.getElementTypeBitWidth();
  return vector::BitCastOp::create(
      builder, VectorType::get(lanes, builder.getIntegerType(bits / lanes)),
      elements);
}

/// The elements of `lanes` groups, or of one group for all lanes.
static Value splitGroups(ImplicitLocOpBuilder &builder, Value groups,
                         int64_t lanes, int64_t dot) {
  if (!isa<VectorType>(groups.getType()))
    groups = vector::BroadcastOp::create(
        builder, VectorType::get(lanes, groups.getType()), groups);
  Type element = builder.getIntegerType(32 / dot);
  return vector::BitCastOp::create(
      builder, VectorType::get(lanes * dot, element), groups);
}

static Value callIntrinsic(ImplicitLocOpBuilder &builder, StringRef name,
                           int64_t lanes, ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(
             builder, VectorType::get(lanes, builder.getI32Type()),
             builder.getStringAttr(name), operands)
      .getResult(0);
}

Value dlc::emitDotProduct(ImplicitLocOpBuilder &builder, const LoopNest &nest,
                          int64_t lanes, ArrayRef<Value> arguments) {
  NarrowProduct product = *matchNarrowProduct(nest.root.op);
  Value first = splitGroups(builder, arguments[product.first], lanes, nest.dot);
  Value second =
      splitGroups(builder, arguments[product.second], lanes, nest.dot);
  Value sum = arguments[2];
  if (product.isBytes) {
    StringRef name = lanes == 16  ? "llvm.x86.avx512.vpdpbusd.512"
                     : lanes == 8 ? "llvm.x86.avx512.vpdpbusd.256"
                                  : "llvm.x86.avx512.vpdpbusd.128";
    return callIntrinsic(builder, name, lanes, {sum, first, second});
  }
  StringRef name = lanes == 16  ? "llvm.x86.avx512.pmaddw.d.512"
                   : lanes == 8 ? "llvm.x86.avx2.pmadd.wd"
                                : "llvm.x86.sse2.pmadd.wd";
  Value pairs = callIntrinsic(builder, name, lanes, {first, second});
  return arith::AddIOp::create(builder, sum, pairs);
}
