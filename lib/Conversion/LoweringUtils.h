//===- LoweringUtils.h - Tensor builders of the lowering --------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The few shapes of linalg.generic and of data movement that every pattern is
// made of. All types are signless. While patterns run, types keep their
// `#dlc.dims`: every value tells its own sizes; the pass takes the encodings
// away once all ops are lowered.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_LOWERINGUTILS_H
#define LIB_CONVERSION_LOWERINGUTILS_H

#include "Patterns.h"
#include "Scalars.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"

namespace dlc {

/// Computes one element of a result from the elements of the operands (and,
/// where inits are read, those of the inits after them).
using ScalarBody = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &,
                                                  mlir::ValueRange)>;
using ScalarsBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>;

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
mlir::Type elementType(mlir::Value value);

/// The type with integers made signless, and what computes nothing made the
/// byte that holds its bits, the lowest ones: floats of 8 and 4 bits, integers
/// of 4 and 2.
mlir::Type signless(mlir::Type type);
mlir::RankedTensorType signless(mlir::RankedTensorType type);
/// The signless type of an original value.
mlir::RankedTensorType signlessType(mlir::Value value);

/// A size as a value (an attribute, if it is a number): an expression of the
/// index arguments at the end of the function, its symbols. Bodies that are
/// only being built have no function yet: what they need is made before them.
mlir::OpFoldResult getSize(mlir::ImplicitLocOpBuilder &b, const Dim &dim);
mlir::Value getSizeValue(mlir::ImplicitLocOpBuilder &b, const Dim &dim);
/// The size as a number of `type`.
mlir::Value getSizeScalar(mlir::ImplicitLocOpBuilder &b, const Dim &dim,
                          mlir::Type type);

/// All sizes of a type.
llvm::SmallVector<mlir::Value> getSizeValues(mlir::ImplicitLocOpBuilder &b,
                                             mlir::RankedTensorType type);

/// The sum, difference and product of two sizes.
Dim addDims(const Dim &a, const Dim &b);
Dim subDims(const Dim &a, const Dim &b);
Dim mulDims(const Dim &a, const Dim &b);

/// True if a size is 0, whatever the others are.
inline bool isEmpty(mlir::RankedTensorType type) {
  return llvm::is_contained(type.getShape(), 0);
}

mlir::Value createEmpty(mlir::ImplicitLocOpBuilder &b,
                        mlir::RankedTensorType type);
mlir::Value createFilled(mlir::ImplicitLocOpBuilder &b,
                         mlir::RankedTensorType type, mlir::Value scalar);
mlir::Value createFilled(mlir::ImplicitLocOpBuilder &b,
                         mlir::RankedTensorType type, mlir::TypedAttr scalar);

/// A linalg.generic whose iterators follow from the maps of the inits: what
/// doesn't occur in all of them is a reduction.
llvm::SmallVector<mlir::Value>
createGeneric(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange inputs,
              mlir::ValueRange inits, llvm::ArrayRef<mlir::AffineMap> maps,
              ScalarsBody body);
mlir::Value createGeneric(mlir::ImplicitLocOpBuilder &b,
                          mlir::ValueRange inputs, mlir::Value init,
                          llvm::ArrayRef<mlir::AffineMap> maps,
                          ScalarBody body);

/// Computes each element of the result from one element of each operand, found
/// by its map. Splat constants become scalar constants in the body.
mlir::Value createPointwise(mlir::ImplicitLocOpBuilder &b,
                            mlir::RankedTensorType resultType,
                            mlir::ValueRange operands,
                            llvm::ArrayRef<mlir::AffineMap> maps,
                            ScalarBody body);

/// The same, operands broadcasting to the result as in NumPy.
mlir::Value createElementwise(mlir::ImplicitLocOpBuilder &b,
                              mlir::RankedTensorType resultType,
                              mlir::ValueRange operands, ScalarBody body);

/// Reads an operand of `type` broadcast to rank `rank`.
mlir::AffineMap broadcastMap(mlir::RankedTensorType type,
                             mlir::RankedTensorType resultType);

