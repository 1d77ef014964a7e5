//===- Import.h - ONNX protobuf to the dlc dialect --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_IMPORT_IMPORT_H
#define DLC_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <functional>
#include <optional>

namespace dlc {

/// What is said about a dimension that the model leaves open.
struct DimRange {
  std::optional<int64_t> min, max, likely;
};

/// How a model is imported.
struct ImportOptions {
  /// The shapes of graph inputs whose model type has symbolic dimensions, by
  /// input name. They must agree with the model's static ones.
  llvm::StringMap<llvm::SmallVector<int64_t>> shapes;

  /// Bounds of open dimensions by name (`--dim`): the model's name for it, or
  /// `<input>.<position>` where it has none. With equal bounds the dimension is
  /// pinned. Others get bounds by what the name and the position suggest.
  llvm::StringMap<DimRange> dims;

  /// The values of graph inputs that are to be compile-time constants, by input
  /// name. Such inputs leave the signature.
  llvm::StringMap<mlir::ElementsAttr> constants;

  /// Asked for the value of a graph input that an op needs at compile time (a
  /// target shape, axes, ...) and that isn't in `constants`. A null attribute,
  /// or no callback, means that it isn't known: an import error. Such an input
  /// stays in the signature and its value is read no more.
  std::function<mlir::ElementsAttr(llvm::StringRef)> provideConstant;

  /// True for graph inputs that a library will keep as states: their lengths
  /// begin with 0.
  std::function<bool(llvm::StringRef)> isState = [](llvm::StringRef) {
    return false;
  };

  /// What the caller's users pass, in their words, to make an input a constant
  /// and to give it a shape: for errors that ask for it.
  std::function<std::string(llvm::StringRef)> spellConstant =
      [](llvm::StringRef input) {
        return ("a value of '" + input + "'").str();
      };
  std::function<std::string(llvm::StringRef)> spellShape =
      [](llvm::StringRef input) {
        return ("a shape of '" + input + "'").str();
      };
  /// The same to give a dimension an upper bound.
  std::function<std::string(llvm::StringRef)> spellBound =
      [](llvm::StringRef dim) {
        return ("give '" + dim + "' an upper bound").str();
      };
};

/// Imports the ONNX model in the file `path`.
///
/// The module has one function, `@main`, from tensors to tensors. Its arguments
/// and results carry the model's names as `dlc.name`; dimensions that nothing
/// pins are `?`, symbols (`#dlc.dims`, the module's `dlc.symbols`), and their
/// names are in `dlc.dim_names` (an array of strings, one per dimension, empty
/// where static). Every op's
/// location is a NameLoc of the ONNX node it came from, `op_type:node_name`.
///
/// On failure, every error found (all unsupported nodes at once) has been
/// emitted as a diagnostic and the result is null.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path,
                                             const ImportOptions &options,
                                             mlir::MLIRContext *context);

} // namespace dlc

#endif // DLC_IMPORT_IMPORT_H
