/* (high + low + close) / 3, and what is a move of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/indicators/typical_price.h"
#include "tests/support/make_bars.h"

enum { N = 1000000 };

static double typical_of(double high, double low, double close)
{
  const bt_series series = {.n_bars = 1, .high = &high, .low = &low, .close = &close};
  return bt_indicator__typical_price(&series, 0);
}

static void a_bar_of_one_price_has_it_to_the_last_bit(void **state)
{
  (void)state;
  test_random random = {91};
  size_t n_otherwise = 0;
  for (size_t i = 0; i < N; i++) {
    double price = exp(random_between(&random, -20, 20));
    if (i % 2) price = round(price * 100) / 100;
    if (typical_of(price, price, price) != price) fail_msg("%.17g", price);
    volatile double sum = price + price + price;
    if (sum / 3 != price) n_otherwise++;
  }
  assert_true(n_otherwise > N / 10); /* which the plain sum does not give */
}

/* A bar of whole cents, and another one with the same sum. */
static void bars_of_the_same_sum_are_the_same_price(void **state)
{
  (void)state;
  test_random random = {92};
  size_t n_differ = 0;
  for (size_t i = 0; i < N; i++) {
    size_t most = 2 + random_below(&random, i % 2 ? 100 : 1000000);
    size_t low = 1 + random_below(&random, most), close = low + random_below(&random, most);
    size_t high = close + random_below(&random, most);
    size_t shift = random_below(&random, close - low + 1) / 2; /* from the close to the low */
    double a = typical_of((double)high / 100, (double)low / 100, (double)close / 100);
    double b =
        typical_of((double)high / 100, (double)(low + shift) / 100, (double)(close - shift) / 100);
    if (bt_indicator__has_moved(b - a, b)) fail_msg("%.17g and %.17g", a, b);
    if (a != b) n_differ++;
  }
  assert_true(n_differ > N / 100);
}

static void the_least_step_of_a_price_is_a_move(void **state)
{
  (void)state;
  double price = 0.01;
  for (; price < 1e7; price *= 1.01) {
    double next = typical_of(price, price, price + 1e-8 * price);
    assert_true(bt_indicator__has_moved(next - price, next));
    assert_true(bt_indicator__has_moved(price - next, price));
    assert_false(bt_indicator__has_moved(0, price));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bar_of_one_price_has_it_to_the_last_bit),
      cmocka_unit_test(bars_of_the_same_sum_are_the_same_price),
      cmocka_unit_test(the_least_step_of_a_price_is_a_move),
  };
  return cmocka_run_group_tests_name("core/typical_price", tests, NULL, NULL);
}
