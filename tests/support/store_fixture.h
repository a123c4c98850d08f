/* store_fixture.h - a folder with a result database, for the tests of the store and the writer. */
#ifndef BT_TESTS_STORE_FIXTURE_H
#define BT_TESTS_STORE_FIXTURE_H

#include <dirent.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/store.h"

enum { FIXTURE_TEXT_SIZE = 4096 };

typedef struct fixture {
  char folder[64], path[128];
  char text[FIXTURE_TEXT_SIZE]; /* of the last query */
  bt_error err;
} fixture;

static inline int fixture_new(void **state)
{
  fixture *f = calloc(1, sizeof *f);
  if (!f) return -1;
  (void)snprintf(f->folder, sizeof f->folder, "/tmp/test_store.XXXXXX");
  if (!mkdtemp(f->folder)) return -1;
  (void)snprintf(f->path, sizeof f->path, "%s/results.db", f->folder);
  *state = f;
  return 0;
}

static inline int fixture_free(void **state)
{
  fixture *f = *state;
  if (!f) return 0;
  *state = NULL;
  DIR *folder = opendir(f->folder);
  for (struct dirent *e = folder ? readdir(folder) : NULL; e; e = readdir(folder)) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", f->folder, e->d_name);
    if (e->d_name[0] != '.') (void)remove(path);
  }
  if (folder) (void)closedir(folder);
  (void)rmdir(f->folder);
  free(f);
  return 0;
}

static inline size_t fixture_count_files(const fixture *f)
{
  size_t n = 0;
  DIR *folder = opendir(f->folder);
  for (struct dirent *e = folder ? readdir(folder) : NULL; e; e = readdir(folder))
    n += e->d_name[0] != '.';
  if (folder) (void)closedir(folder);
  return n;
}

static inline void fixture_append(fixture *f, const char *text)
{
  size_t used = strlen(f->text);
  (void)snprintf(f->text + used, sizeof f->text - used, "%s", text);
}

/* The answer of a read-only connection: columns joined by '|', rows by ' '; NULL as "-". An error
 * is the answer "error: ...". */
static inline const char *fixture_query(fixture *f, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  f->text[0] = '\0';
  (void)sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL);
  int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  while (rc == SQLITE_OK || rc == SQLITE_ROW) {
    rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW) break;
    if (f->text[0]) fixture_append(f, " ");
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
      const char *value = (const char *)sqlite3_column_text(statement, i);
      if (i > 0) fixture_append(f, "|");
      fixture_append(f, value ? value : "-");
    }
  }
  if (rc != SQLITE_DONE) (void)snprintf(f->text, sizeof f->text, "error: %s", sqlite3_errmsg(db));
  (void)sqlite3_finalize(statement);
  (void)sqlite3_close(db);
  return f->text;
}

/* Runs statements by another connection than the store's; false where it fails. */
static inline int fixture_change(const fixture *f, const char *sql)
{
  sqlite3 *db = NULL;
  int rc = sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  (void)sqlite3_close(db);
  return rc == SQLITE_OK;
}

static const bt_param fixture_params[] = {{.name = "fast", .least = 1, .most = 1e9, .whole = 1},
                                          {.name = "slow", .least = 1, .most = 1e9, .whole = 1}};

static const bt_strategy fixture_strategy = {
    .abi_version = BT_STRATEGY_ABI, .name = "sma", .params = fixture_params, .n_params = 2};

/* fast 5, 10; slow 20, 21, ...: 2 * n_slow combinations. NULL on failure. */
static inline bt_grid *fixture_grid(const bt_strategy *strategy, size_t n_slow)
{
  double fast[2] = {5, 10}, *slow = calloc(n_slow, sizeof *slow);
  bt_axis axes[2] = {{fast, 2}, {slow, n_slow}};
  bt_grid *grid = NULL;
  for (size_t i = 0; slow && i < n_slow; i++) slow[i] = 20 + (double)i;
  if (slow) (void)bt_grid_new(&grid, strategy, axes, NULL, 0, NULL);
  free(slow);
  return grid;
}

/* All metrics defined, so that rows have their full length: metric k is base + k. */
static inline bt_metrics fixture_metrics(double base)
{
  bt_metrics m;
  for (size_t k = 0; k < BT_METRIC_COUNT; k++) m.value[k] = base + (double)k;
  return m;
}

#endif
