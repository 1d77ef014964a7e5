//===- VectorizeKernels.cpp - Kernels as vector code ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelChunks.h"
#include "NestEmitter.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace dlc {
#define GEN_PASS_DEF_VECTORIZEKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The tiles to run of a kernel in chunks, which are its last two arguments.
static NestEmitter::ChunkRange makeRange(ImplicitLocOpBuilder &builder,
                                         func::FuncOp kernel,
                                         const KernelChunks &chunks) {
  unsigned count = kernel.getNumArguments();
  Value begin = kernel.getArgument(count - 2);
  Value end = kernel.getArgument(count - 1);
  if (Value tiles = chunks.buildTilesPerChunk(
          builder, builder.getLoc(), SizeSymbols::get(kernel).values)) {
    begin = arith::MulIOp::create(builder, begin, tiles);
    end = arith::MulIOp::create(builder, end, tiles);
  }
  return {begin, end, getAffineConstantExpr(0, builder.getContext())};
}

/// Emits the nests of a group where its last op stands, and erases the group.
static LogicalResult vectorizeGroup(const NestGroup &group) {
  linalg::GenericOp last = group.epilogue ? group.epilogue : group.root;
  FailureOr<std::vector<LoopNest>> nests = buildLoopNests(group);
  if (failed(nests))
    return failure();
  FailureOr<std::vector<Strategy>> strategies = readStrategies(group, *nests);
  if (failed(strategies))
    return failure();

  ImplicitLocOpBuilder builder(last.getLoc(), last);
  std::optional<NestEmitter::ChunkRange> range;
  auto kernel = group.root->getParentOfType<func::FuncOp>();
  if (kernel->hasAttr(kChunksAttrName))
    range = makeRange(builder, kernel, KernelChunks::get(*nests, *strategies));
  for (auto [nest, strategy] : llvm::zip_equal(*nests, *strategies)) {
    NestEmitter(builder, nest, strategy, range).emit();
    if (range)
      range->first = addSizeExprs(range->first, strategy.getNumChunks(nest));
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
