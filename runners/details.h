/* details.h - what is kept of one simulation beside its metrics: how it fared in each regime, and
 * where --save asks for them its trades and its equity bar by bar.
 */
#ifndef BT_RUNNERS_DETAILS_H
#define BT_RUNNERS_DETAILS_H

#include "core/regime_metrics.h"
#include "runners/ticker.h"
#include "runners/writer.h"

/* Whether the job keeps any. */
bool bt_details_wanted(const bt_job *job);

/* Where details are wanted, simulates what scratch aims at over `span`, and fills regimes, trades
 * and points of a section that has none yet. Errors: NOMEM; what is filled is the section's all the
 * same. */
bt_status bt_details_fill(bt_section *section, bt_ticker *ticker, bt_ticker_scratch *scratch,
                          bt_span span, const bt_job *job, bt_error *err);

/* Fills the regimes of a section from any series, such as the portfolio's; labels NULL: none.
 * Errors: NOMEM. */
bt_status bt_details_fill_regimes(bt_section *section, const bt_regime_series *series,
                                  const bt_metrics_config *config, const bt_regime_view *regimes,
                                  bt_error *err);

/* Fills the points of a section that has none yet with n of any series. Errors: NOMEM. */
bt_status bt_details_fill_points(bt_section *section, const int64_t *time_ns, const double *equity,
                                 const double *position, size_t n, bt_error *err);

#endif
