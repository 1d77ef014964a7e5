//===- Random.cpp - Lowering of random numbers ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "dialects/dlc/Random.h"
#include <cmath>

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

static Value number(B &b, Type type, uint64_t value) {
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(type, APInt(type.getIntOrFloatBitWidth(), value,
                                      /*isSigned=*/false,
                                      /*implicitTrunc=*/true)));
}

static Value shiftRight(B &b, Value x, uint64_t bits) {
  return arith::ShRUIOp::create(b, x, number(b, x.getType(), bits));
}

/// The two words of Philox-2x32-10 for a 64-bit counter.
static std::pair<Value, Value> emitPhilox(B &b, Value counter, uint32_t key) {
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
  auto low = [&](Value wide) -> Value {
    return arith::TruncIOp::create(b, i32, wide);
  };
  Value left = low(counter), right = low(shiftRight(b, counter, 32));
  for (int round = 0; round < 10; ++round) {
    Value product = mul(b, arith::ExtUIOp::create(b, i64, left),
                        number(b, i64, 0xD256D193));
    Value mixed = arith::XOrIOp::create(b, low(shiftRight(b, product, 32)),
                                        number(b, i32, key));
    left = arith::XOrIOp::create(b, mixed, right);
    right = low(product);
    key += 0x9E3779B9;
  }
  return {left, right};
}

/// The upper `bits` of a word, less than 32, as a number times 2^-bits.
static Value toFraction(B &b, Value word, int bits, double offset, Type real) {
  Value integer = shiftRight(b, word, 32 - bits);
  Value value = arith::SIToFPOp::create(b, real, integer);
  if (offset != 0)
    value = add(b, value, constant(b, real, offset));
  return mul(b, value, constant(b, real, std::ldexp(1.0, -bits)));
}

static Value emitUniform(B &b, Value first, Value second, Type real) {
  if (real.isF32())
    return toFraction(b, first, 24, 0, real);
  // 53 bits, of which the upper word has 32.
  Value upper = arith::ExtUIOp::create(b, b.getI64Type(), first);
  upper = mul(b, upper, number(b, b.getI64Type(), uint64_t(1) << 21));
  Value lower =
      arith::ExtUIOp::create(b, b.getI64Type(), shiftRight(b, second, 11));
  Value value =
      arith::SIToFPOp::create(b, real, arith::OrIOp::create(b, upper, lower));
  return mul(b, value, constant(b, real, std::ldexp(1.0, -53)));
}

static Value emitNormal(B &b, Value first, Value second, Type real) {
  // Never 0.
  Value radius = math::LogOp::create(b, toFraction(b, first, 31, 0.5, real));
  radius = math::SqrtOp::create(b, mul(b, radius, constant(b, real, -2)));
  Value angle =
      mul(b, toFraction(b, second, 24, 0, real), constant(b, real, 2 * M_PI));
  return mul(b, radius, math::CosOp::create(b, angle));
}

static Value lowerRandom(RandomOp op, RandomOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  if (isEmpty(type))
    return createEmpty(b, type);
  Dim count = 1;
  for (const Dim &size : getDims(type))
    count = mulDims(count, size);
  Type real = type.getElementType();
  Value numbers = createPointwise(
      b, withDims(type, count), {}, {}, [&](B &inner, ValueRange) {
        Value counter = arith::IndexCastOp::create(
            inner, inner.getI64Type(), linalg::IndexOp::create(inner, 0));
        auto [first, second] =
            emitPhilox(inner, counter, static_cast<uint32_t>(op.getSeed()));
        return op.getDistribution() == Distribution::uniform
                   ? emitUniform(inner, first, second, real)
                   : emitNormal(inner, first, second, real);
      });
  return createReshape(b, numbers, getDims(type));
}

void dlc::populateRandomPatterns(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  addLowering<RandomOp>(converter, patterns, lowerRandom);
}
