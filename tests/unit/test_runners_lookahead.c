/* Strategies that see the future, with the first bar worked out by hand, and those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "strategies/registry.h"
#include "tests/support/lookahead_scene.h"
#include "tests/support/make_bars.h"
#include "tests/support/slow.h"

/* Fewer bars than there are cuts: every cut is tried. */
static const double falls_then_rises[] = {12, 11, 10, 12, 11};
enum { N_FEW = 5 };

/* That `strategy` is found on the few bars: bar, how many are left, and both targets. */
static void expect_found(scan_scene *s, const bt_strategy *strategy, size_t bar, size_t n_left,
                         double target, double then)
{
  bt_lookahead_result found = search(s, strategy);
  assert_int_equal(found.n_done, 1);
  assert_int_equal(found.n_tickers_found, 1);
  assert_int_equal(found.n_combos_found, 1);
  assert_int_equal(found.first.bar, bar);
  assert_int_equal(found.first.n_left, n_left);
  assert_true(found.first.target == target && found.first.then == then);
  assert_true(found.first.bar_ns == instant_of("2020-01-01") + (int64_t)bar * BT_NS_PER_DAY);
  assert_true(found.first.left_ns ==
              instant_of("2020-01-01") + (int64_t)(n_left - 1) * BT_NS_PER_DAY);
  assert_true(found.first.daily && found.first.is_first);
}

static void expect_clean(scan_scene *s, const bt_strategy *strategy)
{
  bt_lookahead_result found = search(s, strategy);
  if (found.n_tickers_found > 0)
    fail_msg("%s: combination %zu, ticker %zu, bar %zu with %zu bars left", strategy->name,
             found.first.combo + 1, found.first.ticker, found.first.bar, found.first.n_left);
  assert_int_equal(found.n_combos_found, 0);
  assert_int_equal(found.n_done, s->universe.n_entries);
}

/* ---- peeking ----------------------------------------------------------------------------------
 */

/* Buys ahead of a close that is higher, so many bars ahead. */
static void peek_by(const bt_host *host, size_t ahead, double *target)
{
  const bt_series *series = host->series;
  for (size_t t = 0; t < series->n_bars; t++)
    target[t] = t + ahead < series->n_bars && series->close[t + ahead] > series->close[t] ? 1 : 0;
}

static void peek(const bt_host *host, const double *params, double *target)
{
  (void)params;
  peek_by(host, 1, target);
}

static void peek_far(const bt_host *host, const double *params, double *target)
{
  (void)params;
  peek_by(host, 3, target);
}

static void one_bar_ahead_is_found(void **state)
{
  scan_scene *s = *state;
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  expect_found(s, &STRATEGY(.signals = peek), 2, 3, 1, 0);
}

/* Close 4 is above close 1: it is bar 4 that must not be seen, so the longest cut leaves 4. */
static void the_longest_cut_tells_how_far_it_sees(void **state)
{
  static const double close[] = {12, 11, 10, 12, 12, 9};
  scan_scene *s = *state;
  write_closes(s, "A", close, 6, 1);
  expect_found(s, &STRATEGY(.signals = peek_far), 1, 4, 1, 0);
}

/* Long below half of the highest close of the whole history. */
static void know_the_top(const bt_host *host, const double *params, double *target)
{
  const bt_series *series = host->series;
  double top = 0;
  (void)params;
  for (size_t t = 0; t < series->n_bars; t++) top = fmax(top, series->close[t]);
  for (size_t t = 0; t < series->n_bars; t++) target[t] = series->close[t] < top / 2 ? 1 : 0;
}

/* Without bar 3 nothing lies below half of the top. */
static void normalising_by_the_whole_history_is_found(void **state)
{
  static const double close[] = {16, 11, 9, 30, 12};
  scan_scene *s = *state;
  write_closes(s, "A", close, 5, 1);
  expect_found(s, &STRATEGY(.signals = know_the_top), 1, 3, 1, 0);
}

/* Long below the mean of the bar with the ones on both sides, as far as they are there. */
static void centre(const bt_host *host, const double *params, signed char *restrict side)
{
  const bt_series *series = host->series;
  (void)params;
  for (size_t t = 0; t < series->n_bars; t++) {
    size_t first = t > 0 ? t - 1 : 0, end = t + 2 < series->n_bars ? t + 2 : series->n_bars;
    double sum = 0;
    for (size_t i = first; i < end; i++) sum += series->close[i];
    side[t] = series->close[t] < sum / (double)(end - first);
  }
}

