/* metrics.h - the numbers that are stored about one simulation.
 *
 * A metric that is not defined (0 / 0, no trades, ratios and moments of a constant series, standard
 * deviation of one return) or overflows is NaN here and NULL in the store; never infinite.
 */
#ifndef BT_CORE_METRICS_H
#define BT_CORE_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bars.h"
#include "core/simulate.h"
#include "core/status.h"

typedef enum bt_metric {
#define X(id, name, unit, whole, definition, source) BT_METRIC_##id,
#include "core/metrics.def"
#undef X
  BT_METRIC_COUNT
} bt_metric;

/* One value a metric, in the order of core/metrics.def; counts are whole doubles. */
typedef struct bt_metrics {
  double value[BT_METRIC_COUNT];
} bt_metrics;

/* What a column means. All strings are static. */
typedef struct bt_metric_info {
  const char *name, *unit, *definition, *source;
  bool whole;
} bt_metric_info;

bt_metric_info bt_metric_describe(bt_metric metric);

/* Sets *out to the metric of that name. Errors: NOT_FOUND. */
bt_status bt_metric_find(bt_metric *out, const char *name, bt_error *err);

/* What the definitions need beside the ledger. */
typedef struct bt_metrics_config {
  double cash;             /* starting cash */
  double rf;               /* yearly risk-free rate, 0.02 = 2% */
  double periods_per_year; /* > 0 */
  const double *benchmark; /* its returns on the bars of the span, NaN where it has none
                              (core/benchmark.h); NULL: no benchmark */
} bt_metrics_config;

/* Every metric of a simulation of bars [span.first, span.end), a span of at least one bar; those
 * against a benchmark are NaN without one. `returns` is scratch of ledger->n_bars values and holds
 * the returns r afterwards. Sums over the returns have a fixed shape (core/lanes.h). */
void bt_metrics_compute(bt_metrics *out, double *returns, const bt_ledger *ledger,
                        const bt_bars *bars, bt_span span, const bt_metrics_config *config);

/* The same of returns alone, such as a portfolio's: r[0 .. n-1], compounded from config->cash; the
 * benchmark has n values. exposure, trade columns, costs and buy_hold are NaN; for n = 0 everything
 * but n_bars is. `equity` is scratch of n values and holds the equity at each close afterwards. */
void bt_metrics_of_returns(bt_metrics *out, double *equity, const double *r, size_t n,
                           const bt_metrics_config *config);

#endif
