//===- Export.h - The dlc dialect to ONNX protobuf --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_EXPORT_EXPORT_H
#define DLC_EXPORT_EXPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>

namespace dlc {

struct ExportOptions {
  /// The name of the file that external data lie in, relative to the model.
  std::string dataFile;
  /// Weights go there in any case, not only where the model would be too large
  /// for protobuf otherwise.
  bool forceExternal = false;
};

/// A module in the dlc dialect as an ONNX model, ready to be written. Its
/// weights stay where the module has them: the module must live on.
class ExportedModel {
public:
  virtual ~ExportedModel();

  /// True if the weights lie in a file of their own.
  virtual bool hasExternalData() const = 0;
  virtual void write(llvm::raw_ostream &os) const = 0;
  /// Writes the file of external data.
  virtual void writeData(llvm::raw_ostream &os) const = 0;
};

/// Spells `@main` of the module in ONNX, keeping the names of inputs, outputs,
/// their open dimensions, nodes and weights. Ops that ONNX can't say are
/// errors: every one has been emitted as a diagnostic, and the result is null.
std::unique_ptr<ExportedModel> exportONNX(mlir::ModuleOp module,
                                          const ExportOptions &options);

} // namespace dlc

#endif // DLC_EXPORT_EXPORT_H
