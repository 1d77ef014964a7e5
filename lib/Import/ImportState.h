//===- ImportState.h - ImportState ops from ONNX ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_IMPORTSTATE_H
#define DLC_LIB_IMPORT_IMPORTSTATE_H

#include "dlc/Import/Import.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

namespace dlc::onnximport {

/// A name from the model for an error text: quoted, escaped, not too long.
std::string quote(llvm::StringRef name);

/// What all parts of one import share: options, errors, and what is known of
/// the graph's inputs.
class ImportState {
public:
  ImportState(llvm::StringRef path, const ImportOptions &options,
              mlir::MLIRContext *context);

  mlir::MLIRContext *getContext() const { return context; }
  const ImportOptions &getOptions() const { return options; }
  /// Where external data may lie.
  llvm::StringRef getFolder() const { return folder; }

  /// Emits an error that names the file.
  void error(const llvm::Twine &text);
  bool hasErrors() const { return errors != 0; }

  /// The symbol of that name, made when it is first asked for. `suggested` are
  /// its bounds where the options say nothing. An error, and null, if there are
  /// too many.
  mlir::AffineExpr getSymbol(llvm::StringRef name, DimRange suggested);
  /// The symbol, if there is one.
  mlir::AffineExpr findSymbol(llvm::StringRef name) const;
  /// A new symbol, whose size the model finds while it runs: at most `most`,
  /// and what the options say of the name. An error, and null, if there are too
  /// many, or the bound is no size.
  mlir::AffineExpr addComputedSymbol(llvm::StringRef name,
                                     mlir::AffineExpr most);
  /// What the options say of a dimension.
  DimRange getGivenRange(llvm::StringRef name) const {
    return options.dims.lookup(name);
  }
  /// All symbols in order, as `#dlc.symbol`.
  mlir::ArrayAttr getSymbols() const;

  /// The bounds of the symbols, in order.
  llvm::ArrayRef<int64_t> getLeastSizes() const { return leastSizes; }
  llvm::ArrayRef<int64_t> getLargestSizes() const { return largestSizes; }

  /// Declares the next argument of the function.
  void addArgument(llvm::StringRef name) {
    argumentNames.push_back(name.str());
  }

  /// The value if it is known at compile time: a constant, or computed from
  /// graph inputs whose values the options provide. Null otherwise.
  mlir::ElementsAttr evaluate(mlir::Value value);
  /// The same without asking for the values of graph inputs: for what may as
  /// well be computed at run time.
  mlir::ElementsAttr evaluateKnown(mlir::Value value);
  /// True while what runs more than once is imported.
  bool isInLoop = false;

  /// A number that no other caller gets; in the order of the graph.
  uint32_t makeSeed() { return ++lastSeed; }

  /// Forgets all values; for when some of them are erased.
  void forgetEvaluated() {
    evaluated.clear();
    evaluatedKnown.clear();
  }

  /// Why `value` isn't known at compile time and how to make it so.
  std::string explainUnknown(mlir::Value value) const;
  /// How to make the sizes that `value` depends on known.
  std::string explainDynamic(mlir::Value value) const;

private:
  using Evaluated = llvm::DenseMap<mlir::Value, mlir::ElementsAttr>;
  mlir::ElementsAttr evaluate(mlir::Value value, unsigned depth,
                              Evaluated &evaluated);
  mlir::ElementsAttr evaluateInput(mlir::BlockArgument argument);
  llvm::SmallVector<mlir::BlockArgument> findArguments(mlir::Value value) const;

  std::string path;
  std::string folder;
  const ImportOptions &options;
  mlir::MLIRContext *context;
  unsigned errors = 0;
  uint32_t lastSeed = 0;
  llvm::SmallVector<std::string> argumentNames;
  llvm::StringMap<unsigned> symbolNumbers;
  llvm::SmallVector<mlir::Attribute> symbols;
  llvm::SmallVector<int64_t> leastSizes, largestSizes;
  /// What has been evaluated, with and without asking for inputs.
  Evaluated evaluated, evaluatedKnown;
};

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_IMPORTSTATE_H
