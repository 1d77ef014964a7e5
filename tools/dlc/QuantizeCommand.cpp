//===- QuantizeCommand.cpp - dlc quantize ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "dlc/Driver/Quantize.h"

using namespace llvm;
using namespace dlc;

static cl::SubCommand &command = getQuantizeCommand();
static cl::OptionCategory &category = getOptionCategory();

static cl::list<std::string>
    calib("calib", cl::desc("The samples of an input, in order or by name"),
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
static cl::opt<CalibrationMethod>
    method("method", cl::desc("How ranges are found from values"),
           cl::values(clEnumValN(CalibrationMethod::MinMax, "minmax",
                                 "all values seen (default)"),
                      clEnumValN(CalibrationMethod::Percentile, "percentile",
                                 "99.99 % of the values"),
                      clEnumValN(CalibrationMethod::Entropy, "entropy",
                                 "least loss of information")),
           cl::init(CalibrationMethod::MinMax), cl::sub(command),
           cl::cat(category));

Error dlc::runQuantizeCommand(CompileOptions compile) {
  QuantizeOptions options;
  options.compile = std::move(compile);
  options.compile.progress = showProgress;
  options.data = {calib, scale, offset, std::nullopt};
  if (samples.getNumOccurrences())
    options.data.samples = samples;
  options.method = method;
  return quantizeModel(options, outs());
}
