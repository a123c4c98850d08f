/* regime_metrics.h - how a simulation did in each regime: its returns on the bars of one regime,
 * taken out and put one behind the other, as if they were a series of their own.
 */
#ifndef BT_CORE_REGIME_METRICS_H
#define BT_CORE_REGIME_METRICS_H

#include <stddef.h>

#include "core/metrics.h"
#include "core/status.h"

/* X(ID, name): the columns of the table regime_metrics, in its order; BT_METRIC_ID says what one
 * means. */
#define BT_REGIME_METRIC_LIST(X)                                                                   \
  X(N_BARS, n_bars)                                                                                \
  X(TOTAL_RETURN, total_return)                                                                    \
  X(CAGR, cagr)                                                                                    \
  X(VOLATILITY, volatility)                                                                        \
  X(SHARPE, sharpe)                                                                                \
  X(SORTINO, sortino)                                                                              \
  X(MAX_DRAWDOWN, max_drawdown)                                                                    \
  X(EXPOSURE, exposure)

/* NaN for NULL. */
typedef struct bt_regime_metrics {
#define X(id, name) double name;
  BT_REGIME_METRIC_LIST(X)
#undef X
} bt_regime_metrics;

/* What is measured: n bars with their labels and returns. held[i] != 0: bar i ends with a position;
 * NULL where that is not known, and exposure is NaN. */
typedef struct bt_regime_series {
  const unsigned char *labels;
  const double *returns, *held;
  size_t n;
} bt_regime_series;

/* out[k], k < n_regimes, from the bars with label k, by the definitions of core/metrics.h with rf
 * and periods_per_year of config: cagr with the number of these bars, the drawdown on the curve
 * that their returns compound to. A regime without bars has n_bars 0 and else NaN; labels from
 * n_regimes on (such as BT_REGIME_UNKNOWN) are left out. Errors: NOMEM. */
bt_status bt_regime_metrics_compute(bt_regime_metrics *out, size_t n_regimes,
                                    const bt_regime_series *series, const bt_metrics_config *config,
                                    bt_error *err);

#endif
