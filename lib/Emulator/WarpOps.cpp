//===- WarpOps.cpp - What the lanes of a warp do together -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"
#include "Matrix.h"
#include <algorithm>
#include <cstring>

using namespace dlc;
using namespace dlc::emulator;

/// The operation of `.aligned` instructions, which whole warps execute.
static bool isAligned(WarpOp op) { return op >= WarpOp::LdMatrix1; }

void Executor::warpOperation(Thread &thread, WarpOp op, uint32_t site,
                             uint32_t mask, const void *arguments,
                             uint32_t argumentBytes, void *result,
                             uint32_t resultBytes) {
  Warp &warp = getWarp(thread);
  uint32_t lane = thread.linear % Warp::lanes;
  if (isAligned(op)) {
    mask = ~uint32_t(0);
    if (warp.existing != mask)
      report(FindingKind::DivergentWarp, thread, site,
             "the warp has only " + llvm::Twine(llvm::popcount(warp.existing)) +
                 " of the 32 threads that must take part");
  }
  if (!(mask >> lane & 1))
    report(FindingKind::DivergentWarp, thread, site,
           "lane " + llvm::Twine(lane) + " isn't in its own member mask");
  // Lanes that don't exist can't come; the mask of all lanes means all there
  // are.
  mask = (mask & warp.existing) | uint32_t(1) << lane;
  if (warp.arrived == 0) {
    warp.op = op;
    warp.mask = mask;
    warp.site = site;
  } else if (warp.mask != mask || warp.op != op ||
             (isAligned(op) && warp.site != site)) {
    report(FindingKind::DivergentWarp, thread, site,
           "other lanes wait at another warp operation, or for other lanes: " +
               sites[warp.site].text);
    stop(thread);
    return;
  }
  thread.site = site;
  std::memcpy(warp.arguments[lane], arguments, argumentBytes);
  warp.arrived |= uint32_t(1) << lane;
  if (warp.arrived != warp.mask) {
    thread.state = Thread::State::AtWarp;
    thread.fiber.suspend();
  } else {
    perform(warp);
    warp.arrived = 0;
    for (uint32_t other = 0; other != Warp::lanes; ++other)
      if (warp.mask >> other & 1)
        threads[warp.first + other].state = Thread::State::Ready;
  }
  std::memcpy(result, warp.results[lane], resultBytes);
}

void Executor::perform(Warp &warp) {
  switch (warp.op) {
  case WarpOp::Sync:
    // Orders memory, as no other warp operation does.
    if (warp.mask == warp.existing)
      ++warp.epoch;
    return;
  case WarpOp::ShuffleIdx:
  case WarpOp::ShuffleBfly:
  case WarpOp::ShuffleUp:
  case WarpOp::ShuffleDown:
    return shuffle(warp);
  case WarpOp::VoteAll:
  case WarpOp::VoteAny:
  case WarpOp::VoteUni:
  case WarpOp::VoteBallot:
    return vote(warp);
  case WarpOp::ReduceAdd:
  case WarpOp::ReduceMin:
  case WarpOp::ReduceMax:
  case WarpOp::ReduceUMin:
  case WarpOp::ReduceUMax:
  case WarpOp::ReduceAnd:
  case WarpOp::ReduceOr:
  case WarpOp::ReduceXor:
    return reduce(warp);
  case WarpOp::LdMatrix1:
  case WarpOp::LdMatrix2:
  case WarpOp::LdMatrix4: {
    unsigned log = unsigned(warp.op) - unsigned(WarpOp::LdMatrix1);
    return loadMatrices(warp, 1 << log, /*transposed=*/false);
  }
  case WarpOp::LdMatrix1Trans:
  case WarpOp::LdMatrix2Trans:
  case WarpOp::LdMatrix4Trans: {
    unsigned log = unsigned(warp.op) - unsigned(WarpOp::LdMatrix1Trans);
    return loadMatrices(warp, 1 << log, /*transposed=*/true);
  }
  default:
    return multiplyMatrices(warp);
  }
}

