//===- NarrowFloats.cpp - Floats of 8 and 4 bits as code ------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// No machine has instructions for all of these formats, so they are taken apart
// and put together by integer arithmetic without branches, which vectorizes.
// dlc::encodeNarrowFloat (ElementType.h) does the same for constants.
//
//===----------------------------------------------------------------------===//

#include "NarrowFloats.h"

#include "Scalars.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

namespace {
/// Integer arithmetic on the bits of a float of the machine.
class Bits {
public:
  Bits(B &b, FloatType type)
      : b(b), type(type), width(type.getWidth()),
        mantissaBits(type.getFPMantissaWidth() - 1),
        bias((1 << (width - mantissaBits - 2)) - 1) {}

  IntegerType getIntegerType() const { return b.getIntegerType(width); }
  Value literal(int64_t value) const {
    return arith::ConstantOp::create(b,
                                     b.getIntegerAttr(getIntegerType(), value));
  }
  /// The bits of 2^power.
  int64_t getPower(int power) const {
    return int64_t(power + bias) << mantissaBits;
  }
  Value toBits(Value x) const {
    return arith::BitcastOp::create(b, getIntegerType(), x);
  }
  Value toFloat(Value bits) const {
    return arith::BitcastOp::create(b, type, bits);
  }
  Value add(Value x, int64_t y) const {
    return arith::AddIOp::create(b, x, literal(y));
  }
  Value mask(Value x, int64_t bits) const {
    return arith::AndIOp::create(b, x, literal(bits));
  }
  Value shiftLeft(Value x, unsigned amount) const {
    return arith::ShLIOp::create(b, x, literal(amount));
  }
  Value shiftRight(Value x, unsigned amount) const {
    return arith::ShRUIOp::create(b, x, literal(amount));
  }
  Value isAbove(Value x, int64_t y) const {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, x, literal(y));
  }
  Value isEqual(Value x, int64_t y) const {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, literal(y));
  }
  Value choose(Value condition, Value x, Value y) const {
    return arith::SelectOp::create(b, condition, x, y);
  }
  Value choose(Value condition, int64_t x, Value y) const {
    return choose(condition, literal(x), y);
  }
  int64_t getMagnitudeMask() const {
    return int64_t(llvm::maskTrailingOnes<uint64_t>(width - 1));
  }
  int64_t getInfinity() const { return getPower(bias + 1); }

  B &b;
  FloatType type;
  unsigned width, mantissaBits;
  int bias;
};
} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

static Value decodeScale(const Bits &bits, Value code) {
  // The least power of two is a subnormal f32.
  Value power =
      bits.choose(bits.isEqual(code, 0), int64_t(1) << (bits.mantissaBits - 1),
                  bits.shiftLeft(code, bits.mantissaBits));
  constexpr int64_t quietNaN = 0x7fc00000;
  return bits.toFloat(bits.choose(bits.isEqual(code, 0xff), quietNaN, power));
}

Value dlc::decodeNarrowFloat(B &b, Value code, FloatType from) {
  Bits bits(b, b.getF32Type());
  code = arith::ExtUIOp::create(b, bits.getIntegerType(), code);
  std::optional<NarrowFloat> format = getNarrowFloat(from.getFloatSemantics());
  if (!format)
    return decodeScale(bits, code);
  int64_t signBit = format->getSignBit();
  Value magnitude = bits.mask(code, signBit - 1);
  // The exponent moves by the difference of the biases.
  int64_t rebias = bits.getPower(-format->bias) - bits.getPower(-bits.bias);
  unsigned shift = bits.mantissaBits - format->mantissaBits;
  Value normal = bits.add(bits.shiftLeft(magnitude, shift), rebias);
  Value units = arith::UIToFPOp::create(b, bits.type, magnitude);
  double unit = std::ldexp(1.0, 1 - format->bias - int(format->mantissaBits));
  Value subnormal = bits.toBits(mul(b, units, constant(b, bits.type, unit)));
  int64_t leastNormal = int64_t(1) << format->mantissaBits;
  Value result =
      bits.choose(bits.isAbove(magnitude, leastNormal - 1), normal, subnormal);
  constexpr int64_t quietNaN = 0x7fc00000;
  if (format->hasInfinity())
    result = bits.choose(bits.isEqual(magnitude, format->overflow),
                         bits.getInfinity(), result);
  if (format->hasNaN() && format->hasNegativeZero) {
    unsigned last = format->hasInfinity() ? format->overflow : format->largest;
    result = bits.choose(bits.isAbove(magnitude, last), quietNaN, result);
  }
  Value sign = bits.shiftLeft(bits.mask(code, signBit),
                              bits.width - 1 - llvm::Log2_64(signBit));
  result = arith::OrIOp::create(b, result, sign);
  if (!format->hasNegativeZero)
    result = bits.choose(bits.isEqual(code, format->nan), quietNaN, result);
  return bits.toFloat(result);
}

