/* sweep_portfolio.h - the portfolio '*' of a sweep: of the combination that leads, or of each. */
#ifndef BT_RUNNERS_SWEEP_PORTFOLIO_H
#define BT_RUNNERS_SWEEP_PORTFOLIO_H

#include "core/portfolio.h"
#include "runners/sweep.h"

/* The portfolio of the leading combination of *result, from the bars of every ticker; nothing is
 * stored. *out is NULL where no combination leads or a job wants all portfolios; the caller frees
 * it. Errors: those of the strategy, NOMEM, CANCELLED. */
bt_status bt_sweep__follow_leader(bt_portfolio **out, const bt_sweep_result *result,
                                  const bt_run *run, bt_error *err);

/* Puts the rows of ticker 0, its selection the leader of *result, whose portfolio and n_rows it
 * sets. leader: see above; with --portfolio all every combination is simulated here. Without a
 * leader there is no selection, and rows only with --portfolio all. Errors: those of the strategy
 * and of the store, NOMEM, CANCELLED. */
bt_status bt_sweep__put_portfolio(bt_sweep_result *result, const bt_portfolio *leader,
                                  const bt_run *run, bt_error *err);

#endif
