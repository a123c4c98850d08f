/* The rows of a run: one prepared statement a table, executed inside the open transaction. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/store_internal.h"

static const struct {
  const char *table, *sql;
} statements[BT_STATEMENT_COUNT] = {
    [BT_STATEMENT_TICKER] = {"tickers",
                             "INSERT INTO tickers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_REJECT_TICKER] = {"tickers", "UPDATE tickers SET status = 'rejected', reason = ?"
                                               " WHERE run_id = ? AND ticker_id = ?"},
    [BT_STATEMENT_ISSUE] = {"data_issues", "INSERT INTO data_issues VALUES (?, ?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_REMOVE_ISSUES] = {"data_issues",
                                    "DELETE FROM data_issues WHERE run_id = ? AND kind = ?"},
    [BT_STATEMENT_METRICS] = {"metrics",
                              "INSERT INTO metrics SELECT ?, ?, ?, ?, * FROM pending_metrics"},
    [BT_STATEMENT_OBJECTIVES] = {"objective_values",
                                 "INSERT INTO objective_values VALUES (?, ?, ?, ?, ?)"},
    [BT_STATEMENT_SELECTION] = {"selections",
                                "INSERT INTO selections VALUES (?, ?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_COMBO_STATS] = {"combo_stats",
                                  "INSERT INTO combo_stats SELECT ?, ?, ?, * FROM pending_stats"},
    [BT_STATEMENT_WINDOW] = {"windows", "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_WALKFORWARD] = {"walkforward",
                                  "INSERT INTO walkforward VALUES (?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_TRADE] = {"trades", "INSERT INTO trades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                                      " ?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_EQUITY] = {"equity", "INSERT INTO equity VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_REGIME] = {"regime_metrics",
                             "INSERT INTO regime_metrics VALUES (?, ?, ?, ?, ?, ?,"
                             " ?, ?, ?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_OPTION] =
        {"option_prices", "INSERT INTO option_prices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                          "?, ?, ?, ?, ?)"},
    [BT_STATEMENT_SIMULATION] =
        {"simulations",
         "INSERT INTO simulations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    [BT_STATEMENT_MOMENT] = {"simulation_moments",
                             "INSERT INTO simulation_moments VALUES (?, ?, ?, ?, ?)"},
    [BT_STATEMENT_TASK] = {"tasks", "INSERT INTO tasks VALUES (?, ?, ?)"},
    [BT_STATEMENT_READ_OBJECTIVES] = {"objective_values",
                                      "SELECT value FROM objective_values WHERE run_id = ?"
                                      " AND ticker_id = ? AND window_id = ? AND phase = ?"},
};

/* A failed write ends the run's writing: see store_internal.h. */
static bt_status give_up(bt_store *store, bt_status status, const bt_error *failure, bt_error *err)
{
  if (!store->failure.status) {
    bt_store__rollback(store);
    store->failure = *failure;
  }
  if (err) *err = *failure;
  return status;
}

bt_status bt_store__open_statement(bt_store_binder *out, bt_store *store, bt_store_statement which,
                                   bt_error *err)
{
  sqlite3_stmt **slot = &store->statements[which];
  if (!*slot && sqlite3_prepare_v3(store->db, statements[which].sql, -1, SQLITE_PREPARE_PERSISTENT,
                                   slot, NULL) != SQLITE_OK)
    return bt_store__fail(store, statements[which].table, err);
  *out = (bt_store_binder){*slot, 0, SQLITE_OK};
  return BT_OK;
}

bt_status bt_store__begin_row(bt_store_binder *out, bt_store *store, bt_store_statement which,
                              bt_error *err)
{
  bt_error failure;
  bt_status status = bt_store__begin(store, &failure);
  if (!status) status = bt_store__open_statement(out, store, which, &failure);
  return status ? give_up(store, status, &failure, err) : BT_OK;
}

bt_status bt_store__end_row(bt_store *store, const bt_store_binder *binder,
                            bt_store_statement which, bt_error *err)
{
  bt_error failure;
  bt_status status = bt_store__step(store, binder, statements[which].table, &failure);
  if (status) return give_up(store, status, &failure, err);
  store->n_uncommitted++;
  return BT_OK;
}

char *bt_store_hash_text(char buffer[BT_STORE_HASH_SIZE], uint64_t hash)
{
  buffer[0] = '\0';
  if (hash) (void)snprintf(buffer, BT_STORE_HASH_SIZE, "%016llx", (unsigned long long)hash);
  return buffer;
}

bt_status bt_store_put_ticker(bt_store *store, int64_t run_id, const bt_ticker_row *row,
                              bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_TICKER, err);
  if (status) return status;
  char hash[BT_STORE_HASH_SIZE];
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, row->ticker_id);
  bt_store__bind_text(&b, row->symbol);
  bt_store__bind_text(&b, row->path);
  bt_store__bind_text(&b, row->rejected ? "rejected" : "ok");
  bt_store__bind_text(&b, row->reason);
  bt_store__bind_int(&b, (int64_t)row->n_bars);
  bt_store__bind_filled(&b, row->first_bar);
  bt_store__bind_filled(&b, row->last_bar);
  bt_store__bind_int(&b, (int64_t)row->rows_skipped);
  bt_store__bind_filled(&b, bt_store_hash_text(hash, row->content_hash));
  return bt_store__end_row(store, &b, BT_STATEMENT_TICKER, err);
}

bt_status bt_store_reject_ticker(bt_store *store, int64_t run_id, int64_t ticker_id,
                                 const char *reason, bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_REJECT_TICKER, err);
  if (status) return status;
  bt_store__bind_text(&b, reason);
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, ticker_id);
  return bt_store__end_row(store, &b, BT_STATEMENT_REJECT_TICKER, err);
}

