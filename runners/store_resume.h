/* store_resume.h - what a run that was broken off has left: read back, and made to go on.
 *
 * A task's rows are committed with its row in `tasks`, so what is there of a ticker belongs to a
 * task that is done. What the end of a run writes, over all tickers, is removed and written anew.
 */
#ifndef BT_RUNNERS_STORE_RESUME_H
#define BT_RUNNERS_STORE_RESUME_H

#include "runners/store.h"

/* Makes an interrupted or failed run 'running' again, and removes what its end has written or may
 * have: combo_stats and every row of ticker 0. All or nothing. The view results_<strategy> is left
 * as it is: the newest run of a strategy has made it. Errors: NOT_FOUND (no such run), USAGE (it is
 * complete), DATABASE (also where another process writes it), NOMEM. */
bt_status bt_store_reopen_run(bt_store *store, int64_t run_id, bt_error *err);

/* Removes a run's data_issues of one kind, in the open transaction. Errors: those of a put. */
bt_status bt_store_remove_issues(bt_store *store, int64_t run_id, const char *kind, bt_error *err);

/* done[task - 1] for tasks 1 .. n_tasks. Errors: DATABASE (also a task beyond these), NOMEM. */
bt_status bt_store_read_tasks(bool *done, size_t n_tasks, bt_store *store, int64_t run_id,
                              bt_error *err);

/* What tells from a row of `tickers` whether its file is the same. Texts are owned, NULL for NULL.
 */
typedef struct bt_ticker_record {
  int64_t ticker_id;
  char *symbol, *path;
  size_t n_bars;
  char content_hash[BT_STORE_HASH_SIZE]; /* "" for NULL */
  char *reason;                          /* why it was rejected; owned, NULL where it was not */
} bt_ticker_record;

/* The tickers 1 and up stored so far, in rising order of ticker_id. The caller frees *out with
 * bt_ticker_records_free. Errors: DATABASE, NOMEM. */
bt_status bt_store_read_tickers(bt_ticker_record **out, size_t *n, bt_store *store, int64_t run_id,
                                bt_error *err);
void bt_ticker_records_free(bt_ticker_record *records, size_t n); /* NULL is fine */

/* Fills values[0 .. n_values - 1], NaN for NULL; combo_id of the key is not looked at. *found is
 * false, and values are left alone, where there is no such row. Errors: DATABASE (also another
 * number of values), NOMEM. */
bt_status bt_store_read_objectives(double *values, bool *found, size_t n_values, bt_store *store,
                                   int64_t run_id, const bt_result_key *key, bt_error *err);

/* Selections of tickers 1 .. n_tickers in windows 1 .. n_windows at rows[(ticker_id - 1) *
 * n_windows
 * + window_id - 1]: combo_id -1 where there is no row and 0 for NULL, the values NaN for both;
 * objective is NULL. Errors: DATABASE, NOMEM. */
bt_status bt_store_read_selections(bt_selection_row *rows, size_t n_tickers, size_t n_windows,
                                   bt_store *store, int64_t run_id, bt_error *err);

/* The rows of `walkforward` of tickers 1 .. n_tickers at rows[ticker_id - 1]; ticker_id 0 where
 * there is none. Errors: DATABASE, NOMEM. */
bt_status bt_store_read_walkforward(bt_walkforward_row *rows, size_t n_tickers, bt_store *store,
                                    int64_t run_id, bt_error *err);

/* What is summarised of a row of `regime_metrics`; NaN for NULL. */
typedef struct bt_regime_record {
  char *regime; /* owned by all records of it together */
  uint64_t n_bars;
  double total_return, sharpe, exposure;
} bt_regime_record;

/* Those of tickers 1 and up in window 0 and this phase, by regime and then by ticker. Records of
 * one regime follow each other and have the same `regime`. The caller frees *out with
 * bt_regime_records_free. Errors: DATABASE, NOMEM. */
bt_status bt_store_read_regimes(bt_regime_record **out, size_t *n, bt_store *store, int64_t run_id,
                                const char *phase, bt_error *err);
void bt_regime_records_free(bt_regime_record *records, size_t n); /* NULL is fine */

/* How many selections of tickers 1 and up have no combination. Errors: DATABASE, NOMEM. */
bt_status bt_store_count_unselected(uint64_t *out, bt_store *store, int64_t run_id, bt_error *err);

/* How many rows of `metrics`, of `tasks` a run has. Errors: DATABASE, NOMEM. */
bt_status bt_store_count_metrics(uint64_t *out, bt_store *store, int64_t run_id, bt_error *err);
bt_status bt_store_count_tasks(uint64_t *out, bt_store *store, int64_t run_id, bt_error *err);

#endif
