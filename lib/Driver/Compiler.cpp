//===- Compiler.cpp - From a model's file to a library --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Compiler.h"
#include "Codegen.h"
#include "DeviceModule.h"
#include "Frontend.h"
#include "Header.h"
#include "KeepStates.h"
#include "Link.h"
#include "ModelModule.h"
#include "OutputFiles.h"
#include "Weights.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <chrono>

using namespace mlir;
using namespace dlc;
namespace path = llvm::sys::path;

/// What an output's extension says, if anything.
static std::optional<EmitKind> getEmitKind(StringRef output) {
  return llvm::StringSwitch<std::optional<EmitKind>>(path::extension(output))
      .Case(".mlir", EmitKind::DLC)
      .Case(".ll", EmitKind::LLVM)
      .Case(".s", EmitKind::Assembly)
      .Case(".o", EmitKind::Object)
      .Case(".a", EmitKind::Static)
      .Case(".so", EmitKind::Library)
      .Case(".h", EmitKind::Header)
      .Case(".onnx", EmitKind::ONNX)
      .Case(".ptx", EmitKind::PTX)
      .Default(std::nullopt);
}

namespace {

/// One run of the compiler.
class Compilation {
public:
  Compilation(const CompileOptions &options, CompileReport &report)
      : options(options), report(report) {}

  llvm::Error run();

private:
  bool isTextual() const {
    return emit <= EmitKind::Assembly || emit == EmitKind::Header ||
           emit == EmitKind::PTX;
  }
  bool hasObjects() const {
    return emit >= EmitKind::Object && emit <= EmitKind::Library;
  }
  void progress(StringRef what) const {
    if (options.progress)
      options.progress(what);
  }
  std::string getBeside(StringRef extension, bool keepLib) const;

  llvm::Error resolveOptions();
  llvm::Error resolveTarget();
  llvm::Error
  writeText(StringRef file,
            llvm::function_ref<llvm::Error(llvm::raw_fd_ostream &)> writer);
  llvm::Error writeModule();
  llvm::Error writeModel();
  llvm::Error writeHeaderFile(StringRef file);
  llvm::Error lower();
  llvm::Error translate();
  llvm::Error translateDevice();
  llvm::Error emitWeights();
  llvm::Error emitWhole();
  llvm::Error emitObjects();

  const CompileOptions &options;
  CompileReport &report;
  OutputFiles files;
  EmitKind emit = EmitKind::Library;
  std::string stem; // the output's name without extension and `lib`
  std::optional<Target> target;
  std::optional<GPUTarget> gpu;
  std::optional<Frontend> frontend;
  ModelDescription description;
  std::string weightsObject;
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule;
};

} // namespace

std::string Compilation::getBeside(StringRef extension, bool keepLib) const {
  SmallString<128> file = path::parent_path(options.output);
  path::append(file, (keepLib ? path::stem(options.output) : StringRef(stem)) +
                         extension);
  return file.str().str();
}

llvm::Error Compilation::resolveOptions() {
  if (options.output.empty())
    return llvm::createStringError("no output: say -o FILE");
  std::optional<EmitKind> kind =
      options.emit ? options.emit : getEmitKind(options.output);
  if (!kind)
    return llvm::createStringError(
        options.output +
        ": what is it to be? Say --emit=KIND, or give it the "
        "extension .so, .a, .o, .h, .s, .ll, .ptx, .mlir or .onnx");
  emit = *kind;
  if (emit == EmitKind::ONNX && !options.states.empty())
    return llvm::createStringError(
        "--state: an ONNX model has no state; its inputs and outputs stay");
  if (options.output == "-" && !isTextual())
    return llvm::createStringError("only text can be printed: give -o a file");

  StringRef name = path::stem(options.output);
  name.consume_front("lib");
  stem = name.empty() || options.output == "-" ? path::stem(options.model).str()
                                               : name.str();
  description.prefix =
      options.prefix.empty() ? makeIdentifier(stem) : options.prefix;
  if (description.prefix != makeIdentifier(description.prefix))
    return llvm::createStringError("--prefix=" + description.prefix +
                                   ": not a C identifier");
  return resolveTarget();
}

