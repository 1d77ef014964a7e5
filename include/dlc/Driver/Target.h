//===- Target.h - The machine to compile for ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_TARGET_H
#define DLC_DRIVER_TARGET_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"
#include <memory>
#include <string>

namespace llvm {
class Function;
class TargetMachine;
} // namespace llvm

namespace dlc {

/// A feature of a CPU and where x86's cpuid tells of it; `reg` counts from eax,
/// `xcr0` are the register sets that the system must save.
struct CPUFeature {
  const char *name;
  uint32_t leaf, subleaf, reg, bit;
  uint64_t xcr0;
};

/// The machine to compile for.
class Target {
public:
  /// The host's triple if `triple` is empty. The CPU may be `native`: what this
  /// machine has; or empty: native on the host's architecture, otherwise the
  /// architecture's baseline.
  static llvm::Expected<Target> create(llvm::StringRef triple,
                                       llvm::StringRef cpu);

  const llvm::Triple &getTriple() const { return triple; }
  llvm::StringRef getCPU() const { return cpu; }
  llvm::StringRef getFeatures() const { return features; }

  /// The features without which the generated code can't run.
  llvm::ArrayRef<CPUFeature> getRequiredFeatures() const { return required; }

  /// The width of the vector registers, and their number.
  int getVectorBytes() const { return vectorBytes; }
  int getVectorRegisters() const { return vectorRegisters; }

  /// What an instruction sums into each 32-bit lane: 4 products of bytes, 2 of
  /// 16-bit integers, or 1.
  int getDot() const { return dot; }

  /// Lets code generation use all of the target for a function.
  void setAttributes(llvm::Function &function) const;

  /// Each thread that generates code needs a machine of its own.
  std::unique_ptr<llvm::TargetMachine> createMachine() const;

private:
  Target() = default;
  llvm::Triple triple;
  std::string cpu, features;
  llvm::SmallVector<CPUFeature, 0> required;
  int vectorBytes = 16, vectorRegisters = 16, dot = 1;
};

} // namespace dlc

#endif // DLC_DRIVER_TARGET_H
