#include "runners/store_resume.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "runners/store_internal.h"

/* ---- going on ------------------------------------------------------------------------------- */

/* Tables with rows of ticker 0. */
static const char *const tables_of_0[] = {"regime_metrics",   "equity",      "trades",
                                          "metrics",          "walkforward", "selections",
                                          "objective_values", "data_issues", "tickers"};

static bt_status check_unfinished(const bt_store *store, int64_t run_id, bt_error *err)
{
  char ended[BT_STORE_STATUS_SIZE];
  bt_status status = bt_store__read_status(ended, store, run_id, err);
  if (status || strcmp(ended, "complete") != 0) return status;
  return bt_fail(err, BT_ERR_USAGE, "%s: run %lld is complete", store->path, (long long)run_id);
}

static bt_status mark_running(const bt_store *store, int64_t run_id, bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__prepare(&b, store,
                                       "UPDATE runs SET status = 'running', finished = NULL,"
                                       " elapsed_s = NULL, bar_combos = NULL WHERE run_id = ?",
                                       err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  status = bt_store__step(store, &b, "runs", err);
  sqlite3_finalize(b.statement);
  return status;
}

bt_status bt_store_reopen_run(bt_store *store, int64_t run_id, bt_error *err)
{
  store->failure.status = BT_OK; /* that of an earlier run */
  bt_status status = bt_store__begin(store, err);
  if (!status) status = check_unfinished(store, run_id, err);
  if (!status) status = bt_store__delete_rows(store, "combo_stats", "", run_id, err);
  for (size_t i = 0; i < sizeof tables_of_0 / sizeof *tables_of_0 && !status; i++)
    status = bt_store__delete_rows(store, tables_of_0[i], " AND ticker_id = 0", run_id, err);
  if (!status) status = bt_store__create_metrics_key(store, err);
  if (!status) status = mark_running(store, run_id, err);
  return bt_store__settle(store, status, err);
}

bt_status bt_store_remove_issues(bt_store *store, int64_t run_id, const char *kind, bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_REMOVE_ISSUES, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_text(&b, kind);
  return bt_store__end_row(store, &b, BT_STATEMENT_REMOVE_ISSUES, err);
}

/* ---- what is done --------------------------------------------------------------------------- */

static bt_status mark_done(bool *done, size_t n_tasks, const bt_store *store,
                           const bt_store_binder *row, bt_error *err)
{
  int64_t task = sqlite3_column_int64(row->statement, 0);
  if (task < 1 || (uint64_t)task > n_tasks)
    return bt_fail(err, BT_ERR_DATABASE, "%s: tasks: there is a task %lld of %zu", store->path,
                   (long long)task, n_tasks);
  done[task - 1] = true;
  return BT_OK;
}

bt_status bt_store_read_tasks(bool *done, size_t n_tasks, bt_store *store, int64_t run_id,
                              bt_error *err)
{
  bt_store_binder b;
  for (size_t i = 0; i < n_tasks; i++) done[i] = false;
  bt_status status = bt_store__prepare(&b, store, "SELECT task FROM tasks WHERE run_id = ?", err);
  if (!status) bt_store__bind_int(&b, run_id);
  while (bt_store__next(&status, store, &b, "tasks", err))
    status = mark_done(done, n_tasks, store, &b, err);
  sqlite3_finalize(b.statement);
  return status;
}

/* ---- tickers -------------------------------------------------------------------------------- */

void bt_ticker_records_free(bt_ticker_record *records, size_t n)
{
  for (size_t i = 0; records && i < n; i++) {
    free(records[i].symbol);
    free(records[i].path);
    free(records[i].reason);
  }
  free(records);
}

static const char tickers_sql[] =
    "SELECT ticker_id, n_bars, content_hash, symbol, path, reason FROM tickers"
    " WHERE run_id = ? AND ticker_id > 0 ORDER BY ticker_id";

/* False when memory is out; *out can be freed all the same. */
static bool read_ticker(bt_ticker_record *out, const bt_store_binder *row)
{
  sqlite3_stmt *s = row->statement;
  *out = (bt_ticker_record){.ticker_id = sqlite3_column_int64(s, 0),
                            .n_bars = (size_t)sqlite3_column_int64(s, 1)};
  bt_store__copy_short(out->content_hash, sizeof out->content_hash, row, 2);
  bool ok = bt_store__copy_text(&out->symbol, row, 3);
  ok = bt_store__copy_text(&out->path, row, 4) && ok;
  return bt_store__copy_text(&out->reason, row, 5) && ok;
}

static bt_status append_ticker(bt_ticker_record **records, size_t *n, const bt_store_binder *row,
                               bt_error *err)
{
  bt_ticker_record *longer = bt_grow(*records, *n, sizeof *longer);
  if (!longer) return bt_fail_nomem(err, "tickers");
  *records = longer;
  return read_ticker(&longer[(*n)++], row) ? BT_OK : bt_fail_nomem(err, "tickers");
}

bt_status bt_store_read_tickers(bt_ticker_record **out, size_t *n, bt_store *store, int64_t run_id,
                                bt_error *err)
{
  bt_store_binder b;
  bt_ticker_record *records = NULL;
  size_t count = 0;
  bt_status status = bt_store__prepare(&b, store, tickers_sql, err);
  if (!status) bt_store__bind_int(&b, run_id);
  while (bt_store__next(&status, store, &b, "tickers", err))
    status = append_ticker(&records, &count, &b, err);
  sqlite3_finalize(b.statement);
  if (status) {
    bt_ticker_records_free(records, count);
    return status;
  }
  *out = records;
  *n = count;
  return BT_OK;
}

/* ---- objectives ----------------------------------------------------------------------------- */

static void decode(double *values, const unsigned char *bytes, size_t n_values)
{
  for (size_t i = 0; i < n_values; i++) {
    uint64_t bits = 0;
    for (size_t k = 0; k < 8; k++) bits |= (uint64_t)bytes[i * 8 + k] << (8 * k);
    memcpy(&values[i], &bits, sizeof bits);
  }
}

static bt_status read_blob(double *values, size_t n_values, const bt_store *store,
                           const bt_store_binder *row, bt_error *err)
{
  const void *bytes = sqlite3_column_blob(row->statement, 0);
  int size = sqlite3_column_bytes(row->statement, 0);
  if ((size_t)size != n_values * 8)
    return bt_fail(err, BT_ERR_DATABASE, "%s: objective_values: %d bytes are not %zu values",
                   store->path, size, n_values);
  if (size > 0 && !bytes) return bt_fail_nomem(err, "objective values");
  decode(values, bytes, n_values);
  return BT_OK;
}

/* NOLINTNEXTLINE(readability-function-size): an array and its length are one thing */
bt_status bt_store_read_objectives(double *values, bool *found, size_t n_values, bt_store *store,
                                   int64_t run_id, const bt_result_key *key, bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__open_statement(&b, store, BT_STATEMENT_READ_OBJECTIVES, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, key->ticker_id);
  bt_store__bind_int(&b, key->window_id);
  bt_store__bind_text(&b, key->phase);
  status = bt_store__fetch(found, store, &b, "objective_values", err);
  if (!status && *found) status = read_blob(values, n_values, store, &b, err);
  (void)sqlite3_reset(b.statement);
  return status;
}

/* ---- selections ----------------------------------------------------------------------------- */

static const char selections_sql[] =
    "SELECT ticker_id, window_id, combo_id, train_value, test_value FROM selections"
    " WHERE run_id = ? AND ticker_id BETWEEN 1 AND ? AND window_id BETWEEN 1 AND ?";

static void read_selection(bt_selection_row *rows, size_t n_windows, const bt_store_binder *b)
{
  sqlite3_stmt *s = b->statement;
  bt_selection_row row = {.ticker_id = sqlite3_column_int64(s, 0),
                          .window_id = sqlite3_column_int64(s, 1),
                          .combo_id = sqlite3_column_int64(s, 2), /* NULL: 0 */
                          .train_value = bt_store__get_real(b, 3),
                          .test_value = bt_store__get_real(b, 4)};
  rows[(size_t)(row.ticker_id - 1) * n_windows + (size_t)(row.window_id - 1)] = row;
}

bt_status bt_store_read_selections(bt_selection_row *rows, size_t n_tickers, size_t n_windows,
                                   bt_store *store, int64_t run_id, bt_error *err)
{
  bt_store_binder b;
  for (size_t i = 0; i < n_tickers * n_windows; i++)
    rows[i] =
        (bt_selection_row){.combo_id = -1, .train_value = (double)NAN, .test_value = (double)NAN};
  bt_status status = bt_store__prepare(&b, store, selections_sql, err);
  if (!status) {
    bt_store__bind_int(&b, run_id);
    bt_store__bind_int(&b, (int64_t)n_tickers);
    bt_store__bind_int(&b, (int64_t)n_windows);
  }
  while (bt_store__next(&status, store, &b, "selections", err)) read_selection(rows, n_windows, &b);
  sqlite3_finalize(b.statement);
  return status;
}

/* ---- walk-forward --------------------------------------------------------------------------- */

static const char walkforward_sql[] =
    "SELECT ticker_id, n_windows, efficiency, profitable_windows, n_combos_used FROM walkforward"
    " WHERE run_id = ? AND ticker_id BETWEEN 1 AND ?";

bt_status bt_store_read_walkforward(bt_walkforward_row *rows, size_t n_tickers, bt_store *store,
                                    int64_t run_id, bt_error *err)
{
  bt_store_binder b;
  for (size_t i = 0; i < n_tickers; i++) rows[i] = (bt_walkforward_row){0};
  bt_status status = bt_store__prepare(&b, store, walkforward_sql, err);
  if (!status) {
    bt_store__bind_int(&b, run_id);
    bt_store__bind_int(&b, (int64_t)n_tickers);
  }
  while (bt_store__next(&status, store, &b, "walkforward", err)) {
    sqlite3_stmt *s = b.statement;
    int64_t ticker_id = sqlite3_column_int64(s, 0);
    rows[ticker_id - 1] =
        (bt_walkforward_row){.ticker_id = ticker_id,
                             .n_windows = (size_t)sqlite3_column_int64(s, 1),
                             .efficiency = bt_store__get_real(&b, 2),
                             .profitable_windows = (size_t)sqlite3_column_int64(s, 3),
                             .n_combos_used = (size_t)sqlite3_column_int64(s, 4)};
  }
  sqlite3_finalize(b.statement);
  return status;
}

/* ---- regimes -------------------------------------------------------------------------------- */

void bt_regime_records_free(bt_regime_record *records, size_t n)
{
  for (size_t i = 0; records && i < n; i++)
    if (i == 0 || records[i].regime != records[i - 1].regime) free(records[i].regime);
  free(records);
}

static const char regimes_sql[] =
    "SELECT regime, n_bars, total_return, sharpe, exposure FROM regime_metrics WHERE run_id = ?"
    " AND phase = ? AND window_id = 0 AND ticker_id > 0 ORDER BY regime, ticker_id";

/* The regime of a row: the text of the record before where it is the same, else a new one. NULL
 * when memory is out. */
static char *regime_of(const bt_regime_record *before, const bt_store_binder *b)
{
  const char *text = (const char *)sqlite3_column_text(b->statement, 0);
  if (!text) return NULL;
  return before && strcmp(before->regime, text) == 0 ? before->regime : strdup(text);
}

static bt_status append_regime(bt_regime_record **records, size_t *n, const bt_store_binder *b,
                               bt_error *err)
{
  bt_regime_record *longer = bt_grow(*records, *n, sizeof *longer);
  if (!longer) return bt_fail_nomem(err, "regimes");
  *records = longer;
  char *regime = regime_of(*n > 0 ? &longer[*n - 1] : NULL, b);
  if (!regime) return bt_fail_nomem(err, "regimes");
  longer[(*n)++] = (bt_regime_record){.regime = regime,
                                      .n_bars = (uint64_t)sqlite3_column_int64(b->statement, 1),
                                      .total_return = bt_store__get_real(b, 2),
                                      .sharpe = bt_store__get_real(b, 3),
                                      .exposure = bt_store__get_real(b, 4)};
  return BT_OK;
}

bt_status bt_store_read_regimes(bt_regime_record **out, size_t *n, bt_store *store, int64_t run_id,
                                const char *phase, bt_error *err)
{
  bt_store_binder b;
  bt_regime_record *records = NULL;
  size_t count = 0;
  bt_status status = bt_store__prepare(&b, store, regimes_sql, err);
  if (!status) {
    bt_store__bind_int(&b, run_id);
    bt_store__bind_text(&b, phase);
  }
  while (bt_store__next(&status, store, &b, "regime_metrics", err))
    status = append_regime(&records, &count, &b, err);
  sqlite3_finalize(b.statement);
  if (status) {
    bt_regime_records_free(records, count);
    return status;
  }
  *out = records;
  *n = count;
  return BT_OK;
}

/* ---- numbers of rows ------------------------------------------------------------------------ */

/* sql: a query of one number, up to the number of the run. */
static bt_status count(uint64_t *out, const bt_store *store, const char *sql, int64_t run_id,
                       bt_error *err)
{
  char query[128];
  int64_t n = 0;
  (void)snprintf(query, sizeof query, "%s%lld", sql, (long long)run_id);
  bt_status status = bt_store__query_int(&n, store, query, err);
  *out = status ? 0 : (uint64_t)n;
  return status;
}

bt_status bt_store_count_unselected(uint64_t *out, bt_store *store, int64_t run_id, bt_error *err)
{
  return count(out, store,
               "SELECT count(*) FROM selections WHERE ticker_id > 0 AND combo_id IS NULL"
               " AND run_id = ",
               run_id, err);
}

bt_status bt_store_count_metrics(uint64_t *out, bt_store *store, int64_t run_id, bt_error *err)
{
  return count(out, store, "SELECT count(*) FROM metrics WHERE run_id = ", run_id, err);
}

bt_status bt_store_count_tasks(uint64_t *out, bt_store *store, int64_t run_id, bt_error *err)
{
  return count(out, store, "SELECT count(*) FROM tasks WHERE run_id = ", run_id, err);
}
