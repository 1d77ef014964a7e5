//===- Signature.cpp - A model's inputs and outputs -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Signature.h"

#include "dialects/dlc/DLCDialect.h"
#include "dlc/Runtime/ABI.h"
#include "dlc/Support/HostTensor.h"
#include "dlc/Support/KeptState.h"
#include "dlc/Support/SizeExpr.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"
#include <map>
#include <set>

using namespace mlir;
using namespace dlc;

/// Sets the size of a tensor with these dimensions at most.
static llvm::Error setBytes(TensorSpec &spec, ArrayRef<int64_t> dims) {
  std::optional<int64_t> elements = getNumElements(dims, spec.dtype);
  if (!elements && llvm::is_contained(spec.dims, -1))
    return llvm::createStringError(
        "'" + spec.name + "', " + formatType(spec) +
        ", is too large at the bounds of its dimensions; give smaller ones, as "
        "in --dim NAME=1..64");
  if (!elements)
    return llvm::createStringError("'" + spec.name + "', " + formatType(spec) +
                                   ", is too large");
  spec.bytes = getDTypeBytes(spec.dtype, *elements);
  return llvm::Error::success();
}

/// Reads one argument or result; `kind` and `index` name one without a name.
static llvm::Expected<TensorSpec> getSpec(Type type, DictionaryAttr attributes,
                                          StringRef kind, unsigned index) {
  TensorSpec spec;
  ArrayAttr dimNames;
  if (attributes) {
    if (auto name = attributes.getAs<StringAttr>("dlc.name"))
      spec.name = name.str();
    dimNames = attributes.getAs<ArrayAttr>("dlc.dim_names");
  }
  if (spec.name.empty())
    spec.name = (kind + Twine(index)).str();
  auto tensor = dyn_cast<RankedTensorType>(type);
  spec.dtype = tensor ? getDType(tensor.getElementType()) : 0;
  if (!spec.dtype) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return llvm::createStringError(kind + " '" + spec.name + "' has type " +
                                   text + ", which the C ABI doesn't know");
  }
  for (auto [i, dim] : llvm::enumerate(tensor.getShape())) {
    spec.dims.push_back(ShapedType::isDynamic(dim) ? -1 : dim);
    spec.dimSymbols.push_back(-1);
    StringAttr name;
    if (dimNames && i < dimNames.size())
      name = dyn_cast<StringAttr>(dimNames[i]);
    spec.dimNames.push_back(name ? name.str() : std::string());
  }
  if (!tensor.hasStaticShape())
    return spec;
  if (llvm::Error error = setBytes(spec, spec.dims))
    return std::move(error);
  return spec;
}

/// The arguments of @main before its open sizes.
static unsigned getNumInputs(func::FuncOp main) {
  unsigned count = main.getNumArguments();
  while (count > 0 && main.getArgumentTypes()[count - 1].isIndex())
    --count;
  return count;
}

/// The states among the arguments, by number, and their results.
static llvm::Expected<std::map<unsigned, KeptState>>
getKeptStates(func::FuncOp main) {
  std::map<unsigned, KeptState> states;
  std::set<unsigned> results;
  for (unsigned i = 0, e = getNumInputs(main); i != e; ++i) {
    ScopedDiagnosticHandler quiet(main.getContext(),
                                  [](Diagnostic &) { return success(); });
    FailureOr<std::optional<KeptState>> state = KeptState::get(main, i);
    if (succeeded(state) && !*state)
      continue;
    if (failed(state) || (*state)->result >= main.getNumResults() ||
        main.getResultTypes()[(*state)->result] != main.getArgumentTypes()[i] ||
        !results.insert((*state)->result).second)
      return llvm::createStringError("argument " + Twine(i) +
                                     " of @main is a state without a result "
                                     "of its type");
    states[i] = **state;
  }
  return states;
}

/// True if a state is the result `index`.
static bool isStateResult(const std::map<unsigned, KeptState> &states,
                          unsigned index) {
  return llvm::any_of(
      states, [&](const auto &entry) { return entry.second.result == index; });
}

