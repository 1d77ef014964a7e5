//===- Link.h - Objects to libraries ------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_LINK_H
#define DLC_LIB_DRIVER_LINK_H

#include "dlc/Driver/Target.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace dlc {

class OutputFiles;

/// What a shared library shows of itself.
struct LibraryInterface {
  std::string soname;
  std::vector<std::string> exports;
};

/// Links objects into the shared library `output`, which needs libc and libm at
/// most and exports only what `interface` says.
llvm::Error linkLibrary(llvm::ArrayRef<std::string> objects,
                        const LibraryInterface &interface, const Target &target,
                        llvm::StringRef output, OutputFiles &files);

/// Links objects into one, `output`.
llvm::Error linkObject(llvm::ArrayRef<std::string> objects,
                       llvm::StringRef output, OutputFiles &files);

/// Makes the static library `output` of objects; `stem` names its members.
llvm::Error writeStaticLibrary(llvm::ArrayRef<std::string> objects,
                               llvm::StringRef stem, llvm::StringRef output);

} // namespace dlc

#endif // DLC_LIB_DRIVER_LINK_H
