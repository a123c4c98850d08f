#include "runners/store.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runners/store_internal.h"

/* ---- SQLite with this project's errors ------------------------------------------------------ */

static bool is_no_room(int os_error)
{
  return os_error == EFBIG || os_error == ENOSPC || os_error == EDQUOT;
}

/* Why the system refused, or 0. SQLite keeps no number of a write that failed in a commit; the
 * thread's own still stands then. */
static int system_error(const bt_store *store, int rc)
{
  int last = errno, kept = sqlite3_system_errno(store->db);
  if (rc != SQLITE_IOERR && rc != SQLITE_CANTOPEN) return 0;
  if (kept != 0 || rc == SQLITE_CANTOPEN) return kept;
  return is_no_room(last) || last == EIO ? last : 0;
}

bt_status bt_store__fail(const bt_store *store, const char *what, bt_error *err)
{
  int rc = sqlite3_errcode(store->db) & 0xff, os_error = system_error(store, rc);
  if (rc == SQLITE_NOMEM) return bt_fail_nomem(err, "database");
  char reason[96] = "";
  if (os_error && strerror_r(os_error, reason, sizeof reason) != 0) reason[0] = '\0';
  const char *message =
      is_no_room(os_error) ? sqlite3_errstr(SQLITE_FULL) : sqlite3_errmsg(store->db);
  return bt_fail(err, BT_ERR_DATABASE, "%s: %s%s%s%s%s%s", store->path, what ? what : "",
                 what ? ": " : "", message, reason[0] ? " (" : "", reason, reason[0] ? ")" : "");
}

bt_status bt_store__exec(const bt_store *store, const char *sql, bt_error *err)
{
  if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK) return BT_OK;
  return bt_store__fail(store, NULL, err);
}

bt_status bt_store__query_int(int64_t *out, const bt_store *store, const char *sql, bt_error *err)
{
  sqlite3_stmt *statement = NULL;
  bt_status status = BT_OK;
  if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW)
    *out = sqlite3_column_int64(statement, 0);
  else
    status = bt_store__fail(store, NULL, err);
  sqlite3_finalize(statement);
  return status;
}

/* ---- binding -------------------------------------------------------------------------------- */

static void keep_first(bt_store_binder *binder, int rc)
{
  if (binder->rc == SQLITE_OK) binder->rc = rc;
}

void bt_store__bind_int(bt_store_binder *binder, int64_t value)
{
  keep_first(binder, sqlite3_bind_int64(binder->statement, ++binder->column, value));
}

void bt_store__bind_id(bt_store_binder *binder, int64_t value)
{
  if (value)
    bt_store__bind_int(binder, value);
  else
    keep_first(binder, sqlite3_bind_null(binder->statement, ++binder->column));
}

void bt_store__bind_real(bt_store_binder *binder, double value)
{
  /* SQLite stores NaN as NULL by itself, but would keep an infinity. */
  double stored = isfinite(value) ? value : (double)NAN;
  keep_first(binder, sqlite3_bind_double(binder->statement, ++binder->column, stored));
}

void bt_store__bind_count(bt_store_binder *binder, double value)
{
  if (isfinite(value))
    bt_store__bind_int(binder, (int64_t)value);
  else
    keep_first(binder, sqlite3_bind_null(binder->statement, ++binder->column));
}

void bt_store__bind_text(bt_store_binder *binder, const char *text)
{
  keep_first(binder,
             sqlite3_bind_text(binder->statement, ++binder->column, text, -1, SQLITE_STATIC));
}

void bt_store__bind_filled(bt_store_binder *binder, const char *text)
{
  bt_store__bind_text(binder, text && text[0] ? text : NULL);
}

bt_status bt_store__prepare(bt_store_binder *out, const bt_store *store, const char *sql,
                            bt_error *err)
{
  *out = (bt_store_binder){NULL, 0, SQLITE_OK};
  if (sqlite3_prepare_v2(store->db, sql, -1, &out->statement, NULL) == SQLITE_OK) return BT_OK;
  return bt_store__fail(store, NULL, err);
}

bt_status bt_store__fetch(bool *found, const bt_store *store, const bt_store_binder *binder,
                          const char *what, bt_error *err)
{
  int rc = binder->rc;
  if (rc == SQLITE_OK) rc = sqlite3_step(binder->statement);
  *found = rc == SQLITE_ROW;
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) return BT_OK;
  return bt_store__fail(store, what, err);
}

bool bt_store__next(bt_status *status, const bt_store *store, const bt_store_binder *binder,
                    const char *what, bt_error *err)
{
  bool found = false;
  if (!*status) *status = bt_store__fetch(&found, store, binder, what, err);
  return found;
}

bool bt_store__copy_text(char **out, const bt_store_binder *binder, int column)
{
  const char *text = (const char *)sqlite3_column_text(binder->statement, column);
  *out = text ? strdup(text) : NULL;
  return *out || (!text && sqlite3_column_type(binder->statement, column) == SQLITE_NULL);
}

