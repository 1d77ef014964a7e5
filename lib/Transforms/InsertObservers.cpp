//===- InsertObservers.cpp - Outputs that say which values tensors take ---===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/ControlFlow.h"
#include "dialects/dlc/Quantization.h"
#include "dialects/dlc/Reduction.h"
#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/QuantizationPlan.h"

namespace dlc {
#define GEN_PASS_DEF_INSERTOBSERVERS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

struct InsertObserversPass final
    : dlc::impl::InsertObserversBase<InsertObserversPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp main = getOperation();
    if (failed(refuseControlFlow(main, "quantization")))
      return signalPassFailure();
    SmallVector<Value> outputs;
    for (Value value : QuantizationPlan(main).getObserved())
      if (failed(observe(value, outputs)))
        return signalPassFailure();
    addResults(main, outputs);
  }

private:
  LogicalResult observe(Value value, SmallVectorImpl<Value> &outputs);
  static void addResults(func::FuncOp main, ArrayRef<Value> outputs);
};

} // namespace

LogicalResult InsertObserversPass::observe(Value value,
                                           SmallVectorImpl<Value> &outputs) {
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfterValue(value);
  Location location = value.getLoc();
  auto type = cast<RankedTensorType>(value.getType());
  if (bins) {
    std::optional<ElementRange> range = getRange(value);
    if (!range || range->low == range->high)
      return emitError(location, "a histogram needs a range, as dlc.range");
    auto counts = RankedTensorType::get({bins}, builder.getI32Type());
    outputs.push_back(HistogramOp::create(builder, location, counts, value,
                                          llvm::APFloat(range->low),
                                          llvm::APFloat(range->high)));
    return success();
  }
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  outputs.push_back(ReduceMinOp::create(builder, location, value, axes, false));
  outputs.push_back(ReduceMaxOp::create(builder, location, value, axes, false));
  return success();
}

void InsertObserversPass::addResults(func::FuncOp main,
                                     ArrayRef<Value> outputs) {
  Operation *terminator = main.front().getTerminator();
  unsigned first = main.getNumResults();
  terminator->insertOperands(first, outputs);
  main.setType(FunctionType::get(main.getContext(), main.getArgumentTypes(),
                                 terminator->getOperandTypes()));
  for (unsigned i = first; i < main.getNumResults(); ++i)
    main.setResultAttr(
        i, "dlc.name",
        StringAttr::get(main.getContext(), "dlc.observed." + Twine(i - first)));
}
