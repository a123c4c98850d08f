/* The rows of `metrics` that are about to be stored, as a virtual table of SQLite.
 *
 * `INSERT INTO metrics SELECT * FROM pending_rows` stores a whole ticker in one execution: SQLite
 * fetches the values by itself, which takes two thirds of the time of binding and stepping row by
 * row. The table exists in this connection alone and leaves no trace in the file.
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

static const char declaration[] = "CREATE TABLE x (run_id, ticker_id, window_id, phase, combo_id"
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
  table->pending = context;
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

static int is_at_end(sqlite3_vtab_cursor *base)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  return !cursor->pending->rows || cursor->row >= cursor->pending->rows->n_rows;
}

/* The columns before the metrics: 0 to KEY_COLUMNS - 1. */
enum { KEY_COLUMNS = 5 };

static void give_key(sqlite3_context *context, const pending_cursor *cursor, int column)
{
  const bt_metrics_rows *rows = cursor->pending->rows;
  int64_t combo_id = rows->combo_ids[cursor->row];
  if (column == 0)
    sqlite3_result_int64(context, cursor->pending->run_id);
  else if (column == 1)
    sqlite3_result_int64(context, rows->ticker_id);
  else if (column == 2)
    sqlite3_result_int64(context, rows->window_id);
  else if (column == 3)
    sqlite3_result_text(context, rows->phase, -1, SQLITE_STATIC);
  else if (combo_id)
    sqlite3_result_int64(context, combo_id); /* 0 stays NULL */
}

/* NaN and infinities stay NULL. */
static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  const pending_cursor *cursor = (const pending_cursor *)base;
  if (column < KEY_COLUMNS) {
    give_key(context, cursor, column);
    return SQLITE_OK;
  }
  int metric = column - KEY_COLUMNS;
  double value = cursor->pending->rows->metrics[cursor->row].value[metric];
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
  if (sqlite3_create_module(store->db, "pending_rows", &module, &store->pending) == SQLITE_OK)
    return BT_OK;
  return bt_store__fail(store, NULL, err);
}
