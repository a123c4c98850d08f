#include "core/montecarlo/american_rule.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/vector_math.h"

enum { POINTS_A_FUNCTION = 10 };

static const double range_deviations = 4; /* u reaches so far */

/* ---- the range of a date */

static void set_range(bt_rule_date *date, const bt_exercise *e, size_t at)
{
  const double middle = e->start + (double)at * e->step_drift;
  const double reach = range_deviations * e->step_vol * sqrt((double)at);
  double low = exp(middle - reach), high = exp(middle + reach);
  if (e->sign > 0 && low < 1) low = 1;
  if (e->sign < 0 && high > 1) high = 1;
  date->middle = low + (high - low) / 2;
  date->half_width = high > low ? (high - low) / 2 : 0;
}

bt_status bt_rule_init(bt_rule *out, const bt_american *job, const bt_exercise *exercise,
                       bt_error *err)
{
  bt_rule rule = {.basis = job->basis, .degree = job->degree};
  rule.dates = calloc(exercise->n_dates, sizeof *rule.dates);
  if (!rule.dates) return bt_fail_nomem(err, "exercise rule");
  for (size_t date = 1; date < exercise->n_dates; date++)
    set_range(&rule.dates[date - 1], exercise, date);
  *out = rule;
  return BT_OK;
}

void bt_rule_clear(bt_rule *rule)
{
  free(rule->dates);
  rule->dates = NULL;
}

void bt_rule_coordinates(double *u, const bt_rule *rule, size_t date, const double *price, size_t n)
{
  const bt_rule_date *d = &rule->dates[date - 1];
  const double scale = d->half_width > 0 ? 1 / d->half_width : 0;
  for (size_t i = 0; i < n; i++) {
    const double x = (price[i] - d->middle) * scale;
    u[i] = x < -1 ? -1 : x > 1 ? 1 : x;
  }
}

/* ---- the functions */

static void functions_at(bt_vector *f, const bt_rule *rule, const bt_rule_date *d, bt_vector u)
{
  const bool is_weighted = rule->basis == BT_BASIS_LAGUERRE;
  const bt_vector one = bt_vector_of(1);
  f[0] = one;
  bt_vector *first = is_weighted ? f + 1 : f;
  const size_t n = is_weighted ? rule->degree : rule->degree + 1;
  if (is_weighted) first[0] = bt_vector_exp((u * d->half_width + d->middle) * -0.5);
  if (n > 1) first[1] = first[0] * u;
  for (size_t k = 2; k < n; k++)
    first[k] = rule->basis == BT_BASIS_POLYNOMIAL ? first[k - 1] * u
                                                  : first[k - 1] * (u + u) - first[k - 2];
}

void bt_rule_add(bt_regression_lanes *lanes, const bt_rule *rule, size_t date,
                 const bt_rule_points *points)
{
  const bt_rule_date *d = &rule->dates[date - 1];
  const bt_vector one = bt_vector_of(1), least = bt_vector_of(-DBL_MAX);
  bt_vector f[BT_AMERICAN_DEGREE_MOST + 1];
  for (size_t i = 0; i < points->n; i += BT_WIDTH) {
    const bt_vector gain = bt_vector_load(points->gain + i);
    const bt_vector weight = bt_vector_where_at_least(gain, least, one);
    functions_at(f, rule, d, bt_vector_load(points->u + i));
    bt_regression_add(lanes, i / BT_WIDTH % BT_LANES_VECTORS, f, weight,
                      bt_vector_load(points->value + i));
  }
}

bt_status bt_rule_fit(bt_rule *rule, size_t date, const bt_regression *sum, bt_error *err)
{
  bt_rule_date *d = &rule->dates[date - 1];
  const size_t n_points = (size_t)sum->products[0], n_most = n_points / POINTS_A_FUNCTION;
  const size_t n = n_most < rule->degree + 1 ? n_most : rule->degree + 1;
  if (n > 0) {
    bt_status status = bt_regression_solve(d->coefficients, sum, n, err);
    if (status != BT_OK) return status;
  }
  d->n_functions = n;
  return BT_OK;
}

void bt_rule_held(double *held, const bt_rule *rule, size_t date, const double *u, size_t n)
{
  const bt_rule_date *d = &rule->dates[date - 1];
  bt_vector f[BT_AMERICAN_DEGREE_MOST + 1];
  for (size_t i = 0; i < n; i += BT_WIDTH) {
    functions_at(f, rule, d, bt_vector_load(u + i));
    bt_vector sum = bt_vector_of(d->n_functions > 0 ? 0 : HUGE_VAL);
    for (size_t k = 0; k < d->n_functions; k++) sum += d->coefficients[k] * f[k];
    bt_vector_store(held + i, sum);
  }
}

void bt_rule_exercised(double *exercised, const bt_rule *rule, const bt_exercise *exercise,
                       size_t date, const double *b, size_t n)
{
  const double never = -(double)INFINITY;
  double price[BT_EXERCISE_BLOCK], u[BT_EXERCISE_BLOCK], held[BT_EXERCISE_BLOCK];
  bt_exercise_prices(price, exercise, date, b, n);
  bt_exercise_gains(exercised, exercise, date, price, b, n);
  bt_rule_coordinates(u, rule, date, price, n);
  bt_rule_held(held, rule, date, u, n);
  for (size_t i = 0; i < n; i++) exercised[i] = exercised[i] > held[i] ? exercised[i] : never;
}
