//===- Quantize.cpp - From floats to integers -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Quantize.h"
#include "Calibration.h"
#include "Frontend.h"
#include "OutputFiles.h"
#include "TemporaryLibrary.h"
#include "Values.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Quantization.h"
#include "dlc/Driver/Json.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include <cmath>
#include <map>

using namespace mlir;
using namespace dlc;
using llvm::Twine;

namespace {

/// Finds calibration data that say nothing: inputs of floats in which all
/// elements of all samples are one number.
class InputCheck {
public:
  void add(ArrayRef<const HostTensor *> inputs);
  /// An error if all such inputs are one number each.
  llvm::Error getResult() const;

private:
  struct Input {
    std::string name;
    std::vector<char> first;
    double value = 0;
    bool isConstant = true;
  };
  std::vector<Input> seen;
};

/// What one quantization knows.
class Quantization {
public:
  Quantization(const QuantizeOptions &options, llvm::raw_ostream &os)
      : options(options), os(os) {}
  llvm::Error run();

private:
  using OutputHandler =
      llvm::function_ref<llvm::Error(llvm::ArrayRef<HostTensor> observations)>;
  /// Runs the samples through the model with observers in it.
  llvm::Error observe(int64_t bins, OutputHandler handler);
  llvm::Error findMinMax();
  llvm::Error findHistograms();
  /// Cuts the range of an observed value by its histogram.
  void choose(size_t i);
  llvm::Error writeModel();
  LogicalResult prepare(ModuleOp module);
  LogicalResult addObservers(ModuleOp module, int64_t bins);
  LogicalResult quantize(ModuleOp module);
  void setRanges(func::FuncOp main, bool forHistograms);
  void describe(func::FuncOp main);
  void measureFiles();
  void print() const;
  llvm::json::Value toJSON() const;

  const QuantizeOptions &options;
  llvm::raw_ostream &os;
  /// Of the observed values, in the plan's order.
  std::vector<ElementRange> ranges;
  std::vector<std::string> names;
  /// The first observed value that each shares its parameters with.
  std::vector<size_t> leaders;
  /// The leaders of a model's inputs. Pictures have no tails to cut off: often
  /// few values are most of one, and their extremes mean most.
  llvm::DenseSet<size_t> keepsAll;
  std::vector<std::vector<uint64_t>> counts;
  int64_t numSamples = 0;
  InputCheck inputCheck;
  /// At how many tensors the chosen range costs more than all values seen.
  unsigned numWorse = 0;
  /// The largest ratio of the two costs, and where it is.
  double mostWorse = 1;
  std::string worstName;
  /// How many ops of each name, and how many of them are quantized.
  std::map<std::string, std::pair<unsigned, unsigned>> ops;
  std::vector<std::pair<std::string, std::string>> exceptions;
  uint64_t bytesBefore = 0, bytesAfter = 0; // of the models' files
};

} // namespace

void InputCheck::add(ArrayRef<const HostTensor *> inputs) {
  bool isFirst = seen.empty();
  unsigned i = 0;
  for (const HostTensor *input : inputs) {
    if (!isFloatDType(input->dtype) || input->data.empty())
      continue;
    size_t size = getDTypeBytes(input->dtype, 1);
    ArrayRef<char> data(input->data.data(), input->data.size());
    if (isFirst)
      seen.push_back({input->name, data.take_front(size).vec(),
                      double(getElement(*input, 0))});
    Input &state = seen[i++];
    state.isConstant &= data.take_front(size) == ArrayRef(state.first) &&
                        data.drop_front(size) == data.drop_back(size);
  }
}

llvm::Error InputCheck::getResult() const {
  if (seen.empty() ||
      !llvm::all_of(seen, [](const Input &input) { return input.isConstant; }))
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream(text)
      << "input '" << seen.front().name << "': all elements of all samples are "
      << llvm::format("%g", seen.front().value)
      << ", which says nothing about the values that tensors take; give "
         "samples like those that the model is for";
  return llvm::createStringError(text);
}

static std::string getName(Location location) {
  auto name = location->findInstanceOf<NameLoc>();
  return name ? name.getName().str() : "an op without a name";
}

static std::string getValueName(func::FuncOp main, Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return getName(value.getLoc());
  auto name =
      main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "dlc.name");
  return name ? "input '" + name.str() + "'" : "an input";
}

static LogicalResult runPasses(ModuleOp module,
                               llvm::function_ref<void(OpPassManager &)> add) {
  PassManager passes(module.getContext());
  add(passes);
  return passes.run(module);
}

