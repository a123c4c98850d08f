/* american.h - prices of options that may be exercised early: core/montecarlo/american.h on the
 * pool.
 */
#ifndef BT_RUNNERS_MONTECARLO_AMERICAN_H
#define BT_RUNNERS_MONTECARLO_AMERICAN_H

#include "core/montecarlo/american.h"
#include "core/montecarlo/american_greeks.h"
#include "runners/pool.h"

/* Prices and their standard errors; NaN where there is none. Of an option that is exercised today
 * price, in_sample and low are its payoff, with standard errors of 0, and so are the Greeks. One
 * that is never worth more exercised than held has the European price, with a standard error of 0.
 * Where too few paths of the second pass are exercised early to tell a standard error
 * (BT_SKEWNESS_MOST in option_plan.h) there is none, of price and Greeks.
 *
 * The interval has the price of the dates (Bermudan) in it with at least 95%: it begins 1.96
 * standard errors below `low`, ends as far above `high` or, where that is more, above `price`, and
 * is cut off below at what is certain, the European price and today's payoff. So interval_low <=
 * price <= interval_high always. low and high are estimates: where their errors are larger than
 * what lies between the bounds, low may be above high. */
typedef struct bt_american_result {
  double price, std_error;               /* what is reported: low, or more where that is certain */
  double in_sample, in_sample_std_error; /* of the paths that were fitted, biased high by that */
  double low, low_std_error;             /* of the second, independent pass: a lower bound */
  double high, high_std_error;           /* the dual bound; NaN without one */
  double interval_low, interval_high;
  bt_american_greeks greeks; /* of the second pass; NaN where not wanted, or the price is certain */
  bool is_exercised_now, is_held; /* today; never before expiry: whatever the paths */
} bt_american_result;

/* Inside a task: its chunks are forked (bt_worker_fork), so that idle workers help. The same bits
 * for any number of workers. An option that has no time or volatility left has its certain price
 * and standard errors of 0. Errors: those of bt_american_check, DATA (a price that is not finite; a
 * regression without solution), NOMEM, CANCELLED. */
bt_status bt_american_price(bt_american_result *out, const bt_american *job, bt_worker *worker,
                            bt_error *err);

/* The fit alone, without the second pass and the bound: in_sample and its standard error; the rest
 * is NaN. Otherwise as bt_american_price. */
bt_status bt_american_fit(bt_american_result *out, const bt_american *job, bt_worker *worker,
                          bt_error *err);

#endif
