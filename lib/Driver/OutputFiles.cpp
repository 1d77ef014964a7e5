//===- OutputFiles.cpp - Files that appear whole or not at all ------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutputFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

using namespace dlc;
namespace fs = llvm::sys::fs;

OutputFiles::~OutputFiles() {
  auto remove = [](llvm::StringRef path) {
    fs::remove(path);
    llvm::sys::DontRemoveFileOnSignal(path);
  };
  for (const File &file : files)
    if (file.temporary != file.path)
      remove(file.temporary);
  for (const std::string &path : scratches)
    remove(path);
}

/// Creates an empty file with a name of its own beside `path`.
static llvm::Expected<std::string> createBeside(llvm::StringRef path) {
  llvm::SmallString<128> model = llvm::sys::path::parent_path(path);
  llvm::sys::path::append(model, "." + llvm::sys::path::filename(path) +
                                     "-%%%%%%%%.tmp");
  llvm::SmallString<128> result;
  int file;
  if (std::error_code error = fs::createUniqueFile(model, file, result))
    return llvm::createStringError(error, "can't write " + path + ": " +
                                              error.message());
  llvm::sys::RemoveFileOnSignal(result);
  llvm::raw_fd_ostream(file, /*shouldClose=*/true);
  return result.str().str();
}

llvm::Expected<std::string> OutputFiles::begin(llvm::StringRef path) {
  fs::file_status status;
  fs::status(path, status);
  if (fs::is_directory(status))
    return llvm::createStringError("can't write " + path + ": it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    files.push_back({path.str(), path.str()});
    return path.str();
  }
  llvm::Expected<std::string> temporary = createBeside(path);
  if (temporary)
    files.push_back({*temporary, path.str()});
  return temporary;
}

llvm::Expected<std::string> OutputFiles::scratch(llvm::StringRef path) {
  llvm::Expected<std::string> temporary = createBeside(path);
  if (temporary)
    scratches.push_back(*temporary);
  return temporary;
}

llvm::Error OutputFiles::write(
    llvm::StringRef path,
    llvm::function_ref<llvm::Error(llvm::raw_fd_ostream &)> writer) {
  llvm::Expected<std::string> temporary = begin(path);
  if (!temporary)
    return temporary.takeError();
  return writeFile(*temporary, writer, path);
}

llvm::Error OutputFiles::commit() {
  for (size_t i = 0; i < files.size(); ++i) {
    File &file = files[i];
    if (file.temporary == file.path)
      continue;
    if (std::error_code error = fs::rename(file.temporary, file.path)) {
      // All or nothing: take back those that have their names already.
      for (size_t done = 0; done < i; ++done)
        if (files[done].temporary.empty())
          fs::remove(files[done].path);
      return llvm::createStringError(error, "can't write " + file.path + ": " +
                                                error.message());
    }
    llvm::sys::DontRemoveFileOnSignal(file.temporary);
    file.temporary.clear();
  }
  files.clear();
  return llvm::Error::success();
}

llvm::Error
dlc::writeFile(llvm::StringRef path,
               llvm::function_ref<llvm::Error(llvm::raw_fd_ostream &)> writer,
               llvm::StringRef name) {
  if (name.empty())
    name = path;
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return llvm::createStringError(error, "can't write " + name + ": " +
                                              error.message());
  llvm::Error result = writer(os);
  os.close();
  // An error of the stream that isn't cleared would end the process.
  if (os.has_error()) {
    std::string text = os.error().message();
    os.clear_error();
    if (!result)
      result = llvm::createStringError("can't write " + name + ": " + text);
  }
  return result;
}
