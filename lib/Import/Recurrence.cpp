//===- Recurrence.cpp - Recurrent layers from ONNX ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"

#include "SizeArithmetic.h"
#include "TensorData.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Recurrence.h"

using namespace mlir;
using namespace dlc::onnximport;
using dlc::Direction;
using dlc::GateFunction;

namespace {

/// A gate's function with its name in ONNX, in lower case, and the defaults of
/// those parameters that it has.
struct FunctionName {
  llvm::StringRef name;
  GateFunction function;
  std::optional<double> alpha, beta;
};

/// What ONNX's attributes say of the gates.
struct Gates {
  Direction direction = Direction::forward;
  SmallVector<Attribute> functions;
  SmallVector<double> alphas, betas;
  FloatAttr clip;
};

} // namespace

static const FunctionName *findFunction(llvm::StringRef name) {
  static const FunctionName names[] = {
      {"relu", GateFunction::relu, {}, {}},
      {"tanh", GateFunction::tanh, {}, {}},
      {"sigmoid", GateFunction::sigmoid, {}, {}},
      {"affine", GateFunction::affine, 1.0, 0.0},
      {"leakyrelu", GateFunction::leaky_relu, 0.01, {}},
      {"thresholdedrelu", GateFunction::thresholded_relu, 1.0, {}},
      {"scaledtanh", GateFunction::scaled_tanh, 1.0, 1.0},
      {"hardsigmoid", GateFunction::hard_sigmoid, 0.2, 0.5},
      {"elu", GateFunction::elu, 1.0, {}},
      {"softsign", GateFunction::softsign, {}, {}},
      {"softplus", GateFunction::softplus, {}, {}},
  };
  const auto *found = llvm::find_if(names, [&](const FunctionName &candidate) {
    return candidate.name == name.lower();
  });
  return found == std::end(names) ? nullptr : found;
}

/// The functions of all gates: those stated, or `defaults` for each direction.
/// Parameters are stated for those functions alone that have them, in order.
static void readFunctions(Node &node, ArrayRef<llvm::StringRef> defaults,
                          int64_t directions, Gates &gates) {
  SmallVector<llvm::StringRef> names = node.getStringsAttribute("activations");
  if (names.empty())
    for (int64_t i = 0; i < directions; ++i)
      llvm::append_range(names, defaults);
  if (names.size() != defaults.size() * directions)
    node.error("attribute 'activations' has " + Twine(names.size()) +
               " functions, expected " + Twine(defaults.size() * directions));
  SmallVector<double> alphas = node.getFloatsAttribute("activation_alpha");
  SmallVector<double> betas = node.getFloatsAttribute("activation_beta");
  size_t usedAlphas = 0, usedBetas = 0;
  auto take = [](std::optional<double> fallback, ArrayRef<double> stated,
                 size_t &used) {
    if (!fallback)
      return 0.0;
    return used < stated.size() ? stated[used++] : *fallback;
  };
  for (llvm::StringRef name : names) {
    const FunctionName *function = findFunction(name);
    if (!function) {
      node.unsupported("the activation " + quote(name));
      return;
    }
    gates.functions.push_back(
        dlc::GateFunctionAttr::get(node.getContext(), function->function));
    gates.alphas.push_back(take(function->alpha, alphas, usedAlphas));
    gates.betas.push_back(take(function->beta, betas, usedBetas));
  }
}

static Gates readGates(Node &node, ArrayRef<llvm::StringRef> defaults) {
  Gates gates;
  llvm::StringRef name = node.getStringAttribute("direction", "forward");
  std::optional<Direction> direction = dlc::symbolizeDirection(name);
  if (!direction)
    node.error("attribute 'direction' is " + quote(name) +
               ", expected 'forward', 'reverse' or 'bidirectional'");
  gates.direction = direction.value_or(Direction::forward);
  readFunctions(node, defaults,
                gates.direction == Direction::bidirectional ? 2 : 1, gates);
  double clip = node.getFloatAttribute("clip", 0);
  // 0 is how exporters say that there is none, as ONNX Runtime reads it.
  if (clip != 0)
    gates.clip = FloatAttr::get(Float64Type::get(node.getContext()), clip);
  return gates;
}

/// The layer's input `i`, with the batch, its outermost dimension in layout 1,
/// behind the dimension that it has in front in layout 0.
static Value getBatched(Node &node, unsigned i) {
  Value value = node.getInput(i);
  if (!value || node.getIntAttribute("layout", 0) == 0 || rankOf(value) != 3)
    return value;
  return node.transpose(value, {1, 0, 2});
}

