/* Beginning and ending a run, and the index of `metrics`.
 *
 * The unique index on the natural key is there before the first row, and kept up to date row by
 * row. Rows come ticker by ticker, nearly in the order of the key, so they go to its right edge:
 * 0.3 us a row while others compute, where building it in the end takes 0.4 us for every row of the
 * file, and nothing else can be done meanwhile. A row stored twice fails where it is put.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "runners/schema.h"
#include "runners/store_internal.h"

char *bt_store__now_text(char buffer[BT_TIME_TEXT_SIZE])
{
  return bt_time_format(buffer, (int64_t)time(NULL) * BT_NS_PER_SECOND, false);
}

static bt_status insert_run(int64_t *run_id, const bt_store *store, const bt_run_info *info,
                            bt_error *err)
{
  bt_store_binder b;
  char now[BT_TIME_TEXT_SIZE];
  bt_status status =
      bt_store__prepare(&b, store,
                        "INSERT INTO runs (kind, label, status, created, version, command,"
                        " strategy, universe, options, seed, jobs, n_tickers, n_combos,"
                        " n_windows) VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        err);
  if (status) return status;
  bt_store__bind_text(&b, info->kind);
  bt_store__bind_text(&b, info->label);
  bt_store__bind_text(&b, bt_store__now_text(now));
  bt_store__bind_text(&b, info->version);
  bt_store__bind_text(&b, info->command);
  bt_store__bind_text(&b, info->strategy);
  bt_store__bind_text(&b, info->universe);
  bt_store__bind_text(&b, info->options_json ? info->options_json : "{}");
  bt_store__bind_int(&b, (int64_t)info->seed); /* the same 64 bits */
  bt_store__bind_int(&b, (int64_t)info->jobs);
  bt_store__bind_int(&b, (int64_t)info->n_tickers);
  bt_store__bind_int(&b, (int64_t)info->n_combos);
  bt_store__bind_int(&b, (int64_t)info->n_windows);
  status = bt_store__step(store, &b, "runs", err);
  if (!status) *run_id = sqlite3_last_insert_rowid(store->db);
  sqlite3_finalize(b.statement);
  return status;
}

/* Of Monte Carlo jobs. */
static const bt_metric_info result_defs[] = {
#define X(name, unit, definition, source) {name, unit, definition, source, false},
#include "runners/montecarlo/result_defs.def"
#undef X
};
enum { RESULT_DEF_COUNT = sizeof result_defs / sizeof result_defs[0] };

static bt_status insert_metric_defs(const bt_store *store, const char *kind, bt_error *err)
{
  const bool paths = strcmp(kind, "option") == 0 || strcmp(kind, "simulate") == 0;
  const int n = BT_METRIC_COUNT + (paths ? RESULT_DEF_COUNT : 0);
  bt_store_binder b;
  bt_status status =
      bt_store__prepare(&b, store, "INSERT OR REPLACE INTO metric_defs VALUES (?, ?, ?, ?)", err);
  for (int i = 0; i < n && !status; i++) {
    const bt_metric_info info =
        i < BT_METRIC_COUNT ? bt_metric_describe((bt_metric)i) : result_defs[i - BT_METRIC_COUNT];
    b.column = 0;
    bt_store__bind_text(&b, info.name);
    bt_store__bind_text(&b, info.unit);
    bt_store__bind_text(&b, info.definition);
    bt_store__bind_text(&b, info.source);
    status = bt_store__step(store, &b, "metric_defs", err);
  }
  sqlite3_finalize(b.statement);
  return status;
}

static bt_status insert_combos(const bt_store *store, int64_t run_id, const bt_grid *grid,
                               bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__prepare(&b, store, "INSERT INTO combos VALUES (?, ?, ?)", err);
  for (size_t i = 0; i < bt_grid_count(grid) && !status; i++) {
    char *params = bt_grid_params_json(grid, i);
    b.column = 0;
    bt_store__bind_int(&b, run_id);
    bt_store__bind_int(&b, (int64_t)i + 1);
    bt_store__bind_text(&b, params);
    status = params ? bt_store__step(store, &b, "combos", err) : bt_fail_nomem(err, "parameters");
    free(params);
  }
  sqlite3_finalize(b.statement);
  return status;
}