llvm::Error Compilation::resolveTarget() {
  bool isGPU = !options.gpuArch.empty();
  if (isGPU && emit == EmitKind::Assembly)
    return llvm::createStringError("the assembly of a GPU is PTX: say "
                                   "--emit=ptx");
  if (!isGPU && emit == EmitKind::PTX)
    return llvm::createStringError("PTX is for GPUs: say --target=nvptx");
  if (isGPU && !options.states.empty())
    return llvm::createStringError("--state: libraries for GPUs keep no state");
  if (isGPU && options.profile)
    return llvm::createStringError("--profile: kernels on a GPU aren't timed");
  // The host's part of a library for a GPU needs no special instructions.
  llvm::Triple host(llvm::sys::getDefaultTargetTriple());
  std::string cpu = options.targetCPU;
  if (isGPU && cpu.empty())
    cpu = host.isX86() ? "x86-64" : "generic";
  llvm::Expected<Target> found = Target::create(options.targetTriple, cpu);
  if (!found)
    return found.takeError();
  target.emplace(std::move(*found));
  if (!isGPU)
    return llvm::Error::success();
  llvm::Expected<GPUTarget> gpuFound = GPUTarget::create(options.gpuArch);
  if (!gpuFound)
    return gpuFound.takeError();
  gpu.emplace(std::move(*gpuFound));
  return llvm::Error::success();
}

llvm::Error Compilation::writeText(
    StringRef file,
    llvm::function_ref<llvm::Error(llvm::raw_fd_ostream &)> writer) {
  if (file == "-")
    return writeFile(file, writer);
  report.files.push_back(file.str());
  return files.write(file, writer);
}

/// Writes the MLIR module. Files keep all constants and can be read back; for
/// the eye, large ones are left out.
llvm::Error Compilation::writeModule() {
  return writeText(options.output, [&](llvm::raw_fd_ostream &os) {
    OpPrintingFlags flags;
    if (options.output == "-")
      flags.elideLargeElementsAttrs(64).elideLargeResourceString(64);
    frontend->getModule()->print(os, flags);
    return llvm::Error::success();
  });
}

/// Writes the imported graph in ONNX again.
llvm::Error Compilation::writeModel() {
  auto signature = getSignature(frontend->getModule());
  if (!signature)
    return signature.takeError();
  report.signature = std::move(*signature);
  if (!report.signature.states.empty())
    return llvm::createStringError("an ONNX model has no state: write it "
                                   "before the states are made");
  auto written =
      frontend->writeONNX(options.output, options.externalWeights, files);
  if (!written)
    return written.takeError();
  report.files = std::move(*written);
  return llvm::Error::success();
}

llvm::Error Compilation::writeHeaderFile(StringRef file) {
  return writeText(file, [&](llvm::raw_fd_ostream &os) {
    HeaderInfo info = {description.prefix, path::filename(options.model).str(),
                       target->getTriple().str(), target->getCPU().str()};
    writeHeader(os, info, description.signature);
    return llvm::Error::success();
  });
}

/// Brings the module to the LLVM dialect, or to where the output is written.
llvm::Error Compilation::lower() {
  progress("lowering");
  if (llvm::Error error =
          gpu ? frontend->run(buildDLCToGPULinalgPipeline, *gpu)
              : frontend->run(buildDLCToLinalgPipeline, *target))
    return error;
  if (llvm::Error error =
          refineShapes(description.signature, frontend->getModule()))
    return error;
  report.signature = description.signature;
  if (emit == EmitKind::Header)
    return writeHeaderFile(options.output);
  if (emit == EmitKind::Linalg)
    return writeModule();
  return gpu ? frontend->run(buildGPULinalgToLLVMPipeline, *gpu)
             : frontend->run(buildLinalgToLLVMPipeline, *target);
}

/// What lies between code and its data on targets without sections for large
/// data, where addresses reach 4 GB far; the rest is left for all else.
static constexpr uint64_t kMaxNearWeights = (uint64_t(4) << 30) - (64 << 20);

/// Writes the weights, which don't go through LLVM.
llvm::Error Compilation::emitWeights() {
  auto weights = Weights::create(frontend->getModule());
  if (!weights)
    return weights.takeError();
  description.weightsBytes = report.weightsBytes = weights->size();
  if (!weights->size() || !hasObjects())
    return llvm::Error::success();
  progress("writing the weights");
  TimingScope timer = frontend->time("Write weights");
  if (options.externalWeights) {
    std::string file = getBeside(".weights", /*keepLib=*/true);
    description.weightsFile = path::filename(file).str();
    report.files.push_back(file);
    return files.write(file, [&](llvm::raw_fd_ostream &os) {
      description.weightsId = weights->writeExternal(os);
      return llvm::Error::success();
    });
  }
  if (!target->getTriple().isX86() && weights->size() > kMaxNearWeights)
    return llvm::createStringError("weights of " + Twine(weights->size()) +
                                   " bytes lie out of reach of "
                                   "the code in a library for " +
                                   target->getTriple().getArchName() +
                                   ": say --weights=external");
  auto object = files.scratch(options.output);
  if (!object)
    return object.takeError();
  weightsObject = *object;
  auto write = [&](llvm::raw_fd_ostream &os) {
    weights->writeObject(os, getWeightsSymbol(description.prefix),
                         target->getTriple());
    return llvm::Error::success();
  };
  return writeFile(weightsObject, write, options.output);
}

