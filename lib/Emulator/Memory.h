//===- Memory.h - Device memory and what is known of it ---------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EMULATOR_MEMORY_H
#define DLC_LIB_EMULATOR_MEMORY_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dlc::emulator {

/// Who touched a byte last, and when. Time is counted in intervals: the time
/// between two barriers of one block is one interval, and no two blocks share
/// an interval.
struct Access {
  /// What the number of a thread is combined with.
  enum : uint16_t {
    ThreadMask = 0x3ff,
    SeveralLanes = 0x400, // of the thread's warp
    SeveralWarps = 0x800,
    SeveralBlocks = 0x1000,
    Async = 0x4000, // an asynchronous copy that is still under way
    Atomic = 0x8000,
  };
  uint32_t interval = 0;
  uint16_t thread = 0;
  /// The number of synchronizations the thread's warp had made.
  uint16_t warpEpoch = 0;
};

/// What is known of a word, or of a part of it.
struct Shadow {
  Access write, read;
};

/// The shadows of a piece of memory. They stand for words until something
/// smaller is accessed.
struct ShadowPage {
  static constexpr unsigned bytes = 1024;
  unsigned shift = 2; // log2 of the bytes a shadow stands for
  size_t mask = 3;    // of the address within these
  std::vector<Shadow> shadows;

  ShadowPage() : shadows(bytes >> 2) {}
  /// Lets shadows stand for 1 << newShift bytes.
  void refine(unsigned newShift);
};

/// A piece of memory that is all the kernels may touch there: an allocation, a
/// global variable, or a block's shared memory.
struct Region {
  std::string name;
  char *begin = nullptr;
  size_t size = 0;
  bool shared = false;
  /// One byte for each byte: 1 if it was written. Empty: not watched.
  std::vector<uint8_t> initialized;
  std::vector<std::unique_ptr<ShadowPage>> pages;

  Region(llvm::StringRef name, char *begin, size_t size, bool watched);

  bool contains(const char *address, size_t bytes) const {
    return address >= begin && bytes <= size &&
           size_t(address - begin) <= size - bytes;
  }
  /// The shadows of the page with the offset, fine enough for an access of
  /// these bytes at it.
  ShadowPage &getPage(size_t offset, size_t bytes) {
    ShadowPage *page = pages[offset / ShadowPage::bytes].get();
    if (page && ((offset | bytes) & page->mask) == 0)
      return *page;
    return makePage(offset, bytes);
  }
  bool isInitialized(size_t offset, size_t bytes) const;
  void markInitialized(size_t offset, size_t bytes, bool value = true);
  /// Forgets all accesses.
  void forgetAccesses();

private:
  ShadowPage &makePage(size_t offset, size_t bytes);
};

/// The global memory.
class Memory {
public:
  explicit Memory(bool watched) : watched(watched) {}
  Memory(const Memory &) = delete;
  ~Memory();

  /// Memory filled with NaNs that no kernel has written; null without memory.
  void *allocate(size_t bytes);
  /// False if there is no such allocation.
  bool release(void *address);
  /// Memory that is there already, and written.
  void addGlobal(llvm::StringRef name, void *address, size_t bytes);
  /// The region that holds all of these bytes, or null.
  Region *find(const void *address, size_t bytes);
  /// The last region that begins at or before the address, or null.
  Region *findBefore(const void *address);
  void forgetAccesses();

private:
  /// Allocations lie this far apart at least, so that an access behind one
  /// doesn't hit the next.
  static constexpr size_t guardBytes = 4096;
  struct Entry {
    std::unique_ptr<Region> region;
    void *owned; // to be freed
  };
  bool watched;
  unsigned numAllocations = 0;
  std::map<uintptr_t, Entry> regions; // by begin
};

} // namespace dlc::emulator

#endif // DLC_LIB_EMULATOR_MEMORY_H
