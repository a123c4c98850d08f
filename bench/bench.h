/* bench.h - what all benchmarks do: hold memory as the program does, read the clock, count rounds,
 * take medians, stop where something fails. All is static. */
#ifndef BT_BENCH_BENCH_H
#define BT_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "core/status.h"

/* As main() of the program does: else every round would pay for its pages anew. */
static inline void keep_freed_memory(void)
{
#if defined(__GLIBC__)
  (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
  (void)mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

/* Seconds of a clock that never goes back. */
static inline double now_s(void)
{
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Ends the program with the error's line. */
static inline void stop_on(bt_status status, const bt_error *err)
{
  if (!status) return;
  (void)fprintf(stderr, "bench: %s\n", err->message);
  exit(1);
}

/* What argv[place] says, 1 .. most; `usual` where it is not given. */
static inline size_t read_rounds(int argc, char **argv, int place, size_t usual, size_t most)
{
  long asked = argc > place ? strtol(argv[place], NULL, 10) : (long)usual;
  return asked < 1 ? 1 : (size_t)asked > most ? most : (size_t)asked;
}

static inline int compare_doubles(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts the values, and gives the middle one; of an even number the upper. */
static inline double sort_to_median(double *values, size_t n)
{
  qsort(values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}

#endif
