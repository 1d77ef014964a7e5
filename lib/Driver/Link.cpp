//===- Link.cpp - Objects to libraries ------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link.h"
#include "OutputFiles.h"
#include "Version.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace dlc;

/// LLVM's linker beside the LLVM that this was built with, then any on the
/// PATH.
static Expected<std::string> findLinker() {
  for (StringRef name : {"ld.lld", "ld.lld-22"})
    if (ErrorOr<std::string> path =
            sys::findProgramByName(name, {DLC_LLVM_TOOLS_DIR}))
      return *path;
  for (StringRef name : {"ld.lld-22", "ld.lld", "ld"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  return createStringError(
      "no linker: neither ld.lld nor ld is in " DLC_LLVM_TOOLS_DIR
      " or on the PATH");
}

/// Runs the linker; its messages become the error's text.
static Error runLinker(ArrayRef<std::string> arguments, StringRef output,
                       OutputFiles &files) {
  Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  Expected<std::string> log = files.scratch(output);
  if (!log)
    return log.takeError();
  SmallVector<StringRef> command = {*linker};
  command.append(arguments.begin(), arguments.end());
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(*log),
                                          StringRef(*log)};
  std::string failure;
  int status = sys::ExecuteAndWait(*linker, command, std::nullopt, redirects, 0,
                                   0, &failure);
  if (status == 0)
    return Error::success();
  if (auto text = MemoryBuffer::getFile(*log))
    failure += (*text)->getBuffer().rtrim();
  return createStringError("the linker " + *linker + " failed: " + failure);
}

/// Where the C library of the target lies. The linker is asked for the files
/// that run, so that no development package is needed.
static std::vector<std::string> getLibraryFolders(const Triple &triple) {
  std::string multiarch = (triple.getArchName() + "-linux-gnu").str();
  return {"-L/lib/" + multiarch,
          "-L/usr/lib/" + multiarch,
          "-L/usr/" + multiarch + "/lib",
          "-L/lib64",
          "-L/usr/lib64",
          "-L/lib",
          "-L/usr/lib"};
}

Error dlc::linkLibrary(ArrayRef<std::string> objects,
                       const LibraryInterface &interface,
                       const dlc::Target &target, StringRef output,
                       OutputFiles &files) {
  Expected<std::string> script = files.scratch(output);
  if (!script)
    return script.takeError();
  Error failure = writeFile(*script, [&](raw_fd_ostream &os) {
    os << "{ global:\n";
    for (const std::string &name : interface.exports)
      os << "  " << name << ";\n";
    os << "local: *; };\n";
    return Error::success();
  });
  if (failure)
    return failure;
  std::vector<std::string> arguments = {"-shared",
                                        "-o",
                                        output.str(),
                                        "-soname=" + interface.soname,
                                        "-Bsymbolic",
                                        "-O1",
                                        "--gc-sections",
                                        "--version-script=" + *script,
                                        "--hash-style=gnu",
                                        "--eh-frame-hdr",
                                        "-z",
                                        "defs",
                                        "-z",
                                        "noexecstack",
                                        "-z",
                                        "relro",
                                        "-z",
                                        "now"};
  arguments.insert(arguments.end(), objects.begin(), objects.end());
  for (std::string &folder : getLibraryFolders(target.getTriple()))
    arguments.push_back(std::move(folder));
  for (const char *argument : {"--as-needed", "-l:libm.so.6", "-l:libc.so.6"})
    arguments.push_back(argument);
  Error error = runLinker(arguments, output, files);
  if (error && Triple(sys::getDefaultTargetTriple()).getArch() !=
                   target.getTriple().getArch())
    error = joinErrors(std::move(error),
                       createStringError("a shared library needs the target's "
                                         "libc.so.6 and libm.so.6 on this "
                                         "machine; --emit=obj and "
                                         "--emit=static don't"));
  return error;
}

Error dlc::linkObject(ArrayRef<std::string> objects, StringRef output,
                      OutputFiles &files) {
  std::vector<std::string> arguments = {"-r", "-o", output.str()};
  arguments.insert(arguments.end(), objects.begin(), objects.end());
  return runLinker(arguments, output, files);
}

Error dlc::writeStaticLibrary(ArrayRef<std::string> objects, StringRef stem,
                              StringRef output) {
  std::vector<NewArchiveMember> members;
  std::vector<std::string> names;
  names.reserve(objects.size());
  for (const std::string &object : objects) {
    Expected<NewArchiveMember> member =
        NewArchiveMember::getFile(object, /*Deterministic=*/true);
    if (!member)
      return member.takeError();
    names.push_back((stem + "." + Twine(names.size()) + ".o").str());
    member->MemberName = names.back();
    members.push_back(std::move(*member));
  }
  return writeFile(output, [&](raw_fd_ostream &os) {
    return writeArchiveToStream(os, members, SymtabWritingMode::NormalSymtab,
                                object::Archive::K_GNU, /*Deterministic=*/true,
                                /*Thin=*/false);
  });
}
