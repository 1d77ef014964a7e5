//===- Scalars.h - Scalar arithmetic of the lowering ------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the bodies of linalg.generic ops are written with. Integers are signless
// here, so a flag or an original dlc type says how they are read.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_SCALARS_H
#define LIB_CONVERSION_SCALARS_H

#include "dlc/Support/ElementType.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace dlc {

/// True for unsigned integers and for booleans.
bool isUnsigned(mlir::Type elementType);

/// The type in which values of `elementType` are computed and accumulated: f32
/// for narrower floats, otherwise the type itself.
mlir::Type computeType(mlir::Type elementType);

/// The value in `computeType`.
mlir::Value widen(mlir::ImplicitLocOpBuilder &b, mlir::Value value);

/// The opposite of `widen`: rounds to `type` unless the value has it already.
mlir::Value narrow(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                   mlir::Type type);

/// A constant of a float or (truncating the value) integer type.
mlir::Value constant(mlir::ImplicitLocOpBuilder &b, mlir::Type type,
                     double value);
mlir::Value indexConstant(mlir::ImplicitLocOpBuilder &b, int64_t value);

/// What every value of the type is at least (or at most); infinite for floats.
mlir::TypedAttr lowestValue(mlir::Type type, bool isUnsigned);
mlir::TypedAttr highestValue(mlir::Type type, bool isUnsigned);

/// Arithmetic by kind of type. Max and min keep NaN; comparisons with it are
/// false.
mlir::Value add(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y);
mlir::Value sub(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y);
mlir::Value mul(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y);
mlir::Value max(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y,
                bool isUnsigned);
mlir::Value min(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y,
                bool isUnsigned);
/// Integer division by 0 and overflow are defined: `x / 0` is x.
mlir::Value div(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y,
                bool isUnsigned);
mlir::Value equal(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y);
mlir::Value less(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y,
                 bool isUnsigned);
mlir::Value lessEqual(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                      mlir::Value y, bool isUnsigned);
/// Never true of integers.
mlir::Value isNaN(mlir::ImplicitLocOpBuilder &b, mlir::Value x);
mlir::Value select(mlir::ImplicitLocOpBuilder &b, mlir::Value condition,
                   mlir::Value x, mlir::Value y);

/// `x < bound ? bound : x`, and the opposite. Unlike `max`, one instruction on
/// most machines; a NaN in x stays, one in the bound is ignored.
mlir::Value boundBelow(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                       mlir::Value bound, bool isUnsigned);
mlir::Value boundAbove(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                       mlir::Value bound, bool isUnsigned);

/// Float `x` to the power of a constant, by multiplications and roots where
/// these do.
mlir::Value powConstant(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                        double exponent);

/// Converts a scalar as `dlc.cast` does. `from` and `to` are the original
/// element types; a half float may have been widened, and the result is in
/// `computeType(to)`, or the byte that holds it (LoweringUtils.h, `signless`).
mlir::Value castScalar(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                       mlir::Type from, mlir::Type to, NarrowingMode mode = {});

/// An integer scalar as a valid index into a dimension of size `size`: negative
/// ones count from the end, and what is out of range is clamped.
mlir::Value toIndex(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                    mlir::Value size);

} // namespace dlc

#endif // LIB_CONVERSION_SCALARS_H
