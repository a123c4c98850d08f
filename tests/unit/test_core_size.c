#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/size.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

static void sizes_are_read(void **state)
{
  (void)state;
  static const struct {
    const char *spec;
    double fraction, volatility;
  } cases[] = {{"100%", 1, 0},      {"25%", 0.25, 0},     {"7%", 0.07, 0},
               {"0.25", 0.25, 0},   {"0.99", 0.99, 0},    {"vol:15%", 1, 0.15},
               {"vol:0.2", 1, 0.2}, {"vol:150%", 1, 1.5}, {"0.1%", 0.001, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bt_size size = {9, 9};
    bt_error err;
    if (bt_size_parse(&size, cases[i].spec, &err)) fail_msg("%s", err.message);
    assert_true(size.fraction == cases[i].fraction && size.volatility == cases[i].volatility);
  }
}

static void assert_refused(const char *spec, const char *message)
{
  bt_size size = {9, 8};
  bt_error err = {0};
  if (!bt_size_parse(&size, spec, &err)) fail_msg("'%s' is accepted", spec);
  assert_int_equal(err.status, BT_ERR_USAGE);
  assert_string_equal(err.message, message);
  assert_true(size.fraction == 9 && size.volatility == 8);
}

static void a_size_that_is_none_is_refused_with_its_reason(void **state)
{
  (void)state;
  static const char *const bad[] = {"",     "%",   "vol:", "vol:%", "x%",   "25 %",
                                    "nan%", "vol", "25bp", "1e2%",  "25%%", "vol:vol:15%"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bt_size size = {9, 8};
    bt_error err = {0};
    if (!bt_size_parse(&size, bad[i], &err)) fail_msg("'%s' is accepted", bad[i]);
    assert_non_null(strstr(err.message, ": expected 100%, 25% or vol:15%"));
  }
  assert_refused("0%", "--size 0%: must be above 0%");
  assert_refused("-25%", "--size -25%: must be above 0%");
  assert_refused("vol:0%", "--size vol:0%: must be above 0%");
  assert_refused("101%", "--size 101%: a position of more than 100% of equity would need credit");
  assert_refused("25", "--size 25: 25 means 2500%; write 25%");
  assert_refused("1.5", "--size 1.5: 1.5 means 150%; write 1.5%");
  assert_refused("vol:15", "--size vol:15: 15 means 1500%; write vol:15%");
  assert_refused("vol:1.1", "--size vol:1.1: 1.1 means 110%; write vol:1.1%");
}

/* Closes that go up and down by 10% in turn: of 20 returns 10 are 0.1 and 10 are -0.1, so the sum
 * of squares is 0.2 and the standard deviation sqrt(0.2 / 19). */
static void the_size_follows_the_volatility_of_twenty_returns(void **state)
{
  (void)state;
  double close[30], sizes[30];
  for (size_t t = 0; t < 30; t++) close[t] = t == 0 ? 100 : close[t - 1] * (t % 2 ? 1.1 : 0.9);
  bt_bars *bars = make_bars(30, NULL, NULL, NULL, close);
  bt_size_fill(sizes, bars, 0.15, 252);
  for (size_t t = 0; t < 20; t++) assert_true(sizes[t] == 0);
  for (size_t t = 20; t < 30; t++) assert_close(sizes[t], 0.15 / sqrt(252 * 0.2 / 19), "size");
  bt_bars_free(bars);
}

static void the_size_is_never_above_one_and_one_where_nothing_moves(void **state)
{
  (void)state;
  double sizes[300];
  test_random random = {51};
  bt_bars *flat = make_flat_bars(30, 33.33), *calm = make_random_bars(&random, 300, 1000, 0.001);
  bt_size_fill(sizes, flat, 0.15, 252);
  for (size_t t = 0; t < 30; t++) assert_true(sizes[t] == (t < 20 ? 0 : 1));
  bt_size_fill(sizes, calm, 0.15, 252);
  for (size_t t = 20; t < 300; t++) assert_true(sizes[t] == 1);
  bt_size_fill(sizes, calm, 0.001, 252);
  for (size_t t = 20; t < 300; t++) assert_true(sizes[t] > 0 && sizes[t] < 1);
  bt_bars_free(flat);
  bt_bars_free(calm);
}

static void later_bars_change_no_size(void **state)
{
  (void)state;
  double whole[100], part[100];
  test_random random = {52};
  bt_bars *bars = make_random_bars(&random, 100, 50, 0.05);
  bt_size_fill(whole, bars, 0.15, 252);
  for (size_t n = 1; n < 100; n += 7) {
    bt_bars *cut = make_prefix(bars, n);
    bt_size_fill(part, cut, 0.15, 252);
    assert_memory_equal(part, whole, n * sizeof *part);
    bt_bars_free(cut);
  }
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_are_read),
      cmocka_unit_test(a_size_that_is_none_is_refused_with_its_reason),
      cmocka_unit_test(the_size_follows_the_volatility_of_twenty_returns),
      cmocka_unit_test(the_size_is_never_above_one_and_one_where_nothing_moves),
      cmocka_unit_test(later_bars_change_no_size),
  };
  return cmocka_run_group_tests_name("core/size", tests, NULL, NULL);
}
