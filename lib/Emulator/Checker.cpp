//===- Checker.cpp - Watches what threads do to memory --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"
#include <algorithm>
#include <cstring>

using namespace dlc;
using namespace dlc::emulator;

Region *Executor::findRegion(Thread &thread, char *address, size_t bytes,
                             uint32_t site) {
  Region *&last = siteRegions[site];
  if (last && last->contains(address, bytes))
    return last;
  for (Region &region : sharedRegions)
    if (region.contains(address, bytes))
      return last = &region;
  if (Region *region = memory.find(address, bytes))
    return last = region;
  return nullptr;
}

void Executor::reportOutOfBounds(Thread &thread, char *address, size_t bytes,
                                 uint32_t site) {
  // Name the region that is meant: the closest one before.
  const Region *nearest = memory.findBefore(address);
  for (const Region &region : sharedRegions)
    if (address >= shared.get() && address < shared.get() + sharedCapacity &&
        address >= region.begin && (!nearest || nearest->begin <= region.begin))
      nearest = &region;
  // Further away than that, it isn't meant.
  constexpr size_t near = 1 << 20;
  if (!nearest || size_t(address - nearest->begin) > nearest->size + near) {
    report(FindingKind::OutOfBounds, thread, site,
           llvm::Twine(bytes) + " bytes at 0x" +
               llvm::Twine::utohexstr(reinterpret_cast<uintptr_t>(address)) +
               ", where nothing is");
    return;
  }
  report(FindingKind::OutOfBounds, thread, site,
         llvm::Twine(bytes) + " bytes at offset " +
             llvm::Twine(address - nearest->begin) + " of " + nearest->name +
             ", which has " + llvm::Twine(nearest->size) + " bytes");
}

void Executor::check(Thread &thread, char *address, size_t bytes,
                     uint32_t alignment, uint32_t site, AccessKind kind) {
  // Of a thread's own variables nobody else knows.
  if (bytes == 0 || stacks.contains(address))
    return;
  if (reinterpret_cast<uintptr_t>(address) & (alignment - 1))
    report(FindingKind::Misaligned, thread, site,
           llvm::Twine(bytes) +
               " bytes at an address that isn't a multiple of " +
               llvm::Twine(alignment));
  Region *region = findRegion(thread, address, bytes, site);
  if (!region) {
    reportOutOfBounds(thread, address, bytes, site);
    // The access itself could hit the emulator.
    stop(thread);
    return;
  }
  size_t offset = address - region->begin;
  if (kind == AccessKind::Load &&
      isCommonLoad(*region, thread, offset, bytes) &&
      region->isInitialized(offset, bytes))
    return;
  if (kind == AccessKind::Store)
    region->markInitialized(offset, bytes);
  checkShadows(thread, *region, offset, bytes, site, kind);
  if (kind == AccessKind::Store || region->isInitialized(offset, bytes))
    return;
  report(FindingKind::Uninitialized, thread, site,
         "reads " + llvm::Twine(bytes) + " bytes at offset " +
             llvm::Twine(offset) + " of " + region->name +
             " that nobody has written");
  // The value is what it is now; an atomic access writes, too.
  region->markInitialized(offset, bytes);
}

/// Calls function(shadow, offset) for the shadows of an access.
template <typename Function>
void Executor::forShadows(Region &region, size_t offset, size_t bytes,
                          Function function) {
  size_t end = offset + bytes;
  while (offset < end) {
    size_t inPage = offset % ShadowPage::bytes;
    size_t count = std::min(end - offset, ShadowPage::bytes - inPage);
    ShadowPage &page = region.getPage(offset, count);
    size_t last = (inPage + count) >> page.shift;
    for (size_t i = inPage >> page.shift; i != last; ++i)
      function(page.shadows[i], offset - inPage + (i << page.shift));
    offset += count;
  }
}

/// True if nothing orders the access before what the thread does now.
bool Executor::conflicts(const Access &access, const Region &region,
                         const Thread &thread) const {
  if (access.interval < (region.shared ? blockStart : launchStart))
    return false;
  if (access.thread & Access::SeveralBlocks)
    return true;
  // Of another block, or before a barrier of this one.
  if (access.interval != interval)
    return access.interval < blockStart;
  if (access.thread & Access::SeveralWarps)
    return true;
  uint32_t other = access.thread & Access::ThreadMask;
  bool sameWarp = other / Warp::lanes == thread.linear / Warp::lanes;
  if (sameWarp && access.warpEpoch != warps[other / Warp::lanes].epoch)
    return false;
  return (access.thread & Access::SeveralLanes) || other != thread.linear;
}

void Executor::reportRace(Thread &thread, const Region &region, size_t offset,
                          uint32_t site, const Access &other,
                          bool otherWrites) {
  std::string who;
  if (other.thread & (Access::SeveralBlocks | Access::SeveralWarps))
    who = "several threads";
  else
    who = "thread " + std::to_string(other.thread & Access::ThreadMask);
  if (other.interval < blockStart) {
    // Blocks ran in this order.
    auto next = std::upper_bound(blockStarts.begin(), blockStarts.end(),
                                 other.interval);
    uint64_t index = next - blockStarts.begin() - 1;
    who += " of block #" +
           std::to_string(blockOrder.empty() ? index : blockOrder[index]);
  }
  report(region.shared ? FindingKind::SharedRace : FindingKind::GlobalRace,
         thread, site,
         "offset " + llvm::Twine(offset) + " of " + region.name + " was " +
             (otherWrites ? "written" : "read") + " by " + who +
             (other.interval < blockStart ? ", which nothing orders"
                                          : " without a barrier in between"));
}

