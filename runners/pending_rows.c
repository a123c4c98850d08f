/* The rows of `metrics` and of `combo_stats` that are about to be stored, as virtual tables of
 * SQLite.
 *
 * `INSERT INTO metrics SELECT ?, ?, ?, ?, * FROM pending_metrics` stores a whole ticker in one
 * execution: SQLite fetches the values by itself, which takes half to two thirds of the time of
 * binding and stepping row by row. What is the same in all rows is bound, which is cheaper still.
 * The tables exist in this connection alone and leave no trace in the file.
 */
#include <math.h>
#include <stdlib.h>

#include "runners/store_internal.h"

typedef struct pending_table {
  sqlite3_vtab base; /* first: SQLite sees this alone */
  const bt_store_pending *pending;
} pending_table;

typedef struct pending_cursor {
  sqlite3_vtab_cursor base;
  const bt_store_pending *pending;
  size_t row;
} pending_cursor;

/* ---- what the tables have in common --------------------------------------------------------- */

static int connect(sqlite3 *db, const bt_store_pending *pending, sqlite3_vtab **out,
                   const char *declaration)
{
  int rc = sqlite3_declare_vtab(db, declaration);
  if (rc != SQLITE_OK) return rc;
  pending_table *table = calloc(1, sizeof *table);
  if (!table) return SQLITE_NOMEM;
  table->pending = pending;
  *out = &table->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table)
{
  free(table);
  return SQLITE_OK;
}

/* There is one way to read it: from the first row to the last. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
  (void)table, (void)info;
  return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
  pending_cursor *cursor = calloc(1, sizeof *cursor);
  if (!cursor) return SQLITE_NOMEM;
  cursor->pending = ((pending_table *)table)->pending;
  *out = &cursor->base;
  return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
  free(cursor);
  return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
                  sqlite3_value **argv)
{
  (void)number, (void)text, (void)argc, (void)argv;
  ((pending_cursor *)cursor)->row = 0;
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor)
{
  ((pending_cursor *)cursor)->row++;
  return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
  *out = (sqlite3_int64)((pending_cursor *)cursor)->row;
  return SQLITE_OK;
}

/* NaN and infinities stay NULL. */
static void give_real(sqlite3_context *context, double value)
{
  if (isfinite(value)) sqlite3_result_double(context, value);
}

/* ---- metrics -------------------------------------------------------------------------------- */

static const unsigned char is_whole[BT_METRIC_COUNT] = {
#define X(id, name, unit, whole, definition, source) whole,
#include "core/metrics.def"
#undef X
};

static int connect_metrics(sqlite3 *db, void *context, int argc, const char *const *argv,
                           sqlite3_vtab **out, char **message)
{
  (void)argc, (void)argv, (void)message;
  static const char declaration[] = "CREATE TABLE x (combo_id"
#define X(id, name, unit, whole, definition, source) ", " name
#include "core/metrics.def"
#undef X
                                    ")";
  return connect(db, context, out, declaration);
}

static int is_behind_metrics(sqlite3_vtab_cursor *base)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  const bt_metrics_rows *rows = cursor->pending->metrics;
  return !rows || cursor->row >= rows->n_rows;
}

/* Column 0 is combo_id, where 0 stays NULL; then come the metrics. */
static int give_metrics(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  const bt_metrics_rows *rows = cursor->pending->metrics;
  if (column == 0) {
    int64_t combo_id = rows->combo_ids[cursor->row];
    if (combo_id) sqlite3_result_int64(context, combo_id);
    return SQLITE_OK;
  }
  double value = rows->metrics[cursor->row].value[column - 1];
  if (!is_whole[column - 1])
    give_real(context, value);
  else if (isfinite(value))
    sqlite3_result_int64(context, (int64_t)value);
  return SQLITE_OK;
}

/* ---- combo_stats ---------------------------------------------------------------------------- */

static int connect_stats(sqlite3 *db, void *context, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **message)
{
  (void)argc, (void)argv, (void)message;
  return connect(db, context, out,
                 "CREATE TABLE x (combo_id, n_tickers, mean, median, p25, p75, lowest, highest,"
                 " share_positive)");
}

static int is_behind_stats(sqlite3_vtab_cursor *base)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  const bt_combo_stats_rows *rows = cursor->pending->stats;
  return !rows || cursor->row >= rows->n_rows;
}

/* Columns as declared above. */
static int give_stats(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  const bt_combo_stats_rows *rows = cursor->pending->stats;
  const bt_combo_stats *stats = &rows->stats[cursor->row];
  const double reals[] = {stats->mean,   stats->median,  stats->p25,           stats->p75,
                          stats->lowest, stats->highest, stats->share_positive};
  if (column == 0)
    sqlite3_result_int64(context, rows->first_combo_id + (int64_t)cursor->row);
  else if (column == 1)
    sqlite3_result_int64(context, (int64_t)stats->n_tickers);
  else
    give_real(context, reals[column - 2]);
  return SQLITE_OK;
}

/* ---- the modules ---------------------------------------------------------------------------- */

/* Without xCreate a table can only be used by its module's name. */
#define MODULE(of)                                                                                 \
  {                                                                                                \
    .xConnect = connect_##of, .xBestIndex = best_index, .xDisconnect = disconnect,                 \
    .xOpen = open_cursor, .xClose = close_cursor, .xFilter = filter, .xNext = next,                \
    .xEof = is_behind_##of, .xColumn = give_##of, .xRowid = give_rowid,                            \
  }

static const sqlite3_module metrics_module = MODULE(metrics), stats_module = MODULE(stats);

bt_status bt_store__create_pending(bt_store *store, bt_error *err)
{
  int rc = sqlite3_create_module(store->db, "pending_metrics", &metrics_module, &store->pending);
  if (rc == SQLITE_OK)
    rc = sqlite3_create_module(store->db, "pending_stats", &stats_module, &store->pending);
  return rc == SQLITE_OK ? BT_OK : bt_store__fail(store, NULL, err);
}
