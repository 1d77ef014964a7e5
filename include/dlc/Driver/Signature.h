//===- Signature.h - A model's inputs and outputs -----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_SIGNATURE_H
#define DLC_DRIVER_SIGNATURE_H

#include "dlc/Support/ElementType.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace dlc {

/// A size that a model leaves open.
struct SymbolSpec {
  std::string name;
  int64_t min = 0, max = 0, likely = 0;
  /// The context keeps it: it is the length of a state.
  bool isKept = false;
};

/// An input or output of a model.
struct TensorSpec {
  std::string name;
  /// Numbered as in ONNX.
  int32_t dtype = 0;
  /// -1 where open.
  llvm::SmallVector<int64_t> dims;
  /// The model's names of its dimensions, empty where it has none; of an open
  /// one, the symbol that it is or a formula of symbols.
  llvm::SmallVector<std::string> dimNames;
  /// Which of the signature's symbols a dimension is; -1 if it is none.
  llvm::SmallVector<int32_t> dimSymbols;
  /// Of the data, at most; 0 as long as bounds of a dimension aren't known.
  uint64_t bytes = 0;
};

/// An input and an output that are one value, which the library keeps.
struct StateSpec {
  /// The input.
  TensorSpec input;
  std::string output;
  /// The dimension in which it grows, or -1.
  int64_t axis = -1;
  /// The symbols that are its length and what there is room for, or -1; the
  /// latter counts on behind the signature's symbols.
  int32_t symbol = -1, room = -1;
};

struct Signature {
  /// Without the states.
  std::vector<TensorSpec> inputs, outputs;
  std::vector<StateSpec> states;
  /// The open sizes, known once the model is lowered to linalg.
  std::vector<SymbolSpec> symbols;
  /// The sizes that the model finds while it runs.
  std::vector<SymbolSpec> computedSizes;
  /// How many sizes of the states' buffers follow the symbols.
  unsigned numRooms = 0;
};

/// Reads the signature off the function `@main` of a module in the dlc dialect.
llvm::Expected<Signature> getSignature(mlir::ModuleOp module);

/// True if the module, in the dlc dialect, says within which bounds its open
/// sizes are.
bool hasOpenSizes(mlir::ModuleOp module);

/// Takes over what passes found since: shapes, and the open sizes as trailing
/// arguments of `@main`, which is the same function on tensors otherwise. An
/// error if a shape isn't known even then.
llvm::Error refineShapes(Signature &signature, mlir::ModuleOp module);

/// `float32[1, 3, N]`
std::string formatType(const TensorSpec &spec);

/// The computed sizes that dimensions of outputs are made of.
std::vector<SymbolSpec> getFoundSizes(const Signature &signature);

/// `batch: 1 to 64, likely 8`
std::string formatSymbol(const SymbolSpec &symbol);

/// An error that names the inputs with open dimensions, if there are any, and
/// says what needs static shapes, if that is known.
llvm::Error checkStaticInputs(const Signature &signature,
                              llvm::StringRef needs = "");

} // namespace dlc

#endif // DLC_DRIVER_SIGNATURE_H
