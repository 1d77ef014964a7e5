//===- Codegen.cpp - LLVM modules to objects ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Codegen.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace dlc;

void dlc::optimizeModule(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3)
      .run(module, modules);
}

Error dlc::emitModule(Module &module, TargetMachine &machine,
                      CodeGenFileType type, raw_pwrite_stream &os) {
  legacy::PassManager passes;
  passes.add(
      createTargetTransformInfoWrapperPass(machine.getTargetIRAnalysis()));
  if (machine.addPassesToEmitFile(passes, os, nullptr, type))
    return createStringError("the target can't write such a file");
  passes.run(module);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// About how many instructions are worth a part. The number of parts depends on
/// the module alone: the same model gives the same library on any machine.
static constexpr unsigned kPartSize = 8000;
static constexpr unsigned kMaxParts = 16;

/// Distributes the functions over parts of about the same size and makes them
/// visible to each other. Returns the part of each function by name.
static StringMap<unsigned> partition(Module &module, unsigned &numParts) {
  SmallVector<std::pair<unsigned, Function *>> sizes;
  unsigned total = 0;
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    sizes.push_back({function.getInstructionCount(), &function});
    total += sizes.back().first;
  }
  numParts = std::clamp(total / kPartSize, 1u, kMaxParts);
  StringMap<unsigned> parts;
  if (numParts == 1)
    return parts;
  sort(sizes, [](auto &a, auto &b) {
    return a.first != b.first ? a.first > b.first
                              : a.second->getName() < b.second->getName();
  });
  SmallVector<unsigned> loads(numParts);
  for (auto &[size, function] : sizes) {
    unsigned part = min_element(loads) - loads.begin();
    loads[part] += size;
    parts[function->getName()] = part;
  }
  auto externalize = [](GlobalValue &value) {
    if (!value.hasLocalLinkage())
      return;
    value.setLinkage(GlobalValue::ExternalLinkage);
    value.setVisibility(GlobalValue::HiddenVisibility);
    value.setDSOLocal(true);
  };
  for (Function &function : module)
    if (!function.isDeclaration())
      externalize(function);
  // Constants without an identity go to every part that uses them.
  for (GlobalVariable &global : module.globals())
    if (!global.isDeclaration() && !global.hasGlobalUnnamedAddr())
      externalize(global);
  return parts;
}

/// Leaves only the definitions of one part.
static void reduceToPart(Module &module, const StringMap<unsigned> &parts,
                         unsigned part) {
  for (Function &function : module) {
    auto it = parts.find(function.getName());
    if (it == parts.end() || it->second == part || function.isDeclaration())
      continue;
    function.deleteBody();
    function.setComdat(nullptr);
  }
  if (part == 0)
    return;
  for (GlobalVariable &global : module.globals()) {
    if (global.isDeclaration() || global.hasLocalLinkage())
      continue;
    global.setInitializer(nullptr);
    global.setLinkage(GlobalValue::ExternalLinkage);
  }
}

static Error compilePart(MemoryBufferRef bitcode,
                         const StringMap<unsigned> &parts, unsigned part,
                         const dlc::Target &target, StringRef path,
                         StringRef output) {
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = parseBitcodeFile(bitcode, context);
  if (!module)
    return module.takeError();
  reduceToPart(**module, parts, part);
  std::unique_ptr<TargetMachine> machine = target.createMachine();
  optimizeModule(**module, *machine);
  auto emit = [&](raw_fd_ostream &os) {
    return emitModule(**module, *machine, CodeGenFileType::ObjectFile, os);
  };
  return writeFile(path, emit, output);
}

Expected<std::vector<std::string>>
dlc::compileToObjects(std::unique_ptr<Module> module, const dlc::Target &target,
                      StringRef output, OutputFiles &files) {
  unsigned numParts;
  StringMap<unsigned> parts = partition(*module, numParts);
  // Each thread reads the module anew: LLVM's contexts aren't shared.
  SmallVector<char, 0> bitcode;
  BitcodeWriter writer(bitcode);
  writer.writeModule(*module);
  writer.writeSymtab();
  writer.writeStrtab();
  module.reset();

  std::vector<std::string> objects;
  for (unsigned part = 0; part < numParts; ++part) {
    Expected<std::string> path = files.scratch(output);
    if (!path)
      return path.takeError();
    objects.push_back(*path);
  }
  MemoryBufferRef buffer(StringRef(bitcode.data(), bitcode.size()), "model");
  std::vector<std::optional<Error>> errors(numParts);
  DefaultThreadPool pool(hardware_concurrency(numParts));
  for (unsigned part = 0; part < numParts; ++part)
    pool.async([&, part] {
      errors[part] =
          compilePart(buffer, parts, part, target, objects[part], output);
    });
  pool.wait();
  Error all = Error::success();
  for (std::optional<Error> &error : errors)
    all = joinErrors(std::move(all), std::move(*error));
  if (all)
    return std::move(all);
  return objects;
}
