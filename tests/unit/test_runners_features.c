/* Feature matrices of a universe, read back and compared with indicators computed directly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/benchmark.h"
#include "core/feature_matrix.h"
#include "core/time.h"
#include "runners/features.h"
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"
#include "tests/support/npy_file.h"
#include "tests/support/paths.h"

enum { N_TICKERS = 12, N_BARS = 150, DAY = 18262 /* 2020-01-01 */ };

typedef struct scene {
  char base[TEST_PATH_SIZE], data[TEST_PATH_SIZE + 8], out[TEST_PATH_SIZE + 8];
  bt_bars *bars[N_TICKERS]; /* T00, T01, ...; of T05 the file has none */
  bt_bars *benchmark;
  bt_universe universe;
  bt_job job;
  bt_feature_list columns;
  bt_feature_plan plan;
  bt_feature_result result;
  bt_error err;
} scene;

static void write_prices(const scene *s, size_t index)
{
  char name[16], path[2 * TEST_PATH_SIZE], date[BT_TIME_TEXT_SIZE];
  const bt_bars *b = s->bars[index];
  (void)snprintf(name, sizeof name, "T%02zu", index);
  (void)snprintf(path, sizeof path, "%s/%s.csv", s->data, name);
  FILE *file = fopen(path, "w");
  if (!file) abort();
  (void)fputs("Date,Open,High,Low,Close,Volume\n", file);
  for (size_t t = 0; t < b->n_bars && index != 5; t++)
    (void)fprintf(file, "%s,%.17g,%.17g,%.17g,%.17g,%.17g\n",
                  bt_time_format(date, b->time_ns[t], true), b->open[t], b->high[t], b->low[t],
                  b->close[t], b->volume[t]);
  if (fclose(file) != 0) abort();
}

static void add_columns(scene *s)
{
  bt_error *err = &s->err;
  assert_int_equal(bt_feature_list_add_indicator(&s->columns, "rsi:5", false, err), BT_OK);
  assert_int_equal(bt_feature_list_add_all(&s->columns, true, err), BT_OK);
  assert_int_equal(bt_feature_list_add_return(&s->columns, "3", err), BT_OK);
  assert_int_equal(bt_feature_list_add_label(&s->columns, "fwd_return:4", err), BT_OK);
}

static int enter(void **state)
{
  scene *s = calloc(1, sizeof *s);
  bt_load_options load = BT_LOAD_OPTIONS_DEFAULT;
  test_random random = {11};
  if (!s) return -1;
  test_dir_make(s->base);
  (void)snprintf(s->data, sizeof s->data, "%s/data", s->base);
  (void)snprintf(s->out, sizeof s->out, "%s/out", s->base);
  if (mkdir(s->data, 0777) != 0) return -1;
  for (size_t i = 0; i < N_TICKERS; i++) {
    s->bars[i] = make_random_bars(&random, N_BARS - 7 * i, 50, 0.02);
    write_prices(s, i);
  }
  s->benchmark = make_random_bars(&random, N_BARS, 300, 0.01);
  if (bt_universe_read(&s->universe, s->data, NULL, &s->err)) return -1;
  s->job = (bt_job){.universe = &s->universe,
                    .load = load,
                    .from_ns = INT64_MIN,
                    .to_ns = INT64_MAX,
                    .benchmark = s->benchmark};
  s->plan = (bt_feature_plan){.path = s->out,
                              .universe = &s->universe,
                              .columns = &s->columns,
                              .job = "{\n  \"from\": null\n}"};
  add_columns(s);
  *state = s;
  return 0;
}

static int leave(void **state)
{
  scene *s = *state;
  for (size_t i = 0; i < N_TICKERS; i++) bt_bars_free(s->bars[i]);
  bt_bars_free(s->benchmark);
  bt_universe_clear(&s->universe);
  bt_feature_list_clear(&s->columns);
  test_dir_remove(s->base);
  free(s);
  return 0;
}

