//===- ModelDescriptor.h - The constants that describe a model --*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_MODELDESCRIPTOR_H
#define DLC_LIB_DRIVER_MODELDESCRIPTOR_H

#include "dlc/Driver/Target.h"
#include "llvm/Support/Error.h"

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace dlc {

struct ModelDescription;

/// Defines the constants that the runtime, which is part of `module`, declares
/// to learn about its model: `dlc_rt_model`, and `dlc_rt_profile` and
/// `dlc_rt_program` where there is one. `entry` runs the model, null on a GPU;
/// `prepare` computes its open sizes, null if there are none.
llvm::Error defineDescriptors(llvm::Module &module, const Target &target,
                              const ModelDescription &description,
                              llvm::Function *entry, llvm::Function *prepare);

} // namespace dlc

#endif // DLC_LIB_DRIVER_MODELDESCRIPTOR_H
