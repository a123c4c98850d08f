#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/costs.h"

typedef struct commission_case {
  const char *spec;
  double rate, per_share, minimum;
} commission_case;

static void commission_specs_are_read(void **state)
{
  (void)state;
  static const commission_case cases[] = {{"0", 0, 0, 0},
                                          {"0.1%", 0.001, 0, 0},
                                          {"5bp", 0.0005, 0, 0},
                                          {"0%", 0, 0, 0},
                                          {"0.005/share", 0, 0.005, 0},
                                          {"0,min=1", 0, 0, 1},
                                          {"0.1%,min=1", 0.001, 0, 1},
                                          {"0.005/share,min=0.35", 0, 0.005, 0.35}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bt_costs costs = {9, 9, 9, 0.25};
    bt_error err;
    if (bt_commission_parse(&costs, cases[i].spec, &err)) fail_msg("%s", err.message);
    assert_true(costs.commission_rate == cases[i].rate);
    assert_true(costs.commission_per_share == cases[i].per_share);
    assert_true(costs.commission_min == cases[i].minimum);
    assert_true(costs.slippage_rate == 0.25);
  }
}

static void a_commission_that_is_none_is_refused_and_leaves_the_costs(void **state)
{
  (void)state;
  static const char *const bad[] = {
      "",
      "0.1",
      "1",
      "%",
      "/share",
      "abc",
      "0.1%,",
      "0.1%,1",
      "-0.1%",
      "-1/share",
      "0.1%,min=",
      "0.1%,min=-1",
      "100%",
      "0.1%,max=1",
      "0.1 %x",
      "1/shares",
      "0.1%,min=1,min=2",
      "0.0000000000000000000000000000000000000000000000000000000000000000000000000001%"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bt_costs costs = {1, 2, 3, 4};
    bt_error err;
    if (!bt_commission_parse(&costs, bad[i], &err)) fail_msg("'%s' is accepted", bad[i]);
    assert_int_equal(err.status, BT_ERR_USAGE);
    assert_ptr_equal(strstr(err.message, "--commission "), err.message);
    assert_true(costs.commission_rate == 1 && costs.commission_min == 3);
  }
}

static void slippage_specs_are_read(void **state)
{
  (void)state;
  bt_costs costs = {1, 2, 3, 9};
  assert_int_equal(bt_slippage_parse(&costs, "5bp", NULL), BT_OK);
  assert_true(costs.slippage_rate == 0.0005);
  assert_int_equal(bt_slippage_parse(&costs, "0.05%", NULL), BT_OK);
  assert_true(costs.slippage_rate == 0.05 / 100);
  assert_int_equal(bt_slippage_parse(&costs, "0", NULL), BT_OK);
  assert_true(costs.slippage_rate == 0 && costs.commission_rate == 1);
}

static void a_slippage_that_is_none_is_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {"", "5", "0.05", "-1bp", "100%", "10000bp", "5 bps", "bp"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bt_costs costs = {.slippage_rate = 0.5};
    bt_error err;
    if (!bt_slippage_parse(&costs, bad[i], &err)) fail_msg("'%s' is accepted", bad[i]);
    assert_int_equal(err.status, BT_ERR_USAGE);
    assert_ptr_equal(strstr(err.message, "--slippage "), err.message);
    assert_true(costs.slippage_rate == 0.5);
  }
}

static void rates_are_read_as_percent_basis_points_or_fractions(void **state)
{
  (void)state;
  double rate = 0;
  assert_int_equal(bt_rate_parse(&rate, "--rf", "5%", NULL), BT_OK);
  assert_true(rate == 0.05);
  assert_int_equal(bt_rate_parse(&rate, "--rf", "0.05", NULL), BT_OK);
  assert_true(rate == 0.05);
  assert_int_equal(bt_rate_parse(&rate, "--rf", "25bp", NULL), BT_OK);
  assert_true(rate == 0.0025);
  assert_int_equal(bt_rate_parse(&rate, "--rf", "-1%", NULL), BT_OK);
  assert_true(rate == -0.01);
  bt_error err;
  assert_int_equal(bt_rate_parse(&rate, "--rf", "five", &err), BT_ERR_USAGE);
  assert_ptr_equal(strstr(err.message, "--rf five:"), err.message);
  assert_true(rate == -0.01);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(commission_specs_are_read),
      cmocka_unit_test(a_commission_that_is_none_is_refused_and_leaves_the_costs),
      cmocka_unit_test(slippage_specs_are_read),
      cmocka_unit_test(a_slippage_that_is_none_is_refused),
      cmocka_unit_test(rates_are_read_as_percent_basis_points_or_fractions),
  };
  return cmocka_run_group_tests_name("core/costs", tests, NULL, NULL);
}
