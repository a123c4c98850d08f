/* Opening a result database: what the file is, creating the schema in an empty one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runners/schema.h"
#include "runners/store.h"
#include "runners/store_internal.h"

/* How long a write waits for another process that is writing, and how often it looks where SQLite
 * does not wait by itself. */
enum { BUSY_TIMEOUT_MS = 10000, BUSY_LOOK_MS = 5 };

/* SQLite may take "file:..." for a URI and ":memory:" for no file; "./" in front stops that. */
static char *plain_path(const char *path)
{
  size_t size = strlen(path) + 3;
  char *plain = malloc(size);
  if (plain) (void)snprintf(plain, size, "%s%s", path[0] == '/' ? "" : "./", path);
  return plain;
}

/* A failure to open is one of the file system, not of the database. */
static bt_status open_failure(const bt_store *store, bt_error *err)
{
  int rc = sqlite3_errcode(store->db) & 0xff;
  if (store->access == BT_STORE_READ && (rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY))
    return bt_fail(
        err, BT_ERR_IO,
        "%s: cannot be read without writing to it: what a killed program has left beside "
        "it must first be taken in, by a run or by `runs --label`",
        store->path);
  bt_status status = bt_store__fail(store, NULL, err);
  bool system = rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY || rc == SQLITE_PERM;
  if (status != BT_ERR_DATABASE || !system) return status;
  if (err) err->status = BT_ERR_IO;
  return BT_ERR_IO;
}

/* A URI of the file that SQLite reads without a look at locks or logs. NULL when memory is out. */
static char *immutable_uri(const char *path)
{
  static const char digits[] = "0123456789ABCDEF", after[] = "?immutable=1";
  const char *before = path[0] == '/' ? "file:" : "file:./";
  char *uri = malloc(strlen(before) + 3 * strlen(path) + sizeof after);
  if (!uri) return NULL;
  char *at = uri + strlen(strcpy(uri, before));
  for (; *path; path++) {
    if (!strchr("%?#", *path)) {
      *at++ = *path;
      continue;
    }
    *at++ = '%';
    *at++ = digits[*path / 16];
    *at++ = digits[*path % 16];
  }
  (void)strcpy(at, after);
  return uri;
}

