//===- Runner.cpp - Running a model or a library --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Runner.h"
#include "Benchmark.h"
#include "Frontend.h"
#include "OutputFiles.h"
#include "Profile.h"
#include "TemporaryLibrary.h"
#include "Values.h"
#include "dlc/Driver/Library.h"
#include "dlc/Driver/Npy.h"
#include "dlc/Emulator/Emulator.h"
#include "dlc/Import/TensorFile.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include <list>

using namespace dlc;
namespace fs = llvm::sys::fs;

namespace {

/// One execution of `dlc run`.
class Run {
public:
  Run(RunOptions &options, llvm::raw_ostream &os) : options(options), os(os) {}
  llvm::Error execute();

private:
  llvm::Error readInputs();
  llvm::Error readNamed(llvm::StringRef argument);
  llvm::Error describeModel();
  llvm::Error compile(llvm::StringRef folder);
  llvm::Error createEmulator();
  llvm::Error reportFindings();
  llvm::Error bindInputs(const dlc_model_v1 &model);
  llvm::Expected<const HostTensor *> bindInput(const dlc_tensor_info &info,
                                               size_t index);
  llvm::Error writeOutputs();
  llvm::Error compare();

  RunOptions &options;
  llvm::raw_ostream &os;
  /// Inputs given, by place and by name.
  std::vector<HostTensor> placed;
  llvm::StringMap<HostTensor> named;
  /// The names of the graph's inputs, if a model is run.
  std::vector<std::string> graphInputs;
  std::list<HostTensor> randomInputs;
  std::mt19937_64 random;
  std::vector<const HostTensor *> inputs;
  std::vector<HostTensor> outputs;
  /// The kernels of a GPU, if they are emulated.
  llvm::SmallVector<char, 0> deviceModule;
  std::unique_ptr<Emulator> emulator;
};

} // namespace

/// Data files older than ONNX 1.13 hold a bfloat16 as the uint16 of its bits:
/// where the model says bfloat16, they are taken as that.
static void takeBits(HostTensor &tensor, dlc_dtype dtype) {
  if (dtype == DLC_BFLOAT16 && tensor.dtype == DLC_UINT16)
    tensor.dtype = DLC_BFLOAT16;
}

/// `folder/stem_K.pb`
static std::string getGoldenPath(llvm::StringRef folder, llvm::StringRef stem,
                                 size_t k) {
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, stem + "_" + llvm::Twine(k) + ".pb");
  return path.str().str();
}

llvm::Error Run::readNamed(llvm::StringRef argument) {
  auto [name, file] = argument.split('=');
  bool isNamed = !file.empty() && !fs::exists(argument);
  llvm::Expected<HostTensor> tensor = readTensor(isNamed ? file : argument);
  if (!tensor)
    return tensor.takeError();
  if (isNamed)
    named[name] = std::move(*tensor);
  else
    placed.push_back(std::move(*tensor));
  return llvm::Error::success();
}

llvm::Error Run::readInputs() {
  for (const std::string &argument : options.inputs)
    if (llvm::Error error = readNamed(argument))
      return error;
  if (options.compareDir.empty() || !options.inputs.empty())
    return llvm::Error::success();
  if (!fs::is_directory(options.compareDir))
    return llvm::createStringError("--compare " + options.compareDir +
                                   ": no such folder");
  for (size_t k = 0;; ++k) {
    std::string path = getGoldenPath(options.compareDir, "input", k);
    if (!fs::exists(path))
      return llvm::Error::success();
    llvm::Expected<HostTensor> tensor = readTensor(path);
    if (!tensor)
      return tensor.takeError();
    placed.push_back(std::move(*tensor));
  }
}

