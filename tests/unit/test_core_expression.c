/* Conditions over named values: what they mean and what is said about wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/expression.h"

static const char *const names[] = {"fast", "slow", "nothing"};
enum { N_NAMES = 3 };

/* With fast 10, slow 50, nothing NaN. */
static double value_of(const char *text)
{
  const double values[N_NAMES] = {10, 50, (double)NAN};
  bt_expression *e = NULL;
  bt_error err;
  if (bt_expression_new(&e, text, names, N_NAMES, &err)) fail_msg("%s: %s", text, err.message);
  double value = bt_expression_value(e, values);
  assert_int_equal(bt_expression_holds(e, values), !isnan(value) && value != 0);
  bt_expression_free(e);
  return value;
}

static void check_values(const char *const *texts, size_t n, double expected)
{
  for (size_t i = 0; i < n; i++)
    if (value_of(texts[i]) != expected) fail_msg("%s is %g", texts[i], value_of(texts[i]));
}

static void check_message(const char *text, const char *expected)
{
  bt_expression *e = NULL;
  bt_error err;
  assert_int_equal(bt_expression_new(&e, text, names, N_NAMES, &err), BT_ERR_USAGE);
  assert_null(e);
  assert_int_equal(err.status, BT_ERR_USAGE);
  assert_string_equal(err.message, expected);
}

static void arithmetic_binds_as_in_school(void **state)
{
  (void)state;
  assert_true(value_of("1+2*3") == 7);
  assert_true(value_of("(1+2)*3") == 9);
  assert_true(value_of("10-4-3") == 3);
  assert_true(value_of("16/4/2") == 2);
  assert_true(value_of("-2*-3") == 6);
  assert_true(value_of("2--2") == 4);
  assert_true(value_of(" slow / fast ") == 5);
  assert_true(value_of("1e-3*1E3") == 1);
  assert_true(value_of(".5+5.") == 5.5);
}

static void comparisons_give_one_or_zero(void **state)
{
  (void)state;
  static const char *const hold[] = {
      "fast<slow",  "fast<=10",      "slow>fast",      "slow>=50",     "fast==10",
      "fast!=slow", "slow-fast>=10", "(fast<slow)==1", "fast*5==slow", "fast<slow && slow<60",
      "0 || fast"};
  static const char *const fail[] = {"slow<fast", "fast>10", "fast!=10", "fast==slow",
                                     "fast<slow && 0"};
  check_values(hold, sizeof hold / sizeof hold[0], 1);
  check_values(fail, sizeof fail / sizeof fail[0], 0);
}

static void and_binds_closer_than_or(void **state)
{
  (void)state;
  assert_true(value_of("1 || 0 && 0") == 1);
  assert_true(value_of("(1 || 0) && 0") == 0);
}

static void not_reaches_over_a_comparison_alone(void **state)
{
  (void)state;
  assert_true(value_of("!fast<slow") == 0); /* !(fast<slow) */
  assert_true(value_of("!slow<fast && fast") == 1);
  assert_true(value_of("!!5") == 1);
  assert_true(value_of("!0 && !0") == 1);
}

static void every_comparison_with_nan_is_false(void **state)
{
  (void)state;
  static const char *const texts[] = {"nothing<1",        "nothing<=1",       "nothing>1",
                                      "nothing>=1",       "nothing==nothing", "nothing!=1",
                                      "nothing!=nothing", "nothing && 1",     "nothing || 0"};
  check_values(texts, sizeof texts / sizeof texts[0], 0);
  assert_true(isnan(value_of("nothing+1")));
  assert_true(value_of("!nothing") == 1);
}

static void an_unknown_name_suggests_the_nearest(void **state)
{
  (void)state;
  check_message("fast<slwo", "column 6: unknown name 'slwo'; did you mean 'slow'?");
  check_message("fast<period", "column 6: unknown name 'period'");
  check_message("fastt", "column 1: unknown name 'fastt'; did you mean 'fast'?");
}

