/* registry_cases.h - what the tests of every registered strategy and indicator share. */
#ifndef BT_TESTS_REGISTRY_CASES_H
#define BT_TESTS_REGISTRY_CASES_H

#include "core/bars.h"
#include "tests/support/golden.h"

enum { TEST_PARAMS_MOST = 16 };

/* Bars of a golden case: `close:` and, where given, `open:`, `high:`, `low:`, `volume:`. */
bt_bars *golden_bars(const golden_case *c);

/* The numbers of `params:`; returns how many. */
size_t golden_params(double out[TEST_PARAMS_MOST], const golden_case *c);

/* Targets of a strategy on bars, settled for both sides. The caller frees them. A failure of the
 * strategy fails the test. */
double *strategy_targets(const bt_strategy *strategy, const double *params, const bt_bars *bars);

/* The next combination of the sweep ranges, the last parameter fastest; start with the first values
 * of every range (fill_first). False after the last one. */
void fill_first(double *params, const bt_param *ranges, size_t n);
bool next_combination(double *params, const bt_param *ranges, size_t n);

#endif
