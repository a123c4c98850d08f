/* pricing_summary.h - what `backtest option` says of its results: for people, and as JSON. */
#ifndef BT_CLI_PRICING_SUMMARY_H
#define BT_CLI_PRICING_SUMMARY_H

#include "cli/pricing_options.h"

/* One cell in words; a grid as a table, cut where it is long. */
void bt_pricing_summary_print(const bt_pricing_options *options, const bt_option_result *results,
                              const bt_montecarlo_end *end);

/* One object: price, std_error and closed_form first (null of a grid), and `grid` with every cell.
 * Errors: NOMEM. */
bt_status bt_pricing_json_print(const bt_pricing_options *options, const bt_option_result *results,
                                const bt_montecarlo_end *end, bt_error *err);

/* Paths a second of the whole run; 0 where there were none. */
double bt_pricing_rate(const bt_pricing_options *options, const bt_option_result *results,
                       double elapsed_s);

/* "delta" and so on. */
const char *bt_greek_name(bt_greek greek);

#endif
