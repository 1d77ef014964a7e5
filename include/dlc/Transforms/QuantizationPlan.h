//===- QuantizationPlan.h - What is to be quantized -------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_TRANSFORMS_QUANTIZATIONPLAN_H
#define DLC_TRANSFORMS_QUANTIZATIONPLAN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"

namespace dlc {

/// What a tensor's elements lie between.
struct ElementRange {
  double low = 0, high = 0;

  void include(const ElementRange &other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
};

/// The attribute `dlc.range` of the op or the function argument that `value`
/// comes from; none if there isn't any, or it is not a pair of finite numbers.
std::optional<ElementRange> getRange(mlir::Value value);
void setRange(mlir::Value value, const ElementRange &range);

/// Which values of a function to quantize. Calibration and quantization follow
/// the same plan, which depends on the function alone.
class QuantizationPlan {
public:
  explicit QuantizationPlan(mlir::func::FuncOp main);

  /// Values that have the same scale and zero point.
  struct Group {
    llvm::SmallVector<mlir::Value> values;
    /// Those whose ranges together are the group's; the others only hold
    /// elements of these.
    llvm::SmallVector<mlir::Value> observed;
  };
  llvm::ArrayRef<Group> getGroups() const { return groups; }
  /// The observed values of all groups.
  llvm::SmallVector<mlir::Value> getObserved() const;

  /// The ops that compute on quantized operands.
  llvm::ArrayRef<mlir::Operation *> getOps() const {
    return members.getArrayRef();
  }
  bool contains(mlir::Operation *op) const { return members.contains(op); }

  /// Convolutions and products that stay in floating point, and why.
  struct Exception {
    mlir::Operation *op;
    std::string reason;
  };
  llvm::ArrayRef<Exception> getExceptions() const { return exceptions; }

private:
  void addContraction(mlir::Operation *op);
  bool isFedByMembers(mlir::Value value) const;
  bool feedsMembers(mlir::Value value) const;
  bool canStay(mlir::Operation *op) const;
  mlir::Value findAccumulated(mlir::Operation *op) const;
  void collectGroups(mlir::func::FuncOp main);

  llvm::SetVector<mlir::Operation *> members;
  /// The sum of two values of which one needn't be quantized, since it is added
  /// to in the same kernel that makes it.
  llvm::DenseMap<mlir::Operation *, mlir::Value> accumulated;
  std::vector<Group> groups;
  std::vector<Exception> exceptions;
};

} // namespace dlc

#endif // DLC_TRANSFORMS_QUANTIZATIONPLAN_H
