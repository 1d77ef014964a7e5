//===- EvalCommand.cpp - dlc eval -----------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "dlc/Driver/Evaluate.h"

using namespace llvm;
using namespace dlc;

static cl::SubCommand &command = getEvalCommand();
static cl::OptionCategory &category = getOptionCategory();

static cl::list<std::string>
    inputs("inputs", cl::desc("The samples of an input, in order or by name"),
           cl::value_desc("[NAME=]DATA"), cl::OneOrMore, cl::sub(command),
           cl::cat(category));
static cl::opt<double> scale("scale",
                             cl::desc("Multiply samples by this (default 1)"),
                             cl::value_desc("X"), cl::init(1), cl::sub(command),
                             cl::cat(category));
static cl::opt<double> offset("offset", cl::desc("Then add this (default 0)"),
                              cl::value_desc("Y"), cl::init(0),
                              cl::sub(command), cl::cat(category));
static cl::opt<int64_t> samples("samples",
                                cl::desc("Read so many samples (default all)"),
                                cl::value_desc("N"), cl::sub(command),
                                cl::cat(category));
static cl::opt<std::string>
    labels("labels", cl::desc("The class of each sample, one integer each"),
           cl::value_desc("DATA"), cl::sub(command), cl::cat(category));
static cl::opt<std::string>
    reference("reference", cl::desc("A model or library to compare with"),
              cl::value_desc("MODEL"), cl::sub(command), cl::cat(category));
static cl::opt<std::string> json("json", cl::desc("Write the figures there"),
                                 cl::value_desc("FILE"), cl::sub(command),
                                 cl::cat(category));

Error dlc::runEvalCommand(CompileOptions compile) {
  EvaluateOptions options;
  options.compile = std::move(compile);
  options.compile.progress = showProgress;
  options.data = {inputs, scale, offset, std::nullopt};
  if (samples.getNumOccurrences())
    options.data.samples = samples;
  options.labels = labels;
  options.reference = reference;
  options.json = json;
  return evaluateModel(options, outs());
}