//===----------------------------------------------------------------------===//
// Encoding
//===----------------------------------------------------------------------===//

static Value encodeScale(const Bits &bits, Value x, NarrowingMode mode) {
  constexpr int64_t largest = 0xfe, nan = 0xff;
  const int64_t least = int64_t(1) << (bits.mantissaBits - 1);
  Value magnitude = bits.mask(bits.toBits(x), bits.getMagnitudeMask());
  Value exponent = bits.shiftRight(magnitude, bits.mantissaBits);
  // What is added so that the carry counts the exponent up. Below the least
  // normal number, powers of two are half a step further down.
  int64_t up = 2 * least - 1, half = least;
  if (mode.power != NarrowingMode::Power::Down) {
    bool isUp = mode.power == NarrowingMode::Power::Up;
    Value carry = bits.choose(bits.isAbove(exponent, 0), isUp ? up : half,
                              bits.literal(isUp ? least - 1 : half / 2));
    exponent = bits.shiftRight(arith::AddIOp::create(bits.b, magnitude, carry),
                               bits.mantissaBits);
  }
  if (mode.saturate)
    exponent = bits.choose(bits.isAbove(exponent, largest), largest, exponent);
  Value isSmall = arith::CmpIOp::create(bits.b, arith::CmpIPredicate::ult,
                                        magnitude, bits.literal(least));
  exponent = bits.choose(isSmall, mode.saturate ? 0 : nan, exponent);
  return bits.choose(bits.isAbove(magnitude, bits.getInfinity()), nan,
                     exponent);
}

/// The code of the magnitude, without regard to overflow, NaN and sign.
static Value roundMagnitude(const Bits &bits, Value magnitude,
                            const NarrowFloat &format) {
  // Normal numbers: half of the last place, or less where it is even, carries.
  unsigned shift = bits.mantissaBits - format.mantissaBits;
  Value isOdd = bits.mask(bits.shiftRight(magnitude, shift), 1);
  Value carried = arith::AddIOp::create(
      bits.b, bits.add(magnitude, (int64_t(1) << (shift - 1)) - 1), isOdd);
  int64_t rebias = int64_t(bits.bias - format.bias) << format.mantissaBits;
  Value normal = bits.add(bits.shiftRight(carried, shift), -rebias);
  // Others: the machine rounds in the sum with a number whose last place is
  // theirs.
  int least = 1 - format.bias;
  int64_t magic = bits.getPower(least + int(shift));
  Value sum = arith::AddFOp::create(bits.b, bits.toFloat(magnitude),
                                    bits.toFloat(bits.literal(magic)));
  Value subnormal = bits.add(bits.toBits(sum), -magic);
  Value isNormal = bits.isAbove(magnitude, bits.getPower(least) - 1);
  return bits.choose(isNormal, normal, subnormal);
}

Value dlc::encodeNarrowFloat(B &b, Value x, FloatType to, NarrowingMode mode) {
  Type byte = b.getI8Type();
  std::optional<NarrowFloat> format = getNarrowFloat(to.getFloatSemantics());
  if (!format) {
    // Its range is that of f32.
    if (x.getType() != b.getF32Type())
      x = arith::TruncFOp::create(b, b.getF32Type(), x);
    return arith::TruncIOp::create(
        b, byte, encodeScale(Bits(b, b.getF32Type()), x, mode));
  }
  Bits bits(b, cast<FloatType>(x.getType()));
  Value all = bits.toBits(x);
  Value magnitude = bits.mask(all, bits.getMagnitudeMask());
  Value code = roundMagnitude(bits, magnitude, *format);
  // As a signed number: beyond everything if the exponent is.
  code = bits.choose(arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, code,
                                           bits.literal(format->largest)),
                     mode.saturate ? format->largest : format->overflow, code);
  code = bits.choose(bits.isAbove(magnitude, bits.getInfinity()), format->nan,
                     code);
  int64_t signBit = format->getSignBit();
  Value sign = bits.mask(
      bits.shiftRight(all, bits.width - 1 - llvm::Log2_64(signBit)), signBit);
  Value result = arith::OrIOp::create(b, code, sign);
  if (!format->hasNegativeZero)
    result = bits.choose(bits.isEqual(bits.mask(code, signBit - 1), 0), code,
                         result);
  return arith::TruncIOp::create(b, byte, result);
}
