/* Parameter values and their combinations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/grid.h"

static const bt_param whole = {"n", 20, 5, 50, 5, 1, 1e6, 1, "bars"};
static const bt_param real = {"x", 2, 1, 3, 0.5, -1e300, 1e300, 0, "width"};

static void signals(const bt_host *host, const double *params, double *target)
{
  (void)host;
  (void)params;
  (void)target;
}

static const bt_param two_params[] = {{"fast", 20, 5, 50, 5, 1, 1e6, 1, "bars"},
                                      {"slow", 50, 20, 200, 10, 1, 1e6, 1, "bars"}};
static const bt_strategy two = {.abi_version = BT_STRATEGY_ABI,
                                .name = "two",
                                .summary = "two parameters",
                                .params = two_params,
                                .n_params = 2,
                                .rule = "fast<slow",
                                .signals = signals};

static void check_axis(const bt_param *param, const char *spec, const double *expected, size_t n)
{
  bt_axis axis = {0};
  bt_error err;
  if (bt_axis_parse(&axis, param, spec, &err)) fail_msg("%s", err.message);
  assert_int_equal(axis.n_values, n);
  for (size_t i = 0; i < n; i++)
    if (axis.values[i] != expected[i]) fail_msg("%s: value %zu is %.17g", spec, i, axis.values[i]);
  bt_axis_clear(&axis);
  assert_null(axis.values);
}

#define CHECK_AXIS(param, spec, ...)                                                               \
  do {                                                                                             \
    static const double expected[] = {__VA_ARGS__};                                                \
    check_axis(param, spec, expected, sizeof expected / sizeof expected[0]);                       \
  } while (0)

static void check_refused(const bt_param *param, const char *spec, const char *message)
{
  bt_axis axis = {0};
  bt_error err;
  assert_int_equal(bt_axis_parse(&axis, param, spec, &err), BT_ERR_USAGE);
  assert_null(axis.values);
  assert_string_equal(err.message, message);
}

static void one_value_a_list_or_the_preset(void **state)
{
  (void)state;
  CHECK_AXIS(&whole, "7", 7);
  CHECK_AXIS(&whole, "50,5,20", 50, 5, 20);
  CHECK_AXIS(&whole, NULL, 20);
  CHECK_AXIS(&real, "-1.5,1e-3", -1.5, 1e-3);
}

static void a_range_includes_its_end_only_when_hit(void **state)
{
  (void)state;
  CHECK_AXIS(&whole, "5:20:5", 5, 10, 15, 20);
  CHECK_AXIS(&whole, "5:19:5", 5, 10, 15);
  CHECK_AXIS(&whole, "5:5:5", 5);
  CHECK_AXIS(&whole, "20:5:-5", 20, 15, 10, 5);
  CHECK_AXIS(&whole, "20:6:-5", 20, 15, 10);
}

static void decimal_steps_do_not_drift(void **state)
{
  (void)state;
  CHECK_AXIS(&real, "0.1:0.5:0.1", 0.1, 0.2, 0.3, 0.4, 0.5);
  CHECK_AXIS(&real, "1:3:0.5", 1, 1.5, 2, 2.5, 3);
  CHECK_AXIS(&real, "-0.2:0.2:0.1", -0.2, -0.1, 0, 0.1, 0.2);
  CHECK_AXIS(&real, "1e-3:3e-3:1e-3", 0.001, 0.002, 0.003);
  CHECK_AXIS(&real, "0.90:1.00:.05", 0.9, 0.95, 1);
  CHECK_AXIS(&real, "1e17:3e17:1e17", 1e17, 2e17, 3e17);
  CHECK_AXIS(&real, "1e-30:3e-30:1e-30", 1e-30, 2e-30, 3e-30);
  CHECK_AXIS(&real, "1e22:1.2e23:1.1e23", 1e22, 1.2e23);
}

static void a_thousand_steps_are_each_the_nearest_double(void **state)
{
  (void)state;
  bt_axis axis = {0};
  assert_int_equal(bt_axis_parse(&axis, &real, "0:100:0.01", NULL), BT_OK);
  assert_int_equal(axis.n_values, 10001);
  for (size_t i = 0; i < axis.n_values; i++) assert_true(axis.values[i] == (double)i / 100);
  bt_axis_clear(&axis);
}

static void a_wrong_spec_names_the_option_and_the_reason(void **state)
{
  (void)state;
  check_refused(&whole, "", "--param n=: expected 20, 5:50:5 (first:last:step) or 5,10,20");
  check_refused(&whole, "5,,6", "--param n=5,,6: expected 20, 5:50:5 (first:last:step) or 5,10,20");
  check_refused(&whole, "5,6,", "--param n=5,6,: expected 20, 5:50:5 (first:last:step) or 5,10,20");
  check_refused(&whole, "5:50", "--param n=5:50: a range is first:last:step, such as 5:50:5");
  check_refused(&whole, "5:50:5:1",
                "--param n=5:50:5:1: a range is first:last:step, such as 5:50:5");
  check_refused(&whole, "5:x:1", "--param n=5:x:1: a range is first:last:step, such as 5:50:5");
  check_refused(&whole, "5:50:0", "--param n=5:50:0: a step of 0 does not lead from 5 to 50");
  check_refused(&whole, "5:5:0", "--param n=5:5:0: a step of 0 does not lead from 5 to 5");
  check_refused(&whole, "5:50:-5", "--param n=5:50:-5: a step of -5 does not lead from 5 to 50");
  check_refused(&whole, "50:5:5", "--param n=50:5:5: a step of 5 does not lead from 50 to 5");
  check_refused(&whole, "5,10,5", "--param n=5,10,5: 5 stands there twice");
  check_refused(&whole, "10,1e1", "--param n=10,1e1: 10 stands there twice");
  check_refused(&whole, "2.5", "--param n=2.5: n must be a whole number, not 2.5");
  check_refused(&whole, "1:3:0.5", "--param n=1:3:0.5: n must be a whole number, not 1.5");
  check_refused(&whole, "0", "--param n=0: n must be from 1 to 1000000, not 0");
  check_refused(&whole, "10:0:-5", "--param n=10:0:-5: n must be from 1 to 1000000, not 0");
}

static void a_huge_range_is_refused_by_its_exact_count(void **state)
{
  (void)state;
  check_refused(&real, "1:1e12:1",
                "--param x=1:1e12:1: 1,000,000,000,000 values are too many; at most 100,000,000");
  check_refused(&whole, "1:1e12:1",
                "--param n=1:1e12:1: 1,000,000,000,000 values are too many; at most 100,000,000");
  check_refused(&real, "0:1e100:1", "--param x=0:1e100:1: too many digits for an exact range");
  check_refused(&real, "0.12345678901234567890:1:1",
                "--param x=0.12345678901234567890:1:1: too many digits for an exact range");
}

static void a_step_below_the_precision_is_refused(void **state)
{
  (void)state;
  check_refused(
      &real, "1:1.00000000000000001:1e-17",
      "--param x=1:1.00000000000000001:1e-17: the step is too small to tell values apart");
}

static void a_long_spec_is_cut_so_that_the_reason_fits(void **state)
{
  (void)state;
  static char spec[3001];
  for (size_t i = 0; i < 1500; i++) memcpy(spec + 2 * i, i % 2 ? ",2" : ",1", 2);
  spec[0] = '3';
  spec[1] = '4';
  bt_axis axis = {0};
  bt_error err;
  assert_int_equal(bt_axis_parse(&axis, &whole, spec, &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "...: 1 stands there twice"));
  assert_true(strlen(err.message) < 130);
}

static void the_sweep_range_is_that_of_the_parameter(void **state)
{
  (void)state;
  bt_axis axis = {0};
  assert_int_equal(bt_axis_sweep(&axis, &real, NULL), BT_OK);
  assert_int_equal(axis.n_values, 5);
  assert_true(axis.values[1] == 1.5 && axis.values[4] == 3);
  bt_axis_clear(&axis);
}

static bt_status make_grid(bt_grid **out, const char *fast, const char *slow, const char *where,
                           bt_error *err)
{
  bt_axis axes[2] = {{0}, {0}};
  assert_int_equal(bt_axis_parse(&axes[0], &two_params[0], fast, err), BT_OK);
  assert_int_equal(bt_axis_parse(&axes[1], &two_params[1], slow, err), BT_OK);
  bt_status status = bt_grid_new(out, &two, axes, &where, where ? 1 : 0, err);
  bt_axis_clear(&axes[0]);
  bt_axis_clear(&axes[1]);
  return status;
}

static void the_last_parameter_changes_fastest(void **state)
{
  (void)state;
  bt_grid *grid = NULL;
  double values[2];
  assert_int_equal(make_grid(&grid, "1,2", "10,20,30", NULL, NULL), BT_OK);
  assert_int_equal(bt_grid_count(grid), 6);
  assert_int_equal(bt_grid_excluded(grid), 0);
  assert_int_equal(bt_grid_n_params(grid), 2);
  static const double expected[6][2] = {{1, 10}, {1, 20}, {1, 30}, {2, 10}, {2, 20}, {2, 30}};
  for (size_t i = 0; i < 6; i++) {
    bt_grid_values(grid, i, values);
    assert_true(values[0] == expected[i][0] && values[1] == expected[i][1]);
  }
  bt_grid_free(grid);
}

static void the_rule_and_where_leave_combinations_out(void **state)
{
  (void)state;
  bt_grid *grid = NULL;
  double values[2];
  assert_int_equal(make_grid(&grid, "10:40:10", "10:40:10", "slow-fast>10", NULL), BT_OK);
  static const double expected[3][2] = {{10, 30}, {10, 40}, {20, 40}};
  assert_int_equal(bt_grid_count(grid), 3);
  assert_int_equal(bt_grid_excluded(grid), 13);
  for (size_t i = 0; i < 3; i++) {
    bt_grid_values(grid, i, values);
    assert_true(values[0] == expected[i][0] && values[1] == expected[i][1]);
  }
  bt_grid_free(grid);
}

/* The list of kept combinations starts late and grows more than once. */
static void a_large_grid_agrees_with_counting_by_hand(void **state)
{
  (void)state;
  enum { N = 300 };
  bt_grid *grid = NULL;
  double values[2];
  size_t index = 0;
  assert_int_equal(make_grid(&grid, "1:300:1", "100:399:1", NULL, NULL), BT_OK);
  for (int fast = 1; fast <= N; fast++)
    for (int slow = 100; slow < 100 + N; slow++) {
      if (fast >= slow) continue;
      bt_grid_values(grid, index++, values);
      assert_true(values[0] == fast && values[1] == slow);
    }
  assert_int_equal(bt_grid_count(grid), index);
  assert_int_equal(bt_grid_excluded(grid), N * N - index);
  bt_grid_free(grid);
}