/// The lengths of the sequences; null where all have all steps.
static Value getLengths(Node &node, const Dim &steps) {
  Value lengths = node.getInput(4);
  if (!lengths)
    return {};
  if (std::optional<Shape> sizes = dlc::readSizes(lengths))
    if (llvm::all_of(*sizes, [&](const Dim &size) { return size == steps; }))
      return {};
  ElementsAttr known = node.evaluate(4);
  std::optional<SmallVector<int64_t>> values;
  if (known)
    values = readIntegers(known);
  if (values && steps.isNumber() && llvm::all_of(*values, [&](int64_t value) {
        return value == steps.getSize();
      }))
    return {};
  return lengths;
}

/// The outputs in the layout that the node states.
static Values restoreLayout(Node &node, Values results) {
  if (results.empty() || node.getIntAttribute("layout", 0) == 0)
    return results;
  results[0] = node.transpose(results[0], {2, 0, 1, 3});
  for (Value &state : llvm::drop_begin(results))
    state = node.transpose(state, {1, 0, 2});
  return results;
}

/// Checks what the op itself doesn't say; true if all is well.
static bool checkLayer(Node &node) {
  int64_t layout = node.getIntAttribute("layout", 0);
  Value x = node.getInput(0), r = node.getInput(2);
  if (layout != 0 && layout != 1)
    node.error("attribute 'layout' must be 0 or 1");
  else if (rankOf(x) != 3)
    node.error("input 'X' has " + Twine(rankOf(x)) + " dimensions, expected 3");
  else if (rankOf(r) == 3 && node.requireStatic(r, 2) &&
           node.hasAttribute("hidden_size") &&
           node.getIntAttribute("hidden_size", 0) != shapeOf(r)[2])
    node.error("attribute 'hidden_size' is " +
               Twine(node.getIntAttribute("hidden_size", 0)) +
               ", but input 'R' is for " + Twine(shapeOf(r)[2]));
  return !node.hasFailed();
}

static Values importRNN(Node &node) {
  Gates gates = readGates(node, {"Tanh"});
  if (!checkLayer(node))
    return {};
  Value x = getBatched(node, 0), h = getBatched(node, 5);
  return restoreLayout(node,
                       node.createAll<dlc::RNNOp>(
                           /*numResults=*/2, x, node.getInput(1),
                           node.getInput(2), node.getInput(3),
                           getLengths(node, dimsOf(x)[0]), h, gates.direction,
                           ArrayAttr::get(node.getContext(), gates.functions),
                           gates.alphas, gates.betas, gates.clip));
}

static Values importGRU(Node &node) {
  Gates gates = readGates(node, {"Sigmoid", "Tanh"});
  if (!checkLayer(node))
    return {};
  Value x = getBatched(node, 0), h = getBatched(node, 5);
  return restoreLayout(
      node,
      node.createAll<dlc::GRUOp>(
          /*numResults=*/2, x, node.getInput(1), node.getInput(2),
          node.getInput(3), getLengths(node, dimsOf(x)[0]), h, gates.direction,
          ArrayAttr::get(node.getContext(), gates.functions), gates.alphas,
          gates.betas, gates.clip,
          node.getIntAttribute("linear_before_reset", 0) != 0));
}

static Values importLSTM(Node &node) {
  Gates gates = readGates(node, {"Sigmoid", "Tanh", "Tanh"});
  if (!checkLayer(node))
    return {};
  Value x = getBatched(node, 0), h = getBatched(node, 5),
        c = getBatched(node, 6);
  return restoreLayout(
      node, node.createAll<dlc::LSTMOp>(
                /*numResults=*/3, x, node.getInput(1), node.getInput(2),
                node.getInput(3), getLengths(node, dimsOf(x)[0]), h, c,
                node.getInput(7), gates.direction,
                ArrayAttr::get(node.getContext(), gates.functions),
                gates.alphas, gates.betas, gates.clip,
                node.getIntAttribute("input_forget", 0) != 0));
}

void dlc::onnximport::registerRecurrenceOps(OpRegistry &registry) {
  registry.add("RNN", 3, 6, importRNN);
  registry.add("GRU", 3, 6, importGRU);
  registry.add("LSTM", 3, 8, importLSTM);
}
