//===- TypeInference.h - Shared checks of shapes ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attributes and shapes come from files nobody vouches for: each helper emits
// an error at `location` (if there is one) and fails rather than overflow or
// index out of range.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_TYPEINFERENCE_H
#define DIALECTS_DLC_TYPEINFERENCE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Value.h"

namespace dlc {

using MaybeLocation = std::optional<mlir::Location>;
using TypeVector = llvm::SmallVectorImpl<mlir::Type>;

inline bool isDynamic(int64_t size) {
  return mlir::ShapedType::isDynamic(size);
}

/// True if no two static sizes contradict each other.
inline bool sizesAgree(int64_t a, int64_t b) {
  return a == b || isDynamic(a) || isDynamic(b);
}
bool shapesAgree(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

/// The shape as people write it: "2x?x3"; "scalar" for rank 0.
std::string shapeText(llvm::ArrayRef<int64_t> shape);

/// Appends the tensor type to `types`; fails where a static size is negative or
/// the number of bytes doesn't fit 63 bits.
llvm::LogicalResult appendTensor(MaybeLocation location,
                                 llvm::ArrayRef<int64_t> shape,
                                 mlir::Type elementType, TypeVector &types);

/// Fails unless `axis` is in [0, rank).
llvm::LogicalResult checkAxis(MaybeLocation location, llvm::StringRef name,
                              int64_t axis, int64_t rank);
/// Fails unless `axes` are sorted, distinct and each in [0, rank).
llvm::LogicalResult checkAxes(MaybeLocation location,
                              llvm::ArrayRef<int64_t> axes, int64_t rank);
/// Fails unless the attribute `name` has `expected` elements.
llvm::LogicalResult checkLength(MaybeLocation location, llvm::StringRef name,
                                size_t length, size_t expected);
/// Fails unless each element is at least `least`.
llvm::LogicalResult checkAtLeast(MaybeLocation location, llvm::StringRef name,
                                 llvm::ArrayRef<int64_t> values, int64_t least);
/// Fails unless the operand `name` has `expected` dimensions.
llvm::LogicalResult checkRank(MaybeLocation location, llvm::StringRef name,
                              mlir::Type type, int64_t expected);
/// Fails unless the operand `name` agrees with the expected shape.
llvm::LogicalResult checkShape(MaybeLocation location, llvm::StringRef name,
                               llvm::ArrayRef<int64_t> shape,
                               llvm::ArrayRef<int64_t> expected);
/// Fails unless both tensors have one element type.
llvm::LogicalResult checkElementTypes(MaybeLocation location,
                                      llvm::StringRef nameA, mlir::Type a,
                                      llvm::StringRef nameB, mlir::Type b);

/// Products and sums of sizes, dynamic if an operand is; fail on overflow.
mlir::FailureOr<int64_t> multiplySizes(MaybeLocation location, int64_t a,
                                       int64_t b);
mlir::FailureOr<int64_t> addSizes(MaybeLocation location, int64_t a, int64_t b);

/// Broadcasts two shapes as NumPy does.
llvm::LogicalResult broadcastShapes(MaybeLocation location,
                                    llvm::ArrayRef<int64_t> a,
                                    llvm::ArrayRef<int64_t> b,
                                    llvm::SmallVectorImpl<int64_t> &shape);

/// The attributes that convolutions and poolings describe their windows with.
struct Windows {
  llvm::ArrayRef<int64_t> strides, pads, dilations;

  /// Fails unless every attribute fits `rank` spatial dimensions, at least one,
  /// strides and dilations being positive, pads not negative.
  llvm::LogicalResult check(MaybeLocation location, size_t rank) const;

  /// How many windows of `kernel` elements fit spatial dimension `dim` of
  /// `input` elements; rounded up, as ONNX does, with `ceilMode`.
  mlir::FailureOr<int64_t> count(MaybeLocation location, size_t dim,
                                 int64_t input, int64_t kernel,
                                 bool ceilMode = false) const;

  /// The size that a transposed convolution gives spatial dimension `dim`.
  mlir::FailureOr<int64_t> transposedSize(MaybeLocation location, size_t dim,
                                          int64_t input, int64_t kernel,
                                          int64_t outputPadding) const;
};

} // namespace dlc

#endif // DIALECTS_DLC_TYPEINFERENCE_H
