//===- Emulator.h - Runs GPU kernels on the CPU -----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_EMULATOR_EMULATOR_H
#define DLC_EMULATOR_EMULATOR_H

#include "dlc/Runtime/Device.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class Module;
class raw_ostream;
} // namespace llvm

namespace dlc {

struct EmulatorOptions {
  /// Watch every access: bounds, alignment, uninitialized reads, races, missing
  /// waits.
  bool check = false;
  /// Run threads and blocks in a random order with this seed.
  std::optional<uint64_t> shuffleSeed;
  /// What a block may have of shared memory, in all.
  uint32_t maxSharedBytes = 48 << 10;
  /// How many different findings are kept.
  unsigned maxFindings = 32;
};

enum class FindingKind {
  OutOfBounds,
  Misaligned,
  Uninitialized,
  SharedRace,
  GlobalRace,
  MissingWait,
  DivergentBarrier,
  DivergentWarp,
  BadLaunch,
};

/// The spelling of a kind in reports (`out-of-bounds`, `shared-race`, ...).
llvm::StringRef getFindingKindName(FindingKind kind);

/// A mistake of a kernel. The same one at the same place counts up.
struct Finding {
  FindingKind kind;
  std::string kernel;
  /// Where it was seen first.
  std::array<uint32_t, 3> block{}, thread{};
  /// The instruction, with its source location if the code has it; may be
  /// empty.
  std::string where;
  /// What happened, with the buffer and the offset.
  std::string text;
  uint64_t count = 1;
};

/// Runs the kernels of a device module, the one that goes to the NVPTX back
/// end, on the CPU and behind the runtime's interface to devices.
class Emulator {
public:
  /// Compiles the kernels for the host. An error names what the emulator
  /// doesn't know: intrinsics, inline assembly, external functions.
  static llvm::Expected<std::unique_ptr<Emulator>>
  create(const llvm::Module &device, const EmulatorOptions &options);
  ~Emulator();

  /// The device; it lives as long as the emulator. Its load_module ignores the
  /// image.
  const dlc_device *getDevice() const;

  /// What was found since the beginning.
  const std::vector<Finding> &getFindings() const;
  void printFindings(llvm::raw_ostream &os) const;

  struct Implementation;

private:
  explicit Emulator(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation;
};

} // namespace dlc

#endif // DLC_EMULATOR_EMULATOR_H
