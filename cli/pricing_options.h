/* pricing_options.h - the options of `backtest option`, from the command line to a grid of terms.
 */
#ifndef BT_CLI_PRICING_OPTIONS_H
#define BT_CLI_PRICING_OPTIONS_H

#include "cli/arguments.h"
#include "cli/montecarlo_run.h"
#include "core/grid.h"
#include "runners/montecarlo/option.h"

/* What may be a range, in the order of the grid: the last one changes fastest. */
typedef enum bt_pricing_axis {
  BT_AXIS_TYPE,
  BT_AXIS_SPOT,
  BT_AXIS_STRIKE,
  BT_AXIS_RATE,
  BT_AXIS_DIVIDEND,
  BT_AXIS_VOL,
  BT_AXIS_EXPIRY,
  BT_AXIS_BARRIER,
  BT_AXIS_REBATE,
  BT_AXIS_PRICE
} bt_pricing_axis;

enum { BT_PRICING_AXES = BT_AXIS_PRICE + 1, BT_PRICING_OPTION_COUNT = 30 };
extern const bt_option bt_pricing_option_table[BT_PRICING_OPTION_COUNT];

/* What job points at is owned by it: it may be moved. */
typedef struct bt_pricing_options {
  bt_montecarlo_options common;
  bt_option_job job;
  bt_axis axes[BT_PRICING_AXES]; /* of what the style has no use for: none */
  bt_option_terms *cells;
  double *implied_from;
  size_t dates_a_year; /* of American options that differ in their exercise dates; else 0 */
  char *json_text;     /* all that the results depend on */
} bt_pricing_options;

/* The caller clears *out with bt_pricing_options_clear, after success alone. Errors: USAGE, naming
 * the option: also where the one cell there is has no price; NOMEM. */
bt_status bt_pricing_options_read(bt_pricing_options *out, const bt_arguments *arguments,
                                  bt_error *err);
void bt_pricing_options_clear(bt_pricing_options *options);

/* Name and value of an axis: "spot" in cell `index`; for the type 0 is call, 1 put. */
const char *bt_pricing_axis_name(bt_pricing_axis axis);
double bt_pricing_value(const bt_pricing_options *options, bt_pricing_axis axis, size_t index);

#endif
