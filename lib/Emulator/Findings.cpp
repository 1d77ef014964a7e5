//===- Findings.cpp - Mistakes of kernels ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Findings.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

using namespace dlc;
using namespace dlc::emulator;

llvm::StringRef dlc::getFindingKindName(FindingKind kind) {
  switch (kind) {
  case FindingKind::OutOfBounds:
    return "out-of-bounds";
  case FindingKind::Misaligned:
    return "misaligned";
  case FindingKind::Uninitialized:
    return "uninitialized";
  case FindingKind::SharedRace:
    return "shared-race";
  case FindingKind::GlobalRace:
    return "global-race";
  case FindingKind::MissingWait:
    return "missing-wait";
  case FindingKind::DivergentBarrier:
    return "divergent-barrier";
  case FindingKind::DivergentWarp:
    return "divergent-warp";
  case FindingKind::BadLaunch:
    return "bad-launch";
  }
  llvm_unreachable("all kinds are named");
}

void Findings::add(FindingKind kind, llvm::StringRef kernel, const Site *site,
                   llvm::function_ref<void(Finding &)> describe) {
  ++total;
  auto [entry, isNew] =
      known.try_emplace(Key{kind, kernel.str(), site}, list.size());
  if (!isNew) {
    if (entry->second < list.size())
      ++list[entry->second].count;
    return;
  }
  if (list.size() == limit) {
    entry->second = ~size_t(0);
    ++dropped;
    return;
  }
  Finding &finding = list.emplace_back();
  finding.kind = kind;
  finding.kernel = kernel.str();
  if (site)
    finding.where = site->text;
  describe(finding);
}

static void printIndex(llvm::raw_ostream &os,
                       const std::array<uint32_t, 3> &index) {
  os << '(' << index[0] << ',' << index[1] << ',' << index[2] << ')';
}

void dlc::emulator::printFinding(llvm::raw_ostream &os,
                                 const Finding &finding) {
  os << getFindingKindName(finding.kind) << ": kernel '" << finding.kernel
     << '\'';
  if (finding.kind != FindingKind::BadLaunch) {
    os << ", block ";
    printIndex(os, finding.block);
    os << ", thread ";
    printIndex(os, finding.thread);
  }
  os << ": " << finding.text;
  if (finding.count > 1)
    os << " (" << finding.count << " times)";
  if (!finding.where.empty())
    os << "\n    at " << finding.where;
}

void Findings::print(llvm::raw_ostream &os) const {
  for (const Finding &finding : list) {
    printFinding(os, finding);
    os << '\n';
  }
  if (dropped)
    os << "and " << dropped << " other findings\n";
}
