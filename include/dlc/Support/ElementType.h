//===- ElementType.h - Element types ------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SUPPORT_ELEMENTTYPE_H
#define DLC_SUPPORT_ELEMENTTYPE_H

#include "mlir/IR/BuiltinTypes.h"

namespace dlc {

/// The element type as ONNX numbers it (dlc_dtype of the C ABI); 0 if a
/// compiled model has no such elements.
int32_t getDType(mlir::Type type);

/// The MLIR type of an ONNX element type, as the dlc dialect spells it; null if
/// there is none.
mlir::Type getElementType(int32_t dtype, mlir::MLIRContext *context);

/// True of floats of at most 8 bits: what is computed with them is computed in
/// f32.
bool isNarrowFloat(mlir::Type type);

/// True of integers of 2 and 4 bits.
bool isNarrowInteger(mlir::Type type);

/// True if tensors of the type have several elements to a byte in the C ABI and
/// in files. Inside, each such element is a byte whose upper bits are zero.
bool isPackedType(mlir::Type type);

/// What is to know of a float of at most 8 bits, all but E8M0: a sign, an
/// exponent and a mantissa, from the highest bit to the lowest.
struct NarrowFloat {
  unsigned exponentBits, mantissaBits;
  int bias;
  /// The largest number, and the result of a conversion that doesn't saturate
  /// where a number is beyond it; without the sign.
  unsigned largest, overflow;
  /// The result of the conversion of NaN.
  unsigned nan;
  /// False: the code of -0 is that of the one NaN.
  bool hasNegativeZero;

  bool hasInfinity() const { return overflow > largest && overflow != nan; }
  bool hasNaN() const { return nan > largest; }
  unsigned getSignBit() const { return 1u << (exponentBits + mantissaBits); }
};

/// None unless the format is such a float.
std::optional<NarrowFloat> getNarrowFloat(const llvm::fltSemantics &format);

/// How a number becomes a float of at most 8 bits.
struct NarrowingMode {
  /// What is too large becomes the largest number; otherwise infinity or NaN.
  bool saturate = true;
  /// Which power of two a number between two becomes in f8E8M0FNU; of
  /// `Nearest`, the larger one if it is in the middle.
  enum class Power { Up, Down, Nearest } power = Power::Up;
};

/// The bits of a number as a float of at most 8 bits, rounded to nearest, ties
/// to even. f8E8M0FNU has neither signs nor zero: signs are dropped, and 0 is
/// its least number, or NaN without saturation.
uint8_t encodeNarrowFloat(double number, const llvm::fltSemantics &format,
                          NarrowingMode mode = {});

/// The number that has these bits.
double decodeNarrowFloat(uint8_t code, const llvm::fltSemantics &format);

/// The format of the floats of an ONNX element type; null if it has no floats.
const llvm::fltSemantics *getFloatFormat(int32_t dtype);

} // namespace dlc

#endif // DLC_SUPPORT_ELEMENTTYPE_H
