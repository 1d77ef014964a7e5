//===- EvalCommand.cpp - dlc eval -----------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "DataFlags.h"
#include "dlc/Driver/Evaluate.h"

using namespace llvm;
using namespace dlc;

static cl::SubCommand &command = getEvalCommand();
static cl::OptionCategory &category = getOptionCategory();

static DataFlags data(command, "inputs");
static cl::opt<std::string>
    labels("labels", cl::desc("The class of each sample, one integer each"),
           cl::value_desc("DATA"), cl::sub(command), cl::cat(category));
static cl::opt<std::string>
    reference("reference", cl::desc("A model or library to compare with"),
              cl::value_desc("MODEL"), cl::sub(command), cl::cat(category));

Error dlc::runEvalCommand(CompileOptions compile) {
  EvaluateOptions options;
  options.compile = std::move(compile);
  options.compile.progress = showProgress;
  options.data = data.getOptions();
  options.labels = labels;
  options.reference = reference;
  options.json = getJSONFile().str();
  return evaluateModel(options, outs());
}
