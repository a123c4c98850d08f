/* How often the interval of an American option has the price in it, and how far the high bound is
 * above it, over many seeds: in the money, exercised early, over many years, with hardly a
 * volatility. The price is the tree's, or what exercise pays today. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/linear_algebra.h"
#include "core/montecarlo/sample.h"
#include "core/pricing/lattice.h"
#include "tests/support/american_scene.h"
#include "tests/support/slow.h"

enum { SEEDS = 24, SLOW_SEEDS = 4 };

typedef struct coverage_case {
  bt_vanilla option;
  size_t n_dates;
  double excess; /* of the bound over the price, at most; about twice what was measured */
} coverage_case;

static const coverage_case cases[] = {
    {{BT_PUT, 36, 40, 0.06, 0, 0.2, 1}, 50, 0.0015},
    {{BT_PUT, 44, 40, 0.06, 0, 0.4, 2}, 100, 0.003},
    {{BT_PUT, 34, 40, 0.06, 0, 0.2, 1}, 50, 0.0012},
    {{BT_PUT, 32.5, 40, 0.06, 0, 0.2, 1}, 50, 0.0005},
    {{BT_PUT, 30, 40, 0.06, 0, 0.2, 1}, 50, 1e-9},
    {{BT_PUT, 10, 40, 0.06, 0, 0.2, 1}, 50, 1e-9},
    {{BT_CALL, 100, 60, 0.02, 0.1, 0.2, 1}, 50, 1e-9},
    {{BT_CALL, 100, 90, 0.02, 0.1, 0.2, 1}, 50, 0.005},
    {{BT_CALL, 100, 110, 0.05, 0.07, 0.3, 3}, 150, 0.006},
    {{BT_PUT, 100, 100, 0.05, 0.2, 0.02, 30}, 300, 0.0002},
    {{BT_PUT, 100, 100, 0.05, 0.02, 0.3, 30}, 100, 0.05},
    {{BT_CALL, 100, 100, 0.05, 0.03, 0.6, 30}, 60, 0.03},
    {{BT_CALL, 100, 98, 0.01, 0.06, 0.001, 1}, 50, 1e-9},
    {{BT_CALL, 150, 100, 0.1, 0.02, 0.01, 40}, 40, 0.0001},
    {{BT_PUT, 100, 120, 0.1, 0.05, 0.8, 3}, 12, 0.004},
    {{BT_PUT, 100, 100, -0.02, -0.05, 0.2, 3}, 6, 0.002},
    {{BT_PUT, 100, 100, 0.05, 0, 2, 9}, 50, 0.01},
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* Within some 1e-5 of the spot: BT_LATTICE_STEPS says how far off the tree may be. */
static const double tree_error = 3e-5;

static double exact_price(const coverage_case *c)
{
  double price = 0;
  bt_error err;
  if (bt_lattice_price(&price, &c->option, c->n_dates, 3 * BT_LATTICE_STEPS, &err) != BT_OK)
    fail_msg("%s", err.message);
  return price;
}

/* What the seeds of a case have come to. */
typedef struct coverage {
  double exact, tolerance;
  size_t n_covered, n;
  bt_sample excess; /* of the bound */
} coverage;

static void look_at(coverage *c, const bt_american_result *r)
{
  assert_true(r->interval_low <= r->price && r->price <= r->interval_high);
  c->n_covered +=
      r->interval_low <= c->exact + c->tolerance && c->exact - c->tolerance <= r->interval_high;
  c->n++;
  const double excess = r->high - c->exact;
  bt_sample_add(&c->excess, &excess, 1);
  if (!(excess > -4 * r->high_std_error - c->tolerance))
    fail_msg("high bound %.9g (%.2g), exact %.9g", r->high, r->high_std_error, c->exact);
}

static coverage cover(const coverage_case *of)
{
  coverage c = {.exact = exact_price(of)};
  c.tolerance = tree_error * of->option.spot;
  bt_american job = {.option = of->option,
                     .n_dates = of->n_dates,
                     .degree = BT_AMERICAN_DEGREE,
                     .n_paths = 5000,
                     .n_bound_paths = 2000};
  const size_t n_seeds = IS_SLOW || is_below_valgrind() ? SLOW_SEEDS : SEEDS;
  for (job.seed = 1; job.seed <= n_seeds; job.seed++) {
    const bt_american_result r = price_american(&job);
    look_at(&c, &r);
  }
  return c;
}

/* Of 95% intervals: with four standard errors of a share of 95% in so many. */
static void interval_has_the_price_in_it_and_the_bound_is_close_above(void **state)
{
  (void)state;
  size_t n_covered = 0, n = 0;
  const size_t step = is_below_valgrind() ? 5 : 1;
  for (size_t i = 0; i < N_CASES; i += step) {
    const coverage c = cover(&cases[i]);
    const double error = c.n > 1 ? bt_sample_std_error(&c.excess) : 0;
    if (!(c.excess.mean > -4 * error - c.tolerance))
      fail_msg("case %zu: the bound is on average %.2g above", i, c.excess.mean);
    if (!(c.excess.mean < cases[i].excess + 4 * error))
      fail_msg("case %zu: the bound is on average %.2g above", i, c.excess.mean);
    const double least = 0.95 - 4 * sqrt(0.95 * 0.05 / (double)c.n);
    if (!((double)c.n_covered >= least * (double)c.n))
      fail_msg("case %zu: %zu of %zu intervals", i, c.n_covered, c.n);
    n_covered += c.n_covered;
    n += c.n;
  }
  assert_true((double)n_covered >= (0.95 - 4 * sqrt(0.95 * 0.05 / (double)n)) * (double)n);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(interval_has_the_price_in_it_and_the_bound_is_close_above),
  };
  bt_blas_use_one_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
