//===- Codegen.h - LLVM modules to objects ------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_CODEGEN_H
#define DLC_LIB_DRIVER_CODEGEN_H

#include "OutputFiles.h"
#include "dlc/Driver/Target.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CodeGen.h"

namespace dlc {

/// Runs LLVM's -O3 pipeline.
void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine);

/// Writes the optimized module as an object or as assembly.
llvm::Error emitModule(llvm::Module &module, llvm::TargetMachine &machine,
                       llvm::CodeGenFileType type, llvm::raw_pwrite_stream &os);

/// Optimizes and compiles the module on all cores, by parts. Returns the object
/// files of the parts, scratch files in the folder of `output`.
llvm::Expected<std::vector<std::string>>
compileToObjects(std::unique_ptr<llvm::Module> module, const Target &target,
                 llvm::StringRef output, OutputFiles &files);

} // namespace dlc

#endif // DLC_LIB_DRIVER_CODEGEN_H
