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
  HostTensor *findInput(const dlc_tensor_info &info, size_t index);
  void chooseSizes(const Library &library);
  llvm::Expected<HostTensor> makeRandomInput(const dlc_tensor_info &info);
  llvm::Error bindInputs(const Library &library);
  llvm::Error beginStates(Library &library);
  llvm::Expected<const HostTensor *> bindInput(const dlc_tensor_info &info,
                                               size_t index);
  llvm::Error writeOutputs();
  llvm::Expected<bool> compare();
  llvm::Error report(Library &library);

  RunOptions &options;
  llvm::raw_ostream &os;
  /// Inputs given, by place and by name.
  std::vector<HostTensor> placed;
  llvm::StringMap<HostTensor> named;
  /// The names of the graph's inputs, if a model is run.
  std::vector<std::string> graphInputs;
  std::list<HostTensor> randomInputs;
  /// The sizes of a model's symbols: those of the inputs given, or likely ones.
  llvm::StringMap<int64_t> sizes;
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

/// Gives placed inputs the names of the model's inputs, and open dimensions the
/// sizes of the inputs, unless the user has said how they are compiled.
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
      if (given != named.end() && !isStatic && compile.dims.empty() &&
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

/// The input given by name or by place, if any.
HostTensor *Run::findInput(const dlc_tensor_info &info, size_t index) {
  if (auto it = named.find(info.name); it != named.end())
    return &it->second;
  return index < placed.size() ? &placed[index] : nullptr;
}

/// Finds the sizes that the inputs given, or `--shape`, choose; what they leave
/// open is likely.
void Run::chooseSizes(const Library &library) {
  for (const dlc_symbol &symbol : library.getSymbols())
    sizes[symbol.name] = symbol.likely;
  for (const dlc_state_info &state : library.getStates())
    if (state.symbol >= 0)
      sizes[library.getSymbols()[state.symbol].name] = options.past;
  const dlc_model_v1 &model = library.getModel();
  for (size_t i = 0; i < model.num_inputs; ++i) {
    const dlc_tensor_info &info = model.inputs[i];
    llvm::ArrayRef<int64_t> dims;
    if (const HostTensor *given = findInput(info, i))
      dims = given->dims;
    else if (auto it = options.compile.shapes.find(info.name);
             it != options.compile.shapes.end())
      dims = it->second;
    else
      continue;
    if (dims.size() != size_t(info.rank))
      continue; // an error later
    for (auto [dim, name] :
         llvm::zip_equal(dims, llvm::ArrayRef(info.dim_names, info.rank)))
      if (auto it = sizes.find(name); it != sizes.end())
        it->second = dim;
  }
}

llvm::Expected<HostTensor> Run::makeRandomInput(const dlc_tensor_info &info) {
  if (!options.compareDir.empty())
    return llvm::createStringError("no value for input '" +
                                   llvm::Twine(info.name) + "' in " +
                                   options.compareDir);
  if (auto it = options.compile.shapes.find(info.name);
      it != options.compile.shapes.end())
    return makeRandomTensor(info.name, info.dtype, it->second, random);
  llvm::SmallVector<int64_t> dims(info.dims, info.dims + info.rank);
  for (int32_t d = 0; d < info.rank; ++d) {
    if (dims[d] >= 0)
      continue;
    auto size = sizes.find(info.dim_names[d]);
    if (size == sizes.end())
      return llvm::createStringError("give input '" + llvm::Twine(info.name) +
                                     "': its dimension " + llvm::Twine(d) +
                                     " is " + info.dim_names[d]);
    dims[d] = size->second;
  }
  return makeRandomTensor(info.name, info.dtype, dims, random);
}

/// The input at a place: given by name, by place, or random. Sizes that the
/// model leaves open are checked by the library.
llvm::Expected<const HostTensor *> Run::bindInput(const dlc_tensor_info &info,
                                                  size_t index) {
  HostTensor *tensor = findInput(info, index);
  if (!tensor) {
    llvm::Expected<HostTensor> made = makeRandomInput(info);
    if (!made)
      return made.takeError();
    randomInputs.push_back(std::move(*made));
    tensor = &randomInputs.back();
  }
  takeBits(*tensor, info.dtype);
  llvm::ArrayRef<int64_t> dims(info.dims, info.rank);
  bool fits = tensor->dtype == info.dtype && tensor->dims.size() == dims.size();
  for (size_t d = 0; fits && d < dims.size(); ++d)
    fits = dims[d] < 0 || dims[d] == tensor->dims[d];
  if (!fits)
    return llvm::createStringError("input '" + llvm::Twine(info.name) +
                                   "' is " + formatType(info.dtype, dims) +
                                   ", given is " +
                                   formatType(tensor->dtype, tensor->dims));
  return tensor;
}

llvm::Error Run::bindInputs(const Library &library) {
  const dlc_model_v1 &model = library.getModel();
  random.seed(options.seed);
  if (placed.size() > model.num_inputs)
    return llvm::createStringError(llvm::Twine(placed.size()) +
                                   " inputs given, the model has " +
                                   llvm::Twine(model.num_inputs));
  chooseSizes(library);
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

/// Begins with states of the length that the user says.
llvm::Error Run::beginStates(Library &library) {
  if (options.past == 0)
    return llvm::Error::success();
  auto fail = [&](const llvm::Twine &why) {
    return llvm::createStringError("--past " + llvm::Twine(options.past) +
                                   ": " + why);
  };
  if (library.getStates().empty())
    return fail("the library keeps no state");
  std::list<HostTensor> states;
  std::vector<const HostTensor *> pointers;
  for (const dlc_state_info &info : library.getStates()) {
    if (info.axis < 0)
      return fail("state '" + llvm::Twine(info.input) + "' has no positions");
    llvm::SmallVector<int64_t> dims(info.dims, info.dims + info.rank);
    for (int32_t d = 0; d < info.rank; ++d)
      if (d == info.axis)
        dims[d] = options.past;
      else if (dims[d] < 0)
        dims[d] = sizes.lookup(info.dim_names[d]);
    states.push_back(makeRandomTensor(info.input, info.dtype, dims, random));
    pointers.push_back(&states.back());
  }
  return library.writeStates(pointers);
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

/// Prints the worst element of each output. False if any is wrong.
llvm::Expected<bool> Run::compare() {
  bool matches = true;
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
      matches = false;
      continue;
    }
    Comparison result = compareTensors(got, *want, options.rtol, options.atol);
    size_t elements = getNumElements(got);
    os << (result.numWrong ? "MISMATCH" : "ok") << ", " << result.numWrong
       << " of " << elements << " wrong";
    if (elements)
      os << llvm::format(
          "; worst: element %zu, got %.9Lg, want %.9Lg, %.3Lg of "
          "the tolerance",
          result.index, result.got, result.want, result.excess);
    os << "\n";
    matches &= result.numWrong == 0;
  }
  if (k != outputs.size())
    return llvm::createStringError(options.compareDir + " has " +
                                   llvm::Twine(k) + " outputs, the model " +
                                   llvm::Twine(outputs.size()));
  return matches;
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
  if (llvm::Error error = bindInputs(*library))
    return error;
  if (llvm::Error error = beginStates(*library))
    return error;
  if (llvm::Error error = library->run(inputs, outputs))
    return error;
  if (llvm::Error error = reportFindings())
    return error;
  if (!options.outputDir.empty())
    if (llvm::Error error = writeOutputs())
      return error;
  return report(*library);
}

/// Compares, times or prints, as the options say.
llvm::Error Run::report(Library &library) {
  bool isTimed = options.bench || options.profile;
  if (options.compareDir.empty() && !isTimed) {
    for (const HostTensor &output : outputs)
      printTensor(os, output);
    return llvm::Error::success();
  }
  bool isWrong = false;
  if (!options.compareDir.empty()) {
    llvm::Expected<bool> matches = compare();
    if (!matches)
      return matches.takeError();
    isWrong = !*matches;
  }
  if (isTimed && !library.getSymbols().empty()) {
    os << "sizes:";
    for (const dlc_symbol &symbol : library.getSymbols())
      os << ' ' << symbol.name << '=' << sizes[symbol.name];
    os << '\n';
  }
  if (options.bench)
    if (llvm::Error error = benchmark(library, inputs, outputs, options, os))
      return error;
  if (options.profile)
    if (llvm::Error error = profile(library, inputs, outputs, options, os))
      return error;
  return isWrong ? createReportedError() : llvm::Error::success();
}

llvm::Error dlc::runModel(RunOptions options, llvm::raw_ostream &os) {
  return Run(options, os).execute();
}