static void a_centred_average_is_found(void **state)
{
  static const double close[] = {10, 10, 10, 10, 16, 10};
  scan_scene *s = *state;
  write_closes(s, "A", close, 6, 1);
  expect_found(s, &STRATEGY(.sides = centre), 3, 4, 1, 0);
}

/* Flat on the last bar that there is. */
static void sell_at_the_end(const bt_host *host, const double *params, signed char *restrict side)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) side[t] = t + 1 < host->series->n_bars;
}

static void to_know_where_the_data_end_is_found(void **state)
{
  scan_scene *s = *state;
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  expect_found(s, &STRATEGY(.sides = sell_at_the_end), 0, 1, 1, 0);
}

/* ---- beyond the end of what is left -----------------------------------------------------------
 */

static double peek_at_close(const bt_now *now, const double *params)
{
  (void)params;
  return now->series->close[now->t + 1] > now->series->close[now->t] ? 1 : 0;
}

static double peek_at_line(const bt_now *now, const double *params)
{
  (void)params;
  return now->lines[0][now->t + 1] > bt_close(now, 0) ? 1 : 0;
}

static void prepare_mean(const bt_host *host, const double *params, const double **lines)
{
  (void)params;
  lines[0] = bt_sma(host, 1);
}

static void on_bar_that_reaches_past_its_bar_is_found(void **state)
{
  scan_scene *s = *state;
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  expect_found(s, &STRATEGY(.on_bar = peek_at_close), 2, 3, 1, 0);
  expect_found(s, &STRATEGY(.on_bar = peek_at_line, .prepare = prepare_mean), 2, 3, 1, 0);
}

static void next_close(const bt_host *host, const double *params, double *restrict out)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) out[t] = host->series->close[t + 1];
}

static void own_against_close(const bt_host *host, const double *params, const double *pair[2])
{
  (void)params;
  pair[0] = host->own(host, next_close, NULL, 0);
  pair[1] = host->series->close;
}

static void an_own_indicator_that_peeks_is_found(void **state)
{
  scan_scene *s = *state;
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  expect_found(s, &STRATEGY(.cross = own_against_close), 2, 3, 1, 0);
}

static void follow_benchmark(const bt_host *host, const double *params, double *target)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++)
    target[t] = host->series->benchmark[t + 1] > 0 ? 1 : 0;
}

/* The benchmark has the same closes: its return is positive on bar 3 alone. */
static void the_benchmark_of_tomorrow_is_found(void **state)
{
  scan_scene *s = *state;
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  bt_bars *benchmark = make_bars(N_FEW, NULL, NULL, NULL, falls_then_rises);
  s->job.benchmark = benchmark;
  expect_found(s, &STRATEGY(.signals = follow_benchmark), 2, 3, 1, 0);
  bt_bars_free(benchmark);
}

static void honest_benchmark(const bt_host *host, const double *params, double *target)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++)
    target[t] = host->series->benchmark[t] > 0 ? 1 : 0;
}

/* Weekly bars and a weekly benchmark: how long a bar lasts cannot be told of one bar alone. */
static void the_benchmark_of_today_is_none(void **state)
{
  enum { N_WEEKS = 30 };
  scan_scene *s = *state;
  double close[N_WEEKS];
  for (size_t t = 0; t < N_WEEKS; t++) close[t] = 10 + (double)(t * t % 7);
  write_closes(s, "A", close, N_WEEKS, 7);
  bt_bars *benchmark = make_bars(N_WEEKS, NULL, NULL, NULL, close);
  for (size_t t = 0; t < N_WEEKS; t++)
    benchmark->time_ns[t] = instant_of("2020-01-01") + (int64_t)t * 7 * BT_NS_PER_DAY;
  s->job.benchmark = benchmark;
  expect_clean(s, &STRATEGY(.signals = honest_benchmark));
  bt_bars_free(benchmark);
}

/* ---- which is the first -----------------------------------------------------------------------
 */

enum { N_MANY = 300 };

static void write_random(const scan_scene *s, const char *symbol, uint64_t seed, size_t n)
{
  test_random random = {seed};
  bt_bars *bars = make_random_bars(&random, n, 40, 0.03);
  write_closes(s, symbol, bars->close, n, 1);
  bt_bars_free(bars);
}

