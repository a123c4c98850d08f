/* One ticker whose combinations many workers evaluate at once: indicators are shared between them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/grid.h"
#include "core/time.h"
#include "runners/pool.h"
#include "runners/ticker.h"
#include "strategies/registry.h"
#include "tests/support/make_bars.h"

enum { N_WORKERS = 8, N_BARS = 400 };

/* A job with the strategy's whole grid. */
typedef struct scene {
  bt_job job;
  bt_bars *bars;
  bt_universe_entry entry;
  bt_grid *grid;
  bt_ticker ticker;
  bt_ticker_scratch scratch[N_WORKERS];
  bt_metrics *metrics; /* one a combination */
} scene;

static void open_scene(scene *s, const char *strategy)
{
  bt_axis axes[8];
  test_random random = {1};
  *s = (scene){.job = {.from_ns = INT64_MIN, .to_ns = INT64_MAX}};
  s->job.evaluation.simulation.cash = 1000;
  assert_int_equal(bt_strategy_find(&s->job.strategy, strategy, NULL), BT_OK);
  size_t n_params = s->job.strategy->n_params;
  for (size_t i = 0; i < n_params; i++)
    assert_int_equal(bt_axis_sweep(&axes[i], &s->job.strategy->params[i], NULL), BT_OK);
  assert_int_equal(bt_grid_new(&s->grid, s->job.strategy, axes, NULL, 0, NULL), BT_OK);
  for (size_t i = 0; i < n_params; i++) bt_axis_clear(&axes[i]);
  s->job.grid = s->grid;
  s->bars = make_random_bars(&random, N_BARS, 50, 0.03);
  double periods_per_year = 0;
  assert_int_equal(bt_bars_periods_per_year(&periods_per_year, s->bars, NULL), BT_OK);
  const bt_ticker_source source = {s->bars, &s->entry, periods_per_year, false, NULL};
  assert_int_equal(bt_ticker_open(&s->ticker, &source, &s->job, NULL), BT_OK);
  for (size_t i = 0; i < N_WORKERS; i++)
    assert_int_equal(bt_ticker_scratch_init(&s->scratch[i], n_params, NULL), BT_OK);
  s->metrics = calloc(bt_grid_count(s->grid), sizeof *s->metrics);
  assert_non_null(s->metrics);
}

static void close_scene(scene *s)
{
  bt_ticker_close(&s->ticker);
  bt_bars_free(s->bars);
  for (size_t i = 0; i < N_WORKERS; i++) bt_ticker_scratch_clear(&s->scratch[i]);
  bt_grid_free(s->grid);
  free(s->metrics);
}

static bt_status evaluate(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  scene *s = context;
  return bt_ticker_evaluate(&s->metrics[index], &s->ticker, &s->scratch[bt_worker_index(worker)],
                            &s->job, index, err);
}

static void run_scene(scene *s, const char *strategy, size_t n_workers)
{
  bt_pool *pool = NULL;
  bt_error err;
  open_scene(s, strategy);
  assert_int_equal(bt_pool_new(&pool, n_workers, &err), BT_OK);
  if (bt_pool_run(pool, bt_grid_count(s->grid), 1, evaluate, s, &err)) fail_msg("%s", err.message);
  bt_pool_free(pool);
}

static void many_workers_on_one_ticker_give_the_same_bits(void **state)
{
  (void)state;
  for (size_t i = 0; i < bt_strategy_count(); i++) {
    const char *name = bt_strategy_at(i)->name;
    scene one, many;
    run_scene(&one, name, 1);
    for (int round = 0; round < 3; round++) {
      run_scene(&many, name, N_WORKERS);
      assert_memory_equal(one.metrics, many.metrics, bt_grid_count(one.grid) * sizeof *one.metrics);
      close_scene(&many);
    }
    close_scene(&one);
  }
}

