//===- Signature.h - A model's inputs and outputs -----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_SIGNATURE_H
#define DLC_DRIVER_SIGNATURE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace dlc {

/// An input or output of a model.
struct TensorSpec {
  std::string name;
  /// Numbered as in ONNX.
  int32_t dtype = 0;
  /// -1 where symbolic.
  llvm::SmallVector<int64_t> dims;
  /// The model's names of its dimensions, empty where it has none.
  llvm::SmallVector<std::string> dimNames;
  /// Of the data; 0 if a dimension is symbolic.
  uint64_t bytes = 0;
};

struct Signature {
  std::vector<TensorSpec> inputs, outputs;
};

/// The element type as ONNX numbers it; 0 if ONNX has none such.
int32_t getDType(mlir::Type type);

/// The MLIR type of an ONNX element type, as the dlc dialect spells it; null if
/// there is none.
mlir::Type getElementType(int32_t dtype, mlir::MLIRContext *context);

/// Reads the signature off the function `@main` of a module in the dlc dialect.
llvm::Expected<Signature> getSignature(mlir::ModuleOp module);

/// Takes over the shapes that passes found since: `@main` is the same function,
/// on tensors still. An error if an output's shape isn't known even then.
llvm::Error refineShapes(Signature &signature, mlir::ModuleOp module);

/// `float32[1, 3, N]`
std::string formatType(const TensorSpec &spec);

/// An error that names the inputs with symbolic dimensions, if there are any:
/// code is generated for static shapes.
llvm::Error checkStaticInputs(const Signature &signature);

} // namespace dlc

#endif // DLC_DRIVER_SIGNATURE_H
