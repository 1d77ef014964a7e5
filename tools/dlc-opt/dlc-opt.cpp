//===- dlc-opt.cpp - Runs passes and pipelines on MLIR --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/DLCDialect.h"
#include "dlc/Codegen/Passes.h"
#include "dlc/Conversion/Passes.h"
#include "dlc/Pipelines/Pipelines.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  dlc::registerDLCTransformsPasses();
  dlc::registerDLCConversionPasses();
  dlc::registerDLCCodegenPasses();
  dlc::registerDLCPipelines();

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<dlc::DLCDialect>();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "dlc optimizer: passes and pipelines, one step at a time\n",
      registry));
}
