/* indicator_reference.h - indicators beside what other libraries make of the same bars: reads
 * reference/quant/ohlcv.csv and ind_LIBRARY.csv. */
#ifndef TEST_SUPPORT_INDICATOR_REFERENCE_H
#define TEST_SUPPORT_INDICATOR_REFERENCE_H

#include <stddef.h>

#include "core/bars.h"
#include "core/indicator.h"

/* Which rows of a library belong to which output of ours. */
typedef struct indicator_case {
  const char *their_name, *their_params, *their_output;
  const char *name;
  double params[BT_INDICATOR_PARAMS_MOST];
  size_t output;
  size_t from; /* the first bar that is compared: where seeds differ, they meet later */
} indicator_case;

/* One output of an indicator, as a copy that the caller frees. */
double *indicator_values_on(const bt_indicator *indicator, const double *params,
                            const bt_series *series, size_t output);

/* The same on bars; one that needs a benchmark gets random returns, which depend on the number of
 * the bar alone. */
double *indicator_values(const bt_indicator *indicator, const double *params, const bt_bars *bars,
                         size_t output);

/* The reference bars; NULL where there is no reference data. */
bt_bars *indicator_bars(void);

/* Fails unless every value of the library from the case's first bar on is ours to 1e-9, and ours is
 * undefined before the first of theirs (where from is 0). On bars 299 to 326, where the price
 * stands still, running sums of others leave noise: values of up to 1e-6 are the same there, and
 * those of ours that are undefined, there and up to bar 328 (means of what is undefined), are not
 * compared. Skips the test where there is no reference data. */
void check_indicators(const char *library, const indicator_case *cases, size_t n_cases);

#endif
