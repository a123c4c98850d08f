/* true_range.h - how far the price went on a bar, seen from the close before (Wilder 1978). */
#ifndef BT_CORE_INDICATORS_TRUE_RANGE_H
#define BT_CORE_INDICATORS_TRUE_RANGE_H

/* The widest of high - low, high - close before and close before - low. */
static inline double bt_indicator__true_range(double high, double low, double before)
{
  double top = high > before ? high : before, bottom = low < before ? low : before;
  return top - bottom;
}

#endif
