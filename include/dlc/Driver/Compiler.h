//===- Compiler.h - From a model's file to a library --------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_COMPILER_H
#define DLC_DRIVER_COMPILER_H

#include "dlc/Driver/Signature.h"
#include "dlc/Import/Import.h"
#include "dlc/Support/HostTensor.h"
#include "llvm/ADT/StringMap.h"
#include <functional>

namespace dlc {

/// What a compilation makes.
enum class EmitKind {
  DLC,      ///< the imported graph in the dlc dialect
  Linalg,   ///< linalg on tensors
  LLVM,     ///< optimized LLVM IR
  Assembly, ///< assembly
  Object,   ///< one relocatable object, and the header
  Static,   ///< a static library, and the header
  Library,  ///< a shared library, and the header
  Header,   ///< the header alone
  ONNX,     ///< the imported graph as an ONNX model
  PTX       ///< the kernels for a GPU
};

struct CompileOptions {
  /// An ONNX model, or a module in the dlc dialect (`.mlir`).
  std::string model;
  /// The file to write; `-` prints to stdout (textual kinds only).
  std::string output;
  /// Taken from the output's extension if not given.
  std::optional<EmitKind> emit;

  std::string targetTriple;
  std::string targetCPU;
  /// The architecture of the GPU that kernels run on, as in `sm_80`; empty:
  /// they run on the CPU.
  std::string gpuArch;
  /// Leave the kernels of a GPU in the report, for the emulator.
  bool keepDeviceModule = false;

  /// What the exported functions begin with; taken from the output's name if
  /// empty.
  std::string prefix;
  /// Weights in a file of their own beside the library.
  bool externalWeights = false;
  /// The library keeps the time that each kernel takes.
  bool profile = false;
  /// Refuse models that leave sizes open.
  bool requireStatic = false;

  /// See ImportOptions.
  llvm::StringMap<llvm::SmallVector<int64_t>> shapes;
  llvm::StringMap<DimRange> dims;
  llvm::StringMap<HostTensor> constants;
  std::function<const HostTensor *(llvm::StringRef)> provideConstant;
  std::function<std::string(llvm::StringRef)> spellConstant, spellShape,
      spellBound;

  /// Inputs and outputs that are one value, which the library keeps: `IN=OUT`
  /// with `*` for any text, or `auto` for those that names show to be such.
  std::vector<std::string> states;

  /// Changes the imported graph before anything else is done with it; an error
  /// has been emitted where it fails.
  std::function<llvm::LogicalResult(mlir::ModuleOp)> prepare;

  /// Names of passes after which the IR is printed to stderr; `all` for all.
  std::vector<std::string> printIRAfter;
  /// Prints the passes' times to stderr.
  bool timing = false;
  /// Where a failing pass leaves a reproducer for dlc-opt, if anywhere.
  std::string reproducer;
  /// Called with what happens next, for users who wait.
  std::function<void(llvm::StringRef)> progress;
};

/// What a compilation made.
struct CompileReport {
  Signature signature;
  /// All files written, the main one first.
  std::vector<std::string> files;
  uint64_t arenaBytes = 0, weightsBytes = 0, outputBytes = 0;
  unsigned numKernels = 0;
  /// Inputs and outputs that names and shapes show to be states, where no
  /// states were asked for.
  std::vector<std::pair<std::string, std::string>> possibleStates;
  /// The LLVM bitcode that PTX was made of, see `keepDeviceModule`.
  llvm::SmallVector<char, 0> deviceModule;
  double seconds = 0;
};

/// Compiles a model. On failure no file is written. The text of the error is
/// empty if diagnostics have been printed to stderr already.
llvm::Error compileModel(const CompileOptions &options, CompileReport &report);

/// Says whether a model can be compiled, as far as that shows before code is
/// generated; writes nothing. `signature` is the model's.
llvm::Error checkModel(const CompileOptions &options, Signature &signature);

/// Prints ops, parameters, FLOPs, weights and the memory plan of a model; also
/// to the file `json`, unless that is empty.
llvm::Error inspectModel(const CompileOptions &options, llvm::raw_ostream &os,
                         llvm::StringRef json);

} // namespace dlc

#endif // DLC_DRIVER_COMPILER_H
