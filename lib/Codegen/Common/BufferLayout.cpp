//===- BufferLayout.cpp - Shapes of buffers as expressions ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BufferLayout.h"

#include "dlc/Support/SizeCode.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

SizeSymbols SizeSymbols::get(func::FuncOp func) {
  SizeSymbols symbols;
  for (BlockArgument argument : func.getArguments()) {
    if (!argument.getType().isIndex())
      continue;
    symbols.values.push_back(argument);
    auto range = func.getArgAttrOfType<DenseI64ArrayAttr>(
        argument.getArgNumber(), kRangeAttrName);
    bool isStated = range && range.size() == 3;
    symbols.mins.push_back(isStated ? range[0] : 0);
    symbols.maxs.push_back(isStated ? range[1] : int64_t(1) << 31);
    symbols.likely.push_back(isStated ? range[2] : 64);
    symbols.mosts.emplace_back();
  }
  if (!func->hasAttr(kComputesSizesAttrName))
    return symbols;
  SmallVector<func::CallOp> definitions;
  func.walk([&](func::CallOp call) {
    if (call->hasAttr(kNumberAttrName))
      definitions.push_back(call);
  });
  llvm::sort(definitions, [](func::CallOp a, func::CallOp b) {
    auto getNumber = [](func::CallOp call) {
      return call->getAttrOfType<IntegerAttr>(kNumberAttrName).getInt();
    };
    return getNumber(a) < getNumber(b);
  });
  for (func::CallOp call : definitions) {
    auto range = call->getAttrOfType<DenseI64ArrayAttr>(kRangeAttrName);
    auto most = call->getAttrOfType<AffineMapAttr>(kMostAttrName);
    symbols.values.push_back(call.getResult(0));
    symbols.mins.push_back(range[0]);
    symbols.maxs.push_back(range[1]);
    symbols.likely.push_back(range[2]);
    symbols.mosts.push_back(normalizeSize(most.getValue().getResult(0)));
  }
  return symbols;
}

bool SizeSymbols::isComputed(AffineExpr expr) const {
  for (unsigned i = 0; i < values.size(); ++i)
    if (isComputed(i) && expr.isFunctionOfSymbol(i))
      return true;
  return false;
}

StringRef SizeSymbols::getName(unsigned symbol) const {
  StringAttr name;
  if (auto argument = dyn_cast<BlockArgument>(values[symbol]))
    name = cast<func::FuncOp>(argument.getOwner()->getParentOp())
               .getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                             kSymbolAttrName);
  else
    name = values[symbol].getDefiningOp()->getAttrOfType<StringAttr>(
        kSymbolAttrName);
  return name ? name.getValue() : StringRef();
}

Operation *SizeSymbols::getLastDefinition(ArrayRef<AffineExpr> exprs) const {
  Operation *last = nullptr;
  for (unsigned i = 0; i < values.size(); ++i)
    if (isComputed(i) && llvm::any_of(exprs, [&](AffineExpr expr) {
          return expr.isFunctionOfSymbol(i);
        }))
      last = values[i].getDefiningOp();
  return last;
}

void SizeSymbols::setInsertionPoint(OpBuilder &builder, func::FuncOp func,
                                    ArrayRef<AffineExpr> exprs) const {
  if (Operation *definition = getLastDefinition(exprs))
    builder.setInsertionPointAfter(definition);
  else
    builder.setInsertionPointToStart(&func.getBody().front());
}

int64_t SizeSymbols::estimate(AffineExpr expr) const {
  return evaluateSize(expr, likely).value_or(1);
}

/// The function's index arguments before `argument`.
static AffineExpr getSymbolExpr(BlockArgument argument) {
  auto func = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!func || !argument.getType().isIndex())
    return {};
  unsigned position = 0;
  for (BlockArgument other :
       func.getArguments().take_front(argument.getArgNumber()))
    position += other.getType().isIndex();
  return getAffineSymbolExpr(position, argument.getContext());
}

//===----------------------------------------------------------------------===//
// Index values
//===----------------------------------------------------------------------===//

