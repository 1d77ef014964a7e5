//===- Recognize.h - Matching the spellings of ops --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the families of dlc-recognize-ops share: values read as products, with
// the constants taken out, so that the order in which an exporter multiplies
// doesn't matter.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_TRANSFORMS_RECOGNIZE_H
#define LIB_TRANSFORMS_RECOGNIZE_H

#include "dialects/dlc/Shape.h"
#include "mlir/IR/PatternMatch.h"

namespace dlc {

inline mlir::RankedTensorType getTensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// The number that every element of a constant is; none if they may differ.
std::optional<double> getSplat(mlir::Value value);

/// True if a constant of a model with elements of `elementType` stands for
/// `expected`: it is within 1e-6 of it relatively, or within what the element
/// type can tell if that is more.
bool isNear(double number, double expected, mlir::Type elementType);

/// True if `value` is a constant near `expected` (equal, for 0).
bool isSplatNear(mlir::Value value, double expected);

/// `coefficient * value`.
struct Scaled {
  mlir::Value value;
  double coefficient = 1;
};

/// `value` and what it is a multiple of by constants, outermost first: the
/// first entry is `value` itself. Constants don't change the shape.
llvm::SmallVector<Scaled> getMultiples(mlir::Value value);

/// What `value` is `coefficient` times, or null.
mlir::Value getMultipleOf(mlir::Value value, double coefficient);

/// A product of values of one type and a constant.
struct Product {
  double coefficient = 1;
  llvm::SmallVector<mlir::Value, 4> factors;

  /// True if it is `expected * all of others`, in any order.
  bool is(double expected, llvm::ArrayRef<mlir::Value> others) const;
  /// The factor that is left without `known`, which must be among them with
  /// one other; null otherwise.
  mlir::Value getOther(mlir::Value known) const;
};

/// Reads multiplications, divisions by constants, negations and small integer
/// powers as one product; `whole` isn't taken apart.
Product getProduct(mlir::Value value, mlir::Value whole = {});

/// `value` as a sum `number + other`, the constant on either side; `other` of
/// the same type, or null.
mlir::Value getSummandBeside(mlir::Value value, double number);

/// `1 / value`, however it is written; null if `value` is not a reciprocal.
mlir::Value getReciprocalOf(mlir::Value value);

/// The operand of a reduction `ReduceOp` over `axes` whose result, with sizes
/// of 1 in place of these, is `value`; null if `value` is none.
template <typename ReduceOp> ReduceOp getKeptReduction(mlir::Value value) {
  mlir::RankedTensorType type = getTensorType(value);
  auto reduce = value.getDefiningOp<ReduceOp>();
  if (auto reshape = value.getDefiningOp<ReshapeOp>())
    reduce = reshape.getX().template getDefiningOp<ReduceOp>();
  if (!reduce)
    return nullptr;
  Shape kept = getDims(reduce.getX());
  for (int64_t axis : reduce.getAxes())
    kept[axis] = 1;
  return getDims(type) == kept ? reduce : nullptr;
}

void populateActivationRecognition(mlir::RewritePatternSet &patterns);
void populateNormalizationRecognition(mlir::RewritePatternSet &patterns);
/// What brings keys into the order that attention is recognized by.
void populateAttentionOperandPatterns(mlir::RewritePatternSet &patterns);
void populateAttentionRecognition(mlir::RewritePatternSet &patterns);

} // namespace dlc

#endif // LIB_TRANSFORMS_RECOGNIZE_H
