//===- Dim.cpp - The sizes of tensors -------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Dim.h"

#include "dialects/dlc/DLCDialect.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dlc;

Dim::Dim(AffineExpr expr) : number(ShapedType::kDynamic), expr(expr) {
  if (std::optional<int64_t> constant = getConstantSize(expr)) {
    number = *constant;
    this->expr = {};
  }
}

AffineExpr Dim::getExpr(MLIRContext *context) const {
  return isNumber() ? getAffineConstantExpr(number, context) : expr;
}

std::string Dim::getText() const {
  if (isNumber())
    return std::to_string(number);
  std::string text = "?";
  if (expr) {
    text.clear();
    llvm::raw_string_ostream(text) << expr;
  }
  return text;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

Shape dlc::toDims(ArrayRef<int64_t> sizes) {
  return Shape(sizes.begin(), sizes.end());
}

SmallVector<int64_t> dlc::toSizes(ArrayRef<Dim> dims) {
  return llvm::map_to_vector(dims,
                             [](const Dim &dim) { return dim.getSize(); });
}

Shape dlc::getDims(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Shape dims = toDims(tensor.getShape());
  auto encoding = dyn_cast_or_null<DimsAttr>(tensor.getEncoding());
  if (!encoding || encoding.getDims().size() != dims.size())
    return dims;
  for (auto [dim, expr] : llvm::zip_equal(dims, encoding.getDims()))
    if (isDynamic(dim))
      dim = Dim(expr);
  return dims;
}

Dim dlc::getDim(Type type, int64_t axis) { return getDims(type)[axis]; }

RankedTensorType dlc::makeTensorType(ArrayRef<Dim> dims, Type elementType) {
  SmallVector<AffineExpr> exprs;
  MLIRContext *context = elementType.getContext();
  for (const Dim &dim : dims)
    exprs.push_back(dim.getExpr(context));
  bool isSymbolic = isAnyDynamic(dims) && areKnown(dims);
  return RankedTensorType::get(toSizes(dims), elementType,
                               isSymbolic ? DimsAttr::get(context, exprs)
                                          : DimsAttr());
}

std::string dlc::shapeText(ArrayRef<Dim> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream stream(text);
  bool hasExprs = llvm::any_of(
      shape, [](const Dim &dim) { return bool(dim.getSymbolic()); });
  llvm::interleave(
      shape, stream, [&](const Dim &dim) { stream << dim.getText(); },
      hasExprs ? " x " : "x");
  return text;
}

Dim dlc::ceilDiv(const Dim &dim, int64_t by) {
  if (dim.isNumber())
    return dim.getSize() / by + (dim.getSize() % by != 0);
  if (dim.isUnknown())
    return {};
  AffineExpr expr = dim.getSymbolic();
  auto constant = [&](int64_t value) {
    return getAffineConstantExpr(value, expr.getContext());
  };
  return Dim(
      floorDivSizeExprs(addSizeExprs(expr, constant(by - 1)), constant(by)));
}

std::optional<Dim> dlc::countDims(ArrayRef<Dim> dims) {
  int64_t number = 1;
  AffineExpr expr;
  bool isUnknown = false;
  for (const Dim &dim : dims) {
    isUnknown |= dim.isUnknown();
    if (AffineExpr symbolic = dim.getSymbolic()) {
      expr = expr ? mulSizeExprs(expr, symbolic) : symbolic;
      continue;
    }
    std::optional<int64_t> product =
        dim.isNumber() ? llvm::checkedMul(number, dim.getSize()) : number;
    if (!product)
      return std::nullopt;
    number = *product;
  }
  if (isUnknown && number != 0)
    return Dim();
  if (!expr)
    return Dim(number);
  return Dim(
      mulSizeExprs(expr, getAffineConstantExpr(number, expr.getContext())));
}

//===----------------------------------------------------------------------===//
// What is taken for granted
//===----------------------------------------------------------------------===//

static thread_local SizeRelationCollector *activeCollector = nullptr;

SizeRelationCollector::SizeRelationCollector() : outer(activeCollector) {
  activeCollector = this;
}

SizeRelationCollector::~SizeRelationCollector() { activeCollector = outer; }

void SizeRelationCollector::assume(SizeRelation::Kind kind, AffineExpr expr,
                                   std::string text) {
  if (!activeCollector)
    return;
  Location location =
      activeCollector->location.value_or(UnknownLoc::get(expr.getContext()));
  activeCollector->relations.push_back({kind, expr, location, std::move(text)});
}

//===----------------------------------------------------------------------===//
// The attribute
//===----------------------------------------------------------------------===//

/// The names that expressions in text give the symbols.
static SmallVector<std::pair<StringRef, AffineExpr>>
getSymbolNames(MLIRContext *context) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> names;
    for (unsigned i = 0; i < DimsAttr::maxSymbols; ++i)
      names.push_back("s" + std::to_string(i));
    return names;
  }();
  SmallVector<std::pair<StringRef, AffineExpr>> symbols;
  for (auto [i, name] : llvm::enumerate(names))
    symbols.push_back({name, getAffineSymbolExpr(i, context)});
  return symbols;
}

Attribute DimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<AffineExpr> dims;
  auto symbols = getSymbolNames(parser.getContext());
  auto parseDim = [&] {
    AffineExpr expr;
    if (parser.parseAffineExpr(symbols, expr))
      return failure();
    dims.push_back(normalizeSize(expr));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater,
                                     parseDim))
    return {};
  return DimsAttr::get(parser.getContext(), dims);
}

void DimsAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(getDims(), printer,
                        [&](AffineExpr dim) { printer << dim; });
  printer << '>';
}
