/* Least squares against LAPACK's QR of the points themselves, which does not square the condition.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lapacke.h>

#include "core/montecarlo/american_rule.h"
#include "core/montecarlo/regression.h"
#include "core/random/streams.h"

enum { N_POINTS = 4000, N_MOST = BT_AMERICAN_DEGREE_MOST + 1 };

static const double noise = 0.1;

/* Points in -1 .. 1, a value at each with noise, and whether it counts. */
typedef struct points {
  double u[N_POINTS], value[N_POINTS], gain[N_POINTS];
} points;

static void make_points(points *p)
{
  for (size_t i = 0; i < N_POINTS; i++) {
    p->u[i] = 2 * bt_random_uniform(1, 0, i) - 1;
    p->value[i] = 1 / (1.5 + p->u[i]) + noise * bt_random_normal(1, 1, i);
    p->gain[i] = bt_random_uniform(1, 2, i) < 0.7 ? 0 : -(double)INFINITY;
  }
}

/* The functions as american_rule.h names them, one point. */
static void plain_functions(double *f, bt_basis basis, size_t degree, double x, double u)
{
  const double w = basis == BT_BASIS_LAGUERRE ? exp(-x / 2) : 1;
  const size_t shift = basis == BT_BASIS_LAGUERRE;
  f[0] = 1;
  for (size_t k = shift; k <= degree; k++) {
    const double power = (double)(k - shift);
    f[k] = w * (basis == BT_BASIS_POLYNOMIAL ? pow(u, power) : cos(power * acos(u)));
  }
}

/* Sum of squares of what is left of the values, of the rule and of a QR of all points. */
typedef struct comparison {
  double by_rule, by_qr, apart; /* apart: the largest difference between the two */
} comparison;

static comparison compare_with_qr(const points *p, bt_rule *rule, size_t date)
{
  static double a[N_POINTS * N_MOST], b[N_POINTS];
  const bt_rule_date *d = &rule->dates[date - 1];
  const size_t n = rule->degree + 1;
  size_t n_rows = 0;
  double f[N_MOST];
  for (size_t i = 0; i < N_POINTS; i++) {
    if (isinf(p->gain[i])) continue;
    plain_functions(f, rule->basis, rule->degree, d->middle + d->half_width * p->u[i], p->u[i]);
    for (size_t k = 0; k < n; k++) a[n_rows * n + k] = f[k];
    b[n_rows++] = p->value[i];
  }
  assert_int_equal(LAPACKE_dgels(LAPACK_ROW_MAJOR, 'N', (lapack_int)n_rows, (lapack_int)n, 1, a,
                                 (lapack_int)n, b, 1),
                   0);
  double held[N_POINTS];
  comparison out = {0};
  bt_rule_held(held, rule, date, p->u, N_POINTS);
  for (size_t i = 0; i < N_POINTS; i++) {
    if (isinf(p->gain[i])) continue;
    plain_functions(f, rule->basis, rule->degree, d->middle + d->half_width * p->u[i], p->u[i]);
    double by_qr = 0;
    for (size_t k = 0; k < n; k++) by_qr += b[k] * f[k];
    out.apart = fmax(out.apart, fabs(held[i] - by_qr));
    out.by_rule += (p->value[i] - held[i]) * (p->value[i] - held[i]);
    out.by_qr += (p->value[i] - by_qr) * (p->value[i] - by_qr);
  }
  return out;
}

static void open_rule(bt_rule *rule, bt_exercise *exercise, bt_basis basis, size_t degree)
{
  const bt_american job = {
      .option = {BT_PUT, 36, 40, 0.06, 0, 0.2, 1}, .n_dates = 50, .basis = basis, .degree = degree};
  assert_int_equal(bt_exercise_init(exercise, &job.option, job.n_dates, NULL), BT_OK);
  assert_int_equal(bt_rule_init(rule, &job, exercise, NULL), BT_OK);
}

static void fit_points(bt_rule *rule, size_t date, const points *p, size_t n)
{
  bt_regression_lanes lanes;
  bt_regression sum;
  bt_regression_lanes_init(&lanes, rule->degree + 1);
  bt_rule_add(&lanes, rule, date, p->u, p->gain, p->value, n);
  bt_regression_sum(&sum, &lanes);
  assert_int_equal(bt_rule_fit(rule, date, &sum, NULL), BT_OK);
}

static comparison fit_and_compare(const points *p, bt_basis basis, size_t degree)
{
  bt_exercise exercise;
  bt_rule rule;
  open_rule(&rule, &exercise, basis, degree);
  fit_points(&rule, 25, p, N_POINTS);
  const comparison out = compare_with_qr(p, &rule, 25);
  bt_rule_clear(&rule);
  bt_exercise_clear(&exercise);
  return out;
}

