//===- ModelModule.cpp - A model's LLVM module ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelModule.h"
#include "ModelDescriptor.h"
#include "ModelExports.h"
#include "dlc/Runtime/Embedded.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/Internalize.h"

#include "../Runtime/Runtime.h"

using namespace llvm;
using namespace dlc;

/// The exported name of a function of the runtime.
static std::string getExportedName(StringRef name, StringRef prefix) {
  return (prefix + name.drop_front(StringRef("dlc").size())).str();
}

std::string dlc::getWeightsSymbol(StringRef prefix) {
  return (prefix + "_dlc_weights").str();
}

/// The exported functions, as the runtime spells them.
static SmallVector<const char *>
getExports(const ModelDescription &description) {
  SmallVector<const char *> names(std::begin(kExports), std::end(kExports));
  if (description.numSizes)
    names.append(std::begin(kOpenSizesExports), std::end(kOpenSizesExports));
  if (!description.signature.computedSizes.empty())
    names.push_back(kResultDimsExport);
  if (!description.signature.states.empty())
    names.append(std::begin(kStateExports), std::end(kStateExports));
  if (description.profile)
    names.push_back(kProfileExport);
  return names;
}

std::vector<std::string>
dlc::getExportedSymbols(const ModelDescription &description) {
  std::vector<std::string> names;
  for (const char *name : getExports(description))
    names.push_back(getExportedName(name, description.prefix));
  return names;
}

/// Prepares what the pipeline made: the target's attributes, and names that no
/// other model in a program has.
static void adoptKernels(Module &module, const dlc::Target &target,
                         StringRef prefix) {
  for (Function &function : module) {
    if (function.isIntrinsic())
      continue;
    target.setAttributes(function);
    function.addFnAttr(Attribute::NoUnwind);
    if (function.isDeclaration())
      continue;
    function.setName(prefix + "_dlc_kernel_" + function.getName());
    function.setLinkage(GlobalValue::InternalLinkage);
  }
  for (GlobalVariable &global : module.globals()) {
    if (global.isDeclaration())
      continue;
    global.setName(prefix + "_dlc_data_" + global.getName());
    global.setLinkage(GlobalValue::InternalLinkage);
    if (global.isConstant())
      global.setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  }
}

static Error linkRuntime(Module &module, const dlc::Target &target,
                         const ModelDescription &description) {
  SmallVector<RuntimePart> parts = {RuntimePart::Context, RuntimePart::CPU,
                                    RuntimePart::HalfFloats};
  if (!description.weightsFile.empty())
    parts.push_back(RuntimePart::ExternalWeights);
  if (description.numSizes)
    parts.push_back(RuntimePart::OpenSizes);
  if (!description.signature.computedSizes.empty())
    parts.push_back(RuntimePart::ComputedSizes);
  if (!description.signature.states.empty())
    parts.push_back(RuntimePart::States);
  if (description.profile)
    parts.push_back(RuntimePart::Profile);
  if (module.getFunction("dlc_rt_parallel"))
    parts.push_back(RuntimePart::Threads);
  if (description.program)
    parts.append({RuntimePart::Device, RuntimePart::Cuda});
  for (RuntimePart part : parts) {
    StringRef bitcode = getRuntimeBitcode(part, target.getTriple().getArch());
    Expected<std::unique_ptr<Module>> runtime = parseBitcodeFile(
        MemoryBufferRef(bitcode, "runtime"), module.getContext());
    if (!runtime)
      return runtime.takeError();
    (*runtime)->setDataLayout(module.getDataLayout());
    (*runtime)->setTargetTriple(module.getTargetTriple());
    if (part == RuntimePart::HalfFloats) {
      // Code generation calls these without a trace in the module. Other models
      // of the program may bring them too.
      for (Function &function : **runtime)
        if (!function.isDeclaration() && !function.hasLocalLinkage())
          function.setLinkage(GlobalValue::WeakODRLinkage);
    }
    if (Linker::linkModules(module, std::move(*runtime)))
      return createStringError("the runtime doesn't link");
  }
  return Error::success();
}

