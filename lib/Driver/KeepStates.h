//===- KeepStates.h - Pairs that become states --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_KEEPSTATES_H
#define DLC_LIB_DRIVER_KEEPSTATES_H

#include "dlc/Driver/Signature.h"
#include "dlc/Import/Import.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>
#include <utility>
#include <vector>

namespace dlc {

/// The names of an input and the output that is its next value.
using StatePair = std::pair<std::string, std::string>;

/// The pairs that names of exporters and shapes show to be states.
std::vector<StatePair> findStatePairs(mlir::ModuleOp module,
                                      const Signature &signature);

/// False if none of the requests can be about this input.
bool mayBeState(llvm::StringRef input, llvm::ArrayRef<std::string> requests);

/// Makes states (KeptState.h) of the pairs that `requests` name: `IN=OUT`,
/// where `*` stands for any text, the same in both, or `auto` for those that
/// `findStatePairs` finds. The module is in the dlc dialect. A concatenation of
/// past and new becomes `dlc.append`. Of what is new there is likely one at a
/// time, unless `dims` says otherwise.
llvm::Error keepStates(mlir::ModuleOp module,
                       llvm::ArrayRef<std::string> requests,
                       const llvm::StringMap<DimRange> &dims);

} // namespace dlc

#endif // DLC_LIB_DRIVER_KEEPSTATES_H