/// Gives placed inputs the names of the model's inputs, and symbolic dimensions
/// the sizes of the inputs.
llvm::Error Run::describeModel() {
  CompileOptions &compile = options.compile;
  if (!llvm::StringRef(compile.model).ends_with(".mlir")) {
    llvm::Expected<ModelSummary> summary = readModelSummary(compile.model);
    if (!summary)
      return summary.takeError();
    for (auto [i, input] : llvm::enumerate(summary->inputs)) {
      graphInputs.push_back(input.name);
      if (i < placed.size() && !named.count(input.name))
        named[input.name] = placed[i];
      auto given = named.find(input.name);
      bool isStatic =
          !input.dims.empty() &&
          llvm::all_of(input.dims, [](int64_t d) { return d >= 0; });
      if (given != named.end() && !isStatic &&
          !compile.shapes.count(input.name))
        compile.shapes[input.name] = given->second.dims;
    }
    if (placed.size() > graphInputs.size())
      return llvm::createStringError(llvm::Twine(placed.size()) +
                                     " inputs given, " + compile.model +
                                     " has " + llvm::Twine(graphInputs.size()));
    placed.clear();
  }
  compile.provideConstant = [this](llvm::StringRef name) -> const HostTensor * {
    auto given = named.find(name);
    if (given == named.end())
      return nullptr;
    llvm::WithColor::note(llvm::errs())
        << "the value of input '" << name
        << "' is compiled in: an op needs it at compile time\n";
    return &given->second;
  };
  return llvm::Error::success();
}

llvm::Error Run::compile(llvm::StringRef folder) {
  CompileOptions &compile = options.compile;
  llvm::SmallString<128> library(folder);
  llvm::sys::path::append(library,
                          "lib" + llvm::sys::path::stem(compile.model) + ".so");
  compile.output = library.str().str();
  compile.emit = EmitKind::Library;
  compile.profile = options.profile;
  compile.keepDeviceModule = options.emulate;
  CompileReport report;
  llvm::Error error = compileModel(compile, report);
  deviceModule = std::move(report.deviceModule);
  return error;
}

llvm::Error Run::createEmulator() {
  if (options.compile.gpuArch.empty() || deviceModule.empty())
    return llvm::createStringError(
        "--gpu-emulate: give a model, not a library, and --target=nvptx");
  llvm::LLVMContext context;
  llvm::StringRef bitcode(deviceModule.data(), deviceModule.size());
  auto module = llvm::parseBitcodeFile(
      llvm::MemoryBufferRef(bitcode, "kernels"), context);
  if (!module)
    return module.takeError();
  EmulatorOptions emulatorOptions;
  emulatorOptions.check = options.emulateChecked;
  auto created = Emulator::create(**module, emulatorOptions);
  if (!created)
    return created.takeError();
  emulator = std::move(*created);
  return llvm::Error::success();
}

/// Says what the emulator has found; an error if that is anything.
llvm::Error Run::reportFindings() {
  if (!options.emulateChecked)
    return llvm::Error::success();
  emulator->printFindings(os);
  size_t count = emulator->getFindings().size();
  if (count)
    return llvm::createStringError("the emulator has " + llvm::Twine(count) +
                                   " findings");
  os << "emulated: no findings\n";
  return llvm::Error::success();
}

/// The input at a place: given by name, by place, or random.
llvm::Expected<const HostTensor *> Run::bindInput(const dlc_tensor_info &info,
                                                  size_t index) {
  llvm::ArrayRef<int64_t> dims(info.dims, info.rank);
  HostTensor *tensor = nullptr;
  if (auto it = named.find(info.name); it != named.end())
    tensor = &it->second;
  else if (index < placed.size())
    tensor = &placed[index];
  if (!tensor) {
    if (!options.compareDir.empty())
      return llvm::createStringError("no value for input '" +
                                     llvm::Twine(info.name) + "' in " +
                                     options.compareDir);
    randomInputs.push_back(
        makeRandomTensor(info.name, info.dtype, dims, random));
    tensor = &randomInputs.back();
  }
  takeBits(*tensor, info.dtype);
  if (tensor->dtype != info.dtype || dims != llvm::ArrayRef(tensor->dims))
    return llvm::createStringError("input '" + llvm::Twine(info.name) +
                                   "' is " + formatType(info.dtype, dims) +
                                   ", given is " +
                                   formatType(tensor->dtype, tensor->dims));
  return tensor;
}

llvm::Error Run::bindInputs(const dlc_model_v1 &model) {
  random.seed(options.seed);
  if (placed.size() > model.num_inputs)
    return llvm::createStringError(llvm::Twine(placed.size()) +
                                   " inputs given, the model has " +
                                   llvm::Twine(model.num_inputs));
  for (size_t i = 0; i < model.num_inputs; ++i) {
    llvm::Expected<const HostTensor *> tensor = bindInput(model.inputs[i], i);
    if (!tensor)
      return tensor.takeError();
    inputs.push_back(*tensor);
  }
  for (auto &entry : named) {
    auto isIt = [&](const dlc_tensor_info &info) {
      return entry.first() == info.name;
    };
    if (llvm::none_of(llvm::ArrayRef(model.inputs, model.num_inputs), isIt) &&
        !llvm::is_contained(graphInputs, entry.first()))
      return llvm::createStringError("the model has no input '" +
                                     entry.first() + "'");
  }
  return llvm::Error::success();
}

