/* The rows of `metrics` that are about to be stored, as a virtual table of SQLite.
 *
 * `INSERT INTO metrics SELECT ?, ?, ?, ?, * FROM pending_rows` stores a whole ticker in one
 * execution: SQLite fetches the values by itself, which takes two thirds of the time of binding and
 * stepping row by row. What is the same in all rows is bound, which is cheaper still. The table
 * exists in this connection alone and leaves no trace in the file.
 */
#include <math.h>
#include <stdlib.h>

#include "runners/store_internal.h"

typedef struct pending_table {
  sqlite3_vtab base; /* first: SQLite sees this alone */
  const bt_metrics_rows *const *rows;
} pending_table;

typedef struct pending_cursor {
  sqlite3_vtab_cursor base;
  const bt_metrics_rows *const *rows; /* NULL behind it: none */
  size_t row;
} pending_cursor;

static const char declaration[] = "CREATE TABLE x (combo_id"
#define X(id, name, unit, whole, definition, source) ", " name
#include "core/metrics.def"
#undef X
                                  ")";

static const unsigned char is_whole[BT_METRIC_COUNT] = {
#define X(id, name, unit, whole, definition, source) whole,
#include "core/metrics.def"
#undef X
};

static int connect(sqlite3 *db, void *context, int argc, const char *const *argv,
                   sqlite3_vtab **out, char **message)
{
  (void)argc, (void)argv, (void)message;
  int rc = sqlite3_declare_vtab(db, declaration);
  if (rc != SQLITE_OK) return rc;
  pending_table *table = calloc(1, sizeof *table);
  if (!table) return SQLITE_NOMEM;
  table->rows = context;
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
  cursor->rows = ((pending_table *)table)->rows;
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

static int is_at_end(sqlite3_vtab_cursor *base)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  return !*cursor->rows || cursor->row >= (*cursor->rows)->n_rows;
}

/* Column 0 is combo_id, where 0 stays NULL; then come the metrics, where NaN and infinities do. */
static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  const bt_metrics_rows *rows = *cursor->rows;
  if (column == 0) {
    int64_t combo_id = rows->combo_ids[cursor->row];
    if (combo_id) sqlite3_result_int64(context, combo_id);
    return SQLITE_OK;
  }
  int metric = column - 1;
  double value = rows->metrics[cursor->row].value[metric];
  if (!isfinite(value)) return SQLITE_OK;
  if (is_whole[metric])
    sqlite3_result_int64(context, (int64_t)value);
  else
    sqlite3_result_double(context, value);
  return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
  *out = (sqlite3_int64)((pending_cursor *)cursor)->row;
  return SQLITE_OK;
}

/* Without xCreate it can only be used by the module's name. */
static const sqlite3_module module = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = is_at_end,
    .xColumn = give_column,
    .xRowid = give_rowid,
};

bt_status bt_store__create_pending(bt_store *store, bt_error *err)
{
  if (sqlite3_create_module(store->db, "pending_rows", &module, (void *)&store->pending) ==
      SQLITE_OK)
    return BT_OK;
  return bt_store__fail(store, NULL, err);
}
