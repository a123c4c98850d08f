#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runners/selection.h"
#include "tests/support/make_bars.h"

/* ---- scores ---------------------------------------------------------------------------------- */

static bt_metrics metrics_of(double sharpe, double n_trades, double max_drawdown)
{
  bt_metrics metrics;
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) metrics.value[i] = (double)NAN;
  metrics.value[BT_METRIC_SHARPE] = sharpe;
  metrics.value[BT_METRIC_N_TRADES] = n_trades;
  metrics.value[BT_METRIC_MAX_DRAWDOWN] = max_drawdown;
  return metrics;
}

static void the_score_is_the_objective(void **state)
{
  (void)state;
  bt_selection_rule rule = {.objective = BT_METRIC_SHARPE};
  bt_metrics metrics = metrics_of(1.25, 0, -0.5), undefined = metrics_of((double)NAN, 9, -0.1);
  assert_true(bt_selection_score(&rule, &metrics) == 1.25);
  assert_true(isnan(bt_selection_score(&rule, &undefined)));
  rule.objective = BT_METRIC_MAX_DRAWDOWN;
  assert_true(bt_selection_score(&rule, &metrics) == -0.5);
}

static void too_few_closed_trades_are_never_selected(void **state)
{
  (void)state;
  bt_selection_rule rule = {.objective = BT_METRIC_SHARPE, .min_trades = 5};
  bt_metrics few = metrics_of(3, 4, -0.1), enough = metrics_of(1, 5, -0.1);
  assert_true(isnan(bt_selection_score(&rule, &few)));
  assert_true(bt_selection_score(&rule, &enough) == 1);
}

static bt_expression *require(const char *text)
{
  const char *names[BT_METRIC_COUNT];
  bt_expression *expression = NULL;
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) names[i] = bt_metric_describe((bt_metric)i).name;
  assert_int_equal(bt_expression_new(&expression, text, names, BT_METRIC_COUNT, NULL), BT_OK);
  return expression;
}

static void every_requirement_must_hold(void **state)
{
  (void)state;
  bt_expression *shallow = require("max_drawdown>=-0.3"), *active = require("n_trades>10");
  const bt_expression *const both[] = {shallow, active};
  bt_selection_rule rule = {.objective = BT_METRIC_SHARPE, .require = both, .n_require = 2};
  bt_metrics good = metrics_of(1, 11, -0.3), deep = metrics_of(1, 11, -0.31);
  bt_metrics lazy = metrics_of(1, 10, -0.1), unknown = metrics_of(1, 11, (double)NAN);
  assert_true(bt_selection_score(&rule, &good) == 1);
  assert_true(isnan(bt_selection_score(&rule, &deep)));
  assert_true(isnan(bt_selection_score(&rule, &lazy)));
  assert_true(isnan(bt_selection_score(&rule, &unknown))); /* NULL satisfies nothing */
  bt_expression_free(shallow);
  bt_expression_free(active);
}

/* ---- ranking --------------------------------------------------------------------------------- */

static void check_top(const double *scores, size_t n, size_t most, const size_t *expected,
                      size_t n_expected)
{
  size_t best[16] = {0};
  assert_int_equal(bt_selection_top(best, most, scores, n), n_expected);
  for (size_t i = 0; i < n_expected; i++) assert_int_equal(best[i], expected[i]);
}

static void the_greatest_come_first(void **state)
{
  (void)state;
  const double scores[] = {0.5, -2, 3, 1, 2};
  check_top(scores, 5, 3, (const size_t[]){2, 4, 3}, 3);
  check_top(scores, 5, 1, (const size_t[]){2}, 1);
  check_top(scores, 5, 5, (const size_t[]){2, 4, 3, 0, 1}, 5);
}

static void a_tie_goes_to_the_lower_index(void **state)
{
  (void)state;
  const double scores[] = {1, 2, 2, 1, 2};
  check_top(scores, 5, 1, (const size_t[]){1}, 1);
  check_top(scores, 5, 4, (const size_t[]){1, 2, 4, 0}, 4);
}

static void undefined_scores_are_left_out(void **state)
{
  (void)state;
  const double none = (double)NAN, scores[] = {none, 1, none, 4}, nothing[] = {none, none};
  check_top(scores, 4, 3, (const size_t[]){3, 1}, 2);
  check_top(nothing, 2, 2, NULL, 0);
  check_top(scores, 0, 2, NULL, 0);
}

static void asking_for_none_writes_nothing(void **state)
{
  (void)state;
  const double scores[] = {1, 2};
  size_t best = 77;
  assert_int_equal(bt_selection_top(&best, 0, scores, 2), 0);
  assert_int_equal(best, 77);
}

/* A full sort as the referee. The pointers point into one array: their order is that of the
 * indices. */
static int compare_best_first(const void *a, const void *b)
{
  const double *x = *(const double *const *)a, *y = *(const double *const *)b;
  if (*x != *y) return *x > *y ? -1 : 1;
  return (x > y) - (x < y);
}

enum { N_MOST = 300 };

static void check_against_sorting(test_random *random)
{
  double scores[N_MOST];
  const double *sorted[N_MOST];
  size_t best[N_MOST], n = random_below(random, N_MOST + 1), n_defined = 0;
  size_t most = 1 + random_below(random, N_MOST), n_levels = 1 + random_below(random, 50);
  for (size_t i = 0; i < n; i++) {
    bool undefined = random_below(random, 4) == 0;
    scores[i] = undefined ? (double)NAN : (double)random_below(random, n_levels) - 7;
    if (!undefined) sorted[n_defined++] = &scores[i];
  }
  qsort(sorted, n_defined, sizeof *sorted, compare_best_first);
  size_t count = bt_selection_top(best, most, scores, n);
  assert_int_equal(count, most < n_defined ? most : n_defined);
  for (size_t i = 0; i < count; i++) assert_ptr_equal(&scores[best[i]], sorted[i]);
}

static void the_top_is_the_head_of_the_sorted_list(void **state)
{
  (void)state;
  test_random random = {31};
  for (int round = 0; round < 3000; round++) check_against_sorting(&random);
}

/* With a cost of n * most this would take minutes. */
static void a_long_top_of_rising_scores_is_quick(void **state)
{
  (void)state;
  const size_t n = 1000000, most = n / 2;
  double *scores = malloc(n * sizeof *scores);
  size_t *best = malloc(most * sizeof *best);
  assert_true(scores && best);
  for (size_t i = 0; i < n; i++) scores[i] = (double)i;
  assert_int_equal(bt_selection_top(best, most, scores, n), most);
  for (size_t i = 0; i < most; i++) assert_int_equal(best[i], n - 1 - i);
  free(scores);
  free(best);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_score_is_the_objective),
      cmocka_unit_test(too_few_closed_trades_are_never_selected),
      cmocka_unit_test(every_requirement_must_hold),
      cmocka_unit_test(the_greatest_come_first),
      cmocka_unit_test(a_tie_goes_to_the_lower_index),
      cmocka_unit_test(undefined_scores_are_left_out),
      cmocka_unit_test(asking_for_none_writes_nothing),
      cmocka_unit_test(the_top_is_the_head_of_the_sorted_list),
      cmocka_unit_test(a_long_top_of_rising_scores_is_quick),
  };
  return cmocka_run_group_tests_name("runners/selection", tests, NULL, NULL);
}
