//===- Quantize.cpp - Quantize and dequantize by ranges -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/ControlFlow.h"
#include "dialects/dlc/Quantization.h"
#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/QuantizationPlan.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

namespace dlc {
#define GEN_PASS_DEF_QUANTIZE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

struct QuantizePass final : dlc::impl::QuantizeBase<QuantizePass> {
  using Base::Base;
  void runOnOperation() override;
};

/// One scale and zero point of a tensor of ui8.
struct Parameters {
  float scale;
  uint8_t zeroPoint;
};

} // namespace

/// Zero must be exact: paddings are zeros.
static Parameters chooseParameters(ElementRange range) {
  range.include({0, 0});
  Parameters parameters;
  parameters.scale = float((range.high - range.low) / 255);
  if (!(parameters.scale > 0) || !std::isnormal(parameters.scale))
    parameters.scale = 1;
  double zero = std::nearbyint(-range.low / parameters.scale);
  parameters.zeroPoint = uint8_t(std::clamp(zero, 0.0, 255.0));
  return parameters;
}

/// The range of a group; none if that of a member isn't known.
static std::optional<ElementRange>
getGroupRange(const QuantizationPlan::Group &group) {
  std::optional<ElementRange> range;
  for (Value value : group.observed) {
    std::optional<ElementRange> own = getRange(value);
    if (!own)
      return std::nullopt;
    if (range)
      range->include(*own);
    else
      range = own;
  }
  return range;
}

/// Everything that computes reads the value after it has been quantized; what
/// the function returns stays as precise as it is.
static void quantizeValue(Value value, const Parameters &parameters) {
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  Location location = value.getLoc();
  auto type = cast<RankedTensorType>(value.getType());
  auto ui8 = IntegerType::get(value.getContext(), 8, IntegerType::Unsigned);
  auto scale = ConstantOp::create(
      builder, location,
      DenseElementsAttr::get(
          RankedTensorType::get({}, builder.getF32Type()),
          ArrayRef<Attribute>(builder.getF32FloatAttr(parameters.scale))));
  auto zeroPoint = ConstantOp::create(
      builder, location,
      DenseElementsAttr::get(RankedTensorType::get({}, ui8),
                             ArrayRef<Attribute>(IntegerAttr::get(
                                 ui8, APInt(8, parameters.zeroPoint)))));
  auto quantized = QuantizeOp::create(builder, location, type.clone(ui8), value,
                                      scale, zeroPoint);
  auto dequantized = DequantizeOp::create(builder, location, type, quantized,
                                          scale, zeroPoint);
  value.replaceUsesWithIf(dequantized, [&](OpOperand &use) {
    Operation *user = use.getOwner();
    return user != quantized && !isa<func::ReturnOp>(user);
  });
}

/// Symmetric, one scale per channel: the largest magnitude becomes 127. False
/// if the weights can't be read.
static bool quantizeWeights(OpOperand &operand, int64_t axis) {
  Attribute attribute;
  Value weights = operand.get();
  if (!matchPattern(weights, m_Constant(&attribute)))
    return false;
  std::optional<ConstantView> view = ConstantView::get(attribute);
  if (!view)
    return false;
  RankedTensorType type = view->getType();
  int64_t channels = type.getDimSize(axis), inner = 1;
  for (int64_t size : type.getShape().drop_front(axis + 1))
    inner *= size;
  int64_t elements = type.getNumElements();
  auto read = [&](int64_t i) {
    float value;
    std::memcpy(&value, view->data() + (view->isSplat() ? 0 : i) * 4, 4);
    return value;
  };
  std::vector<float> scales(channels, 0);
  for (int64_t i = 0; i < elements; ++i) {
    float &scale = scales[i / inner % channels];
    scale = std::max(scale, std::abs(read(i)) / 127);
  }
  for (float &scale : scales)
    if (!std::isnormal(scale))
      scale = 1;
  MLIRContext *context = operand.getOwner()->getContext();
  OpBuilder builder(context);
  builder.setInsertionPoint(operand.getOwner());
  Type i8 = builder.getIntegerType(8);
  ElementsAttr quantized =
      makeConstant(type.clone(i8), [&](MutableArrayRef<char> bytes) {
        for (int64_t i = 0; i < elements; ++i) {
          float value = read(i) / scales[i / inner % channels];
          bytes[i] =
              char(int8_t(std::clamp(std::nearbyint(value), -127.f, 127.f)));
        }
      });
  Location location = weights.getLoc();
  auto constant = ConstantOp::create(builder, location, quantized);
  auto vector = RankedTensorType::get({channels}, builder.getF32Type());
  auto scale = ConstantOp::create(
      builder, location, DenseElementsAttr::get(vector, ArrayRef(scales)));
  auto zeroPoint = ConstantOp::create(
      builder, location, DenseElementsAttr::get(vector.clone(i8), APInt(8, 0)));
  operand.set(DequantizeOp::create(builder, location, type, constant, scale,
                                   zeroPoint, axis));
  if (weights.use_empty())
    weights.getDefiningOp()->erase();
  return true;
}

void QuantizePass::runOnOperation() {
  func::FuncOp main = getOperation();
  if (failed(refuseControlFlow(main, "quantization")))
    return signalPassFailure();
  QuantizationPlan plan(main);
  for (const QuantizationPlan::Group &group : plan.getGroups()) {
    std::optional<ElementRange> range = getGroupRange(group);
    if (!range)
      continue;
    Parameters parameters = chooseParameters(*range);
    for (Value value : group.values)
      quantizeValue(value, parameters);
  }
  for (Operation *op : plan.getOps()) {
    auto weighted = dyn_cast<WeightedOp>(op);
    if (!weighted || !op->getOperand(0).getDefiningOp<DequantizeOp>())
      continue;
    if (!quantizeWeights(weighted.getWeightsOperand(),
                         weighted.getOutputDim())) {
      op->emitError("its weights can't be read");
      return signalPassFailure();
    }
  }
  // Their purpose is fulfilled.
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    main.removeArgAttr(i, "dlc.range");
  main.walk([](Operation *op) { op->removeAttr("dlc.range"); });
}