static void parameters_are_written_as_json(void **state)
{
  (void)state;
  bt_grid *grid = NULL;
  assert_int_equal(make_grid(&grid, "5,7", "20,100000", NULL, NULL), BT_OK);
  static const char *const expected[] = {"{\"fast\":5,\"slow\":20}", "{\"fast\":5,\"slow\":100000}",
                                         "{\"fast\":7,\"slow\":20}"};
  for (size_t i = 0; i < 3; i++) {
    char *json = bt_grid_params_json(grid, i);
    assert_string_equal(json, expected[i]);
    free(json);
  }
  bt_grid_free(grid);
}

static void a_strategy_without_parameters_has_one_combination(void **state)
{
  (void)state;
  const bt_strategy none = {.abi_version = BT_STRATEGY_ABI, .name = "none", .summary = "nothing"};
  bt_grid *grid = NULL;
  double unused = 0;
  assert_int_equal(bt_grid_new(&grid, &none, NULL, NULL, 0, NULL), BT_OK);
  assert_int_equal(bt_grid_count(grid), 1);
  bt_grid_values(grid, 0, &unused);
  char *json = bt_grid_params_json(grid, 0);
  assert_string_equal(json, "{}");
  free(json);
  bt_grid_free(grid);
}

static void a_bad_condition_is_quoted_with_its_column(void **state)
{
  (void)state;
  bt_grid *grid = NULL;
  bt_error err;
  assert_int_equal(make_grid(&grid, "5", "20", "fast<slwo", &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--where 'fast<slwo': column 6: unknown name 'slwo'; did you "
                                   "mean 'slow'?");
  assert_null(grid);
}

static void an_empty_grid_names_the_condition_that_did_it(void **state)
{
  (void)state;
  bt_grid *grid = NULL;
  bt_error err;
  assert_int_equal(make_grid(&grid, "50,60", "20", NULL, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "the strategy's rule 'fast<slow': no combination is left; it "
                                   "excludes 2 of the 2 in the grid");
  assert_int_equal(make_grid(&grid, "5,6,70", "20,30", "fast>100", &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--where 'fast>100': no combination is left; it excludes 4 of "
                                   "the 6 in the grid");
  assert_null(grid);
}

enum { N_MANY = 6, N_ABSURD = 60 };

static void a_grid_beyond_64_bits_tells_its_exact_size(void **state)
{
  (void)state;
  double values[9999];
  bt_param params[N_MANY];
  bt_axis axes[N_MANY];
  for (size_t i = 0; i < 9999; i++) values[i] = (double)i;
  for (size_t i = 0; i < N_MANY; i++) {
    params[i] = two_params[0];
    axes[i] = (bt_axis){values, 9999};
  }
  const bt_strategy many = {.name = "many", .params = params, .n_params = N_MANY};
  bt_grid *grid = NULL;
  bt_error err;
  assert_int_equal(bt_grid_new(&grid, &many, axes, NULL, 0, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--param: the grid has 999,400,149,980,001,499,940,001 "
                                   "combinations before --where; at most 100,000,000 are possible");
  assert_null(grid);
}

static void an_absurd_grid_is_only_said_to_be_absurd(void **state)
{
  (void)state;
  double values[9999];
  bt_param params[N_ABSURD];
  bt_axis axes[N_ABSURD];
  for (size_t i = 0; i < 9999; i++) values[i] = (double)i;
  for (size_t i = 0; i < N_ABSURD; i++) {
    params[i] = two_params[0];
    axes[i] = (bt_axis){values, 9999};
  }
  const bt_strategy many = {.name = "many", .params = params, .n_params = N_ABSURD};
  bt_grid *grid = NULL;
  bt_error err;
  assert_int_equal(bt_grid_new(&grid, &many, axes, NULL, 0, &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "the grid has more than 10^200 combinations"));
}

static void a_freed_null_is_fine(void **state)
{
  (void)state;
  bt_axis axis = {0};
  bt_grid_free(NULL);
  bt_axis_clear(&axis);
  assert_int_equal(axis.n_values, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_value_a_list_or_the_preset),
      cmocka_unit_test(a_range_includes_its_end_only_when_hit),
      cmocka_unit_test(decimal_steps_do_not_drift),
      cmocka_unit_test(a_thousand_steps_are_each_the_nearest_double),
      cmocka_unit_test(a_wrong_spec_names_the_option_and_the_reason),
      cmocka_unit_test(a_huge_range_is_refused_by_its_exact_count),
      cmocka_unit_test(a_step_below_the_precision_is_refused),
      cmocka_unit_test(a_long_spec_is_cut_so_that_the_reason_fits),
      cmocka_unit_test(the_sweep_range_is_that_of_the_parameter),
      cmocka_unit_test(the_last_parameter_changes_fastest),
      cmocka_unit_test(the_rule_and_where_leave_combinations_out),
      cmocka_unit_test(a_large_grid_agrees_with_counting_by_hand),
      cmocka_unit_test(parameters_are_written_as_json),
      cmocka_unit_test(a_strategy_without_parameters_has_one_combination),
      cmocka_unit_test(a_bad_condition_is_quoted_with_its_column),
      cmocka_unit_test(an_empty_grid_names_the_condition_that_did_it),
      cmocka_unit_test(a_grid_beyond_64_bits_tells_its_exact_size),
      cmocka_unit_test(an_absurd_grid_is_only_said_to_be_absurd),
      cmocka_unit_test(a_freed_null_is_fine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
