//===- SelectStrategy.cpp - Chooses how kernels are run -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DotProduct.h"
#include "Strategy.h"

#include "dlc/Codegen/Passes.h"

namespace dlc {
#define GEN_PASS_DEF_SELECTSTRATEGY
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// A strategy on dot products, if the nest consists of such and the machine has
/// an instruction for them; otherwise one on single products.
static Strategy select(const LoopNest &nest, const CPUTarget &target,
                       int64_t dot) {
  // A machine with the instruction for bytes has the one for i16 too.
  for (int64_t size : {4, 2}) {
    LoopNest dotNest = nest;
    if (size > dot || failed(formDotProduct(dotNest, size)))
      continue;
    Strategy strategy = selectStrategy(dotNest, target);
    strategy.dot = size;
    if (isDotProductVector(strategy.lanes))
      return strategy;
  }
  return selectStrategy(nest, target);
}

namespace {
struct SelectStrategyPass final
    : public dlc::impl::SelectStrategyBase<SelectStrategyPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(kKernelAttrName))
      return;
    CPUTarget target{vectorBytes, vectorRegisters};
    for (const NestGroup &group : findNestGroups(func.getBody().front())) {
      if (group.root->hasAttr(kStrategyAttrName))
        continue;
      FailureOr<std::vector<LoopNest>> nests = buildLoopNests(group);
      if (failed(nests))
        return signalPassFailure();
      SmallVector<Attribute> strategies;
      for (const LoopNest &nest : *nests)
        strategies.push_back(select(nest, target, dot).toAttr(&getContext()));
      group.root->setAttr(kStrategyAttrName,
                          ArrayAttr::get(&getContext(), strategies));
    }
  }
};
} // namespace
