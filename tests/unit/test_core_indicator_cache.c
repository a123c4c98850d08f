/* What an indicator cache gives to those who read beyond the last bar, and a strategy's own
 * indicators. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/indicator_cache.h"
#include "core/signal_host.h"
#include "tests/support/make_bars.h"

enum { N_BARS = 37, N_ROOM = 60 };

static void twice_close(const bt_host *host, const double *params, double *restrict out)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) out[t] = 2 * host->series->close[t];
}

static bt_indicator_cache *open_cache(const bt_bars *bars, bt_spare *spare)
{
  bt_indicator_cache *cache = NULL;
  const bt_series series = bt_bars_series(bars);
  assert_int_equal(bt_indicator_cache_new(&cache, &series, NULL, spare, NULL), BT_OK);
  return cache;
}

static void expect_nan(const double *values, size_t first, size_t end)
{
  for (size_t t = first; t < end; t++) assert_true(isnan(values[t]));
}

/* In memory that a longer ticker has left, so that its values would be found there. */
static void room_behind_the_bars_is_nan(void **state)
{
  (void)state;
  test_random random = {1};
  bt_bars *longer = make_random_bars(&random, N_ROOM, 40, 0.03),
          *bars = make_prefix(longer, N_BARS);
  bt_signal_host host;
  bt_spare spare;
  bt_spare_init(&spare);
  bt_indicator_cache *cache = open_cache(longer, &spare);
  bt_signal_host_init(&host, cache);
  (void)bt_sma(&host.host, 3), (void)bt_macd(&host.host, 2, 3, 2, BT_SIGNAL);
  bt_indicator_hold_release(&host.hold);
  bt_indicator_cache_free(cache);

  cache = open_cache(bars, &spare);
  assert_int_equal(bt_indicator_cache_pad(cache, N_ROOM, NULL), BT_OK);
  bt_signal_host_init(&host, cache);
  const double *sma = bt_sma(&host.host, 3),
               *twice = host.host.own(&host.host, twice_close, NULL, 0);
  expect_nan(sma, N_BARS, N_ROOM);
  expect_nan(twice, N_BARS, N_ROOM);
  for (size_t output = 0; output < 2; output++)
    expect_nan(bt_macd(&host.host, 2, 3, 2, output), N_BARS, N_ROOM);
  expect_nan(bt_indicator_cache_nan(cache), 0, N_ROOM);
  assert_true(twice[N_BARS - 1] == 2 * bars->close[N_BARS - 1]);
  assert_true(!isnan(sma[N_BARS - 1]));
  size_t n_series = bt_indicator_cache_size_bytes(cache) / sizeof(double) / N_ROOM;
  assert_true(n_series >= 4); /* sma, own, macd with its signal */
  bt_indicator_hold_release(&host.hold);
  bt_indicator_cache_free(cache);
  bt_spare_clear(&spare);
  bt_bars_free(bars);
  bt_bars_free(longer);
}

/* Room changes no value. */
static void values_are_the_same_with_room(void **state)
{
  (void)state;
  test_random random = {2};
  bt_bars *bars = make_random_bars(&random, N_BARS, 40, 0.03);
  bt_indicator_cache *plain = open_cache(bars, NULL), *padded = open_cache(bars, NULL);
  bt_signal_host a, b;
  assert_int_equal(bt_indicator_cache_pad(padded, N_ROOM, NULL), BT_OK);
  bt_signal_host_init(&a, plain);
  bt_signal_host_init(&b, padded);
  a.hold.rounds = b.hold.rounds = true;
  const double *x = bt_ema(&a.host, 5), *y = bt_ema(&b.host, 5);
  const float *x_rounded = bt_indicator_rounded(&a.hold, x);
  const float *y_rounded = bt_indicator_rounded(&b.hold, y);
  assert_memory_equal(x + 4, y + 4, (N_BARS - 4) * sizeof *x);
  assert_memory_equal(x_rounded + 4, y_rounded + 4, (N_BARS - 4) * sizeof *x_rounded);
  bt_indicator_hold_release(&a.hold);
  bt_indicator_hold_release(&b.hold);
  bt_indicator_cache_free(plain);
  bt_indicator_cache_free(padded);
  bt_bars_free(bars);
}

