//===- DeviceModule.cpp - Kernels for a GPU as PTX ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceModule.h"

#include "Codegen.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace dlc;

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

llvm::Expected<DeviceProgram> dlc::readDeviceProgram(mlir::ModuleOp module) {
  DeviceProgram program;
  llvm::StringMap<size_t> places;
  for (auto kernel : module.getOps<mlir::LLVM::LLVMFuncOp>()) {
    auto grid = kernel->getAttrOfType<mlir::DenseI32ArrayAttr>("dlc.grid");
    auto block = kernel->getAttrOfType<mlir::IntegerAttr>("dlc.block");
    if (!grid || grid.size() != 3 || !block)
      continue;
    places[kernel.getName()] = program.kernels.size();
    program.kernels.push_back({kernel.getName().str(),
                               {grid[0], grid[1], grid[2]},
                               int32_t(block.getInt())});
  }
  auto launches = module->getAttrOfType<mlir::ArrayAttr>("dlc.launches");
  auto arguments =
      module->getAttrOfType<mlir::DenseI64ArrayAttr>("dlc.argument_offsets");
  if (!launches || !arguments)
    return llvm::createStringError("the lowered module has no launches");
  program.argumentOffsets = arguments.asArrayRef().vec();
  for (auto launch : launches.getAsRange<mlir::DictionaryAttr>()) {
    auto place = places.find(launch.getAs<mlir::StringAttr>("kernel"));
    if (place == places.end())
      return llvm::createStringError("the lowered module lacks a kernel");
    // Work on empty tensors.
    if (llvm::is_contained(program.kernels[place->second].grid, 0))
      continue;
    auto get = [&](const char *name) {
      return launch.getAs<mlir::DenseI64ArrayAttr>(name).asArrayRef().vec();
    };
    program.launches.push_back({place->second, get("offsets"), get("weights")});
  }
  return program;
}

//===----------------------------------------------------------------------===//
// The target
//===----------------------------------------------------------------------===//

static llvm::Triple getTriple() { return llvm::Triple("nvptx64-nvidia-cuda"); }

static const llvm::Target *lookUpTarget() {
  static bool once = [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
    return true;
  }();
  (void)once;
  std::string error;
  return llvm::TargetRegistry::lookupTarget(getTriple(), error);
}

llvm::Expected<GPUTarget> GPUTarget::create(llvm::StringRef arch) {
  // What today's drivers run.
  constexpr int kOldest = 75;
  GPUTarget target;
  target.arch = arch.str();
  auto fail = [&](const char *text) {
    return llvm::createStringError("--gpu-arch=" + arch + ": " + text +
                                   "; try sm_75, sm_80, sm_90 or sm_120");
  };
  llvm::StringRef number = arch;
  if (!number.consume_front("sm_") ||
      number.rtrim("af").getAsInteger(10, target.capability))
    return fail("no GPU architecture");
  const llvm::Target *found = lookUpTarget();
  if (!found)
    return llvm::createStringError("LLVM was built without NVPTX");
  std::unique_ptr<llvm::MCSubtargetInfo> generic(
      found->createMCSubtargetInfo(getTriple(), "", ""));
  if (!generic || !generic->isCPUStringValid(arch))
    return fail("no such GPU architecture");
  if (target.capability < kOldest)
    return fail("too old");
  return target;
}

std::unique_ptr<llvm::TargetMachine> GPUTarget::createMachine() const {
  return std::unique_ptr<llvm::TargetMachine>(
      lookUpTarget()->createTargetMachine(
          getTriple(), arch, /*Features=*/"", llvm::TargetOptions(),
          std::nullopt, std::nullopt, llvm::CodeGenOptLevel::Aggressive));
}

//===----------------------------------------------------------------------===//
// The module
//===----------------------------------------------------------------------===//

/// Nothing is linked to the kernels: an error if something is missing.
static llvm::Error checkComplete(const llvm::Module &module) {
  for (const llvm::Function &function : module)
    if (function.isDeclaration() && !function.isIntrinsic() &&
        !function.use_empty())
      return llvm::createStringError("the kernels call '" + function.getName() +
                                     "', which doesn't exist on GPUs");
  return llvm::Error::success();
}

llvm::Error dlc::prepareDeviceModule(llvm::Module &module,
                                     const GPUTarget &target,
                                     const DeviceProgram &program) {
  std::unique_ptr<llvm::TargetMachine> machine = target.createMachine();
  module.setDataLayout(machine->createDataLayout());
  module.setTargetTriple(getTriple());
  for (llvm::Function &function : module)
    if (!function.isIntrinsic())
      function.addFnAttr(llvm::Attribute::NoUnwind);
  for (const DeviceKernel &kernel : program.kernels) {
    llvm::Function *function = module.getFunction(kernel.name);
    function->setCallingConv(llvm::CallingConv::PTX_Kernel);
    function->addFnAttr("target-cpu", target.getArch());
    function->addFnAttr("nvvm.maxntid", std::to_string(kernel.threads));
    // Left alone, ptxas spills rather than use the registers there are: so many
    // blocks on a multiprocessor leave 128 for each thread.
    constexpr int32_t kResidentThreads = 512;
    function->addFnAttr(
        "nvvm.minctasm",
        std::to_string(std::max(1, kResidentThreads / kernel.threads)));
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  if (llvm::verifyModule(module, &os))
    return llvm::createStringError(
        "the LLVM module of the kernels is broken: " + text);
  optimizeModule(module, *machine);
  return checkComplete(module);
}

llvm::Expected<std::string> dlc::emitPTX(const llvm::Module &module,
                                         const GPUTarget &target) {
  std::unique_ptr<llvm::TargetMachine> machine = target.createMachine();
  // Code generation changes what it works on.
  std::unique_ptr<llvm::Module> clone = llvm::CloneModule(module);
  llvm::SmallString<0> ptx;
  llvm::raw_svector_ostream os(ptx);
  if (llvm::Error error =
          emitModule(*clone, *machine, llvm::CodeGenFileType::AssemblyFile, os))
    return std::move(error);
  return ptx.str().str();
}
