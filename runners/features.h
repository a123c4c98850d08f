/* features.h - feature matrices of a universe: one task a ticker loads its bars, computes its
 * columns and writes its files.
 *
 * What is written is the same bytes for any number of workers.
 */
#ifndef BT_RUNNERS_FEATURES_H
#define BT_RUNNERS_FEATURES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runners/feature_folder.h"
#include "runners/job.h"
#include "runners/pool.h"
#include "runners/run.h"
#include "runners/scan.h"

/* With what it is done. */
typedef struct bt_feature_means {
  bt_pool *pool;
  bt_scan *scan;         /* of the job: whole, or begun */
  bt_progress *progress; /* NULL: nobody looks */
  atomic_bool *defined;  /* one a column of the plan, false at first: true where some ticker has a
                            value; NULL: nobody asks */
} bt_feature_means;

typedef struct bt_feature_result {
  size_t n_ok;      /* tickers that were written */
  size_t n_files;   /* matrices and dates */
  uint64_t n_rows;  /* of them all */
  uint64_t n_bytes; /* of these files */
} bt_feature_result;

/* Of a scan that is whole: rejects the tickers without a row, and those whose files would have
 * names that are too long, as bt_features_run does. Errors: NOMEM. */
bt_status bt_features_check(bt_scan *scan, const bt_feature_plan *plan, bt_error *err);

/* Of the job universe, load, span and benchmark are looked at; the plan is about its universe. Rows
 * are the bars of the span on which the ticker belongs to the universe; indicators see all bars
 * before, a return ahead none behind the span. Rejected tickers are left out, as are those without
 * a row and those after whose symbol no file can be named (of a panel none). *result counts what
 * was written also after a failure. Errors: IO, DATA (the folder, see feature_folder.h; every
 * ticker was rejected; a file has changed since it was scanned), NOMEM, THREAD; CANCELLED: tickers
 * that are done stay, of a panel nothing. */
bt_status bt_features_run(bt_feature_result *result, const bt_job *job, const bt_feature_plan *plan,
                          const bt_feature_means *means, bt_error *err);

#endif