static bt_status insert_window_0(const bt_store *store, int64_t run_id, bt_error *err)
{
  char sql[96];
  (void)snprintf(sql, sizeof sql, "INSERT INTO windows (run_id, window_id) VALUES (%lld, 0)",
                 (long long)run_id);
  return bt_store__exec(store, sql, err);
}

bt_status bt_store__create_metrics_key(const bt_store *store, bt_error *err)
{
  return bt_store__exec(store, bt_schema__create_metrics_key, err);
}

bt_status bt_store_begin_run(bt_store *store, int64_t *run_id, const bt_run_info *info,
                             const bt_strategy *strategy, const bt_grid *grid, bt_error *err)
{
  int64_t id = 0;
  store->failure.status = BT_OK; /* that of an earlier run */
  bt_status status = bt_store__begin(store, err);
  if (status) return status;
  status = bt_store__create_metrics_key(store, err);
  if (!status) status = insert_run(&id, store, info, err);
  if (!status) status = insert_metric_defs(store, info->kind, err);
  if (!status && grid) status = insert_combos(store, id, grid, err);
  if (!status && info->n_windows > 0) status = insert_window_0(store, id, err);
  if (!status && strategy) status = bt_store__create_strategy_view(store, strategy, err);
  status = bt_store__settle(store, status, err);
  if (!status) *run_id = id;
  return status;
}

static bt_status update_run(const bt_store *store, int64_t run_id, const bt_run_end *end,
                            bt_run_status run_status, bt_error *err)
{
  static const char *const names[] = {"complete", "interrupted", "failed"};
  bt_store_binder b;
  char now[BT_TIME_TEXT_SIZE];
  bt_status status = bt_store__prepare(&b, store,
                                       "UPDATE runs SET status = ?, finished = ?, elapsed_s = ?,"
                                       " bar_combos = ? WHERE run_id = ?",
                                       err);
  if (status) return status;
  bt_store__bind_text(&b, names[run_status]);
  bt_store__bind_text(&b, bt_store__now_text(now));
  bt_store__bind_real(&b, end->elapsed_s);
  bt_store__bind_int(&b, (int64_t)end->bar_combos);
  bt_store__bind_int(&b, run_id);
  status = bt_store__step(store, &b, "runs", err);
  sqlite3_finalize(b.statement);
  return status;
}

static bt_status update_window_0(const bt_store *store, int64_t run_id, const bt_run_end *end,
                                 bt_error *err)
{
  bt_store_binder b;
  bt_status status = bt_store__prepare(&b, store,
                                       "UPDATE windows SET test_start = ?, test_end = ?"
                                       " WHERE run_id = ? AND window_id = 0",
                                       err);
  if (status) return status;
  bt_store__bind_filled(&b, end->span_first);
  bt_store__bind_filled(&b, end->span_last);
  bt_store__bind_int(&b, run_id);
  status = bt_store__step(store, &b, "windows", err);
  sqlite3_finalize(b.statement);
  return status;
}

static bt_status mark_ended(bt_store *store, int64_t run_id, const bt_run_end *end,
                            bt_run_status run_status, bt_error *err)
{
  store->failure.status = BT_OK; /* the caller holds it */
  bt_status status = bt_store__begin(store, err);
  if (!status) status = update_run(store, run_id, end, run_status, err);
  if (!status) status = update_window_0(store, run_id, end, err);
  return bt_store__settle(store, status, err);
}

/* Moves what is committed into the file, so that the log's room can be used again. */
static void free_log(const bt_store *store)
{
  (void)sqlite3_exec(store->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
}

/* The status is written even after a failure: a full disk often has room for that one page. */
bt_status bt_store_end_run(bt_store *store, int64_t run_id, const bt_run_end *end, bt_error *err)
{
  bt_error first, later;
  bt_status status = bt_store_commit(store, &first);
  bt_run_status run_status = status ? BT_RUN_FAILED : end->status;
  bt_status marked = mark_ended(store, run_id, end, run_status, &later);
  if (marked) {
    free_log(store);
    marked = mark_ended(store, run_id, end, run_status, &later);
  }
  if (!status && !marked) return BT_OK;
  if (err) *err = status ? first : later;
  return status ? status : marked;
}
