/* recurrence.h - the recurrences of this field, shared by the indicators built on them.
 *
 * EMA:    e = e + a (x - e), a = 2 / (period + 1)
 * Wilder: u = (u (period - 1) + x) / period   (Wilder, New Concepts in Technical Trading Systems,
 * 1978)
 * or, for what is a ratio of two such averages, as sums, period times as large:
 *         s = s kept + x, kept = (period - 1) / period
 */
#ifndef BT_CORE_INDICATORS_RECURRENCE_H
#define BT_CORE_INDICATORS_RECURRENCE_H

#include <stddef.h>

#include "core/status.h"

/* EMA, Wilder average or Wilder's sum of x from bar `start` on, where it has the value `seed`; NaN
 * before. start < n. The bits are those of going step by step. */
void bt_indicator__ema(double *restrict out, const double *restrict x, size_t n, size_t start,
                       double seed, double period);
void bt_indicator__wilder(double *restrict out, const double *restrict x, size_t n, size_t start,
                          double seed, double period);
void bt_indicator__wilder_sum(double *restrict out, const double *restrict x, size_t n,
                              size_t start, double seed, double period);

/* EMA of x, which is defined from bar `first` on, seeded by the exact mean of its first `period`
 * values; NaN before the last of these. Errors: NOMEM. */
bt_status bt_indicator__ema_from(double *restrict out, const double *restrict x, size_t n,
                                 size_t first, double period, bt_error *err);

#endif