/// The expression of an affine.apply.
static AffineExpr getAppliedExpr(affine::AffineApplyOp apply) {
  AffineMap map = apply.getAffineMap();
  SmallVector<AffineExpr> dims, symbols;
  for (auto [i, operand] : llvm::enumerate(apply.getMapOperands())) {
    AffineExpr expr = getSizeExpr(operand);
    if (!expr)
      return {};
    (i < map.getNumDims() ? dims : symbols).push_back(expr);
  }
  return normalizeSize(map.getResult(0).replaceDimsAndSymbols(dims, symbols));
}

AffineExpr dlc::getSizeExpr(Value index) {
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return getAffineConstantExpr(*constant, index.getContext());
  if (auto argument = dyn_cast<BlockArgument>(index))
    return getSymbolExpr(argument);
  Operation *op = index.getDefiningOp();
  if (auto number = op->getAttrOfType<IntegerAttr>(kNumberAttrName))
    return getAffineSymbolExpr(number.getInt(), index.getContext());
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return getAppliedExpr(apply);
  if (auto dim = dyn_cast<memref::DimOp>(op)) {
    std::optional<int64_t> position = dim.getConstantIndex();
    FailureOr<BufferLayout> layout = BufferLayout::get(dim.getSource());
    if (failed(layout) || !position || *position < 0 ||
        *position >= static_cast<int64_t>(layout->sizes.size()))
      return {};
    return layout->sizes[*position];
  }
  // A divisor: what buildSizeExpr keeps from being 0.
  if (isa<arith::MaxUIOp>(op) && getConstantIntValue(op->getOperand(1)) == 1)
    return getSizeExpr(op->getOperand(0));
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::DivUIOp,
           arith::DivSIOp, arith::FloorDivSIOp, arith::RemUIOp, arith::RemSIOp>(
          op))
    return {};
  AffineExpr a = getSizeExpr(op->getOperand(0));
  AffineExpr b = getSizeExpr(op->getOperand(1));
  if (!a || !b)
    return {};
  if (isa<arith::AddIOp>(op))
    return addSizeExprs(a, b);
  if (isa<arith::SubIOp>(op))
    return subSizeExprs(a, b);
  if (isa<arith::MulIOp>(op))
    return mulSizeExprs(a, b);
  if (isa<arith::RemUIOp, arith::RemSIOp>(op))
    return modSizeExprs(a, b);
  return floorDivSizeExprs(a, b);
}

AffineExpr dlc::getSizeExpr(OpFoldResult index, MLIRContext *context) {
  if (std::optional<int64_t> constant = getConstantIntValue(index))
    return getAffineConstantExpr(*constant, context);
  return getSizeExpr(cast<Value>(index));
}

OpFoldResult dlc::buildSize(OpBuilder &builder, Location loc, AffineExpr expr,
                            ValueRange symbols) {
  expr = normalizeSize(expr);
  if (std::optional<int64_t> constant = getConstantSize(expr))
    return builder.getIndexAttr(*constant);
  return buildSizeExpr(builder, loc, expr, symbols);
}