void bt_store__copy_short(char *out, size_t size, const bt_store_binder *binder, int column)
{
  const char *text = (const char *)sqlite3_column_text(binder->statement, column);
  (void)snprintf(out, size, "%s", text ? text : "");
}

double bt_store__get_real(const bt_store_binder *binder, int column)
{
  if (sqlite3_column_type(binder->statement, column) == SQLITE_NULL) return (double)NAN;
  return sqlite3_column_double(binder->statement, column);
}

bt_status bt_store__step(const bt_store *store, const bt_store_binder *binder, const char *what,
                         bt_error *err)
{
  bt_status status = BT_OK;
  if (binder->rc != SQLITE_OK || sqlite3_step(binder->statement) != SQLITE_DONE)
    status = bt_store__fail(store, what, err);
  (void)sqlite3_reset(binder->statement); /* repeats the failure of the step */
  return status;
}

/* ---- transactions --------------------------------------------------------------------------- */

static bool in_transaction(const bt_store *store)
{
  return !sqlite3_get_autocommit(store->db);
}

bt_status bt_store__begin(bt_store *store, bt_error *err)
{
  if (store->failure.status) {
    if (err) *err = store->failure;
    return store->failure.status;
  }
  if (in_transaction(store)) return BT_OK;
  return bt_store__exec(store, "BEGIN IMMEDIATE", err);
}

/* SQLite has ended the transaction itself after some failures, such as a full disk. */
void bt_store__rollback(bt_store *store)
{
  if (in_transaction(store)) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
  store->n_uncommitted = 0;
}

bt_status bt_store__commit(bt_store *store, bt_error *err)
{
  bt_status status = BT_OK;
  if (in_transaction(store)) status = bt_store__exec(store, "COMMIT", err);
  if (status) bt_store__rollback(store);
  store->n_uncommitted = 0;
  return status;
}

bt_status bt_store__settle(bt_store *store, bt_status status, bt_error *err)
{
  if (!status) return bt_store__commit(store, err);
  bt_store__rollback(store);
  return status;
}

bt_status bt_store_commit(bt_store *store, bt_error *err)
{
  if (store->failure.status) {
    if (err) *err = store->failure;
    return store->failure.status;
  }
  bt_error local;
  bt_status status = bt_store__commit(store, &local);
  if (!status) return BT_OK;
  store->failure = local;
  if (err) *err = local;
  return status;
}

enum { ROWS_PER_TRANSACTION = 10000 };

bt_status bt_store_end_batch(bt_store *store, bt_error *err)
{
  return store->n_uncommitted < ROWS_PER_TRANSACTION ? BT_OK : bt_store_commit(store, err);
}

/* ---- closing -------------------------------------------------------------------------------- */

/* As this connection has seen the file when it last read. */
static bool is_in_wal(const bt_store *store)
{
  sqlite3_stmt *statement = NULL;
  const char *mode = NULL;
  if (sqlite3_prepare_v2(store->db, "PRAGMA journal_mode", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW)
    mode = (const char *)sqlite3_column_text(statement, 0);
  bool in_wal = !mode || strcmp(mode, "wal") == 0;
  sqlite3_finalize(statement);
  return in_wal;
}

int bt_store__leave_wal(const bt_store *store)
{
  int rc = sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) & 0xff;
  return rc == SQLITE_OK && is_in_wal(store) ? SQLITE_BUSY : rc;
}

/* How long a close waits for programs that read, and how often it looks. */
enum { CLOSE_TRIES = 50, CLOSE_LOOK_MS = 10 };

/* Back to one file. Whoever reads it just now is waited for, as a reader tidies nothing up. That
 * another process still has it open is no failure: of those that write the last one does it. */
static bt_status tidy_up(const bt_store *store, bt_error *err)
{
  const struct timespec pause = {0, CLOSE_LOOK_MS * 1000000L};
  for (int i = 0; i < CLOSE_TRIES; i++) {
    int rc = bt_store__leave_wal(store);
    if (rc == SQLITE_OK) return BT_OK;
    if (rc != SQLITE_BUSY && rc != SQLITE_LOCKED) return bt_store__fail(store, "closing", err);
    (void)nanosleep(&pause, NULL);
  }
  return BT_OK;
}

bt_status bt_store_close(bt_store *store, bt_error *err)
{
  if (!store) return BT_OK;
  for (size_t i = 0; i < BT_STATEMENT_COUNT; i++) sqlite3_finalize(store->statements[i]);
  bt_status status = bt_store__commit(store, err);
  if (!status && store->access != BT_STORE_READ) status = tidy_up(store, err);
  /* The connection has no statement left, so closing it cannot fail. */
  (void)sqlite3_close(store->db);
  free(store->path);
  free(store);
  return status;
}
