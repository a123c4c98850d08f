#include "core/montecarlo/american_martingale.h"

#include <stdlib.h>

#include "core/vector_math.h"

static const double deviations = 4; /* bells stand so far to either side */

/* Bell k of a date is exp(-(b - first - k width)^2 / (2 width^2)): they are as far from each other
 * as they are wide. */
typedef struct bells {
  double first, width;
} bells;

static bells bells_of(size_t date)
{
  const double reach = deviations * sqrt((double)date);
  return (bells){-reach, 2 * reach / (BT_BELLS - 1)};
}

bt_status bt_martingale_init(bt_martingale *out, size_t n_dates, bt_error *err)
{
  bt_martingale martingale = {.n_dates = n_dates};
  martingale.coefficients = calloc(n_dates, BT_BELLS * sizeof *martingale.coefficients);
  if (!martingale.coefficients) return bt_fail_nomem(err, "martingale of the high bound");
  *out = martingale;
  return BT_OK;
}

void bt_martingale_clear(bt_martingale *martingale)
{
  free(martingale->coefficients);
  martingale->coefficients = NULL;
}

/* With y = (b - first) / width, bell k is exp(-y^2 / 2) exp(y)^k exp(-k^2 / 2): each comes of the
 * one before it. Far out, where the first is below the least double, all are taken for 0. */
void bt_martingale_add(bt_regression_lanes *lanes, size_t date, const double *b,
                       const double *value, size_t n)
{
  const bells at = bells_of(date);
  double step[BT_BELLS];
  for (size_t k = 0; k < BT_BELLS; k++) step[k] = exp(-0.5 - (double)k);
  const bt_vector one = bt_vector_of(1);
  for (size_t i = 0; i < n; i += BT_WIDTH) {
    bt_vector f[BT_BELLS];
    const bt_vector y = (bt_vector_load(b + i) - at.first) * (1 / at.width);
    const bt_vector power = bt_vector_exp(y);
    f[0] = bt_vector_exp(y * y * -0.5);
    for (size_t k = 1; k < BT_BELLS; k++) f[k] = f[k - 1] * (power * step[k - 1]);
    bt_regression_add(lanes, i / BT_WIDTH % BT_LANES_VECTORS, f, one, bt_vector_load(value + i));
  }
}

bt_status bt_martingale_fit(bt_martingale *martingale, size_t date, const bt_regression *sum,
                            bt_error *err)
{
  return bt_regression_solve(martingale->coefficients + (date - 1) * BT_BELLS, sum, BT_BELLS, err);
}

/* A sum of bells as exp(-y^2 / 2) p(exp(y)) with y = (b - first) / width; p by rising powers. */
typedef struct bell_sum {
  double first, width, powers[BT_BELLS];
} bell_sum;

/* What is expected of the bells of a date `steps` before it: a Gaussian of variance width^2 spread
 * by one of variance `steps`. */
static void expect_bells(bell_sum *out, const double *coefficients, size_t date, double steps)
{
  const bells at = bells_of(date);
  out->first = at.first;
  out->width = sqrt(at.width * at.width + steps);
  const double ratio = at.width / out->width;
  for (size_t k = 0; k < BT_BELLS; k++) {
    const double apart = (double)k * ratio;
    out->powers[k] = coefficients[k] * ratio * exp(-apart * apart / 2);
  }
}

/* ratio: of the distance of bells to their width. */
static bt_vector evaluate_bells(const bell_sum *sum, double ratio, bt_vector b)
{
  const bt_vector y = (b - sum->first) * (1 / sum->width), power = bt_vector_exp(y * ratio);
  bt_vector total = bt_vector_of(sum->powers[BT_BELLS - 1]);
  for (size_t k = BT_BELLS - 1; k-- > 0;) total = total * power + sum->powers[k];
  return total * bt_vector_exp(y * y * -0.5);
}

void bt_martingale_growth(double *out, const bt_martingale *martingale, size_t date,
                          const double *before, const double *after, size_t n)
{
  const double *coefficients = martingale->coefficients + (date - 1) * BT_BELLS;
  bell_sum then, expected;
  expect_bells(&then, coefficients, date, 0);
  expect_bells(&expected, coefficients, date, 1);
  const double ratio = then.width / expected.width;
  for (size_t i = 0; i < n; i += BT_WIDTH) {
    const bt_vector grown = evaluate_bells(&then, 1, bt_vector_load(after + i)) -
                            evaluate_bells(&expected, ratio, bt_vector_load(before + i));
    bt_vector_store(out + i, grown);
  }
}
