#include "core/regime_metrics.h"

#include <stdint.h>
#include <stdlib.h>

/* Takes out the returns of one regime; *n_held counts the bars that end with a position. */
static size_t take_out(double *taken, size_t *n_held, const bt_regime_series *series,
                       unsigned char regime)
{
  size_t n = 0;
  *n_held = 0;
  for (size_t i = 0; i < series->n; i++) {
    if (series->labels[i] != regime) continue;
    taken[n++] = series->returns[i];
    *n_held += series->held && series->held[i] != 0;
  }
  return n;
}

static void measure(bt_regime_metrics *out, double *scratch, const bt_regime_series *series,
                    unsigned char regime, const bt_metrics_config *config)
{
  bt_metrics metrics;
  size_t n_held, n = take_out(scratch, &n_held, series, regime);
  bt_metrics_of_returns(&metrics, scratch + series->n, scratch, n, config);
  if (series->held && n > 0) metrics.value[BT_METRIC_EXPOSURE] = (double)n_held / (double)n;
#define X(id, name) out->name = metrics.value[BT_METRIC_##id];
  BT_REGIME_METRIC_LIST(X)
#undef X
}

bt_status bt_regime_metrics_compute(bt_regime_metrics *out, size_t n_regimes,
                                    const bt_regime_series *series, const bt_metrics_config *config,
                                    bt_error *err)
{
  const bt_metrics_config own = {
      .cash = 1, .rf = config->rf, .periods_per_year = config->periods_per_year};
  if (series->n > SIZE_MAX / 2 / sizeof(double) - 1) return bt_fail_nomem(err, "regimes");
  double *scratch = malloc((2 * series->n + 1) * sizeof *scratch); /* returns, equity */
  if (!scratch) return bt_fail_nomem(err, "regimes");
  for (size_t k = 0; k < n_regimes; k++) measure(&out[k], scratch, series, (unsigned char)k, &own);
  free(scratch);
  return BT_OK;
}
