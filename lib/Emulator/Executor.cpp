//===- Executor.cpp - Runs the blocks of a launch -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>

using namespace dlc;
using namespace dlc::emulator;

/// Shared memory is aligned as much as any promise, and no variable in it more
/// than promised (Retarget.cpp).
static constexpr size_t sharedAlignment = 1024;

Executor::Executor(Memory &memory, Findings &findings,
                   const std::vector<Site> &sites,
                   const EmulatorOptions &options)
    : memory(memory), findings(findings), sites(sites), options(options),
      random(options.shuffleSeed.value_or(0)), shared(nullptr, std::free) {}

void Executor::report(FindingKind kind, const Thread &thread, uint32_t site,
                      const llvm::Twine &text) {
  findings.add(kind, kernel->name, &sites[site], [&](Finding &finding) {
    std::copy_n(thread.ctaid, 3, finding.block.begin());
    std::copy_n(thread.tid, 3, finding.thread.begin());
    finding.text = text.str();
  });
}

void Executor::prepareShared(uint32_t dynamicShared) {
  uint64_t bytes = kernel->sharedExtent + dynamicShared;
  uint64_t needed = llvm::alignTo(bytes + sharedAlignment, sharedAlignment);
  if (sharedCapacity < needed) {
    shared.reset(
        static_cast<char *>(std::aligned_alloc(sharedAlignment, needed)));
    sharedCapacity = needed;
  }
  sharedRegions.clear();
  auto add = [&](llvm::StringRef name, uint64_t offset, uint64_t size) {
    sharedRegions.emplace_back(name, shared.get() + offset, size,
                               options.check);
    sharedRegions.back().shared = true;
  };
  for (const SharedVariable &variable : kernel->shared)
    add("@" + variable.name, variable.offset, variable.bytes);
  if (dynamicShared)
    add("dynamic shared memory", kernel->dynamicOffset, dynamicShared);
}

bool Executor::prepare(const Kernel &newKernel, const uint32_t grid[3],
                       const uint32_t block[3], uint32_t dynamicShared) {
  kernel = &newKernel;
  stopped = false;
  numThreads = size_t(block[0]) * block[1] * block[2];
  // Runtime functions and the host's own calls need some, too.
  constexpr size_t baseStackBytes = 64 << 10;
  bool onFibers = kernel->synchronizes || options.shuffleSeed;
  if (!stacks.reserve(onFibers ? numThreads : 1,
                      baseStackBytes + 2 * kernel->stackBytes))
    return false;
  if (threads.size() < numThreads)
    threads.resize(numThreads);
  for (size_t i = 0; i != numThreads; ++i) {
    Thread &thread = threads[i];
    thread.executor = this;
    thread.linear = i;
    thread.tid[0] = i % block[0];
    thread.tid[1] = i / block[0] % block[1];
    thread.tid[2] = i / block[0] / block[1];
    std::copy_n(block, 3, thread.ntid);
    std::copy_n(grid, 3, thread.nctaid);
  }
  warps.resize(llvm::divideCeil(numThreads, Warp::lanes));
  for (size_t i = 0; i != warps.size(); ++i) {
    warps[i].first = i * Warp::lanes;
    size_t lanes = std::min<size_t>(Warp::lanes, numThreads - warps[i].first);
    warps[i].existing = llvm::maskTrailingOnes<uint32_t>(lanes);
  }
  order.resize(numThreads);
  std::iota(order.begin(), order.end(), 0);
  prepareShared(dynamicShared);
  for (size_t i = 0; i != numThreads; ++i)
    threads[i].shared = shared.get();

  siteRegions.assign(sites.size(), nullptr);
  blockStarts.clear();
  // The count of intervals must not wrap within a launch.
  if (interval > UINT32_MAX / 2) {
    memory.forgetAccesses();
    interval = 0;
  }
  launchStart = interval + 1;
  return shared != nullptr;
}

bool Executor::run(const Kernel &newKernel, const uint32_t grid[3],
                   const uint32_t block[3], uint32_t dynamicShared,
                   void *const *newParameters) {
  parameters = newParameters;
  if (!prepare(newKernel, grid, block, dynamicShared))
    return false;
  uint64_t numBlocks = uint64_t(grid[0]) * grid[1] * grid[2];
  blockOrder.clear();
  if (options.shuffleSeed) {
    blockOrder.resize(numBlocks);
    std::iota(blockOrder.begin(), blockOrder.end(), 0);
    std::shuffle(blockOrder.begin(), blockOrder.end(), random);
  }
  for (uint64_t i = 0; i != numBlocks; ++i) {
    uint64_t id = blockOrder.empty() ? i : blockOrder[i];
    for (size_t t = 0; t != numThreads; ++t) {
      threads[t].ctaid[0] = id % grid[0];
      threads[t].ctaid[1] = id / grid[0] % grid[1];
      threads[t].ctaid[2] = id / grid[0] / grid[1];
    }
    beginBlock();
    bool onFibers = kernel->synchronizes || options.shuffleSeed;
    if (!(onFibers ? runBlockOnFibers() : runBlockInLoop()))
      return false;
  }
  return true;
}

