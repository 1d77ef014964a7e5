//===- DeviceModule.h - Kernels for a GPU as PTX ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_DEVICEMODULE_H
#define DLC_LIB_DRIVER_DEVICEMODULE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include <array>

namespace llvm {
class TargetMachine;
}

namespace dlc {

/// A kernel and how it is launched.
struct DeviceKernel {
  std::string name;
  std::array<int32_t, 3> grid;
  int32_t threads;
};

/// A launch: the kernel's place in the program, and where its parameters lie.
struct DeviceLaunch {
  size_t kernel;
  std::vector<int64_t> offsets;
  /// For each parameter, 1 if it lies in the weights.
  std::vector<int64_t> inWeights;
};

/// What a model does on a GPU.
struct DeviceProgram {
  std::vector<DeviceKernel> kernels;
  std::vector<DeviceLaunch> launches;
  /// Of the inputs and outputs in the device's arena.
  std::vector<int64_t> argumentOffsets;
  std::string ptx;
};

/// Reads what the GPU pipeline has written on the module.
llvm::Expected<DeviceProgram> readDeviceProgram(mlir::ModuleOp module);

/// A GPU architecture, as in `sm_80`.
class GPUTarget {
public:
  static llvm::Expected<GPUTarget> create(llvm::StringRef arch);

  llvm::StringRef getArch() const { return arch; }
  /// 80 for `sm_80`.
  int getCapability() const { return capability; }
  std::unique_ptr<llvm::TargetMachine> createMachine() const;

private:
  GPUTarget() = default;
  std::string arch;
  int capability = 0;
};

/// Makes the translated module one of kernels for the target, and optimizes it.
llvm::Error prepareDeviceModule(llvm::Module &module, const GPUTarget &target,
                                const DeviceProgram &program);

/// The PTX of a prepared module, which stays as it is. The smallest version of
/// PTX that knows the architecture, so that the most drivers take it.
llvm::Expected<std::string> emitPTX(const llvm::Module &module,
                                    const GPUTarget &target);

} // namespace dlc

#endif // DLC_LIB_DRIVER_DEVICEMODULE_H
