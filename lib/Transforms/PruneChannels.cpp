//===- PruneChannels.cpp - Removes whole channels -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelGroups.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/ControlFlow.h"
#include "dialects/dlc/Shape.h"
#include "dlc/Transforms/Passes.h"
#include "llvm/ADT/IntEqClasses.h"

namespace dlc {
#define GEN_PASS_DEF_PRUNECHANNELS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The constant without (or, with `zero`, with zeros at) the positions of `dim`
/// that are marked.
static ElementsAttr dropPositions(ElementsAttr constant, int64_t dim,
                                  ArrayRef<bool> marks, bool zero) {
  ConstantView view = *ConstantView::get(constant);
  ArrayRef<int64_t> shape = view.getShape();
  int64_t width = view.getElementBytes(), outer = 1, inner = 1;
  for (int64_t size : shape.take_front(dim))
    outer *= size;
  for (int64_t size : shape.drop_front(dim + 1))
    inner *= size;
  SmallVector<int64_t> result(shape);
  if (!zero)
    result[dim] -= llvm::count(marks, true);
  return makeConstant(view.getType().clone(result),
                      [&](MutableArrayRef<char> bytes) {
                        llvm::fill(bytes, 0);
                        int64_t position = 0;
                        for (auto [i, marked] : llvm::enumerate(marks)) {
                          if (!marked) {
                            BoxCopy box;
                            box.sizes = {outer, inner};
                            box.sourceStrides = {shape[dim] * inner, 1};
                            box.targetStrides = {result[dim] * inner, 1};
                            box.sourceOffset = i * inner;
                            box.targetOffset = position * inner;
                            if (view.isSplat()) {
                              llvm::fill(box.sourceStrides, 0);
                              box.sourceOffset = 0;
                            }
                            copyBox(box, view.data(), bytes.data(), width);
                          }
                          position += !marked || zero;
                        }
                      });
}

namespace {
/// Channels of layers that are joined with each other, directly or through
/// others: they lose one share together. The least important come first.
struct Component {
  SmallVector<int32_t> units;
  SmallVector<double> scores;
  int64_t removed = 0;
};

struct PruneChannelsPass final
    : public dlc::impl::PruneChannelsBase<PruneChannelsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (failed(checkOptions()) || failed(refuseControlFlow(func, "pruning")))
      return signalPassFailure();
    ChannelGroups groups(func);
    noteObjections(groups);
    std::vector<Component> components = findComponents(groups);
    if (components.empty()) {
      reportNothingPrunable(func);
      return signalPassFailure();
    }
    for (Component &component : components)
      component.removed = getPrunedCount(sparsity, component.units.size());
    if (global)
      chooseGlobally(components);
    std::vector<bool> removed(groups.getNumUnits(), false);
    for (const Component &component : components)
      for (int32_t unit :
           ArrayRef(component.units).take_front(roundRemoved(component)))
        removed[unit] = true;
    apply(groups, removed);
  }

private:
  LogicalResult checkOptions();
  void noteObjections(const ChannelGroups &groups);
  std::vector<Component> findComponents(const ChannelGroups &groups) const;
  std::vector<double> scoreUnits(const ChannelGroups &groups) const;
  void chooseGlobally(std::vector<Component> &components) const;
  int64_t roundRemoved(const Component &component) const;
  void apply(const ChannelGroups &groups, const std::vector<bool> &removed);
};
} // namespace

LogicalResult PruneChannelsPass::checkOptions() {
  Location location = getOperation().getLoc();
  if (importance != "l1" && importance != "l2")
    return emitError(location, "importance '")
           << importance << "': expected l1 or l2";
  if (multiple < 1)
    return emitError(location, "multiple is ")
           << int64_t(multiple) << ", expected at least 1";
  if (!getOperation().getBody().hasOneBlock())
    return emitError(location, "channels are followed through one block only");
  return checkSparsity(location, sparsity);
}

/// Says at layers all of whose channels stay why.
void PruneChannelsPass::noteObjections(const ChannelGroups &groups) {
  for (const ChannelProducer &producer : groups.getProducers())
    if (llvm::none_of(producer.units, [&](int32_t unit) {
          return groups.getObjection(unit).empty();
        }))
      producer.layer.op->setAttr(
          kNotPrunedAttrName,
          StringAttr::get(&getContext(),
                          groups.getObjection(producer.units.front())));
}

