/* portfolio_pass.h - from every ticker's returns to the portfolio '*'.
 *
 * Workers simulate tickers in any order; their returns are added in the universe's order, one
 * ticker after another, so that the sums are the same bits for any number of workers.
 */
#ifndef BT_RUNNERS_PORTFOLIO_PASS_H
#define BT_RUNNERS_PORTFOLIO_PASS_H

#include <stddef.h>
#include <stdint.h>

#include "core/portfolio.h"
#include "runners/run.h"

/* What one ticker brings: n_bars of n_series simulations over the same bars. n_bars 0: it takes no
 * part. Owned by the pass. */
typedef struct bt_portfolio_part {
  size_t n_bars, n_series;
  int64_t *time_ns;
  double **returns, **shares; /* [series][bar] */
} bt_portfolio_part;

/* A part of several series is about so large at most. One a worker is held, and so many beside: of
 * tickers that are done before one before them is. */
#define BT_PORTFOLIO_PART_BYTES (4 << 20)
enum { BT_PORTFOLIO_PARTS_WAITING = 4 };

/* Room for a ticker's bars [span.first, span.end), with their times. Errors: NOMEM; the part can be
 * handed back all the same. */
bt_status bt_portfolio_part_alloc(bt_portfolio_part *part, size_t n_series, const bt_bars *bars,
                                  bt_span span, bt_error *err);

/* Copies what scratch has just simulated over the part's span into series `index`. */
void bt_portfolio_part_set(bt_portfolio_part *part, size_t index, const bt_ticker_scratch *scratch,
                           bt_span span);

/* Fills *part, which is empty, for a ticker of the universe that is not rejected. The run is the
 * pass's: its job has neither benchmark nor regimes, of which a part holds nothing. */
typedef bt_status (*bt_portfolio_fn)(void *context, bt_portfolio_part *part, size_t ticker,
                                     const bt_run *run, bt_worker *worker, bt_error *err);

/* Adds all tickers to a portfolio without tickers. Errors: those of fn, NOMEM, CANCELLED. */
bt_status bt_portfolio_pass(bt_portfolio *portfolio, const bt_run *run, bt_portfolio_fn fn,
                            void *context, bt_error *err);

/* A finished portfolio of which rows are made: what is the same for each of its series, and room
 * for one at a time. */
typedef struct bt_portfolio_view {
  const bt_portfolio *portfolio;
  const bt_run *run;
  bt_bars times;     /* its times as bars without prices: what aligning by time looks at */
  double *benchmark; /* aligned, one a time; NULL: none */
  double *returns, *exposed, *equity;
  unsigned char *labels;
} bt_portfolio_view;

/* Both outlive the view, and no ticker is added any more. The caller closes *out with
 * bt_portfolio_view_close, after success alone. Errors: NOMEM. */
bt_status bt_portfolio_view_open(bt_portfolio_view *out, const bt_portfolio *portfolio,
                                 const bt_run *run, bt_error *err);
void bt_portfolio_view_close(bt_portfolio_view *view);

/* Puts the rows of ticker 0 under a key: the metrics of series `index`, and where details are
 * wanted what the job asks for of its regimes and its equity, with the share of tickers in a
 * position as `position`. *out: the metrics. Errors: those of the store, NOMEM. */
bt_status bt_portfolio_put(bt_metrics *out, const bt_portfolio_view *view, size_t index,
                           bool details, const bt_result_key *key, bt_error *err);

/* Puts the row of ticker 0. Errors: those of the store. */
bt_status bt_portfolio_put_ticker(const bt_portfolio_view *view, bt_error *err);

#endif
