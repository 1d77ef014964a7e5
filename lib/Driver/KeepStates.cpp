//===- KeepStates.cpp - Pairs that become states --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KeepStates.h"

#include "dialects/dlc/DLCDialect.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "dlc/Support/HostTensor.h"
#include "dlc/Support/KeptState.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc;
using llvm::createStringError;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static SmallVector<StringRef> getNames(const std::vector<TensorSpec> &specs) {
  return llvm::map_to_vector(
      specs, [](const TensorSpec &spec) { return StringRef(spec.name); });
}

/// The number of the tensor called `name`; how many there are, if none is.
static unsigned findName(const std::vector<TensorSpec> &specs, StringRef name) {
  return llvm::find_if(
             specs, [&](const TensorSpec &spec) { return spec.name == name; }) -
         specs.begin();
}

/// What each `*` of `pattern` stands for in `name`, as short as possible; none
/// if the pattern isn't of this name.
static std::optional<SmallVector<StringRef>> matchName(StringRef pattern,
                                                       StringRef name) {
  SmallVector<StringRef> pieces, stars;
  pattern.split(pieces, '*');
  if (!name.consume_front(pieces.front()))
    return std::nullopt;
  for (auto [i, piece] : llvm::enumerate(ArrayRef(pieces).drop_front())) {
    bool isLast = i + 2 == pieces.size();
    size_t at = isLast && name.ends_with(piece) ? name.size() - piece.size()
                                                : name.find(piece);
    if (at == StringRef::npos || (isLast && at + piece.size() != name.size()))
      return std::nullopt;
    stars.push_back(name.take_front(at));
    name = name.drop_front(at + piece.size());
  }
  if (pieces.size() == 1 && !name.empty())
    return std::nullopt;
  return stars;
}

static std::string fillStars(StringRef pattern, ArrayRef<StringRef> stars) {
  std::string text;
  for (char c : pattern) {
    if (c != '*') {
      text += c;
      continue;
    }
    text += stars.front();
    stars = stars.drop_front();
  }
  return text;
}

/// Adds the pairs that `IN=OUT` names.
static llvm::Error addPairs(StringRef request, const Signature &signature,
                            std::vector<StatePair> &pairs) {
  SmallVector<StringRef> inputs = getNames(signature.inputs),
                         outputs = getNames(signature.outputs);
  auto fail = [&](const Twine &why) {
    return createStringError("--state " + request + ": " + why);
  };
  auto [in, out] = request.split('=');
  if (in.empty() || out.empty() || in.count('*') != out.count('*'))
    return fail(
        "expected INPUT=OUTPUT, as in past_key_values.*=present.*, with "
        "as many * on both sides, or auto");
  bool isPattern = in.contains('*'), matches = false;
  for (StringRef input : inputs) {
    std::optional<SmallVector<StringRef>> stars = matchName(in, input);
    if (!stars)
      continue;
    std::string output = fillStars(out, *stars);
    bool isThere = llvm::is_contained(outputs, output);
    if (!isThere && !isPattern)
      return fail("the model has no output '" + output +
                  "'; its outputs are '" + llvm::join(outputs, "', '") + "'");
    if (!isThere)
      continue;
    matches = true;
    pairs.push_back({input.str(), output});
  }
  if (!matches)
    return fail("the model has no such " +
                Twine(isPattern ? "inputs and outputs" : "input") +
                "; its inputs are '" + llvm::join(inputs, "', '") +
                "', its outputs '" + llvm::join(outputs, "', '") + "'");
  return llvm::Error::success();
}

/// How many of an input's guesses don't depend on what its name contains.
static constexpr size_t kAnyGuesses = 3;

