//===- ImportState.cpp - ImportState ops from ONNX ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportState.h"

#include "dialects/dlc/DLCDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::StringRef;

std::string dlc::onnximport::quote(StringRef name) {
  constexpr size_t longest = 200;
  std::string text = "'";
  llvm::raw_string_ostream stream(text);
  for (char c : name.take_front(longest)) {
    // Bytes of UTF-8 pass, control characters don't.
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      stream << "\\" << llvm::hexdigit(c >> 4) << llvm::hexdigit(c & 15);
    else
      stream << c;
  }
  stream << (name.size() > longest ? "...'" : "'");
  return text;
}

ImportState::ImportState(StringRef path, const ImportOptions &options,
                         MLIRContext *context)
    : path(path), folder(llvm::sys::path::parent_path(path)), options(options),
      context(context) {}

void ImportState::error(const Twine &text) {
  ++errors;
  emitError(UnknownLoc::get(context)) << path << ": " << text.str();
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

AffineExpr ImportState::findSymbol(StringRef name) const {
  auto known = symbolNumbers.find(name);
  return known == symbolNumbers.end()
             ? AffineExpr()
             : getAffineSymbolExpr(known->second, context);
}

AffineExpr ImportState::getSymbol(StringRef name, DimRange suggested) {
  if (AffineExpr known = findSymbol(name))
    return known;
  unsigned number = symbols.size();
  if (number == DimsAttr::maxSymbols) {
    error("the model has more than " + Twine(DimsAttr::maxSymbols) +
          " open dimensions; give some of them a size");
    return {};
  }
  DimRange given = options.dims.lookup(name);
  int64_t min = given.min.value_or(*suggested.min);
  int64_t likely = given.likely.value_or(*suggested.likely);
  int64_t max = given.max.value_or(std::max({*suggested.max, likely, min}));
  // A likely size that nobody stated keeps inside stated bounds.
  if (!given.likely)
    likely = std::clamp(likely, min, std::max(min, max));
  if (min < 0 || min > likely || likely > max || max >= int64_t(1) << 31) {
    error("dimension " + quote(name) + ": " + Twine(min) + " to " + Twine(max) +
          ", likely " + Twine(likely) + ", are no bounds of a size");
    return {};
  }
  symbolNumbers[name] = number;
  leastSizes.push_back(min);
  largestSizes.push_back(max);
  symbols.push_back(SymbolAttr::get(context, name, min, max, likely));
  return getAffineSymbolExpr(number, context);
}

AffineExpr ImportState::addComputedSymbol(StringRef wanted, AffineExpr most) {
  std::string name = wanted.str();
  // Of a node in a function or loop that is imported several times.
  for (unsigned i = 2; symbolNumbers.contains(name); ++i)
    name = (wanted + "#" + Twine(i)).str();
  unsigned number = symbols.size();
  if (number == DimsAttr::maxSymbols) {
    error("the model has more than " + Twine(DimsAttr::maxSymbols) +
          " open dimensions and sizes that depend on data");
    return {};
  }
  DimRange given = getGivenRange(name);
  // A divisor counts as at least 1.
  std::optional<SizeBounds> bounds = boundSize(most, leastSizes, largestSizes);
  if (auto division = dyn_cast<AffineBinaryOpExpr>(most);
      !bounds && division && division.getKind() == AffineExprKind::FloorDiv)
    bounds = boundSize(division.getLHS(), leastSizes, largestSizes);
  if (given.max && (!bounds || *given.max < bounds->high)) {
    most = getAffineConstantExpr(*given.max, context);
    bounds = SizeBounds{*given.max, *given.max};
  }
  constexpr int64_t largest = int64_t(1) << 40;
  if (!bounds || bounds->high < 0 || bounds->high >= largest) {
    error("the size " + quote(name) +
          ", which depends on data, has no upper bound");
    return {};
  }
  SmallVector<int64_t> likelySizes;
  for (Attribute symbol : symbols)
    likelySizes.push_back(cast<SymbolAttr>(symbol).getLikely());
  int64_t likely = evaluateSize(most, likelySizes).value_or(bounds->high);
  likely = std::clamp<int64_t>(given.likely.value_or(likely), 0, bounds->high);
  symbolNumbers[name] = number;
  leastSizes.push_back(0);
  largestSizes.push_back(bounds->high);
  symbols.push_back(SymbolAttr::get(context, name, 0, bounds->high, likely,
                                    DimsAttr::get(context, most)));
  return getAffineSymbolExpr(number, context);
}

ArrayAttr ImportState::getSymbols() const {
  return ArrayAttr::get(context, symbols);
}

//===----------------------------------------------------------------------===//
// Values at compile time
//===----------------------------------------------------------------------===//

/// True for what a subgraph is given by the node that it belongs to.
static bool isInSubgraph(BlockArgument argument) {
  return !isa_and_nonnull<FunctionOpInterface>(
      argument.getOwner()->getParentOp());
}

ElementsAttr ImportState::evaluateInput(BlockArgument argument) {
  if (!options.provideConstant)
    return {};
  ElementsAttr result =
      options.provideConstant(argumentNames[argument.getArgNumber()]);
  auto type = cast<RankedTensorType>(argument.getType());
  if (result && (result.getElementType() != type.getElementType() ||
                 failed(verifyCompatibleShape(result.getType(), type))))
    return {};
  return result;
}

ElementsAttr ImportState::evaluate(Value value, unsigned depth,
                                   Evaluated &evaluated) {
  // Shape arithmetic is shallow; deeper than this is a network.
  constexpr unsigned deepest = 64;
  auto known = evaluated.find(value);
  if (known != evaluated.end() || depth > deepest)
    return known != evaluated.end() ? known->second : ElementsAttr();

  ElementsAttr result;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (!isInSubgraph(argument) && &evaluated == &this->evaluated)
      result = evaluateInput(argument);
  } else if (!matchPattern(value, m_Constant(&result)) &&
             value.getDefiningOp()->getNumRegions() == 0) {
    Operation *op = value.getDefiningOp();
    SmallVector<Attribute> operands;
    for (Value operand : op->getOperands()) {
      operands.push_back(evaluate(operand, depth + 1, evaluated));
      if (!operands.back())
        break;
    }
    SmallVector<OpFoldResult> folded;
    if (operands.size() == op->getNumOperands() &&
        llvm::all_of(operands, [](Attribute a) { return bool(a); }) &&
        succeeded(op->fold(operands, folded)) && !folded.empty()) {
      OpFoldResult own = folded[cast<OpResult>(value).getResultNumber()];
      if (auto attribute = dyn_cast<Attribute>(own))
        result = dyn_cast<ElementsAttr>(attribute);
      else
        result = evaluate(cast<Value>(own), depth + 1, evaluated);
    }
  }
  evaluated[value] = result;
  return result;
}

