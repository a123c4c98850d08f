/* money_flow.h - what the indicators of price and volume share. */
#ifndef BT_CORE_INDICATORS_MONEY_FLOW_H
#define BT_CORE_INDICATORS_MONEY_FLOW_H

#include <math.h>
#include <stddef.h>

#include "core/indicator.h"

/* Chaikin's flow of money on a bar: its volume times where the close lies between low (-1) and high
 * (+1). 0 on a bar without a range, as in TA-Lib and TTR; NaN without a volume. */
static inline double bt_indicator__money_flow(const bt_series *s, size_t t)
{
  double range = s->high[t] - s->low[t];
  double place = ((s->close[t] - s->low[t]) - (s->high[t] - s->close[t])) / range;
  double none = isnan(s->volume[t]) ? s->volume[t] : 0;
  return range > 0 ? place * s->volume[t] : none;
}

/* Turns flows into their totals so far. A flow that is NaN stays NaN and adds nothing. */
void bt_indicator__running_total(double *flow, size_t n);

/* Fills part[i] and whole[i] with what bar first + i adds to either side of a ratio, n bars. */
typedef void bt_fill_flows(double *restrict part, double *restrict whole, const bt_series *s,
                           size_t first, size_t n);

/* out[t] = sum of part over the last `period` bars / that of whole, where all of these bars are
 * `start` or later; NaN before, and where it is 0 / 0. Errors: NOMEM. */
bt_status bt_indicator__flow_ratio(double *out, const bt_series *s, bt_fill_flows *fill,
                                   size_t start, size_t period, bt_error *err);

#endif
