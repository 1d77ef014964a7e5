//===- Retarget.h - Makes kernels functions of the host ---------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EMULATOR_RETARGET_H
#define DLC_LIB_EMULATOR_RETARGET_H

#include "Executor.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/ModuleSlotTracker.h"
#include "llvm/Target/TargetMachine.h"

namespace dlc::emulator {

/// A module for the host: each kernel became the KernelEntry of its name.
struct Retargeted {
  std::vector<Kernel> kernels; // the entries are null
  std::vector<Site> sites;
  /// Variables in the device's global memory.
  std::vector<std::pair<std::string, uint64_t>> globals;
};

/// Rewrites a module of the NVPTX target for the host. With `check`, every
/// access to memory is announced before it happens.
llvm::Error retarget(llvm::Module &module, llvm::TargetMachine &host,
                     bool check, Retargeted &result);

/// Marks an instruction that the emulator put into a kernel.
inline constexpr char hostMetadata[] = "dlc.host";
void markAsHost(llvm::Instruction &instruction);

/// The kernel being rewritten.
class KernelRewriter {
public:
  KernelRewriter(llvm::Function &function, llvm::Value *context, Kernel &kernel,
                 std::vector<Site> &sites);

  /// Announces every access to memory that isn't the thread's own.
  llvm::Error instrument();
  /// Replaces the intrinsics of the device.
  llvm::Error rewriteIntrinsics();

private:
  // Instrument.cpp
  void announce(llvm::IRBuilder<> &builder, llvm::Value *address,
                llvm::Value *bytes, llvm::Align alignment,
                llvm::Instruction &place, AccessKind kind);
  llvm::Error instrumentCall(llvm::CallInst &call);

  // Intrinsics.cpp
  llvm::Error rewriteCall(llvm::CallInst &call);
  llvm::Value *rewriteRegister(llvm::IRBuilder<> &builder,
                               llvm::StringRef name);
  llvm::Value *rewriteMath(llvm::IRBuilder<> &builder, llvm::CallInst &call,
                           llvm::StringRef name);
  bool rewriteSynchronization(llvm::IRBuilder<> &builder, llvm::CallInst &call,
                              llvm::StringRef name);
  bool rewriteCopy(llvm::IRBuilder<> &builder, llvm::CallInst &call,
                   llvm::StringRef name);
  void makeWarpOp(llvm::IRBuilder<> &builder, llvm::CallInst &call, WarpOp op,
                  llvm::Value *mask, llvm::ArrayRef<llvm::Value *> arguments);
  llvm::Value *loadContext(llvm::IRBuilder<> &builder, size_t offset);

  llvm::Value *addSite(llvm::IRBuilder<> &builder,
                       const llvm::Instruction &place);
  llvm::CallInst *callHost(llvm::IRBuilder<> &builder, llvm::StringRef name,
                           llvm::ArrayRef<llvm::Value *> arguments);
  llvm::Error makeError(const llvm::Instruction &place,
                        const llvm::Twine &text) const;

  llvm::Function &function;
  llvm::Value *context;
  Kernel &kernel;
  std::vector<Site> &sites;
  llvm::ModuleSlotTracker slots;
};

} // namespace dlc::emulator

#endif // DLC_LIB_EMULATOR_RETARGET_H
