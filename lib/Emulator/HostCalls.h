//===- HostCalls.h - What retargeted kernels call ---------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EMULATOR_HOSTCALLS_H
#define DLC_LIB_EMULATOR_HOSTCALLS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace dlc::emulator::hostcalls {

// Names of the functions; every one takes the thread's context first.
inline constexpr char barrier[] = "dlcEmulatorBarrier";
inline constexpr char warp[] = "dlcEmulatorWarp";
inline constexpr char copy[] = "dlcEmulatorCopy";
inline constexpr char commit[] = "dlcEmulatorCommit";
inline constexpr char wait[] = "dlcEmulatorWait";
inline constexpr char check[] = "dlcEmulatorCheck";

struct HostCall {
  llvm::StringRef name;
  void *address;
};

/// The functions and where they are.
llvm::ArrayRef<HostCall> getAll();

} // namespace dlc::emulator::hostcalls

#endif // DLC_LIB_EMULATOR_HOSTCALLS_H
