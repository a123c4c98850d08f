#include "core/indicators/smooth.h"

#include "core/indicators/recurrence.h"
#include "core/mean.h"

/* BACK values are needed before the first that is made from the value BACK before it; BLOCK more
 * are made at once, in the fastest cache. */
enum { BACK = 8, BLOCK = 128 };

/* How many values from the first on are `before`; fills these. */
static size_t stand_still(double *restrict y, const double *restrict x, size_t n, double before)
{
  size_t t = 0;
  for (; t < n && x[t] == before; t++) y[t] = before;
  return t;
}

static inline double step(double before, double x, double gain)
{
  return (1 - gain) * before + gain * x;
}

/* y[0 .. n-1], n <= BLOCK, from the BACK values of x and of y before. */
static void smooth_block(double *restrict y, const double *restrict x, size_t n, double gain)
{
  const double keep = 1 - gain, keep2 = keep * keep, keep4 = keep2 * keep2, keep8 = keep4 * keep4;
  double two[BLOCK + BACK], four[BLOCK + BACK]; /* weighted sums of so many x, [i] up to i - BACK */
  const double *from = x - BACK;
  for (size_t i = 2; i < n + BACK; i++) two[i] = gain * from[i] + keep * (gain * from[i - 1]);
  for (size_t i = 4; i < n + BACK; i++) four[i] = two[i] + keep2 * two[i - 2];
  double *restrict last = y - BACK;
  for (size_t i = BACK; i < n + BACK; i++)
    last[i] = keep8 * last[i - BACK] + (four[i] + keep4 * four[i - 4]);
}

void bt_indicator__smooth(double *restrict y, const double *restrict x, size_t n, double before,
                          double period)
{
  const double gain = 2 / (period + 1);
  size_t t = stand_still(y, x, n, before);
  for (size_t i = 0; i < BACK && t < n; i++, t++)
    y[t] = step(t > 0 ? y[t - 1] : before, x[t], gain);
  for (size_t length; t < n; t += length) {
    length = n - t < BLOCK ? n - t : BLOCK;
    smooth_block(y + t, x + t, length, gain);
  }
}

bt_status bt_indicator__ema_of(double *restrict out, const double *restrict x, size_t n,
                               size_t start, double period, bt_error *err)
{
  size_t first = start + (size_t)period - 1;
  bt_exact_sums *sums = NULL;
  bt_indicator__fill_nan(out, first < n ? first : n);
  if (first >= n) return BT_OK;
  bt_status status = bt_exact_sums_new(&sums, x + start, (size_t)period, err);
  if (status) return status;
  out[first] = bt_exact_mean(sums, 0, (size_t)period);
  bt_exact_sums_free(sums);
  size_t next = first + 1;
  bt_indicator__smooth(out + next, x + next, n - next, out[first], period);
  return BT_OK;
}

/* The products of so many k up to i - BACK, and what c comes to with them. */
typedef struct steps {
  double keep[BLOCK + BACK], add[BLOCK + BACK];
} steps;

/* Steps that are `length` each become twice as long; the first that is known is at `first`. */
static void join(steps *restrict out, const steps *restrict in, size_t length, size_t first,
                 size_t n)
{
  for (size_t i = first + length; i < n + BACK; i++) {
    out->add[i] = in->keep[i] * in->add[i - length] + in->add[i];
    out->keep[i] = in->keep[i] * in->keep[i - length];
  }
}

static void smooth_block_by(double *restrict y, const double *restrict x,
                            const double *restrict gain, size_t n)
{
  steps one, two;
  const double *from = x - BACK, *gains = gain - BACK;
  for (size_t i = 1; i < n + BACK; i++) {
    one.keep[i] = 1 - gains[i];
    one.add[i] = gains[i] * from[i];
  }
  join(&two, &one, 1, 1, n);
  join(&one, &two, 2, 2, n);
  double *restrict last = y - BACK;
  for (size_t i = BACK; i < n + BACK; i++)
    last[i] = one.keep[i] * one.keep[i - 4] * last[i - BACK] +
              (one.keep[i] * one.add[i - 4] + one.add[i]);
}

void bt_indicator__smooth_by(double *restrict y, const double *restrict x,
                             const double *restrict gain, size_t n, double before)
{
  size_t t = stand_still(y, x, n, before);
  for (size_t i = 0; i < BACK && t < n; i++, t++)
    y[t] = step(t > 0 ? y[t - 1] : before, x[t], gain[t]);
  for (size_t length; t < n; t += length) {
    length = n - t < BLOCK ? n - t : BLOCK;
    smooth_block_by(y + t, x + t, gain + t, length);
  }
}
