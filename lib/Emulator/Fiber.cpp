//===- Fiber.cpp - Stacks that switch -------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fiber.h"
#include <cstdint>
#include <sys/mman.h>

using namespace dlc::emulator;

#ifdef DLC_FIBER_UCONTEXT

// makecontext passes ints only.
void Fiber::enter(unsigned low, unsigned high) {
  auto *fiber =
      reinterpret_cast<Fiber *>((uintptr_t(high) << 16 << 16) | uintptr_t(low));
  fiber->function(fiber->argument);
}

void Fiber::start(char *stack, size_t bytes, void (*newFunction)(void *),
                  void *newArgument) {
  function = newFunction;
  argument = newArgument;
  getcontext(&own);
  own.uc_stack.ss_sp = stack;
  own.uc_stack.ss_size = bytes;
  own.uc_link = nullptr;
  auto self = reinterpret_cast<uintptr_t>(this);
  makecontext(&own, reinterpret_cast<void (*)()>(enter), 2, unsigned(self),
              unsigned(self >> 16 >> 16));
}

void Fiber::resume() { swapcontext(&resumer, &own); }
void Fiber::suspend() { swapcontext(&own, &resumer); }

#else

// ucontext asks the kernel for the signal mask at every switch, which costs a
// hundred times what the switch does. What a callee must preserve is pushed;
// the stack pointer is all that remains to be exchanged.
extern "C" void dlcEmulatorSwitch(void **save, void *load);
extern "C" void dlcEmulatorEnter();
asm(R"(
  .text
  .globl dlcEmulatorSwitch
  .hidden dlcEmulatorSwitch
  .type dlcEmulatorSwitch, @function
dlcEmulatorSwitch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  retq
  .size dlcEmulatorSwitch, .-dlcEmulatorSwitch

  .globl dlcEmulatorEnter
  .hidden dlcEmulatorEnter
  .type dlcEmulatorEnter, @function
dlcEmulatorEnter:
  movq %r12, %rdi
  callq *%r13
  ud2
  .size dlcEmulatorEnter, .-dlcEmulatorEnter
)");

void Fiber::start(char *stack, size_t bytes, void (*function)(void *),
                  void *argument) {
  auto top = (reinterpret_cast<uintptr_t>(stack) + bytes) & ~uintptr_t(15);
  auto *sp = reinterpret_cast<uintptr_t *>(top);
  *--sp = 0;
  *--sp = 0;
  *--sp = reinterpret_cast<uintptr_t>(&dlcEmulatorEnter);
  *--sp = 0;                                     // rbp
  *--sp = 0;                                     // rbx
  *--sp = reinterpret_cast<uintptr_t>(argument); // r12
  *--sp = reinterpret_cast<uintptr_t>(function); // r13
  *--sp = 0;                                     // r14
  *--sp = 0;                                     // r15
  own = sp;
}

void Fiber::resume() { dlcEmulatorSwitch(&resumer, own); }
void Fiber::suspend() { dlcEmulatorSwitch(&own, resumer); }

#endif

bool FiberStacks::reserve(size_t newCount, size_t bytes) {
  size_t newStride = ((bytes + page - 1) / page + 1) * page;
  // An odd number of pages, so that stacks don't all lie in the same sets of
  // the cache.
  newStride |= page;
  if (newCount <= count && newStride <= stride)
    return true;
  release();
  void *memory = mmap(nullptr, newCount * newStride, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return false;
  base = static_cast<char *>(memory);
  stride = newStride;
  count = newCount;
  for (size_t i = 0; i != count; ++i)
    mprotect(base + i * stride, page, PROT_NONE);
  return true;
}

void FiberStacks::release() {
  if (base)
    munmap(base, count * stride);
  base = nullptr;
  stride = count = 0;
}