/* Tickers of other lengths, one after another in the same memory, give what each gives alone. */
static void memory_that_a_ticker_leaves_serves_the_next(void **state)
{
  (void)state;
  static const size_t lengths[] = {400, 390, 150, 400, 1, 300, 400};
  scene s;
  bt_spare spare;
  bt_spare_init(&spare);
  open_scene(&s, "macd");
  size_t n_combos = bt_grid_count(s.grid);
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    bt_bars *bars = make_prefix(s.bars, lengths[i]);
    bt_ticker alone, next;
    bt_ticker_source source = {bars, &s.entry, 252, false, NULL};
    assert_int_equal(bt_ticker_open(&alone, &source, &s.job, NULL), BT_OK);
    source.spare = &spare;
    assert_int_equal(bt_ticker_open(&next, &source, &s.job, NULL), BT_OK);
    for (size_t k = 0; k < n_combos; k++) {
      bt_metrics a, b;
      assert_int_equal(bt_ticker_evaluate(&a, &alone, &s.scratch[0], &s.job, k, NULL), BT_OK);
      assert_int_equal(bt_ticker_evaluate(&b, &next, &s.scratch[1], &s.job, k, NULL), BT_OK);
      assert_memory_equal(&a, &b, sizeof a);
    }
    bt_ticker_close(&alone);
    bt_ticker_close(&next);
    bt_bars_free(bars);
  }
  bt_spare_clear(&spare);
  close_scene(&s);
}

/* In the universe on the days of bars 10 to 20: bought at the open behind the first of them, sold
 * at the one behind the last. */
static void outside_of_its_dates_a_ticker_is_not_held(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, "buyhold");
  const bt_bars *bars = s.ticker.bars;
  bt_membership stretch = {bt_time_days(bars->time_ns[10]), bt_time_days(bars->time_ns[20])};
  s.entry = (bt_universe_entry){.stretches = &stretch, .n_stretches = 1};
  assert_int_equal(bt_ticker_evaluate(s.metrics, &s.ticker, &s.scratch[0], &s.job, 0, NULL), BT_OK);
  double ratio = bars->open[21] / bars->open[11];
  assert_true(fabs(s.metrics->value[BT_METRIC_TOTAL_RETURN] - (ratio - 1)) < 1e-12);
  assert_true(s.metrics->value[BT_METRIC_N_TRADES] == 1);
  assert_true(s.metrics->value[BT_METRIC_EXPOSURE] == 10.0 / N_BARS);
  close_scene(&s);
}

/* The ticker lacks the benchmark's second bar. A strategy sees the benchmark's return since the
 * ticker's bar before; metrics compare with the one of the benchmark's own bars. */
static void strategies_and_metrics_see_a_gap_each_in_its_way(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, "buyhold");
  bt_bars *bars = make_bars(3, NULL, NULL, NULL, (const double[]){10, 30, 30});
  bt_bars *benchmark = make_bars(4, NULL, NULL, NULL, (const double[]){100, 200, 300, 150});
  memcpy(bars->time_ns + 1, benchmark->time_ns + 2, 2 * sizeof *bars->time_ns);
  s.job.benchmark = benchmark;
  bt_ticker ticker;
  bt_ticker_source source = {bars, &s.entry, 252, false, NULL};
  assert_int_equal(bt_ticker_open(&ticker, &source, &s.job, NULL), BT_OK);
  assert_true(isnan(ticker.benchmark[0]) && isnan(ticker.subject.benchmark[0]));
  assert_true(ticker.benchmark[1] == 2 && ticker.subject.benchmark[1] == 0.5);
  assert_true(ticker.benchmark[2] == -0.5 && ticker.subject.benchmark[2] == -0.5);
  bt_ticker_close(&ticker);
  source.simulates = true; /* what it has seen is the same; it is not measured */
  assert_int_equal(bt_ticker_open(&ticker, &source, &s.job, NULL), BT_OK);
  assert_true(ticker.benchmark[1] == 2 && !ticker.subject.benchmark);
  bt_ticker_close(&ticker);
  bt_bars_free(bars);
  bt_bars_free(benchmark);
  close_scene(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_workers_on_one_ticker_give_the_same_bits),
      cmocka_unit_test(memory_that_a_ticker_leaves_serves_the_next),
      cmocka_unit_test(outside_of_its_dates_a_ticker_is_not_held),
      cmocka_unit_test(strategies_and_metrics_see_a_gap_each_in_its_way),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