/* ---- a strategy's own -------------------------------------------------------------------------
 */

static size_t n_computed;

static void count_and_average(const bt_host *host, const double *params, double *restrict out)
{
  const double *sma = bt_sma(host, params[0]);
  n_computed++;
  for (size_t t = 0; t < host->series->n_bars; t++) out[t] = params[1] * sma[t];
}

static void each_of_its_own_is_computed_once_for_its_params(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(N_BARS, 5);
  bt_indicator_cache *cache = open_cache(bars, NULL);
  bt_signal_host host;
  const double params[][2] = {{2, 10}, {2, 20}, {3, 10}};
  bt_signal_host_init(&host, cache);
  n_computed = 0;
  for (size_t round = 0; round < 2; round++)
    for (size_t i = 0; i < 3; i++) {
      const double *own = host.host.own(&host.host, count_and_average, params[i], 2);
      assert_true(own[N_BARS - 1] == 5 * params[i][1]);
      assert_int_equal(isnan(own[1]), i == 2);
    }
  assert_int_equal(n_computed, 3);
  (void)host.host.own(&host.host, twice_close, params[0],
                      2); /* another function, the same params */
  assert_true(host.host.own(&host.host, twice_close, NULL, 0)[0] == 10);
  assert_int_equal(n_computed, 3);
  assert_int_equal(host.status, BT_OK);
  bt_indicator_hold_release(&host.hold);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

static void ask_for_a_wrong_one(const bt_host *host, const double *params, double *restrict out)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) out[t] = bt_sma(host, 0)[t];
}

static void ask_for_itself(const bt_host *host, const double *params, double *restrict out)
{
  const double *own = host->own(host, ask_for_itself, params, 1);
  for (size_t t = 0; t < host->series->n_bars; t++) out[t] = own[t];
}

static void hen(const bt_host *host, const double *params, double *restrict out);

static void egg(const bt_host *host, const double *params, double *restrict out)
{
  out[0] = host->own(host, hen, params, 1)[0];
}

static void hen(const bt_host *host, const double *params, double *restrict out)
{
  out[0] = host->own(host, egg, params, 1)[0];
}

static void what_goes_wrong_with_its_own_is_told(void **state)
{
  (void)state;
  static const struct {
    bt_own_indicator *compute;
    size_t n_params;
    const char *message;
  } cases[] = {
      {ask_for_a_wrong_one, 1, "indicator sma: period = 0 is not a whole number from 1 to 1e+06"},
      {ask_for_itself, 1, "an indicator asks for itself"},
      {hen, 1, "an indicator asks for itself"},
      {NULL, 1, "an indicator of its own has no function"},
      {twice_close, 5, "an indicator of its own takes 4 parameters at most, not 5"},
  };
  const double params[5] = {1};
  bt_bars *bars = make_flat_bars(N_BARS, 5);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bt_indicator_cache *cache = open_cache(bars, NULL);
    bt_signal_host host;
    bt_signal_host_init(&host, cache);
    const double *own = host.host.own(&host.host, cases[i].compute, params, cases[i].n_params);
    expect_nan(own, 0, N_BARS);
    assert_int_equal(host.status, BT_ERR_USAGE);
    assert_string_equal(host.error.message, cases[i].message);
    bt_indicator_hold_release(&host.hold);
    bt_indicator_cache_free(cache);
  }
  bt_bars_free(bars);
}

/* ---- what a strategy must not write -----------------------------------------------------------
 */

/* One value behind the bars, or before them. */
static void write_beside(const bt_host *host, const double *params, double *restrict out)
{
  for (size_t t = 0; t < host->series->n_bars; t++) out[t] = 1;
  out[(ptrdiff_t)params[0]] = (double)NAN;
}

/* Also where there is room behind it. */
static void its_own_must_keep_to_its_array(void **state)
{
  (void)state;
  static const double places[] = {-8, -1, N_BARS, N_BARS + 7};
  bt_bars *bars = make_flat_bars(N_BARS, 5);
  for (size_t i = 0; i < 2 * sizeof places / sizeof places[0]; i++) {
    bt_indicator_cache *cache = open_cache(bars, NULL);
    bt_signal_host host;
    if (i % 2) assert_int_equal(bt_indicator_cache_pad(cache, N_ROOM, NULL), BT_OK);
    bt_signal_host_init(&host, cache);
    expect_nan(bt_own1(&host.host, write_beside, places[i / 2]), 0, N_BARS);
    assert_int_equal(host.status, BT_ERR_DATA);
    assert_string_equal(host.error.message,
                        "an indicator of its own has written before or behind its array");
    bt_indicator_hold_release(&host.hold);
    bt_indicator_cache_free(cache);
  }
  bt_bars_free(bars);
}

