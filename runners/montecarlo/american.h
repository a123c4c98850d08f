/* american.h - prices of options that may be exercised early: core/montecarlo/american.h on the
 * pool.
 */
#ifndef BT_RUNNERS_MONTECARLO_AMERICAN_H
#define BT_RUNNERS_MONTECARLO_AMERICAN_H

#include "core/montecarlo/american.h"
#include "runners/pool.h"

/* Prices and their standard errors; NaN where there is none. The interval low - 1.96 low_std_error
 * .. high + 1.96 high_std_error has the Bermudan price in it with at least 95%. */
typedef struct bt_american_result {
  double price, std_error;               /* what is reported: of the second, independent pass */
  double in_sample, in_sample_std_error; /* of the paths that were fitted, biased high by that */
  double low, low_std_error;             /* of the second pass: a lower bound */
  double high, high_std_error;           /* the dual bound; NaN without one */
  double interval_low, interval_high;
} bt_american_result;

/* Inside a task: its chunks are forked (bt_worker_fork), so that idle workers help. The same bits
 * for any number of workers. An option that has no time or volatility left has its certain price
 * and standard errors of 0. Errors: USAGE (a number of dates, paths or a degree that is not
 * possible), NOMEM, DATA (the regression has no solution), CANCELLED. */
bt_status bt_american_price(bt_american_result *out, const bt_american *job, bt_worker *worker,
                            bt_error *err);

/* The fit alone, without the second pass and the bound: in_sample and its standard error; the rest
 * is NaN. Otherwise as bt_american_price. */
bt_status bt_american_fit(bt_american_result *out, const bt_american *job, bt_worker *worker,
                          bt_error *err);

#endif