void Executor::beginBlock() {
  blockStart = ++interval;
  blockStarts.push_back(blockStart);
  // NaNs, so that a read of what nobody wrote shows in the results.
  for (Region &region : sharedRegions) {
    std::memset(region.begin, 0xff, region.size);
    region.markInitialized(0, region.initialized.size(), false);
  }
  for (size_t t = 0; t != numThreads; ++t) {
    threads[t].open.clear();
    threads[t].groups.clear();
    threads[t].state = Thread::State::Ready;
  }
  for (Warp &warp : warps) {
    warp.arrived = 0;
    warp.epoch = 0;
  }
  alive = numThreads;
  arrived = 0;
}

void Executor::runThread(Thread &thread) {
  kernel->entry(parameters, &thread);
  finishThread(thread);
}

void Executor::finishThread(Thread &thread) {
  thread.state = Thread::State::Done;
  --alive;
}

/// Without barriers, one thread after the other does, on one fiber so that the
/// kernel can be stopped.
bool Executor::runBlockInLoop() {
  Thread &first = threads[0];
  first.fiber.start(
      stacks.getStack(0), stacks.getStackBytes(),
      [](void *argument) {
        auto *self = static_cast<Executor *>(argument);
        for (size_t i = 0; i != self->numThreads; ++i)
          self->runThread(self->threads[i]);
        self->threads[0].fiber.suspend();
      },
      this);
  first.fiber.resume();
  return !stopped;
}

bool Executor::runBlockOnFibers() {
  for (size_t i = 0; i != numThreads; ++i)
    threads[i].fiber.start(
        stacks.getStack(i), stacks.getStackBytes(),
        [](void *argument) {
          auto *thread = static_cast<Thread *>(argument);
          thread->executor->runThread(*thread);
          thread->fiber.suspend();
        },
        &threads[i]);
  while (alive) {
    bool progress = false;
    if (options.shuffleSeed)
      std::shuffle(order.begin(), order.end(), random);
    for (uint32_t index : order) {
      Thread &thread = threads[index];
      if (thread.state != Thread::State::Ready)
        continue;
      progress = true;
      thread.fiber.resume();
      if (stopped)
        return false;
    }
    if (progress || !alive)
      continue;
    if (arrived != alive) {
      reportDeadlock();
      return false;
    }
    // The others have left the kernel without this barrier.
    const Thread &first = threads[barrierThread];
    report(FindingKind::DivergentBarrier, first, first.site,
           llvm::Twine(numThreads - alive) + " of " + llvm::Twine(numThreads) +
               " threads of the block have ended without this barrier");
    releaseBarrier();
  }
  return true;
}

void Executor::releaseBarrier() {
  ++interval;
  arrived = 0;
  for (size_t i = 0; i != numThreads; ++i)
    if (threads[i].state == Thread::State::AtBarrier)
      threads[i].state = Thread::State::Ready;
}

void Executor::reportDeadlock() {
  Thread *atBarrier = nullptr, *atWarp = nullptr;
  size_t numAtWarp = 0;
  for (size_t i = numThreads; i-- != 0;) {
    if (threads[i].state == Thread::State::AtBarrier)
      atBarrier = &threads[i];
    if (threads[i].state != Thread::State::AtWarp)
      continue;
    atWarp = &threads[i];
    ++numAtWarp;
  }
  std::string counts =
      (llvm::Twine(arrived) + " of " + llvm::Twine(numThreads) +
       " threads wait at a barrier, " + llvm::Twine(numAtWarp) +
       " at a warp operation, " + llvm::Twine(numThreads - alive) +
       " have ended: none can go on")
          .str();
  if (atWarp)
    report(FindingKind::DivergentWarp, *atWarp, atWarp->site, counts);
  if (atBarrier)
    report(FindingKind::DivergentBarrier, *atBarrier, atBarrier->site, counts);
}

void Executor::stop(Thread &thread) {
  stopped = true;
  // All threads of a block in a loop share the first one's fiber.
  bool onFibers = kernel->synchronizes || options.shuffleSeed;
  (onFibers ? thread : threads[0]).fiber.suspend();
}

void Executor::barrier(Thread &thread, uint32_t site) {
  thread.site = site;
  if (arrived == 0)
    barrierThread = thread.linear;
  // Aligned barriers: all threads are at the same instruction.
  const Thread &first = threads[barrierThread];
  if (first.site != site)
    report(FindingKind::DivergentBarrier, thread, site,
           "thread " + llvm::Twine(first.linear) +
               " waits at another barrier: " + sites[first.site].text);
  thread.state = Thread::State::AtBarrier;
  if (++arrived == numThreads) {
    releaseBarrier();
    // The last one goes on at once.
    return;
  }
  thread.fiber.suspend();
}
