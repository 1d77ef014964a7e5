//===- MatchRemarks.h - Why ops stay as they are ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_TRANSFORMS_MATCHREMARKS_H
#define DLC_LIB_TRANSFORMS_MATCHREMARKS_H

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseSet.h"

namespace dlc {

/// Listens to patterns, and keeps what they last said of ops they don't match.
class MatchRemarks final : public mlir::RewriterBase::Listener {
public:
  /// A remark at each op in `root` that was there before the patterns and that
  /// they left alone.
  void emit(mlir::Operation *root) const {
    root->walk([&](mlir::Operation *op) {
      auto reason = reasons.find(op);
      if (reason != reasons.end())
        mlir::emitRemark(op->getLoc())
            << op->getName() << " stays as it is: " << reason->second;
    });
  }

private:
  void notifyPatternBegin(const mlir::Pattern &, mlir::Operation *op) override {
    current = op;
  }
  void notifyMatchFailure(
      mlir::Location,
      llvm::function_ref<void(mlir::Diagnostic &)> reason) override {
    if (!current || made.contains(current))
      return;
    mlir::Diagnostic text(current->getLoc(), mlir::DiagnosticSeverity::Remark);
    reason(text);
    reasons[current] = text.str();
  }
  void notifyOperationInserted(mlir::Operation *op,
                               mlir::OpBuilder::InsertPoint) override {
    made.insert(op);
  }
  void notifyOperationErased(mlir::Operation *op) override {
    reasons.erase(op);
    made.erase(op);
  }

  mlir::Operation *current = nullptr;
  llvm::DenseMap<mlir::Operation *, std::string> reasons;
  llvm::DenseSet<mlir::Operation *> made;
};

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_MATCHREMARKS_H
