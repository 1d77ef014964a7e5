//===- Pipelines.cpp - The named pass pipelines ---------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Pipelines/Pipelines.h"

#include "dlc/Codegen/Passes.h"
#include "dlc/Conversion/Passes.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace dlc;

void dlc::buildDLCOptimizePipeline(OpPassManager &pm,
                                   const CPUPipelineOptions &options) {
  // Products inside layers are products like any other.
  pm.addNestedPass<func::FuncOp>(createExpandRecurrence());
  // Before constants are dequantized.
  FormIntegerOpsOptions integers;
  integers.dot = options.dot;
  pm.addNestedPass<func::FuncOp>(createFormIntegerOps(integers));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // What each step of a loop would compute again; before work is fused.
  pm.addPass(createHoistInvariants());
  // Ops spelled out in small ones hide what layouts and kernels work on.
  pm.addNestedPass<func::FuncOp>(createRecognizeOps());
  // What follows convolutions folds into them.
  pm.addNestedPass<func::FuncOp>(createDecomposeConvTranspose());
  pm.addPass(createCanonicalizerPass());
  // Folding has made new weights of old ones; packing makes others again.
  pm.addPass(createReleaseDeadWeights());
  AssignLayoutOptions layout;
  // A block of channels is one vector of f32.
  layout.block = options.vectorBytes / 4;
  layout.dot = options.dot;
  pm.addNestedPass<func::FuncOp>(createAssignLayout(layout));
  pm.addPass(createCanonicalizerPass());
  SkipPaddedTapsOptions taps;
  taps.split = layout.block != 0;
  pm.addNestedPass<func::FuncOp>(createSkipPaddedTaps(taps));
  // Changes of layout of what is made outside of loops.
  pm.addPass(createHoistInvariants());
  pm.addNestedPass<func::FuncOp>(createCompressWeights());
  pm.addNestedPass<func::FuncOp>(createWidenPanels());
  pm.addPass(createCSEPass());
  pm.addPass(createReleaseDeadWeights());
}

void dlc::buildDLCToLinalgPipeline(OpPassManager &pm,
                                   const CPUPipelineOptions &options) {
  buildDLCOptimizePipeline(pm, options);
  pm.addPass(createConvertDLCToLinalgPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// linalg on tensors -> linalg on buffers.
static void addBufferization(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createFuseElementwise());
  pm.addNestedPass<func::FuncOp>(createDecomposePads());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createBindControlFlow());
  pm.addNestedPass<func::FuncOp>(createBindDestinations());
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// linalg on buffers -> calls of kernels. (On a GPU a fill is one launch
/// whatever its size, and its strips would be several.)
static void addKernelFormation(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createShrinkFills());
  pm.addPass(createFormKernels());
}

/// linalg on buffers -> calls of kernels made of loops and vectors.
static void addKernels(OpPassManager &pm, const CPUPipelineOptions &options) {
  addKernelFormation(pm);
  SelectStrategyOptions strategy;
  strategy.vectorBytes = options.vectorBytes;
  strategy.vectorRegisters = options.vectorRegisters;
  strategy.dot = options.dot;
  pm.addNestedPass<func::FuncOp>(createSelectStrategy(strategy));
  pm.addPass(createSplitKernels());
  OpPassManager &kernels = pm.nest<func::FuncOp>();
  kernels.addPass(createVectorizeKernels());
  // What is left inside loops of its own.
  kernels.addPass(createConvertLinalgToLoopsPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createLoopInvariantCodeMotionPass());
  kernels.addPass(createApproximateMath());
  pm.addPass(createPlanMemory());
  if (options.profile)
    pm.addPass(createProfileKernels());
}

static void addConversionToLLVM(OpPassManager &pm, bool hasLibm = true) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createSCFToControlFlowPass());
  functions.addPass(createLowerChecks());
  functions.addPass(createConvertMathToLLVMPass());
  // Takes vectors apart with vector ops, which are lowered after it.
  if (hasLibm)
    pm.addPass(createConvertMathToLibmPass());
  pm.addNestedPass<func::FuncOp>(createConvertVectorToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCSEPass());
  pm.addPass(createShareCalls());
}

void dlc::buildLinalgToLLVMPipeline(OpPassManager &pm,
                                    const CPUPipelineOptions &options) {
  addBufferization(pm);
  addKernels(pm, options);
  addConversionToLLVM(pm);
}

void dlc::buildDLCToLLVMPipeline(OpPassManager &pm,
                                 const CPUPipelineOptions &options) {
  buildDLCToLinalgPipeline(pm, options);
  buildLinalgToLLVMPipeline(pm, options);
}

/// linalg on buffers -> kernels of GPU threads, and a list of launches.
static void addGPUKernels(OpPassManager &pm,
                          const GPUPipelineOptions &options) {
  pm.addPass(createFormKernels());
  pm.addPass(createPlanLaunches());
  SelectGPUStrategyOptions strategy;
  strategy.arch = options.arch;
  pm.addNestedPass<func::FuncOp>(createSelectGPUStrategy(strategy));
  pm.addPass(createMapKernels());
  OpPassManager &kernels = pm.nest<func::FuncOp>();
  kernels.addPass(createConvertLinalgToLoopsPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createLoopInvariantCodeMotionPass());
  kernels.addPass(createExpandDeviceMath());
  kernels.addPass(createApproximateMath());
  kernels.addPass(createCheckDeviceMath());
}

void dlc::buildDLCToGPULinalgPipeline(OpPassManager &pm,
                                      const GPUPipelineOptions &) {
  CPUPipelineOptions plain;
  plain.vectorBytes = 0; // no layouts
  buildDLCToLinalgPipeline(pm, plain);
}

void dlc::buildGPULinalgToLLVMPipeline(OpPassManager &pm,
                                       const GPUPipelineOptions &options) {
  addBufferization(pm);
  addGPUKernels(pm, options);
  addConversionToLLVM(pm, /*hasLibm=*/false);
}

void dlc::registerDLCPipelines() {
  PassPipelineRegistration<CPUPipelineOptions>(
      "dlc-to-linalg", "dlc to linalg on tensors, layouts assigned",
      buildDLCToLinalgPipeline);
  PassPipelineRegistration<CPUPipelineOptions>(
      "dlc-linalg-to-kernels",
      "linalg on tensors to kernels on buffers, before vectorization",
      [](OpPassManager &pm, const CPUPipelineOptions &) {
        addBufferization(pm);
        addKernelFormation(pm);
      });
  PassPipelineRegistration<CPUPipelineOptions>(
      "dlc-linalg-to-llvm", "linalg on tensors to the LLVM dialect",
      buildLinalgToLLVMPipeline);
  PassPipelineRegistration<GPUPipelineOptions>(
      "dlc-gpu-linalg-to-kernels",
      "linalg on tensors to kernels of GPU threads",
      [](OpPassManager &pm, const GPUPipelineOptions &options) {
        addBufferization(pm);
        addGPUKernels(pm, options);
      });
  PassPipelineRegistration<GPUPipelineOptions>(
      "dlc-gpu", "dlc to the LLVM dialect for a GPU",
      [](OpPassManager &pm, const GPUPipelineOptions &options) {
        buildDLCToGPULinalgPipeline(pm, options);
        buildGPULinalgToLLVMPipeline(pm, options);
      });
  PassPipelineRegistration<CPUPipelineOptions>(
      "dlc-cpu", "dlc to the LLVM dialect for a CPU", buildDLCToLLVMPipeline);
}
