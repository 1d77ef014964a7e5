//===- Weights.h - The weights of a model as bytes ----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_WEIGHTS_H
#define DLC_LIB_DRIVER_WEIGHTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"
#include <array>

namespace dlc {

/// The weights that the pipeline laid out in the attributes of a module. They
/// are streamed into files, never copied as a whole.
class Weights {
public:
  /// Reads and checks the attributes `dlc.weights` and `dlc.weights_size`.
  static llvm::Expected<Weights> create(mlir::ModuleOp module);

  uint64_t size() const { return bytes; }

  /// Writes an ELF object that defines the hidden symbol `symbol`.
  void writeObject(llvm::raw_ostream &os, llvm::StringRef symbol,
                   const llvm::Triple &triple) const;

  /// Writes a file to be mapped when the model runs; the result identifies it.
  std::array<uint8_t, 32> writeExternal(llvm::raw_fd_ostream &os) const;

private:
  struct Piece {
    uint64_t offset;
    mlir::ElementsAttr value;
  };
  void forEachChunk(
      llvm::function_ref<void(llvm::ArrayRef<char> chunk)> callback) const;
  std::vector<Piece> pieces;
  uint64_t bytes = 0;
};

} // namespace dlc

#endif // DLC_LIB_DRIVER_WEIGHTS_H
