//===- Retarget.cpp - Makes kernels functions of the host -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Retarget.h"
#include "HostCalls.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/AlwaysInliner.h"

using namespace llvm;
using namespace dlc::emulator;

/// NVPTX's address space of a block's memory.
static constexpr unsigned sharedSpace = 3;

KernelRewriter::KernelRewriter(Function &function, Value *context,
                               Kernel &kernel, std::vector<Site> &sites)
    : function(function), context(context), kernel(kernel), sites(sites),
      slots(function.getParent()) {
  slots.incorporateFunction(function);
}

Value *KernelRewriter::addSite(IRBuilder<> &builder, const Instruction &place) {
  Site site;
  raw_string_ostream os(site.text);
  place.print(os, slots);
  site.text = StringRef(site.text).ltrim().str();
  // Metadata says nothing to a reader.
  site.text.resize(std::min(site.text.find(", !"), site.text.size()));
  if (const DebugLoc &location = place.getDebugLoc())
    os << " (" << location->getFilename() << ':' << location.getLine() << ')';
  sites.push_back(std::move(site));
  return builder.getInt32(sites.size() - 1);
}

CallInst *KernelRewriter::callHost(IRBuilder<> &builder, StringRef name,
                                   ArrayRef<Value *> arguments) {
  SmallVector<Value *> all{context};
  all.append(arguments.begin(), arguments.end());
  SmallVector<Type *> types;
  for (Value *argument : all)
    types.push_back(argument->getType());
  FunctionCallee callee = function.getParent()->getOrInsertFunction(
      name, FunctionType::get(builder.getVoidTy(), types, false));
  auto *declaration = cast<Function>(callee.getCallee());
  // Threads meet in it: it must stay where it is.
  declaration->addFnAttr(Attribute::Convergent);
  declaration->addFnAttr(Attribute::NoUnwind);
  CallInst *call = builder.CreateCall(callee, all);
  markAsHost(*call);
  return call;
}

Error KernelRewriter::makeError(const Instruction &place,
                                const Twine &text) const {
  return createStringError("kernel '" + kernel.name + "': " + text);
}

/// Gives each shared variable that the kernel uses a place that is aligned as
/// promised and no more, with gaps that belong to nobody.
static void layOutShared(Function &function, const DataLayout &deviceLayout,
                         Kernel &kernel,
                         MapVector<GlobalVariable *, uint64_t> &offsets) {
  constexpr uint64_t gap = 128;
  uint64_t dynamicAlignment = 0;
  for (Instruction &instruction : instructions(function))
    for (Value *operand : instruction.operands())
      if (auto *variable = dyn_cast<GlobalVariable>(operand))
        if (variable->getAddressSpace() == sharedSpace)
          offsets.insert({variable, 0});
  auto place = [&](uint64_t alignment) {
    uint64_t offset = alignTo(kernel.sharedExtent + gap, alignment);
    return offset % (2 * alignment) == 0 ? offset + alignment : offset;
  };
  for (auto &[variable, offset] : offsets) {
    uint64_t bytes = deviceLayout.getTypeAllocSize(variable->getValueType());
    uint64_t alignment =
        variable->getAlign()
            .value_or(deviceLayout.getABITypeAlign(variable->getValueType()))
            .value();
    if (variable->isDeclaration() || bytes == 0) {
      dynamicAlignment = std::max(dynamicAlignment, alignment);
      continue;
    }
    offset = place(alignment);
    kernel.sharedExtent = offset + bytes;
    kernel.sharedBytes = alignTo(kernel.sharedBytes, alignment) + bytes;
    kernel.shared.push_back({variable->getName().str(), offset, bytes});
  }
  if (dynamicAlignment == 0)
    return;
  kernel.dynamicOffset = kernel.sharedExtent = place(dynamicAlignment);
  for (auto &[variable, offset] : offsets)
    if (offset == 0)
      offset = kernel.dynamicOffset;
}

