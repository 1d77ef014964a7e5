//===- Findings.h - Mistakes of kernels -------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EMULATOR_FINDINGS_H
#define DLC_LIB_EMULATOR_FINDINGS_H

#include "dlc/Emulator/Emulator.h"
#include "llvm/ADT/Twine.h"
#include <map>

namespace dlc::emulator {

/// A place in a kernel that can go wrong.
struct Site {
  std::string text; // the instruction
  uint32_t bytes = 0;
  uint32_t alignment = 1;
};

/// What was found. Equal findings at one site count up.
class Findings {
public:
  explicit Findings(unsigned limit) : limit(limit) {}

  /// Makes a finding, or counts one. `describe` writes the text of a new one.
  void add(FindingKind kind, llvm::StringRef kernel, const Site *site,
           llvm::function_ref<void(Finding &)> describe);

  /// How many there were in all, equal ones and those beyond the limit too.
  uint64_t getTotal() const { return total; }
  const std::vector<Finding> &getList() const { return list; }
  void print(llvm::raw_ostream &os) const;

private:
  struct Key {
    FindingKind kind;
    std::string kernel;
    const Site *site;
    bool operator<(const Key &other) const {
      return std::tie(kind, kernel, site) <
             std::tie(other.kind, other.kernel, other.site);
    }
  };
  unsigned limit;
  uint64_t total = 0, dropped = 0;
  std::vector<Finding> list;
  std::map<Key, size_t> known;
};

/// One finding as a line or two.
void printFinding(llvm::raw_ostream &os, const Finding &finding);

} // namespace dlc::emulator

#endif // DLC_LIB_EMULATOR_FINDINGS_H
