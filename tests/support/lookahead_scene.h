/* lookahead_scene.h - a folder of CSV files, and the search for look-ahead on them. Behind
 * cmocka.h; all is static.
 */
#ifndef BT_TESTS_LOOKAHEAD_SCENE_H
#define BT_TESTS_LOOKAHEAD_SCENE_H

#include "runners/lookahead.h"
#include "tests/support/scan_scene.h"

/* A ticker with these closes, of days that follow each other from 2020-01-01 on, `step` apart. */
static inline void write_closes(const scan_scene *s, const char *symbol, const double *close,
                                size_t n, int step)
{
  char path[2 * TEST_PATH_SIZE], date[BT_TIME_TEXT_SIZE];
  (void)snprintf(path, sizeof path, "%s/%s.csv", s->dir, symbol);
  FILE *file = fopen(path, "w");
  if (!file) abort();
  (void)fputs("Date,Open,High,Low,Close\n", file);
  for (size_t t = 0; t < n; t++) {
    bt_time_format(date, (18262 + (int64_t)t * step) * BT_NS_PER_DAY, true);
    (void)fprintf(file, "%s,%.17g,%.17g,%.17g,%.17g\n", date, close[t], close[t], close[t],
                  close[t]);
  }
  if (fclose(file) != 0) abort();
}

/* Searches the folder, with every combination of the strategy's own ranges; the job's other members
 * are left as they are. */
static inline bt_status search_folder(bt_lookahead_result *out, scan_scene *s,
                                      const bt_strategy *strategy, size_t n_workers)
{
  bt_axis axes[8];
  bt_grid *grid = NULL;
  bt_pool *pool = NULL;
  for (size_t i = 0; i < strategy->n_params; i++)
    assert_int_equal(bt_axis_sweep(&axes[i], &strategy->params[i], NULL), BT_OK);
  assert_int_equal(bt_grid_new(&grid, strategy, axes, NULL, 0, NULL), BT_OK);
  for (size_t i = 0; i < strategy->n_params; i++) bt_axis_clear(&axes[i]);
  assert_int_equal(bt_pool_new(&pool, n_workers, NULL), BT_OK);
  if (s->universe.n_entries == 0)
    assert_int_equal(bt_universe_read(&s->universe, s->dir, NULL, &s->err), BT_OK);
  s->job.strategy = strategy;
  s->job.grid = grid;
  s->job.evaluation.simulation.cash = 1000;
  bt_scan_clear(&s->scan);
  s->scan = (bt_scan){0};
  assert_int_equal(bt_scan_begin(&s->scan, &s->job, 0, &s->err), BT_OK);
  const bt_run_means means = {.pool = pool, .scan = &s->scan};
  bt_status status = bt_lookahead_run(out, &s->job, &means, &s->err);
  bt_pool_free(pool);
  bt_grid_free(grid);
  return status;
}

/* The same, which must succeed. */
static inline bt_lookahead_result search(scan_scene *s, const bt_strategy *strategy)
{
  bt_lookahead_result result;
  if (search_folder(&result, s, strategy, 2)) fail_msg("%s", s->err.message);
  return result;
}

#define STRATEGY(...)                                                                              \
  ((const bt_strategy){                                                                            \
      .abi_version = BT_STRATEGY_ABI, .name = "test", .summary = "test", __VA_ARGS__})

#endif
