//===- PlanLaunches.cpp - @main as a list of launches ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Common/CheckBuffers.h"
#include "../Common/LoopNest.h"
#include "../Common/MemoryPlan.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/MathExtras.h"

namespace dlc {
#define GEN_PASS_DEF_PLANLAUNCHES
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// What device memory is aligned to, see Device.h.
static constexpr int64_t kDeviceAlignment = 256;
/// The widest access of a thread.
static constexpr int64_t kWidestAccess = 16;

namespace {
/// A buffer that a launch hands to a kernel.
struct Operand {
  int64_t isWeight = 0;
  int64_t offset = 0, size = 0;

  bool overlaps(const Operand &other) const {
    return isWeight == other.isWeight && offset < other.offset + other.size &&
           other.offset < offset + size;
  }
};

/// What all launches of a kernel have in common.
struct ParameterFacts {
  int64_t alignment = kWidestAccess;
  bool noAlias = true;
};

struct PlanLaunchesPass final
    : public dlc::impl::PlanLaunchesBase<PlanLaunchesPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock()) {
      module.emitError("needs a function @main of one block");
      return signalPassFailure();
    }
    for (Operation &op : main.getBody().front())
      if (op.getNumRegions() != 0) {
        op.emitError("is a loop or a branch, which a list of launches on a GPU "
                     "can't hold: compile for a CPU");
        return signalPassFailure();
      }
    if (failed(checkBuffers(main)))
      return signalPassFailure();
    Block &block = main.getBody().front();
    FailureOr<MemoryPlan<memref::AllocOp>> arena = planArena(main);
    if (failed(arena))
      return signalPassFailure();
    FailureOr<MemoryPlan<memref::GetGlobalOp>> weights = planWeights(main);
    if (failed(weights))
      return signalPassFailure();
    for (auto [alloc, offset] : arena->offsets)
      places[alloc.getResult()] = {false, offset};
    for (auto [get, offset] : weights->offsets)
      places[get.getResult()] = {true, offset};
    int64_t size = arena->size;
    if (failed(placeArguments(block, size)) || failed(collectLaunches(block)))
      return signalPassFailure();
    Builder builder(&getContext());
    module->setAttr("dlc.arena_size", builder.getI64IntegerAttr(size));
    module->setAttr("dlc.launches", builder.getArrayAttr(launches));
    publishKernels(module);
    main.erase();
    for (auto global :
         llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
      global.erase();
  }

private:
  /// Inputs and outputs lie behind the intermediate values.
  LogicalResult placeArguments(Block &block, int64_t &size) {
    SmallVector<int64_t> offsets;
    for (BlockArgument argument : block.getArguments()) {
      auto type = dyn_cast<MemRefType>(argument.getType());
      if (!type || !type.hasStaticShape())
        return emitError(argument.getLoc(), "an input or output of type ")
               << argument.getType() << " can't be placed on a GPU";
      FailureOr<int64_t> bytes = getByteSize(type);
      if (failed(bytes))
        return emitError(argument.getLoc(), "an input or output is too large");
      size = llvm::alignTo(size, kDeviceAlignment);
      offsets.push_back(size);
      places[argument] = {false, size};
      size += *bytes;
    }
    size = llvm::alignTo(size, kDeviceAlignment);
    getOperation()->setAttr(
        "dlc.argument_offsets",
        Builder(&getContext()).getDenseI64ArrayAttr(offsets));
    return success();
  }

  /// Where a kernel's operand lies. Its type says how far from the beginning of
  /// the buffer that it is a view of.
  FailureOr<Operand> locate(func::CallOp call, Value value) {
    auto fail = [&]() -> FailureOr<Operand> {
      return call.emitError("an operand of a kernel of type ")
             << value.getType() << " has no place known at compile time";
    };
    while (auto cast = value.getDefiningOp<memref::CastOp>())
      value = cast.getSource();
    auto type = dyn_cast<MemRefType>(value.getType());
    SmallVector<int64_t> strides;
    int64_t offset;
    if (!type || failed(getStaticStrides(type, strides, offset)) ||
        offset == ShapedType::kDynamic)
      return fail();
    auto place = places.find(getBase(value));
    if (place == places.end())
      return fail();
    int64_t span = 1;
    for (auto [extent, stride] : llvm::zip_equal(type.getShape(), strides))
      span += (extent - 1) * stride;
    FailureOr<int64_t> element =
        getByteSize(MemRefType::get({}, type.getElementType()));
    return Operand{place->second.first,
                   place->second.second + offset * *element, span * *element};
  }

  LogicalResult collectLaunches(Block &block) {
    Builder builder(&getContext());
    for (Operation &op : block) {
      auto call = dyn_cast<func::CallOp>(op);
      if (!call) {
        if (isMemoryEffectFree(&op) ||
            isa<memref::AllocOp, memref::GetGlobalOp, func::ReturnOp>(op))
          continue;
        return op.emitError("can't run on a GPU: it is left outside kernels");
      }
      SmallVector<Operand> operands;
      for (Value value : call.getOperands()) {
        FailureOr<Operand> operand = locate(call, value);
        if (failed(operand))
          return failure();
        operands.push_back(*operand);
      }
      noteFacts(call.getCallee(), operands);
      launches.push_back(builder.getDictionaryAttr(
          {builder.getNamedAttr("kernel",
                                builder.getStringAttr(call.getCallee())),
           builder.getNamedAttr(
               "offsets", builder.getDenseI64ArrayAttr(llvm::map_to_vector(
                              operands, [](auto &o) { return o.offset; }))),
           builder.getNamedAttr(
               "weights",
               builder.getDenseI64ArrayAttr(llvm::map_to_vector(
                   operands, [](auto &o) { return o.isWeight; })))}));
    }
    return success();
  }

  void noteFacts(StringRef kernel, ArrayRef<Operand> operands) {
    SmallVector<ParameterFacts> &known = facts[kernel];
    known.resize(operands.size());
    for (auto [i, operand] : llvm::enumerate(operands)) {
      known[i].alignment = std::min<int64_t>(
          known[i].alignment,
          operand.offset ? operand.offset & -operand.offset : kWidestAccess);
      for (auto [j, other] : llvm::enumerate(operands))
        if (i != j && operand.overlaps(other))
          known[i].noAlias = false;
    }
  }

  /// Says of the kernels' parameters what is now known. The runtime looks
  /// kernels up by name.
  void publishKernels(ModuleOp module) {
    Builder builder(&getContext());
    for (auto &[name, parameters] : facts) {
      auto kernel = module.lookupSymbol<func::FuncOp>(name);
      kernel.setPublic();
      for (auto [i, parameter] : llvm::enumerate(parameters)) {
        if (parameter.noAlias)
          kernel.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                            builder.getUnitAttr());
        kernel.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(),
                          builder.getI64IntegerAttr(parameter.alignment));
      }
    }
  }

  /// The buffers of main: whether they are weights, and their offset.
  DenseMap<Value, std::pair<bool, int64_t>> places;
  SmallVector<Attribute> launches;
  llvm::MapVector<StringRef, SmallVector<ParameterFacts>> facts;
};
} // namespace
