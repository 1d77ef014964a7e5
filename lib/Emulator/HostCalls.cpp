//===- HostCalls.cpp - What retargeted kernels call -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostCalls.h"
#include "Executor.h"

using namespace dlc::emulator;

static Thread &getThread(ThreadContext *context) {
  return *static_cast<Thread *>(context);
}

static void barrier(ThreadContext *context, uint32_t site) {
  Thread &thread = getThread(context);
  thread.executor->barrier(thread, site);
}

static void warpOperation(ThreadContext *context, uint32_t op, uint32_t site,
                          uint32_t mask, const void *arguments,
                          uint32_t argumentBytes, void *result,
                          uint32_t resultBytes) {
  Thread &thread = getThread(context);
  thread.executor->warpOperation(thread, static_cast<WarpOp>(op), site, mask,
                                 arguments, argumentBytes, result, resultBytes);
}

static void copy(ThreadContext *context, char *to, const char *from,
                 uint32_t bytes, uint32_t sourceBytes, uint32_t site) {
  Thread &thread = getThread(context);
  thread.executor->startCopy(
      thread, {to, from, bytes, std::min(sourceBytes, bytes), site});
}

static void commit(ThreadContext *context) {
  Thread &thread = getThread(context);
  thread.groups.push_back(std::move(thread.open));
  thread.open.clear();
}

static void wait(ThreadContext *context, uint32_t allowedGroups) {
  Thread &thread = getThread(context);
  thread.executor->waitForCopies(thread, allowedGroups);
}

static void check(ThreadContext *context, char *address, uint64_t bytes,
                  uint32_t alignment, uint32_t site, uint32_t kind) {
  Thread &thread = getThread(context);
  thread.executor->check(thread, address, bytes, alignment, site,
                         static_cast<AccessKind>(kind));
}

llvm::ArrayRef<hostcalls::HostCall> hostcalls::getAll() {
  static const HostCall calls[] = {
      {hostcalls::barrier, reinterpret_cast<void *>(::barrier)},
      {hostcalls::warp, reinterpret_cast<void *>(::warpOperation)},
      {hostcalls::copy, reinterpret_cast<void *>(::copy)},
      {hostcalls::commit, reinterpret_cast<void *>(::commit)},
      {hostcalls::wait, reinterpret_cast<void *>(::wait)},
      {hostcalls::check, reinterpret_cast<void *>(::check)},
  };
  return calls;
}
