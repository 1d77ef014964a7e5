//===- ChannelGroups.cpp - Channels that go together ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelGroups.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Normalization.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlc;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The op as users know it.
static std::string describe(Operation *op) {
  std::string text = op->getName().getStringRef().str();
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    text += " '" + name.getName().str() + "'";
  return text;
}

ChannelGroups::ChannelGroups(func::FuncOp func) {
  for (Operation &op : func.getBody().front())
    visit(&op);
}

const ChannelGroups::Channels *ChannelGroups::lookup(Value value) const {
  auto it = channels.find(value);
  return it == channels.end() ? nullptr : &it->second;
}

int32_t ChannelGroups::find(int32_t unit) const {
  while (parents[unit] != unit)
    unit = parents[unit];
  return unit;
}

StringRef ChannelGroups::getObjection(int32_t unit) const {
  return objections[find(unit)];
}

void ChannelGroups::setChannels(Value value, Channels map) {
  // Dynamic shapes have no channels to count.
  if (getShape(value)[map.axis] != static_cast<int64_t>(map.units.size()))
    return;
  channels[value] = std::move(map);
  order.push_back(value);
}

/// Channels that an op combines one by one stay or go together.
void ChannelGroups::join(ArrayRef<int32_t> a, ArrayRef<int32_t> b,
                         Operation *op) {
  for (auto [first, second] : llvm::zip_equal(a, b)) {
    if (first < 0 || second < 0) {
      for (int32_t unit : {first, second})
        if (unit >= 0 && objections[find(unit)].empty())
          objections[find(unit)] = describe(op) + " meets channels that stay";
      continue;
    }
    int32_t keep = find(first), other = find(second);
    if (keep == other)
      continue;
    if (keep > other)
      std::swap(keep, other);
    parents[other] = keep;
    if (objections[keep].empty())
      objections[keep] = objections[other];
  }
}

void ChannelGroups::object(Value value, const Twine &reason) {
  const Channels *map = lookup(value);
  if (!map)
    return;
  for (int32_t unit : map->units)
    if (unit >= 0 && objections[find(unit)].empty())
      objections[find(unit)] = reason.str();
}

void ChannelGroups::objectAll(Operation *op, const Twine &reason) {
  for (Value operand : op->getOperands())
    object(operand, reason);
}

void ChannelGroups::visit(Operation *op) {
  if (op->getNumOperands() == 0)
    return;
  if (isa<func::ReturnOp>(op))
    return objectAll(op, "its channels are an output of the model");
  if (op->hasTrait<dlc::OpTrait::ElementwiseTrait>())
    return visitElementwise(op);
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](WeightedOp layer) { visitLayer(layer); })
      .Case([&](BatchNormOp norm) { visitBatchNorm(norm); })
      .Case<MaxPoolOp, AvgPoolOp>([&](auto) { visitPool(op); })
      .Case<ReduceSumOp, ReduceMeanOp, ReduceMaxOp, ReduceMinOp>(
          [&](auto) { visitReduce(op); })
      .Case([&](ReshapeOp reshape) { visitReshape(reshape); })
      .Case([&](TransposeOp transpose) { visitTranspose(transpose); })
      .Case([&](ConcatOp concat) { visitConcat(concat); })
      .Case([&](SliceOp slice) { visitSlice(slice); })
      .Case([&](PadOp pad) { visitPad(pad); })
      .Default([&](Operation *other) {
        objectAll(other, describe(other) + " needs all of its channels");
      });
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// The layer, if its channels can be told one from the other; else none and why
/// in `reason`.
static std::optional<PrunableLayer> getChannelLayer(WeightedOp op,
                                                    std::string &reason) {
  std::optional<PrunableLayer> layer = getPrunableLayer(op, reason);
  if (!layer)
    return std::nullopt;
  int64_t groups = op.getNumGroups();
  auto product = dyn_cast<MatMulOp>(op.getOperation());
  if (groups != 1)
    reason = "it has " + std::to_string(groups) + " groups";
  else if (product &&
           (product.getTransposeA() || getShape(product.getA()).size() < 2))
    reason = "its left operand is a column or transposed";
  else if (!layer->weights->hasOneUse())
    reason = "another op shares its weights";
  else if (op->getNumOperands() > 2 &&
           !op->getOperand(2).getDefiningOp<ConstantOp>())
    reason = "its bias isn't constant";
  else
    return layer;
  return std::nullopt;
}

