/* bench.h - the clock of the benchmarks, and their end where something fails. All is static. */
#ifndef BT_BENCH_BENCH_H
#define BT_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/status.h"

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

#endif
