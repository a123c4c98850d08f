/* portfolio.h - the equal-weight portfolio: the plain mean, time by time, of the returns of the
 * tickers alive.
 *
 * Tickers are added one after another; sums run in the order of adding, so the bits depend on it
 * and on nothing else. A ticker is alive from its first to its last bar, with return 0 at a time of
 * others that it misses.
 */
#ifndef BT_CORE_PORTFOLIO_H
#define BT_CORE_PORTFOLIO_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

typedef struct bt_portfolio bt_portfolio;

/* Without tickers yet: n_series >= 1 portfolios side by side (one a combination) of the same
 * tickers and times. The caller frees *out with bt_portfolio_free. Errors: NOMEM. */
bt_status bt_portfolio_new(bt_portfolio **out, size_t n_series, bt_error *err);
void bt_portfolio_free(bt_portfolio *portfolio); /* NULL is fine */

/* Adds one ticker: its n bars at time_ns (strictly rising) and returns[s][0 .. n-1] for each
 * series. shares[s][i] != 0 where bar i ends with a position; shares, or one shares[s], may be
 * NULL: no position. Nothing is kept of the arrays. Without bars it is no ticker.
 * Costs O(n) for each series where all its times are known and follow one another, O(n + times)
 * otherwise, and O(tickers) once. Errors: NOMEM (the portfolio is as before). */
bt_status bt_portfolio_add(bt_portfolio *portfolio, const int64_t *time_ns,
                           const double *const *returns, const double *const *shares, size_t n,
                           bt_error *err);

/* The times on which any ticker has a bar, rising; valid until the next one is added. */
size_t bt_portfolio_count(const bt_portfolio *portfolio);
const int64_t *bt_portfolio_times(const bt_portfolio *portfolio);

/* Of one series, at each time: the mean return, and in exposed (may be NULL) the share of the
 * tickers alive whose bar there ends with a position. Always BT_OK. */
bt_status bt_portfolio_returns(double *returns, double *exposed, const bt_portfolio *portfolio,
                               size_t series, bt_error *err);

#endif