/// A map from `rank` dimensions to the given ones.
mlir::AffineMap selectDims(mlir::MLIRContext *context, unsigned rank,
                           llvm::ArrayRef<int64_t> dims);
mlir::AffineMap getMap(mlir::MLIRContext *context, unsigned numDims,
                       llvm::ArrayRef<mlir::AffineExpr> results);

/// All of 0 .. rank-1 that aren't in `axes`.
llvm::SmallVector<int64_t> otherDims(int64_t rank,
                                     llvm::ArrayRef<int64_t> axes);

/// Folds `input` along `axes` (dropped from the result) into a fill of `init`.
/// The body gets the widened element and the accumulator, whose type is that of
/// `init`.
mlir::Value createReduction(mlir::ImplicitLocOpBuilder &b, mlir::Value input,
                            llvm::ArrayRef<int64_t> axes, mlir::TypedAttr init,
                            ScalarBody body);

/// A sum of products in `computeType`; the result is in that type. With
/// `sumType`, a sum in that type of unsigned bytes times signed ones, or of
/// i16.
mlir::Value createContraction(mlir::ImplicitLocOpBuilder &b,
                              mlir::ValueRange operands,
                              llvm::ArrayRef<Dim> resultShape,
                              llvm::ArrayRef<mlir::AffineMap> maps,
                              mlir::Type sumType = {});

/// Each element of the result is the element of `x` at the coordinates that the
/// callback makes of its own.
mlir::Value
createIndexed(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
              mlir::RankedTensorType resultType,
              llvm::function_ref<llvm::SmallVector<mlir::Value>(
                  mlir::ImplicitLocOpBuilder &, llvm::ArrayRef<mlir::Value>)>
                  coordinates);

/// A loop from 0 to `size` over values that each step replaces. For what is
/// sequential by nature.
llvm::SmallVector<mlir::Value>
createLoop(mlir::ImplicitLocOpBuilder &b, mlir::Value size,
           mlir::ValueRange inits,
           llvm::function_ref<llvm::SmallVector<mlir::Value>(
               mlir::ImplicitLocOpBuilder &, mlir::Value, mlir::ValueRange)>
               body);

/// Loops over all positions of `shape`, outermost dimension first.
llvm::SmallVector<mlir::Value>
createLoops(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Dim> shape,
            mlir::ValueRange inits,
            llvm::function_ref<llvm::SmallVector<mlir::Value>(
                mlir::ImplicitLocOpBuilder &, llvm::ArrayRef<mlir::Value>,
                mlir::ValueRange)>
                body);

/// The sizes of the dimensions other than `axis`.
Shape otherSizes(mlir::RankedTensorType type, int64_t axis);

/// `x` with the order of the elements along `axes` turned round.
mlir::Value createReversed(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                           llvm::ArrayRef<int64_t> axes);

mlir::Value createReshape(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                          llvm::ArrayRef<Dim> shape);
mlir::Value createTranspose(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                            llvm::ArrayRef<int64_t> permutation);
mlir::Value createSlice(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                        llvm::ArrayRef<Dim> offsets, llvm::ArrayRef<Dim> sizes,
                        llvm::ArrayRef<int64_t> strides);
mlir::Value createInsert(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                         mlir::Value into, llvm::ArrayRef<Dim> offsets,
                         llvm::ArrayRef<int64_t> strides);

/// Says of a tensor that it has a type that differs in what is known of sizes.
mlir::Value createCast(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                       mlir::RankedTensorType type);

/// What a pad of `amount` adds, which may be negative if it is a number; an
/// open one is not.
Dim getAdded(const Dim &amount);

/// Pads with a scalar constant; negative amounts take elements away.
mlir::Value createPadded(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                         llvm::ArrayRef<Dim> low, llvm::ArrayRef<Dim> high,
                         mlir::TypedAttr scalar);

} // namespace dlc

#endif // LIB_CONVERSION_LOWERINGUTILS_H
