//===- Memory.cpp - Device memory and what is known of it -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"
#include <cstdlib>
#include <cstring>

using namespace dlc::emulator;

void ShadowPage::refine(unsigned newShift) {
  std::vector<Shadow> finer(bytes >> newShift);
  for (size_t i = 0; i != finer.size(); ++i)
    finer[i] = shadows[i >> (shift - newShift)];
  shadows = std::move(finer);
  shift = newShift;
  mask = (size_t(1) << shift) - 1;
}

Region::Region(llvm::StringRef name, char *begin, size_t size, bool watched)
    : name(name), begin(begin), size(size) {
  if (watched) {
    initialized.resize(size);
    pages.resize(llvm::divideCeil(size, ShadowPage::bytes));
  }
}

ShadowPage &Region::makePage(size_t offset, size_t bytes) {
  std::unique_ptr<ShadowPage> &page = pages[offset / ShadowPage::bytes];
  if (!page)
    page = std::make_unique<ShadowPage>();
  if ((offset | bytes) & page->mask)
    page->refine(llvm::countr_zero(offset | bytes));
  return *page;
}

bool Region::isInitialized(size_t offset, size_t bytes) const {
  const uint8_t *flags = initialized.data() + offset;
  // Words are what most accesses are made of.
  uint32_t all = 0x01010101;
  for (; bytes >= sizeof(all); bytes -= sizeof(all), flags += sizeof(all)) {
    uint32_t word;
    std::memcpy(&word, flags, sizeof(word));
    all &= word;
  }
  return all == 0x01010101 && (bytes == 0 || !std::memchr(flags, 0, bytes));
}

void Region::markInitialized(size_t offset, size_t bytes, bool value) {
  if (!initialized.empty())
    std::memset(initialized.data() + offset, value, bytes);
}

void Region::forgetAccesses() {
  for (std::unique_ptr<ShadowPage> &page : pages)
    page.reset();
}

Memory::~Memory() {
  for (auto &[begin, entry] : regions)
    std::free(entry.owned);
}

void *Memory::allocate(size_t bytes) {
  // cuMemAlloc promises 256 bytes.
  constexpr size_t alignment = 256;
  if (bytes > (size_t(1) << 46))
    return nullptr;
  size_t padded = llvm::alignTo(bytes, alignment) + 2 * guardBytes;
  auto *memory = static_cast<char *>(std::aligned_alloc(alignment, padded));
  if (!memory)
    return nullptr;
  std::memset(memory, 0xff, padded);
  char *begin = memory + guardBytes;
  std::string name = ("allocation #" + llvm::Twine(numAllocations++)).str();
  regions[reinterpret_cast<uintptr_t>(begin)] = {
      std::make_unique<Region>(name, begin, bytes, watched), memory};
  return begin;
}

bool Memory::release(void *address) {
  auto found = regions.find(reinterpret_cast<uintptr_t>(address));
  if (found == regions.end() || !found->second.owned)
    return false;
  std::free(found->second.owned);
  regions.erase(found);
  return true;
}

void Memory::addGlobal(llvm::StringRef name, void *address, size_t bytes) {
  auto region = std::make_unique<Region>(name, static_cast<char *>(address),
                                         bytes, watched);
  region->markInitialized(0, bytes);
  regions[reinterpret_cast<uintptr_t>(address)] = {std::move(region), nullptr};
}

Region *Memory::findBefore(const void *address) {
  auto next = regions.upper_bound(reinterpret_cast<uintptr_t>(address));
  return next == regions.begin() ? nullptr
                                 : std::prev(next)->second.region.get();
}

Region *Memory::find(const void *address, size_t bytes) {
  Region *region = findBefore(address);
  return region && region->contains(static_cast<const char *>(address), bytes)
             ? region
             : nullptr;
}

void Memory::forgetAccesses() {
  for (auto &[begin, entry] : regions)
    entry.region->forgetAccesses();
}
