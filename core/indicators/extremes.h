/* extremes.h - rolling maximum and minimum, by passes over the whole series that a machine's
 * vectors make fast: extremes of 4, 16, 64, ... bars, each of four of a quarter as many. That is
 * log4(period) passes; at a period of a million they are still faster than a queue of candidates,
 * which goes over the series once but through branches that nobody predicts. */
#ifndef BT_CORE_INDICATORS_EXTREMES_H
#define BT_CORE_INDICATORS_EXTREMES_H

#include <stddef.h>

/* out[t] = the greatest (the smallest) of the last `period` >= 1 values of x, x[t] included; NaN
 * for t < period - 1. x holds n values, none of them NaN; out does not overlap it. */
void bt_indicator__rolling_max(double *out, const double *x, size_t n, size_t period);
void bt_indicator__rolling_min(double *out, const double *x, size_t n, size_t period);

#endif
