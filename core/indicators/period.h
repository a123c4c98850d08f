/* period.h - what most indicators have: one period, and a first value where their first window is
 * whole. */
#ifndef BT_CORE_INDICATORS_PERIOD_H
#define BT_CORE_INDICATORS_PERIOD_H

#include "core/indicator.h"

/* A row of params: a number of bars. */
#define BT_INDICATOR_PERIOD(bars)                                                                  \
  {                                                                                                \
    .name = "period", .preset = (bars), .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"     \
  }

/* For bt_indicator.first_bar, every output alike: a window of `period` bars; the same of what
 * changes from one bar to the next, which begins on the second. */
static inline size_t bt_indicator__first_window(const double *params, size_t output)
{
  (void)output;
  return (size_t)params[0] - 1;
}

static inline size_t bt_indicator__first_changes(const double *params, size_t output)
{
  (void)output;
  return (size_t)params[0];
}

#endif
