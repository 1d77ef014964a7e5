//===- Import.cpp - ONNX files to dlc modules -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Import/Import.h"

#include "Importer.h"
#include "ModelFile.h"
#include "dialects/dlc/DLCDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

OwningOpRef<ModuleOp> dlc::importONNX(StringRef path,
                                      const ImportOptions &options,
                                      MLIRContext *context) {
  context->loadDialect<DLCDialect, arith::ArithDialect, func::FuncDialect,
                       scf::SCFDialect, tensor::TensorDialect>();
  onnximport::ImportState state(path, options, context);
  llvm::Expected<std::unique_ptr<onnx::ModelProto>> model =
      onnximport::readModelFile(path);
  if (!model) {
    state.error(llvm::toString(model.takeError()));
    return {};
  }
  return onnximport::Importer(**model, state).run();
}
