/* recurrence.h - the two recurrences of this field, shared by the indicators built on them.
 *
 * EMA:    e = e + a (x - e), a = 2 / (period + 1)
 * Wilder: u = (u (period - 1) + x) / period   (Wilder, New Concepts in Technical Trading Systems,
 * 1978)
 * or, for what is a ratio of two such averages, as sums, period times as large:
 *         s = s kept + x, kept = (period - 1) / period
 */
#ifndef BT_CORE_INDICATORS_RECURRENCE_H
#define BT_CORE_INDICATORS_RECURRENCE_H

#include <math.h>
#include <stddef.h>

static inline void bt_indicator__fill_nan(double *out, size_t n)
{
  for (size_t t = 0; t < n; t++) out[t] = (double)NAN;
}

static inline double bt_indicator__ema_step(double e, double x, double period)
{
  return e + 2 / (period + 1) * (x - e);
}

static inline double bt_indicator__wilder_step(double u, double x, double period)
{
  return (u * (period - 1) + x) / period;
}

/* EMA, or Wilder average, of x from bar `start` on, where it has the value `seed`; NaN before.
 * start < n. out may be x. The bits are those of going step by step. */
void bt_indicator__ema(double *out, const double *x, size_t n, size_t start, double seed,
                       double period);
void bt_indicator__wilder(double *out, const double *x, size_t n, size_t start, double seed,
                          double period);

#endif
