#include "core/montecarlo/american_martingale.h"

#include <stdlib.h>

#include "core/linear_algebra.h"
#include "core/vector_math.h"

enum { SIDE = BT_BELLS_SIDE, POINTS = (BT_BELLS + BT_LANES - 1) / BT_LANES * BT_LANES };

static const double deviations = 7; /* the last bell stands so far out */

/* ---- sums of bells ----------------------------------------------------------------------------
 * Bell k of a date is exp(-(b / width - k)^2 / 2): they are as far from each other as they are
 * wide. Spread by a Gaussian of variance 1, it is one of variance width^2 + 1, with the same middle
 * and integral. */

static double width_of(size_t date)
{
  return deviations * sqrt((double)date) / SIDE;
}

/* variance: by which they are spread. */
static bt_bell_sum sum_of(const double *heights, double width, double variance)
{
  bt_bell_sum sum = {.width = sqrt(width * width + variance)};
  sum.ratio = width / sum.width;
  for (int k = -SIDE; k <= SIDE; k++) {
    const double middle = k * sum.ratio;
    sum.powers[k + SIDE] = heights[k + SIDE] * sum.ratio * exp(-middle * middle / 2);
  }
  return sum;
}

/* So many widths from the middle all bells are 0 to 17 digits, and no power is infinite yet. */
static const double farthest = SIDE + 9;

static bt_vector sum_at(const bt_bell_sum *sum, bt_vector b)
{
  const bt_vector far = bt_vector_of(farthest), distance = b * (1 / sum->width);
  const bt_vector y = bt_vector_larger(bt_vector_smaller(distance, far), -far);
  const bt_vector up = bt_vector_exp(y * sum->ratio), down = 1 / up;
  bt_vector right = bt_vector_of(sum->powers[2 * SIDE]), left = bt_vector_of(sum->powers[0]);
  for (size_t k = 1; k < SIDE; k++) {
    right = right * up + sum->powers[2 * SIDE - k];
    left = left * down + sum->powers[k];
  }
  return (right * up + left * down + sum->powers[SIDE]) * bt_vector_exp(y * y * -0.5);
}

void bt_martingale_growth(double *out, const bt_martingale *martingale, size_t date,
                          const double *before, const double *after, size_t n)
{
  if (date == martingale->n_dates) { /* the premium of the last date is 0 */
    for (size_t i = 0; i < n; i++) out[i] = 0;
    return;
  }
  const struct bt_martingale_date *d = &martingale->dates[date - 1];
  for (size_t i = 0; i < n; i += BT_WIDTH)
    bt_vector_store(out + i, sum_at(&d->then, bt_vector_load(after + i)) -
                                 sum_at(&d->expected, bt_vector_load(before + i)));
}

/* ---- the premium of a date --------------------------------------------------------------------
 */

/* The premium at the middles of the date's bells, in premium, which has POINTS numbers. */
static void premium_at_middles(double *premium, const bt_martingale *m, const bt_exercise *e,
                               size_t date)
{
  double b[POINTS], dates[POINTS], price[POINTS], payoff[POINTS], european[POINTS];
  for (int i = 0; i < POINTS; i++) {
    b[i] = (i - SIDE) * width_of(date);
    dates[i] = (double)date;
    premium[i] = 0;
  }
  bt_exercise_prices(price, e, date, b, POINTS);
  bt_exercise_payoffs(payoff, e, dates, price, POINTS);
  bt_exercise_europeans(european, e, dates, price, POINTS);
  for (size_t i = 0; i < POINTS && date + 1 < e->n_dates; i += BT_WIDTH)
    bt_vector_store(premium + i, sum_at(&m->dates[date].expected, bt_vector_load(b + i)));
  for (size_t i = 0; i < POINTS; i++) {
    const double gain = payoff[i] - european[i];
    premium[i] = gain > premium[i] ? gain : premium[i];
  }
}

/* heights = inverse x premium. */
static void fit_date(bt_martingale *m, const bt_exercise *e, size_t date, const double *inverse)
{
  double premium[POINTS], heights[BT_BELLS];
  premium_at_middles(premium, m, e, date);
  for (size_t j = 0; j < BT_BELLS; j++) {
    heights[j] = 0;
    for (size_t k = 0; k < BT_BELLS; k++) heights[j] += inverse[j * BT_BELLS + k] * premium[k];
  }
  const double width = width_of(date);
  m->dates[date - 1] =
      (struct bt_martingale_date){sum_of(heights, width, 0), sum_of(heights, width, 1)};
}

/* Of the matrix of bells at the middles of bells, which is the same on every date. */
static bt_status invert_bells(double *inverse, bt_error *err)
{
  for (int j = 0; j < BT_BELLS; j++)
    for (int k = 0; k < BT_BELLS; k++) inverse[j * BT_BELLS + k] = exp(-(j - k) * (j - k) / 2.0);
  return bt_invert_positive(inverse, BT_BELLS, err);
}

bt_status bt_martingale_init(bt_martingale *out, const bt_exercise *exercise, bt_error *err)
{
  double inverse[BT_BELLS * BT_BELLS];
  bt_martingale martingale = {.n_dates = exercise->n_dates};
  bt_status status = invert_bells(inverse, err);
  if (status != BT_OK) return status;
  martingale.dates = calloc(exercise->n_dates, sizeof *martingale.dates);
  if (!martingale.dates) return bt_fail_nomem(err, "martingale of the high bound");
  for (size_t date = exercise->n_dates - 1; date > 0; date--)
    fit_date(&martingale, exercise, date, inverse);
  *out = martingale;
  return BT_OK;
}

void bt_martingale_clear(bt_martingale *martingale)
{
  free(martingale->dates);
  martingale->dates = NULL;
}
