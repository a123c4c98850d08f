/* feature_ticker.h - the feature matrix of one ticker, from its bars to its files. */
#ifndef BT_RUNNERS_FEATURE_TICKER_H
#define BT_RUNNERS_FEATURE_TICKER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/block.h"
#include "runners/feature_folder.h"
#include "runners/feature_panel.h"
#include "runners/job.h"

/* Of what it is made. */
typedef struct bt_feature_ticker {
  const bt_bars *bars;
  size_t index; /* in the universe */
  const bt_job *job;
  const bt_feature_plan *plan;
  bt_spare *spare;      /* memory of indicators and values is taken from here; NULL: it is new */
  atomic_bool *defined; /* one a column: set where it has a value; NULL: nobody asks */
} bt_feature_ticker;

/* Computes its rows: values and times, or with plan->csv their lines. The caller clears *out with
 * bt_feature_part_clear, after success alone. Errors: NOMEM. */
bt_status bt_feature_ticker_compute(bt_feature_part *out, const bt_feature_ticker *ticker,
                                    bt_error *err);

/* Writes the files of a ticker that is no part of a panel; *n_bytes is their size. Errors: IO,
 * NOMEM. */
bt_status bt_feature_ticker_write(uint64_t *n_bytes, const bt_feature_part *part,
                                  const bt_feature_folder *folder, size_t index, bt_error *err);

#endif
