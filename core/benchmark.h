/* benchmark.h - a ticker beside a benchmark: whose returns are compared, bar by bar, and what
 * follows from them. Metrics compare a simulation with the benchmark's own bars; strategies and
 * indicators compare changes over the same stretch of time.
 */
#ifndef BT_CORE_BENCHMARK_H
#define BT_CORE_BENCHMARK_H

#include <stddef.h>

#include "core/bars.h"
#include "core/status.h"

/* out[t] = the benchmark's return on the bar of the same time (its close / its close before - 1,
 * over its own bars), NaN where it has no bar of that time or none before; ticker->n_bars values.
 * Daily bars stand at midnight, so they meet by date. All NaN where bars of one last more than 1.5
 * times as long as those of the other (bt_bars_length_days), or one is daily and the other is not.
 * Of the ticker time_ns, n_bars and daily alone are looked at. Errors: NOMEM. */
bt_status bt_benchmark_align(double *out, const bt_bars *ticker, const bt_bars *benchmark,
                             bt_error *err);

/* The same of the ticker's bars: out[t] = the benchmark's close at the time of bar t / its close at
 * the time of the ticker's bar before - 1, NaN where it has no bar of one of these times, and on
 * the first bar. This is what bt_series.benchmark holds: where the ticker lacks bars, both returns
 * span the gap. Errors: NOMEM. */
bt_status bt_benchmark_follow(double *out, const bt_bars *ticker, const bt_bars *benchmark,
                              bt_error *err);

/* As the columns of core/metrics.def of the same names; NaN where not defined. */
typedef struct bt_benchmark_metrics {
  double alpha, beta, correlation, tracking_error, information_ratio;
} bt_benchmark_metrics;

/* Of the returns r[0 .. n-1] against b[0 .. n-1], over the bars on which b is a number; floor is
 * the risk-free return of one bar. Everything is NaN for fewer than two such bars; alpha, beta and
 * correlation for a constant b; correlation for a constant r (beta is 0 then); the information
 * ratio for a constant r - b. Sums have a fixed shape (core/lanes.h). */
bt_benchmark_metrics bt_benchmark_compare(const double *r, const double *b, size_t n, double floor,
                                          double periods_per_year);

#endif
