/* store.h - results in SQLite: the schema, and everything that is written into it.
 *
 * One thread uses a store at a time (the caller while a run is set up and finished, the writer of
 * runners/writer.h in between). The file is in WAL mode while it is open to write, and a single
 * file again once the last of those that write has closed it; a store that is opened to read
 * changes nothing. Rows are in the database when their transaction is committed; rows between two
 * calls of bt_store_end_batch are committed together or not at all.
 *
 * A write that fails (full disk, I/O error, another process that holds the lock for 10 s) rolls
 * back what is not committed, and every later put and commit of the run fails with the same error.
 * bt_store_end_run may be called all the same. Failures are DATABASE, or NOMEM, with one line:
 * `PATH: table: SQLite's message`.
 */
#ifndef BT_RUNNERS_STORE_H
#define BT_RUNNERS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/grid.h"
#include "core/metrics.h"
#include "core/status.h"
#include "core/time.h"

enum { BT_STORE_SCHEMA_VERSION = 4 };

typedef struct bt_store bt_store;

/* Opens or creates the database at path; a file of 0 bytes is filled. Runs that a killed process
 * left as 'running' become 'interrupted', unless another process has the file open. The caller
 * closes *out with bt_store_close. A file that is refused is left as it was. Errors, each naming
 * the path: IO (a folder, no permission, no such folder), DATABASE (no database, one of another
 * program, an older or newer schema version, locked by another process), NOMEM. */
bt_status bt_store_open(bt_store **out, const char *path, bt_error *err);

/* The same for a file that must be there with its schema; none is made. Errors also: IO (no such
 * file), DATABASE (an empty one). */
bt_status bt_store_open_existing(bt_store **out, const char *path, bt_error *err);

/* The same to read alone: without permission to write, and nothing is written, neither into the
 * file nor beside it; runs that a killed process left are still 'running'. Every function that
 * writes fails. */
bt_status bt_store_open_to_read(bt_store **out, const char *path, bt_error *err);

/* Commits what is open, checkpoints and leaves WAL mode, for which it waits up to half a second for
 * programs that read. Where another process still has the file open, the last of those that write
 * does it. A store opened to read changes nothing. The store is freed whatever the result; NULL is
 * fine. */
bt_status bt_store_close(bt_store *store, bt_error *err);

/* The row of `runs`. Strings but for kind may be NULL for NULL. */
typedef struct bt_run_info {
  const char *kind, *label, *version, *command, *strategy, *universe;
  const char *options_json; /* all that the job depends on; NULL for {} */
  uint64_t seed;            /* 2^63 and more appear negative in SQL */
  size_t jobs, n_tickers, n_combos, n_windows;
} bt_run_info;

/* Inserts the run with status 'running', the metric definitions, the combinations of grid, window 0
 * and the view results_<strategy>, and commits; *run_id is set on success. From now on a row of
 * metrics that is put twice is an error. strategy and grid may be
 * NULL for a run without; with n_windows 0 there is no window 0 either. Errors: USAGE (the view
 * cannot be made: a parameter has the name of a column, a strategy the name of a view), DATABASE,
 * NOMEM; the database is then as before. */
bt_status bt_store_begin_run(bt_store *store, int64_t *run_id, const bt_run_info *info,
                             const bt_strategy *strategy, const bt_grid *grid, bt_error *err);

/* The row of `windows`: inclusive dates, "" for NULL. A row that is there already is replaced: a
 * run that is resumed puts its windows again. */
typedef struct bt_window_row {
  int64_t window_id;
  char train_start[BT_TIME_TEXT_SIZE], train_end[BT_TIME_TEXT_SIZE];
  char test_start[BT_TIME_TEXT_SIZE], test_end[BT_TIME_TEXT_SIZE];
} bt_window_row;
bt_status bt_store_put_window(bt_store *store, int64_t run_id, const bt_window_row *row,
                              bt_error *err);

/* The row of `tickers`. Times as text, "" for NULL. */
typedef struct bt_ticker_row {
  int64_t ticker_id; /* 1 .. n_tickers in universe order; 0 for the portfolio '*' */
  const char *symbol, *path, *reason; /* path, reason: NULL for NULL */
  bool rejected;
  size_t n_bars, rows_skipped;
  const char *first_bar, *last_bar;
  uint64_t content_hash; /* stored as 16 hex digits; 0 for NULL */
} bt_ticker_row;

enum { BT_STORE_HASH_SIZE = 17 };

/* A content hash as it is stored; "" for 0. Returns buffer. */
char *bt_store_hash_text(char buffer[BT_STORE_HASH_SIZE], uint64_t hash);

typedef struct bt_issue_row {
  size_t line;                          /* 0 for NULL */
  const char *time;                     /* as written in the file; "" for NULL */
  const char *kind, *severity, *detail; /* severity: skipped, suspect, rejected */
} bt_issue_row;

/* Rows of `metrics` of one ticker, window and phase. A combo_id of 0 means NULL. */
typedef struct bt_metrics_rows {
  int64_t ticker_id, window_id;
  const char *phase; /* full, train, test, oos */
  const int64_t *combo_ids;
  const bt_metrics *metrics;
  size_t n_rows;
} bt_metrics_rows;

bt_status bt_store_put_ticker(bt_store *store, int64_t run_id, const bt_ticker_row *row,
                              bt_error *err);
