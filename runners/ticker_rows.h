/* ticker_rows.h - the rows of `tickers` and `data_issues` that a scan gives. */
#ifndef BT_RUNNERS_TICKER_ROWS_H
#define BT_RUNNERS_TICKER_ROWS_H

#include "runners/scan.h"
#include "runners/store.h"

/* A ticker that was looked at; its id is 1 + its index in the universe. */
typedef struct bt_found_ticker {
  const bt_universe_entry *ticker;
  const bt_scan_entry *entry; /* NULL: none */
  int64_t ticker_id;
} bt_found_ticker;

/* The kind of issue of a ticker that the portfolio goes without. */
#define BT_PORTFOLIO_ISSUE "left_out"

/* Puts the rows of one ticker, gaps among them as far as they are known. Errors: those of the
 * store. */
bt_status bt_ticker_rows_put_one(bt_store *store, int64_t run_id, const bt_found_ticker *found,
                                 bt_error *err);

/* Makes a ticker whose row is there a rejected one. Errors: those of the store. */
bt_status bt_ticker_rows_reject(bt_store *store, int64_t run_id, const bt_found_ticker *fallen,
                                bt_error *err);

/* Puts the rows of every ticker of a whole scan and commits: all of them or, after a failure, none.
 * Errors: those of the store. */
bt_status bt_ticker_rows_put(bt_store *store, int64_t run_id, const bt_job *job,
                             const bt_scan *scan, bt_error *err);

/* The same for a run that goes on: of the tickers that have no rows yet, and of all their gaps,
 * which a run that looks at tickers in passing knows in its end. Tickers on which the strategy has
 * failed are rejected in the scan, too. Errors also: NOMEM. */
bt_status bt_ticker_rows_complete(bt_store *store, int64_t run_id, bt_scan *scan, bt_error *err);

/* Puts the gaps of every ticker, which have no rows yet. Errors: those of the store. */
bt_status bt_ticker_rows_put_gaps(bt_store *store, int64_t run_id, const bt_scan *scan,
                                  bt_error *err);

#endif
