//===- Frontend.cpp - A model's file in MLIR ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Frontend.h"
#include "KeepStates.h"
#include "dialects/dlc/DLCDialect.h"
#include "dlc/Export/Export.h"
#include "dlc/Import/Import.h"
#include "dlc/Runtime/ABI.h"
#include "dlc/Support/ElementBytes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace dlc;

llvm::Error dlc::createReportedError() { return llvm::createStringError(""); }

/// The place of a diagnostic as a user knows it: a line, or a node's name.
static void printLocation(llvm::raw_ostream &os, Location location) {
  if (auto line = location->findInstanceOf<FileLineColLoc>()) {
    os << line.getFilename().getValue() << ':' << line.getLine() << ':'
       << line.getColumn() << ": ";
    return;
  }
  if (auto name = location->findInstanceOf<NameLoc>())
    os << name.getName().getValue() << ": ";
}

static void printDiagnostic(Diagnostic &diagnostic) {
  llvm::raw_ostream &os = llvm::errs();
  switch (diagnostic.getSeverity()) {
  case DiagnosticSeverity::Error:
    llvm::WithColor::error(os);
    break;
  case DiagnosticSeverity::Warning:
    llvm::WithColor::warning(os);
    break;
  default:
    llvm::WithColor::note(os);
  }
  printLocation(os, diagnostic.getLocation());
  os << diagnostic << '\n';
  for (Diagnostic &note : diagnostic.getNotes())
    printDiagnostic(note);
}

Frontend::Frontend(const CompileOptions &options) : options(options) {
  timing.setEnabled(options.timing);
  scope = timing.getRootScope();
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<DLCDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  context = std::make_unique<MLIRContext>(registry);
  // What users wrote is the model, which an error names the node of.
  context->printOpOnDiagnostic(false);
  context->getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    // Remarks and stray notes of upstream passes are no matter of users.
    bool isError = diagnostic.getSeverity() == DiagnosticSeverity::Error;
    reported |= isError;
    if (isError || diagnostic.getSeverity() == DiagnosticSeverity::Warning)
      printDiagnostic(diagnostic);
    return success();
  });
  // Passes print the whole module one after the other.
  if (!options.printIRAfter.empty())
    context->disableMultithreading();
}

Frontend::~Frontend() { release(); }

void Frontend::release() {
  module = {};
  context.reset();
}

llvm::Error Frontend::fail(StringRef step) {
  if (reported)
    return createReportedError();
  return llvm::createStringError(step + " " + options.model +
                                 " failed without saying why");
}

llvm::Error Frontend::import() {
  TimingScope timer = scope.nest("Import");
  if (llvm::Error error = StringRef(options.model).ends_with(".mlir")
                              ? parseModule()
                              : importModel())
    return error;
  if (llvm::Error error = keepStates(*module, options.states, options.dims))
    return error;
  if (options.prepare && failed(options.prepare(*module)))
    return fail("preparing");
  return llvm::Error::success();
}

llvm::Error Frontend::parseModule() {
  llvm::SourceMgr sources;
  // The parser's own diagnostics have lines: no matter which file is shown.
  module = parseSourceFile<ModuleOp>(options.model, sources, context.get());
  if (!module)
    return fail("reading");
  if (!options.shapes.empty() || !options.constants.empty() ||
      !options.dims.empty())
    return llvm::createStringError(
        options.model + ": --shape, --dim and --constant are for ONNX models");
  return llvm::Error::success();
}

/// The tensor as an attribute of the dlc dialect; null if it makes no sense.
static ElementsAttr getElements(const HostTensor &tensor,
                                MLIRContext *context) {
  Type element = getElementType(tensor.dtype, context);
  std::optional<int64_t> elements = getNumElements(tensor.dims, tensor.dtype);
  if (!element || !elements ||
      tensor.data.size() != getDTypeBytes(tensor.dtype, *elements))
    return {};
  auto type = RankedTensorType::get(tensor.dims, element);
  if (unsigned bits = getPackedBits(element); bits != 8)
    return DenseElementsAttr::getFromRawBuffer(
        type, unpackElements(tensor.data, bits, *elements));
  if (tensor.dtype != DLC_BOOL)
    return DenseElementsAttr::getFromRawBuffer(type, tensor.data);
  SmallVector<bool> values(tensor.data.begin(), tensor.data.end());
  return DenseElementsAttr::get(type, values);
}

