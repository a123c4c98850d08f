/* store_internal.h - what the files of the store share; nobody else includes it (its tests do).
 *
 * Rows are written in a transaction that the first put begins. A failed write rolls it back, is
 * kept in `failure`, and every later write of the run fails with it: a torn batch cannot be
 * committed.
 */
#ifndef BT_RUNNERS_STORE_INTERNAL_H
#define BT_RUNNERS_STORE_INTERNAL_H

#include <sqlite3.h>

#include "core/time.h"
#include "runners/store.h"

typedef enum bt_store_statement {
  BT_STATEMENT_TICKER,
  BT_STATEMENT_REJECT_TICKER,
  BT_STATEMENT_ISSUE,
  BT_STATEMENT_REMOVE_ISSUES,
  BT_STATEMENT_METRICS,
  BT_STATEMENT_OBJECTIVES,
  BT_STATEMENT_SELECTION,
  BT_STATEMENT_COMBO_STATS,
  BT_STATEMENT_WINDOW,
  BT_STATEMENT_WALKFORWARD,
  BT_STATEMENT_TRADE,
  BT_STATEMENT_EQUITY,
  BT_STATEMENT_REGIME,
  BT_STATEMENT_TASK,
  BT_STATEMENT_OPTION,
  BT_STATEMENT_SIMULATION,
  BT_STATEMENT_MOMENT,
  BT_STATEMENT_READ_OBJECTIVES,
  BT_STATEMENT_COUNT
} bt_store_statement;

/* What a database is opened for. */
typedef enum bt_store_access {
  BT_STORE_CREATE, /* to write; it is made where it is not there */
  BT_STORE_CHANGE, /* to write; it must be there */
  BT_STORE_READ    /* to read alone; nothing is changed */
} bt_store_access;

/* What the virtual tables pending_metrics and pending_stats show; NULL: nothing. */
typedef struct bt_store_pending {
  const bt_metrics_rows *metrics;
  const bt_combo_stats_rows *stats;
} bt_store_pending;

struct bt_store {
  sqlite3 *db;
  bt_store_access access;
  char *path;                                   /* as given, for messages */
  sqlite3_stmt *statements[BT_STATEMENT_COUNT]; /* prepared at first use */
  size_t n_uncommitted;                         /* rows */
  bt_store_pending pending;
  bt_error failure; /* of a write; status BT_OK: none */
};

/* Whether a database can be opened, or created, at path (runners/store_place.c). Errors: IO,
 * DATABASE (a file too short to be one), NOMEM. */
bt_status bt_store__check_place(const char *path, bt_store_access access, bt_error *err);

/* Whether the file at path is in WAL mode and its log is not there: nobody has it open, and SQLite
 * would make the log to read it (runners/store_place.c). Errors: IO. */
bt_status bt_store__is_idle_wal(bool *out, const char *path, const char *log, bt_error *err);

/* Fills *err with `PATH: [what: ]SQLite's message` for the database's last error. what may be NULL.
 * Returns NOMEM or DATABASE. */
bt_status bt_store__fail(const bt_store *store, const char *what, bt_error *err);

/* Runs statements without results. Errors: as bt_store__fail. */
bt_status bt_store__exec(const bt_store *store, const char *sql, bt_error *err);

/* Runs a query of one integer. */
bt_status bt_store__query_int(int64_t *out, const bt_store *store, const char *sql, bt_error *err);

/* Makes it one file again, outside of a transaction. Returns SQLITE_OK where it is one, BUSY or
 * LOCKED where it stays in WAL mode because somebody else has it open, or the code of a failure.
 */
int bt_store__leave_wal(const bt_store *store);

/* Begins the write transaction unless one is open; fails at once after a failed write. */
bt_status bt_store__begin(bt_store *store, bt_error *err);

/* Ends the write transaction, if one is open. A commit that fails is rolled back. */
bt_status bt_store__commit(bt_store *store, bt_error *err);
void bt_store__rollback(bt_store *store);

/* Ends it by what came of the writes in it: a commit, or a rollback and `status` again. */
bt_status bt_store__settle(bt_store *store, bt_status status, bt_error *err);