/* looks_first: as with --strict. cancel: before anything is done. */
static bt_status run(scene *s, size_t n_workers, bool looks_first, bool cancel)
{
  bt_pool *pool = NULL;
  bt_scan scan;
  bt_progress progress = {0};
  assert_int_equal(bt_pool_new(&pool, n_workers, &s->err), BT_OK);
  if (looks_first)
    assert_int_equal(bt_scan_run(&scan, &s->job, 0, pool, &s->err), BT_OK);
  else
    assert_int_equal(bt_scan_begin(&scan, &s->job, 0, &s->err), BT_OK);
  if (cancel) bt_pool_cancel(pool);
  const bt_feature_means means = {pool, &scan, &progress, NULL};
  bt_status status = bt_features_run(&s->result, &s->job, &s->plan, &means, &s->err);
  if (!status) {
    assert_int_equal(atomic_load(&progress.tickers_done), s->universe.n_entries);
    assert_int_equal(atomic_load(&progress.bar_combos_done), s->result.n_rows * s->columns.n);
  }
  bt_scan_clear(&scan);
  bt_pool_free(pool);
  return status;
}

static void expect_run(scene *s, size_t n_workers, bool looks_first)
{
  if (run(s, n_workers, looks_first, false)) fail_msg("%s", s->err.message);
}

/* ---- what it should be ------------------------------------------------------------------------
 */

/* The matrix of a ticker's bars [span), by core/feature_matrix.h; the caller frees it. */
static double *matrix_of(const scene *s, const bt_bars *bars, bt_span span)
{
  bt_series series = bt_bars_series(bars);
  double *benchmark = malloc(bars->n_bars * sizeof *benchmark);
  double *matrix = malloc(bars->n_bars * s->columns.n * sizeof *matrix);
  bt_feature_source source = {.series = &series, .spans = &span, .n_spans = 1, .end = span.end};
  bt_error err;
  assert_true(benchmark && matrix);
  assert_int_equal(bt_benchmark_follow(benchmark, bars, s->benchmark, &err), BT_OK);
  series.benchmark = benchmark;
  assert_int_equal(bt_indicator_cache_new(&source.cache, &series, NULL, NULL, &err), BT_OK);
  assert_int_equal(bt_feature_matrix_fill(matrix, s->columns.n, &s->columns, &source, &err), BT_OK);
  bt_indicator_cache_free(source.cache);
  free(benchmark);
  return matrix;
}

/* SYMBOL.npy and its dates are the bars [span) of ticker `index`. */
static void check_ticker(const scene *s, size_t index, bt_span span)
{
  char name[32];
  npy_file matrix, dates;
  double *expected = matrix_of(s, s->bars[index], span);
  size_t n = span.end - span.first;
  (void)snprintf(name, sizeof name, "T%02zu.npy", index);
  npy_file_read(&matrix, s->out, name);
  (void)snprintf(name, sizeof name, "T%02zu.dates.npy", index);
  npy_file_read(&dates, s->out, name);
  assert_int_equal(matrix.n_rows, n);
  assert_int_equal(matrix.n_columns, s->columns.n);
  assert_string_equal(matrix.type, "<f8");
  assert_memory_equal(matrix.bytes, expected, n * s->columns.n * sizeof *expected);
  assert_int_equal(dates.n_rows, n);
  for (size_t r = 0; r < n; r++)
    assert_true(npy_time(&dates, r) == s->bars[index]->time_ns[span.first + r]);
  npy_file_free(&matrix);
  npy_file_free(&dates);
  free(expected);
}

