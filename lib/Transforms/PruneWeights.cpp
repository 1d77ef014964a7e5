//===- PruneWeights.cpp - Sets the smallest weights to zero ---------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrunableLayer.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dlc/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"

namespace dlc {
#define GEN_PASS_DEF_PRUNEWEIGHTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {
/// Weights of one layer that stay or go together, in units of equal shape. Of
/// each row of `unitsPerRow` units, the weakest go, unless one threshold is set
/// for all.
struct Units {
  PrunableLayer layer;
  int64_t blockOutputs = 1, blockInputs = 1;
  int64_t rows = 1, unitsPerRow = 0;
  /// The mean magnitude of each unit.
  std::vector<float> scores;
};
} // namespace

/// Calls back with unit and element index of every weight.
static void forEachWeight(const Units &units,
                          llvm::function_ref<void(int64_t, int64_t)> callback) {
  const PrunableLayer &layer = units.layer;
  int64_t inputBlocks = llvm::divideCeil(layer.inputs, units.blockInputs);
  for (int64_t output = 0; output < layer.outputs; ++output)
    for (int64_t input = 0; input < layer.inputs; ++input)
      for (int64_t tap = 0; tap < layer.taps; ++tap) {
        int64_t row = output / units.blockOutputs;
        int64_t unit =
            (row * inputBlocks + input / units.blockInputs) * layer.taps + tap;
        callback(unit, layer.getIndex(output, input, tap));
      }
}

static void scoreUnits(Units &units) {
  const PrunableLayer &layer = units.layer;
  SmallVector<double> weights = *readFloats(layer.weights.getValue());
  size_t count = llvm::divideCeil(layer.outputs, units.blockOutputs) *
                 llvm::divideCeil(layer.inputs, units.blockInputs) * layer.taps;
  std::vector<double> sums(count, 0.0);
  std::vector<int32_t> sizes(count, 0);
  forEachWeight(units, [&](int64_t unit, int64_t index) {
    sums[unit] += std::abs(weights[index]);
    ++sizes[unit];
  });
  for (size_t unit = 0; unit < count; ++unit)
    units.scores.push_back(static_cast<float>(sums[unit] / sizes[unit]));
}

/// Marks the `count` smallest of `scores`, of equal ones the first.
static void markSmallest(ArrayRef<float> scores, int64_t count,
                         MutableArrayRef<bool> marks) {
  if (count == 0)
    return;
  std::vector<float> sorted(scores.begin(), scores.end());
  auto threshold = sorted.begin() + (count - 1);
  std::nth_element(sorted.begin(), threshold, sorted.end());
  int64_t ties = count - llvm::count_if(scores, [&](float score) {
                   return score < *threshold;
                 });
  for (auto [score, mark] : llvm::zip_equal(scores, marks))
    if (score < *threshold || (score == *threshold && ties-- > 0))
      mark = true;
}

/// Sets the weights of the marked units to zero.
static void zeroUnits(const Units &units, ArrayRef<bool> marks) {
  ConstantOp constant = units.layer.weights;
  ConstantView view = *ConstantView::get(constant.getValue());
  int64_t width = view.getElementBytes();
  ElementsAttr pruned =
      makeConstant(view.getType(), [&](MutableArrayRef<char> bytes) {
        copyBox({to_vector(view.getShape()), view.getStrides(),
                 rowMajorStrides(view.getShape())},
                view.data(), bytes.data(), width);
        forEachWeight(units, [&](int64_t unit, int64_t index) {
          if (marks[unit])
            std::memset(bytes.data() + index * width, 0, width);
        });
      });
  constant.setValueAttr(pruned);
}

namespace {
struct PruneWeightsPass final
    : public dlc::impl::PruneWeightsBase<PruneWeightsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (failed(readOptions()))
      return signalPassFailure();
    std::vector<Units> layers;
    func.walk([&](WeightedOp op) {
      std::string reason;
      if (std::optional<Units> units = getUnits(op, layers, reason))
        layers.push_back(std::move(*units));
      else if (!reason.empty())
        op->setAttr(kNotPrunedAttrName, StringAttr::get(&getContext(), reason));
    });
    if (layers.empty()) {
      reportNothingPrunable(func);
      return signalPassFailure();
    }
    if (global)
      pruneGlobally(layers);
    else
      for (const Units &units : layers)
        pruneRows(units, getPrunedCount(fraction, units.unitsPerRow));
  }

private:
  LogicalResult readOptions();
  std::optional<Units> getUnits(WeightedOp op, ArrayRef<Units> before,
                                std::string &reason) const;
  void pruneRows(const Units &units, int64_t perRow) const;
  void pruneGlobally(ArrayRef<Units> layers) const;

  PruningStructure kind;
  /// Of the units in a row, those that go.
  double fraction = 0;
};
} // namespace