/* NOMUTEX: one thread at a time uses a store. */
static bt_status open_name(bt_store *store, char *name, int flags, bt_error *err)
{
  if (!name) return bt_fail_nomem(err, store->path);
  int rc = sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  free(name);
  if (!store->db) return bt_fail_nomem(err, store->path);
  if (rc != SQLITE_OK) return open_failure(store, err);
  (void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
  return BT_OK;
}

static bt_status connect_to_write(bt_store *store, bt_error *err)
{
  int flags = SQLITE_OPEN_READWRITE;
  if (store->access == BT_STORE_CREATE) flags |= SQLITE_OPEN_CREATE;
  bt_status status = open_name(store, plain_path(store->path), flags, err);
  if (status || sqlite3_db_readonly(store->db, "main") != 1) return status;
  return bt_fail(err, BT_ERR_IO, "%s: no permission to write", store->path);
}

static bt_status connect_to_read(bt_store *store, bt_error *err)
{
  bool idle = false;
  bt_status status = open_name(store, plain_path(store->path), SQLITE_OPEN_READONLY, err);
  if (status) return status;
  const char *log = sqlite3_filename_wal(sqlite3_db_filename(store->db, "main"));
  status = bt_store__is_idle_wal(&idle, store->path, log, err);
  if (status) return status;
  if (idle) {
    (void)sqlite3_close(store->db);
    store->db = NULL;
    status =
        open_name(store, immutable_uri(store->path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    if (status) return status;
  }
  /* The last one out would take the log of a killed process into the file. */
  (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  return BT_OK;
}

/* Sets *empty, or tells why the database is not one of ours. */
static bt_status identify(bool *empty, const bt_store *store, bt_error *err)
{
  int64_t n_objects, version, application;
  bt_status status =
      bt_store__query_int(&n_objects, store, "SELECT count(*) FROM sqlite_master", err);
  if (!status) status = bt_store__query_int(&version, store, "PRAGMA user_version", err);
  if (!status) status = bt_store__query_int(&application, store, "PRAGMA application_id", err);
  if (status) return open_failure(store, err);
  *empty = n_objects == 0 && version == 0 && application == 0;
  if (*empty) return BT_OK;
  if (application != BT_SCHEMA_APPLICATION_ID)
    return bt_fail(err, BT_ERR_DATABASE, "%s: is a database of another program", store->path);
  if (version > BT_STORE_SCHEMA_VERSION)
    return bt_fail(err, BT_ERR_DATABASE,
                   "%s: has schema version %lld, this program knows up to %d: use a newer one",
                   store->path, (long long)version, (int)BT_STORE_SCHEMA_VERSION);
  if (version > 0 && version < BT_STORE_SCHEMA_VERSION)
    return bt_fail(
        err, BT_ERR_DATABASE,
        "%s: has schema version %lld of an older program, this one has %d: sqlite3 reads "
        "it, new runs go into another file",
        store->path, (long long)version, (int)BT_STORE_SCHEMA_VERSION);
  if (version != BT_STORE_SCHEMA_VERSION || n_objects == 0)
    return bt_fail(err, BT_ERR_DATABASE, "%s: has the unknown schema version %lld", store->path,
                   (long long)version);
  return BT_OK;
}

/* The same of one moment, where no transaction is open: another process that creates the schema in
 * between must not be seen by half. */
static bt_status identify_at_once(bool *empty, bt_store *store, bt_error *err)
{
  bt_status status = bt_store__exec(store, "BEGIN", err);
  if (!status) status = identify(empty, store, err);
  bt_store__rollback(store);
  return status;
}

/* For this connection. Foreign keys are declared, and what is written keeps them; looking each up
 * again would cost more than writing the row. Deleted rows need not be overwritten with zeros. */
static const char settings[] = "PRAGMA foreign_keys = OFF;"
                               "PRAGMA secure_delete = OFF;"
                               "PRAGMA synchronous = NORMAL;"
                               "PRAGMA cache_size = -16384;"        /* KiB: holds a transaction */
                               "PRAGMA wal_autocheckpoint = 1000;"; /* pages */

/* A file that is still empty gets the page size that suits long tables; it cannot be changed later.
 */
static const char page_size[] = "PRAGMA page_size = 16384";

static bt_status create_objects(const bt_store *store, bt_error *err)
{
  for (size_t i = 0; bt_schema__statements[i]; i++) {
    bt_status status = bt_store__exec(store, bt_schema__statements[i], err);
    if (status) return status;
  }
  char sql[96];
  (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                 BT_SCHEMA_APPLICATION_ID, (int)BT_STORE_SCHEMA_VERSION);
  return bt_store__exec(store, sql, err);
}

/* All or nothing; another process may have been faster, which the look under the lock shows. */
static bt_status create_schema(bt_store *store, bt_error *err)
{
  bool empty = false;
  bt_status status = bt_store__begin(store, err);
  if (!status) status = identify(&empty, store, err);
  if (!status && empty) status = create_objects(store, err);
  return bt_store__settle(store, status, err);
}

static int64_t now_ms(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The change of the journal needs the file for itself for a moment. SQLite does not wait for that:
 * of two processes that begin at once, one is told at once that the file is locked. */
static bt_status enter_wal(const bt_store *store, bt_error *err)
{
  const struct timespec pause = {0, BUSY_LOOK_MS * 1000000L};
  int64_t until_ms = now_ms() + BUSY_TIMEOUT_MS;
  while (sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK) {
    bool busy = (sqlite3_errcode(store->db) & 0xff) == SQLITE_BUSY;
    if (!busy) return open_failure(store, err);
    if (now_ms() >= until_ms)
      return bt_fail(err, BT_ERR_DATABASE,
                     "%s: database is locked: another program reads or writes it; waited %d s",
                     store->path, BUSY_TIMEOUT_MS / 1000);
    (void)nanosleep(&pause, NULL);
  }
  return BT_OK;
}

/* ---- runs whose process is gone ---------------------------------------------------------------
 *
 * A killed process leaves its run as 'running'. A process keeps the file in WAL mode from before
 * its run begins until after it has ended, and the mode can be left by the last connection alone.
 * So a run that was 'running' before a moment at which nobody else has the file in WAL mode belongs
 * to no process any more. While another process writes, nothing is said about any run. */

static bt_status end_dead_runs(bt_store *store, bt_error *err)
{
  int64_t newest = 0;
  bt_status status = bt_store__query_int(
      &newest, store, "SELECT coalesce(max(run_id), 0) FROM runs WHERE status = 'running'", err);
  if (status || newest == 0) return status;
  if (bt_store__leave_wal(store) != SQLITE_OK) return BT_OK;
  char sql[112];
  (void)snprintf(
      sql, sizeof sql,
      "UPDATE runs SET status = 'interrupted' WHERE status = 'running' AND run_id <= %lld",
      (long long)newest);
  status = bt_store__begin(store, err);
  if (!status) status = bt_store__exec(store, sql, err);
  return bt_store__settle(store, status, err);
}

/* Nothing is written before it is clear that the file is ours to write. */
static bt_status prepare_to_write(bt_store *store, bool empty, bt_error *err)
{
  bt_status status = empty ? bt_store__exec(store, page_size, err) : end_dead_runs(store, err);
  if (status) return status;
  if (sqlite3_exec(store->db, settings, NULL, NULL, NULL) != SQLITE_OK)
    return open_failure(store, err);
  status = enter_wal(store, err);
  if (!status && empty) status = create_schema(store, err);
  return status ? status : bt_store__create_pending(store, err);
}

static bt_status prepare(bt_store *store, bt_error *err)
{
  bool empty = false;
  bt_status status = identify_at_once(&empty, store, err);
  if (status) return status;
  if (empty && store->access != BT_STORE_CREATE)
    return bt_fail(err, BT_ERR_DATABASE, "%s: is empty: no run was ever stored in it", store->path);
  return store->access == BT_STORE_READ ? BT_OK : prepare_to_write(store, empty, err);
}

static bt_status open_store(bt_store **out, const char *path, bt_store_access access, bt_error *err)
{
  bt_status status = bt_store__check_place(path, access, err);
  if (status) return status;
  bt_store *store = calloc(1, sizeof *store);
  if (!store) return bt_fail_nomem(err, path);
  store->access = access;
  store->path = strdup(path);
  if (!store->path)
    status = bt_fail_nomem(err, path);
  else
    status = access == BT_STORE_READ ? connect_to_read(store, err) : connect_to_write(store, err);
  if (!status) status = prepare(store, err);
  if (!status) {
    *out = store;
    return BT_OK;
  }
  (void)sqlite3_close(store->db); /* NULL is fine */
  free(store->path);
  free(store);
  return status;
}

bt_status bt_store_open(bt_store **out, const char *path, bt_error *err)
{
  return open_store(out, path, BT_STORE_CREATE, err);
}

bt_status bt_store_open_existing(bt_store **out, const char *path, bt_error *err)
{
  return open_store(out, path, BT_STORE_CHANGE, err);
}

bt_status bt_store_open_to_read(bt_store **out, const char *path, bt_error *err)
{
  return open_store(out, path, BT_STORE_READ, err);
}