static void readLaunchBounds(const Function &function, Kernel &kernel) {
  auto read = [&](StringRef name) {
    SmallVector<StringRef> parts;
    std::array<uint32_t, 3> sizes{1, 1, 1};
    function.getFnAttribute(name).getValueAsString().split(parts, ',');
    for (auto [index, part] : enumerate(parts))
      if (index < 3)
        part.trim().getAsInteger(10, sizes[index]);
    return sizes;
  };
  if (function.hasFnAttribute("nvvm.maxntid")) {
    std::array<uint32_t, 3> sizes = read("nvvm.maxntid");
    kernel.maxThreads = sizes[0] * sizes[1] * sizes[2];
  }
  if (function.hasFnAttribute("nvvm.reqntid"))
    kernel.requiredThreads = read("nvvm.reqntid");
}

void dlc::emulator::markAsHost(Instruction &instruction) {
  instruction.setMetadata(hostMetadata,
                          MDNode::get(instruction.getContext(), {}));
}

/// Moves the kernel's body into a function that the host calls: void(ptr
/// parameters, ptr context).
static Function *makeEntry(Function &old, const DataLayout &deviceLayout,
                           Kernel &kernel) {
  LLVMContext &llvmContext = old.getContext();
  Type *pointer = PointerType::get(llvmContext, 0);
  auto *function = Function::Create(
      FunctionType::get(Type::getVoidTy(llvmContext), {pointer, pointer},
                        /*isVarArg=*/false),
      GlobalValue::ExternalLinkage, "", old.getParent());
  function->addFnAttr(Attribute::NoUnwind);
  function->splice(function->begin(), &old);
  BasicBlock &entry = function->getEntryBlock();
  Instruction *first = &*entry.getFirstInsertionPt();
  IRBuilder<> builder(first);
  for (Argument &argument : old.args()) {
    Value *value = builder.CreateLoad(
        pointer, builder.CreateConstInBoundsGEP1_64(
                     pointer, function->getArg(0), argument.getArgNo()));
    if (argument.hasByValAttr()) {
      Type *type = argument.getParamByValType();
      Value *copy = builder.CreateAlloca(type);
      builder.CreateMemCpy(copy, MaybeAlign(), value, MaybeAlign(),
                           deviceLayout.getTypeAllocSize(type));
      value = builder.CreateAddrSpaceCast(copy, argument.getType());
    } else {
      value = builder.CreateAlignedLoad(argument.getType(), value, Align(1));
    }
    argument.replaceAllUsesWith(value);
  }
  MapVector<GlobalVariable *, uint64_t> offsets;
  layOutShared(*function, deviceLayout, kernel, offsets);
  if (!offsets.empty()) {
    Value *shared = builder.CreateAddrSpaceCast(
        builder.CreateLoad(pointer,
                           builder.CreateConstInBoundsGEP1_64(
                               builder.getInt8Ty(), function->getArg(1),
                               offsetof(ThreadContext, shared))),
        PointerType::get(llvmContext, sharedSpace));
    for (auto [variable, offset] : offsets) {
      Value *address = builder.CreateConstInBoundsGEP1_64(
          builder.getInt8Ty(), shared, offset, variable->getName());
      variable->replaceUsesWithIf(address, [&](Use &use) {
        auto *user = dyn_cast<Instruction>(use.getUser());
        return user && user->getFunction() == function;
      });
    }
  }
  kernel.numParameters = old.arg_size();
  // Nothing up to here is the kernel's own.
  for (Instruction &instruction :
       make_range(entry.begin(), first->getIterator()))
    markAsHost(instruction);
  return function;
}

template <typename Function>
static void runPasses(Module &module, TargetMachine &machine,
                      Function makePasses) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  makePasses(builder).run(module, modules);
}

