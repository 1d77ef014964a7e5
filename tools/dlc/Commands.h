//===- Commands.h - The commands of dlc ----------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_TOOLS_DLC_COMMANDS_H
#define DLC_TOOLS_DLC_COMMANDS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"

namespace dlc {

struct CompileOptions;

// The commands with files of their own, and the category of all options.
// Functions, since each file registers its options before main, in no order.
llvm::cl::SubCommand &getEvalCommand();
llvm::cl::SubCommand &getPruneCommand();
llvm::cl::SubCommand &getQuantizeCommand();
llvm::cl::OptionCategory &getOptionCategory();

/// The file that figures go to, for programs; empty if to none.
llvm::StringRef getJSONFile();

/// Shows a step while a user waits at a terminal, and nothing elsewhere; an
/// empty text takes it away.
void showProgress(llvm::StringRef step);

// What these commands do.
llvm::Error runEvalCommand(CompileOptions options);
llvm::Error runPruneCommand(CompileOptions options);
llvm::Error runQuantizeCommand(CompileOptions options);

/// Hides from the help what LLVM's libraries bring along.
void hideForeignOptions();

/// Runs the command that the command line asks for.
llvm::Error runCommand();

} // namespace dlc

#endif // DLC_TOOLS_DLC_COMMANDS_H
