//===- Frontend.h - A model's file in MLIR ------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_FRONTEND_H
#define DLC_LIB_DRIVER_FRONTEND_H

#include "DeviceModule.h"
#include "OutputFiles.h"
#include "dlc/Driver/Compiler.h"
#include "dlc/Driver/Target.h"
#include "dlc/Pipelines/Pipelines.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Support/Timing.h"
#include "llvm/IR/Module.h"

namespace dlc {

/// An error whose text has been printed as diagnostics.
llvm::Error createReportedError();

/// A model in MLIR, and what it takes to run passes on it.
class Frontend {
public:
  explicit Frontend(const CompileOptions &options);
  ~Frontend();

  /// Reads the model.
  llvm::Error import();

  using PipelineBuilder = void (*)(mlir::OpPassManager &,
                                   const CPUPipelineOptions &);
  /// Runs a pipeline, set up for `target`, on the model.
  llvm::Error run(PipelineBuilder pipeline, const Target &target);
  using GPUPipelineBuilder = void (*)(mlir::OpPassManager &,
                                      const GPUPipelineOptions &);
  llvm::Error run(GPUPipelineBuilder pipeline, const GPUTarget &target);

  /// Runs passes that no target matters to.
  llvm::Error
  runPasses(llvm::function_ref<void(mlir::OpPassManager &)> addPasses);

  mlir::ModuleOp getModule() { return *module; }

  /// Writes the graph, still in the dlc dialect, as an ONNX model; with
  /// `externalWeights`, or if it is too large for protobuf, the weights go to a
  /// file beside it. Returns the files.
  llvm::Expected<std::vector<std::string>>
  writeONNX(llvm::StringRef path, bool externalWeights, OutputFiles &files);

  /// The LLVM IR of the model, which is in the LLVM dialect by now.
  llvm::Expected<std::unique_ptr<llvm::Module>>
  translate(llvm::LLVMContext &llvmContext, llvm::StringRef name);

  /// Frees the model and all its constants.
  void release();

  /// A timer for a step outside of MLIR's passes.
  mlir::TimingScope time(llvm::StringRef step) { return scope.nest(step); }

private:
  llvm::Error importModel();
  llvm::Error parseModule();

  /// The error after a step of MLIR has failed, which usually has said why.
  llvm::Error fail(llvm::StringRef step);

  const CompileOptions &options;
  /// True once a diagnostic has told of an error.
  bool reported = false;
  mlir::DefaultTimingManager timing;
  mlir::TimingScope scope;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace dlc

#endif // DLC_LIB_DRIVER_FRONTEND_H
