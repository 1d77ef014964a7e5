//===- Instrument.cpp - Announces the accesses of kernels -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostCalls.h"
#include "Retarget.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;
using namespace dlc::emulator;

/// A thread's own variables need no watching.
static bool isPrivate(const Value *address) {
  return isa<AllocaInst>(getUnderlyingObject(address, /*MaxLookup=*/0));
}

void KernelRewriter::announce(IRBuilder<> &builder, Value *address,
                              Value *bytes, Align alignment, Instruction &place,
                              AccessKind kind) {
  if (isPrivate(address))
    return;
  Value *generic = builder.CreateAddrSpaceCast(address, builder.getPtrTy());
  callHost(builder, hostcalls::check,
           {generic, builder.CreateZExtOrTrunc(bytes, builder.getInt64Ty()),
            builder.getInt32(alignment.value()), addSite(builder, place),
            builder.getInt32(uint32_t(kind))});
}

Error KernelRewriter::instrumentCall(CallInst &call) {
  IRBuilder<> builder(&call);
  if (auto *transfer = dyn_cast<MemTransferInst>(&call)) {
    announce(builder, transfer->getRawSource(), transfer->getLength(),
             transfer->getSourceAlign().valueOrOne(), call, AccessKind::Load);
    announce(builder, transfer->getRawDest(), transfer->getLength(),
             transfer->getDestAlign().valueOrOne(), call, AccessKind::Store);
    return Error::success();
  }
  if (auto *fill = dyn_cast<MemSetInst>(&call)) {
    announce(builder, fill->getRawDest(), fill->getLength(),
             fill->getDestAlign().valueOrOne(), call, AccessKind::Store);
    return Error::success();
  }
  // The device's own are known by name, one by one.
  const Function *callee = call.getCalledFunction();
  if (!callee || callee->getName().starts_with("llvm.nvvm.") ||
      call.onlyAccessesInaccessibleMemory() || call.doesNotAccessMemory() ||
      call.isLifetimeStartOrEnd())
    return Error::success();
  return makeError(call, "intrinsic '" + callee->getName() +
                             "' accesses memory in a way that can't be "
                             "checked");
}

Error KernelRewriter::instrument() {
  const DataLayout &layout = function.getDataLayout();
  SmallVector<Instruction *> work;
  for (Instruction &instruction : instructions(function))
    if (instruction.mayReadOrWriteMemory() &&
        !instruction.getMetadata(hostMetadata))
      work.push_back(&instruction);
  for (Instruction *instruction : work) {
    IRBuilder<> builder(instruction);
    auto size = [&](Type *type) {
      return builder.getInt64(layout.getTypeStoreSize(type));
    };
    if (auto *load = dyn_cast<LoadInst>(instruction)) {
      announce(builder, load->getPointerOperand(), size(load->getType()),
               load->getAlign(), *load, AccessKind::Load);
    } else if (auto *store = dyn_cast<StoreInst>(instruction)) {
      announce(builder, store->getPointerOperand(),
               size(store->getValueOperand()->getType()), store->getAlign(),
               *store, AccessKind::Store);
    } else if (auto *update = dyn_cast<AtomicRMWInst>(instruction)) {
      announce(builder, update->getPointerOperand(), size(update->getType()),
               update->getAlign(), *update, AccessKind::Atomic);
    } else if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(instruction)) {
      announce(builder, exchange->getPointerOperand(),
               size(exchange->getNewValOperand()->getType()),
               exchange->getAlign(), *exchange, AccessKind::Atomic);
    } else if (auto *call = dyn_cast<CallInst>(instruction)) {
      if (Error error = instrumentCall(*call))
        return error;
    }
  }
  return Error::success();
}
