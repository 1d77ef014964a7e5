//===- Dim.h - The sizes of tensors -----------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A dimension that the model leaves open is `?` in a tensor's shape, and the
// type's encoding, `#dlc.dims<...>`, says which expression of the model's
// symbols it is. So types are equal only where sizes are, and every op finds
// the sizes it works on in its own types.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_DIM_H
#define DIALECTS_DLC_DIM_H

#include "dlc/Support/SizeExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SmallVector.h"

namespace dlc {

/// A size: a number, an expression over the model's symbols in normal form, or
/// not known at all.
class Dim {
public:
  Dim(int64_t number = mlir::ShapedType::kDynamic) : number(number) {}
  /// An expression that is a constant becomes a number.
  explicit Dim(mlir::AffineExpr expr);

  bool isNumber() const { return !mlir::ShapedType::isDynamic(number); }
  bool isUnknown() const { return !isNumber() && !expr; }
  /// The number, or what a shape says instead of it.
  int64_t getSize() const { return number; }
  /// As an expression; null if unknown.
  mlir::AffineExpr getExpr(mlir::MLIRContext *context) const;
  mlir::AffineExpr getSymbolic() const { return expr; }
  /// As people write it: `12`, `s0 + 1`, `?`.
  std::string getText() const;

  /// Known to be equal. Two unknown sizes aren't.
  bool operator==(const Dim &other) const {
    return isNumber() ? number == other.number
                      : expr && expr == other.expr && !other.isNumber();
  }
  bool operator!=(const Dim &other) const { return !(*this == other); }

private:
  int64_t number;
  mlir::AffineExpr expr;
};

using Shape = llvm::SmallVector<Dim>;

inline bool isDynamic(const Dim &dim) { return !dim.isNumber(); }
inline bool isAnyDynamic(llvm::ArrayRef<Dim> dims) {
  return llvm::any_of(dims, [](const Dim &dim) { return isDynamic(dim); });
}
/// True if every size is a number or an expression.
inline bool areKnown(llvm::ArrayRef<Dim> dims) {
  return llvm::none_of(dims, [](const Dim &dim) { return dim.isUnknown(); });
}

/// The sizes of a tensor; without an encoding, of `?` nothing is known.
Shape getDims(mlir::Type type);
inline Shape getDims(mlir::Value value) { return getDims(value.getType()); }
Dim getDim(mlir::Type type, int64_t axis);
Shape toDims(llvm::ArrayRef<int64_t> sizes);

/// What the type's shape array says of `dims`.
llvm::SmallVector<int64_t> toSizes(llvm::ArrayRef<Dim> dims);

/// The tensor type of these sizes.
mlir::RankedTensorType makeTensorType(llvm::ArrayRef<Dim> dims,
                                      mlir::Type elementType);
/// `type` with other sizes, or with those and another element type. Unlike
/// `clone`, which keeps an encoding that no longer fits.
inline mlir::RankedTensorType withDims(mlir::RankedTensorType type,
                                       llvm::ArrayRef<Dim> dims) {
  return makeTensorType(dims, type.getElementType());
}

/// The shape as people write it: "2x?x3", with expressions "2 x s0 + 1 x 3";
/// "scalar" for rank 0.
std::string shapeText(llvm::ArrayRef<Dim> shape);

/// `dim / by`, rounded up; unknown if the size is.
Dim ceilDiv(const Dim &dim, int64_t by);

/// The product of all sizes; unknown if one is, none on overflow.
std::optional<Dim> countDims(llvm::ArrayRef<Dim> dims);

/// Something about sizes that inference took for granted because it can't be
/// proved: `expr` is 0, or at least 0.
struct SizeRelation {
  enum class Kind { equal, atLeast } kind;
  mlir::AffineExpr expr;
  mlir::Location location;
  std::string text;
};

/// While one is alive, checks of shapes report to it what they take for
/// granted.
class SizeRelationCollector {
public:
  SizeRelationCollector();
  ~SizeRelationCollector();
  SizeRelationCollector(const SizeRelationCollector &) = delete;

  /// Reports to the innermost collector of this thread, if there is one.
  static void assume(SizeRelation::Kind kind, mlir::AffineExpr expr,
                     std::string text);

  /// Where the relations that follow come from.
  void setLocation(mlir::Location where) { location = where; }
  llvm::ArrayRef<SizeRelation> getRelations() const { return relations; }

private:
  SizeRelationCollector *outer;
  std::optional<mlir::Location> location;
  llvm::SmallVector<SizeRelation> relations;
};

} // namespace dlc

#endif // DIALECTS_DLC_DIM_H
