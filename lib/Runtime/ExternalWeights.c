/*===- ExternalWeights.c - Weights in a file of their own -----------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * Linked only into models whose weights are external: others need no files.
 *
 *===----------------------------------------------------------------------===*/

#include "Runtime.h"

/* The C library on Linux, without its headers. */
typedef struct {
  const char *dli_fname;
  void *dli_fbase;
  const char *dli_sname;
  void *dli_saddr;
} Dl_info;
extern int dladdr(const void *address, Dl_info *info);
extern int open(const char *path, int flags, ...);
extern int close(int file);
extern int64_t lseek(int file, int64_t offset, int whence);
extern void *mmap(void *address, size_t bytes, int protection, int flags,
                  int file, int64_t offset);
extern int munmap(void *address, size_t bytes);

enum {
  ReadOnly = 0,
  CloseOnExec = 02000000,
  SeekEnd = 2,
  ProtectRead = 1,
  MapShared = 1,
  MaxPath = 4096
};

dlc_rt_map_weights_fn dlc_rt_map_weights;
dlc_rt_unmap_weights_fn dlc_rt_unmap_weights;

static int sameBytes(const void *a, const void *b, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i)
    if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i])
      return 0;
  return 1;
}

/* The path of the weights beside the library that this code is part of. */
static int defaultPath(const struct dlc_rt_model *model, char path[MaxPath]) {
  Dl_info info;
  struct dlc_rt_text text = {path, path + MaxPath - 1};
  const char *name = "";
  if (dladdr(model, &info) && info.dli_fname)
    name = info.dli_fname;
  dlc_rt_put(&text, name);
  while (text.at != path && text.at[-1] != '/')
    --text.at;
  *text.at = 0;
  dlc_rt_put(&text, model->weights_file);
  return text.at < text.end;
}

static dlc_status fail(struct dlc_rt_text *error, const char *path,
                       const char *what) {
  dlc_rt_put(error, "weights file ");
  dlc_rt_put(error, path);
  dlc_rt_put(error, " ");
  dlc_rt_put(error, what);
  return DLC_BAD_WEIGHTS;
}

static const char *checkHead(const struct dlc_rt_model *model,
                             const struct dlc_rt_weights_head *head) {
  if (!sameBytes(head->magic, DLC_RT_WEIGHTS_MAGIC, sizeof head->magic))
    return "isn't a weights file of dlc";
  if (head->bytes != model->model.weights_bytes ||
      !sameBytes(head->id, model->weights_id, sizeof head->id))
    return "belongs to another model";
  return 0;
}

dlc_status dlc_rt_map_weights(const struct dlc_rt_model *model,
                              const char *given, struct dlc_rt_mapping *mapping,
                              struct dlc_rt_text *error) {
  char buffer[MaxPath];
  const char *path = given;
  if (!path) {
    if (!defaultPath(model, buffer))
      return fail(error, buffer, "has too long a path");
    path = buffer;
  }
  int file = open(path, ReadOnly | CloseOnExec);
  if (file < 0)
    return fail(error, path, "can't be opened");
  int64_t bytes = lseek(file, 0, SeekEnd);
  if (bytes < 0 ||
      (uint64_t)bytes != DLC_RT_WEIGHTS_OFFSET + model->model.weights_bytes) {
    close(file);
    return fail(error, path, "has another size than the model's weights");
  }
  void *base = mmap(0, (size_t)bytes, ProtectRead, MapShared, file, 0);
  close(file);
  if (base == (void *)-1)
    return fail(error, path, "can't be mapped");
  mapping->base = base;
  mapping->bytes = (size_t)bytes;
  mapping->weights = (const char *)base + DLC_RT_WEIGHTS_OFFSET;
  const char *wrong = checkHead(model, base);
  if (wrong) {
    dlc_rt_unmap_weights(mapping);
    return fail(error, path, wrong);
  }
  return DLC_OK;
}

void dlc_rt_unmap_weights(struct dlc_rt_mapping *mapping) {
  munmap(mapping->base, mapping->bytes);
}