llvm::Error Run::writeOutputs() {
  if (std::error_code error = fs::create_directories(options.outputDir))
    return llvm::createStringError(error, "can't make the folder " +
                                              options.outputDir + ": " +
                                              error.message());
  for (auto [k, output] : llvm::enumerate(outputs)) {
    llvm::SmallString<128> path(options.outputDir);
    llvm::sys::path::append(path, "output_" + llvm::Twine(k) + ".npy");
    if (llvm::Error error = writeNpy(output, path))
      return error;
  }
  return llvm::Error::success();
}

/// Prints the worst element of each output; an error if any is wrong.
llvm::Error Run::compare() {
  bool failed = false;
  size_t k = 0;
  for (;; ++k) {
    std::string path = getGoldenPath(options.compareDir, "output", k);
    if (!fs::exists(path))
      break;
    llvm::Expected<HostTensor> want = readTensor(path);
    if (!want)
      return want.takeError();
    if (k >= outputs.size())
      return llvm::createStringError(path + ": the model has only " +
                                     llvm::Twine(outputs.size()) + " outputs");
    const HostTensor &got = outputs[k];
    os << got.name << ": ";
    takeBits(*want, got.dtype);
    if (got.dtype != want->dtype || got.dims != want->dims) {
      os << "MISMATCH, got " << formatType(got.dtype, got.dims) << ", want "
         << formatType(want->dtype, want->dims) << "\n";
      failed = true;
      continue;
    }
    Comparison result = compareTensors(got, *want, options.rtol, options.atol);
    size_t elements = got.data.size() / getDTypeSize(got.dtype);
    os << (result.numWrong ? "MISMATCH" : "ok") << ", " << result.numWrong
       << " of " << elements << " wrong";
    if (elements)
      os << llvm::format(
          "; worst: element %zu, got %.9Lg, want %.9Lg, %.3Lg of "
          "the tolerance",
          result.index, result.got, result.want, result.excess);
    os << "\n";
    failed |= result.numWrong != 0;
  }
  if (k != outputs.size())
    return llvm::createStringError(options.compareDir + " has " +
                                   llvm::Twine(k) + " outputs, the model " +
                                   llvm::Twine(outputs.size()));
  return failed ? createReportedError() : llvm::Error::success();
}

llvm::Error Run::execute() {
  if (options.threads < 1 || options.threads > DLC_MAX_THREADS)
    return llvm::createStringError("--threads " + llvm::Twine(options.threads) +
                                   ": 1 to " + llvm::Twine(DLC_MAX_THREADS) +
                                   " are possible");
  if (options.bench && options.profile)
    return llvm::createStringError("--bench and --profile don't go together: "
                                   "reading the clock around kernels takes "
                                   "time itself");
  if (llvm::Error error = readInputs())
    return error;
  TemporaryFolder folder;
  std::string path = options.compile.model;
  if (!isLibraryFile(path)) {
    if (llvm::Error error = describeModel())
      return error;
    if (llvm::Error error = folder.create())
      return error;
    if (llvm::Error error = compile(folder.path))
      return error;
    path = options.compile.output;
  }
  if (options.emulate)
    if (llvm::Error error = createEmulator())
      return error;
  llvm::Expected<Library> library = Library::load(
      path, options.threads, emulator ? emulator->getDevice() : nullptr);
  if (!library)
    return library.takeError();
  if (llvm::Error error = bindInputs(library->getModel()))
    return error;
  if (llvm::Error error = library->run(inputs, outputs))
    return error;
  if (llvm::Error error = reportFindings())
    return error;
  if (!options.outputDir.empty())
    if (llvm::Error error = writeOutputs())
      return error;
  if (options.bench)
    return benchmark(*library, inputs, outputs, options, os);
  if (options.profile)
    return profile(*library, inputs, outputs, options, os);
  if (!options.compareDir.empty())
    return compare();
  for (const HostTensor &output : outputs)
    printTensor(os, output);
  return llvm::Error::success();
}

llvm::Error dlc::runModel(RunOptions options, llvm::raw_ostream &os) {
  return Run(options, os).execute();
}