/// The importance of each unit: the norms of its filters.
std::vector<double>
PruneChannelsPass::scoreUnits(const ChannelGroups &groups) const {
  std::vector<double> scores(groups.getNumUnits(), 0.0);
  for (const ChannelProducer &producer : groups.getProducers()) {
    const PrunableLayer &layer = producer.layer;
    SmallVector<double> weights = *readFloats(layer.weights.getValue());
    for (auto [output, unit] : llvm::enumerate(producer.units)) {
      double sum = 0;
      for (int64_t input = 0; input < layer.inputs; ++input)
        for (int64_t tap = 0; tap < layer.taps; ++tap) {
          double weight = weights[layer.getIndex(output, input, tap)];
          sum += importance == "l1" ? std::abs(weight) : weight * weight;
        }
      scores[groups.find(unit)] += importance == "l1" ? sum : std::sqrt(sum);
    }
  }
  return scores;
}

std::vector<Component>
PruneChannelsPass::findComponents(const ChannelGroups &groups) const {
  // Producers that share a unit get the number of the first of them.
  ArrayRef<ChannelProducer> producers = groups.getProducers();
  llvm::IntEqClasses classes(producers.size());
  llvm::DenseMap<int32_t, unsigned> firstOf;
  for (auto [i, producer] : llvm::enumerate(producers))
    for (int32_t unit : producer.units)
      classes.join(i, firstOf.try_emplace(groups.find(unit), i).first->second);
  classes.compress();
  std::vector<double> scores = scoreUnits(groups);
  std::vector<Component> components(classes.getNumClasses());
  for (int32_t unit = 0; unit < groups.getNumUnits(); ++unit)
    if (groups.find(unit) == unit && groups.getObjection(unit).empty())
      components[classes[firstOf[unit]]].units.push_back(unit);
  llvm::erase_if(components,
                 [](const Component &c) { return c.units.empty(); });
  for (Component &component : components) {
    llvm::sort(component.units, [&](int32_t a, int32_t b) {
      return std::pair(scores[a], a) < std::pair(scores[b], b);
    });
    for (int32_t unit : component.units)
      component.scores.push_back(scores[unit]);
  }
  return components;
}

/// One threshold for all, on scores relative to the mean of each component.
void PruneChannelsPass::chooseGlobally(
    std::vector<Component> &components) const {
  std::vector<std::pair<double, size_t>> all;
  for (auto [i, component] : llvm::enumerate(components)) {
    double mean = 0;
    for (double score : component.scores)
      mean += score / component.scores.size();
    for (double score : component.scores)
      all.push_back({mean > 0 ? score / mean : 0, i});
    component.removed = 0;
  }
  llvm::sort(all);
  for (auto &[score, i] :
       ArrayRef(all).take_front(getPrunedCount(sparsity, all.size())))
    ++components[i].removed;
}

/// How many channels go so that at least one stays, and a multiple of
/// `multiple` where there are as many.
int64_t PruneChannelsPass::roundRemoved(const Component &component) const {
  int64_t size = component.units.size();
  int64_t kept = std::max<int64_t>(size - component.removed, 1);
  return size - std::min<int64_t>(llvm::alignTo(kept, multiple), size);
}

void PruneChannelsPass::apply(const ChannelGroups &groups,
                              const std::vector<bool> &removed) {
  auto getMarks = [&](Value value) {
    const ChannelGroups::Channels *map = groups.lookup(value);
    SmallVector<bool> marks;
    for (int32_t unit : map->units)
      marks.push_back(unit >= 0 && removed[groups.find(unit)]);
    return marks;
  };
  for (const ChannelConstant &constant : groups.getConstants()) {
    if (!groups.lookup(constant.channels) || (maskOnly && !constant.zeroed))
      continue;
    SmallVector<bool> marks = getMarks(constant.channels);
    if (!llvm::is_contained(marks, true))
      continue;
    auto old =
        constant.op->getOperand(constant.operand).getDefiningOp<ConstantOp>();
    OpBuilder builder(constant.op);
    auto changed = ConstantOp::create(
        builder, old.getLoc(),
        dropPositions(old.getValue(), constant.dim, marks, maskOnly));
    constant.op->setOperand(constant.operand, changed);
    if (old->use_empty())
      old->erase();
  }
  if (maskOnly)
    return;
  for (Value value : groups.getValues()) {
    const ChannelGroups::Channels *map = groups.lookup(value);
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[map->axis] -= llvm::count(getMarks(value), true);
    value.setType(type.clone(shape));
    if (auto conv = value.getDefiningOp<ConvOp>(); conv && conv.getGroup() != 1)
      conv.setGroup(
          cast<RankedTensorType>(conv.getX().getType()).getDimSize(1));
    if (auto slice = value.getDefiningOp<SliceOp>())
      slice.setSizes(shape);
  }
}