void ChannelGroups::visitLayer(WeightedOp op) {
  if (auto conv = dyn_cast<ConvOp>(op.getOperation()))
    if (conv.getGroup() != 1 && getShape(conv.getFilter())[1] == 1)
      return visitDepthwise(conv);
  std::string reason;
  std::optional<PrunableLayer> layer = getChannelLayer(op, reason);
  if (!layer) {
    op->setAttr(kNotPrunedAttrName, StringAttr::get(op->getContext(), reason));
    return objectAll(op, describe(op) + " keeps its inputs: " + reason);
  }
  Value x = op->getOperand(0), y = op->getResult(0);
  bool isProduct = isa<MatMulOp>(op);
  int64_t rank = getShape(y).size();
  int64_t axis = isProduct ? getShape(x).size() - 1 : 1;
  if (const Channels *map = lookup(x)) {
    if (map->axis != axis)
      object(x, describe(op) + " doesn't sum over its channels");
    else if (!map->zeroStays)
      object(x, describe(op) + " reads what isn't zero for a zero channel");
    constants.push_back({op, 1, op.getInputDim(), x, false});
  }
  ChannelProducer producer{*layer, {}};
  for (int64_t i = 0; i < layer->outputs; ++i) {
    producer.units.push_back(parents.size());
    parents.push_back(parents.size());
    objections.emplace_back();
  }
  setChannels(y, {isProduct ? rank - 1 : 1, producer.units, true});
  if (!lookup(y)) {
    op->setAttr(kNotPrunedAttrName,
                StringAttr::get(op->getContext(), "its shape isn't known"));
    return objectAll(op, describe(op) + " has no known shape");
  }
  constants.push_back({op, 1, op.getOutputDim(), y, true});
  if (op->getNumOperands() > 2)
    constants.push_back({op, 2, 0, y, true});
  producers.push_back(std::move(producer));
}

/// A depthwise convolution follows its input.
void ChannelGroups::visitDepthwise(ConvOp op) {
  std::string reason;
  std::optional<PrunableLayer> layer = getPrunableLayer(op, reason);
  const Channels *map = lookup(op.getX());
  bool follows = layer && map && map->axis == 1 &&
                 map->units.size() == op.getGroup() &&
                 layer->weights->hasOneUse() &&
                 (!op.getBias() || op.getBias().getDefiningOp<ConstantOp>());
  if (!follows) {
    if (reason.empty())
      reason = "it can't follow its input";
    op->setAttr(kNotPrunedAttrName, StringAttr::get(op->getContext(), reason));
    return objectAll(op, describe(op) + " needs all of its channels");
  }
  Channels result{1, {}, map->zeroStays};
  int64_t multiplier = layer->outputs / map->units.size();
  for (int32_t unit : map->units)
    result.units.append(multiplier, unit);
  constants.push_back({op, 1, 0, op.getY(), true});
  if (op.getBias())
    constants.push_back({op, 2, 0, op.getY(), true});
  setChannels(op.getY(), std::move(result));
}

//===----------------------------------------------------------------------===//
// Channel by channel
//===----------------------------------------------------------------------===//

void ChannelGroups::visitBatchNorm(BatchNormOp op) {
  const Channels *map = lookup(op.getX());
  if (!map)
    return;
  bool follows = map->axis == 1;
  for (Value parameter : op->getOperands().drop_front())
    follows &= parameter.getDefiningOp<ConstantOp>() != nullptr;
  if (!follows)
    return objectAll(op, describe(op) + " has parameters that aren't constant");
  // A zero channel stays zero without shift and mean.
  for (auto [operand, zeroed] :
       llvm::enumerate(ArrayRef<bool>{false, true, true, false}))
    constants.push_back(
        {op, static_cast<unsigned>(operand + 1), 0, op.getY(), zeroed});
  setChannels(op.getY(), *map);
}

/// True if the op makes zero of a zero in its first operand.
static bool keepsZero(Operation *op) {
  if (auto clip = dyn_cast<ClipOp>(op)) {
    auto agrees = [](Value bound, auto compare) {
      Attribute constant;
      if (!bound)
        return true;
      std::optional<SmallVector<double>> numbers;
      if (matchPattern(bound, m_Constant(&constant)))
        numbers = readFloats(constant);
      return numbers && numbers->size() == 1 && compare(numbers->front());
    };
    return agrees(clip.getLow(), [](double low) { return low <= 0; }) &&
           agrees(clip.getHigh(), [](double high) { return high >= 0; });
  }
  return op->hasTrait<dlc::OpTrait::KeepsZero>();
}

/// Takes in a constant operand of an elementwise op whose result's channels are
/// at `axis`; false if it has something else than one element per channel.
bool ChannelGroups::visitConstantOperand(Operation *op, unsigned operand,
                                         int64_t axis, bool &zeroStays) {
  Value y = op->getResult(0), value = op->getOperand(operand);
  int64_t dim = axis + getShape(value).size() - getShape(y).size();
  bool isSum = isa<AddOp, SubOp>(op);
  if (dim < 0 || getShape(value)[dim] == 1) {
    zeroStays &= !isSum;
    return true;
  }
  if (getShape(value)[dim] != getShape(y)[axis])
    return false;
  constants.push_back({op, operand, dim, y, isSum});
  return true;
}

