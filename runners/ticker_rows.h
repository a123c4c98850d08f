/* ticker_rows.h - the rows of `tickers` and `data_issues` that a scan gives. */
#ifndef BT_RUNNERS_TICKER_ROWS_H
#define BT_RUNNERS_TICKER_ROWS_H

#include "runners/scan.h"
#include "runners/store.h"

/* Puts the rows of every ticker and commits: all of them or, after a failure, none. Errors: those
 * of the store. */
bt_status bt_ticker_rows_put(bt_store *store, int64_t run_id, const bt_job *job,
                             const bt_scan *scan, bt_error *err);

#endif