ElementsAttr ImportState::evaluate(Value value) {
  return evaluate(value, 0, evaluated);
}

ElementsAttr ImportState::evaluateKnown(Value value) {
  return evaluate(value, 0, evaluatedKnown);
}

/// The values that an op reads, those that its regions capture too.
static SmallVector<Value> getReadValues(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  for (Region &region : op->getRegions())
    region.walk([&](Operation *inner) {
      llvm::append_range(values, inner->getOperands());
    });
  return values;
}

SmallVector<BlockArgument> ImportState::findArguments(Value value) const {
  SmallVector<BlockArgument> arguments;
  llvm::SetVector<Value> reached;
  reached.insert(value);
  for (size_t i = 0; i < reached.size(); ++i) {
    Value current = reached[i];
    if (auto argument = dyn_cast<BlockArgument>(current))
      arguments.push_back(argument);
    else
      reached.insert_range(getReadValues(current.getDefiningOp()));
  }
  return arguments;
}

std::string ImportState::explainUnknown(Value value) const {
  SmallVector<BlockArgument> arguments = findArguments(value);
  if (arguments.empty())
    return "what it is computed with can't be folded";
  if (llvm::any_of(arguments, isInSubgraph))
    return "it depends on the iterations of a loop";
  std::string text = "pass";
  for (BlockArgument argument : arguments)
    text += " " + options.spellConstant(argumentNames[argument.getArgNumber()]);
  return text;
}

std::string ImportState::explainDynamic(Value value) const {
  std::string text;
  for (BlockArgument argument : findArguments(value))
    if (!isInSubgraph(argument) &&
        !cast<RankedTensorType>(argument.getType()).hasStaticShape())
      text += " " + options.spellShape(argumentNames[argument.getArgNumber()]);
  return text.empty() ? "the sizes depend on data" : "pass" + text;
}
