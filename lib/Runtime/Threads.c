/*===- Threads.c - A context's threads ------------------------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * Fork and join in about a microsecond: threads wait for the next kernel
 * spinning, and sleep only after a while. The caller never waits for a thread
 * that hasn't come: who is late finds the gate closed, and the work done.
 *
 *===----------------------------------------------------------------------===*/

#include "Runtime.h"

/* The C library, without its headers. */
extern int pthread_create(unsigned long *thread, const void *attributes,
                          void *(*start)(void *), void *argument);
extern int pthread_join(unsigned long thread, void **result);
extern int sched_yield(void);
extern int sched_getcpu(void);
extern int sched_getaffinity(int thread, size_t bytes, struct dlc_rt_cpus *);
extern int sched_setaffinity(int thread, size_t bytes,
                             const struct dlc_rt_cpus *);
struct timespec {
  long tv_sec;
  long tv_nsec;
};
extern int clock_gettime(int clock, struct timespec *time);
enum { CLOCK_MONOTONIC = 1 };
extern long syscall(long number, ...);

#if defined(__x86_64__)
enum { FutexCall = 202, GetThreadCall = 186 };
static void pauseSpinning(void) { __builtin_ia32_pause(); }
#elif defined(__aarch64__)
enum { FutexCall = 98, GetThreadCall = 178 };
static void pauseSpinning(void) { __asm__ volatile("isb"); }
#endif
enum { FutexWaitPrivate = 128, FutexWakePrivate = 129 };

dlc_rt_start_threads_fn dlc_rt_start_threads;
dlc_rt_stop_threads_fn dlc_rt_stop_threads;
void dlc_rt_parallel(void *arena, dlc_rt_chunks_fn *function,
                     const void *arguments, int64_t chunks);

/* How long a thread waits spinning: longer than what comes between the kernels
 * that are split, and than a caller takes to run the model again. */
enum { SpinNanoseconds = 200000, SpinsBetweenClocks = 64 };

static const uint64_t Open = (uint64_t)1 << 31, Count = Open - 1;

static uint32_t getEpoch(uint64_t gate) { return (uint32_t)(gate >> 32); }

/* The half of the gate that changes with each job. */
static uint32_t *getEpochWord(struct dlc_rt_pool *pool) {
  return (uint32_t *)&pool->gate + 1; /* little-endian */
}

/*===----------------------------------------------------------------------===*
 * Places
 *===----------------------------------------------------------------------===*/

/* Systems put a thread that is woken on the CPU it slept on, even where the
 * caller runs now and others idle; two that spin there wait for each other's
 * time to end. */

/* Moves a thread (0: the calling one) from `cpu`. False if it may be nowhere
 * else. */
static int moveThread(const struct dlc_rt_pool *pool, int thread, int cpu) {
  enum { Bits = 8 * sizeof pool->allowed.bits[0] };
  struct dlc_rt_cpus cpus = pool->allowed;
  unsigned long any = 0;
  if (cpu < 0 || (size_t)cpu >= 8 * sizeof cpus)
    return 0;
  cpus.bits[cpu / Bits] &= ~(1ul << cpu % Bits);
  for (size_t i = 0; i < sizeof cpus.bits / sizeof cpus.bits[0]; ++i)
    any |= cpus.bits[i];
  return any && !sched_setaffinity(thread, sizeof cpus, &cpus);
}

/* Keeps threads that sleep where the caller runs from waking there. */
static void moveSleepers(struct dlc_rt_pool *pool) {
  for (uint32_t i = 1; i < pool->num_threads; ++i) {
    struct dlc_rt_thread *thread = &pool->threads[i];
    if (__atomic_load_n(&thread->cpu, __ATOMIC_RELAXED) == pool->caller_cpu &&
        moveThread(pool, __atomic_load_n(&thread->id, __ATOMIC_RELAXED),
                   pool->caller_cpu))
      __atomic_store_n(&thread->isMoved, 1, __ATOMIC_RELAXED);
  }
}

/* Looks where the calling thread is, and leaves the caller's CPU. */
static void findPlace(struct dlc_rt_pool *pool, struct dlc_rt_thread *thread) {
  int cpu = sched_getcpu();
  int isMoved = __atomic_exchange_n(&thread->isMoved, 0, __ATOMIC_RELAXED);
  if (cpu == __atomic_load_n(&pool->caller_cpu, __ATOMIC_RELAXED) &&
      moveThread(pool, 0, cpu)) {
    isMoved = 1;
    cpu = sched_getcpu();
  }
  if (isMoved)
    sched_setaffinity(0, sizeof pool->allowed, &pool->allowed);
  __atomic_store_n(&thread->cpu, cpu, __ATOMIC_RELAXED);
}

/*===----------------------------------------------------------------------===*
 * Work
 *===----------------------------------------------------------------------===*/

/* Runs chunks until none is left, own ones first. */
static void runChunks(struct dlc_rt_pool *pool, uint32_t number) {
  for (uint32_t i = 0; i < pool->num_threads; ++i) {
    struct dlc_rt_share *share =
        &pool->shares[(number + i) % pool->num_threads];
    for (;;) {
      int64_t begin =
          __atomic_fetch_add(&share->next, pool->grain, __ATOMIC_RELAXED);
      if (begin >= share->end)
        break;
      int64_t end = begin + pool->grain;
      pool->function(pool->arguments, begin,
                     end < share->end ? end : share->end);
    }
  }
}

