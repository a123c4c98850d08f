/* regime_summary.h - in which regimes the edge lives: what was selected, over all tickers. */
#ifndef BT_RUNNERS_REGIME_SUMMARY_H
#define BT_RUNNERS_REGIME_SUMMARY_H

#include "runners/run.h"

/* One regime; medians are NaN without values. */
typedef struct bt_regime_summary {
  const char *regime; /* the job's */
  uint64_t n_bars;    /* of all tickers together */
  size_t n_tickers;   /* with a Sharpe ratio in it */
  double sharpe_median, sharpe_p25, sharpe_p75, share_positive;
  double return_median, exposure_median;
} bt_regime_summary;

/* From the rows of regime_metrics of window 0 and this phase, in the order of the job's regimes.
 * The caller frees *out with free(); NULL and 0 where the job has no regimes. Errors: DATABASE,
 * NOMEM. */
bt_status bt_regime_summarise(bt_regime_summary **out, size_t *n, const bt_run *run,
                              const char *phase, bt_error *err);

#endif
