//===- SinkAssembly.h - Elementwise ops before assembly ---------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_TRANSFORMS_SINKASSEMBLY_H
#define DLC_LIB_TRANSFORMS_SINKASSEMBLY_H

#include "dialects/dlc/ControlFlow.h"
#include "dialects/dlc/DLCDialect.h"
#include "dialects/dlc/Dim.h"
#include "mlir/IR/PatternMatch.h"

namespace dlc {

/// elementwise(assembly(x, ...), c) to assembly(elementwise(x, c), ...), so
/// that it becomes the epilogue of what makes x: of an op that puts its
/// operands together along some dimensions, along which `c` is broadcast.
template <typename AssemblyOp> struct SinkAssembly : mlir::RewritePattern {
  explicit SinkAssembly(mlir::MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  /// True if the pattern is for `op`.
  virtual bool isMeant(AssemblyOp op) const { return true; }
  /// True if operands meet along dimension `dim`.
  virtual bool assembles(AssemblyOp op, int64_t dim) const = 0;

  llvm::LogicalResult
  matchAndRewrite(mlir::Operation *op,
                  mlir::PatternRewriter &rewriter) const override {
    if (!op->hasTrait<dlc::OpTrait::ElementwiseTrait>())
      return rewriter.notifyMatchFailure(op, "not elementwise");
    AssemblyOp assembly;
    unsigned position = 0;
    for (mlir::OpOperand &operand : op->getOpOperands())
      if (auto def = operand.get().getDefiningOp<AssemblyOp>()) {
        assembly = def;
        position = operand.getOperandNumber();
      }
    auto type = llvm::cast<mlir::RankedTensorType>(op->getResult(0).getType());
    if (!assembly || !isMeant(assembly) || !assembly->hasOneUse() ||
        !isBeside(assembly, op) || getDims(assembly.getY()) != getDims(type))
      return rewriter.notifyMatchFailure(op, "no assembly of its own");
    for (mlir::OpOperand &operand : op->getOpOperands())
      if (operand.getOperandNumber() != position &&
          !isAlike(operand.get(), assembly))
        return rewriter.notifyMatchFailure(op, "an operand is of this size");

    llvm::SmallVector<mlir::Value> parts;
    for (mlir::Value input : assembly.getInputs()) {
      mlir::Operation *clone = rewriter.clone(*op);
      clone->setOperand(position, input);
      clone->getResult(0).setType(withDims(type, getDims(input)));
      parts.push_back(clone->getResult(0));
    }
    mlir::Operation *result = rewriter.clone(*assembly);
    result->setOperands(parts);
    result->getResult(0).setType(type);
    rewriter.replaceOp(op, result);
    return mlir::success();
  }

private:
  /// True if `value` is the same for all that is put together.
  bool isAlike(mlir::Value value, AssemblyOp assembly) const {
    Shape dims = getDims(value);
    int64_t dim = getDims(assembly.getY()).size();
    for (const Dim &size : llvm::reverse(dims))
      if (assembles(assembly, --dim) && size != Dim(1))
        return false;
    return true;
  }
};

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_SINKASSEMBLY_H
