/* forward.h - an option in the quantities of which its price is made. */
#ifndef BT_CORE_PRICING_FORWARD_H
#define BT_CORE_PRICING_FORWARD_H

#include "core/pricing/option.h"

typedef struct bt_forward {
  double spot, strike; /* discounted to today: the underlying without its dividends, the strike */
  /* spot - strike as their difference before discounting and what discounting adds to it, each
   * exact to a few units of its own last place */
  double difference, discounts;
  double moneyness; /* log(spot / strike), likewise also near 0 */
  double deviation; /* the standard deviation of the logarithm of the price at expiry */
} bt_forward;

bt_forward bt_forward_of(const bt_vanilla *option);

/* log(a / b) of positive numbers, to full relative accuracy also where they are nearly equal. */
double bt_log_ratio(double a, double b);

/* A deviation below which the path is certain: far below what a price can show. */
#define BT_NO_DEVIATION 1e-100

#endif