enum { NOWHERE, BARS, TIMES, SMA, MACD_SIGNAL, OWN, NOT_THERE, N_VICTIMS };

static const double *find_victim(const bt_host *host, int victim)
{
  switch (victim) {
  case BARS:
    return host->series->volume;
  case TIMES:
    return (const void *)host->series->time_ns;
  case SMA:
    return bt_sma(host, 3);
  case MACD_SIGNAL:
    return bt_macd(host, 2, 3, 2, BT_SIGNAL);
  case OWN:
    return bt_own1(host, twice_close, 0);
  default:
    return bt_sma(host, 0);
  }
}

/* Whichever value it is, and however little it changes. */
static void what_was_written_into_is_told(void **state)
{
  (void)state;
  static const char *const messages[N_VICTIMS] = {
      "",
      "it has written into the bars, which it may only read",
      "it has written into the bars, which it may only read",
      "it has written into an indicator (sma), which it may only read",
      "it has written into an indicator (macd), which it may only read",
      "it has written into an indicator (of its own), which it may only read",
      "it has written into an indicator that it could not have"};
  test_random random = {4};
  bt_bars *bars = make_random_bars(&random, N_BARS, 40, 0.03);
  for (int victim = NOWHERE; victim < N_VICTIMS; victim++)
    for (size_t t = 0; t < N_BARS; t++) {
      bt_indicator_cache *cache = open_cache(bars, NULL);
      bt_signal_host host;
      bt_error err;
      assert_int_equal(bt_indicator_cache_guard(cache, BT_GUARD_HASH, NULL), BT_OK);
      bt_signal_host_init(&host, cache);
      (void)bt_atr(&host.host, 3);
      uint64_t *bits = victim == NOWHERE
                           ? &(uint64_t){0}
                           : (uint64_t *)(uintptr_t)find_victim(&host.host, victim) + t;
      bt_indicator_hold_release(&host.hold);
      *bits ^= 1;
      assert_int_equal(bt_indicator_cache_check(cache, &err), victim ? BT_ERR_DATA : BT_OK);
      if (victim) assert_string_equal(err.message, messages[victim]);
      *bits ^= 1;
      bt_indicator_cache_free(cache);
    }
  bt_bars_free(bars);
}

static void values_are_the_same_with_any_guard(void **state)
{
  (void)state;
  test_random random = {5};
  bt_bars *bars = make_random_bars(&random, N_BARS, 40, 0.03);
  bt_indicator_cache *caches[3];
  const double *values[3];
  for (bt_guard guard = BT_GUARD_NONE; guard <= BT_GUARD_SEAL; guard++) {
    bt_signal_host host;
    caches[guard] = open_cache(bars, NULL);
    assert_int_equal(bt_indicator_cache_guard(caches[guard], guard, NULL), BT_OK);
    bt_signal_host_init(&host, caches[guard]);
    values[guard] = bt_macd(&host.host, 2, 3, 2, BT_SIGNAL);
    assert_int_equal(host.status, BT_OK);
    bt_indicator_hold_release(&host.hold);
    assert_memory_equal(values[guard], values[0], N_BARS * sizeof(double));
  }
  for (size_t i = 0; i < 3; i++) bt_indicator_cache_free(caches[i]);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(room_behind_the_bars_is_nan),
      cmocka_unit_test(values_are_the_same_with_room),
      cmocka_unit_test(each_of_its_own_is_computed_once_for_its_params),
      cmocka_unit_test(what_goes_wrong_with_its_own_is_told),
      cmocka_unit_test(its_own_must_keep_to_its_array),
      cmocka_unit_test(what_was_written_into_is_told),
      cmocka_unit_test(values_are_the_same_with_any_guard),
  };
  return cmocka_run_group_tests_name("core/indicator_cache", tests, NULL, NULL);
}