/// What the next value of an input is called, by the customs of exporters.
static SmallVector<std::string> guessOutputs(StringRef input) {
  SmallVector<std::string> guesses;
  auto replace = [&](StringRef from, StringRef to) {
    size_t at = input.find(from);
    if (at != StringRef::npos)
      guesses.push_back(
          (input.take_front(at) + to + input.drop_front(at + from.size()))
              .str());
  };
  replace("past_key_values", "present");
  replace("past", "present");
  replace("_in", "_out");
  guesses.push_back((input + "N").str());
  guesses.push_back((input + "_out").str());
  guesses.push_back((input + "_n").str());
  return guesses;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The dimension in which the output is larger, -1 if the two have one shape,
/// none if they differ otherwise.
static std::optional<int64_t> findAxis(RankedTensorType input,
                                       RankedTensorType output) {
  if (input.getElementType() != output.getElementType() ||
      input.getRank() != output.getRank())
    return std::nullopt;
  if (input == output)
    return -1;
  Shape before = getDims(input), after = getDims(output);
  std::optional<int64_t> axis;
  for (int64_t dim = 0; dim < input.getRank(); ++dim) {
    if (before[dim] == after[dim])
      continue;
    if (axis)
      return std::nullopt;
    axis = dim;
  }
  return axis;
}

/// The concatenation behind `past` that makes the output; null if it is none.
static ConcatOp findConcat(BlockArgument past, Value output, int64_t axis) {
  auto concat = output.getDefiningOp<ConcatOp>();
  if (!concat || concat.getInputs().size() < 2 ||
      concat.getInputs().front() != past || int64_t(concat.getAxis()) != axis ||
      concat->getBlock() != past.getOwner())
    return nullptr;
  return concat;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

namespace {
/// Makes states of one model.
class StateKeeper {
public:
  StateKeeper(func::FuncOp main, const Signature &signature)
      : main(main), module(main->getParentOfType<ModuleOp>()),
        signature(signature) {
    if (auto attr = module->getAttrOfType<ArrayAttr>("dlc.symbols"))
      symbols.assign(attr.begin(), attr.end());
  }

  llvm::Error keep(const StatePair &pair);
  /// Writes what is the same for all states.
  void finish(const llvm::StringMap<DimRange> &dims);

private:
  llvm::Error keepGrowing(const StatePair &pair, BlockArgument past,
                          KeptState &state);
  llvm::Error fail(const StatePair &pair, const Twine &why) {
    return createStringError("--state " + pair.first + "=" + pair.second +
                             ": " + why);
  }
  /// The symbol of the room for `length`, a symbol.
  AffineExpr getRoom(AffineExpr length);
  void append(BlockArgument past, ConcatOp concat, const KeptState &state,
              const Shape &before);

  func::FuncOp main;
  ModuleOp module;
  const Signature &signature;
  SmallVector<Attribute> symbols;
  llvm::DenseMap<AffineExpr, AffineExpr> rooms;
  SmallVector<std::pair<unsigned, KeptState>> states;
};
} // namespace

AffineExpr StateKeeper::getRoom(AffineExpr length) {
  AffineExpr &room = rooms[length];
  if (!room && symbols.size() < DimsAttr::maxSymbols) {
    auto symbol =
        cast<SymbolAttr>(symbols[cast<AffineSymbolExpr>(length).getPosition()]);
    room = getAffineSymbolExpr(symbols.size(), main.getContext());
    symbols.push_back(SymbolAttr::get(main.getContext(),
                                      ("room for " + symbol.getName()).str(), 0,
                                      symbol.getMax(), symbol.getMax()));
  }
  return room;
}

/// Slices of the first `length` positions of a buffer.
static Value takeFirst(OpBuilder &builder, Location loc, Value buffer,
                       RankedTensorType type) {
  return SliceOp::create(builder, loc, type, buffer, Shape(type.getRank(), 0),
                         getDims(type),
                         SmallVector<int64_t>(type.getRank(), 1));
}

void StateKeeper::append(BlockArgument past, ConcatOp concat,
                         const KeptState &state, const Shape &before) {
  RankedTensorType pastType = cast<RankedTensorType>(past.getType()),
                   presentType = concat.getType();
  Shape room = before;
  room[state.axis] = Dim(state.room);
  past.setType(withDims(pastType, room));
  OpBuilder builder(concat);
  Location loc = concat.getLoc();
  Value rows = concat.getInputs()[1];
  if (concat.getInputs().size() > 2)
    rows = ConcatOp::create(builder, loc, concat.getInputs().drop_front(),
                            state.axis);
  Value buffer = AppendOp::create(
      builder, loc, past, rows, state.axis,
      DimsAttr::get(main.getContext(), ArrayRef<AffineExpr>{state.before}));
  // What the past is read for, it is read from the buffer, before or after its
  // rows are added.
  SmallVector<OpOperand *> reads;
  for (OpOperand &use : past.getUses())
    if (use.getOwner() != concat && use.getOwner() != buffer.getDefiningOp())
      reads.push_back(&use);
  for (OpOperand *read : reads) {
    OpBuilder at(read->getOwner());
    bool isLater = concat->isBeforeInBlock(
        concat->getBlock()->findAncestorOpInBlock(*read->getOwner()));
    read->set(takeFirst(at, loc, isLater ? buffer : Value(past), pastType));
  }
  main.front().getTerminator()->setOperand(state.result, buffer);
  concat.replaceAllUsesWith(takeFirst(builder, loc, buffer, presentType));
  concat.erase();
}

llvm::Error StateKeeper::keepGrowing(const StatePair &pair, BlockArgument past,
                                     KeptState &state) {
  auto type = cast<RankedTensorType>(past.getType());
  Value present = main.front().getTerminator()->getOperand(state.result);
  Shape before = getDims(type), after = getDims(present);
  std::string dim = ("dimension " + Twine(state.axis)).str();
  state.before = before[state.axis].getSymbolic();
  state.after = after[state.axis].getSymbolic();
  auto length = dyn_cast_if_present<AffineSymbolExpr>(state.before);
  if (!length || !state.after)
    return fail(pair, dim + " of the input, in which it grows, is " +
                          before[state.axis].getText() +
                          ": it must be an open dimension of its own");
  auto symbol = cast<SymbolAttr>(symbols[length.getPosition()]);
  if (symbol.getMin() != 0)
    return fail(pair, dim + " of the input, '" + symbol.getName() +
                          "', is at least " + Twine(symbol.getMin()) +
                          ", but a state begins empty: say --dim " +
                          symbol.getName() + "=0.." + Twine(symbol.getMax()));
  ConcatOp concat = findConcat(past, present, state.axis);
  if (!concat)
    return fail(pair, "the output isn't a concatenation of the input and what "
                      "is new, along " +
                          dim);
  if (!symbols.empty() && cast<SymbolAttr>(symbols.back()).isComputed())
    return fail(pair, "a model that finds sizes while it runs ('" +
                          cast<SymbolAttr>(symbols.back()).getName() +
                          "') keeps no state that grows");
  state.room = getRoom(state.before);
  if (!state.room)
    return fail(pair, "the model has too many open dimensions");
  append(past, concat, state, before);
  return llvm::Error::success();
}

llvm::Error StateKeeper::keep(const StatePair &pair) {
  unsigned input = findName(signature.inputs, pair.first);
  KeptState state;
  state.result = findName(signature.outputs, pair.second);
  for (auto &[other, otherState] : states)
    if (other == input || otherState.result == state.result)
      return fail(pair, "'" + (other == input ? pair.first : pair.second) +
                            "' is part of another state");
  BlockArgument argument = main.getArgument(input);
  Value output = main.front().getTerminator()->getOperand(state.result);
  auto inputType = cast<RankedTensorType>(argument.getType()),
       outputType = cast<RankedTensorType>(output.getType());
  std::optional<int64_t> axis = findAxis(inputType, outputType);
  if (!axis)
    return fail(pair, formatType(signature.inputs[input]) + " and " +
                          formatType(signature.outputs[state.result]) +
                          " are no state: they need one element type and one "
                          "shape, but for one dimension that grows");
  if (isPackedType(inputType.getElementType()))
    return fail(pair, "elements of " +
                          getDTypeName(signature.inputs[input].dtype) +
                          " are several to a byte, where no state can grow or "
                          "be kept; keep them as 8-bit integers");
  state.axis = *axis;
  if (state.grows())
    if (llvm::Error error = keepGrowing(pair, argument, state))
      return error;
  states.push_back({input, state});
  return llvm::Error::success();
}

void StateKeeper::finish(const llvm::StringMap<DimRange> &dims) {
  OpBuilder builder(main.getContext());
  for (auto &[input, state] : states) {
    if (!state.grows())
      continue;
    auto rows =
        dyn_cast<AffineSymbolExpr>(subSizeExprs(state.after, state.before));
    auto symbol =
        rows ? cast<SymbolAttr>(symbols[rows.getPosition()]) : SymbolAttr();
    if (symbol && !dims.lookup(symbol.getName()).likely &&
        symbol.getMin() <= 1 && symbol.getMax() >= 1)
      symbols[rows.getPosition()] =
          SymbolAttr::get(main.getContext(), symbol.getName(), symbol.getMin(),
                          symbol.getMax(), /*likely=*/1);
  }
  if (!symbols.empty())
    module->setAttr("dlc.symbols", builder.getArrayAttr(symbols));
  for (auto &[input, state] : states)
    main.setArgAttr(input, kStateAttrName,
                    state.toAttr(main.getContext(), symbols.size()));
  main.setType(
      builder.getFunctionType(main.front().getArgumentTypes(),
                              main.front().getTerminator()->getOperandTypes()));
}

//===----------------------------------------------------------------------===//
// The interface
//===----------------------------------------------------------------------===//

/// The function, if it is one that can have states: not one that is read from
/// a file and has them already.
static func::FuncOp findMain(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || main.isExternal() || !main.getBody().hasOneBlock())
    return nullptr;
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (isKeptState(main, i))
      return nullptr;
  return main;
}

static std::vector<StatePair> findPairs(func::FuncOp main,
                                        const Signature &signature) {
  std::vector<StatePair> pairs;
  llvm::DenseSet<unsigned> taken;
  for (auto [i, input] : llvm::enumerate(signature.inputs))
    for (const std::string &guess : guessOutputs(input.name)) {
      unsigned result = findName(signature.outputs, guess);
      if (result == signature.outputs.size() || taken.contains(result))
        continue;
      auto inputType = dyn_cast<RankedTensorType>(main.getArgumentTypes()[i]),
           outputType =
               dyn_cast<RankedTensorType>(main.getResultTypes()[result]);
      std::optional<int64_t> axis = inputType && outputType
                                        ? findAxis(inputType, outputType)
                                        : std::nullopt;
      Value output = main.front().getTerminator()->getOperand(result);
      if (!axis ||
          (*axis >= 0 && !findConcat(main.getArgument(i), output, *axis)))
        continue;
      taken.insert(result);
      pairs.push_back({input.name, guess});
      break;
    }
  // What has no other input maps pictures to pictures, say.
  if (pairs.size() == signature.inputs.size())
    pairs.clear();
  return pairs;
}

std::vector<StatePair> dlc::findStatePairs(ModuleOp module,
                                           const Signature &signature) {
  func::FuncOp main = findMain(module);
  return main ? findPairs(main, signature) : std::vector<StatePair>();
}

bool dlc::mayBeState(StringRef input, llvm::ArrayRef<std::string> requests) {
  return llvm::any_of(requests, [&](StringRef request) {
    return request == "auto"
               ? guessOutputs(input).size() > kAnyGuesses
               : matchName(request.split('=').first, input).has_value();
  });
}

llvm::Error dlc::keepStates(ModuleOp module,
                            llvm::ArrayRef<std::string> requests,
                            const llvm::StringMap<DimRange> &dims) {
  if (requests.empty())
    return llvm::Error::success();
  func::FuncOp main = findMain(module);
  if (!main)
    return createStringError(
        "--state: the module has no function @main without states");
  llvm::Expected<Signature> signature = getSignature(module);
  if (!signature)
    return signature.takeError();
  std::vector<StatePair> pairs;
  for (StringRef request : requests) {
    if (request != "auto") {
      if (llvm::Error error = addPairs(request, *signature, pairs))
        return error;
      continue;
    }
    std::vector<StatePair> found = findPairs(main, *signature);
    if (found.empty())
      return createStringError("--state auto: no input and output are known to "
                               "be a state by their names; name them, as in "
                               "--state h=h_next");
    llvm::append_range(pairs, found);
  }
  StateKeeper keeper(main, *signature);
  for (const StatePair &pair : pairs)
    if (llvm::Error error = keeper.keep(pair))
      return error;
  keeper.finish(dims);
  return llvm::Error::success();
}