static void a_wrong_text_names_its_column(void **state)
{
  (void)state;
  check_message("", "column 1: ends where a value is expected");
  check_message("fast<", "column 6: ends where a value is expected");
  check_message("fast slow", "column 6: 's' where an operator is expected");
  check_message("fast<>slow", "column 6: '>' where a value is expected");
  check_message("(fast<slow", "column 11: the ( of column 1 is not closed");
  check_message("fast)", "column 5: ')' where an operator is expected");
  check_message("1<2<3", "column 4: comparisons do not chain; use &&");
  check_message("1.2.3<2", "column 1: '1.2.3' is not a number");
  check_message("fast=10", "column 5: '=' where an operator is expected (equality is ==)");
  check_message("fast & slow", "column 6: '&' where an operator is expected (and is &&, or is ||)");
  check_message("fast \xE2\x89\xA4 slow", "column 6: '\xE2\x89\xA4' where an operator is expected");
  check_message("\x80", "column 1: '\x80' where a value is expected");
  check_message("1e999", "column 1: '1e999' is not a number");
}

static void deep_nesting_is_refused_not_crashed_into(void **state)
{
  (void)state;
  static char text[20001];
  memset(text, '(', sizeof text - 1);
  bt_expression *e = NULL;
  bt_error err;
  assert_int_equal(bt_expression_new(&e, text, names, N_NAMES, &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "too deeply nested"));
  memset(text, '-', sizeof text - 1);
  assert_int_equal(bt_expression_new(&e, text, names, N_NAMES, &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "too deeply nested"));
  assert_null(e);
}

/* 1+(1*(1+(1*(... keeps a value waiting on the stack for each parenthesis. */
static void sixty_waiting_values_are_fine_and_seventy_are_refused(void **state)
{
  (void)state;
  for (size_t depth = 60; depth <= 70; depth += 10) {
    char text[512] = "";
    for (size_t i = 0; i < depth; i++) strcat(text, "1+(");
    strcat(text, "1");
    for (size_t i = 0; i < depth; i++) strcat(text, ")");
    bt_expression *e = NULL;
    bt_error err;
    bt_status status = bt_expression_new(&e, text, names, N_NAMES, &err);
    assert_int_equal(status, depth == 60 ? BT_OK : BT_ERR_USAGE);
    if (!status) assert_true(bt_expression_value(e, NULL) == 61);
    bt_expression_free(e);
  }
}

static void a_long_flat_expression_is_fine(void **state)
{
  (void)state;
  static char text[4001];
  for (size_t i = 0; i < 2000; i++) memcpy(text + 2 * i, i ? "+1" : " 1", 2);
  assert_true(value_of(text) == 2000);
}

static void the_names_that_stand_in_it_are_known(void **state)
{
  (void)state;
  bt_expression *e = NULL;
  assert_int_equal(bt_expression_new(&e, "1 < 2 || !(-slow > 3)", names, N_NAMES, NULL), BT_OK);
  assert_false(bt_expression_uses(e, 0));
  assert_true(bt_expression_uses(e, 1));
  assert_false(bt_expression_uses(e, 2));
  bt_expression_free(e);
}

static void a_freed_null_is_fine(void **state)
{
  (void)state;
  bt_expression_free(NULL);
  assert_true(value_of("1") == 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arithmetic_binds_as_in_school),
      cmocka_unit_test(comparisons_give_one_or_zero),
      cmocka_unit_test(and_binds_closer_than_or),
      cmocka_unit_test(not_reaches_over_a_comparison_alone),
      cmocka_unit_test(every_comparison_with_nan_is_false),
      cmocka_unit_test(an_unknown_name_suggests_the_nearest),
      cmocka_unit_test(a_wrong_text_names_its_column),
      cmocka_unit_test(deep_nesting_is_refused_not_crashed_into),
      cmocka_unit_test(sixty_waiting_values_are_fine_and_seventy_are_refused),
      cmocka_unit_test(a_long_flat_expression_is_fine),
      cmocka_unit_test(the_names_that_stand_in_it_are_known),
      cmocka_unit_test(a_freed_null_is_fine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
