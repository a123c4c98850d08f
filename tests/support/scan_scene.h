/* scan_scene.h - a folder of CSV files as a universe, and its scan. Behind cmocka.h; all is static.
 */
#ifndef BT_TESTS_SCAN_SCENE_H
#define BT_TESTS_SCAN_SCENE_H

#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"
#include "runners/pool.h"
#include "runners/scan.h"
#include "tests/support/paths.h"

typedef struct scan_scene {
  char dir[TEST_PATH_SIZE]; /* of the universe */
  bt_universe universe;
  bt_job job;
  bt_pool *pool;
  bt_scan scan;
  bt_error err;
} scan_scene;

static inline int scan_scene_setup(void **state)
{
  scan_scene *s = calloc(1, sizeof *s);
  bt_load_options load = BT_LOAD_OPTIONS_DEFAULT;
  if (!s || bt_pool_new(&s->pool, 2, &s->err)) return -1;
  test_dir_make(s->dir);
  s->job =
      (bt_job){.universe = &s->universe, .load = load, .from_ns = INT64_MIN, .to_ns = INT64_MAX};
  *state = s;
  return 0;
}

static inline int scan_scene_teardown(void **state)
{
  scan_scene *s = *state;
  bt_scan_clear(&s->scan);
  bt_universe_clear(&s->universe);
  bt_pool_free(s->pool);
  test_dir_remove(s->dir);
  free(s);
  return 0;
}

/* Writes SYMBOL.csv: n daily bars from a day of January 2020 on (6 is a Monday), each `step` days
 * behind the last; prices rise by 1 from `price` on. */
static inline void write_bars(const scan_scene *s, const char *symbol, int day, int n, int step,
                              int price)
{
  char path[2 * TEST_PATH_SIZE], date[BT_TIME_TEXT_SIZE];
  (void)snprintf(path, sizeof path, "%s/%s.csv", s->dir, symbol);
  FILE *file = fopen(path, "w");
  if (!file) abort();
  (void)fputs("Date,Open,High,Low,Close\n", file);
  for (int i = 0; i < n; i++) {
    int p = price + i;
    bt_time_format(date, (18262 + day - 1 + (int64_t)i * step) * BT_NS_PER_DAY, true);
    (void)fprintf(file, "%s,%d,%d,%d,%d\n", date, p, p, p, p);
  }
  if (fclose(file) != 0) abort();
}

/* Reads the folder as the universe and scans it. */
static inline void scan_folder(scan_scene *s, size_t kept_bytes)
{
  bt_scan_clear(&s->scan);
  bt_universe_clear(&s->universe);
  if (bt_universe_read(&s->universe, s->dir, NULL, &s->err) ||
      bt_scan_run(&s->scan, &s->job, kept_bytes, s->pool, &s->err))
    fail_msg("%s", s->err.message);
}

#endif
