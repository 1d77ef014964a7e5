//===- ReleaseDeadWeights.cpp - Frees constants nothing uses --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringSet.h"

namespace dlc {
#define GEN_PASS_DEF_RELEASEDEADWEIGHTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;

namespace {
struct ReleaseDeadWeightsPass final
    : public dlc::impl::ReleaseDeadWeightsBase<ReleaseDeadWeightsPass> {
  using Base::Base;

  void runOnOperation() override {
    llvm::StringSet<> alive;
    AttrTypeWalker walker;
    walker.addWalk([&](DenseResourceElementsAttr attr) {
      alive.insert(attr.getRawHandle().getKey());
    });
    getOperation().walk(
        [&](Operation *op) { walker.walk(op->getAttrDictionary()); });

    DialectResourceBlobManager &manager =
        DenseResourceElementsHandle::getManagerInterface(&getContext())
            .getBlobManager();
    SmallVector<StringRef> dead;
    manager.getBlobMap([&](const auto &blobs) {
      for (const auto &entry : blobs)
        if (entry.second.getBlob() && !alive.contains(entry.first()))
          dead.push_back(entry.first());
    });
    for (StringRef name : dead) {
      if (AsmResourceBlob *blob = manager.lookup(name)->getBlob())
        numBytes += blob->getData().size();
      manager.update(name, AsmResourceBlob());
    }
  }
};
} // namespace