void ChannelGroups::visitElementwise(Operation *op) {
  Value y = op->getResult(0);
  const Channels *first = nullptr;
  int64_t rank = getShape(y).size(), axis = 0;
  for (Value operand : op->getOperands())
    if (const Channels *map = lookup(operand); map && !first) {
      first = map;
      axis = map->axis + rank - getShape(operand).size();
    }
  if (!first)
    return;
  bool isProduct = isa<MulOp>(op), allZero = true, anyZero = false;
  bool zeroStays = keepsZero(op) || isa<AddOp, SubOp>(op);
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    int64_t dim = axis - rank + getShape(operand).size();
    if (const Channels *map = lookup(operand)) {
      if (map->axis != dim || map->units.size() != first->units.size())
        return objectAll(op, describe(op) + " broadcasts its channels");
      join(first->units, map->units, op);
      allZero &= map->zeroStays;
      anyZero |= map->zeroStays;
    } else if (operand.getDefiningOp<ConstantOp>()) {
      if (!visitConstantOperand(op, i, axis, zeroStays))
        return objectAll(op, describe(op) + " broadcasts its channels");
      // Something divided by a channel, or a constant in the first place.
      zeroStays &= isProduct || i > 0 || isa<AddOp, SubOp>(op);
    } else if (dim >= 0 && getShape(operand)[dim] != 1) {
      return objectAll(op, describe(op) + " meets channels that stay");
    } else {
      zeroStays &= isProduct;
    }
  }
  bool zero = isProduct        ? anyZero
              : isa<DivOp>(op) ? lookup(op->getOperand(0)) &&
                                     lookup(op->getOperand(0))->zeroStays
                               : allZero;
  // A divisor that becomes zero makes no zero.
  if (isa<DivOp>(op) && lookup(op->getOperand(1)))
    zero = false;
  setChannels(y, {axis, first->units, zeroStays && zero});
}

void ChannelGroups::visitPool(Operation *op) {
  if (const Channels *map = lookup(op->getOperand(0))) {
    if (map->axis != 1)
      return objectAll(op, describe(op) + " pools over its channels");
    setChannels(op->getResult(0), *map);
  }
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

void ChannelGroups::visitReduce(Operation *op) {
  const Channels *map = lookup(op->getOperand(0));
  if (!map)
    return;
  ArrayRef<int64_t> axes =
      op->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef();
  if (llvm::is_contained(axes, map->axis))
    return objectAll(op, describe(op) + " needs all of its channels");
  Channels result = *map;
  if (!op->hasAttr("keepdims"))
    result.axis -=
        llvm::count_if(axes, [&](int64_t axis) { return axis < map->axis; });
  setChannels(op->getResult(0), std::move(result));
}

/// The channels may take in the dimensions after them, as when flattened.
void ChannelGroups::visitReshape(ReshapeOp op) {
  const Channels *map = lookup(op.getX());
  if (!map)
    return;
  ArrayRef<int64_t> from = getShape(op.getX()), to = getShape(op.getY());
  int64_t count = map->units.size(), before = 1, outer = 1;
  for (int64_t size : from.take_front(map->axis))
    outer *= size;
  for (auto [axis, size] : llvm::enumerate(to)) {
    if (before == outer && size > 1 && size % count == 0) {
      Channels result{static_cast<int64_t>(axis), {}, map->zeroStays};
      for (int32_t unit : map->units)
        result.units.append(size / count, unit);
      return setChannels(op.getY(), std::move(result));
    }
    before *= size;
  }
  objectAll(op, describe(op) + " mixes its channels with other dimensions");
}

void ChannelGroups::visitTranspose(TransposeOp op) {
  if (const Channels *map = lookup(op.getX())) {
    Channels result = *map;
    result.axis = llvm::find(op.getPerm(), map->axis) - op.getPerm().begin();
    setChannels(op.getY(), std::move(result));
  }
}

void ChannelGroups::visitConcat(ConcatOp op) {
  int64_t axis = op.getAxis();
  Channels result{axis, {}, true};
  bool any = false, alongChannels = true;
  for (Value input : op.getInputs())
    if (const Channels *map = lookup(input)) {
      any = true;
      alongChannels &= map->axis == axis;
    }
  if (!any)
    return;
  if (!alongChannels)
    return objectAll(op, describe(op) + " joins along another dimension");
  for (Value input : op.getInputs()) {
    if (const Channels *map = lookup(input)) {
      result.units.append(map->units);
      result.zeroStays &= map->zeroStays;
    } else if (!ShapedType::isDynamic(getShape(input)[axis])) {
      result.units.append(getShape(input)[axis], -1);
    }
  }
  setChannels(op.getY(), std::move(result));
}

void ChannelGroups::visitSlice(SliceOp op) {
  const Channels *map = lookup(op.getX());
  if (!map)
    return;
  if (op.getStarts()[map->axis] != 0 || op.getSteps()[map->axis] != 1 ||
      op.getSizes()[map->axis] != static_cast<int64_t>(map->units.size()))
    return objectAll(op, describe(op) + " takes some of its channels");
  setChannels(op.getY(), *map);
}

void ChannelGroups::visitPad(PadOp op) {
  const Channels *map = lookup(op.getX());
  if (!map)
    return;
  int64_t rank = getShape(op.getX()).size();
  if (op.getPads()[map->axis] != 0 || op.getPads()[map->axis + rank] != 0)
    return objectAll(op, describe(op) + " pads its channels");
  Channels result = *map;
  Attribute value;
  result.zeroStays &=
      !op.getValue() || (matchPattern(op.getValue(), m_Constant(&value)) &&
                         isSplatOf(value, 0.0));
  setChannels(op.getY(), std::move(result));
}
