//===- MapKernels.cpp - Kernels as the code of a thread -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Common/MemoryPlan.h"
#include "DeviceEmitter.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace dlc {
#define GEN_PASS_DEF_SELECTGPUSTRATEGY
#define GEN_PASS_DEF_MAPKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The one nest that a kernel is, and its ops; nothing if the kernel is made of
/// loops of its own.
static FailureOr<std::optional<std::pair<NestGroup, LoopNest>>>
findNest(func::FuncOp kernel) {
  using Result = std::optional<std::pair<NestGroup, LoopNest>>;
  SmallVector<NestGroup> groups = findNestGroups(kernel.getBody().front());
  if (groups.size() != 1)
    return Result();
  FailureOr<std::vector<LoopNest>> nests =
      buildLoopNests(groups.front(), /*withGathers=*/false);
  if (failed(nests))
    return failure();
  if (!llvm::all_of(*nests, [](auto &nest) { return nest.isStatic(); }))
    return groups.front().root.emitError(
        "has sizes that aren't known at compile time, which a GPU's code "
        "needs");
  if (nests->size() != 1)
    return Result();
  return Result(std::pair(groups.front(), nests->front()));
}

/// True if all buffers are known to begin at multiples of 16 bytes.
static bool isAligned(func::FuncOp kernel) {
  constexpr int64_t kPieceBytes = 16;
  return llvm::all_of(
      llvm::seq(kernel.getNumArguments()), [&](unsigned argument) {
        auto alignment = kernel.getArgAttrOfType<IntegerAttr>(
            argument, LLVM::LLVMDialect::getAlignAttrName());
        return alignment && alignment.getInt() % kPieceBytes == 0;
      });
}

namespace {
struct SelectGPUStrategyPass final
    : public dlc::impl::SelectGPUStrategyBase<SelectGPUStrategyPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!kernel->hasAttr(kKernelAttrName))
      return;
    auto found = findNest(kernel);
    if (failed(found))
      return signalPassFailure();
    if (!*found || (*found)->first.root->hasAttr(kGPUStrategyAttrName))
      return;
    (*found)->first.root->setAttr(
        kGPUStrategyAttrName,
        selectGPUStrategy((*found)->second, arch, isAligned(kernel))
            .toAttr(&getContext()));
  }
};

struct MapKernelsPass final : public dlc::impl::MapKernelsBase<MapKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto kernel : getOperation().getOps<func::FuncOp>())
      if (kernel->hasAttr(kKernelAttrName) && failed(mapKernel(kernel)))
        return signalPassFailure();
  }

private:
  LogicalResult mapKernel(func::FuncOp kernel);
  LogicalResult bindParameters(func::FuncOp kernel);
  FailureOr<LaunchShape> mapNest(NestGroup &group, const LoopNest &nest,
                                 Operation *terminator);

  /// The pointers that were buffers before.
  DenseMap<Value, Value> pointers;
};
} // namespace

/// Makes the kernel's buffers pointers to their first elements.
LogicalResult MapKernelsPass::bindParameters(func::FuncOp kernel) {
  pointers.clear();
  LLVMTypeConverter converter(&getContext());
  Block &block = kernel.getBody().front();
  auto builder = OpBuilder::atBlockBegin(&block);
  auto pointerType = LLVM::LLVMPointerType::get(&getContext());
  for (BlockArgument argument : block.getArguments()) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    SmallVector<int64_t> strides;
    int64_t offset;
    if (!type || failed(getStaticStrides(type, strides, offset)))
      return kernel.emitError("a kernel's parameter of type ")
             << argument.getType() << " isn't a buffer of static shape";
    SmallVector<OpOperand *> uses = llvm::map_to_vector(
        argument.getUses(), [](OpOperand &use) { return &use; });
    argument.setType(pointerType);
    Location loc = argument.getLoc();
    auto plain = offset == 0
                     ? type
                     : MemRefType::get(
                           type.getShape(), type.getElementType(),
                           StridedLayoutAttr::get(&getContext(), 0, strides));
    Value buffer = makeBuffer(builder, loc, converter, plain, argument);
    if (plain != type)
      buffer = memref::CastOp::create(builder, loc, type, buffer);
    for (OpOperand *use : uses)
      use->set(buffer);
    pointers[buffer] = argument;
  }
  kernel.setType(builder.getFunctionType(block.getArgumentTypes(), {}));
  return success();
}

/// True if i32 offsets reach all of the nest and its buffers.
static bool isSmall(LoopNest nest) {
  constexpr int64_t kLimit = int64_t{1} << 31;
  bool small = getPoints(nest, getDims(nest, false)) < kLimit &&
               getPoints(nest, getDims(nest, true)) < kLimit;
  nest.forEachAccess([&](Access &access) {
    int64_t last = getNumber(access.offset);
    for (auto [size, stride] : llvm::zip_equal(nest.sizes, access.strides))
      last += (getNumber(size) - 1) * getNumber(stride);
    small &= last < kLimit;
  });
  return small;
}

FailureOr<LaunchShape> MapKernelsPass::mapNest(NestGroup &group,
                                               const LoopNest &nest,
                                               Operation *terminator) {
  Operation *root = group.root;
  FailureOr<GPUStrategy> strategy =
      GPUStrategy::fromAttr(root->getAttr(kGPUStrategyAttrName), nest, root);
  if (failed(strategy))
    return failure();
  if (!isSmall(nest))
    return root->emitError("has more than 2^31 elements, which GPU kernels "
                           "can't address");
  ImplicitLocOpBuilder builder(root->getLoc(), terminator);
  LaunchShape shape;
  switch (strategy->kind) {
  case GPUStrategy::Kind::Point:
    shape = PointEmitter(builder, nest, pointers).emit(*strategy);
    break;
  case GPUStrategy::Kind::Reduce:
    shape = ReduceEmitter(builder, nest, pointers).emit(*strategy);
    break;
  case GPUStrategy::Kind::Mma:
    if (!isAligned(root->getParentOfType<func::FuncOp>()))
      return root->emitError("'mma' needs parameters aligned to 16 bytes");
    shape = MmaEmitter(builder, nest, pointers).emit(*strategy);
    break;
  case GPUStrategy::Kind::Tile:
    shape = TileEmitter(builder, nest, pointers).emit(*strategy);
    break;
  }
  eraseGroup(group);
  return shape;
}

LogicalResult MapKernelsPass::mapKernel(func::FuncOp kernel) {
  if (failed(bindParameters(kernel)))
    return failure();
  auto found = findNest(kernel);
  if (failed(found))
    return failure();
  // Loops of its own: one thread runs them all.
  LaunchShape shape;
  if (*found) {
    auto &[group, nest] = **found;
    FailureOr<LaunchShape> mapped =
        mapNest(group, nest, kernel.getBody().front().getTerminator());
    if (failed(mapped))
      return failure();
    shape = *mapped;
  }
  WalkResult allocations = kernel.walk([](memref::AllocOp alloc) {
    alloc.emitError("a kernel on a GPU can't allocate memory");
    return WalkResult::interrupt();
  });
  Builder builder(&getContext());
  kernel->setAttr(kGridAttrName, builder.getDenseI32ArrayAttr(shape.grid));
  kernel->setAttr(kBlockAttrName, builder.getI32IntegerAttr(shape.threads));
  return failure(allocations.wasInterrupted());
}
