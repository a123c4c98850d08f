/* option.h - what is priced: an option on one underlying that follows a geometric Brownian motion.
 *
 * Units: years; rates, dividend yield and volatility are per year, rate and dividend continuously
 * compounded, 0.05 for 5%. Plain data.
 */
#ifndef BT_CORE_PRICING_OPTION_H
#define BT_CORE_PRICING_OPTION_H

#include <stddef.h>

#include "core/status.h"

typedef enum bt_option_type { BT_CALL, BT_PUT } bt_option_type;

/* The terms that every style has. */
typedef struct bt_vanilla {
  bt_option_type type;
  double spot, strike, rate, dividend, vol, expiry;
} bt_vanilla;

/* What a vanilla option is worth when it is exercised at this price of the underlying. */
static inline double bt_payoff(bt_option_type type, double price, double strike)
{
  double gain = type == BT_CALL ? price - strike : strike - price;
  return gain > 0 ? gain : 0;
}

/* An average over fixings at expiry x i / n_fixings, i = 1 .. n_fixings; fixed strike. */
typedef enum bt_average { BT_ARITHMETIC, BT_GEOMETRIC } bt_average;

/* A barrier: out, the option dies when it is touched; in, it is born then. A rebate is paid at
 * expiry where an in-option was not born, at the touch where an out-option dies (Haug 1998's
 * convention). */
typedef enum bt_barrier_kind { BT_DOWN_OUT, BT_UP_OUT, BT_DOWN_IN, BT_UP_IN } bt_barrier_kind;

typedef struct bt_barrier {
  bt_barrier_kind kind;
  double level, rebate;
} bt_barrier;

/* A floating-strike lookback pays S(T) - min for a call and max - S(T) for a put; a fixed-strike
 * one max(max - K, 0) and max(K - min, 0). Extremes include the spot of today. */
typedef enum bt_lookback_strike { BT_LOOKBACK_FLOATING, BT_LOOKBACK_FIXED } bt_lookback_strike;

#endif
