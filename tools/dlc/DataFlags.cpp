//===- DataFlags.cpp - The flags of a data set ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DataFlags.h"

#include "Commands.h"

using namespace llvm;
using namespace dlc;

DataFlags::DataFlags(cl::SubCommand &command, StringRef inputsName)
    : inputs(inputsName,
             cl::desc("The samples of an input, in order or by name"),
             cl::value_desc("[NAME=]DATA"), cl::OneOrMore, cl::sub(command),
             cl::cat(getOptionCategory())),
      scale("scale", cl::desc("Multiply samples by this (default 1)"),
            cl::value_desc("X"), cl::init(1), cl::sub(command),
            cl::cat(getOptionCategory())),
      offset("offset", cl::desc("Then add this (default 0)"),
             cl::value_desc("Y"), cl::init(0), cl::sub(command),
             cl::cat(getOptionCategory())),
      samples("samples", cl::desc("Read so many samples (default all)"),
              cl::value_desc("N"), cl::sub(command),
              cl::cat(getOptionCategory())) {}

DataOptions DataFlags::getOptions() const {
  DataOptions options = {
      {inputs.begin(), inputs.end()}, scale, offset, std::nullopt};
  if (samples.getNumOccurrences())
    options.samples = samples;
  return options;
}
