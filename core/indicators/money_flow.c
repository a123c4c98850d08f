#include "core/indicators/money_flow.h"

#include <stdlib.h>

#include "core/indicators/window_sums.h"

void bt_indicator__fill_money_flow(double *restrict out, const bt_series *series)
{
  const bt_series s = *series;
  for (size_t t = 0; t < s.n_bars; t++) {
    double range = s.high[t] - s.low[t];
    double place = ((s.close[t] - s.low[t]) - (s.high[t] - s.close[t])) / range;
    double none = isnan(s.volume[t]) ? s.volume[t] : 0;
    out[t] = range > 0 ? place * s.volume[t] : none;
  }
}

/* Bars whose flows are added up among themselves before they are added to the total: of so many,
 * one addition waits for the bar before. */
enum { GROUP = 4 };

static double add_group(double *flow, size_t n, double total)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += isnan(flow[i]) ? 0 : flow[i];
    flow[i] = isnan(flow[i]) ? flow[i] : total + sum;
  }
  return total + sum;
}

void bt_indicator__running_total(double *flow, size_t n)
{
  double total = 0;
  size_t whole = n - n % GROUP;
  for (size_t t = 0; t < whole; t += GROUP) total = add_group(flow + t, GROUP, total);
  (void)add_group(flow + whole, n - whole, total);
}

bt_status bt_indicator__flow_ratio(double *restrict out, const double *restrict part,
                                   const double *restrict whole, size_t n, size_t period,
                                   bt_error *err)
{
  double *sums = malloc(n * sizeof *sums);
  if (!sums) return bt_fail_nomem(err, "sums of flows");
  bt_status status = bt_indicator__window_sums(out, part, n, period, err);
  if (!status) status = bt_indicator__window_sums(sums, whole, n, period, err);
  for (size_t t = 0; t < n && !status; t++) out[t] /= sums[t];
  free(sums);
  return status;
}
