/* luck.h - how good the best of many worthless trials would look. */
#ifndef BT_CORE_LUCK_H
#define BT_CORE_LUCK_H

#include <stddef.h>

/* Mean and spread of trials, added one at a time (Welford) and combined in a fixed order. */
typedef struct bt_spread {
  size_t count;
  double mean, sum_squares; /* sum of squared deviations from the mean */
} bt_spread;

void bt_spread_add(bt_spread *spread, double value); /* NaN is not counted */
void bt_spread_merge(bt_spread *spread, const bt_spread *other);

/* Variance with ddof = 1; NaN for fewer than two. */
double bt_spread_variance(const bt_spread *spread);

/* The Sharpe ratio that the best of n_trials independent trials without skill is expected to show,
 * when the trials' own Sharpe ratios have this variance (in the same unit, yearly or daily):
 * sqrt(V) ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))), Z the normal quantile, g Euler's constant.
 * Source: Bailey and Lopez de Prado, The Deflated Sharpe Ratio, 2014. NaN for fewer than two. */
double bt_luck_expected_max(size_t n_trials, double variance);

#endif
