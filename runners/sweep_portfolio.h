/* sweep_portfolio.h - the portfolio '*' of a sweep: of the combination that leads, or of each. */
#ifndef BT_RUNNERS_SWEEP_PORTFOLIO_H
#define BT_RUNNERS_SWEEP_PORTFOLIO_H

#include "runners/sweep.h"

/* Simulates and puts the rows of ticker 0, its selection the leader of *result, whose portfolio and
 * n_rows it sets. Without a leader there is no selection, and rows only with --portfolio all.
 * Errors: those of the strategy and of the store, NOMEM, CANCELLED. */
bt_status bt_sweep__portfolio(bt_sweep_result *result, const bt_run *run, bt_error *err);

#endif