llvm::Expected<Signature> dlc::getSignature(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::createStringError("the module has no func.func @main");
  auto states = getKeptStates(main);
  if (!states)
    return states.takeError();
  Signature signature;
  for (unsigned i = 0, e = getNumInputs(main); i != e; ++i) {
    auto spec =
        getSpec(main.getArgumentTypes()[i], main.getArgAttrDict(i), "input", i);
    if (!spec)
      return spec.takeError();
    auto state = states->find(i);
    if (state == states->end()) {
      signature.inputs.push_back(std::move(*spec));
      continue;
    }
    auto output = getSpec(main.getArgumentTypes()[i],
                          main.getResultAttrDict(state->second.result),
                          "output", state->second.result);
    if (!output)
      return output.takeError();
    signature.states.push_back(
        {std::move(*spec), output->name, state->second.axis});
  }
  for (unsigned i = 0, e = main.getNumResults(); i != e; ++i) {
    if (isStateResult(*states, i))
      continue;
    auto spec = getSpec(main.getResultTypes()[i], main.getResultAttrDict(i),
                        "output", i);
    if (!spec)
      return spec.takeError();
    signature.outputs.push_back(std::move(*spec));
  }
  return signature;
}

bool dlc::hasOpenSizes(ModuleOp module) {
  auto symbols = module->getAttrOfType<ArrayAttr>("dlc.symbols");
  return symbols && !symbols.empty();
}

//===----------------------------------------------------------------------===//
// Open sizes
//===----------------------------------------------------------------------===//

/// Reads the trailing arguments of @main.
static llvm::Error readSymbols(func::FuncOp main, Signature &signature) {
  signature.symbols.clear();
  for (unsigned i = getNumInputs(main); i < main.getNumArguments(); ++i) {
    auto name = main.getArgAttrOfType<StringAttr>(i, "dlc.symbol");
    auto range = main.getArgAttrOfType<DenseI64ArrayAttr>(i, "dlc.range");
    if (!name || !range || range.size() != 3 || range[0] < 0 ||
        range[1] < range[0])
      return llvm::createStringError("argument " + Twine(i) +
                                     " of @main is an index without a name "
                                     "and bounds");
    signature.symbols.push_back({name.str(), range[0], range[1], range[2]});
  }
  signature.computedSizes.clear();
  auto symbols = main->getParentOfType<ModuleOp>()->getAttrOfType<ArrayAttr>(
      "dlc.symbols");
  for (Attribute entry : symbols ? symbols.getValue() : ArrayRef<Attribute>())
    if (auto symbol = cast<SymbolAttr>(entry); symbol.isComputed())
      signature.computedSizes.push_back({symbol.getName().str(),
                                         symbol.getMin(), symbol.getMax(),
                                         symbol.getLikely()});
  return llvm::Error::success();
}

/// True of a negative number, or something times one.
static bool isNegative(AffineExpr expr) {
  if (expr.getKind() == AffineExprKind::Mul)
    expr = cast<AffineBinaryOpExpr>(expr).getRHS();
  auto constant = dyn_cast<AffineConstantExpr>(expr);
  return constant && constant.getValue() < 0;
}

/// A size as C writes it; parentheses around it if it is a part of `outer`.
static std::string formatSize(AffineExpr expr, ArrayRef<SymbolSpec> symbols,
                              AffineExprKind outer = AffineExprKind::Add) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return std::to_string(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()].name;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExprKind kind = expr.getKind();
  StringRef op = kind == AffineExprKind::Add   ? " + "
                 : kind == AffineExprKind::Mul ? " * "
                 : kind == AffineExprKind::Mod ? " % "
                                               : " / ";
  AffineExpr rhs = binary.getRHS();
  if (kind == AffineExprKind::Add && isNegative(rhs)) {
    op = " - ";
    rhs = rhs * -1;
  }
  std::string right = formatSize(
      rhs, symbols, kind == AffineExprKind::Add ? kind : AffineExprKind::Mod);
  std::string text =
      formatSize(binary.getLHS(), symbols, kind) + op.str() + right;
  bool isPart = kind == AffineExprKind::Add ? outer != AffineExprKind::Add
                                            : outer == AffineExprKind::Mod;
  return isPart ? "(" + text + ")" : text;
}