/// Takes over what `dlc-profile-kernels` wrote down.
static void readProfile(ModuleOp module, ModelDescription &description) {
  auto profile = module->getAttrOfType<DictionaryAttr>("dlc.profile");
  if (!profile)
    return;
  description.profile = true;
  description.profileOffset = profile.getAs<IntegerAttr>("offset").getInt();
  for (auto entry :
       profile.getAs<ArrayAttr>("calls").getAsRange<DictionaryAttr>()) {
    ProfiledCall &call = description.profiledCalls.emplace_back();
    call.kernel = entry.getAs<StringAttr>("kernel").str();
    call.flops = entry.getAs<IntegerAttr>("flops").getInt();
    for (auto node : entry.getAs<ArrayAttr>("nodes").getAsRange<StringAttr>())
      call.nodes.push_back(node.str());
  }
}

/// Takes over what `dlc-plan-memory` wrote down of open sizes.
static void readOpenSizes(ModuleOp module, ModelDescription &description) {
  auto numSizes = module->getAttrOfType<IntegerAttr>("dlc.num_sizes");
  if (!numSizes)
    return;
  description.numSizes = numSizes.getInt();
  auto checks = module->getAttrOfType<ArrayAttr>("dlc.checks");
  for (Attribute check : checks ? checks.getValue() : ArrayRef<Attribute>()) {
    auto text = cast<DictionaryAttr>(check).getAs<StringAttr>("text");
    description.checks.push_back(
        text ? text.str() : "these sizes of the inputs don't go together");
  }
}

/// Turns the kernels for a GPU into PTX; the host's module is made of the
/// runtime and the list of launches.
llvm::Error Compilation::translateDevice() {
  auto program = readDeviceProgram(frontend->getModule());
  if (!program)
    return program.takeError();
  auto translated = frontend->translate(llvmContext, stem);
  if (!translated)
    return translated.takeError();
  llvmModule = std::move(*translated);
  frontend->release();
  progress("generating PTX");
  TimingScope timer = frontend->time("Generate PTX");
  if (llvm::Error error = prepareDeviceModule(*llvmModule, *gpu, *program))
    return error;
  if (options.keepDeviceModule) {
    llvm::raw_svector_ostream os(report.deviceModule);
    llvm::WriteBitcodeToFile(*llvmModule, os);
  }
  if (emit == EmitKind::LLVM)
    return llvm::Error::success();
  llvm::Expected<std::string> ptx = emitPTX(*llvmModule, *gpu);
  if (!ptx)
    return ptx.takeError();
  program->ptx = std::move(*ptx);
  description.program = std::move(*program);
  llvmModule = std::make_unique<llvm::Module>(stem, llvmContext);
  if (emit == EmitKind::PTX)
    return llvm::Error::success();
  return assembleModel(*llvmModule, *target, description);
}

/// Turns the module into LLVM IR and lets go of MLIR and the weights.
llvm::Error Compilation::translate() {
  ModuleOp module = frontend->getModule();
  auto arena = module->getAttrOfType<IntegerAttr>("dlc.arena_size");
  description.arenaBytes = report.arenaBytes = arena ? arena.getInt() : 0;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    report.numKernels += !function.isExternal();
  if (!gpu)
    report.numKernels -= report.numKernels != 0; // main
  readProfile(module, description);
  readOpenSizes(module, description);
  report.numKernels -= description.numSizes != 0; // prepare
  if (llvm::Error error = emitWeights())
    return error;
  if (gpu)
    return translateDevice();
  auto translated = frontend->translate(llvmContext, stem);
  if (!translated)
    return translated.takeError();
  llvmModule = std::move(*translated);
  frontend->release();
  return assembleModel(*llvmModule, *target, description);
}