/* Opens the gate to the job that the pool describes. */
static void openGate(struct dlc_rt_pool *pool) {
  uint64_t gate = __atomic_load_n(&pool->gate, __ATOMIC_RELAXED);
  gate = (uint64_t)(getEpoch(gate) + 1) << 32 | Open;
  __atomic_store_n(&pool->caller_cpu, sched_getcpu(), __ATOMIC_RELAXED);
  /* Either this store comes before a thread falls asleep, which sees it then,
   * or that thread has counted itself before the load. */
  __atomic_store_n(&pool->gate, gate, __ATOMIC_SEQ_CST);
  if (!__atomic_load_n(&pool->num_sleeping, __ATOMIC_SEQ_CST))
    return;
  moveSleepers(pool);
  syscall(FutexCall, getEpochWord(pool), FutexWakePrivate, 0x7fffffff, 0, 0, 0);
}

/* Lets no more threads in and waits for those that are. */
static void closeGate(struct dlc_rt_pool *pool) {
  uint64_t gate = __atomic_and_fetch(&pool->gate, ~Open, __ATOMIC_ACQUIRE);
  for (uint32_t spins = 1; gate & Count; ++spins) {
    if (spins % SpinsBetweenClocks)
      pauseSpinning();
    else
      sched_yield(); /* it may wait for this very core */
    gate = __atomic_load_n(&pool->gate, __ATOMIC_ACQUIRE);
  }
}

void dlc_rt_parallel(void *arena, dlc_rt_chunks_fn *function,
                     const void *arguments, int64_t chunks) {
  struct dlc_context *context =
      (struct dlc_context *)((char *)arena - dlc_rt_sizes_bytes() -
                             DLC_RT_HEAD_BYTES);
  struct dlc_rt_pool *pool = &context->pool;
  int64_t threads = pool->num_threads;
  if (threads < 2 || chunks < 2) {
    function(arguments, 0, chunks);
    return;
  }
  pool->function = function;
  pool->arguments = arguments;
  pool->grain = (chunks + 4 * threads - 1) / (4 * threads);
  int64_t begin = 0;
  for (int64_t i = 0; i < threads; ++i) {
    int64_t end = chunks * (i + 1) / threads;
    __atomic_store_n(&pool->shares[i].next, begin, __ATOMIC_RELAXED);
    pool->shares[i].end = end;
    begin = end;
  }
  openGate(pool);
  runChunks(pool, 0);
  closeGate(pool);
}

/*===----------------------------------------------------------------------===*
 * Threads
 *===----------------------------------------------------------------------===*/

static uint64_t readClock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Waits for a job after the one of epoch `seen`; returns the gate. */
static uint64_t awaitJob(struct dlc_rt_pool *pool, uint32_t seen) {
  for (;;) {
    uint64_t end = readClock() + SpinNanoseconds;
    do
      for (int spins = 0; spins < SpinsBetweenClocks; ++spins) {
        uint64_t gate = __atomic_load_n(&pool->gate, __ATOMIC_ACQUIRE);
        if (getEpoch(gate) != seen)
          return gate;
        pauseSpinning();
      }
    while (readClock() < end);
    __atomic_fetch_add(&pool->num_sleeping, 1, __ATOMIC_SEQ_CST);
    /* Returns at once if the epoch isn't `seen` any more. */
    syscall(FutexCall, getEpochWord(pool), FutexWaitPrivate, seen, 0, 0, 0);
    __atomic_fetch_sub(&pool->num_sleeping, 1, __ATOMIC_SEQ_CST);
  }
}

static void *work(void *argument) {
  struct dlc_rt_pool *pool = argument;
  uint32_t number = __atomic_add_fetch(&pool->num_started, 1, __ATOMIC_RELAXED);
  struct dlc_rt_thread *thread = &pool->threads[number];
  __atomic_store_n(&thread->id, (int32_t)syscall(GetThreadCall),
                   __ATOMIC_RELAXED);
  uint32_t seen = 0;
  for (;;) {
    uint64_t gate = awaitJob(pool, seen);
    findPlace(pool, thread);
    seen = getEpoch(gate);
    while (getEpoch(gate) == seen && gate & Open &&
           !__atomic_compare_exchange_n(&pool->gate, &gate, gate + 1, 0,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
      ;
    if (getEpoch(gate) != seen || !(gate & Open))
      continue;
    int ends = !pool->function;
    if (!ends)
      runChunks(pool, number);
    __atomic_fetch_sub(&pool->gate, 1, __ATOMIC_RELEASE);
    if (ends)
      return 0;
  }
}

dlc_status dlc_rt_start_threads(struct dlc_context *context,
                                uint32_t num_threads,
                                struct dlc_rt_text *error) {
  struct dlc_rt_pool *pool = &context->pool;
  pool->gate = 0;
  pool->num_sleeping = 0;
  pool->num_started = 0;
  pool->caller_cpu = -1;
  pool->allowed = (struct dlc_rt_cpus){{0}};
  sched_getaffinity(0, sizeof pool->allowed, &pool->allowed);
  for (uint32_t i = 1; i < num_threads; ++i) {
    struct dlc_rt_thread *thread = &pool->threads[i];
    thread->cpu = -1;
    thread->isMoved = 0;
    if (pthread_create(&thread->handle, 0, work, pool)) {
      dlc_rt_put(error, "the system has no thread number ");
      dlc_rt_put_number(error, i + 1);
      return DLC_OUT_OF_MEMORY;
    }
    ++pool->num_threads;
  }
  return DLC_OK;
}

void dlc_rt_stop_threads(struct dlc_context *context) {
  struct dlc_rt_pool *pool = &context->pool;
  if (pool->num_threads < 2)
    return;
  /* A job that each thread has to come to. */
  pool->function = 0;
  openGate(pool);
  for (uint32_t i = 1; i < pool->num_threads; ++i)
    pthread_join(pool->threads[i].handle, 0);
}
