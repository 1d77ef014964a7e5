//===- SymbolicSizes.cpp - The symbols below the dialect ------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SymbolicSizes.h"

#include "LoweringUtils.h"
#include "dialects/dlc/Constant.h"
#include "dlc/Support/ComputedSizes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc;

static SmallVector<SymbolAttr> getSymbols(ModuleOp module) {
  auto symbols = module->getAttrOfType<ArrayAttr>("dlc.symbols");
  if (!symbols)
    return {};
  return llvm::to_vector(symbols.getAsRange<SymbolAttr>());
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// The ONNX node that an op came from, `op_type:node_name`, or else the op's
/// own name.
static std::string getOrigin(Location loc) {
  std::string name;
  loc->walk([&](Location inner) {
    auto nameLoc = dyn_cast<NameLoc>(inner);
    if (!nameLoc)
      return WalkResult::advance();
    name = nameLoc.getName().str();
    return WalkResult::interrupt();
  });
  return name;
}

/// `text` with the model's names of the symbols, and divisions as people write
/// them.
static std::string nameSymbols(StringRef text, ArrayRef<SymbolAttr> symbols) {
  std::string result;
  while (!text.empty()) {
    if (text.consume_front(" floordiv ")) {
      result += " / ";
      continue;
    }
    bool beginsWord = result.empty() || !llvm::isAlnum(result.back());
    StringRef rest = text.drop_front();
    unsigned number;
    if (beginsWord && text.front() == 's' && !rest.consumeInteger(10, number) &&
        number < symbols.size() &&
        (rest.empty() || !llvm::isAlnum(rest.front()))) {
      result += symbols[number].getName();
      text = rest;
      continue;
    }
    result += text.front();
    text = text.drop_front();
  }
  return result;
}

/// Whether the relation holds for all sizes within the bounds, or for none; no
/// answer where that isn't known.
static std::optional<bool> prove(const SizeRelation &relation,
                                 ArrayRef<AffineExpr> mosts,
                                 ArrayRef<int64_t> lows,
                                 ArrayRef<int64_t> highs) {
  std::optional<SizeBounds> bounds = boundSize(relation.expr, lows, highs);
  // Of a computed size the bound may cancel out against other terms.
  if (AffineExpr most = raiseSize(relation.expr * -1, mosts, lows, highs))
    if (auto negated = boundSize(most, lows, highs); negated && bounds)
      bounds->low = std::max(bounds->low, -negated->high);
  if (!bounds)
    return std::nullopt;
  bool isEqual = relation.kind == SizeRelation::Kind::equal;
  if (bounds->high < 0 || (isEqual && bounds->low > 0))
    return false;
  if (bounds->low >= 0 && (!isEqual || bounds->high == 0))
    return true;
  return std::nullopt;
}

namespace {
/// The bounds of all symbols, which relations make narrower.
struct SymbolBounds {
  explicit SymbolBounds(ArrayRef<SymbolAttr> symbols) {
    for (SymbolAttr symbol : symbols) {
      lows.push_back(symbol.getMin());
      highs.push_back(symbol.getMax());
      mosts.push_back(symbol.isComputed() ? symbol.getMost().getDims().front()
                                          : AffineExpr());
    }
  }

  bool isComputed(AffineExpr expr) const {
    for (unsigned i = 0; i < mosts.size(); ++i)
      if (mosts[i] && expr.isFunctionOfSymbol(i))
        return true;
    return false;
  }

  bool narrow(const SizeRelation &relation);
  /// `expr` with numbers for those of its divisions that the bounds settle.
  AffineExpr settleDivisions(AffineExpr expr) const;
  /// The symbols with these bounds.
  ArrayAttr apply(ArrayRef<SymbolAttr> symbols, Builder &builder) const;

  SmallVector<int64_t> lows, highs;
  /// The upper bounds of computed sizes.
  SmallVector<AffineExpr> mosts;

private:
  std::optional<SizeBounds> boundBetween(AffineExpr expr, unsigned symbol,
                                         int64_t low, int64_t high) const;
};
} // namespace

/// The bounds of `expr` if one symbol lies between others than its own.
std::optional<SizeBounds> SymbolBounds::boundBetween(AffineExpr expr,
                                                     unsigned symbol,
                                                     int64_t low,
                                                     int64_t high) const {
  SmallVector<int64_t> someLows(lows), someHighs(highs);
  someLows[symbol] = low;
  someHighs[symbol] = high;
  return boundSize(expr, someLows, someHighs);
}

/// Takes off the bounds of a symbol the part for which a relation about it
/// alone is known not to hold, if the rest is known to hold; true if there is
/// such a part. Sizes that can never be have no arena, and a caller is told
/// the bounds.
bool SymbolBounds::narrow(const SizeRelation &given) {
  SizeRelation relation(given);
  relation.expr = normalizeSize(settleDivisions(given.expr));
  if (relation.kind != SizeRelation::Kind::atLeast)
    return false;
  std::optional<unsigned> symbol;
  for (unsigned i = 0; i < lows.size(); ++i)
    if (relation.expr.isFunctionOfSymbol(i)) {
      if (symbol)
        return false;
      symbol = i;
    }
  // A computed size is what it is.
  if (!symbol || mosts[*symbol])
    return false;
  auto holds = [&](int64_t low, int64_t high) {
    auto bounds = boundBetween(relation.expr, *symbol, low, high);
    return bounds && bounds->low >= 0;
  };
  auto fails = [&](int64_t low, int64_t high) {
    auto bounds = boundBetween(relation.expr, *symbol, low, high);
    return bounds && bounds->high < 0;
  };
  int64_t &low = lows[*symbol], &high = highs[*symbol];
  bool atLow = holds(low, low), atHigh = holds(high, high);
  if (atLow == atHigh)
    return false;
  // The last size at which it is as at the lower end, if it changes once.
  int64_t last = low, next = high;
  while (next - last > 1) {
    int64_t middle = last + (next - last) / 2;
    (holds(middle, middle) == atLow ? last : next) = middle;
  }
  if (atHigh && fails(low, last) && holds(next, high))
    low = next;
  else if (atLow && holds(low, last) && fails(next, high))
    high = last;
  else
    return false;
  return true;
}

AffineExpr SymbolBounds::settleDivisions(AffineExpr expr) const {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  if (expr.getKind() == AffineExprKind::FloorDiv) {
    std::optional<SizeBounds> bounds = boundSize(expr, lows, highs);
    return bounds && bounds->low == bounds->high
               ? getAffineConstantExpr(bounds->low, expr.getContext())
               : expr;
  }
  AffineExpr lhs = settleDivisions(binary.getLHS()),
             rhs = settleDivisions(binary.getRHS());
  return getAffineBinaryOpExpr(expr.getKind(), lhs, rhs);
}

ArrayAttr SymbolBounds::apply(ArrayRef<SymbolAttr> symbols,
                              Builder &builder) const {
  SmallVector<Attribute> narrowed;
  for (auto [symbol, low, high] : llvm::zip_equal(symbols, lows, highs))
    narrowed.push_back(SymbolAttr::get(
        builder.getContext(), symbol.getName(), low, high,
        std::clamp(symbol.getLikely(), low, high), symbol.getMost()));
  return builder.getArrayAttr(narrowed);
}

/// No result may have a negative size. Those in `seen` aren't looked at again.
static void checkResultSizes(Operation *op, llvm::DenseSet<AffineExpr> &seen) {
  for (Value result :
       llvm::make_filter_range(op->getResults(), [](Value value) {
         return isa<RankedTensorType>(value.getType());
       }))
    for (auto [i, dim] : llvm::enumerate(getDims(result)))
      if (AffineExpr expr = dim.getSymbolic(); expr && seen.insert(expr).second)
        SizeRelationCollector::assume(
            SizeRelation::Kind::atLeast, expr,
            "dimension " + std::to_string(i) +
                " of the result would have the size " + dim.getText());
}

LogicalResult dlc::writeSizeChecks(ModuleOp module,
                                   SmallVectorImpl<SizeCheck> &computed) {
  SmallVector<SymbolAttr> symbols = getSymbols(module);
  if (symbols.empty())
    return success();
  SizeRelationCollector collector;
  llvm::DenseSet<AffineExpr> results;
  module.walk([&](Operation *op) {
    collector.setLocation(op->getLoc());
    // What verification takes for granted is what code relies on. Result types
    // are inferred anew among the region invariants.
    if (!isa_and_nonnull<DLCDialect>(op->getDialect()))
      return;
    (void)op->getName().verifyInvariants(op);
    (void)op->getName().verifyRegionInvariants(op);
    checkResultSizes(op, results);
  });
  Builder builder(module.getContext());
  SymbolBounds bounds(symbols);
  // What one relation takes away, another may need to be decided.
  for (bool changed = true; changed;) {
    changed = false;
    for (const SizeRelation &relation : collector.getRelations())
      changed |= bounds.narrow(relation);
  }
  module->setAttr("dlc.symbols", bounds.apply(symbols, builder));
  SetVector<Attribute> checks;
  llvm::DenseSet<std::pair<void *, unsigned>> seen;
  for (const SizeRelation &relation : collector.getRelations()) {
    bool isEqual = relation.kind == SizeRelation::Kind::equal;
    std::optional<bool> proved =
        prove(relation, bounds.mosts, bounds.lows, bounds.highs);
    if (proved == false)
      return emitError(relation.location)
             << "no size within the bounds will do: "
             << nameSymbols(relation.text, symbols);
    if (proved ||
        !seen.insert({const_cast<void *>(relation.expr.getAsOpaquePointer()),
                      unsigned(isEqual)})
             .second)
      continue;
    std::string text = getOrigin(relation.location) + ": " +
                       nameSymbols(relation.text, symbols);
    if (bounds.isComputed(relation.expr)) {
      computed.push_back({relation.expr, isEqual, text});
      continue;
    }
    AffineMap map = AffineMap::get(0, symbols.size(), relation.expr);
    checks.insert(builder.getDictionaryAttr(
        {builder.getNamedAttr("expr", AffineMapAttr::get(map)),
         builder.getNamedAttr(
             "kind", builder.getStringAttr(isEqual ? "equal" : "at_least")),
         builder.getNamedAttr("text", builder.getStringAttr(text))}));
  }
  if (!checks.empty())
    module->setAttr("dlc.checks", builder.getArrayAttr(checks.getArrayRef()));
  return success();
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

void dlc::addSymbolArguments(func::FuncOp function) {
  // What is lowered already has them.
  if (function.isExternal() ||
      llvm::any_of(function.getArgumentTypes(),
                   [](Type type) { return type.isIndex(); }))
    return;
  Builder builder(function.getContext());
  for (SymbolAttr symbol : getSymbols(function->getParentOfType<ModuleOp>())) {
    NamedAttribute attributes[] = {
        builder.getNamedAttr("dlc.symbol",
                             builder.getStringAttr(symbol.getName())),
        builder.getNamedAttr("dlc.range", builder.getDenseI64ArrayAttr(
                                              {symbol.getMin(), symbol.getMax(),
                                               symbol.getLikely()}))};
    (void)function.insertArgument(
        function.getNumArguments(), builder.getIndexType(),
        builder.getDictionaryAttr(attributes), function.getLoc());
  }
}

//===----------------------------------------------------------------------===//
// Computed sizes
//===----------------------------------------------------------------------===//

/// The index arguments, which are the symbols.
static SmallVector<BlockArgument> getSymbolArguments(func::FuncOp function) {
  return llvm::filter_to_vector(
      function.getArguments(),
      [](BlockArgument argument) { return argument.getType().isIndex(); });
}

namespace {
/// Lowers the definition of one size.
class DefinitionLowering {
public:
  DefinitionLowering(DefineSizeOp op, ArrayRef<SymbolAttr> symbols)
      : op(op), symbols(symbols), symbol(symbols[op.getSymbol()]),
        b(op.getLoc(), op) {}

  void lower(ArrayRef<SizeCheck> checks);

private:
  Value createCall();
  void check(const SizeCheck &check);
  /// True if the size is the last one that `expr` needs.
  bool completes(AffineExpr expr);

  DefineSizeOp op;
  ArrayRef<SymbolAttr> symbols;
  SymbolAttr symbol;
  ImplicitLocOpBuilder b;
};
} // namespace

bool DefinitionLowering::completes(AffineExpr expr) {
  unsigned own = op.getSymbol();
  if (!expr.isFunctionOfSymbol(own))
    return false;
  for (unsigned i = own + 1; i < symbols.size(); ++i)
    if (expr.isFunctionOfSymbol(i))
      return false;
  return true;
}

Value DefinitionLowering::createCall() {
  SmallVector<Value> indices(tensorType(op.getValue()).getRank(),
                             indexConstant(b, 0));
  Value value = tensor::ExtractOp::create(b, op.getValue(), indices);
  auto call = func::CallOp::create(b, kDefineSizeName,
                                   TypeRange(b.getIndexType()), value);
  AffineMap most =
      AffineMap::get(0, symbols.size(), symbol.getMost().getDims().front());
  call->setAttr(kNumberAttrName, op.getSymbolAttr());
  call->setAttr("dlc.symbol", b.getStringAttr(symbol.getName()));
  call->setAttr("dlc.range",
                b.getDenseI64ArrayAttr(
                    {symbol.getMin(), symbol.getMax(), symbol.getLikely()}));
  call->setAttr(kMostAttrName, AffineMapAttr::get(most));
  return call.getResult(0);
}

void DefinitionLowering::check(const SizeCheck &check) {
  Value value = getSizeValue(b, Dim(check.expr));
  Value holds = arith::CmpIOp::create(
      b, check.isEqual ? arith::CmpIPredicate::eq : arith::CmpIPredicate::sge,
      value, indexConstant(b, 0));
  cf::AssertOp::create(b, holds, check.text);
}

void DefinitionLowering::lower(ArrayRef<SizeCheck> checks) {
  createCall();
  MLIRContext *context = op.getContext();
  AffineExpr own = getAffineSymbolExpr(op.getSymbol(), context);
  AffineExpr most = symbol.getMost().getDims().front();
  std::string mostText = nameSymbols(Dim(most).getText(), symbols);
  std::string text = (getOrigin(op.getLoc()) + ": " + symbol.getName() +
                      " must be " + Twine(symbol.getMin()) + " to " + mostText)
                         .str();
  check({own - symbol.getMin(), false, text});
  check({most - own, false, text});
  for (const SizeCheck &other : checks)
    if (completes(other.expr))
      check(other);
  op.erase();
}

LogicalResult dlc::lowerDefinitions(func::FuncOp function,
                                    ArrayRef<SizeCheck> checks) {
  SmallVector<SymbolAttr> symbols =
      getSymbols(function->getParentOfType<ModuleOp>());
  SmallVector<DefineSizeOp> definitions;
  function.walk([&](DefineSizeOp op) { definitions.push_back(op); });
  for (unsigned i = 0; i < symbols.size(); ++i) {
    size_t count = llvm::count_if(
        definitions, [&](DefineSizeOp op) { return op.getSymbol() == i; });
    if (symbols[i].isComputed() && count != 1)
      return function.emitError("the computed size '")
             << symbols[i].getName() << "' has " << count << " definitions";
  }
  if (definitions.empty())
    return success();
  OpBuilder builder(function);
  auto declaration = func::FuncOp::create(
      builder, function.getLoc(), kDefineSizeName,
      builder.getFunctionType(builder.getI64Type(), builder.getIndexType()));
  declaration.setPrivate();
  function->setAttr(kComputesSizesAttrName, builder.getUnitAttr());
  for (DefineSizeOp op : definitions)
    DefinitionLowering(op, symbols).lower(checks);
  return success();
}

LogicalResult dlc::replaceComputedArguments(func::FuncOp function) {
  SmallVector<BlockArgument> arguments = getSymbolArguments(function);
  SmallVector<func::CallOp> calls;
  function.walk([&](func::CallOp call) {
    if (call->hasAttr(kNumberAttrName))
      calls.push_back(call);
  });
  DominanceInfo dominance(function);
  llvm::BitVector erased(function.getNumArguments());
  for (func::CallOp call : calls) {
    int64_t number = call->getAttrOfType<IntegerAttr>(kNumberAttrName).getInt();
    BlockArgument argument = arguments[number];
    for (Operation *user : argument.getUsers())
      if (!dominance.dominates(call, user))
        return user->emitError("needs the size ")
               << call->getAttr("dlc.symbol")
               << ", which is found later or in another block";
    argument.replaceAllUsesWith(call.getResult(0));
    erased.set(argument.getArgNumber());
  }
  return function.eraseArguments(erased);
}

//===----------------------------------------------------------------------===//
// Encodings
//===----------------------------------------------------------------------===//

/// The type without `#dlc.dims`.
static Type dropEncoding(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !isa_and_nonnull<DimsAttr>(tensor.getEncoding()))
    return type;
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType());
}

