//===- Executor.h - Runs the blocks of a launch -----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EMULATOR_EXECUTOR_H
#define DLC_LIB_EMULATOR_EXECUTOR_H

#include "Fiber.h"
#include "Findings.h"
#include "Memory.h"
#include <deque>
#include <random>

namespace dlc::emulator {

class Executor;

/// What a kernel reads of its thread; Retarget.cpp knows the offsets.
struct ThreadContext {
  uint32_t tid[3], ntid[3], ctaid[3], nctaid[3];
  /// The thread's number within the block.
  uint32_t linear;
  uint32_t reserved;
  /// The block's shared memory.
  char *shared;
};

/// A kernel compiled for the host: its parameters as in cuLaunchKernel.
using KernelEntry = void (*)(void *const *parameters, ThreadContext *);

struct SharedVariable {
  std::string name;
  uint64_t offset, bytes;
};

struct Kernel {
  std::string name;
  KernelEntry entry = nullptr;
  unsigned numParameters = 0;
  std::vector<SharedVariable> shared;
  /// The shared memory as laid out here, with gaps; as the device counts it.
  uint64_t sharedExtent = 0, sharedBytes = 0;
  /// Where dynamic shared memory begins.
  uint64_t dynamicOffset = 0;
  /// Bytes of stack for a thread's own variables.
  uint64_t stackBytes = 0;
  /// Threads meet in barriers or warp operations.
  bool synchronizes = false;
  /// What the kernel promises of the block's size; 0 if nothing.
  uint32_t maxThreads = 0;
  std::array<uint32_t, 3> requiredThreads{};
};

/// cp.async: performed as late as allowed, at the wait.
struct AsyncCopy {
  char *to;
  const char *from;
  uint32_t bytes, sourceBytes;
  uint32_t site;
};

struct Thread : ThreadContext {
  enum class State { Ready, AtBarrier, AtWarp, Done };
  static constexpr unsigned maxResultBytes = 32;

  Executor *executor = nullptr;
  Fiber fiber;
  State state = State::Done;
  /// Where it waits.
  uint32_t site = 0;
  std::vector<AsyncCopy> open;
  std::deque<std::vector<AsyncCopy>> groups;
};

/// The operations that lanes of a warp perform together.
enum class WarpOp : uint32_t {
  Sync,
  ShuffleIdx,
  ShuffleBfly,
  ShuffleUp,
  ShuffleDown,
  VoteAll,
  VoteAny,
  VoteUni,
  VoteBallot,
  ReduceAdd,
  ReduceMin,
  ReduceMax,
  ReduceUMin,
  ReduceUMax,
  ReduceAnd,
  ReduceOr,
  ReduceXor,
  // From here on, all lanes take part.
  LdMatrix1,
  LdMatrix2,
  LdMatrix4,
  LdMatrix1Trans,
  LdMatrix2Trans,
  LdMatrix4Trans,
  MmaF16K16,
  MmaF16K16F16,
  MmaF16K8,
  MmaF16K8F16,
  MmaBF16K16,
  MmaBF16K8,
  MmaTF32K8,
  MmaTF32K4,
};

struct Warp {
  static constexpr unsigned lanes = 32, maxArgumentBytes = 64;
  uint32_t first = 0;    // its first thread
  uint32_t existing = 0; // the mask of lanes that exist
  uint32_t arrived = 0, mask = 0, site = 0;
  WarpOp op = WarpOp::Sync;
  uint16_t epoch = 0;
  alignas(16) char arguments[lanes][maxArgumentBytes];
  alignas(16) char results[lanes][Thread::maxResultBytes];

  template <typename T> T get(unsigned lane, unsigned offset) const {
    T value;
    __builtin_memcpy(&value, arguments[lane] + offset, sizeof(T));
    return value;
  }
  template <typename T> void set(unsigned lane, unsigned offset, T value) {
    __builtin_memcpy(results[lane] + offset, &value, sizeof(T));
  }
};

enum class AccessKind { Load, Store, Atomic };

/// Runs one launch after the other, on fibers where threads must wait for each
/// other.
class Executor {
public:
  Executor(Memory &memory, Findings &findings, const std::vector<Site> &sites,
           const EmulatorOptions &options);