/// The graph that calibration and quantization both start from.
LogicalResult Quantization::prepare(ModuleOp module) {
  WalkResult found = module.walk([&](QuantizeOp op) {
    op->emitError("the model is quantized already");
    return WalkResult::interrupt();
  });
  if (found.wasInterrupted())
    return failure();
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return module.emitError("the module has no func.func @main");
  return runPasses(module, [](OpPassManager &passes) {
    passes.addPass(createCanonicalizerPass());
    passes.addPass(createCSEPass());
    passes.addNestedPass<func::FuncOp>(createPrepareQuantization());
    passes.addPass(createReleaseDeadWeights());
  });
}

void Quantization::setRanges(func::FuncOp main, bool forHistograms) {
  for (auto [value, range] :
       llvm::zip_equal(QuantizationPlan(main).getObserved(), ranges))
    setRange(value, forHistograms ? getHistogramRange(range) : range);
}

LogicalResult Quantization::addObservers(ModuleOp module, int64_t bins) {
  if (failed(prepare(module)))
    return failure();
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (bins) {
    setRanges(main, /*forHistograms=*/true);
  } else {
    QuantizationPlan plan(main);
    for (const QuantizationPlan::Group &group : plan.getGroups()) {
      size_t leader = names.size();
      for (Value value : group.observed) {
        leaders.push_back(leader);
        names.push_back(getValueName(main, value));
        if (isa<BlockArgument>(value))
          keepsAll.insert(leader);
      }
    }
    if (names.empty())
      return module.emitError("there is nothing to quantize: no convolution "
                              "or matrix product by constants");
  }
  InsertObserversOptions observers;
  observers.bins = bins;
  return runPasses(module, [&](OpPassManager &passes) {
    passes.addNestedPass<func::FuncOp>(createInsertObservers(observers));
  });
}

llvm::Error Quantization::observe(int64_t bins, OutputHandler handler) {
  CompileOptions compile = options.compile;
  compile.prepare = [&](ModuleOp module) { return addObservers(module, bins); };
  llvm::Expected<Library> library = compileAndLoad(std::move(compile));
  if (!library)
    return library.takeError();
  llvm::Expected<Batches> batches =
      Batches::create(options.data, library->getModel());
  if (!batches)
    return batches.takeError();
  numSamples = batches->getNumSamples();
  std::vector<HostTensor> outputs;
  size_t numObservations = names.size() * (bins ? 1 : 2);
  for (int64_t done = 0;;) {
    llvm::Expected<int64_t> count = batches->next();
    if (!count)
      return count.takeError();
    if (*count == 0)
      return llvm::Error::success();
    if (!bins)
      inputCheck.add(batches->getInputs());
    if (llvm::Error error = library->run(batches->getInputs(), outputs))
      return error;
    if (llvm::Error error =
            handler(ArrayRef(outputs).take_back(numObservations)))
      return error;
    done += *count;
    if (options.compile.progress)
      options.compile.progress(("calibrating: " + Twine(done) + " of " +
                                Twine(numSamples) + " samples")
                                   .str());
  }
}

llvm::Error Quantization::findMinMax() {
  bool isFirst = true;
  auto add = [&](ArrayRef<HostTensor> observations) -> llvm::Error {
    ranges.resize(names.size());
    for (auto [i, range] : llvm::enumerate(ranges)) {
      ElementRange seen = {double(getElement(observations[2 * i], 0)),
                           double(getElement(observations[2 * i + 1], 0))};
      if (!std::isfinite(seen.low) || !std::isfinite(seen.high))
        return llvm::createStringError(
            names[i] + ": its values are infinite or not a number for a "
                       "sample; are --scale and --offset right?");
      if (isFirst)
        range = seen;
      else
        range.include(seen);
    }
    isFirst = false;
    return llvm::Error::success();
  };
  if (llvm::Error error = observe(0, add))
    return error;
  if (llvm::Error error = inputCheck.getResult())
    return error;
  // What shares its parameters shares its range, and later its histogram.
  for (size_t i = 0; i < ranges.size(); ++i)
    ranges[leaders[i]].include(ranges[i]);
  for (size_t i = 0; i < ranges.size(); ++i)
    ranges[i] = ranges[leaders[i]];
  return llvm::Error::success();
}

llvm::Error Quantization::findHistograms() {
  constexpr int64_t bins = 2 * numMagnitudeBins;
  counts.assign(names.size(), std::vector<uint64_t>(bins));
  auto add = [&](ArrayRef<HostTensor> observations) -> llvm::Error {
    for (auto [i, histogram] : llvm::enumerate(observations))
      for (int64_t bin = 0; bin < bins; ++bin)
        counts[leaders[i]][bin] += uint64_t(getElement(histogram, bin));
    return llvm::Error::success();
  };
  if (llvm::Error error = observe(bins, add))
    return error;
  for (size_t i = 0; i < ranges.size(); ++i)
    if (leaders[i] == i && !keepsAll.contains(i))
      choose(i);
  for (size_t i = 0; i < ranges.size(); ++i)
    ranges[i] = ranges[leaders[i]];
  return llvm::Error::success();
}