/* Values for one execution of a statement, bound from the left. The first failure is kept. */
typedef struct bt_store_binder {
  sqlite3_stmt *statement;
  int column, rc;
} bt_store_binder;

void bt_store__bind_int(bt_store_binder *binder, int64_t value);
void bt_store__bind_id(bt_store_binder *binder, int64_t value);        /* 0: NULL */
void bt_store__bind_real(bt_store_binder *binder, double value);       /* not finite: NULL */
void bt_store__bind_count(bt_store_binder *binder, double value);      /* whole; the same */
void bt_store__bind_text(bt_store_binder *binder, const char *text);   /* NULL: NULL; not copied */
void bt_store__bind_filled(bt_store_binder *binder, const char *text); /* also "": NULL */

/* Prepares sql; the caller finalizes out->statement, NULL after a failure. */
bt_status bt_store__prepare(bt_store_binder *out, const bt_store *store, const char *sql,
                            bt_error *err);

/* The next row of a query; *found is false behind the last. */
bt_status bt_store__fetch(bool *found, const bt_store *store, const bt_store_binder *binder,
                          const char *what, bt_error *err);

/* The same for a loop over all rows, `while (bt_store__next(&status, ...)) status = ...;`: whether
 * there is a next row, and false where *status is a failure, or becomes one here. */
bool bt_store__next(bt_status *status, const bt_store *store, const bt_store_binder *binder,
                    const char *what, bt_error *err);

/* Values of the row fetched. copy_text allocates, NULL for NULL; false when memory is out.
 * copy_short cuts, "" for NULL; get_real has NaN for NULL. */
bool bt_store__copy_text(char **out, const bt_store_binder *binder, int column);
void bt_store__copy_short(char *out, size_t size, const bt_store_binder *binder, int column);
double bt_store__get_real(const bt_store_binder *binder, int column);

/* Executes what is bound, a statement without result rows, and resets it. */
bt_status bt_store__step(const bt_store *store, const bt_store_binder *binder, const char *what,
                         bt_error *err);

/* The statement `which`, prepared at its first use (runners/store_rows.c). */
bt_status bt_store__open_statement(bt_store_binder *out, bt_store *store, bt_store_statement which,
                                   bt_error *err);

/* One row of a run (runners/store_rows.c): opens the transaction and the statement of a table, and
 * executes what was bound to it; an open statement can be executed again with other values. A
 * failure ends the run's writing. */
bt_status bt_store__begin_row(bt_store_binder *out, bt_store *store, bt_store_statement which,
                              bt_error *err);
bt_status bt_store__end_row(bt_store *store, const bt_store_binder *binder,
                            bt_store_statement which, bt_error *err);

/* The time of day, UTC, as it is stored. Returns buffer. */
char *bt_store__now_text(char buffer[BT_TIME_TEXT_SIZE]);

enum { BT_STORE_STATUS_SIZE = 16 }; /* of the longest, "interrupted", and more */

/* How a run has ended: complete, interrupted, failed (runners/store_runs.c). Errors: NOT_FOUND (no
 * such run), DATABASE (also where it is 'running'), NOMEM. */
bt_status bt_store__read_status(char out[BT_STORE_STATUS_SIZE], const bt_store *store,
                                int64_t run_id, bt_error *err);

/* Removes a run's rows of one table, with a further condition (" AND ...") or ""
 * (runners/store_runs.c). */
bt_status bt_store__delete_rows(const bt_store *store, const char *table, const char *condition,
                                int64_t run_id, bt_error *err);

/* Makes the virtual tables known to the connection (runners/pending_rows.c). */
bt_status bt_store__create_pending(bt_store *store, bt_error *err);

/* Makes the unique index of `metrics` where there is none yet. Inside the caller's transaction
 * (runners/store_run.c). */
bt_status bt_store__create_metrics_key(const bt_store *store, bt_error *err);

/* Creates or replaces results_<strategy>. Errors: USAGE for a name that the views need
 * themselves, DATABASE. Inside the caller's transaction. */
bt_status bt_store__create_strategy_view(const bt_store *store, const bt_strategy *strategy,
                                         bt_error *err);

#endif