static const bt_param ahead_param = {"ahead", 0, 0, 3, 1, 0, 10, 1, "bars ahead"};

static void peek_by_param(const bt_host *host, const double *params, double *target)
{
  peek_by(host, (size_t)params[0], target);
}

#define PEEK_BY_PARAM STRATEGY(.params = &ahead_param, .n_params = 1, .signals = peek_by_param)

/* Combination 0 does not look ahead, ticker A does not move. */
static void the_first_combination_and_then_the_first_ticker_are_told(void **state)
{
  scan_scene *s = *state;
  static double flat[N_MANY];
  for (size_t t = 0; t < N_MANY; t++) flat[t] = 5;
  write_closes(s, "A", flat, N_MANY, 1);
  write_random(s, "B", 1, N_MANY);
  write_random(s, "C", 2, N_MANY);
  bt_lookahead_result found = search(s, &PEEK_BY_PARAM);
  assert_int_equal(found.n_done, 3);
  assert_int_equal(found.n_combos_found, 3);
  assert_int_equal(found.n_tickers_found, 2);
  assert_int_equal(found.first.combo, 1);
  assert_int_equal(found.first.ticker, 1);
}

/* Against a look at every cut. */
static void the_first_bar_is_that_of_all_cuts(void **state)
{
  scan_scene *s = *state;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    test_random random = {seed};
    bt_bars *bars = make_random_bars(&random, N_MANY, 40, 0.03);
    size_t first = 0;
    while (bars->close[first + 1] <= bars->close[first]) first++;
    write_closes(s, "A", bars->close, N_MANY, 1);
    expect_found(s, &STRATEGY(.signals = peek), first, first + 1, 1, 0);
    bt_bars_free(bars);
  }
}

static void any_number_of_workers_finds_the_same(void **state)
{
  static const size_t n_workers[] = {1, 2, 7};
  static const char *const symbols[] = {"A", "B", "C", "D", "E", "F"};
  scan_scene *s = *state;
  bt_lookahead_result one, many;
  for (size_t i = 0; i < 6; i++) write_random(s, symbols[i], i + 1, N_MANY - 10 * i);
  for (size_t i = 0; i < 3; i++) {
    bt_lookahead_result *result = i == 0 ? &one : &many;
    if (search_folder(result, s, &PEEK_BY_PARAM, n_workers[i])) fail_msg("%s", s->err.message);
    result->elapsed_s = 0;
    if (i > 0) assert_memory_equal(&one, &many, sizeof one);
  }
  assert_int_equal(one.n_tickers_found, 6);
}

#if defined(__OPTIMIZE__)
#define IS_UNOPTIMISED 0
#else
#define IS_UNOPTIMISED 1
#endif

/* More bars than every cut could be tried of. */
static void of_very_many_bars_the_first_is_not_promised(void **state)
{
  enum { N_VERY_MANY = 17000 };
  scan_scene *s = *state;
  if (IS_SLOW || IS_UNOPTIMISED || is_below_valgrind()) skip();
  write_random(s, "A", 1, N_VERY_MANY);
  bt_lookahead_result found = search(s, &STRATEGY(.signals = peek));
  assert_int_equal(found.n_tickers_found, 1);
  assert_false(found.first.is_first);
}

/* ---- spans and dates --------------------------------------------------------------------------
 */

/* From bar 3 on the first decision is that of bar 2, or with fills at the close of bar 3; on_bar
 * decides over a span, of which no cut leaves nothing. */
static void what_is_not_evaluated_does_not_count(void **state)
{
  static const double close[] = {10, 12, 10, 12, 10, 12, 10};
  scan_scene *s = *state;
  write_closes(s, "A", close, 7, 1);
  s->job.from_ns = instant_of("2020-01-04");
  expect_found(s, &STRATEGY(.signals = peek), 2, 3, 1, 0);
  expect_found(s, &STRATEGY(.on_bar = peek_at_close), 4, 5, 1, 0);
  s->job.evaluation.simulation.fill = BT_FILL_CLOSE;
  expect_found(s, &STRATEGY(.signals = peek), 4, 5, 1, 0);
  s->job.to_ns = instant_of("2020-01-04");
  expect_clean(s, &STRATEGY(.signals = peek));
}

static double always_long(const bt_now *now, const double *params)
{
  (void)now, (void)params;
  return 1;
}