/// Takes over the shape of an input or output; `map` says what its open sizes
/// are.
static llvm::Error refineShape(TensorSpec &spec, Type type, AffineMapAttr map,
                               ArrayRef<SymbolSpec> symbols) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  bool isKnown =
      tensor && (tensor.hasStaticShape() ||
                 (map && !symbols.empty() &&
                  map.getValue().getNumResults() == tensor.getRank() &&
                  map.getValue().getNumSymbols() <= symbols.size()));
  if (!isKnown)
    return llvm::createStringError(
        "the shape of '" + spec.name + "', " + formatType(spec) +
        ", depends on the inputs' values; only shapes known before are "
        "compiled");
  spec.dims.assign(tensor.getShape().begin(), tensor.getShape().end());
  spec.dimNames.resize(spec.dims.size());
  spec.dimSymbols.assign(spec.dims.size(), -1);
  SmallVector<int64_t> mins, maxs, largest(spec.dims);
  for (const SymbolSpec &symbol : symbols) {
    mins.push_back(symbol.min);
    maxs.push_back(symbol.max);
  }
  for (unsigned d = 0; d < spec.dims.size(); ++d) {
    if (!ShapedType::isDynamic(spec.dims[d]))
      continue;
    AffineExpr expr = normalizeSize(map.getValue().getResult(d));
    std::optional<SizeBounds> bounds = boundSize(expr, mins, maxs);
    spec.dims[d] = -1;
    spec.dimNames[d] = formatSize(expr, symbols);
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      spec.dimSymbols[d] = symbol.getPosition();
    // What overflows is refused with the whole tensor.
    largest[d] = bounds ? bounds->high : std::numeric_limits<int64_t>::max();
  }
  return setBytes(spec, largest);
}

/// The type of an argument or result of @main in the dialect's sizes, and the
/// map that says the open ones: of packed elements, `dlc.unpacked` says both.
static std::pair<Type, AffineMapAttr>
getTypeAndSizes(Type type, DictionaryAttr attributes) {
  if (!attributes)
    return {type, {}};
  auto unpacked = attributes.getAs<AffineMapAttr>("dlc.unpacked");
  if (!unpacked)
    return {type, attributes.getAs<AffineMapAttr>("dlc.sizes")};
  SmallVector<int64_t> shape = llvm::map_to_vector(
      unpacked.getValue().getResults(), [](AffineExpr expr) {
        return getConstantSize(expr).value_or(ShapedType::kDynamic);
      });
  return {RankedTensorType::get(shape, getElementTypeOrSelf(type)), unpacked};
}

/// Each symbol must be the size of an input's dimension, where a call finds it.
static llvm::Error checkBinding(const Signature &signature) {
  for (auto [i, symbol] : llvm::enumerate(signature.symbols)) {
    bool isBound = symbol.isKept;
    for (const TensorSpec &input : signature.inputs)
      isBound |= llvm::is_contained(input.dimSymbols, int32_t(i));
    if (!isBound)
      return llvm::createStringError("no dimension of an input has the size '" +
                                     symbol.name + "': pin it, as in --dim " +
                                     symbol.name + "=" + Twine(symbol.likely));
  }
  return llvm::Error::success();
}

/// Takes over what a state's length and room are, and its shape without the
/// latter.
static llvm::Error refineState(StateSpec &spec, func::FuncOp main,
                               unsigned argument, const KeptState &state,
                               std::vector<SymbolSpec> &symbols) {
  auto map = main.getArgAttrOfType<AffineMapAttr>(argument, "dlc.sizes");
  if (state.grows()) {
    if (!map || state.getBeforeSymbol() >= symbols.size() ||
        state.getRoomSymbol() >= symbols.size() ||
        map.getValue().getNumResults() != spec.input.dims.size())
      return llvm::createStringError("the state '" + spec.input.name +
                                     "' has a length that nothing tells");
    spec.symbol = state.getBeforeSymbol();
    spec.room = state.getRoomSymbol();
    SymbolSpec &length = symbols[spec.symbol];
    length.isKept = true;
    if (length.min != 0)
      return llvm::createStringError("the state '" + spec.input.name +
                                     "' begins empty, but the model "
                                     "takes a " +
                                     length.name + " of at least " +
                                     Twine(length.min));
    SmallVector<AffineExpr> sizes(map.getValue().getResults());
    sizes[state.axis] = state.before;
    map = AffineMapAttr::get(AffineMap::get(0, map.getValue().getNumSymbols(),
                                            sizes, main.getContext()));
  }
  return refineShape(spec.input, main.getArgumentTypes()[argument], map,
                     symbols);
}

