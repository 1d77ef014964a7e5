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

#include "dialects/dlc/Dim.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Value.h"

namespace dlc {

using MaybeLocation = std::optional<mlir::Location>;
using TypeVector = llvm::SmallVectorImpl<mlir::Type>;

inline bool isDynamic(int64_t size) {
  return mlir::ShapedType::isDynamic(size);
}

/// True if two sizes don't contradict each other. That they are equal is taken
/// for granted where it can't be proved.
bool sizesAgree(const Dim &a, const Dim &b);
bool shapesAgree(llvm::ArrayRef<Dim> a, llvm::ArrayRef<Dim> b);
inline bool shapesAgree(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) {
  return shapesAgree(toDims(a), toDims(b));
}

/// Appends the tensor type to `types`; fails where a static size is negative or
/// the number of bytes doesn't fit 63 bits.
llvm::LogicalResult appendTensor(MaybeLocation location,
                                 llvm::ArrayRef<Dim> shape,
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
                               llvm::ArrayRef<Dim> shape,
                               llvm::ArrayRef<Dim> expected);
/// Fails unless both tensors have one element type.
llvm::LogicalResult checkElementTypes(MaybeLocation location,
                                      llvm::StringRef nameA, mlir::Type a,
                                      llvm::StringRef nameB, mlir::Type b);

/// Products and sums of sizes, unknown if an operand is; fail on overflow.
mlir::FailureOr<Dim> multiplySizes(MaybeLocation location, const Dim &a,
                                   const Dim &b);
mlir::FailureOr<Dim> addSizes(MaybeLocation location, const Dim &a,
                              const Dim &b);
/// Fails if `a < b`; takes it for granted where that can't be known. `what`
/// says what would be wrong.
llvm::LogicalResult checkSizeAtLeast(MaybeLocation location, const Dim &a,
                                     const Dim &b, const llvm::Twine &what);

/// Broadcasts two shapes as NumPy does. Of an open size that isn't the other
/// one it is taken for granted that it equals it: sizes of 1 are numbers.
llvm::LogicalResult broadcastShapes(MaybeLocation location,
                                    llvm::ArrayRef<Dim> a,
                                    llvm::ArrayRef<Dim> b, Shape &shape);

/// The attributes that convolutions and poolings describe their windows with.
struct Windows {
  llvm::ArrayRef<int64_t> strides, pads, dilations;

  /// Fails unless every attribute fits `rank` spatial dimensions, at least one,
  /// strides and dilations being positive, pads not negative.
  llvm::LogicalResult check(MaybeLocation location, size_t rank) const;

  /// How many windows of `kernel` elements fit spatial dimension `dim` of
  /// `input` elements; rounded up, as ONNX does, with `ceilMode`.
  mlir::FailureOr<Dim> count(MaybeLocation location, size_t dim,
                             const Dim &input, const Dim &kernel,
                             bool ceilMode = false) const;

  /// The size that a transposed convolution gives spatial dimension `dim`.
  mlir::FailureOr<Dim> transposedSize(MaybeLocation location, size_t dim,
                                      const Dim &input, const Dim &kernel,
                                      int64_t outputPadding) const;

private:
  mlir::FailureOr<Dim> countCeil(MaybeLocation location, const Dim &room,
                                 const Dim &inputAndBegin, int64_t covered,
                                 size_t dim) const;
};

} // namespace dlc

#endif // DIALECTS_DLC_TYPEINFERENCE_H
