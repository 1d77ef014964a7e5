//===- QuantizeCommand.cpp - dlc quantize ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "DataFlags.h"
#include "dlc/Driver/Quantize.h"

using namespace llvm;
using namespace dlc;

static cl::SubCommand &command = getQuantizeCommand();
static cl::OptionCategory &category = getOptionCategory();

static DataFlags data(command, "calib");
static cl::opt<CalibrationMethod>
    method("method", cl::desc("How ranges are found from values"),
           cl::values(clEnumValN(CalibrationMethod::MinMax, "minmax",
                                 "all values seen (default)"),
                      clEnumValN(CalibrationMethod::Percentile, "percentile",
                                 "99.99 % of the values"),
                      clEnumValN(CalibrationMethod::Entropy, "entropy",
                                 "least loss of information"),
                      clEnumValN(CalibrationMethod::SquaredError, "mse",
                                 "least squared error")),
           cl::init(CalibrationMethod::MinMax), cl::sub(command),
           cl::cat(category));

Error dlc::runQuantizeCommand(CompileOptions compile) {
  QuantizeOptions options;
  options.compile = std::move(compile);
  options.compile.progress = showProgress;
  options.data = data.getOptions();
  options.method = method;
  options.json = getJSONFile().str();
  return quantizeModel(options, outs());
}
