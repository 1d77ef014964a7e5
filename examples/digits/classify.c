/*===- classify.c - A program that uses a compiled model ----------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * Classifies handwritten digits with the library that dlc made of digits.onnx:
 *
 *   dlc compile examples/digits/digits.onnx -o libdigits.so
 *   cc -O2 -I. -o classify examples/digits/classify.c -L. -ldigits
 *   ./classify examples/digits/images.idx examples/digits/labels.idx
 * libdigits.so
 *
 * What belongs to the model is in `main`: create, run, destroy.
 *
 *===----------------------------------------------------------------------===*/

#define _POSIX_C_SOURCE 200809L
#include "digits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { SIDE = 28, PIXELS = SIDE * SIDE, CLASSES = 10, SHOWN = 6, PER_ROW = 3 };

/* Reads a file of MNIST's idx format: a header of `header` bytes, whose second
 * word is the number of items, then the items, `size` bytes each. */
static unsigned char *readIdx(const char *path, long header, long size,
                              long *count) {
  unsigned char word[8];
  FILE *file = fopen(path, "rb");
  if (!file || fread(word, 1, 8, file) != 8) {
    fprintf(stderr, "can't read %s\n", path);
    exit(1);
  }
  *count = (long)word[4] << 24 | word[5] << 16 | word[6] << 8 | word[7];
  unsigned char *items = malloc((size_t)(*count * size));
  if (!items || fseek(file, header, SEEK_SET) != 0 ||
      fread(items, (size_t)size, (size_t)*count, file) != (size_t)*count) {
    fprintf(stderr, "%s is no idx file, or cut short\n", path);
    exit(1);
  }
  fclose(file);
  return items;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compareDoubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static int largest(const float *values, int count) {
  int best = 0;
  for (int i = 1; i < count; ++i)
    if (values[i] > values[best])
      best = i;
  return best;
}

/* Prints pictures side by side: two pixels in a character, one above the
 * other. The outermost pixels of a digit are always empty. */
static void printPictures(const unsigned char *images, const long *which,
                          long count) {
  static const char *const blocks[] = {" ", "▀", "▄", "█"};
  for (int y = 2; y < SIDE - 2; y += 2) {
    for (long i = 0; i < count; ++i) {
      const unsigned char *row = images + which[i] * PIXELS + y * SIDE;
      for (int x = 2; x < SIDE - 2; ++x)
        fputs(blocks[(row[x] > 100) + 2 * (row[SIDE + x] > 100)], stdout);
      fputs("  ", stdout);
    }
    putchar('\n');
  }
}

/* The pictures of some digits, and below each what the model says. */
static void show(const unsigned char *images, const unsigned char *labels,
                 const int *guesses, const float *certainty, const long *which,
                 long count) {
  for (long i = 0; i < count; i += PER_ROW) {
    long n = count - i < PER_ROW ? count - i : PER_ROW;
    printPictures(images, which + i, n);
    for (long j = i; j < i + n; ++j) {
      char text[64];
      int length = snprintf(text, sizeof(text), "%d (%.1f %%)",
                            guesses[which[j]], 100.0 * certainty[which[j]]);
      if (guesses[which[j]] != labels[which[j]])
        snprintf(text + length, sizeof(text) - (size_t)length, ", it is a %d",
                 labels[which[j]]);
      printf("   %-23s", text);
    }
    printf("\n\n");
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s IMAGES.idx LABELS.idx [LIBRARY]\n", argv[0]);
    return 2;
  }
  long count, numLabels;
  unsigned char *images = readIdx(argv[1], 16, PIXELS, &count);
  unsigned char *labels = readIdx(argv[2], 8, 1, &numLabels);
  if (count != numLabels || count == 0) {
    fprintf(stderr, "%ld images but %ld labels\n", count, numLabels);
    return 1;
  }
  int *guesses = calloc((size_t)count, sizeof(int));
  float *certainty = calloc((size_t)count, sizeof(float));
  double *times = calloc((size_t)count, sizeof(double));
  if (!guesses || !certainty || !times)
    return 1;

  /* A context holds the memory of the model; running allocates none. */
  char error[256] = "";
  dlc_options options = DLC_OPTIONS_INIT;
  options.error = error;
  options.error_bytes = sizeof(error);
  dlc_context *context;
  if (digits_create(&options, &context) != DLC_OK) {
    fprintf(stderr, "can't create a context: %s\n", error);
    return 1;
  }

  long right = 0, wrong = 0, shown[SHOWN];
  for (long i = 0; i < count; ++i) {
    float image[PIXELS], probabilities[CLASSES];
    for (int p = 0; p < PIXELS; ++p)
      image[p] = (float)images[i * PIXELS + p] / 255.0f;

    double start = seconds();
    if (digits_run(context, image, probabilities) != DLC_OK) {
      fprintf(stderr, "can't run: %s\n", digits_last_error(context));
      return 1;
    }
    times[i] = seconds() - start;

    guesses[i] = largest(probabilities, CLASSES);
    certainty[i] = probabilities[guesses[i]];
    /* To be shown: the first ones, and the first mistakes. */
    if (guesses[i] != labels[i] && wrong++ < SHOWN / 2)
      shown[SHOWN / 2 + wrong - 1] = i;
    else if (guesses[i] == labels[i] && right++ < SHOWN / 2)
      shown[right - 1] = i;
  }
  digits_destroy(context);

  printf("\nThe first digits, and the first mistakes:\n\n");
  show(images, labels, guesses, certainty, shown,
       right < SHOWN / 2 ? right : SHOWN / 2);
  show(images, labels, guesses, certainty, shown + SHOWN / 2,
       wrong < SHOWN / 2 ? wrong : SHOWN / 2);
  printf("accuracy  %.2f %% (%ld of %ld digits)\n",
         100.0 * (double)right / (double)count, right, count);
  qsort(times, (size_t)count, sizeof(double), compareDoubles);
  printf("latency   %.1f us per digit (median)\n", 1e6 * times[count / 2]);
  struct stat status;
  if (argc > 3 && stat(argv[3], &status) == 0)
    printf("library   %.0f KB, weights included\n",
           (double)status.st_size / 1000.0);
  free(images);
  free(labels);
  free(guesses);
  free(certainty);
  free(times);
  return 0;
}
