//===- Matrix.cpp - mma.sync ----------------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Matrix.h"
#include <cstring>

using namespace dlc::emulator;

static float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Without a conversion instruction in the baseline, this is much faster than
// _Float16's.
static float fromHalf(uint16_t half) {
  uint32_t sign = uint32_t(half & 0x8000) << 16;
  uint32_t magnitude = uint32_t(half & 0x7fff) << 13;
  if (magnitude >= 0x7c00u << 13) // infinity, NaN
    return fromBits(sign | magnitude | 0x7f800000);
  float value = fromBits(magnitude) * 0x1p112f; // subnormals, too
  return sign ? -value : value;
}

static uint16_t toHalf(float value) {
  _Float16 half = static_cast<_Float16>(value);
  uint16_t bits;
  std::memcpy(&bits, &half, sizeof(bits));
  return bits;
}

static float fromBFloat(uint16_t bits) {
  return fromBits(uint32_t(bits) << 16);
}

/// The hardware ignores the low bits of tf32 operands.
static float fromTF32(uint32_t bits) { return fromBits(bits & 0xffffe000); }

namespace {

/// An m16n8k* multiplication: the elements of a and b, which are 2 or 4 bytes,
/// and of c and d.
struct Shape {
  unsigned k;
  unsigned inputBytes;
  float (*fromInput)(uint16_t); // null: tf32
  bool halfSums;
};

struct Tiles {
  float a[16][16], b[16][8], sums[16][8];
};

} // namespace

static Shape getShape(WarpOp op) {
  switch (op) {
  case WarpOp::MmaF16K16:
    return {16, 2, fromHalf, false};
  case WarpOp::MmaF16K16F16:
    return {16, 2, fromHalf, true};
  case WarpOp::MmaF16K8:
    return {8, 2, fromHalf, false};
  case WarpOp::MmaF16K8F16:
    return {8, 2, fromHalf, true};
  case WarpOp::MmaBF16K16:
    return {16, 2, fromBFloat, false};
  case WarpOp::MmaBF16K8:
    return {8, 2, fromBFloat, false};
  case WarpOp::MmaTF32K4:
    return {4, 4, nullptr, false};
  default:
    return {8, 4, nullptr, false};
  }
}

/// Fragments as the PTX ISA describes them for mma.m16n8k*: a register of 4
/// bytes holds two neighbours along k, or one element of tf32. The registers of
/// a are rows g and g + 8 of the first half of k, then of the second; those of
/// b the halves of k; those of c rows g and g + 8.
static void gather(const Warp &warp, const Shape &shape, Tiles &tiles) {
  unsigned perRegister = 4 / shape.inputBytes;
  unsigned halfK = 4 * perRegister; // what four lanes hold
  unsigned halves = shape.k / halfK;
  unsigned bBegin = 2 * halves * 4, cBegin = bBegin + halves * 4;
  auto get = [&](unsigned lane, unsigned offset) {
    return shape.fromInput ? shape.fromInput(warp.get<uint16_t>(lane, offset))
                           : fromTF32(warp.get<uint32_t>(lane, offset));
  };
  for (unsigned lane = 0; lane != Warp::lanes; ++lane) {
    unsigned group = lane / 4, inGroup = lane % 4;
    for (unsigned half = 0; half != halves; ++half)
      for (unsigned i = 0; i != perRegister; ++i) {
        unsigned k = half * halfK + inGroup * perRegister + i;
        unsigned element = i * shape.inputBytes;
        for (unsigned upper = 0; upper != 2; ++upper)
          tiles.a[group + 8 * upper][k] =
              get(lane, (half * 2 + upper) * 4 + element);
        tiles.b[k][group] = get(lane, bBegin + half * 4 + element);
      }
    for (unsigned i = 0; i != 4; ++i)
      tiles.sums[group + i / 2 * 8][inGroup * 2 + i % 2] =
          shape.halfSums ? fromHalf(warp.get<uint16_t>(lane, cBegin + 2 * i))
                         : warp.get<float>(lane, cBegin + 4 * i);
  }
}

void dlc::emulator::multiplyMatrices(Warp &warp) {
  Shape shape = getShape(warp.op);
  Tiles tiles;
  gather(warp, shape, tiles);
  for (unsigned row = 0; row != 16; ++row)
    for (unsigned k = 0; k != shape.k; ++k)
      for (unsigned column = 0; column != 8; ++column)
        tiles.sums[row][column] += tiles.a[row][k] * tiles.b[k][column];
  for (unsigned lane = 0; lane != Warp::lanes; ++lane)
    for (unsigned i = 0; i != 4; ++i) {
      float sum = tiles.sums[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2];
      if (shape.halfSums)
        warp.set<uint16_t>(lane, 2 * i, toHalf(sum));
      else
        warp.set<float>(lane, 4 * i, sum);
    }
}
