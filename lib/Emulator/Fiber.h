//===- Fiber.h - Stacks that switch -----------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EMULATOR_FIBER_H
#define DLC_LIB_EMULATOR_FIBER_H

#include <cstddef>

#if !defined(__x86_64__) || defined(DLC_EMULATOR_UCONTEXT)
#define DLC_FIBER_UCONTEXT 1
#include <ucontext.h>
#endif

namespace dlc::emulator {

/// A function with a stack of its own, which runs in turns with its resumer.
class Fiber {
public:
  /// Makes resume() call `function(argument)` on the stack, from its begin. A
  /// fiber that was suspended before is forgotten where it stood.
  void start(char *stack, size_t bytes, void (*function)(void *),
             void *argument);

  /// Runs the fiber until it suspends itself. Its function must suspend at the
  /// end and not return.
  void resume();

  /// Goes back to resume(). Called on the fiber.
  void suspend();

private:
#ifdef DLC_FIBER_UCONTEXT
  static void enter(unsigned low, unsigned high);
  ucontext_t own, resumer;
  void (*function)(void *);
  void *argument;
#else
  void *own = nullptr;
  void *resumer = nullptr;
#endif
};

/// Equal stacks for many fibers, each with a page below that faults.
class FiberStacks {
public:
  FiberStacks() = default;
  FiberStacks(const FiberStacks &) = delete;
  ~FiberStacks() { release(); }

  /// Makes room for `count` stacks of at least `bytes`; false without memory.
  bool reserve(size_t count, size_t bytes);
  char *getStack(size_t index) const { return base + index * stride + page; }
  size_t getStackBytes() const { return stride - page; }
  bool contains(const char *address) const {
    return address >= base && address < base + count * stride;
  }

private:
  void release();
  static constexpr size_t page = 4096;
  char *base = nullptr;
  size_t stride = 0, count = 0;
};

} // namespace dlc::emulator

#endif // DLC_LIB_EMULATOR_FIBER_H
