//===- DataFlags.h - The flags of a data set --------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_TOOLS_DLC_DATAFLAGS_H
#define DLC_TOOLS_DLC_DATAFLAGS_H

#include "dlc/Driver/DataSet.h"
#include "llvm/Support/CommandLine.h"

namespace dlc {

/// What a command that reads a data set declares, once before main.
class DataFlags {
public:
  /// `inputsName` is what the command calls the flag of the samples.
  DataFlags(llvm::cl::SubCommand &command, llvm::StringRef inputsName);

  DataOptions getOptions() const;

private:
  llvm::cl::list<std::string> inputs;
  llvm::cl::opt<double> scale, offset;
  llvm::cl::opt<int64_t> samples;
};

} // namespace dlc

#endif // DLC_TOOLS_DLC_DATAFLAGS_H
