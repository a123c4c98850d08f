#include "runners/store_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "runners/store_internal.h"

/* ---- what is there -------------------------------------------------------------------------- */

static void free_record(bt_run_record *record)
{
  free(record->kind);
  free(record->label);
  free(record->status);
  free(record->created);
  free(record->finished);
  free(record->version);
  free(record->command);
  free(record->strategy);
  free(record->universe);
  free(record->options);
}

void bt_run_records_free(bt_run_record *records, size_t n)
{
  for (size_t i = 0; records && i < n; i++) free_record(&records[i]);
  free(records);
}

static const char list_sql[] =
    "SELECT run_id, elapsed_s, n_tickers, n_combos, n_windows, bar_combos, kind, label, status,"
    " created, finished, version, command, strategy, universe, options FROM runs"
    " ORDER BY run_id DESC";

/* False when memory is out; *out can be freed all the same. */
static bool read_record(bt_run_record *out, const bt_store_binder *row)
{
  char **const texts[] = {&out->kind,     &out->label,   &out->status,  &out->created,
                          &out->finished, &out->version, &out->command, &out->strategy,
                          &out->universe, &out->options};
  sqlite3_stmt *s = row->statement;
  *out = (bt_run_record){.run_id = sqlite3_column_int64(s, 0),
                         .elapsed_s = bt_store__get_real(row, 1),
                         .n_tickers = (uint64_t)sqlite3_column_int64(s, 2),
                         .n_combos = (uint64_t)sqlite3_column_int64(s, 3),
                         .n_windows = (uint64_t)sqlite3_column_int64(s, 4),
                         .bar_combos = (uint64_t)sqlite3_column_int64(s, 5)};
  bool ok = true;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ok = bt_store__copy_text(texts[i], row, 6 + (int)i) && ok;
  return ok;
}

static bt_status append_record(bt_run_record **records, size_t *n, const bt_store_binder *row,
                               bt_error *err)
{
  bt_run_record *longer = bt_grow(*records, *n, sizeof *longer);
  if (!longer) return bt_fail_nomem(err, "runs");
  *records = longer;
  return read_record(&longer[(*n)++], row) ? BT_OK : bt_fail_nomem(err, "runs");
}

bt_status bt_store_list_runs(bt_run_record **out, size_t *n, bt_store *store, bt_error *err)
{
  bt_store_binder b;
  bt_run_record *records = NULL;
  size_t count = 0;
  bt_status status = bt_store__prepare(&b, store, list_sql, err);
  while (bt_store__next(&status, store, &b, "runs", err))
    status = append_record(&records, &count, &b, err);
  sqlite3_finalize(b.statement);
  if (status) {
    bt_run_records_free(records, count);
    return status;
  }
  *out = records;
  *n = count;
  return BT_OK;
}

/* ---- changes -------------------------------------------------------------------------------- */

static bt_status fail_no_run(const bt_store *store, int64_t run_id, bt_error *err)
{
  return bt_fail(err, BT_ERR_NOT_FOUND, "%s: there is no run %lld", store->path, (long long)run_id);
}

bt_status bt_store__read_status(char out[BT_STORE_STATUS_SIZE], const bt_store *store,
                                int64_t run_id, bt_error *err)
{
  bt_store_binder b;
  bool found = false;
  bt_status status = bt_store__prepare(&b, store, "SELECT status FROM runs WHERE run_id = ?", err);
  if (!status) {
    bt_store__bind_int(&b, run_id);
    status = bt_store__fetch(&found, store, &b, "runs", err);
  }
  if (!status && !found) status = fail_no_run(store, run_id, err);
  if (!status) bt_store__copy_short(out, BT_STORE_STATUS_SIZE, &b, 0);
  if (!status && !out[0]) status = bt_fail_nomem(err, "runs"); /* it is never empty or NULL */
  sqlite3_finalize(b.statement);
  if (status || strcmp(out, "running") != 0) return status;
  return bt_fail(err, BT_ERR_DATABASE,
                 "%s: run %lld is being written, or another process has the file open", store->path,
                 (long long)run_id);
}

static bt_status set_label(const bt_store *store, int64_t run_id, const char *label, bt_error *err)
{
  bt_store_binder b;
  bt_status status =
      bt_store__prepare(&b, store, "UPDATE runs SET label = ? WHERE run_id = ?", err);
  if (status) return status;
  bt_store__bind_filled(&b, label);
  bt_store__bind_int(&b, run_id);
  status = bt_store__step(store, &b, "runs", err);
  if (!status && sqlite3_changes(store->db) == 0) status = fail_no_run(store, run_id, err);
  sqlite3_finalize(b.statement);
  return status;
}

bt_status bt_store_label_run(bt_store *store, int64_t run_id, const char *label, bt_error *err)
{
  bt_status status = bt_store__begin(store, err);
  if (!status) status = set_label(store, run_id, label, err);
  return bt_store__settle(store, status, err);
}

/* Every table with a run_id; what refers to others comes first. */
static const char *const tables[] = {"simulation_moments",
                                     "simulations",
                                     "option_prices",
                                     "regime_metrics",
                                     "equity",
                                     "trades",
                                     "data_issues",
                                     "metrics",
                                     "walkforward",
                                     "selections",
                                     "objective_values",
                                     "combo_stats",
                                     "tasks",
                                     "windows",
                                     "combos",
                                     "tickers",
                                     "runs"};

bt_status bt_store__delete_rows(const bt_store *store, const char *table, const char *condition,
                                int64_t run_id, bt_error *err)
{
  char sql[160];
  (void)snprintf(sql, sizeof sql, "DELETE FROM %s WHERE run_id = %lld%s", table, (long long)run_id,
                 condition);
  return bt_store__exec(store, sql, err);
}

bt_status bt_store_delete_run(bt_store *store, int64_t run_id, bt_error *err)
{
  char ended[BT_STORE_STATUS_SIZE];
  bt_status status = bt_store__begin(store, err);
  if (!status) status = bt_store__read_status(ended, store, run_id, err);
  for (size_t i = 0; i < sizeof tables / sizeof *tables && !status; i++)
    status = bt_store__delete_rows(store, tables[i], "", run_id, err);
  return bt_store__settle(store, status, err);
}

/* A writer of another process would wait for the copy longer than it is willing to. Out of WAL mode
 * this process is alone, and the copy need not go through the log. */
bt_status bt_store_vacuum(bt_store *store, bt_error *err)
{
  bt_status status = bt_store__commit(store, err);
  if (status) return status;
  if (bt_store__leave_wal(store) != SQLITE_OK) return BT_OK;
  return bt_store__exec(store, "VACUUM", err);
}