/// Takes the rooms of states, which must be the last ones, from the symbols.
static llvm::Error takeRooms(Signature &signature) {
  std::set<int32_t> rooms;
  for (const StateSpec &state : signature.states)
    if (state.room >= 0)
      rooms.insert(state.room);
  signature.numRooms = rooms.size();
  if (!rooms.empty() &&
      *rooms.begin() + rooms.size() != signature.symbols.size())
    return llvm::createStringError("the sizes of states must be the last ones");
  signature.symbols.resize(signature.symbols.size() - rooms.size());
  return llvm::Error::success();
}

llvm::Error dlc::refineShapes(Signature &signature, ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  size_t numStates = signature.states.size();
  if (!main || main.getNumResults() != signature.outputs.size() + numStates ||
      getNumInputs(main) != signature.inputs.size() + numStates)
    return llvm::createStringError(
        "lowering changed the inputs or outputs of @main");
  if (llvm::Error error = readSymbols(main, signature))
    return error;
  auto states = getKeptStates(main);
  if (!states)
    return states.takeError();
  auto state = signature.states.begin();
  for (auto &[argument, kept] : *states)
    if (llvm::Error error =
            refineState(*state++, main, argument, kept, signature.symbols))
      return error;
  std::vector<SymbolSpec> symbols(signature.symbols);
  llvm::append_range(symbols, signature.computedSizes);
  auto refineAll = [&](std::vector<TensorSpec> &specs, TypeRange types,
                       auto isState, auto getAttributes) -> llvm::Error {
    auto spec = specs.begin();
    for (auto [i, declared] : llvm::enumerate(types)) {
      if (isState(i))
        continue;
      auto [type, map] = getTypeAndSizes(declared, getAttributes(i));
      if (llvm::Error error = refineShape(*spec++, type, map, symbols))
        return error;
    }
    return llvm::Error::success();
  };
  if (llvm::Error error = refineAll(
          signature.inputs,
          main.getArgumentTypes().take_front(getNumInputs(main)),
          [&](unsigned i) { return states->count(i) != 0; },
          [&](unsigned i) { return main.getArgAttrDict(i); }))
    return error;
  if (llvm::Error error = refineAll(
          signature.outputs, main.getResultTypes(),
          [&](unsigned i) { return isStateResult(*states, i); },
          [&](unsigned i) { return main.getResultAttrDict(i); }))
    return error;
  if (llvm::Error error = takeRooms(signature))
    return error;
  return checkBinding(signature);
}

std::vector<SymbolSpec> dlc::getFoundSizes(const Signature &signature) {
  std::vector<SymbolSpec> found;
  for (const SymbolSpec &size : signature.computedSizes)
    if (llvm::any_of(signature.outputs, [&](const TensorSpec &output) {
          return llvm::any_of(output.dimNames, [&](StringRef name) {
            return name.contains(size.name);
          });
        }))
      found.push_back(size);
  return found;
}

std::string dlc::formatSymbol(const SymbolSpec &symbol) {
  return (symbol.name + ": " + Twine(symbol.min) + " to " + Twine(symbol.max) +
          ", likely " + Twine(symbol.likely))
      .str();
}

std::string dlc::formatType(const TensorSpec &spec) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << getDTypeName(spec.dtype) << '[';
  for (auto [i, dim] : llvm::enumerate(spec.dims)) {
    os << (i ? ", " : "");
    if (dim >= 0)
      os << dim;
    else
      os << (spec.dimNames[i].empty() ? "?" : spec.dimNames[i]);
  }
  os << ']';
  return text;
}

llvm::Error dlc::checkStaticInputs(const Signature &signature,
                                   StringRef needs) {
  std::string text;
  for (const TensorSpec &input : signature.inputs) {
    if (!llvm::is_contained(input.dims, -1))
      continue;
    text += text.empty() && !needs.empty() ? needs.str() + ": " : "";
    text += "input '" + input.name + "' is " + formatType(input) +
            "; pin its dimensions, as in --shape " + input.name + "=";
    for (auto [i, dim] : llvm::enumerate(input.dims))
      text += (i ? "x" : "") + (dim < 0 ? "1" : std::to_string(dim));
    text += "\n";
  }
  if (text.empty())
    return llvm::Error::success();
  text.pop_back();
  return llvm::createStringError(text);
}