/// True if a write was by this block before the last barrier, or before all
/// blocks.
bool Executor::isSettled(const Access &write, uint32_t oldest) const {
  return write.interval < oldest ||
         (write.interval >= blockStart && write.interval < interval &&
          !(write.thread & Access::Async));
}

/// True if the reads that are known already conflict with all that a read by
/// the thread would.
bool Executor::includesRead(const Access &reads, const Thread &thread,
                            uint32_t oldest) const {
  if ((reads.thread & Access::SeveralBlocks) && reads.interval >= oldest)
    return true;
  if (reads.interval != interval)
    return false;
  if (reads.thread & Access::SeveralWarps)
    return true;
  uint32_t warp = thread.linear / Warp::lanes;
  return (reads.thread & Access::SeveralLanes) &&
         (reads.thread & Access::ThreadMask) / Warp::lanes == warp &&
         reads.warpEpoch == warps[warp].epoch;
}

/// Most loads read what is settled and what others have read just now: nothing
/// is to be noted. This is what the speed of checking hangs on.
bool Executor::isCommonLoad(const Region &region, const Thread &thread,
                            size_t offset, size_t bytes) const {
  const ShadowPage *page = region.pages[offset / ShadowPage::bytes].get();
  size_t inPage = offset % ShadowPage::bytes;
  if (!page || ((offset | bytes) & page->mask) ||
      inPage + bytes > ShadowPage::bytes)
    return false;
  uint32_t oldest = region.shared ? blockStart : launchStart;
  const Shadow *shadow = page->shadows.data() + (inPage >> page->shift);
  const Shadow *end = shadow + (bytes >> page->shift);
  for (; shadow != end; ++shadow)
    if (!isSettled(shadow->write, oldest) ||
        !includesRead(shadow->read, thread, oldest))
      return false;
  return true;
}

/// Makes the access the thread's read, or adds it to reads that nothing orders
/// before it.
void Executor::recordRead(Access &access, const Region &region,
                          const Thread &thread) {
  const Warp &warp = warps[thread.linear / Warp::lanes];
  if (includesRead(access, thread, region.shared ? blockStart : launchStart))
    return;
  uint32_t other = access.thread & Access::ThreadMask;
  Access mine{interval, uint16_t(thread.linear), warp.epoch};
  if (!conflicts(access, region, thread)) {
    access = mine;
    return;
  }
  if (access.interval < blockStart)
    mine.thread |= Access::SeveralBlocks;
  else if (other / Warp::lanes != thread.linear / Warp::lanes)
    mine.thread |= Access::SeveralWarps;
  else
    mine.thread |= Access::SeveralLanes;
  access = mine;
}

void Executor::checkShadows(Thread &thread, Region &region, size_t offset,
                            size_t bytes, uint32_t site, AccessKind kind) {
  uint32_t oldest = region.shared ? blockStart : launchStart;
  bool atomic = kind == AccessKind::Atomic;
  forShadows(region, offset, bytes, [&](Shadow &shadow, size_t at) {
    if (!isSettled(shadow.write, oldest)) {
      if (shadow.write.thread & Access::Async)
        report(FindingKind::MissingWait, thread, site,
               "offset " + llvm::Twine(at) + " of " + region.name +
                   " is being copied to by thread " +
                   llvm::Twine(shadow.write.thread & Access::ThreadMask) +
                   ", which hasn't waited for its cp.async");
      else if (!(atomic && (shadow.write.thread & Access::Atomic)) &&
               conflicts(shadow.write, region, thread))
        reportRace(thread, region, at, site, shadow.write, true);
    }
    if (kind == AccessKind::Load) {
      recordRead(shadow.read, region, thread);
      return;
    }
    if (shadow.read.interval >= oldest &&
        conflicts(shadow.read, region, thread))
      reportRace(thread, region, at, site, shadow.read, false);
    shadow.write = {interval,
                    uint16_t(thread.linear | (atomic ? Access::Atomic : 0)),
                    getWarp(thread).epoch};
  });
}

void Executor::startCopy(Thread &thread, const AsyncCopy &copy) {
  if (options.check) {
    check(thread, copy.to, copy.bytes, copy.bytes, copy.site,
          AccessKind::Store);
    check(thread, const_cast<char *>(copy.from), copy.sourceBytes,
          copy.sourceBytes ? copy.bytes : 1, copy.site, AccessKind::Load);
    setPending(thread, copy);
  }
  thread.open.push_back(copy);
}

/// Until the wait, the bytes are nobody's.
void Executor::setPending(Thread &thread, const AsyncCopy &copy) {
  Region *region = findRegion(thread, copy.to, copy.bytes, copy.site);
  forShadows(
      *region, copy.to - region->begin, copy.bytes,
      [](Shadow &shadow, size_t) { shadow.write.thread |= Access::Async; });
}

void Executor::completeCopy(Thread &thread, const AsyncCopy &copy) {
  std::memcpy(copy.to, copy.from, copy.sourceBytes);
  std::memset(copy.to + copy.sourceBytes, 0, copy.bytes - copy.sourceBytes);
  if (!options.check)
    return;
  Region *region = findRegion(thread, copy.to, copy.bytes, copy.site);
  forShadows(*region, copy.to - region->begin, copy.bytes,
             [&](Shadow &shadow, size_t) {
               shadow.write = {interval, uint16_t(thread.linear),
                               getWarp(thread).epoch};
             });
}

void Executor::waitForCopies(Thread &thread, size_t allowedGroups) {
  while (thread.groups.size() > allowedGroups) {
    for (const AsyncCopy &copy : thread.groups.front())
      completeCopy(thread, copy);
    thread.groups.pop_front();
  }
}
