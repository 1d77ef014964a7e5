//===- Embedded.h - The runtime's bitcode as data ---------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_RUNTIME_EMBEDDED_H
#define DLC_RUNTIME_EMBEDDED_H

#include "llvm/ADT/StringRef.h"
#include "llvm/TargetParser/Triple.h"

namespace dlc {

/// The parts of the runtime; each model links those it needs.
enum class RuntimePart {
  Context,
  ComputedSizes,
  CPU,
  ExternalWeights,
  HalfFloats,
  OpenSizes,
  Profile,
  States,
  Threads,
  Device,
  Cuda
};

/// True if there is a runtime for the architecture.
bool hasRuntimeFor(llvm::Triple::ArchType arch);

/// A part of the runtime as LLVM bitcode.
llvm::StringRef getRuntimeBitcode(RuntimePart part,
                                  llvm::Triple::ArchType arch);

/// The text of include/dlc/Runtime/ABI.h, the begin of every generated header.
llvm::StringRef getABIHeader();

} // namespace dlc

#endif // DLC_RUNTIME_EMBEDDED_H
