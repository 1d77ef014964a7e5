//===- Pipelines.h - The named pass pipelines -------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_PIPELINES_PIPELINES_H
#define DLC_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace dlc {

/// What the CPU pipelines need to know of the target machine.
struct CPUPipelineOptions
    : public mlir::PassPipelineOptions<CPUPipelineOptions> {
  Option<int> vectorBytes{
      *this, "vector-bytes",
      llvm::cl::desc("Width of the target's vector registers in bytes"),
      llvm::cl::init(64)};
  Option<int> vectorRegisters{
      *this, "vector-registers",
      llvm::cl::desc("Number of the target's vector registers"),
      llvm::cl::init(32)};
  Option<bool> profile{*this, "profile",
                       llvm::cl::desc("Read the clock around kernels"),
                       llvm::cl::init(false)};
  Option<int> dot{
      *this, "dot",
      llvm::cl::desc("What the target sums at once: 4 products of bytes "
                     "(vpdpbusd), 2 of i16 (vpmaddwd), or 1"),
      llvm::cl::init(1)};
};

/// What the GPU pipelines need to know of the target device.
struct GPUPipelineOptions
    : public mlir::PassPipelineOptions<GPUPipelineOptions> {
  Option<int> arch{*this, "arch",
                   llvm::cl::desc("Compute capability: 80 is 8.0"),
                   llvm::cl::init(80)};
};

/// dlc -> dlc: simplification and layout assignment, ready to be lowered.
void buildDLCOptimizePipeline(mlir::OpPassManager &pm,
                              const CPUPipelineOptions &options);

/// dlc -> linalg on tensors (`--dlc-to-linalg`).
void buildDLCToLinalgPipeline(mlir::OpPassManager &pm,
                              const CPUPipelineOptions &options);

/// linalg on tensors -> kernels on buffers -> the LLVM dialect.
///
/// The result's contract, which the driver relies on:
/// - `llvm.func @main(%arena: !llvm.ptr, %weights: !llvm.ptr, inputs...,
///   outputs...)`, all bare pointers, and private kernel functions;
/// - module attributes `dlc.arena_size` and `dlc.weights_size` (i64, bytes of
///   buffers that are aligned to 64) and `dlc.weights`, an array of
///   `{offset = i64, value = elements}`, sorted, disjoint;
/// - if the last arguments of `@main` were open sizes, a third pointer after
///   the weights, to an array of `dlc.num_sizes` i64 that begins with the
///   sizes, and `llvm.func @prepare(%sizes: !llvm.ptr) -> i64`, which computes
///   the rest (see `dlc-plan-memory`);
/// - with `profile`, the attribute `dlc.profile` (see `dlc-profile-kernels`),
///   and calls of the runtime's `dlc_rt_stamp`.
void buildLinalgToLLVMPipeline(mlir::OpPassManager &pm,
                               const CPUPipelineOptions &options);

/// The whole way, dlc -> LLVM dialect (`--dlc-cpu`).
void buildDLCToLLVMPipeline(mlir::OpPassManager &pm,
                            const CPUPipelineOptions &options);

/// dlc -> linalg on tensors, without layouts for vectors.
void buildDLCToGPULinalgPipeline(mlir::OpPassManager &pm,
                                 const GPUPipelineOptions &options);

/// linalg on tensors -> kernels of GPU threads in the LLVM dialect
/// (`--dlc-gpu` is the whole way).
///
/// The result's contract: the module holds the kernels, `llvm.func`s on bare
/// pointers with `dlc.kernel`, `dlc.grid` and `dlc.block`, and says what is to
/// be done with them, see `dlc-plan-launches`.
void buildGPULinalgToLLVMPipeline(mlir::OpPassManager &pm,
                                  const GPUPipelineOptions &options);

/// Makes the pipelines known to the command line of dlc-opt.
void registerDLCPipelines();

} // namespace dlc

#endif // DLC_PIPELINES_PIPELINES_H
