/* The first bars of a ticker alone, and which cuts are tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runners/lookahead_cut.h"
#include "strategies/registry.h"
#include "tests/support/make_bars.h"

enum { N_BARS = 200 };

typedef struct scene {
  bt_job job;
  bt_bars *bars;
  bt_universe_entry entry;
  bt_ticker ticker;
} scene;

static void open_scene(scene *s, size_t n_bars)
{
  test_random random = {1};
  *s = (scene){.job = {.from_ns = INT64_MIN, .to_ns = INT64_MAX}};
  assert_int_equal(bt_strategy_find(&s->job.strategy, "buyhold", NULL), BT_OK);
  s->bars = make_random_bars(&random, n_bars, 50, 0.03);
  const bt_ticker_source source = {
      .bars = s->bars, .entry = &s->entry, .periods_per_year = 252, .simulates = true};
  assert_int_equal(bt_ticker_open(&s->ticker, &source, &s->job, NULL), BT_OK);
}

static void close_scene(scene *s)
{
  bt_ticker_close(&s->ticker);
  bt_bars_free(s->bars);
}

/* Cuts by their list: most bars left first, each once, from one to all but one. */
static bt_cut_list make_list(const scene *s, size_t place, size_t n_most)
{
  bt_cut_list cuts;
  assert_int_equal(bt_cut_list_new(&cuts, &s->ticker, place, n_most, NULL), BT_OK);
  assert_true(cuts.n <= n_most);
  for (size_t i = 0; i < cuts.n; i++) {
    assert_true(cuts.n_left[i] >= 1 && cuts.n_left[i] < s->bars->n_bars);
    if (i > 0) assert_true(cuts.n_left[i] < cuts.n_left[i - 1]);
  }
  return cuts;
}

static void few_bars_are_cut_everywhere(void **state)
{
  (void)state;
  static const size_t n_most[] = {BT_CUTS_LEAST, 100};
  for (size_t i = 0; i < 2; i++) {
    for (size_t n_bars = 1; n_bars <= n_most[i] + 2; n_bars++) {
      scene s;
      open_scene(&s, n_bars);
      bt_cut_list cuts = make_list(&s, 5, n_most[i]);
      assert_int_equal(cuts.is_every, n_bars <= n_most[i] + 1);
      if (cuts.is_every) assert_int_equal(cuts.n, n_bars - 1);
      free(cuts.n_left);
      close_scene(&s);
    }
  }
}

static void the_shortest_and_the_longest_cuts_are_always_among_them(void **state)
{
  (void)state;
  static const size_t lengths[] = {42, 43, 60, 200, 1259, 5000};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    scene s;
    open_scene(&s, lengths[i]);
    for (size_t place = 0; place < 50; place++) {
      bt_cut_list cuts = make_list(&s, place, BT_CUTS_LEAST);
      assert_true(cuts.n > BT_CUTS_LEAST / 2 && !cuts.is_every);
      for (size_t k = 0; k < 3; k++) assert_int_equal(cuts.n_left[k], lengths[i] - 1 - k);
      for (size_t k = 0; k < 4; k++) assert_int_equal(cuts.n_left[cuts.n - 1 - k], k + 1);
      free(cuts.n_left);
    }
    close_scene(&s);
  }
}

/* No gap of one ticker is much longer than the mean one; some tickers together leave none. */
static void cuts_are_spread_over_the_bars_and_the_tickers(void **state)
{
  (void)state;
  bool cut[1260] = {false};
  scene s;
  open_scene(&s, 1259);
  for (size_t place = 0; place < 100; place++) {
    bt_cut_list cuts = make_list(&s, place, BT_CUTS_LEAST);
    for (size_t i = 0; i < cuts.n; i++) cut[cuts.n_left[i]] = true;
    for (size_t i = 1; i < cuts.n; i++)
      assert_true(cuts.n_left[i - 1] - cuts.n_left[i] < 3 * 1259 / 33);
    free(cuts.n_left);
  }
  for (size_t n = 1; n < 1259; n++) assert_true(cut[n]);
  close_scene(&s);
}

