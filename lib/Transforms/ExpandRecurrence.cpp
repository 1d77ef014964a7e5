//===- ExpandRecurrence.cpp - Recurrent layers as loops -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Recurrence.h"
#include "dialects/dlc/Shape.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/TypeSwitch.h"

namespace dlc {
#define GEN_PASS_DEF_EXPANDRECURRENCE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

//===----------------------------------------------------------------------===//
// Small ops
//===----------------------------------------------------------------------===//

static Type elementTypeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

static Value add(B &b, Value x, Value y) { return b.createOrFold<AddOp>(x, y); }
static Value mul(B &b, Value x, Value y) { return b.createOrFold<MulOp>(x, y); }

static Value makeScalar(B &b, double value, Type elementType) {
  auto type = RankedTensorType::get({}, elementType);
  Attribute element = isa<FloatType>(elementType)
                          ? Attribute(b.getFloatAttr(elementType, value))
                          : b.getIntegerAttr(elementType, int64_t(value));
  return ConstantOp::create(b, type, DenseElementsAttr::get(type, element));
}

static Value reshape(B &b, Value x, ArrayRef<Dim> dims) {
  auto type = makeTensorType(dims, elementTypeOf(x));
  return type == x.getType() ? x : b.createOrFold<ReshapeOp>(type, x);
}

/// `x` under sizes that its own are known to agree with, or broadcast to.
static Value expand(B &b, Value x, ArrayRef<Dim> dims) {
  auto type = makeTensorType(dims, elementTypeOf(x));
  return type == x.getType() ? x : b.createOrFold<ExpandOp>(type, x);
}

/// `size` elements from `start` on along the last dimension.
static Value takePart(B &b, Value x, int64_t start, int64_t size) {
  Shape starts(getDims(x).size(), 0), sizes = getDims(x);
  starts.back() = start;
  sizes.back() = size;
  auto type = makeTensorType(sizes, elementTypeOf(x));
  return b.createOrFold<SliceOp>(type, x, starts, sizes,
                                 SmallVector<int64_t>(sizes.size(), 1));
}

/// What lies at a position of the first dimension, which is dropped.
static Value takeRow(B &b, Value x, int64_t position) {
  Shape sizes = getDims(x), starts(sizes.size(), 0);
  starts[0] = position;
  sizes[0] = 1;
  auto type = makeTensorType(sizes, elementTypeOf(x));
  Value slice = b.createOrFold<SliceOp>(type, x, starts, sizes,
                                        SmallVector<int64_t>(sizes.size(), 1));
  return reshape(b, slice, ArrayRef(sizes).drop_front());
}

static Value joinParts(B &b, ArrayRef<Value> parts, int64_t axis) {
  return parts.size() == 1 ? parts.front()
                           : b.createOrFold<ConcatOp>(ValueRange(parts), axis);
}

static Value swapDims(B &b, Value matrix) {
  return b.createOrFold<TransposeOp>(matrix, ArrayRef<int64_t>{1, 0});
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

/// What the gates of one kind put their sums through.
struct GateActivation {
  GateFunction function;
  double alpha, beta;
  std::optional<double> clip;

  Value apply(B &b, Value x) const;
};

Value GateActivation::apply(B &b, Value x) const {
  Type elementType = elementTypeOf(x), type = x.getType();
  if (clip)
    x = b.createOrFold<ClipOp>(type, x, makeScalar(b, -*clip, elementType),
                               makeScalar(b, *clip, elementType));
  APFloat a(alpha), c(beta);
  switch (function) {
  case GateFunction::relu:
    return b.createOrFold<ReluOp>(type, x);
  case GateFunction::tanh:
    return b.createOrFold<TanhOp>(type, x);
  case GateFunction::sigmoid:
    return b.createOrFold<SigmoidOp>(type, x);
  case GateFunction::affine:
    return add(b, mul(b, x, makeScalar(b, alpha, elementType)),
               makeScalar(b, beta, elementType));
  case GateFunction::leaky_relu:
    return b.createOrFold<LeakyReluOp>(type, x, a);
  case GateFunction::thresholded_relu:
    return b.createOrFold<ThresholdedReluOp>(type, x, a);
  case GateFunction::scaled_tanh: {
    Value scaled = mul(b, x, makeScalar(b, beta, elementType));
    return mul(b, b.createOrFold<TanhOp>(type, scaled),
               makeScalar(b, alpha, elementType));
  }
  case GateFunction::hard_sigmoid:
    return b.createOrFold<HardSigmoidOp>(type, x, a, c);
  case GateFunction::elu:
    return b.createOrFold<EluOp>(type, x, a);
  case GateFunction::softsign:
    return b.createOrFold<SoftsignOp>(type, x);
  case GateFunction::softplus:
    return b.createOrFold<SoftplusOp>(type, x);
  }
  llvm_unreachable("an unknown function");
}

namespace {

/// One direction of a layer: what is computed of its weights before the loop.
struct Cell {
  RecurrentOp op;
  int64_t hidden;
  SmallVector<GateActivation> activations;
  /// Columns for the state's product, hidden x gates * hidden. Of a GRU that
  /// resets the state itself, those of the hidden gate stand apart.
  Value columns, hiddenColumns;
  /// The bias that a GRU resets together with the product; null without.
  Value resetBias;
  /// The peepholes of an LSTM: input, output, forget gate; none without.
  SmallVector<Value> peepholes;

  /// `x` has the input's products and biases, batch x gates * hidden; gives the
  /// states after the step.
  SmallVector<Value> step(B &b, Value x, ArrayRef<Value> states) const;

private:
  Value takeGate(B &b, Value x, int64_t gate) const {
    return takePart(b, x, gate * hidden, hidden);
  }
  Value activate(B &b, unsigned function, Value x) const {
    return activations[function].apply(b, x);
  }
  Value multiply(B &b, Value state, Value matrix) const {
    return b.createOrFold<MatMulOp>(state, matrix);
  }
  Value stepGRU(B &b, Value x, Value h, bool resetsProduct) const;
  SmallVector<Value> stepLSTM(B &b, Value x, Value h, Value c,
                              bool couples) const;
};

} // namespace

static Value subtractFromOne(B &b, Value x) {
  return b.createOrFold<SubOp>(makeScalar(b, 1, elementTypeOf(x)), x);
}

Value Cell::stepGRU(B &b, Value x, Value h, bool resetsProduct) const {
  Value product = multiply(b, h, columns);
  auto gate = [&](int64_t i) {
    return activate(b, 0, add(b, takeGate(b, x, i), takeGate(b, product, i)));
  };
  Value update = gate(0), reset = gate(1), candidate;
  if (resetsProduct) {
    candidate = takeGate(b, product, 2);
    if (resetBias)
      candidate = add(b, candidate, resetBias);
    candidate = mul(b, reset, candidate);
  } else {
    candidate = multiply(b, mul(b, reset, h), hiddenColumns);
  }
  candidate = activate(b, 1, add(b, takeGate(b, x, 2), candidate));
  return add(b, mul(b, subtractFromOne(b, update), candidate),
             mul(b, update, h));
}

SmallVector<Value> Cell::stepLSTM(B &b, Value x, Value h, Value c,
                                  bool couples) const {
  Value sums = add(b, x, multiply(b, h, columns));
  auto gate = [&](int64_t i, int64_t peephole, Value cell) {
    Value sum = takeGate(b, sums, i);
    if (!peepholes.empty())
      sum = add(b, sum, mul(b, peepholes[peephole], cell));
    return activate(b, 0, sum);
  };
  Value input = gate(0, 0, c);
  Value forget = couples ? subtractFromOne(b, input) : gate(2, 2, c);
  Value candidate = activate(b, 1, takeGate(b, sums, 3));
  Value nextC = add(b, mul(b, forget, c), mul(b, input, candidate));
  Value output = gate(1, 1, nextC);
  return {mul(b, output, activate(b, 2, nextC)), nextC};
}

SmallVector<Value> Cell::step(B &b, Value x, ArrayRef<Value> states) const {
  return llvm::TypeSwitch<Operation *, SmallVector<Value>>(op)
      .Case([&](GRUOp gru) -> SmallVector<Value> {
        return {stepGRU(b, x, states[0], gru.getLinearBeforeReset())};
      })
      .Case([&](LSTMOp lstm) {
        return stepLSTM(b, x, states[0], states[1], lstm.getInputForget());
      })
      .Case([&](RNNOp) -> SmallVector<Value> {
        Value sum = add(b, x, multiply(b, states[0], columns));
        return {activate(b, 0, sum)};
      });
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

namespace {

/// A layer, being written out.
class LayerExpander {
public:
  explicit LayerExpander(RecurrentOp op)
      : op(op), b(op.getLoc(), op), x(getDims(op.getX())),
        elementType(elementTypeOf(op.getX())),
        hidden(getDim(op.getR().getType(), 2).getSize()),
        gates(op.getNumGates()) {}

  void run();

private:
  Cell prepareCell(int64_t direction, Value &inputs);
  Value prepareBias(int64_t direction, Cell &cell);
  SmallVector<GateActivation> getActivations(int64_t direction);
  Value prepareMasks();
  SmallVector<Value> getInitialStates(int64_t direction);
  Value createSteps();
  SmallVector<Value> expandDirection(int64_t direction, Value masks);
  bool isReverse(int64_t direction) {
    return op.getDirection() == dlc::Direction::reverse || direction == 1;
  }

  RecurrentOp op;
  B b;
  Shape x; // steps, batch, input
  Type elementType;
  int64_t hidden, gates;
};

} // namespace

/// Packs the weights of a direction, and multiplies all steps of the input at
/// once: `inputs` are steps x batch x gates * hidden.
Cell LayerExpander::prepareCell(int64_t direction, Value &inputs) {
  Cell cell;
  cell.op = op;
  cell.hidden = hidden;
  Dim rows = gates * hidden, directions = op.getNumDirections();
  Value w =
      takeRow(b, expand(b, op.getW(), {directions, rows, x[2]}), direction);
  Value r =
      takeRow(b, expand(b, op.getR(), {directions, rows, hidden}), direction);
  inputs = b.createOrFold<MatMulOp>(op.getX(), swapDims(b, w));
  cell.columns = swapDims(b, r);

  auto gru = dyn_cast<GRUOp>(*op);
  if (gru && !gru.getLinearBeforeReset()) {
    cell.hiddenColumns = takePart(b, cell.columns, 2 * hidden, hidden);
    cell.columns = takePart(b, cell.columns, 0, 2 * hidden);
  }
  if (op.getBias())
    inputs = add(b, inputs, prepareBias(direction, cell));
  if (auto lstm = dyn_cast<LSTMOp>(*op); lstm && lstm.getPeepholes()) {
    Value row = takeRow(
        b, expand(b, lstm.getPeepholes(), {directions, 3 * hidden}), direction);
    for (int64_t i = 0; i < 3; ++i)
      cell.peepholes.push_back(takePart(b, row, i * hidden, hidden));
  }
  cell.activations = getActivations(direction);
  return cell;
}

/// The biases of a direction, those of the input and of the state in one; but
/// for that which is reset together with the product.
Value LayerExpander::prepareBias(int64_t direction, Cell &cell) {
  Dim directions = op.getNumDirections();
  Value bias = takeRow(
      b, expand(b, op.getBias(), {directions, 2 * gates * hidden}), direction);
  Value ofInput = takePart(b, bias, 0, gates * hidden);
  Value ofState = takePart(b, bias, gates * hidden, gates * hidden);
  auto gru = dyn_cast<GRUOp>(*op);
  if (gru && gru.getLinearBeforeReset()) {
    cell.resetBias = takePart(b, ofState, 2 * hidden, hidden);
    Value zeros = expand(b, makeScalar(b, 0, elementType), {hidden});
    ofState = joinParts(b, {takePart(b, ofState, 0, 2 * hidden), zeros}, 0);
  }
  return add(b, ofInput, ofState);
}

SmallVector<GateActivation> LayerExpander::getActivations(int64_t direction) {
  SmallVector<GateActivation> activations;
  std::optional<double> clip;
  if (std::optional<APFloat> bound = op.getClip())
    clip = bound->convertToDouble();
  int64_t first = direction * op.getNumFunctions();
  for (int64_t i = first, e = first + op.getNumFunctions(); i < e; ++i)
    activations.push_back(
        {cast<GateFunctionAttr>(op.getActivations()[i]).getValue(),
         op.getAlphas()[i], op.getBetas()[i], clip});
  // The cell state isn't a sum of products.
  if (isa<LSTMOp>(*op))
    activations.back().clip.reset();
  return activations;
}

/// Which steps lie inside the sequences' lengths, steps x batch x 1; null if
/// all do.
Value LayerExpander::prepareMasks() {
  Value lengths = op.getLengths();
  if (!lengths)
    return {};
  Type i32 = b.getI32Type();
  Value positions =
      RangeOp::create(b, makeTensorType({x[0]}, i32), makeScalar(b, 0, i32),
                      makeScalar(b, 1, i32));
  return b.createOrFold<LessOp>(
      reshape(b, positions, {x[0], 1, 1}),
      reshape(b, expand(b, lengths, {x[1]}), {1, x[1], 1}));
}

SmallVector<Value> LayerExpander::getInitialStates(int64_t direction) {
  SmallVector<Value> given{op.getInitialH()};
  if (auto lstm = dyn_cast<LSTMOp>(*op))
    given.push_back(lstm.getInitialC());
  return llvm::map_to_vector(given, [&](Value state) -> Value {
    if (!state)
      return expand(b, makeScalar(b, 0, elementType), {x[1], hidden});
    return takeRow(b, expand(b, state, {op.getNumDirections(), x[1], hidden}),
                   direction);
  });
}

/// How many steps there are, as a bound of a loop.
Value LayerExpander::createSteps() {
  if (x[0].isNumber())
    return arith::ConstantIndexOp::create(b, x[0].getSize());
  return SizeOp::create(
      b, b.getIndexType(),
      DimsAttr::get(b.getContext(), x[0].getExpr(b.getContext())));
}

/// The last states of a direction, then, if anything reads it, the state after
/// each step: steps x batch x hidden.
SmallVector<Value> LayerExpander::expandDirection(int64_t direction,
                                                  Value masks) {
  Value inputs;
  Cell cell = prepareCell(direction, inputs);
  SmallVector<Value> initial = getInitialStates(direction);
  size_t numStates = initial.size();
  bool wantsSteps = !op->getResult(0).use_empty();
  if (wantsSteps)
    initial.push_back(
        EmptyOp::create(b, makeTensorType({x[0], x[1], hidden}, elementType)));
  Value steps = createSteps();
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);

  auto createBody = [&](OpBuilder &builder, Location loc, Value position,
                        ValueRange carried) {
    B inner(loc, builder);
    if (isReverse(direction))
      position = arith::SubIOp::create(
          inner, arith::SubIOp::create(inner, steps, one), position);
    auto takeStep = [&](Value sequence) {
      return inner.createOrFold<SliceAtOp>(sequence, position, /*axis=*/0);
    };
    SmallVector<Value> states(carried.take_front(numStates));
    SmallVector<Value> next = cell.step(inner, takeStep(inputs), states);
    Value output = next[0];
    if (masks) {
      Value mask = takeStep(masks);
      output = inner.createOrFold<WhereOp>(mask, output,
                                           makeScalar(inner, 0, elementType));
      for (auto [state, old] : llvm::zip_equal(next, states))
        state = inner.createOrFold<WhereOp>(mask, state, old);
    }
    if (wantsSteps)
      next.push_back(InsertAtOp::create(inner, carried.back().getType(), output,
                                        carried.back(), position, /*axis=*/0));
    scf::YieldOp::create(inner, next);
  };
  auto loop = scf::ForOp::create(b, zero, steps, one, initial, createBody);
  return llvm::to_vector_of<Value>(loop.getResults());
}

void LayerExpander::run() {
  Value masks = prepareMasks();
  unsigned numStates = op->getNumResults() - 1;
  SmallVector<SmallVector<Value>> results(op->getNumResults());
  for (int64_t direction : llvm::seq(op.getNumDirections())) {
    SmallVector<Value> ends = expandDirection(direction, masks);
    for (unsigned i = 0; i < numStates; ++i)
      results[1 + i].push_back(reshape(b, ends[i], {1, x[1], hidden}));
    if (ends.size() > numStates)
      results[0].push_back(reshape(b, ends.back(), {x[0], 1, x[1], hidden}));
  }
  for (auto [result, parts] : llvm::zip_equal(op->getResults(), results)) {
    if (parts.empty())
      continue;
    bool isSteps = result.getResultNumber() == 0;
    // Another spelling of the same sizes may be declared.
    Value value = joinParts(b, parts, /*axis=*/isSteps);
    result.replaceAllUsesWith(expand(b, value, getDims(result)));
  }
  op->erase();
}

namespace {

struct ExpandRecurrencePass final
    : dlc::impl::ExpandRecurrenceBase<ExpandRecurrencePass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<RecurrentOp> layers;
    getOperation().walk([&](RecurrentOp op) { layers.push_back(op); });
    for (RecurrentOp layer : layers)
      LayerExpander(layer).run();
  }
};

} // namespace