llvm::Error Frontend::importModel() {
  ImportOptions import;
  import.shapes = options.shapes;
  import.dims = options.dims;
  import.isState = [&](StringRef input) {
    return mayBeState(input, options.states);
  };
  if (options.spellConstant)
    import.spellConstant = options.spellConstant;
  if (options.spellShape)
    import.spellShape = options.spellShape;
  if (options.spellBound)
    import.spellBound = options.spellBound;
  for (auto &entry : options.constants) {
    ElementsAttr value = getElements(entry.second, context.get());
    if (!value)
      return llvm::createStringError("--constant " + entry.first() +
                                     ": the tensor is malformed");
    import.constants[entry.first()] = value;
  }
  if (options.provideConstant)
    import.provideConstant = [&](StringRef name) -> ElementsAttr {
      const HostTensor *tensor = options.provideConstant(name);
      return tensor ? getElements(*tensor, context.get()) : ElementsAttr();
    };
  module = importONNX(options.model, import, context.get());
  return module ? llvm::Error::success() : fail("importing");
}

llvm::Error Frontend::run(PipelineBuilder pipeline, const Target &target) {
  CPUPipelineOptions cpu;
  cpu.vectorBytes = target.getVectorBytes();
  cpu.vectorRegisters = target.getVectorRegisters();
  cpu.profile = options.profile;
  cpu.dot = target.getDot();
  return runPasses([&](OpPassManager &passes) { pipeline(passes, cpu); });
}

llvm::Error Frontend::run(GPUPipelineBuilder pipeline,
                          const GPUTarget &target) {
  GPUPipelineOptions gpu;
  gpu.arch = target.getCapability();
  return runPasses([&](OpPassManager &passes) { pipeline(passes, gpu); });
}

llvm::Error
Frontend::runPasses(llvm::function_ref<void(OpPassManager &)> addPasses) {
  PassManager passes(context.get());
  addPasses(passes);
  if (!options.printIRAfter.empty()) {
    bool all = llvm::is_contained(options.printIRAfter, "all");
    passes.enableIRPrinting(
        [](Pass *, Operation *) { return false; },
        [&, all](Pass *pass, Operation *) {
          return all ||
                 llvm::is_contained(options.printIRAfter, pass->getArgument());
        },
        /*printModuleScope=*/true, /*printAfterOnlyOnChange=*/false,
        /*printAfterOnlyOnFailure=*/false, llvm::errs(),
        OpPrintingFlags().elideLargeElementsAttrs(64).elideLargeResourceString(
            64));
  }
  if (!options.reproducer.empty())
    passes.enableCrashReproducerGeneration(options.reproducer);
  passes.enableTiming(scope);
  if (failed(passes.run(*module)))
    return fail("lowering");
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::Module>>
Frontend::translate(llvm::LLVMContext &llvmContext, StringRef name) {
  TimingScope timer = time("Translate to LLVM IR");
  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(*module, llvmContext, name);
  if (!result)
    return fail("translating");
  return std::move(result);
}

llvm::Expected<std::vector<std::string>>
Frontend::writeONNX(StringRef path, bool externalWeights, OutputFiles &files) {
  TimingScope timer = time("Write ONNX");
  std::vector<std::string> written = {path.str()};
  std::string dataFile = (path + ".data").str();
  std::unique_ptr<ExportedModel> model = exportONNX(
      *module, {llvm::sys::path::filename(dataFile).str(), externalWeights});
  if (!model)
    return fail("exporting");
  auto write = [&](llvm::raw_fd_ostream &os) {
    model->write(os);
    return llvm::Error::success();
  };
  if (llvm::Error error = files.write(path, write))
    return std::move(error);
  if (!model->hasExternalData())
    return written;
  written.push_back(dataFile);
  auto writeData = [&](llvm::raw_fd_ostream &os) {
    model->writeData(os);
    return llvm::Error::success();
  };
  if (llvm::Error error = files.write(dataFile, writeData))
    return std::move(error);
  return written;
}
