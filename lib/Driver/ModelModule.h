//===- ModelModule.h - A model's LLVM module ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_MODELMODULE_H
#define DLC_LIB_DRIVER_MODELMODULE_H

#include "DeviceModule.h"
#include "dlc/Driver/Signature.h"
#include "dlc/Driver/Target.h"
#include "llvm/IR/Module.h"
#include <array>

namespace dlc {

/// A call of a kernel in a library that keeps times.
struct ProfiledCall {
  std::string kernel;
  uint64_t flops = 0;
  std::vector<std::string> nodes;
};

/// What the runtime has to know of a model.
struct ModelDescription {
  std::string prefix;
  Signature signature;
  uint64_t arenaBytes = 0;
  uint64_t weightsBytes = 0;
  /// The name of the file with external weights, empty if they are embedded.
  std::string weightsFile;
  std::array<uint8_t, 32> weightsId = {};
  /// What runs on a GPU; the model's module has no `main` then, and the arena
  /// is in the device's memory.
  std::optional<DeviceProgram> program;
  /// Of a model with open sizes: what @prepare computes, see OpenSizes.h, and
  /// the texts of what it checks.
  uint64_t numSizes = 0;
  std::vector<std::string> checks;
  /// The calls whose times are kept, if any are, and where behind the context's
  /// head.
  bool profile = false;
  uint64_t profileOffset = 0;
  std::vector<ProfiledCall> profiledCalls;
};

/// The name of the symbol that embedded weights have.
std::string getWeightsSymbol(llvm::StringRef prefix);

/// The names of the functions that a model exports.
std::vector<std::string>
getExportedSymbols(const ModelDescription &description);

/// Makes a complete model of `module`, which has the function `main` that the
/// pipeline ends with, unless the model runs on a GPU: links the runtime, adds
/// the description and gives all that is to be seen from outside the prefix.
llvm::Error assembleModel(llvm::Module &module, const Target &target,
                          const ModelDescription &description);

} // namespace dlc

#endif // DLC_LIB_DRIVER_MODELMODULE_H
