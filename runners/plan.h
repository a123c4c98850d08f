/* plan.h - what a job would do and roughly cost, without doing it. */
#ifndef BT_RUNNERS_PLAN_H
#define BT_RUNNERS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runners/job.h"
#include "runners/scan.h"

typedef struct bt_plan {
  size_t n_tickers, n_found; /* found: their files are there */
  size_t n_combos, n_excluded;
  size_t n_computed;       /* tickers that are not known to be rejected */
  size_t n_windows;        /* 1: a sweep's whole span */
  bool walks;              /* a walk-forward */
  bool is_scanned;         /* the files were read */
  uint64_t n_rows;         /* of `metrics`, of the computed tickers */
  uint64_t file_bytes;     /* of the files, as they are on disk */
  uint64_t n_bars;         /* of the computed tickers; estimated from the files' sizes, unless
                              scanned */
  uint64_t memory_bytes;   /* peak, estimated */
  uint64_t database_bytes; /* what the run adds to a new file, estimated */
  double elapsed_s;        /* estimated, within a factor of three or so */
} bt_plan;

/* Looks at the files' sizes, or at a scan of them where there is one (NULL: none), reads none; lets
 * the strategy ask for its indicators. n_windows: 0 for a sweep. Never fails. */
void bt_plan_make(bt_plan *out, const bt_job *job, const bt_scan *scan, size_t n_windows,
                  size_t n_workers);

#endif