/* Makes a ticker that is there a rejected one, with the reason. */
bt_status bt_store_reject_ticker(bt_store *store, int64_t run_id, int64_t ticker_id,
                                 const char *reason, bt_error *err);
bt_status bt_store_put_issue(bt_store *store, int64_t run_id, int64_t ticker_id,
                             const bt_issue_row *row, bt_error *err);
bt_status bt_store_put_metrics(bt_store *store, int64_t run_id, const bt_metrics_rows *rows,
                               bt_error *err);

/* The row of `objective_values`: n_values doubles, one a combination, NaN for NULL. */
typedef struct bt_objectives_row {
  int64_t ticker_id, window_id;
  const char *phase;
  const double *values;
  size_t n_values;
} bt_objectives_row;
bt_status bt_store_put_objectives(bt_store *store, int64_t run_id, const bt_objectives_row *row,
                                  bt_error *err);

typedef struct bt_selection_row {
  int64_t ticker_id, window_id, combo_id; /* combo_id 0: nothing was selected (NULL) */
  const char *objective;
  double train_value, test_value; /* NaN for NULL */
} bt_selection_row;
bt_status bt_store_put_selection(bt_store *store, int64_t run_id, const bt_selection_row *row,
                                 bt_error *err);

/* The row of `walkforward`: of the out-of-sample run of one ticker. */
typedef struct bt_walkforward_row {
  int64_t ticker_id;
  size_t n_windows;
  double efficiency; /* NaN for NULL */
  size_t profitable_windows, n_combos_used;
} bt_walkforward_row;
bt_status bt_store_put_walkforward(bt_store *store, int64_t run_id, const bt_walkforward_row *row,
                                   bt_error *err);

/* Whose trades, points of equity or regimes they are. */
typedef struct bt_result_key {
  int64_t ticker_id, window_id;
  const char *phase; /* static text: full, train, test, oos */
  int64_t combo_id;  /* 0 for NULL */
} bt_result_key;

typedef struct bt_trade_row {
  int side;                  /* +1 long, -1 short */
  int64_t entry_ns, exit_ns; /* an open trade: the last bar's */
  double entry_price, exit_price, shares, pnl, ret;
  size_t n_bars;      /* exit bar - entry bar */
  const char *reason; /* static text: signal, stop, profit, trailing, end */
  bool open;
} bt_trade_row;

/* One bar's close. */
typedef struct bt_equity_point {
  int64_t time_ns;
  double equity, position;
} bt_equity_point;

/* One regime; NaN for NULL. */
typedef struct bt_regime_row {
  const char *regime; /* outlives the call, or the batch that holds the row */
  double n_bars, total_return, cagr, volatility, sharpe, sortino, max_drawdown, exposure;
} bt_regime_row;

/* Rows of one key. daily tells how times print (bt_time_format). Trades are numbered 1, 2, ... in
 * the order given. A trade whose entry price or shares have overflowed, and a point that has, get
 * no row: these columns are never NULL. */
bt_status bt_store_put_trades(bt_store *store, int64_t run_id, const bt_result_key *key, bool daily,
                              const bt_trade_row *rows, size_t n_rows, bt_error *err);
bt_status bt_store_put_equity(bt_store *store, int64_t run_id, const bt_result_key *key, bool daily,
                              const bt_equity_point *points, size_t n_points, bt_error *err);
bt_status bt_store_put_regimes(bt_store *store, int64_t run_id, const bt_result_key *key,
                               const bt_regime_row *rows, size_t n_rows, bt_error *err);

/* The row of `tasks`: number `task`, from 1 on, is done, and what it has put before is committed
 * with it or not at all. */
bt_status bt_store_put_task(bt_store *store, int64_t run_id, size_t task, bt_error *err);

/* Of `combo_stats`: the objective of one combination over the tickers; NaN for NULL. */
typedef struct bt_combo_stats {
  size_t n_tickers; /* tickers with a value */
  double mean, median, p25, p75, lowest, highest, share_positive;
} bt_combo_stats;

/* Rows of combinations that follow each other, of one window and phase. */
typedef struct bt_combo_stats_rows {
  int64_t window_id, first_combo_id;
  const char *phase;
  const bt_combo_stats *stats;
  size_t n_rows;
} bt_combo_stats_rows;
bt_status bt_store_put_combo_stats(bt_store *store, int64_t run_id, const bt_combo_stats_rows *rows,
                                   bt_error *err);

/* Rows put since the last call belong together and are complete: commits when 10,000 rows or more
 * wait. Between batches this is all that is needed. */
bt_status bt_store_end_batch(bt_store *store, bt_error *err);

/* All rows put become durable now. */
bt_status bt_store_commit(bt_store *store, bt_error *err);

/* How a run ended. */
typedef enum bt_run_status { BT_RUN_COMPLETE, BT_RUN_INTERRUPTED, BT_RUN_FAILED } bt_run_status;

typedef struct bt_run_end {
  bt_run_status status;
  double elapsed_s;
  uint64_t bar_combos;
  const char *span_first, *span_last; /* ISO texts of the evaluated span; "" for NULL */
} bt_run_end;

/* Commits, and sets status, finished, elapsed_s, bar_combos and the span of window 0. After a
 * failed write the status becomes 'failed' whatever end says, and that error is returned. */
bt_status bt_store_end_run(bt_store *store, int64_t run_id, const bt_run_end *end, bt_error *err);

#endif
