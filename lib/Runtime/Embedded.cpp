//===- Embedded.cpp - The runtime's bitcode as data -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Runtime/Embedded.h"

#define DLC_EMBED(name, file)                                                  \
  __asm__(".section .rodata\n"                                                 \
          ".balign 16\n"                                                       \
          ".local " #name "\n" #name ":\n"                                     \
          ".incbin \"" file "\"\n"                                             \
          ".local " #name "End\n" #name "End:\n"                               \
          ".byte 0\n"                                                          \
          ".previous\n");                                                      \
  extern "C" const char name[] __attribute__((visibility("hidden")));          \
  extern "C" const char name##End[] __attribute__((visibility("hidden")));

#define DLC_EMBED_PART(part)                                                   \
  DLC_EMBED(dlc##part##X86, #part ".x86_64.bc")                                \
  DLC_EMBED(dlc##part##AArch64, #part ".aarch64.bc")

DLC_EMBED(dlcABIHeader, "ABI.h")
DLC_EMBED_PART(Context)
DLC_EMBED_PART(ComputedSizes)
DLC_EMBED_PART(CPU)
DLC_EMBED_PART(ExternalWeights)
DLC_EMBED_PART(HalfFloats)
DLC_EMBED_PART(OpenSizes)
DLC_EMBED_PART(States)
DLC_EMBED_PART(Profile)
DLC_EMBED_PART(Threads)
DLC_EMBED_PART(Device)
DLC_EMBED_PART(Cuda)

#define DLC_TEXT(name) llvm::StringRef(name, name##End - name)
#define DLC_PART(part)                                                         \
  arch == llvm::Triple::aarch64 ? DLC_TEXT(dlc##part##AArch64)                 \
                                : DLC_TEXT(dlc##part##X86)

bool dlc::hasRuntimeFor(llvm::Triple::ArchType arch) {
  return arch == llvm::Triple::x86_64 || arch == llvm::Triple::aarch64;
}

llvm::StringRef dlc::getABIHeader() { return DLC_TEXT(dlcABIHeader); }

llvm::StringRef dlc::getRuntimeBitcode(RuntimePart part,
                                       llvm::Triple::ArchType arch) {
  switch (part) {
  case RuntimePart::Context:
    return DLC_PART(Context);
  case RuntimePart::ComputedSizes:
    return DLC_PART(ComputedSizes);
  case RuntimePart::CPU:
    return DLC_PART(CPU);
  case RuntimePart::ExternalWeights:
    return DLC_PART(ExternalWeights);
  case RuntimePart::HalfFloats:
    return DLC_PART(HalfFloats);
  case RuntimePart::OpenSizes:
    return DLC_PART(OpenSizes);
  case RuntimePart::States:
    return DLC_PART(States);
  case RuntimePart::Profile:
    return DLC_PART(Profile);
  case RuntimePart::Threads:
    return DLC_PART(Threads);
  case RuntimePart::Device:
    return DLC_PART(Device);
  case RuntimePart::Cuda:
    return DLC_PART(Cuda);
  }
  return {};
}
