/* ema_chain.h - EMAs of EMAs: the first is that of the closes, each further one that of the one
 * before it, seeded by the mean of its first `period` values, as in TA-Lib. */
#ifndef BT_CORE_INDICATORS_EMA_CHAIN_H
#define BT_CORE_INDICATORS_EMA_CHAIN_H

#include <stddef.h>

#include "core/indicator.h"

/* The bar from which a chain of `depth` is defined. */
size_t bt_indicator__ema_chain_first(double period, size_t depth);

/* ema[0 .. depth-1] on that bar, which must be one of the series. scratch holds `period` values.
 * Errors: NOMEM. */
bt_status bt_indicator__ema_chain_start(double *ema, size_t depth, double *scratch,
                                        const bt_indicator_input *input, double period,
                                        bt_error *err);

#endif
