/* mean_deviation.h - how far the last values lie from their mean, on average. */
#ifndef BT_CORE_INDICATORS_MEAN_DEVIATION_H
#define BT_CORE_INDICATORS_MEAN_DEVIATION_H

#include <stddef.h>

#include "core/status.h"

/* Up to so many values every deviation is added by itself, many bars at a time; for more of them,
 * values are kept in order (ranked_deviation.c). There both take about the same time. */
enum { BT_DEVIATION_DIRECT_MOST = 2048 };

/* out[t] = mean of |x[i] - mean[t]| over the `period` bars up to t, where mean[t] is their mean
 * (core/mean.h); NaN for t < period - 1. Exactly 0 where all are equal, and more elsewhere. x > 0,
 * period <= n. Arrays do not overlap. Errors: NOMEM. */
bt_status bt_indicator__mean_deviation(double *restrict out, const double *restrict x,
                                       const double *restrict mean, size_t n, size_t period,
                                       bt_error *err);

/* Its two ways, for tests: out from bar period - 1 on. */
void bt_indicator__direct_deviation(double *restrict out, const double *restrict x,
                                    const double *restrict mean, size_t n, size_t period);
bt_status bt_indicator__ranked_deviation(double *restrict out, const double *restrict x,
                                         const double *restrict mean, size_t n, size_t period,
                                         bt_error *err);

/* |x[0] - mean| + ... + |x[n - 1] - mean|, added in order. */
double bt_indicator__deviation_sum(const double *x, size_t n, double mean);

#endif
