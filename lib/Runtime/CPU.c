/*===- CPU.c - Does this machine have the instructions? -------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*/

#include "Runtime.h"

#if defined(__x86_64__)

static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t registers[4]) {
  __asm__ volatile("cpuid"
                   : "=a"(registers[0]), "=b"(registers[1]), "=c"(registers[2]),
                     "=d"(registers[3])
                   : "a"(leaf), "c"(subleaf));
}

/* The register sets that the system saves when it switches threads. */
static uint64_t savedRegisters(void) {
  uint32_t registers[4], low, high;
  cpuid(1, 0, registers);
  if (!(registers[2] >> 27 & 1)) /* osxsave */
    return 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static int hasFeature(const struct dlc_rt_cpu_feature *feature,
                      uint64_t saved) {
  uint32_t registers[4];
  cpuid(feature->leaf & 0x80000000u, 0, registers);
  if (registers[0] < feature->leaf)
    return 0;
  cpuid(feature->leaf, feature->subleaf, registers);
  return (registers[feature->reg] >> feature->bit & 1) &&
         (saved & feature->xcr0) == feature->xcr0;
}

#else

static uint64_t savedRegisters(void) { return 0; }

/* The features that the driver lists have a place in x86's cpuid. */
static int hasFeature(const struct dlc_rt_cpu_feature *feature,
                      uint64_t saved) {
  (void)feature;
  (void)saved;
  return 1;
}

#endif

int dlc_rt_check_cpu(const struct dlc_rt_model *model,
                     struct dlc_rt_text *error) {
  uint64_t saved = savedRegisters();
  int missing = 0;
  for (uint64_t i = 0; i < model->num_cpu_features; ++i) {
    const struct dlc_rt_cpu_feature *feature = &model->cpu_features[i];
    if (hasFeature(feature, saved))
      continue;
    dlc_rt_put(error, missing++ ? ", " : "this machine lacks ");
    dlc_rt_put(error, feature->name);
  }
  if (!missing)
    return 1;
  dlc_rt_put(error, ", which this library needs: it was compiled for ");
  dlc_rt_put(error, model->model.cpu);
  return 0;
}