static void check_all(const scene *s)
{
  uint64_t n_rows = 0, n_ok = N_TICKERS - 1;
  for (size_t i = 0; i < N_TICKERS; i++) {
    if (i == 5) continue;
    check_ticker(s, i, (bt_span){0, s->bars[i]->n_bars});
    n_rows += s->bars[i]->n_bars;
  }
  assert_int_equal(s->result.n_ok, N_TICKERS - 1);
  assert_int_equal(s->result.n_files, 2 * (N_TICKERS - 1));
  assert_true(s->result.n_rows == n_rows);
  assert_true(s->result.n_bytes == n_rows * 8 * (s->columns.n + 1) + 256 * n_ok);
}

/* ---- tests ------------------------------------------------------------------------------------
 */

static void matrices_hold_what_indicators_compute(void **state)
{
  scene *s = *state;
  size_t at = 0;
  expect_run(s, 1, false);
  check_all(s);
  while (strcmp(s->columns.columns[at].name, "macd_12_26_9.signal") != 0) at++;
  npy_file matrix;
  npy_file_read(&matrix, s->out, "T03.npy");
  double *signal =
      indicator_values(bt_indicator_find("macd"), (const double[]){12, 26, 9}, s->bars[3], 1);
  for (size_t t = 0; t < s->bars[3]->n_bars; t++) {
    double got = npy_number(&matrix, t, at);
    assert_true(got == signal[t] || (isnan(signal[t]) && isnan(got)));
  }
  assert_true(isnan(npy_number(&matrix, s->bars[3]->n_bars - 1, at)) == 0);
  free(signal);
  npy_file_free(&matrix);
}

static void any_number_of_workers_writes_the_same(void **state)
{
  scene *s = *state;
  expect_run(s, 4, false);
  check_all(s);
  expect_run(s, 3, true); /* over the first */
  check_all(s);
}

/* Indicators see the bars before the span, labels none behind it. */
static void a_span_cuts_rows_alone(void **state)
{
  scene *s = *state;
  s->job.from_ns = (DAY + 40) * BT_NS_PER_DAY;
  s->job.to_ns = (DAY + 80) * BT_NS_PER_DAY;
  expect_run(s, 2, false);
  check_ticker(s, 0, (bt_span){40, 81});
  check_ticker(s, 11, (bt_span){40, 73}); /* its bars end */
  npy_file matrix;
  npy_file_read(&matrix, s->out, "T00.npy");
  size_t label = s->columns.n - 1;
  assert_true(isnan(npy_number(&matrix, 0, 0)) == 0);
  assert_true(isnan(npy_number(&matrix, 36, label)) == 0);
  assert_true(isnan(npy_number(&matrix, 37, label)) != 0);
  npy_file_free(&matrix);
}

/* Rows are the days inside of each stretch. */
static void rows_are_bars_of_members(void **state)
{
  scene *s = *state;
  bt_membership stretches[] = {{DAY + 10, DAY + 19}, {DAY + 30, DAY + 30}, {DAY + 140, INT64_MAX}};
  bt_universe_entry *entry = &s->universe.entries[0];
  npy_file matrix, dates;
  entry->stretches = stretches;
  entry->n_stretches = 3;
  expect_run(s, 2, false);
  entry->stretches = NULL;
  double *whole = matrix_of(s, s->bars[0], (bt_span){0, N_BARS});
  npy_file_read(&matrix, s->out, "T00.npy");
  npy_file_read(&dates, s->out, "T00.dates.npy");
  assert_int_equal(matrix.n_rows, 10 + 1 + 10);
  for (size_t r = 0; r < matrix.n_rows; r++) {
    size_t bar = r < 10 ? 10 + r : r == 10 ? 30 : 140 + r - 11;
    assert_true(npy_time(&dates, r) == s->bars[0]->time_ns[bar]);
    assert_memory_equal((char *)matrix.bytes + 8 * r * s->columns.n, whole + bar * s->columns.n,
                        8 * s->columns.n);
  }
  check_ticker(s, 1, (bt_span){0, s->bars[1]->n_bars});
  free(whole);
  npy_file_free(&matrix);
  npy_file_free(&dates);
}