  /// Runs a launch whose sizes were checked. False if the kernel had to be
  /// stopped.
  bool run(const Kernel &kernel, const uint32_t grid[3],
           const uint32_t block[3], uint32_t dynamicShared,
           void *const *parameters);

  // What kernels call, on their fibers.
  void barrier(Thread &thread, uint32_t site);
  void warpOperation(Thread &thread, WarpOp op, uint32_t site, uint32_t mask,
                     const void *arguments, uint32_t argumentBytes,
                     void *result, uint32_t resultBytes);
  void startCopy(Thread &thread, const AsyncCopy &copy);
  void waitForCopies(Thread &thread, size_t allowedGroups);
  void check(Thread &thread, char *address, size_t bytes, uint32_t alignment,
             uint32_t site, AccessKind kind);

  /// Makes a finding about what a thread does at a site.
  void report(FindingKind kind, const Thread &thread, uint32_t site,
              const llvm::Twine &text);

private:
  bool prepare(const Kernel &kernel, const uint32_t grid[3],
               const uint32_t block[3], uint32_t dynamicShared);
  void prepareShared(uint32_t dynamicShared);
  void beginBlock();
  bool runBlockOnFibers();
  bool runBlockInLoop();
  void runThread(Thread &thread);
  void finishThread(Thread &thread);
  void releaseBarrier();
  void reportDeadlock();
  /// Stops the launch; doesn't return to the kernel.
  void stop(Thread &thread);

  // Warp operations, once all lanes are there.
  void perform(Warp &warp);
  void shuffle(Warp &warp);
  void vote(Warp &warp);
  void reduce(Warp &warp);
  void loadMatrices(Warp &warp, unsigned count, bool transposed);

  // Checks.
  Region *findRegion(Thread &thread, char *address, size_t bytes,
                     uint32_t site);
  void reportOutOfBounds(Thread &thread, char *address, size_t bytes,
                         uint32_t site);
  void checkShadows(Thread &thread, Region &region, size_t offset, size_t bytes,
                    uint32_t site, AccessKind kind);
  bool conflicts(const Access &access, const Region &region,
                 const Thread &thread) const;
  bool isSettled(const Access &write, uint32_t oldest) const;
  bool includesRead(const Access &reads, const Thread &thread,
                    uint32_t oldest) const;
  bool isCommonLoad(const Region &region, const Thread &thread, size_t offset,
                    size_t bytes) const;
  void reportRace(Thread &thread, const Region &region, size_t offset,
                  uint32_t site, const Access &other, bool otherWrites);
  void recordRead(Access &access, const Region &region, const Thread &thread);
  void setPending(Thread &thread, const AsyncCopy &copy);
  void completeCopy(Thread &thread, const AsyncCopy &copy);
  template <typename Function>
  void forShadows(Region &region, size_t offset, size_t bytes,
                  Function function);
  Warp &getWarp(const Thread &thread) {
    return warps[thread.linear / Warp::lanes];
  }

  Memory &memory;
  Findings &findings;
  const std::vector<Site> &sites;
  const EmulatorOptions &options;
  std::mt19937_64 random;

  // The launch.
  const Kernel *kernel = nullptr;
  void *const *parameters = nullptr;
  size_t numThreads = 0;
  bool stopped = false;
  uint32_t launchStart = 0; // its first interval
  std::vector<uint32_t> blockStarts;
  std::vector<uint64_t> blockOrder;
  /// The region each site met last.
  std::vector<Region *> siteRegions;

  // The block.
  std::vector<Thread> threads; // never shrinks
  std::vector<Warp> warps;
  std::vector<uint32_t> order;
  FiberStacks stacks;
  std::unique_ptr<char, void (*)(void *)> shared;
  uint64_t sharedCapacity = 0;
  std::vector<Region> sharedRegions;
  uint32_t interval = 0, blockStart = 0;
  size_t alive = 0, arrived = 0;
  /// The first thread at the barrier.
  uint32_t barrierThread = 0;
};

} // namespace dlc::emulator

#endif // DLC_LIB_EMULATOR_EXECUTOR_H
