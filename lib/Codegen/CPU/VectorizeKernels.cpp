//===- VectorizeKernels.cpp - Kernels as vector code ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace dlc {
#define GEN_PASS_DEF_VECTORIZEKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// Emits the nests of a group where its last op stands, and erases the group.
static LogicalResult vectorizeGroup(const NestGroup &group) {
  linalg::GenericOp last = group.epilogue ? group.epilogue : group.root;
  FailureOr<std::vector<LoopNest>> nests = buildLoopNests(group);
  if (failed(nests))
    return failure();
  auto attrs = group.root->getAttrOfType<ArrayAttr>(kStrategyAttrName);
  if (!attrs || attrs.size() != nests->size())
    return group.root.emitError("needs 'dlc.strategy' with ")
           << nests->size() << " entries";

  ImplicitLocOpBuilder builder(last.getLoc(), last);
  std::optional<NestEmitter::ChunkRange> range;
  auto kernel = group.root->getParentOfType<func::FuncOp>();
  if (kernel->hasAttr(kChunksAttrName)) {
    unsigned count = kernel.getNumArguments();
    range = {kernel.getArgument(count - 2), kernel.getArgument(count - 1),
             getAffineConstantExpr(0, kernel.getContext())};
  }
  for (auto [nest, attr] : llvm::zip_equal(*nests, attrs)) {
    FailureOr<Strategy> strategy = Strategy::fromAttr(attr, nest, group.root);
    if (failed(strategy))
      return failure();
    NestEmitter(builder, nest, *strategy, range).emit();
    if (range)
      range->first = addSizeExprs(range->first, strategy->getNumChunks(nest));
  }

  eraseGroup(group);
  return success();
}

namespace {
struct VectorizeKernelsPass final
    : public dlc::impl::VectorizeKernelsBase<VectorizeKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(kKernelAttrName))
      return;
    for (const NestGroup &group : findNestGroups(func.getBody().front()))
      if (failed(vectorizeGroup(group)))
        return signalPassFailure();
  }
};
} // namespace
