//===- NestMemory.cpp - Sizes and memory in a nest's code -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DotProduct.h"
#include "NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

Value NestEmitter::getIndexConstant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

AffineExpr NestEmitter::getConstantExpr(int64_t value) const {
  return getAffineConstantExpr(value, builder.getContext());
}

AffineExpr NestEmitter::roundDown(AffineExpr size, int64_t tile) const {
  return mulSizeExprs(floorDivSizeExprs(size, getConstantExpr(tile)),
                      getConstantExpr(tile));
}

Value NestEmitter::getSizeValue(AffineExpr expr) {
  if (std::optional<int64_t> number = getConstantSize(expr))
    return getIndexConstant(*number);
  Value &value = sizeValues[expr];
  if (!value) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfter(prologue);
    value =
        buildSizeValue(builder, builder.getLoc(), expr, nest.symbols.values);
  }
  return value;
}

Value NestEmitter::getMask(const Instance &instance, int64_t lanes,
                           int64_t group) {
  auto type = VectorType::get(lanes * group, builder.getI1Type());
  if (!instance.cutLanes)
    return vector::ConstantMaskOp::create(builder, type,
                                          instance.activeLanes * group);
  Value count = instance.cutLanes;
  if (group > 1)
    count = arith::MulIOp::create(builder, count, getIndexConstant(group));
  return vector::CreateMaskOp::create(builder, type, count);
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

/// The operand's buffer as a one-dimensional memref of unit stride, booleans as
/// the bytes they are stored in.
Value NestEmitter::getFlatBuffer(Value operand) {
  Value &flat = flatBuffers[operand];
  if (flat)
    return flat;
  auto type = cast<MemRefType>(operand.getType());
  BufferLayout layout = *BufferLayout::get(operand); // buildLoopNests checked
  Value base = operand;
  Type elementType = type.getElementType();
  if (elementType.isInteger(1)) {
    // Both convert to the same LLVM type, so this cast disappears.
    elementType = builder.getI8Type();
    type = MemRefType::get(type.getShape(), elementType, type.getLayout());
    base =
        UnrealizedConversionCastOp::create(builder, type, operand).getResult(0);
  }
  AffineExpr size = getConstantExpr(1);
  for (auto [extent, stride] : llvm::zip_equal(layout.sizes, layout.strides))
    if (getConstantSize(extent) != 0)
      size = addSizeExprs(size, mulSizeExprs(extent - 1, stride));

  std::optional<int64_t> offset = getConstantSize(layout.offset);
  OpFoldResult flatOffset = builder.getIndexAttr(offset.value_or(0));
  if (!offset)
    flatOffset =
        memref::ExtractStridedMetadataOp::create(builder, base).getOffset();
  std::optional<int64_t> number = getConstantSize(size);
  OpFoldResult flatSize = builder.getIndexAttr(number.value_or(0));
  if (!number)
    flatSize = getSizeValue(size);
  auto flatLayout = StridedLayoutAttr::get(
      builder.getContext(), offset.value_or(ShapedType::kDynamic), {1});
  auto flatType =
      MemRefType::get({number.value_or(ShapedType::kDynamic)}, elementType,
                      offset == 0 ? MemRefLayoutAttrInterface() : flatLayout);
  flat = memref::ReinterpretCastOp::create(
      builder, flatType, base, flatOffset, ArrayRef<OpFoldResult>{flatSize},
      ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
  return flat;
}

Value NestEmitter::getTileAddress(const Access &access,
                                  const Instance &instance) {
  Value index;
  // Only roots have gathers.
  if (access.indexInput >= 0)
    index = load(nest.root.inputs[access.indexInput], instance, /*lanes=*/1);
  Value &base = addresses[{&access, index.getAsOpaquePointer()}];
  if (base)
    return base;
  base =
      index ? arith::IndexCastOp::create(builder, builder.getIndexType(), index)
                  .getResult()
            : getIndexConstant(0);
  for (auto [start, stride] : llvm::zip_equal(starts, access.strides)) {
    if (getConstantSize(stride) == 0 || matchPattern(start, m_Zero()))
      continue;
    Value scaled =
        getConstantSize(stride) == 1
            ? start
            : arith::MulIOp::create(builder, start, getSizeValue(stride));
    base = matchPattern(base, m_Zero())
               ? scaled
               : arith::AddIOp::create(builder, base, scaled);
  }
  return base;
}

Value NestEmitter::getAddress(const Access &access, const Instance &instance,
                              int64_t lane) {
  Value base = getTileAddress(access, instance);
  int64_t number = 0;
  AffineExpr offset = access.offset;
  auto add = [&](AffineExpr stride, int64_t steps) {
    if (std::optional<int64_t> constant = getConstantSize(stride))
      number += *constant * steps;
    else if (steps != 0)
      offset = offset + stride * steps;
  };
  for (auto [delta, stride] : llvm::zip_equal(instance.offsets, access.strides))
    add(stride, delta);
  if (strategy.vectorDim >= 0)
    add(access.strides[strategy.vectorDim], lane);
  offset = normalizeSize(offset + number);
  return getConstantSize(offset) == 0
             ? base
             : arith::AddIOp::create(builder, base, getSizeValue(offset));
}

Value NestEmitter::getAddress(const Access &access, const Instance &instance,
                              Value lane) {
  Value offset = arith::MulIOp::create(
      builder, lane, getSizeValue(access.strides[strategy.vectorDim]));
  return arith::AddIOp::create(builder, getAddress(access, instance), offset);
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

Value NestEmitter::loadScalar(const Access &access, Value index) {
  Value flat = getFlatBuffer(access.operand);
  if (access.group > 1) {
    auto type = VectorType::get(access.group, access.getElementType());
    Value group = vector::LoadOp::create(builder, type, flat, index);
    return vector::ExtractOp::create(builder, joinGroups(builder, group, 1), 0);
  }
  Value value = memref::LoadOp::create(builder, flat, index);
  if (!access.getElementType().isInteger(1))
    return value;
  return arith::CmpIOp::create(
      builder, arith::CmpIPredicate::ne, value,
      arith::ConstantOp::create(builder, builder.getI8IntegerAttr(0)));
}

/// A vector of elements that aren't neighbours. Lanes that aren't active hold
/// what an active one does.
Value NestEmitter::loadLanes(const Access &access, const Instance &instance,
                             int64_t lanes) {
  SmallVector<Value> elements;
  Value last;
  if (instance.cutLanes)
    last =
        arith::SubIOp::create(builder, instance.cutLanes, getIndexConstant(1));
  for (int64_t lane = 0; lane < lanes; ++lane) {
    if (last && lane > 0)
      elements.push_back(loadScalar(
          access, getAddress(access, instance,
                             arith::MinSIOp::create(builder, last,
                                                    getIndexConstant(lane))
                                 .getResult())));
    else if (lane < instance.activeLanes)
      elements.push_back(
          loadScalar(access, getAddress(access, instance, lane)));
    else
      elements.push_back(elements.front());
  }
  return vector::FromElementsOp::create(
      builder, VectorType::get(lanes, elements.front().getType()), elements);
}

Value NestEmitter::load(const Access &access, const Instance &instance,
                        int64_t lanes) {
  if (!access.isMemory())
    return access.operand;
  SmallVector<int64_t> key = {
      lanes, isVector(access, lanes) ? instance.activeLanes : lanes};
  for (auto [dim, delta] : llvm::enumerate(instance.offsets))
    key.push_back(nest.root.varies(access, dim) ? delta : 0);
  Value &value = loads[{&access, key}];
  if (value)
    return value;

  if (!isVector(access, lanes))
    return value = loadScalar(access, getAddress(access, instance));
  if (!access.isContiguous(strategy.vectorDim))
    return value = loadLanes(access, instance, lanes);
  Value flat = getFlatBuffer(access.operand);
  Type elementType = cast<MemRefType>(flat.getType()).getElementType();
  auto type = VectorType::get(lanes * access.group, elementType);
  Value address = getAddress(access, instance);
  Value zero;
  if (instance.isMasked(lanes) || access.getElementType().isInteger(1))
    zero = arith::ConstantOp::create(builder, builder.getZeroAttr(type));
  value = instance.isMasked(lanes)
              ? vector::MaskedLoadOp::create(
                    builder, type, flat, address,
                    getMask(instance, lanes, access.group), zero)
                    .getResult()
              : vector::LoadOp::create(builder, type, flat, address);
  if (access.group > 1)
    value = joinGroups(builder, value, lanes);
  if (access.getElementType().isInteger(1))
    value =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, value, zero);
  return value;
}

/// Stores the active lanes one by one.
void NestEmitter::storeLanes(Value value, const Access &access,
                             const Instance &instance) {
  Value flat = getFlatBuffer(access.operand);
  auto store = [&](auto lane) {
    memref::StoreOp::create(builder,
                            vector::ExtractOp::create(builder, value, lane),
                            flat, getAddress(access, instance, lane));
  };
  if (!instance.cutLanes) {
    for (int64_t lane = 0; lane < instance.activeLanes; ++lane)
      store(lane);
    return;
  }
  (void)getTileAddress(access, instance); // not in the loop, as it is kept
  auto loop = scf::ForOp::create(builder, getIndexConstant(0),
                                 instance.cutLanes, getIndexConstant(1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  store(loop.getInductionVar());
}

void NestEmitter::store(Value value, const Access &access,
                        const Instance &instance, int64_t lanes) {
  Value flat = getFlatBuffer(access.operand);
  if (lanes > 1) {
    BodyEmitter body(builder, lanes, nullptr);
    value = body.widen(value);
  }
  if (access.getElementType().isInteger(1)) {
    Type type = builder.getI8Type();
    if (lanes > 1)
      type = VectorType::get(lanes, type);
    value = arith::ExtUIOp::create(builder, type, value);
  }
  if (lanes == 1) {
    memref::StoreOp::create(builder, value, flat, getAddress(access, instance));
  } else if (access.getStride(strategy.vectorDim) != 1) {
    storeLanes(value, access, instance);
  } else if (!instance.isMasked(lanes)) {
    vector::StoreOp::create(builder, value, flat, getAddress(access, instance));
  } else {
    vector::MaskedStoreOp::create(builder, flat, getAddress(access, instance),
                                  getMask(instance, lanes), value);
  }
}
