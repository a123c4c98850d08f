/* run_end.h - how a run ends in the store. */
#ifndef BT_RUNNERS_RUN_END_H
#define BT_RUNNERS_RUN_END_H

#include "runners/run.h"

/* That every ticker was rejected: DATA, with the first reason. */
bt_status bt_run_fail_rejected(const bt_job *job, const bt_scan *scan, bt_error *err);

typedef struct bt_run_total {
  double elapsed_s;
  uint64_t bar_combos;
} bt_run_total;

/* Ends the run with the status that `status` means (complete, interrupted, failed); the span of
 * window 0 is that of the tickers' evaluated bars. Returns status, or where that is BT_OK what went
 * wrong here. */
bt_status bt_run_end_with(bt_status status, const bt_run_means *means, const bt_run_total *total,
                          bt_error *err);

#endif
