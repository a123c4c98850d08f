#include "core/indicators/money_flow.h"

#include <stdlib.h>

#include "core/indicators/undefined.h"
#include "core/indicators/window_sums.h"

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

bt_status bt_indicator__flow_ratio(double *out, const bt_series *s, bt_fill_flows *fill,
                                   size_t start, size_t period, bt_error *err)
{
  size_t n = s->n_bars, undefined = start + period - 1;
  bt_indicator__fill_nan(out, undefined < n ? undefined : n);
  if (undefined >= n) return BT_OK;
  size_t length = bt_indicator__part_length(n - start, period);
  double *part = malloc(4 * length * sizeof *part);
  if (!part) return bt_fail_nomem(err, "sums of flows");
  double *whole = part + length;
  double *restrict sums = whole + length, *restrict spare = sums + length;
  for (size_t first = start; first + period <= n; first += length - period + 1) {
    size_t taken = length < n - first ? length : n - first;
    double *restrict ratio = out + first + period - 1;
    fill(part, whole, s, first, taken);
    bt_indicator__window_sums(ratio, part, spare, taken, period);
    bt_indicator__window_sums(sums, whole, spare, taken, period);
    for (size_t i = 0; i + period <= taken; i++) ratio[i] /= sums[i];
  }
  free(part);
  return BT_OK;
}
