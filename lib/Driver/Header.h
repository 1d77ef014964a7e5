//===- Header.h - The C header of a model -------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_HEADER_H
#define DLC_LIB_DRIVER_HEADER_H

#include "dlc/Driver/Signature.h"

namespace dlc {

/// `text` as a C identifier: other characters become `_`, a leading digit gets
/// one before it, a keyword one behind it.
std::string makeIdentifier(llvm::StringRef text);

/// What a header tells beside the signature.
struct HeaderInfo {
  std::string prefix;
  /// The file the model came from, for a comment.
  std::string model;
  std::string triple, cpu;
};

/// Writes the C header of a compiled model.
void writeHeader(llvm::raw_ostream &os, const HeaderInfo &info,
                 const Signature &signature);

} // namespace dlc

#endif // DLC_LIB_DRIVER_HEADER_H