static void what_is_cut_off_is_not_there(void **state)
{
  (void)state;
  static const size_t lengths[] = {N_BARS, 150, 7, 1, 90, 199, 30, N_BARS};
  scene s;
  bt_cut cut;
  open_scene(&s, N_BARS);
  assert_int_equal(bt_cut_init(&cut, &s.ticker, NULL), BT_OK);
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    size_t n = lengths[i];
    bt_signal_host host;
    assert_int_equal(bt_cut_open(&cut, n, NULL), BT_OK);
    assert_int_equal(cut.ticker.bars->n_bars, n);
    assert_int_equal(cut.compared.first, 0);
    assert_int_equal(cut.compared.end, n);
    bt_signal_host_init(&host, cut.ticker.indicators);
    const bt_series *series = host.host.series;
    const double *sma = bt_sma(&host.host, 1);
    assert_int_equal(series->n_bars, n);
    assert_memory_equal(series->close, s.bars->close, n * sizeof(double));
    assert_memory_equal(series->low, s.bars->low, n * sizeof(double));
    assert_memory_equal(series->time_ns, s.bars->time_ns, n * sizeof(int64_t));
    assert_memory_equal(sma, s.bars->close, n * sizeof(double));
    for (size_t t = n; t < N_BARS + 8; t++)
      assert_true(isnan(series->open[t]) && isnan(series->high[t]) && isnan(series->low[t]) &&
                  isnan(series->close[t]) && isnan(series->volume[t]) && isnan(sma[t]) &&
                  series->time_ns[t] == 0);
    bt_indicator_hold_release(&host.hold);
    assert_int_equal(bt_cut_close(&cut, BT_OK, NULL), BT_OK);
  }
  bt_cut_clear(&cut);
  close_scene(&s);
}

static void falsify(const bt_host *host, const double *params, double *target)
{
  const bt_series *series = host->series;
  (void)params;
  if (series->n_bars == 150) {
    ((double *)(uintptr_t)series->close)[5] = 3;
    ((int64_t *)(uintptr_t)series->time_ns)[6] = 3;
  }
  for (size_t t = 0; t < series->n_bars; t++) target[t] = 0;
}

/* Smaller cuts see none of it. */
static void what_a_strategy_writes_into_the_bars_is_gone_with_its_cut(void **state)
{
  (void)state;
  static const bt_strategy falsifier = {
      .abi_version = BT_STRATEGY_ABI, .name = "f", .summary = "f", .signals = falsify};
  static const size_t lengths[] = {N_BARS, 150, 149, 7};
  scene s;
  bt_cut cut;
  bt_grid *grid = NULL;
  bt_ticker_scratch scratch;
  open_scene(&s, N_BARS);
  s.job.strategy = &falsifier;
  s.job.guard = BT_GUARD_HASH;
  assert_int_equal(bt_grid_new(&grid, &falsifier, NULL, NULL, 0, NULL), BT_OK);
  s.job.grid = grid;
  assert_int_equal(bt_ticker_scratch_init(&scratch, 0, NULL), BT_OK);
  assert_int_equal(bt_cut_init(&cut, &s.ticker, NULL), BT_OK);
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    size_t n = lengths[i];
    assert_int_equal(bt_cut_open(&cut, n, NULL), BT_OK);
    assert_memory_equal(cut.bars->close, s.bars->close, n * sizeof(double));
    assert_memory_equal(cut.bars->time_ns, s.bars->time_ns, n * sizeof(int64_t));
    bt_status status = bt_cut_aim(&cut, &scratch, 0, NULL);
    assert_int_equal(bt_cut_close(&cut, status, NULL), n == 150 ? BT_ERR_STRATEGY : BT_OK);
  }
  bt_cut_clear(&cut);
  bt_ticker_scratch_clear(&scratch);
  bt_grid_free(grid);
  close_scene(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_bars_are_cut_everywhere),
      cmocka_unit_test(the_shortest_and_the_longest_cuts_are_always_among_them),
      cmocka_unit_test(cuts_are_spread_over_the_bars_and_the_tickers),
      cmocka_unit_test(what_is_cut_off_is_not_there),
      cmocka_unit_test(what_a_strategy_writes_into_the_bars_is_gone_with_its_cut),
  };
  return cmocka_run_group_tests_name("runners/lookahead_cut", tests, NULL, NULL);
}
