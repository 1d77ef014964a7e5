//===- Constant.cpp - Constants -------------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Constant.h"

#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Constant.cpp.inc"

void DLCDialect::addConstantOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Constant.cpp.inc"
      >();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValueAttr(); }

LogicalResult ConstantOp::verify() {
  if (isa<DenseIntOrFPElementsAttr>(getValue()))
    return success();
  auto resource = dyn_cast<DenseResourceElementsAttr>(getValue());
  if (!resource)
    return emitOpError("the value must be dense or dense_resource");
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  std::optional<int64_t> width = elementBytesOf(getType().getElementType());
  std::optional<int64_t> count = countElements(getType());
  if (!count)
    return emitOpError("a constant must have a static shape");
  // Printing may leave the bytes out.
  if (!blob || !width)
    return success();
  if (blob->getData().size() != static_cast<uint64_t>(*count * *width))
    return emitOpError("the resource has ")
           << blob->getData().size() << " bytes, expected " << *count * *width;
  return success();
}

LogicalResult SizeOp::verify() {
  if (getValue().getDims().size() == 1)
    return success();
  return emitOpError("there must be one expression");
}

OpFoldResult SizeOp::fold(FoldAdaptor) {
  Dim size(getValue().getDims().front());
  if (!size.isNumber())
    return {};
  return IntegerAttr::get(getType(), size.getSize());
}

namespace {
/// A size read from a tensor of sizes, without the tensor.
struct ExtractSize : OpRewritePattern<tensor::ExtractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExtractOp op,
                                PatternRewriter &rewriter) const override {
    auto sizes = op.getTensor().getDefiningOp<SizesOp>();
    if (!sizes)
      return rewriter.notifyMatchFailure(op, "no sizes");
    ArrayRef<AffineExpr> exprs = sizes.getValues().getDims();
    int64_t at = 0;
    for (auto [index, size] :
         llvm::zip_equal(op.getIndices(), sizes.getType().getShape())) {
      std::optional<int64_t> position = getConstantIntValue(index);
      if (!position || *position < 0 || *position >= size)
        return rewriter.notifyMatchFailure(op, "which one isn't known");
      at = at * size + *position;
    }
    Value size = SizeOp::create(rewriter, op.getLoc(), rewriter.getIndexType(),
                                DimsAttr::get(getContext(), exprs[at]));
    rewriter.replaceOpWithNewOp<arith::IndexCastOp>(op, op.getType(), size);
    return success();
  }
};
} // namespace

void SizesOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<ExtractSize>(context);
}

LogicalResult SizesOp::verify() {
  if (countElements(getType()) ==
      static_cast<int64_t>(getValues().getDims().size()))
    return success();
  return emitOpError("there must be one expression per element");
}

LogicalResult DefineSizeOp::verify() {
  if (countElements(getValue().getType()) != 1)
    return emitOpError("the value must be one number");
  auto module = (*this)->getParentOfType<ModuleOp>();
  auto symbols =
      module ? module->getAttrOfType<ArrayAttr>("dlc.symbols") : ArrayAttr();
  if (!symbols)
    return success();
  auto symbol = getSymbol() < symbols.size()
                    ? dyn_cast<SymbolAttr>(symbols[getSymbol()])
                    : SymbolAttr();
  if (!symbol || !symbol.isComputed())
    return emitOpError("symbol ")
           << getSymbol() << " of the module is no computed size";
  return success();
}

std::optional<dlc::Shape> dlc::readSizes(Value value) {
  Operation *op = value.getDefiningOp();
  while (isa_and_nonnull<ReshapeOp, CastOp>(op))
    op = op->getOperand(0).getDefiningOp();
  auto sizes = dyn_cast_or_null<SizesOp>(op);
  if (!sizes)
    return std::nullopt;
  return Shape(llvm::map_range(sizes.getValues().getDims(),
                               [](AffineExpr expr) { return Dim(expr); }));
}

LogicalResult RangeOp::verify() {
  if (failed(checkShape(getLoc(), "start", getDims(getStart()), {})) ||
      failed(checkShape(getLoc(), "delta", getDims(getDelta()), {})) ||
      failed(checkElementTypes(getLoc(), "start", getStart().getType(), "y",
                               getType())) ||
      failed(checkElementTypes(getLoc(), "delta", getDelta().getType(), "y",
                               getType())))
    return failure();
  return checkRank(getLoc(), "y", getType(), 1);
}

Operation *DLCDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location location) {
  if (type.isIndex())
    return arith::ConstantOp::materialize(builder, value, type, location);
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getShapedType() != type)
    return nullptr;
  return ConstantOp::create(builder, location, type, elements);
}
