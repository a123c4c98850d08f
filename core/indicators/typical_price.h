/* typical_price.h - (high + low + close) / 3 of a bar, and when two of them are the same. */
#ifndef BT_CORE_INDICATORS_TYPICAL_PRICE_H
#define BT_CORE_INDICATORS_TYPICAL_PRICE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "backtest/strategy.h"

/* Seen from the close, so that it is exactly the price of a bar that has only one. */
static inline double bt_indicator__typical_price(const bt_series *s, size_t t)
{
  double close = s->close[t];
  return close + ((s->high[t] - close) + (s->low[t] - close)) / 3;
}

/* Typical prices of different bars that are equal in decimals often differ in their last bits, by
 * up to a third of this part of themselves. */
static const double BT_TYPICAL_ROUNDING = 1e-15;

/* Whether a distance between typical prices, or from their mean, is more than rounding. */
static inline bool bt_indicator__has_moved(double distance, double price)
{
  return fabs(distance) > BT_TYPICAL_ROUNDING * price;
}

#endif