/// `entry(arena, weights, sizes, inputs, outputs)`, which calls the model's
/// `main` with the pointers in the last two arrays, and with that of the sizes
/// if any are open.
static Expected<Function *> createEntry(Module &module, Function &main,
                                        const ModelDescription &description) {
  size_t numInputs = description.signature.inputs.size();
  size_t numOutputs = description.signature.outputs.size();
  size_t numArguments = (description.numSizes ? 3 : 2) + numInputs + numOutputs;
  if (main.arg_size() != numArguments)
    return createStringError("main has " + Twine(main.arg_size()) +
                             " arguments after lowering, expected " +
                             Twine(numArguments));
  for (Argument &argument : main.args())
    if (!argument.getType()->isPointerTy())
      return createStringError("main has an argument that is no pointer");

  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::get(context, 0);
  auto *type =
      FunctionType::get(Type::getVoidTy(context),
                        {pointer, pointer, pointer, pointer, pointer}, false);
  Function *entry = Function::Create(type, GlobalValue::InternalLinkage,
                                     description.prefix + "_dlc_entry", module);
  entry->addFnAttrs(AttrBuilder(context, main.getAttributes().getFnAttrs()));
  for (unsigned i : {0u, 1u})
    main.addParamAttr(
        i, Attribute::getWithAlignment(context, Align(DLC_RT_ALIGNMENT)));

  IRBuilder<> builder(BasicBlock::Create(context, "", entry));
  SmallVector<Value *> arguments = {entry->getArg(0), entry->getArg(1)};
  if (description.numSizes)
    arguments.push_back(entry->getArg(2));
  auto unpack = [&](Value *array, size_t count) {
    for (size_t i = 0; i < count; ++i)
      arguments.push_back(builder.CreateLoad(
          pointer, builder.CreateConstGEP1_64(pointer, array, i)));
  };
  unpack(entry->getArg(3), numInputs);
  unpack(entry->getArg(4), numOutputs);
  builder.CreateCall(&main, arguments);
  builder.CreateRetVoid();
  return entry;
}

/// Gives the exported functions their names and hides all else.
static void setVisibility(Module &module, const ModelDescription &description) {
  StringRef prefix = description.prefix;
  StringSet<> keep;
  for (const char *name : getExports(description)) {
    Function *function = module.getFunction(name);
    function->setName(getExportedName(name, prefix));
    function->setVisibility(GlobalValue::DefaultVisibility);
    // Within the library, calls and addresses need no indirection.
    function->setDSOLocal(true);
    keep.insert(function->getName());
  }
  internalizeModule(module, [&](const GlobalValue &value) {
    return keep.contains(value.getName()) || value.hasWeakODRLinkage();
  });
  // What stays of the runtime under a name of its own must not meet another
  // model's when the partitions of both are linked together.
  for (GlobalValue &value : module.global_values())
    if (value.hasLocalLinkage() && !value.getName().starts_with(prefix))
      value.setName(prefix + "_dlc_rt_" + value.getName());
}

Error dlc::assembleModel(Module &module, const dlc::Target &target,
                         const ModelDescription &description) {
  std::unique_ptr<TargetMachine> machine = target.createMachine();
  module.setDataLayout(machine->createDataLayout());
  module.setTargetTriple(target.getTriple());
  module.setPICLevel(PICLevel::BigPIC);
  Function *main = module.getFunction("main");
  Function *prepare = module.getFunction("prepare");
  if (description.numSizes && !prepare)
    return createStringError("the lowered module has no function prepare");
  if (!description.program && (!main || main->isDeclaration()))
    return createStringError("the lowered module has no function main");

  adoptKernels(module, target, description.prefix);
  if (Error error = linkRuntime(module, target, description))
    return error;
  Function *entry = nullptr;
  if (main) {
    Expected<Function *> created = createEntry(module, *main, description);
    if (!created)
      return created.takeError();
    entry = *created;
  }
  if (Error error =
          defineDescriptors(module, target, description, entry, prepare))
    return error;
  setVisibility(module, description);

  std::string text;
  raw_string_ostream os(text);
  if (verifyModule(module, &os))
    return createStringError("the LLVM module of the model is broken: " + text);
  return Error::success();
}