/// Arguments: value, lane or distance, and `c` of the PTX ISA: the clamp and
/// the mask of segments. Results: the value, then whether the lane was in
/// range.
void Executor::shuffle(Warp &warp) {
  for (uint32_t lane = 0; lane != Warp::lanes; ++lane) {
    if (!(warp.mask >> lane & 1))
      continue;
    uint32_t b = warp.get<uint32_t>(lane, 4) & 31;
    uint32_t c = warp.get<uint32_t>(lane, 8);
    uint32_t clamp = c & 31, segment = c >> 8 & 31;
    int32_t maxLane = (lane & segment) | (clamp & ~segment);
    int32_t source;
    bool inRange;
    switch (warp.op) {
    case WarpOp::ShuffleUp:
      source = int32_t(lane) - int32_t(b);
      inRange = source >= maxLane;
      break;
    case WarpOp::ShuffleDown:
      source = lane + b;
      inRange = source <= maxLane;
      break;
    case WarpOp::ShuffleBfly:
      source = lane ^ b;
      inRange = source <= maxLane;
      break;
    default:
      source = (lane & segment) | (b & ~segment);
      inRange = source <= maxLane;
    }
    if (!inRange)
      source = lane;
    if (!(warp.mask >> source & 1)) {
      report(FindingKind::DivergentWarp, threads[warp.first + lane], warp.site,
             "reads lane " + llvm::Twine(source) + ", which doesn't take part");
      source = lane;
    }
    warp.set<uint32_t>(lane, 0, warp.get<uint32_t>(source, 0));
    warp.set<uint8_t>(lane, 4, inRange);
  }
}

/// Argument: the predicate, a byte.
void Executor::vote(Warp &warp) {
  uint32_t ballot = 0;
  for (uint32_t lane = 0; lane != Warp::lanes; ++lane)
    if (warp.mask >> lane & 1)
      ballot |= uint32_t(warp.get<uint8_t>(lane, 0) & 1) << lane;
  for (uint32_t lane = 0; lane != Warp::lanes; ++lane) {
    if (warp.op == WarpOp::VoteBallot)
      warp.set<uint32_t>(lane, 0, ballot);
    else if (warp.op == WarpOp::VoteAll)
      warp.set<uint8_t>(lane, 0, ballot == warp.mask);
    else if (warp.op == WarpOp::VoteAny)
      warp.set<uint8_t>(lane, 0, ballot != 0);
    else
      warp.set<uint8_t>(lane, 0, ballot == warp.mask || ballot == 0);
  }
}

static uint32_t combine(WarpOp op, uint32_t a, uint32_t b) {
  switch (op) {
  case WarpOp::ReduceAdd:
    return a + b;
  case WarpOp::ReduceMin:
    return std::min(int32_t(a), int32_t(b));
  case WarpOp::ReduceMax:
    return std::max(int32_t(a), int32_t(b));
  case WarpOp::ReduceUMin:
    return std::min(a, b);
  case WarpOp::ReduceUMax:
    return std::max(a, b);
  case WarpOp::ReduceAnd:
    return a & b;
  case WarpOp::ReduceOr:
    return a | b;
  default:
    return a ^ b;
  }
}

void Executor::reduce(Warp &warp) {
  uint32_t first = llvm::countr_zero(warp.mask);
  uint32_t result = warp.get<uint32_t>(first, 0);
  for (uint32_t lane = first + 1; lane != Warp::lanes; ++lane)
    if (warp.mask >> lane & 1)
      result = combine(warp.op, result, warp.get<uint32_t>(lane, 0));
  for (uint32_t lane = 0; lane != Warp::lanes; ++lane)
    warp.set<uint32_t>(lane, 0, result);
}

/// ldmatrix of 8x8 matrices of 16-bit elements: lane 8 m + r gives the address
/// of row r of matrix m, and gets of each matrix the two elements of the PTX
/// ISA's fragment.
void Executor::loadMatrices(Warp &warp, unsigned count, bool transposed) {
  uint16_t rows[8][8];
  for (unsigned matrix = 0; matrix != count; ++matrix) {
    for (unsigned row = 0; row != 8; ++row) {
      unsigned lane = matrix * 8 + row;
      auto *address = warp.get<char *>(lane, 0);
      if (options.check) {
        // Other lanes read it than the one that has the address; two stand for
        // all.
        unsigned reader = row * 4 == lane ? lane + 1 : row * 4;
        for (unsigned each : {lane, reader}) {
          check(threads[warp.first + each], address, 16, 16, warp.site,
                AccessKind::Load);
          if (stopped)
            return;
        }
      }
      std::memcpy(rows[row], address, 16);
    }
    for (unsigned lane = 0; lane != Warp::lanes; ++lane) {
      unsigned group = lane / 4, inGroup = lane % 4 * 2;
      for (unsigned i = 0; i != 2; ++i)
        warp.set<uint16_t>(lane, matrix * 4 + i * 2,
                           transposed ? rows[inGroup + i][group]
                                      : rows[group][inGroup + i]);
    }
  }
}
