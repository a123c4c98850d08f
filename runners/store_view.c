/* results_<strategy>: the newest run of a strategy with one column for each parameter. */
#include <stdbool.h>

#include "core/result_columns.h"
#include "runners/schema.h"
#include "runners/store_internal.h"

/* Runs a query with one text; *found tells whether it has a row. */
static bt_status look_up(bool *found, const bt_store *store, const char *sql, const char *text,
                         bt_error *err)
{
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_step(statement);
  bool failed = rc != SQLITE_ROW && rc != SQLITE_DONE;
  bt_status status = failed ? bt_store__fail(store, NULL, err) : BT_OK;
  *found = rc == SQLITE_ROW;
  sqlite3_finalize(statement);
  return status;
}

/* bt_strategy_check refuses such names; a view that took the place of another one would be worse
 * than a second look. */
static bt_status check_names(const bt_strategy *strategy, bt_error *err)
{
  if (bt_result_has_view(strategy->name))
    return bt_fail(err, BT_ERR_USAGE,
                   "a strategy cannot be called '%s': the view results_%s exists", strategy->name,
                   strategy->name);
  for (size_t i = 0; i < strategy->n_params; i++) {
    const char *name = strategy->params[i].name;
    bool taken = bt_result_has_column(name);
    for (size_t k = 0; k < i; k++)
      taken = taken || bt_result_names_equal(name, strategy->params[k].name);
    if (taken)
      return bt_fail(err, BT_ERR_USAGE,
                     "strategy '%s': parameter '%s' has the name of another column of the results",
                     strategy->name, name);
  }
  return BT_OK;
}

/* The statement that creates the view, to be freed with sqlite3_free; NULL when memory is out. */
static char *view_sql(const bt_store *store, const bt_strategy *strategy)
{
  sqlite3_str *sql = sqlite3_str_new(store->db);
  sqlite3_str_appendf(sql, "CREATE VIEW \"results_%w\" AS SELECT %s", strategy->name,
                      bt_schema__results_before);
  for (size_t i = 0; i < strategy->n_params; i++) {
    const char *name = strategy->params[i].name;
    sqlite3_str_appendf(sql, "json_extract(c.params, '$.\"%q\"') AS \"%w\", ", name, name);
  }
  sqlite3_str_appendf(sql,
                      "%s%s WHERE m.run_id = (SELECT max(run_id) FROM runs WHERE strategy = %Q"
                      " AND kind IN ('sweep', 'walkforward'))",
                      bt_schema__results_after, bt_schema__results_from, strategy->name);
  return sqlite3_str_finish(sql);
}

bt_status bt_store__create_strategy_view(const bt_store *store, const bt_strategy *strategy,
                                         bt_error *err)
{
  bt_status status = check_names(strategy, err);
  if (status) return status;
  char *create = view_sql(store, strategy);
  char *drop = sqlite3_mprintf("DROP VIEW IF EXISTS \"results_%w\"", strategy->name);
  bool same = false;
  if (!create || !drop) status = bt_fail_nomem(err, "view of the strategy");
  /* A view that is right already is left alone: other processes need not read the schema again. */
  if (!status)
    status = look_up(&same, store, "SELECT 1 FROM sqlite_master WHERE type = 'view' AND sql = ?1",
                     create, err);
  if (!status && !same) status = bt_store__exec(store, drop, err);
  if (!status && !same) status = bt_store__exec(store, create, err);
  sqlite3_free(create);
  sqlite3_free(drop);
  return status;
}
