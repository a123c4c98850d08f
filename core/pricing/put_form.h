/* put_form.h - every call as a put. */
#ifndef BT_CORE_PRICING_PUT_FORM_H
#define BT_CORE_PRICING_PUT_FORM_H

#include <stdbool.h>

#include "core/pricing/option.h"

/* The put of the same price at every spot, also where it may be exercised early: spot and strike,
 * rate and dividend are exchanged. What it pays is bounded by its strike, where a call's payoff has
 * no bound. A put stays what it is. Source: McDonald and Schroder, A parity result for American
 * options, Journal of Computational Finance 1 (1998). */
static inline bt_vanilla bt_put_form(const bt_vanilla *option)
{
  bt_vanilla put = *option;
  if (option->type == BT_PUT) return put;
  put.type = BT_PUT;
  put.spot = option->strike;
  put.strike = option->spot;
  put.rate = option->dividend;
  put.dividend = option->rate;
  return put;
}

/* Whether exercise before expiry never pays more than holding on. What it gains in a moment is rate
 * strike - dividend spot, at prices below the strike. */
static inline bool bt_put_is_held(const bt_vanilla *put)
{
  return put->rate <= 0 && put->dividend >= put->rate;
}

#endif