static void check_panel(const scene *s)
{
  npy_file panel, dates;
  size_t row = 0, number = 0, n = s->columns.n;
  npy_file_read(&panel, s->out, "panel.npy");
  npy_file_read(&dates, s->out, "panel.dates.npy");
  assert_int_equal(panel.n_columns, n + 1);
  assert_int_equal(panel.n_rows, s->result.n_rows);
  assert_int_equal(dates.n_rows, panel.n_rows);
  for (size_t i = 0; i < N_TICKERS; i++) {
    const bt_bars *bars = s->bars[i];
    if (i == 5) continue; /* rejected: it has no number */
    double *matrix = matrix_of(s, bars, (bt_span){0, bars->n_bars});
    for (size_t t = 0; t < bars->n_bars; t++, row++) {
      assert_true(npy_number(&panel, row, 0) == (double)number);
      assert_true(npy_time(&dates, row) == bars->time_ns[t]);
      assert_memory_equal((double *)panel.bytes + row * (n + 1) + 1, matrix + t * n,
                          n * sizeof *matrix);
    }
    free(matrix);
    number++;
  }
  assert_true(row == panel.n_rows);
  npy_file_free(&panel);
  npy_file_free(&dates);
}

static void a_panel_has_all_rows_in_the_order_of_the_universe(void **state)
{
  scene *s = *state;
  s->plan.panel = true;
  for (size_t n_workers = 1; n_workers <= 4; n_workers++) {
    expect_run(s, n_workers, n_workers == 2);
    assert_int_equal(s->result.n_ok, N_TICKERS - 1);
    assert_int_equal(s->result.n_files, 2);
    assert_true(s->result.n_bytes == s->result.n_rows * 8 * (s->columns.n + 2) + 2 * 128);
    check_panel(s);
  }
}

static void where_every_ticker_is_rejected_nothing_is_left(void **state)
{
  scene *s = *state;
  struct stat info;
  s->job.from_ns = (DAY + 4000) * BT_NS_PER_DAY;
  for (int i = 0; i < 4; i++) {
    s->plan.panel = i % 2;
    s->plan.csv = i / 2;
    assert_int_equal(run(s, 2, false, false), BT_ERR_DATA);
    assert_non_null(strstr(s->err.message, "every ticker was rejected (12); the first, T00: "));
    assert_int_equal(stat(s->out, &info), -1);
    assert_int_equal(s->result.n_ok, 0);
  }
}

static void a_cancelled_run_leaves_what_was_there(void **state)
{
  scene *s = *state;
  struct stat info;
  assert_int_equal(run(s, 2, false, true), BT_ERR_CANCELLED);
  assert_int_equal(stat(s->out, &info), -1);
  s->plan.panel = true;
  expect_run(s, 2, false);
  assert_int_equal(run(s, 2, false, true), BT_ERR_CANCELLED);
  expect_run(s, 2, false); /* what it has left disturbs nobody */
  check_panel(s);
}

/* More columns than may be held at once, and than fit a tile. */
static void columns_may_be_many(void **state)
{
  scene *s = *state;
  char spec[24];
  for (int i = 21; i < 400; i++) { /* `all` has the 20 */
    (void)snprintf(spec, sizeof spec, "sma:%d", i);
    assert_int_equal(bt_feature_list_add_indicator(&s->columns, spec, false, &s->err), BT_OK);
  }
  expect_run(s, 2, false);
  check_all(s);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(matrices_hold_what_indicators_compute),
      CASE(any_number_of_workers_writes_the_same),
      CASE(a_span_cuts_rows_alone),
      CASE(rows_are_bars_of_members),
      CASE(a_panel_has_all_rows_in_the_order_of_the_universe),
      CASE(where_every_ticker_is_rejected_nothing_is_left),
      CASE(a_cancelled_run_leaves_what_was_there),
      CASE(columns_may_be_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