bt_status bt_store_put_issue(bt_store *store, int64_t run_id, int64_t ticker_id,
                             const bt_issue_row *row, bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_ISSUE, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, ticker_id);
  bt_store__bind_id(&b, (int64_t)row->line);
  bt_store__bind_filled(&b, row->time);
  bt_store__bind_text(&b, row->kind);
  bt_store__bind_text(&b, row->severity);
  bt_store__bind_text(&b, row->detail);
  return bt_store__end_row(store, &b, BT_STATEMENT_ISSUE, err);
}

/* Executes a statement that stores n_rows rows of a virtual table. */
static bt_status end_pending(bt_store *store, const bt_store_binder *binder,
                             bt_store_statement which, size_t n_rows, bt_error *err)
{
  bt_status status = bt_store__end_row(store, binder, which, err);
  store->pending = (bt_store_pending){NULL, NULL};
  if (!status) store->n_uncommitted += n_rows - 1; /* one is counted */
  return status;
}

bt_status bt_store_put_metrics(bt_store *store, int64_t run_id, const bt_metrics_rows *rows,
                               bt_error *err)
{
  bt_store_binder b;
  if (rows->n_rows == 0) return BT_OK;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_METRICS, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, rows->ticker_id);
  bt_store__bind_int(&b, rows->window_id);
  bt_store__bind_text(&b, rows->phase);
  store->pending.metrics = rows;
  return end_pending(store, &b, BT_STATEMENT_METRICS, rows->n_rows, err);
}

bt_status bt_store_put_combo_stats(bt_store *store, int64_t run_id, const bt_combo_stats_rows *rows,
                                   bt_error *err)
{
  bt_store_binder b;
  if (rows->n_rows == 0) return BT_OK;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_COMBO_STATS, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, rows->window_id);
  bt_store__bind_text(&b, rows->phase);
  store->pending.stats = rows;
  return end_pending(store, &b, BT_STATEMENT_COMBO_STATS, rows->n_rows, err);
}

/* One bit pattern for every NaN, infinities included: equal results are equal bytes. */
static uint64_t canonical_bits(double value)
{
  uint64_t bits = UINT64_C(0x7ff8000000000000);
  if (isfinite(value)) memcpy(&bits, &value, sizeof bits);
  return bits;
}

static unsigned char *encode(const double *values, size_t n_values)
{
  unsigned char *bytes = malloc(n_values ? n_values * 8 : 1);
  if (!bytes) return NULL;
  for (size_t i = 0; i < n_values; i++) {
    uint64_t bits = canonical_bits(values[i]);
    for (size_t k = 0; k < 8; k++) bytes[i * 8 + k] = (unsigned char)(bits >> (8 * k));
  }
  return bytes;
}

bt_status bt_store_put_objectives(bt_store *store, int64_t run_id, const bt_objectives_row *row,
                                  bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_OBJECTIVES, err);
  if (status) return status;
  unsigned char *bytes = encode(row->values, row->n_values);
  if (!bytes) {
    bt_error failure;
    status = bt_fail_nomem(&failure, "objective values");
    return give_up(store, status, &failure, err);
  }
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, row->ticker_id);
  bt_store__bind_int(&b, row->window_id);
  bt_store__bind_text(&b, row->phase);
  /* SQLite frees the bytes when they are bound anew, or at once when binding fails. */
  int rc = sqlite3_bind_blob64(b.statement, ++b.column, bytes, row->n_values * 8, free);
  if (b.rc == SQLITE_OK) b.rc = rc;
  status = bt_store__end_row(store, &b, BT_STATEMENT_OBJECTIVES, err);
  (void)sqlite3_clear_bindings(b.statement);
  return status;
}

bt_status bt_store_put_selection(bt_store *store, int64_t run_id, const bt_selection_row *row,
                                 bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_SELECTION, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, row->ticker_id);
  bt_store__bind_int(&b, row->window_id);
  bt_store__bind_id(&b, row->combo_id);
  bt_store__bind_text(&b, row->objective);
  bt_store__bind_real(&b, row->train_value);
  bt_store__bind_real(&b, row->test_value);
  return bt_store__end_row(store, &b, BT_STATEMENT_SELECTION, err);
}

bt_status bt_store_put_window(bt_store *store, int64_t run_id, const bt_window_row *row,
                              bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_WINDOW, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, row->window_id);
  bt_store__bind_filled(&b, row->train_start);
  bt_store__bind_filled(&b, row->train_end);
  bt_store__bind_filled(&b, row->test_start);
  bt_store__bind_filled(&b, row->test_end);
  return bt_store__end_row(store, &b, BT_STATEMENT_WINDOW, err);
}

bt_status bt_store_put_walkforward(bt_store *store, int64_t run_id, const bt_walkforward_row *row,
                                   bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_WALKFORWARD, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, row->ticker_id);
  bt_store__bind_int(&b, (int64_t)row->n_windows);
  bt_store__bind_real(&b, row->efficiency);
  bt_store__bind_int(&b, (int64_t)row->profitable_windows);
  bt_store__bind_int(&b, (int64_t)row->n_combos_used);
  return bt_store__end_row(store, &b, BT_STATEMENT_WALKFORWARD, err);
}

bt_status bt_store_put_task(bt_store *store, int64_t run_id, size_t task, bt_error *err)
{
  bt_store_binder b;
  char now[BT_TIME_TEXT_SIZE];
  bt_status status = bt_store__begin_row(&b, store, BT_STATEMENT_TASK, err);
  if (status) return status;
  bt_store__bind_int(&b, run_id);
  bt_store__bind_int(&b, (int64_t)task);
  bt_store__bind_text(&b, bt_store__now_text(now));
  return bt_store__end_row(store, &b, BT_STATEMENT_TASK, err);
}
