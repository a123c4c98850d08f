/* Edges of exercise rules. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/montecarlo/american_edges.h"

enum { N_DATES = 10 };

static const bt_american job = {.option = {BT_PUT, 36, 40, 0.06, 0.02, 0.2, 1},
                                .n_dates = N_DATES,
                                .degree = 2,
                                .n_paths = 1000};

/* A rule that holds on where exercise gains no more than this many strikes, and its edges. */
typedef struct scene {
  bt_exercise exercise;
  bt_rule rule;
  bt_edges edges;
} scene;

static void set_up(scene *s, double held, double slope)
{
  assert_int_equal(bt_exercise_init(&s->exercise, &job.option, N_DATES, NULL), BT_OK);
  assert_int_equal(bt_rule_init(&s->rule, &job, &s->exercise, NULL), BT_OK);
  for (size_t date = 1; date < N_DATES; date++) {
    s->rule.dates[date - 1].n_functions = 3;
    s->rule.dates[date - 1].coefficients[0] = held;
    s->rule.dates[date - 1].coefficients[2] = slope; /* times u^2 */
  }
  assert_int_equal(bt_edges_init(&s->edges, &s->rule, &s->exercise, NULL), BT_OK);
}

static void clear(scene *s)
{
  bt_edges_clear(&s->edges);
  bt_rule_clear(&s->rule);
  bt_exercise_clear(&s->exercise);
}

/* Within 1e-9 of an edge the rule changes sides; beside it, it does not. */
static void expect_edges(const scene *s, size_t date, size_t n)
{
  const double hair = 1e-9;
  const bt_edge_date *at = &s->edges.dates[date - 1];
  assert_int_equal(at->n, n);
  for (size_t k = 0; k < n; k++) {
    double b[8], exercised[8];
    for (size_t i = 0; i < 8; i++) b[i] = at->b[k] + (i < 4 ? -hair : hair) * (double)(1 + i % 4);
    bt_rule_exercised(exercised, &s->rule, &s->exercise, date, b, 8);
    for (size_t i = 0; i < 8; i++)
      assert_true((exercised[i] > -1) == (i < 4 ? at->side[k] > 0 : at->side[k] < 0));
    assert_true(fabs(exercised[at->side[k] > 0 ? 3 : 4] - at->gain[k]) < 1e-7);
  }
}

static void an_edge_is_where_the_rule_changes_sides(void **state)
{
  (void)state;
  scene s;
  set_up(&s, 0.001, 0);
  for (size_t date = 2; date < N_DATES; date++) {
    expect_edges(&s, date, 1);
    assert_true(s.edges.dates[date - 1].side[0] == 1);
    assert_true(fabs(s.edges.dates[date - 1].gain[0] - 0.001) < 1e-9);
  }
  clear(&s);
}

/* Held at both ends, exercised between, and the other way round. */
static void a_rule_may_have_several_edges(void **state)
{
  (void)state;
  scene s;
  set_up(&s, 0, 0.5);
  const bt_edge_date *at = &s.edges.dates[4];
  expect_edges(&s, 5, 2);
  assert_true(at->side[0] == -1 && at->side[1] == 1 && at->b[0] < at->b[1]);
  clear(&s);
}

static void a_rule_that_never_exercises_has_none(void **state)
{
  (void)state;
  scene s;
  set_up(&s, 10, 0);
  for (size_t date = 1; date < N_DATES; date++) assert_int_equal(s.edges.dates[date - 1].n, 0);
  clear(&s);
}

/* Perpetual, and with a dividend equal to the rate, the price to exercise at is (p - 1) / p strikes
 * with p = 1/2 + sqrt(1/4 + 2 rate / vol^2), whose derivatives are here. With less time it moves
 * less with vol. */
static void the_best_price_to_exercise_at_moves_as_that_of_perpetual_options(void **state)
{
  (void)state;
  scene s = {0};
  bt_vanilla option = {BT_PUT, 36, 40, 0.06, 0.06, 0.2, 2000};
  assert_int_equal(bt_exercise_init(&s.exercise, &option, N_DATES, NULL), BT_OK);
  assert_int_equal(bt_rule_init(&s.rule, &job, &s.exercise, NULL), BT_OK);
  assert_int_equal(bt_edges_init(&s.edges, &s.rule, &s.exercise, NULL), BT_OK);
  const double root = sqrt(0.25 + 2 * 0.06 / 0.04), p = 0.5 + root, scale = 1 / (p * (p - 1));
  const bt_edge_date *perpetual = &s.edges.dates[0];
  assert_true(fabs(perpetual->best_by_vol + scale * 2 * 0.06 / (0.008 * root)) < 1e-4);
  assert_true(fabs(perpetual->best_by_rate - scale * 25 * (1 + 0.5 / root)) < 1e-3);
  assert_true(fabs(perpetual->best_by_dividend - scale * 25 * (0.5 / root - 1)) < 1e-3);
  clear(&s);
  set_up(&s, 0.001, 0);
  for (size_t date = 1; date < N_DATES; date++) {
    const bt_edge_date *at = &s.edges.dates[date - 1];
    assert_true(at->best_by_vol < 0 && at->best_by_vol > -2.5 && at->best_by_rate > 0);
    assert_true(at->best_by_dividend < 0);
    if (date > 1) assert_true(at->best_by_vol > s.edges.dates[date - 2].best_by_vol);
  }
  clear(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_edge_is_where_the_rule_changes_sides),
      cmocka_unit_test(a_rule_may_have_several_edges),
      cmocka_unit_test(a_rule_that_never_exercises_has_none),
      cmocka_unit_test(the_best_price_to_exercise_at_moves_as_that_of_perpetual_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
