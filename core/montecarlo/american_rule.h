/* american_rule.h - when an option is exercised: at each date, what holding on is worth beyond the
 * European option, as a function of the price that is fitted by least squares.
 *
 * The functions are of x = price / strike. Each date has its own u in -1 .. 1: x between the ends
 * of what is in the money and within four standard deviations, moved and scaled; beyond it is held
 * at the end. Functions of u are nearly orthogonal whatever the date and the volatility, and the
 * same functions of x as those named: polynomial  1, x, .., x^degree, as powers of u; Chebyshev the
 * same span, by Chebyshev polynomials of u: it differs in rounding alone; Laguerre    1 and w, w x,
 * .., w x^(degree - 1) with w = exp(-x / 2): the constant and the weighted Laguerre polynomials of
 * Longstaff and Schwartz 2001, whose span it is, with Chebyshev polynomials of u in place of
 * Laguerre's of x.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_RULE_H
#define BT_CORE_MONTECARLO_AMERICAN_RULE_H

#include "core/montecarlo/american.h"
#include "core/montecarlo/exercise.h"
#include "core/montecarlo/regression.h"

/* The rule of one date. n_functions 0: never exercised on that date. */
typedef struct bt_rule_date {
  double middle, half_width; /* x = middle + half_width u */
  size_t n_functions;
  double coefficients[BT_AMERICAN_DEGREE_MOST + 1];
} bt_rule_date;

/* Immutable once it is fitted, and shared. */
typedef struct bt_rule {
  bt_basis basis;
  size_t degree;
  bt_rule_date *dates; /* of dates 1 .. n_dates - 1, at date - 1; on the last all exercise */
} bt_rule;

/* A rule that never exercises. The caller clears *out with bt_rule_clear. Errors: NOMEM. */
bt_status bt_rule_init(bt_rule *out, const bt_american *job, const bt_exercise *exercise,
                       bt_error *err);
void bt_rule_clear(bt_rule *rule);

/* u of prices in strikes. */
void bt_rule_coordinates(double *u, const bt_rule *rule, size_t date, const double *price,
                         size_t n);

/* Points of a fit: arrays of n numbers, which reach to a whole number of groups of eight. */
typedef struct bt_rule_points {
  const double *u;
  const double *gain;  /* -inf: nothing would be paid, and it is no point of the fit */
  const double *value; /* what holding on has realised beyond the European option */
  size_t n;
} bt_rule_points;

/* Adds points to the lanes, which are of degree + 1 functions. */
void bt_rule_add(bt_regression_lanes *lanes, const bt_rule *rule, size_t date,
                 const bt_rule_points *points);

/* Fits a date to all points. Ten points at least are wanted for each function: with fewer the
 * degree is lower, below ten the date is not used. Errors: those of bt_regression_solve. */
bt_status bt_rule_fit(bt_rule *rule, size_t date, const bt_regression *sum, bt_error *err);

/* held[i]: what holding on is worth beyond the European option, on a date before the last; inf
 * where the date is not used. u and held reach to a whole number of groups of eight. Exercise where
 * gain > held. */
void bt_rule_held(double *held, const bt_rule *rule, size_t date, const double *u, size_t n);

/* exercised[i]: what exercise gains over holding the European option on where the rule exercises,
 * on a date before the last; -inf elsewhere. b: the Brownian motion then (exercise.h), of n <=
 * BT_EXERCISE_BLOCK paths, a whole number of groups of eight. */
void bt_rule_exercised(double *exercised, const bt_rule *rule, const bt_exercise *exercise,
                       size_t date, const double *b, size_t n);

#endif