Value dlc::buildSizeValue(OpBuilder &builder, Location loc, AffineExpr expr,
                          ValueRange symbols) {
  return buildSizeExpr(builder, loc, normalizeSize(expr), symbols);
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

SmallVector<AffineExpr> dlc::getDenseStrides(ArrayRef<AffineExpr> sizes,
                                             MLIRContext *context) {
  SmallVector<AffineExpr> strides(sizes.size(),
                                  getAffineConstantExpr(1, context));
  for (int64_t dim = int64_t(sizes.size()) - 2; dim >= 0; --dim)
    strides[dim] = mulSizeExprs(strides[dim + 1], sizes[dim + 1]);
  return strides;
}

namespace {
/// Reads a layout off the op that makes the buffer.
class LayoutReader {
public:
  explicit LayoutReader(Value buffer)
      : buffer(buffer), type(cast<MemRefType>(buffer.getType())),
        context(buffer.getContext()) {}

  FailureOr<BufferLayout> read();

private:
  AffineExpr constant(int64_t value) {
    return getAffineConstantExpr(value, context);
  }
  /// What the type alone says; null where it is dynamic.
  BufferLayout readType();
  FailureOr<BufferLayout> readSubView(memref::SubViewOp view);
  FailureOr<BufferLayout> readExpand(memref::ExpandShapeOp view);
  FailureOr<BufferLayout> readCollapse(memref::CollapseShapeOp view);
  FailureOr<BufferLayout> readReinterpret(memref::ReinterpretCastOp view);
  /// Dense, of the given sizes for the dynamic ones.
  FailureOr<BufferLayout> readDense(ArrayRef<AffineExpr> dynamicSizes);
  /// Both, the type's statement first.
  FailureOr<BufferLayout> merge(FailureOr<BufferLayout> layout);

  Value buffer;
  MemRefType type;
  MLIRContext *context;
};
} // namespace

BufferLayout LayoutReader::readType() {
  BufferLayout layout;
  for (int64_t size : type.getShape())
    layout.sizes.push_back(ShapedType::isDynamic(size) ? AffineExpr()
                                                       : constant(size));
  SmallVector<int64_t> strides;
  int64_t offset;
  // MLIR's query fails on empty memrefs.
  if (type.getLayout().isIdentity()) {
    layout.offset = constant(0);
    if (llvm::none_of(layout.sizes, [](AffineExpr size) { return !size; }))
      layout.strides = getDenseStrides(layout.sizes, context);
    else
      layout.strides.assign(type.getRank(), AffineExpr());
    return layout;
  }
  if (failed(type.getStridesAndOffset(strides, offset))) {
    layout.strides.assign(type.getRank(), AffineExpr());
    return layout;
  }
  for (int64_t stride : strides)
    layout.strides.push_back(ShapedType::isDynamic(stride) ? AffineExpr()
                                                           : constant(stride));
  if (!ShapedType::isDynamic(offset))
    layout.offset = constant(offset);
  return layout;
}

FailureOr<BufferLayout>
LayoutReader::readDense(ArrayRef<AffineExpr> dynamicSizes) {
  BufferLayout layout = readType();
  for (AffineExpr &size : layout.sizes)
    if (!size) {
      if (dynamicSizes.empty() || !dynamicSizes.front())
        return failure();
      size = dynamicSizes.front();
      dynamicSizes = dynamicSizes.drop_front();
    }
  if (type.getLayout().isIdentity())
    layout.strides = getDenseStrides(layout.sizes, context);
  return layout;
}

FailureOr<BufferLayout> LayoutReader::readSubView(memref::SubViewOp view) {
  FailureOr<BufferLayout> source = BufferLayout::get(view.getSource());
  if (failed(source))
    return failure();
  BufferLayout layout;
  layout.offset = source->offset;
  llvm::SmallBitVector dropped = view.getDroppedDims();
  auto offsets = view.getMixedOffsets(), sizes = view.getMixedSizes(),
       steps = view.getMixedStrides();
  for (unsigned dim = 0; dim < offsets.size(); ++dim) {
    AffineExpr start = getSizeExpr(offsets[dim], context);
    AffineExpr step = getSizeExpr(steps[dim], context);
    AffineExpr size = getSizeExpr(sizes[dim], context);
    layout.offset =
        layout.offset && start
            ? addSizeExprs(layout.offset,
                           mulSizeExprs(start, source->strides[dim]))
            : AffineExpr();
    if (dropped.test(dim))
      continue;
    if (!size || !step)
      return failure();
    layout.sizes.push_back(size);
    layout.strides.push_back(mulSizeExprs(source->strides[dim], step));
  }
  return layout;
}

FailureOr<BufferLayout> LayoutReader::readExpand(memref::ExpandShapeOp view) {
  FailureOr<BufferLayout> source = BufferLayout::get(view.getSrc());
  if (failed(source))
    return failure();
  BufferLayout layout;
  layout.offset = source->offset;
  for (OpFoldResult size : view.getMixedOutputShape()) {
    layout.sizes.push_back(getSizeExpr(size, context));
    if (!layout.sizes.back())
      return failure();
  }
  layout.strides.assign(layout.sizes.size(), constant(1));
  for (auto [dim, group] : llvm::enumerate(view.getReassociationIndices())) {
    AffineExpr stride = source->strides[dim];
    for (int64_t expanded : llvm::reverse(group)) {
      layout.strides[expanded] = stride;
      stride = mulSizeExprs(stride, layout.sizes[expanded]);
    }
  }
  return layout;
}

FailureOr<BufferLayout>
LayoutReader::readCollapse(memref::CollapseShapeOp view) {
  FailureOr<BufferLayout> source = BufferLayout::get(view.getSrc());
  if (failed(source))
    return failure();
  BufferLayout layout;
  layout.offset = source->offset;
  for (ArrayRef<int64_t> group : view.getReassociationIndices()) {
    AffineExpr size = constant(1), stride;
    // Of sizes of 1 the strides mean nothing.
    for (int64_t dim : group) {
      size = mulSizeExprs(size, source->sizes[dim]);
      if (source->sizes[dim] != constant(1) || !stride)
        stride = source->strides[dim];
    }
    layout.sizes.push_back(size);
    layout.strides.push_back(stride ? stride : constant(1));
  }
  return layout;
}

FailureOr<BufferLayout>
LayoutReader::readReinterpret(memref::ReinterpretCastOp view) {
  BufferLayout layout;
  for (auto [size, stride] :
       llvm::zip_equal(view.getMixedSizes(), view.getMixedStrides())) {
    layout.sizes.push_back(getSizeExpr(size, context));
    layout.strides.push_back(getSizeExpr(stride, context));
    if (!layout.sizes.back() || !layout.strides.back())
      return failure();
  }
  OpFoldResult offset = view.getMixedOffsets().front();
  layout.offset = getSizeExpr(offset, context);
  return layout;
}

FailureOr<BufferLayout> LayoutReader::merge(FailureOr<BufferLayout> layout) {
  if (failed(layout))
    return failure();
  BufferLayout stated = readType();
  for (auto [own, size] : llvm::zip_equal(layout->sizes, stated.sizes))
    own = size ? size : own;
  for (auto [own, stride] : llvm::zip_equal(layout->strides, stated.strides))
    own = stride ? stride : own;
  if (stated.offset)
    layout->offset = stated.offset;
  return layout;
}

FailureOr<BufferLayout> LayoutReader::read() {
  BufferLayout stated = readType();
  auto isKnown = [](AffineExpr expr) { return bool(expr); };
  if (llvm::all_of(stated.sizes, isKnown) &&
      llvm::all_of(stated.strides, isKnown) && stated.offset)
    return stated;
  if (auto argument = dyn_cast<BlockArgument>(buffer)) {
    auto func = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    auto map = func ? func.getArgAttrOfType<AffineMapAttr>(
                          argument.getArgNumber(), kSizesAttrName)
                    : AffineMapAttr();
    if (map && map.getValue().getNumResults() == type.getRank()) {
      SmallVector<AffineExpr> dynamic;
      for (auto [size, expr] :
           llvm::zip_equal(type.getShape(), map.getValue().getResults()))
        if (ShapedType::isDynamic(size))
          dynamic.push_back(normalizeSize(expr));
      FailureOr<BufferLayout> layout = readDense(dynamic);
      if (failed(layout) || !llvm::all_of(layout->strides, isKnown))
        return failure();
      return layout;
    }
    // Static but for the offset: the kernel's view of a part of a buffer.
    if (llvm::all_of(stated.sizes, isKnown) &&
        llvm::all_of(stated.strides, isKnown))
      return stated;
    return failure();
  }
  Operation *op = buffer.getDefiningOp();
  if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
    SmallVector<AffineExpr> sizes;
    for (Value size : alloc.getDynamicSizes())
      sizes.push_back(getSizeExpr(size));
    return readDense(sizes);
  }
  if (auto cast = dyn_cast<memref::CastOp>(op)) {
    // Only one of the two types need say it.
    if (!isa<MemRefType>(cast.getSource().getType()))
      return failure();
    return merge(BufferLayout::get(cast.getSource()));
  }
  if (auto view = dyn_cast<memref::SubViewOp>(op))
    return merge(readSubView(view));
  if (auto view = dyn_cast<memref::ExpandShapeOp>(op))
    return merge(readExpand(view));
  if (auto view = dyn_cast<memref::CollapseShapeOp>(op))
    return merge(readCollapse(view));
  if (auto view = dyn_cast<memref::ReinterpretCastOp>(op))
    return merge(readReinterpret(view));
  if (llvm::all_of(stated.sizes, isKnown) &&
      llvm::all_of(stated.strides, isKnown))
    return stated;
  return failure();
}

FailureOr<BufferLayout> BufferLayout::get(Value buffer) {
  return LayoutReader(buffer).read();
}
