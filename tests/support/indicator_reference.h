/* indicator_reference.h - values of an indicator on bars, and the bars of which other libraries'
 * values are known. */
#ifndef TEST_SUPPORT_INDICATOR_REFERENCE_H
#define TEST_SUPPORT_INDICATOR_REFERENCE_H

#include <stddef.h>

#include "core/bars.h"
#include "core/indicator.h"

/* One output of an indicator, as a copy that the caller frees. */
double *indicator_values_on(const bt_indicator *indicator, const double *params,
                            const bt_series *series, size_t output);

/* The same on bars; one that needs a benchmark gets random returns, which depend on the number of
 * the bar alone. */
double *indicator_values(const bt_indicator *indicator, const double *params, const bt_bars *bars,
                         size_t output);

/* The bars of reference/quant/ohlcv.csv; NULL where there is no reference data. */
bt_bars *indicator_bars(void);

#endif