static void polynomials_of_every_degree_fit_as_a_qr_does(void **state)
{
  (void)state;
  static points p;
  make_points(&p);
  static const bt_basis bases[] = {BT_BASIS_POLYNOMIAL, BT_BASIS_CHEBYSHEV};
  for (size_t k = 0; k < 2; k++)
    for (size_t degree = 1; degree <= BT_AMERICAN_DEGREE_MOST; degree++) {
      const comparison c = fit_and_compare(&p, bases[k], degree);
      if (!(c.apart < 1e-9)) fail_msg("basis %zu, degree %zu: %g apart", k, degree, c.apart);
    }
}

/* Where 1 is lost in rounding (american_rule.h), more is left of the values, but no more than what
 * one function explains of noise alone, within four standard deviations of it: its variance times
 * a number near 1, squared. */
static void laguerre_fits_as_a_qr_does_but_for_one_function(void **state)
{
  (void)state;
  static points p;
  make_points(&p);
  for (size_t degree = 1; degree <= BT_AMERICAN_DEGREE_MOST; degree++) {
    const comparison c = fit_and_compare(&p, BT_BASIS_LAGUERRE, degree);
    const double more = c.by_rule - c.by_qr;
    if (degree <= 4) assert_true(c.apart < 1e-4);
    if (!(more > -1e-9 && more < 16 * noise * noise))
      fail_msg("degree %zu: %.9g is left, %.9g by QR", degree, c.by_rule, c.by_qr);
  }
}

static void parts_that_are_joined_fit_as_the_whole(void **state)
{
  (void)state;
  static points p;
  make_points(&p);
  enum { N = 4, CUT = 1000 };
  bt_regression_lanes lanes;
  bt_regression whole, parts, part;
  bt_exercise exercise;
  bt_rule rule;
  open_rule(&rule, &exercise, BT_BASIS_CHEBYSHEV, N - 1);
  bt_regression_lanes_init(&lanes, N);
  bt_rule_add(&lanes, &rule, 25, p.u, p.gain, p.value, N_POINTS);
  bt_regression_sum(&whole, &lanes);
  for (size_t at = 0; at < N_POINTS; at += CUT) {
    bt_regression_lanes_init(&lanes, N);
    bt_rule_add(&lanes, &rule, 25, p.u + at, p.gain + at, p.value + at, CUT);
    bt_regression_sum(at == 0 ? &parts : &part, &lanes);
    if (at > 0) bt_regression_join(&parts, &part);
  }
  double by_whole[N], by_parts[N];
  assert_int_equal(bt_regression_solve(by_whole, &whole, N, NULL), BT_OK);
  assert_int_equal(bt_regression_solve(by_parts, &parts, N, NULL), BT_OK);
  for (size_t k = 0; k < N; k++) assert_true(fabs(by_whole[k] - by_parts[k]) < 1e-13);
  bt_rule_clear(&rule);
  bt_exercise_clear(&exercise);
}

static void few_points_lower_the_degree(void **state)
{
  (void)state;
  static points p;
  make_points(&p);
  for (size_t i = 0; i < N_POINTS; i++) p.gain[i] = 0;
  bt_exercise exercise;
  bt_rule rule;
  open_rule(&rule, &exercise, BT_BASIS_POLYNOMIAL, 5);
  static const size_t n_points[] = {8, 16, 24, 56, 64};
  static const size_t n_functions[] = {0, 1, 2, 5, 6};
  for (size_t i = 0; i < 5; i++) {
    double held[8];
    fit_points(&rule, 25, &p, n_points[i]);
    assert_int_equal(rule.dates[24].n_functions, n_functions[i]);
    bt_rule_held(held, &rule, 25, p.u, 8);
    assert_true(isinf(held[0]) == (n_functions[i] == 0));
  }
  bt_rule_clear(&rule);
  bt_exercise_clear(&exercise);
}

static void functions_that_are_the_same_share_what_they_explain(void **state)
{
  (void)state;
  bt_regression_lanes lanes;
  bt_regression sum;
  bt_regression_lanes_init(&lanes, 3);
  for (size_t i = 0; i < 64; i++) {
    const bt_vector u = bt_vector_of(bt_random_uniform(2, 0, i));
    const bt_vector f[] = {bt_vector_of(1), u, u};
    bt_regression_add(&lanes, i % BT_LANES_VECTORS, f, bt_vector_of(1), 3 + 4 * u);
  }
  bt_regression_sum(&sum, &lanes);
  double c[3];
  assert_int_equal(bt_regression_solve(c, &sum, 3, NULL), BT_OK);
  assert_true(fabs(c[0] - 3) < 1e-11 && fabs(c[1] - 2) < 1e-11 && fabs(c[2] - 2) < 1e-11);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(polynomials_of_every_degree_fit_as_a_qr_does),
      cmocka_unit_test(laguerre_fits_as_a_qr_does_but_for_one_function),
      cmocka_unit_test(parts_that_are_joined_fit_as_the_whole),
      cmocka_unit_test(few_points_lower_the_degree),
      cmocka_unit_test(functions_that_are_the_same_share_what_they_explain),
  };
  bt_blas_use_one_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
