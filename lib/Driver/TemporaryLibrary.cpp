//===- TemporaryLibrary.cpp - A library for one run -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TemporaryLibrary.h"
#include "llvm/Support/Path.h"

using namespace dlc;

llvm::Error TemporaryFolder::create() {
  if (std::error_code error =
          llvm::sys::fs::createUniqueDirectory("dlc-run", path))
    return llvm::createStringError(error,
                                   "no temporary folder: " + error.message());
  return llvm::Error::success();
}

llvm::Expected<Library> dlc::compileAndLoad(CompileOptions options) {
  if (isLibraryFile(options.model)) {
    llvm::Expected<Library> library = Library::load(options.model);
    if (library && !library->getSymbols().empty())
      return llvm::createStringError(
          options.model + " leaves the size " +
          library->getSymbols().front().name +
          " open: compile it with all sizes pinned, as in --dim " +
          library->getSymbols().front().name + "=1");
    if (library && !library->getStates().empty())
      return llvm::createStringError(
          options.model + " keeps the state " +
          library->getStates().front().input +
          " from sample to sample: compile it without --state");
    return library;
  }
  options.requireStatic = true;
  TemporaryFolder folder;
  if (llvm::Error error = folder.create())
    return std::move(error);
  llvm::SmallString<128> library(folder.path);
  llvm::sys::path::append(library, "libmodel.so");
  options.output = library.str().str();
  options.emit = EmitKind::Library;
  CompileReport report;
  if (llvm::Error error = compileModel(options, report))
    return std::move(error);
  return Library::load(options.output);
}
