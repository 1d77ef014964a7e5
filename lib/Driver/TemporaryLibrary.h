//===- TemporaryLibrary.h - A library for one run ---------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_TEMPORARYLIBRARY_H
#define DLC_LIB_DRIVER_TEMPORARYLIBRARY_H

#include "dlc/Driver/Compiler.h"
#include "dlc/Driver/Library.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"

namespace dlc {

/// A folder for a library that is needed for one run.
class TemporaryFolder {
public:
  llvm::Error create();
  ~TemporaryFolder() {
    if (!path.empty())
      llvm::sys::fs::remove_directories(path);
  }
  llvm::SmallString<128> path;
};

/// Compiles the model, unless it is a library already, and loads it; no file is
/// left behind. Refuses models that leave sizes open.
llvm::Expected<Library> compileAndLoad(CompileOptions options);

} // namespace dlc

#endif // DLC_LIB_DRIVER_TEMPORARYLIBRARY_H
