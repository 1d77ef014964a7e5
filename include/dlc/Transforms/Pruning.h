//===- Pruning.h - What pruning removes -------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_TRANSFORMS_PRUNING_H
#define DLC_TRANSFORMS_PRUNING_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// Where the pruning passes leave, on an op with weights, the reason why these
/// were not pruned.
inline constexpr llvm::StringLiteral kNotPrunedAttrName = "dlc.not_pruned";

/// Which weights are removed together.
struct PruningStructure {
  enum Kind { Unstructured, Block, NOfM, Channel } kind = Unstructured;
  /// For NOfM: of `group` neighbours along the inputs, `kept` stay.
  int64_t kept = 0, group = 0;

  /// The share that n:m removes.
  double getShare() const { return double(group - kept) / group; }

  /// Reads `unstructured`, `block`, `channel` or, as in `2:4`, `n:m`.
  static llvm::Expected<PruningStructure> parse(llvm::StringRef text);
};

} // namespace dlc

#endif // DLC_TRANSFORMS_PRUNING_H
