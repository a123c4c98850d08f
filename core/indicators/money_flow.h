/* money_flow.h - what the indicators of price and volume share. */
#ifndef BT_CORE_INDICATORS_MONEY_FLOW_H
#define BT_CORE_INDICATORS_MONEY_FLOW_H

#include <stddef.h>

#include "core/indicator.h"

/* out[t] = Chaikin's flow of money on a bar: its volume times where the close lies between low (-1)
 * and high (+1). 0 on a bar without a range, as in TA-Lib and TTR; NaN without a volume. */
void bt_indicator__fill_money_flow(double *restrict out, const bt_series *s);

/* Turns flows into their totals so far. A flow that is NaN stays NaN and adds nothing. */
void bt_indicator__running_total(double *flow, size_t n);

/* out[t] = sum of part over the last `period` bars / that of whole, n bars each; NaN where a value
 * of the window is, or it is 0 / 0. Errors: NOMEM. */
bt_status bt_indicator__flow_ratio(double *restrict out, const double *restrict part,
                                   const double *restrict whole, size_t n, size_t period,
                                   bt_error *err);

#endif