/* Bars on every other day. That bar 3 is the last one inside is told by bar 4 alone. */
static void dates_of_membership_are_no_look_ahead(void **state)
{
  scan_scene *s = *state;
  const bt_strategy *buyhold = NULL;
  bt_membership inside = {18262, 18262 + 7};
  write_closes(s, "A", falls_then_rises, N_FEW, 2);
  assert_int_equal(bt_universe_read(&s->universe, s->dir, NULL, &s->err), BT_OK);
  bt_universe_entry *entry = &s->universe.entries[0];
  entry->stretches = &inside;
  entry->n_stretches = 1;
  assert_int_equal(bt_strategy_find(&buyhold, "buyhold", NULL), BT_OK);
  expect_clean(s, buyhold);
  expect_clean(s, &STRATEGY(.on_bar = always_long));
  bt_lookahead_result found = search(s, &STRATEGY(.signals = peek));
  assert_int_equal(found.n_tickers_found, 1);
  assert_int_equal(found.first.bar, 2);
  inside.to_day = 18262 + 4; /* bar 2 is the last one inside: no target there, in any cut */
  expect_clean(s, &STRATEGY(.signals = peek));
  entry->stretches = NULL;
  entry->n_stretches = 0;
}

/* ---- what does not look ahead -----------------------------------------------------------------
 */

static void no_built_in_looks_ahead(void **state)
{
  scan_scene *s = *state;
  write_random(s, "A", 3, N_MANY);
  write_random(s, "B", 4, 2 * N_MANY);
  write_random(s, "C", 5, 30);
  s->job.direction = BT_DIRECTION_BOTH;
  for (size_t i = 0; i < bt_strategy_count(); i++) expect_clean(s, bt_strategy_at(i));
}

/* Buys what fell, and sells after five bars or with a profit. */
static double buy_dips(const bt_now *now, const double *params)
{
  size_t *n_bought = now->state;
  (void)params;
  if (now->position == 0) {
    bool fell = bt_close(now, 0) < 0.98 * bt_close(now, 2);
    *n_bought += fell;
    return fell ? 1 : 0;
  }
  bool sells = now->bars_held >= 5 + *n_bought % 3 || bt_close(now, 0) > 1.03 * now->entry_price;
  return sells ? 0 : (double)NAN;
}

static void what_is_held_is_no_look_ahead(void **state)
{
  scan_scene *s = *state;
  bt_sim_config *how = &s->job.evaluation.simulation;
  const bt_strategy strategy = STRATEGY(.on_bar = buy_dips, .state_bytes = sizeof(size_t));
  write_random(s, "A", 6, N_MANY);
  expect_clean(s, &strategy);
  s->job.size.volatility = 0.2;
  how->stops.at[BT_STOP_LOSS] =
      (bt_distance){.unit = BT_DISTANCE_ATR, .amount = 2, .atr_period = 14};
  how->costs.commission_rate = 0.001;
  expect_clean(s, &strategy);
  how->fill = BT_FILL_CLOSE;
  expect_clean(s, &strategy);
}

#define scene_test(test)                                                                           \
  cmocka_unit_test_setup_teardown(test, scan_scene_setup, scan_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      scene_test(one_bar_ahead_is_found),
      scene_test(the_longest_cut_tells_how_far_it_sees),
      scene_test(normalising_by_the_whole_history_is_found),
      scene_test(a_centred_average_is_found),
      scene_test(to_know_where_the_data_end_is_found),
      scene_test(on_bar_that_reaches_past_its_bar_is_found),
      scene_test(an_own_indicator_that_peeks_is_found),
      scene_test(the_benchmark_of_tomorrow_is_found),
      scene_test(the_benchmark_of_today_is_none),
      scene_test(the_first_combination_and_then_the_first_ticker_are_told),
      scene_test(the_first_bar_is_that_of_all_cuts),
      scene_test(any_number_of_workers_finds_the_same),
      scene_test(of_very_many_bars_the_first_is_not_promised),
      scene_test(what_is_not_evaluated_does_not_count),
      scene_test(dates_of_membership_are_no_look_ahead),
      scene_test(no_built_in_looks_ahead),
      scene_test(what_is_held_is_no_look_ahead),
  };
  return cmocka_run_group_tests_name("runners/lookahead", tests, NULL, NULL);
}
