//===- PruneCommand.cpp - dlc prune ---------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "dlc/Driver/Json.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static cl::SubCommand &command = getPruneCommand();
static cl::OptionCategory &category = getOptionCategory();

static cl::opt<std::string> output("o", cl::desc("The ONNX file to write"),
                                   cl::value_desc("FILE"), cl::Required,
                                   cl::sub(command), cl::cat(category));
static cl::opt<double> sparsity("sparsity",
                                cl::desc("The share to remove, in [0, 1)"),
                                cl::value_desc("S"), cl::sub(command),
                                cl::cat(category));
static cl::opt<std::string>
    structure("structure",
              cl::desc("What goes together: unstructured (default), block, "
                       "channel, or n:m as in 2:4"),
              cl::value_desc("KIND"), cl::init("unstructured"),
              cl::sub(command), cl::cat(category));
static cl::opt<bool> global("global", cl::desc("One threshold for all layers"),
                            cl::sub(command), cl::cat(category));
static cl::opt<bool>
    pointwise("pointwise",
              cl::desc("Only 1x1 convolutions and matrix products"),
              cl::sub(command), cl::cat(category));
static cl::opt<std::string>
    block("block", cl::desc("Outputs x inputs in a block (default 16x4)"),
          cl::value_desc("OxI"), cl::init("16x4"), cl::sub(command),
          cl::cat(category));

static cl::opt<std::string>
    importance("importance",
               cl::desc("How channels are weighed: l1 (default) or l2"),
               cl::value_desc("NORM"), cl::init("l1"), cl::sub(command),
               cl::cat(category));
static cl::opt<int64_t>
    channelMultiple("channel-multiple",
                    cl::desc("Keep channels in multiples of this (default 1)"),
                    cl::value_desc("N"), cl::init(1), cl::sub(command),
                    cl::cat(category));
static cl::opt<bool>
    maskOnly("mask-only", cl::desc("Zero channels instead of removing them"),
             cl::sub(command), cl::cat(category));

static Error parseBlock(PruneOptions &options) {
  auto [outputs, inputs] = StringRef(block).split('x');
  if (outputs.getAsInteger(10, options.blockOutputs) ||
      inputs.getAsInteger(10, options.blockInputs) ||
      options.blockOutputs < 1 || options.blockInputs < 1)
    return createStringError("--block " + block +
                             ": expected OUTPUTSxINPUTS, as in 16x4");
  return Error::success();
}

static std::string formatShape(ArrayRef<int64_t> shape) {
  return join(
      map_range(shape, [](int64_t size) { return std::to_string(size); }), "x");
}

static void add(PrunedLayer::Figures &sum,
                const PrunedLayer::Figures &figures) {
  sum.parameters += figures.parameters;
  sum.zeros += figures.zeros;
  sum.flops += figures.flops;
}

static void printRow(raw_ostream &os, StringRef name, StringRef shape,
                     const PrunedLayer::Figures &before,
                     const PrunedLayer::Figures &after) {
  double zeros =
      after.parameters ? 100.0 * after.zeros / after.parameters : 0.0;
  os << format("  %-28s %-32s %10lld -> %-10lld %5.1f%% %10.3f -> %.3f\n",
               name.str().c_str(), shape.str().c_str(),
               (long long)before.parameters, (long long)after.parameters, zeros,
               before.flops * 1e-6, after.flops * 1e-6);
}

/// The layers pruned, those that couldn't be and why, and the sums. FLOPs are
/// those on weights that aren't zero.
static void printReport(raw_ostream &os, const PruneReport &report) {
  os << format("  %-28s %-32s %-24s %6s %s\n", "layer", "weights",
               "       parameters", "zeros", "    MFLOPs");
  PrunedLayer::Figures before, after;
  for (const PrunedLayer &layer : report.layers) {
    add(before, layer.before);
    add(after, layer.after);
    std::string shape = formatShape(layer.before.shape);
    if (layer.before.shape != layer.after.shape)
      shape += " -> " + formatShape(layer.after.shape);
    printRow(os, layer.name, shape, layer.before, layer.after);
    if (!layer.reason.empty())
      os << "    not pruned: " << layer.reason << "\n";
  }
  printRow(os, "all", "", before, after);
  os << "wrote " << join(report.files, ", ") << "\n";
}

Error dlc::runPruneCommand(CompileOptions compile) {
  PruneOptions options;
  options.compile = std::move(compile);
  options.compile.output = output;
  options.structure = structure;
  if (sparsity.getNumOccurrences())
    options.sparsity = sparsity;
  options.global = global;
  options.pointwise = pointwise;
  options.importance = importance;
  options.channelMultiple = channelMultiple;
  options.maskOnly = maskOnly;
  if (Error error = parseBlock(options))
    return error;
  PruneReport report;
  if (Error error = pruneModel(options, report))
    return error;
  printReport(outs(), report);
  return getJSONFile().empty() ? Error::success()
                               : writeJSON(toJSON(report), getJSONFile());
}