/// The kernels, after everything they call moved into them.
static Expected<std::vector<Function *>> inlineCalls(Module &module,
                                                     TargetMachine &host) {
  std::vector<Function *> kernels;
  // They keep functions alive that nobody calls.
  for (const char *name : {"llvm.used", "llvm.compiler.used"})
    if (GlobalVariable *list = module.getGlobalVariable(name))
      list->eraseFromParent();
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (function.getCallingConv() == CallingConv::PTX_Kernel) {
      kernels.push_back(&function);
      continue;
    }
    function.setAttributes({});
    function.addFnAttr(Attribute::AlwaysInline);
    function.setLinkage(GlobalValue::InternalLinkage);
  }
  runPasses(module, host, [](PassBuilder &) {
    ModulePassManager passes;
    passes.addPass(AlwaysInlinerPass(/*InsertLifetimeIntrinsics=*/false));
    return passes;
  });
  for (Function &function : module)
    if (!function.isDeclaration() &&
        function.getCallingConv() != CallingConv::PTX_Kernel)
      return createStringError("device function '" + function.getName() +
                               "' is recursive or called indirectly, which "
                               "isn't emulated");
  return kernels;
}

/// The host's accesses need no alignment: what the code promises is checked, or
/// else not relied upon.
static void dropAlignment(Function &function) {
  for (Instruction &instruction : instructions(function)) {
    if (auto *load = dyn_cast<LoadInst>(&instruction); load && load->isSimple())
      load->setAlignment(Align(1));
    if (auto *store = dyn_cast<StoreInst>(&instruction);
        store && store->isSimple())
      store->setAlignment(Align(1));
  }
}

static uint64_t countStackBytes(const Function &function) {
  uint64_t bytes = 0;
  for (const Instruction &instruction : instructions(function))
    if (auto *allocation = dyn_cast<AllocaInst>(&instruction))
      if (auto size = allocation->getAllocationSize(function.getDataLayout()))
        bytes += *size;
  return bytes;
}

static Error rewriteKernel(Function &old, const DataLayout &deviceLayout,
                           bool check, Retargeted &result) {
  Kernel &kernel = result.kernels.emplace_back();
  kernel.name = old.getName().str();
  readLaunchBounds(old, kernel);
  Function *function = makeEntry(old, deviceLayout, kernel);
  KernelRewriter rewriter(*function, function->getArg(1), kernel, result.sites);
  if (check)
    if (Error error = rewriter.instrument())
      return error;
  if (Error error = rewriter.rewriteIntrinsics())
    return error;
  dropAlignment(*function);
  kernel.stackBytes = countStackBytes(*function);
  old.eraseFromParent();
  function->setName(kernel.name);
  return Error::success();
}

Error dlc::emulator::retarget(Module &module, TargetMachine &host, bool check,
                              Retargeted &result) {
  DataLayout deviceLayout = module.getDataLayout();
  module.setTargetTriple(host.getTargetTriple());
  module.setDataLayout(host.createDataLayout());
  Expected<std::vector<Function *>> kernels = inlineCalls(module, host);
  if (!kernels)
    return kernels.takeError();
  SmallVector<Constant *> shared;
  for (GlobalVariable &variable : module.globals())
    if (variable.getAddressSpace() == sharedSpace)
      shared.push_back(&variable);
  convertUsersOfConstantsToInstructions(shared);
  for (Function *kernel : *kernels)
    if (Error error = rewriteKernel(*kernel, deviceLayout, check, result))
      return error;
  for (Constant *variable : shared) {
    if (!variable->use_empty())
      return createStringError("shared variable '" + variable->getName() +
                               "' is used outside of kernels");
    cast<GlobalVariable>(variable)->eraseFromParent();
  }
  StripDebugInfo(module);
  while (!module.named_metadata_empty())
    module.eraseNamedMetadata(&*module.named_metadata_begin());
  for (GlobalVariable &variable : module.globals()) {
    if (variable.isDeclaration())
      return createStringError("external variable '" + variable.getName() +
                               "' isn't there on the device");
    variable.setLinkage(GlobalValue::ExternalLinkage);
    result.globals.emplace_back(
        variable.getName(),
        deviceLayout.getTypeAllocSize(variable.getValueType()));
  }
  std::string broken;
  raw_string_ostream os(broken);
  if (verifyModule(module, &os))
    return createStringError("the retargeted module is broken: " + broken);
  runPasses(module, host, [](PassBuilder &builder) {
    return builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2);
  });
  return Error::success();
}
