/* plan.h - what a job would do and roughly cost, without doing it. */
#ifndef BT_RUNNERS_PLAN_H
#define BT_RUNNERS_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "runners/job.h"

typedef struct bt_plan {
  size_t n_tickers, n_found; /* found: their files are there */
  size_t n_combos, n_excluded;
  size_t n_windows;        /* of a walk-forward; 0: a sweep */
  uint64_t n_rows;         /* of `metrics`, if no ticker is rejected */
  uint64_t file_bytes;     /* of the files, as they are on disk */
  uint64_t n_bars;         /* estimated from the files' sizes */
  uint64_t memory_bytes;   /* peak, estimated */
  uint64_t database_bytes; /* what the run adds to a new file, estimated */
  double elapsed_s;        /* estimated, within a factor of three or so */
} bt_plan;

/* Looks at the files' sizes, reads none; lets the strategy ask for its indicators. n_windows: 0 for
 * a sweep. Never fails. */
void bt_plan_make(bt_plan *out, const bt_job *job, size_t n_windows, size_t n_workers);

#endif
