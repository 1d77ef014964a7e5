//===- OutputFiles.h - Files that appear whole or not at all --*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_OUTPUTFILES_H
#define DLC_LIB_DRIVER_OUTPUTFILES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace dlc {

/// The files that a command leaves behind. Each is written under a temporary
/// name in its own folder; all get their names at the end, or vanish.
class OutputFiles {
public:
  OutputFiles() = default;
  OutputFiles(const OutputFiles &) = delete;
  OutputFiles &operator=(const OutputFiles &) = delete;
  ~OutputFiles();

  /// Begins the file `path` and returns the name to write it under: `path`
  /// itself for what can't be renamed over, such as a terminal or a pipe.
  llvm::Expected<std::string> begin(llvm::StringRef path);

  /// A file for the way, in the folder of `path`, that vanishes in any case.
  llvm::Expected<std::string> scratch(llvm::StringRef path);

  /// Begins the file `path` and writes it.
  llvm::Error
  write(llvm::StringRef path,
        llvm::function_ref<llvm::Error(llvm::raw_fd_ostream &)> writer);

  /// Gives all files their names.
  llvm::Error commit();

private:
  struct File {
    std::string temporary, path;
  };
  std::vector<File> files;
  std::vector<std::string> scratches;
};

/// Writes `path` through `writer`; an error of either, such as a full disk.
/// Messages say `name` where the path is a temporary one.
llvm::Error
writeFile(llvm::StringRef path,
          llvm::function_ref<llvm::Error(llvm::raw_fd_ostream &)> writer,
          llvm::StringRef name = {});

} // namespace dlc

#endif // DLC_LIB_DRIVER_OUTPUTFILES_H