LogicalResult PruneWeightsPass::readOptions() {
  Location location = getOperation().getLoc();
  llvm::Expected<PruningStructure> parsed = PruningStructure::parse(structure);
  if (!parsed)
    return emitError(location, toString(parsed.takeError()));
  kind = *parsed;
  if (kind.kind == PruningStructure::Channel)
    return emitError(location, "channels are removed by dlc-prune-channels");
  if (blockOutputs < 1 || blockInputs < 1)
    return emitError(location, "a block is ")
           << int64_t(blockOutputs) << "x" << int64_t(blockInputs)
           << ", expected at least 1x1";
  if (kind.kind != PruningStructure::NOfM) {
    fraction = sparsity;
    return checkSparsity(location, sparsity);
  }
  fraction = kind.getShare();
  if (global)
    return emitError(location, "n:m leaves nothing to choose globally");
  if (sparsity.hasValue() && std::abs(sparsity - fraction) > 1e-6)
    return emitError(location, "sparsity is ")
           << formatNumber(sparsity) << ", but " << structure << " means "
           << formatNumber(fraction);
  return success();
}

/// The units of a layer; none, and why in `reason`, if it isn't to be pruned.
std::optional<Units> PruneWeightsPass::getUnits(WeightedOp op,
                                                ArrayRef<Units> before,
                                                std::string &reason) const {
  std::optional<PrunableLayer> layer = getPrunableLayer(op, reason);
  if (!layer)
    return std::nullopt;
  auto isSameConstant = [&](const Units &other) {
    return other.layer.weights == layer->weights;
  };
  if (const Units *first = llvm::find_if(before, isSameConstant);
      first != before.end()) {
    // The same geometry: pruned already.
    if (first->layer.outputStride != layer->outputStride)
      reason = "its weights are pruned for another op that shares them";
    return std::nullopt;
  }
  Units units;
  units.layer = *layer;
  bool isPointwise = layer->taps == 1;
  if (pointwise && !isPointwise) {
    reason = "only 1x1 convolutions and matrix products were asked for";
    return std::nullopt;
  }
  switch (kind.kind) {
  case PruningStructure::Block:
    if (layer->outputs < blockOutputs || layer->inputs < blockInputs) {
      reason = llvm::formatv("{0} outputs x {1} inputs don't fill a block of "
                             "{2}x{3}",
                             layer->outputs, layer->inputs,
                             int64_t(blockOutputs), int64_t(blockInputs));
      return std::nullopt;
    }
    units.blockOutputs = blockOutputs;
    units.blockInputs = blockInputs;
    units.rows = llvm::divideCeil(layer->outputs, units.blockOutputs);
    break;
  case PruningStructure::NOfM:
    if (layer->inputs % kind.group != 0) {
      reason = llvm::formatv("its {0} inputs aren't a multiple of {1}",
                             layer->inputs, kind.group);
      return std::nullopt;
    }
    units.rows = layer->outputs * layer->taps * (layer->inputs / kind.group);
    break;
  default:
    break;
  }
  scoreUnits(units);
  units.unitsPerRow = units.scores.size() / units.rows;
  return units;
}

/// Prunes the weakest units of each row. Rows of blocks are runs of units; in a
/// row of an n:m structure, neighbours are a whole input apart.
void PruneWeightsPass::pruneRows(const Units &units, int64_t perRow) const {
  size_t count = units.scores.size();
  int64_t step =
      kind.kind == PruningStructure::NOfM ? units.layer.taps : int64_t(1);
  int64_t span = step * units.unitsPerRow;
  std::unique_ptr<bool[]> marks(new bool[count]());
  SmallVector<float> scores(units.unitsPerRow);
  SmallVector<bool> rowMarks(units.unitsPerRow);
  for (int64_t row = 0; row < units.rows; ++row) {
    int64_t first = row / step * span + row % step;
    for (int64_t i = 0; i < units.unitsPerRow; ++i)
      scores[i] = units.scores[first + i * step];
    llvm::fill(rowMarks, false);
    markSmallest(scores, perRow, rowMarks);
    for (int64_t i = 0; i < units.unitsPerRow; ++i)
      marks[first + i * step] = rowMarks[i];
  }
  zeroUnits(units, ArrayRef(marks.get(), count));
}

/// One threshold for all layers. In blocks, it decides how many of each layer
/// go; rows of one layer stay balanced, for kernels whose loops have one count.
void PruneWeightsPass::pruneGlobally(ArrayRef<Units> layers) const {
  std::vector<float> scores;
  for (const Units &units : layers)
    llvm::append_range(scores, units.scores);
  std::unique_ptr<bool[]> marks(new bool[scores.size()]());
  MutableArrayRef<bool> rest(marks.get(), scores.size());
  markSmallest(scores, getPrunedCount(fraction, scores.size()), rest);
  for (const Units &units : layers) {
    ArrayRef<bool> own = rest.take_front(units.scores.size());
    rest = rest.drop_front(units.scores.size());
    if (units.rows > 1)
      pruneRows(units, llvm::count(own, true) / units.rows);
    else
      zeroUnits(units, own);
  }
}