/// LLVM IR and assembly show the module as a whole.
llvm::Error Compilation::emitWhole() {
  if (gpu)
    return writeText(options.output, [&](llvm::raw_fd_ostream &os) {
      if (emit == EmitKind::LLVM)
        llvmModule->print(os, nullptr);
      else
        os << description.program->ptx;
      return llvm::Error::success();
    });
  TimingScope timer = frontend->time("Generate code");
  std::unique_ptr<llvm::TargetMachine> machine = target->createMachine();
  optimizeModule(*llvmModule, *machine);
  return writeText(
      options.output, [&](llvm::raw_fd_ostream &os) -> llvm::Error {
        if (emit == EmitKind::LLVM) {
          llvmModule->print(os, nullptr);
          return llvm::Error::success();
        }
        llvm::SmallString<0> text;
        llvm::raw_svector_ostream buffer(text);
        llvm::Error error = emitModule(
            *llvmModule, *machine, llvm::CodeGenFileType::AssemblyFile, buffer);
        os << text;
        return error;
      });
}

llvm::Error Compilation::emitObjects() {
  llvm::Expected<std::string> output = files.begin(options.output);
  if (!output)
    return output.takeError();
  if (*output == options.output)
    return llvm::createStringError("can't write " + options.output +
                                   ": not a regular file");
  report.files.insert(report.files.begin(), options.output);
  TimingScope timer = frontend->time("Generate code");
  auto objects =
      compileToObjects(std::move(llvmModule), *target, options.output, files);
  if (!objects)
    return objects.takeError();
  if (!weightsObject.empty())
    objects->push_back(weightsObject);

  progress("linking");
  timer = frontend->time("Link");
  llvm::Error error = llvm::Error::success();
  if (emit == EmitKind::Object)
    error = linkObject(*objects, *output, files);
  else if (emit == EmitKind::Static)
    error = writeStaticLibrary(*objects, stem, *output);
  else
    error = linkLibrary(
        *objects,
        {path::filename(options.output).str(), getExportedSymbols(description)},
        *target, *output, files);
  if (error)
    return error;
  llvm::sys::fs::file_size(*output, report.outputBytes);
  return writeHeaderFile(getBeside(".h", /*keepLib=*/false));
}

llvm::Error Compilation::run() {
  if (llvm::Error error = resolveOptions())
    return error;
  frontend.emplace(options);
  progress("reading the model");
  if (llvm::Error error = frontend->import())
    return error;
  if (emit == EmitKind::DLC || emit == EmitKind::ONNX) {
    if (llvm::Error error =
            emit == EmitKind::DLC ? writeModule() : writeModel())
      return error;
    return files.commit();
  }
  auto signature = getSignature(frontend->getModule());
  if (!signature)
    return signature.takeError();
  description.signature = std::move(*signature);
  if (gpu && !description.signature.states.empty())
    return llvm::createStringError("libraries for GPUs keep no state");
  if (options.states.empty() && !gpu)
    report.possibleStates =
        findStatePairs(frontend->getModule(), description.signature);
  StringRef needs = gpu                     ? "kernels for a GPU need all sizes"
                    : options.requireStatic ? "samples need all sizes"
                                            : "";
  if (!needs.empty() || !hasOpenSizes(frontend->getModule()))
    if (llvm::Error error = checkStaticInputs(description.signature, needs))
      return error;
  if (llvm::Error error = lower())
    return error;
  if (emit == EmitKind::LLVM || emit == EmitKind::Assembly ||
      emit == EmitKind::PTX || hasObjects()) {
    if (llvm::Error error = translate())
      return error;
    progress("generating code");
    if (llvm::Error error = hasObjects() ? emitObjects() : emitWhole())
      return error;
  }
  return files.commit();
}

llvm::Error dlc::compileModel(const CompileOptions &options,
                              CompileReport &report) {
  auto start = std::chrono::steady_clock::now();
  if (llvm::Error error = Compilation(options, report).run())
    return error;
  report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return llvm::Error::success();
}

llvm::Error dlc::checkModel(const CompileOptions &options,
                            Signature &signature) {
  llvm::Expected<Target> target =
      Target::create(options.targetTriple, options.targetCPU);
  if (!target)
    return target.takeError();
  Frontend frontend(options);
  if (llvm::Error error = frontend.import())
    return error;
  llvm::Expected<Signature> imported = getSignature(frontend.getModule());
  if (!imported)
    return imported.takeError();
  signature = std::move(*imported);
  // With sizes that nothing is known of, importing is as far as it goes.
  if (!hasOpenSizes(frontend.getModule()))
    if (llvm::Error open = checkStaticInputs(signature)) {
      llvm::consumeError(std::move(open));
      return llvm::Error::success();
    }
  if (llvm::Error error = frontend.run(buildDLCToLinalgPipeline, *target))
    return error;
  return refineShapes(signature, frontend.getModule());
}