void Quantization::choose(size_t i) {
  ElementRange seen = ranges[i], covered = getHistogramRange(seen);
  ranges[i] = chooseRange(options.method, seen, counts[i]);
  double before = getSquaredError(seen, covered, counts[i]);
  double after = getSquaredError(ranges[i], covered, counts[i]);
  if (after <= before)
    return;
  ++numWorse;
  double ratio = after / before;
  if (ratio > mostWorse) {
    mostWorse = ratio;
    worstName = names[i];
  }
}

/// Notes what becomes of the ops.
void Quantization::describe(func::FuncOp main) {
  QuantizationPlan plan(main);
  for (Operation &op : main.front().without_terminator()) {
    if (isa<ConstantOp>(op))
      continue;
    auto &[number, quantized] = ops[op.getName().stripDialect().str()];
    ++number;
    quantized += plan.contains(&op);
  }
  for (const QuantizationPlan::Exception &exception : plan.getExceptions())
    exceptions.push_back({getName(exception.op->getLoc()), exception.reason});
}

LogicalResult Quantization::quantize(ModuleOp module) {
  if (failed(prepare(module)))
    return failure();
  auto main = module.lookupSymbol<func::FuncOp>("main");
  setRanges(main, /*forHistograms=*/false);
  describe(main);
  return runPasses(module, [](OpPassManager &passes) {
    passes.addNestedPass<func::FuncOp>(createQuantize());
  });
}

llvm::Error Quantization::writeModel() {
  CompileOptions compile = options.compile;
  compile.emit = EmitKind::ONNX;
  compile.prepare = [&](ModuleOp module) { return quantize(module); };
  CompileReport report;
  return compileModel(compile, report);
}

void Quantization::measureFiles() {
  llvm::sys::fs::file_size(options.compile.model, bytesBefore);
  llvm::sys::fs::file_size(options.compile.output, bytesAfter);
}

llvm::json::Value Quantization::toJSON() const {
  llvm::json::Array counts, reasons;
  for (const auto &[name, numbers] : ops)
    counts.push_back(
        llvm::json::Object{{"op", name},
                           {"count", int64_t(numbers.first)},
                           {"quantized", int64_t(numbers.second)}});
  for (const auto &[name, reason] : exceptions)
    reasons.push_back(llvm::json::Object{{"node", llvm::json::fixUTF8(name)},
                                         {"reason", reason}});
  return llvm::json::Object{{"samples", numSamples},
                            {"tensors", int64_t(names.size())},
                            {"ops", std::move(counts)},
                            {"exceptions", std::move(reasons)},
                            {"bytes_before", int64_t(bytesBefore)},
                            {"bytes_after", int64_t(bytesAfter)},
                            {"output", options.compile.output}};
}

void Quantization::print() const {
  os << "calibrated on " << numSamples << " samples, " << names.size()
     << " tensors observed\n";
  for (const auto &[name, numbers] : ops) {
    auto [number, quantized] = numbers;
    os << llvm::format("  %4u of %4u  ", quantized, number) << name
       << (quantized ? "" : "  (in floating point)") << "\n";
  }
  for (const auto &[name, reason] : exceptions)
    os << "  left in floating point: " << name << ": " << reason << "\n";
  if (numWorse)
    os << llvm::format("  at %u tensors, squared errors are larger than "
                       "minmax's; most, %.1f times, at ",
                       numWorse, mostWorse)
       << worstName << "\n";
  os << llvm::format("  size %.1f kB -> %.1f kB (%.2fx)\n", bytesBefore / 1e3,
                     bytesAfter / 1e3, double(bytesBefore) / bytesAfter);
  os << "wrote " << options.compile.output << "\n";
}

llvm::Error Quantization::run() {
  if (llvm::Error error = findMinMax())
    return error;
  if (options.method != CalibrationMethod::MinMax)
    if (llvm::Error error = findHistograms())
      return error;
  if (llvm::Error error = writeModel())
    return error;
  if (options.compile.progress)
    options.compile.progress("");
  measureFiles();
  print();
  return options.json.empty() ? llvm::Error::success()
                              : writeJSON(toJSON(), options.json);
}

llvm::Error dlc::quantizeModel(const QuantizeOptions &options,
                               llvm::raw_ostream &os) {
  if (isLibraryFile(options.compile.model))
    return llvm::createStringError(options.compile.model +
                                   " is compiled already; give the model");
  if (!llvm::StringRef(options.compile.output).ends_with(".onnx"))
    return llvm::createStringError(options.compile.output +
                                   ": the output's name must end in .onnx");
  return Quantization(options, os).run();
}