/// All sizes of an argument or result as a map from the symbols; null if none
/// is open.
static AffineMapAttr getSizesMap(Type type, unsigned numSymbols) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  auto dims =
      tensor ? dyn_cast_or_null<DimsAttr>(tensor.getEncoding()) : DimsAttr();
  if (!dims)
    return {};
  return AffineMapAttr::get(
      AffineMap::get(0, numSymbols, dims.getDims(), type.getContext()));
}

void dlc::dropDims(func::FuncOp function) {
  unsigned numSymbols = llvm::count_if(
      function.getArgumentTypes(), [](Type type) { return type.isIndex(); });
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (AffineMapAttr map = getSizesMap(type, numSymbols))
      function.setArgAttr(i, "dlc.sizes", map);
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (AffineMapAttr map = getSizesMap(type, numSymbols))
      function.setResultAttr(i, "dlc.sizes", map);
  function.walk([](Operation *op) {
    for (Value result : op->getResults())
      result.setType(dropEncoding(result.getType()));
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (BlockArgument argument : block.getArguments())
          argument.setType(dropEncoding(argument.getType()));
  });
  auto drop = [](TypeRange types) {
    return llvm::map_to_vector(types, dropEncoding);
  };
  function.setType(FunctionType::get(function.getContext(),
                                     drop(function.getArgumentTypes()),
                                     drop(function.getResultTypes())));
}
