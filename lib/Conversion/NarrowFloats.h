//===- NarrowFloats.h - Floats of 8 and 4 bits as code ----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_NARROWFLOATS_H
#define LIB_CONVERSION_NARROWFLOATS_H

#include "dlc/Support/ElementType.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace dlc {

/// The number, an f32, that a byte with the bits of a float of type `from` is.
mlir::Value decodeNarrowFloat(mlir::ImplicitLocOpBuilder &b, mlir::Value code,
                              mlir::FloatType from);

/// The opposite, of an f32 or f64.
mlir::Value encodeNarrowFloat(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                              mlir::FloatType to, NarrowingMode mode = {});

} // namespace dlc

#endif // LIB_CONVERSION_NARROWFLOATS_H
