/* option_terms.h - the terms of an option of any style, and what is known of it without paths.
 *
 * A path is looked at on dates expiry x i / n_steps, i = 1 .. n_steps. Barriers and lookbacks that
 * are monitored continuously need no dates: one step is exact there, and so are more.
 */
#ifndef BT_CORE_MONTECARLO_OPTION_TERMS_H
#define BT_CORE_MONTECARLO_OPTION_TERMS_H

#include <stdbool.h>

#include "core/pricing/option.h"

typedef enum bt_style { BT_EUROPEAN, BT_AMERICAN, BT_ASIAN, BT_BARRIER, BT_LOOKBACK } bt_style;

enum { BT_OPTION_STEPS_MOST = 10000 };

/* What a style has no use for is not looked at. */
typedef struct bt_option_terms {
  bt_style style;
  bt_vanilla option; /* its strike is not looked at where a lookback's floats */
  bt_average average;
  bt_barrier barrier;
  bt_lookback_strike lookback;
  bool discrete;  /* looked at on the dates alone: a barrier not today, a lookback today, too */
  size_t n_steps; /* 1 .. BT_OPTION_STEPS_MOST; of an American option its exercise dates */
} bt_option_terms;

static inline bool bt_barrier_is_up(const bt_barrier *barrier)
{
  return barrier->kind == BT_UP_OUT || barrier->kind == BT_UP_IN;
}

static inline bool bt_barrier_is_out(const bt_barrier *barrier)
{
  return barrier->kind == BT_DOWN_OUT || barrier->kind == BT_UP_OUT;
}

/* Whether so many paths can tell a price. Errors: DATA, one line: vol x sqrt(expiry) above 10, or
 * of a payoff without a bound above what n_paths reach (2.1 for a million), as its value lies in
 * prices beyond; a rebate at the touch that has no finite value. */
bt_status bt_option_terms_check(const bt_option_terms *terms, double n_paths, bt_error *err);

/* Whether the price is certain: no time or no volatility is left, so that there is one path alone,
 * or a continuous barrier has been touched and the option died. */
bool bt_option_is_certain(const bt_option_terms *terms);

/* The price then; of an American option at its best exercise date. */
double bt_option_certain_price(const bt_option_terms *terms);

/* Whether a barrier that is monitored continuously has been touched when the option begins. */
bool bt_option_begins_beyond(const bt_option_terms *terms);

/* The price in closed form, NaN where none is known: of a European option, a geometric average or
 * one of a single fixing, a continuous barrier or lookback. Of a barrier that is looked at on dates
 * an approximation: bt_barrier_shifted_level. Of an American option that of the European one. */
double bt_option_closed_form(const bt_option_terms *terms);

/* What it is: "Black-Scholes-Merton", ...; NULL where there is none. */
const char *bt_option_closed_form_name(const bt_option_terms *terms);

#endif
