#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan.h"
#include "tests/support/paths.h"

static const bt_param params[] = {{.name = "fast", .least = 1, .most = 1e9, .whole = 1},
                                  {.name = "slow", .least = 1, .most = 1e9, .whole = 1}};
/* Asks for two averages. */
static void signals(const bt_host *host, const double *values, double *target)
{
  const double *fast = bt_sma(host, values[0]), *slow = bt_sma(host, values[1]);
  for (size_t t = 0; t < host->series->n_bars; t++) target[t] = fast[t] > slow[t];
}

static const bt_strategy strategy = {.abi_version = BT_STRATEGY_ABI,
                                     .name = "two",
                                     .params = params,
                                     .n_params = 2,
                                     .rule = "fast<slow",
                                     .signals = signals};

/* Three tickers: 4,000 and 400 bytes, and one whose file is missing. 5 combinations of 6. */
typedef struct scene {
  char dir[TEST_PATH_SIZE];
  bt_universe universe;
  bt_axis axes[2];
  bt_grid *grid;
  bt_job job;
} scene;

static void write_bytes(const char *dir, const char *name, size_t n)
{
  char path[TEST_PATH_SIZE], *text = calloc(1, n + 1);
  assert_non_null(text);
  memset(text, 'x', n);
  (void)test_file_write(path, dir, name, text);
  free(text);
}

static int make_scene(void **state)
{
  static double fast[] = {1, 2}, slow[] = {2, 3, 4};
  char path[TEST_PATH_SIZE];
  scene *s = calloc(1, sizeof *s);
  if (!s) return 1;
  *state = s;
  test_dir_make(s->dir);
  write_bytes(s->dir, "AAA.csv", 4000);
  write_bytes(s->dir, "BBB.csv", 400);
  (void)test_file_write(path, s->dir, "u.txt", "AAA\nBBB\nCCC\n");
  s->axes[0] = (bt_axis){fast, 2};
  s->axes[1] = (bt_axis){slow, 3};
  if (bt_universe_read(&s->universe, path, NULL, NULL)) return 1;
  if (bt_grid_new(&s->grid, &strategy, s->axes, NULL, 0, NULL)) return 1;
  s->job = (bt_job){.universe = &s->universe, .strategy = &strategy, .grid = s->grid};
  return 0;
}

static int drop_scene(void **state)
{
  scene *s = *state;
  bt_universe_clear(&s->universe);
  bt_grid_free(s->grid);
  test_dir_remove(s->dir);
  free(s);
  return 0;
}

static void files_and_combinations_are_counted(void **state)
{
  scene *s = *state;
  bt_plan plan;
  bt_plan_make(&plan, &s->job, NULL, 0, 1);
  assert_int_equal(plan.n_tickers, 3);
  assert_int_equal(plan.n_found, 2);
  assert_int_equal(plan.file_bytes, 4400);
  assert_int_equal(plan.n_bars, 110);
  assert_int_equal(plan.n_combos, 5);
  assert_int_equal(plan.n_excluded, 1);
}

static void rows_are_those_that_are_kept(void **state)
{
  scene *s = *state;
  static const struct {
    bt_keep keep;
    uint64_t n_rows;
  } cases[] = {{{BT_KEEP_ALL, 0}, 15},
               {{BT_KEEP_TOP, 2}, 6},
               {{BT_KEEP_TOP, 9}, 15}, /* there are five */
               {{BT_KEEP_SELECTED, 0}, 3}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bt_plan plan;
    s->job.keep = cases[i].keep;
    bt_plan_make(&plan, &s->job, NULL, 0, 1);
    assert_int_equal(plan.n_rows, cases[i].n_rows + 1); /* that of '*' */
  }
  s->job.keep = (bt_keep){BT_KEEP_ALL, 0};
}

static void more_workers_take_more_memory_and_less_time(void **state)
{
  scene *s = *state;
  bt_plan one, two;
  bt_plan_make(&one, &s->job, NULL, 0, 1);
  bt_plan_make(&two, &s->job, NULL, 0, 2);
  assert_true(two.memory_bytes > one.memory_bytes);
  assert_true(two.elapsed_s <= one.elapsed_s);
  assert_int_equal(two.database_bytes, one.database_bytes);
}

static void a_zipped_file_holds_more_bars_than_its_size_says(void **state)
{
  scene *s = *state;
  bt_plan plain, zipped;
  bt_plan_make(&plain, &s->job, NULL, 0, 1);
  write_bytes(s->dir, "AAA.csv.gz", 4000);
  char *path = s->universe.entries[0].path;
  char gz[TEST_PATH_SIZE];
  (void)snprintf(gz, sizeof gz, "%.900s.gz", path);
  s->universe.entries[0].path = gz;
  bt_plan_make(&zipped, &s->job, NULL, 0, 1);
  s->universe.entries[0].path = path;
  assert_int_equal(zipped.file_bytes, plain.file_bytes);
  assert_true(zipped.n_bars > 2 * plain.n_bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_and_combinations_are_counted),
      cmocka_unit_test(rows_are_those_that_are_kept),
      cmocka_unit_test(more_workers_take_more_memory_and_less_time),
      cmocka_unit_test(a_zipped_file_holds_more_bars_than_its_size_says),
  };
  return cmocka_run_group_tests(tests, make_scene, drop_scene);
}
