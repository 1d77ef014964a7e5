//===- Target.cpp - The machine to compile for ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Target.h"
#include "dlc/Runtime/Embedded.h"
#include "llvm/IR/Function.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

using namespace dlc;

namespace {

enum Register : uint32_t { EAX, EBX, ECX, EDX };
constexpr uint64_t kNone = 0;
constexpr uint64_t kYmm = 0x6;
constexpr uint64_t kZmm = 0xe6;

} // namespace

/// The features of x86 whose instructions code generation chooses by itself.
/// Cryptography and the like never come up, so that a library doesn't refuse a
/// machine for lack of them.
static const CPUFeature x86Features[] = {
    {"sse3", 1, 0, ECX, 0, kNone},
    {"ssse3", 1, 0, ECX, 9, kNone},
    {"cx16", 1, 0, ECX, 13, kNone},
    {"sse4.1", 1, 0, ECX, 19, kNone},
    {"sse4.2", 1, 0, ECX, 20, kNone},
    {"movbe", 1, 0, ECX, 22, kNone},
    {"popcnt", 1, 0, ECX, 23, kNone},
    {"lzcnt", 0x80000001, 0, ECX, 5, kNone},
    {"bmi", 7, 0, EBX, 3, kNone},
    {"bmi2", 7, 0, EBX, 8, kNone},
    {"gfni", 7, 0, ECX, 8, kNone},
    {"avx", 1, 0, ECX, 28, kYmm},
    {"f16c", 1, 0, ECX, 29, kYmm},
    {"fma", 1, 0, ECX, 12, kYmm},
    {"avx2", 7, 0, EBX, 5, kYmm},
    {"avxvnni", 7, 1, EAX, 4, kYmm},
    {"avxifma", 7, 1, EAX, 23, kYmm},
    {"avxvnniint8", 7, 1, EDX, 4, kYmm},
    {"avxneconvert", 7, 1, EDX, 5, kYmm},
    {"avxvnniint16", 7, 1, EDX, 10, kYmm},
    {"avx512f", 7, 0, EBX, 16, kZmm},
    {"avx512dq", 7, 0, EBX, 17, kZmm},
    {"avx512ifma", 7, 0, EBX, 21, kZmm},
    {"avx512cd", 7, 0, EBX, 28, kZmm},
    {"avx512bw", 7, 0, EBX, 30, kZmm},
    {"avx512vl", 7, 0, EBX, 31, kZmm},
    {"avx512vbmi", 7, 0, ECX, 1, kZmm},
    {"avx512vbmi2", 7, 0, ECX, 6, kZmm},
    {"avx512vnni", 7, 0, ECX, 11, kZmm},
    {"avx512bitalg", 7, 0, ECX, 12, kZmm},
    {"avx512vpopcntdq", 7, 0, ECX, 14, kZmm},
    {"avx512vp2intersect", 7, 0, EDX, 8, kZmm},
    {"avx512fp16", 7, 0, EDX, 23, kZmm},
    {"avx512bf16", 7, 1, EAX, 5, kZmm},
};

static void initializeTargets() {
  static bool once = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
    return true;
  }();
  (void)once;
}

static std::string getHostFeatures() {
  llvm::SubtargetFeatures features;
  for (auto &entry : llvm::sys::getHostCPUFeatures())
    features.AddFeature(entry.first(), entry.second);
  return features.getString();
}

llvm::Expected<Target> Target::create(llvm::StringRef tripleText,
                                      llvm::StringRef cpuText) {
  initializeTargets();
  Target target;
  llvm::Triple host(llvm::sys::getDefaultTargetTriple());
  target.triple = tripleText.empty()
                      ? host
                      : llvm::Triple(llvm::Triple::normalize(tripleText));
  std::string error;
  const llvm::Target *found =
      llvm::TargetRegistry::lookupTarget(target.triple, error);
  if (!found || !hasRuntimeFor(target.triple.getArch()) ||
      !target.triple.isOSBinFormatELF())
    return llvm::createStringError(
        "--target=" + target.triple.str() +
        ": no such target; there are x86_64-linux-gnu and aarch64-linux-gnu");

  bool isHost = target.triple.getArch() == host.getArch();
  if (cpuText.empty())
    cpuText = isHost ? "native" : "";
  if (cpuText == "native") {
    if (!isHost)
      return llvm::createStringError("--target-cpu=native: this machine isn't "
                                     "a " +
                                     target.triple.getArchName());
    target.cpu = llvm::sys::getHostCPUName();
    target.features = getHostFeatures();
  } else {
    target.cpu = cpuText;
  }
  if (target.cpu.empty())
    target.cpu = target.triple.isX86() ? "x86-64" : "generic";

  std::unique_ptr<llvm::MCSubtargetInfo> generic(
      found->createMCSubtargetInfo(target.triple, "", ""));
  if (!generic || !generic->isCPUStringValid(target.cpu))
    return llvm::createStringError(
        "--target-cpu=" + target.cpu + ": " + target.triple.getArchName() +
        " has no such CPU; try native" +
        (target.triple.isX86() ? ", x86-64-v3, x86-64-v4 or znver4" : ""));

  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
      found->createMCSubtargetInfo(target.triple, target.cpu, target.features));
  auto has = [&](const char *feature) {
    return subtarget->checkFeatures(std::string("+") + feature);
  };
  if (target.triple.isX86()) {
    for (const CPUFeature &feature : x86Features)
      if (has(feature.name))
        target.required.push_back(feature);
    bool zmm = has("avx512f") && has("avx512vl");
    target.vectorBytes = zmm ? 64 : has("avx") ? 32 : 16;
    target.vectorRegisters = zmm ? 32 : 16;
    // vpdpbusd, or vpmaddwd.
    bool vnni = zmm ? has("avx512vnni") : has("avxvnni");
    target.dot = vnni ? 4 : 2;
  } else {
    target.vectorBytes = 16;
    target.vectorRegisters = 32;
  }
  return target;
}

void Target::setAttributes(llvm::Function &function) const {
  function.addFnAttr("target-cpu", cpu);
  if (!features.empty())
    function.addFnAttr("target-features", features);
  if (triple.isX86())
    function.addFnAttr("prefer-vector-width", std::to_string(vectorBytes * 8));
}

std::unique_ptr<llvm::TargetMachine> Target::createMachine() const {
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  llvm::TargetOptions options;
  // So that the linker can leave out what a model doesn't use.
  options.FunctionSections = true;
  options.DataSections = true;
  return std::unique_ptr<llvm::TargetMachine>(found->createTargetMachine(
      triple, cpu, features, options, llvm::Reloc::PIC_, std::nullopt,
      llvm::CodeGenOptLevel::Aggressive));
}
