/* simulate_summary.h - what `simulate` prints. */
#ifndef BT_CLI_SIMULATE_SUMMARY_H
#define BT_CLI_SIMULATE_SUMMARY_H

#include "cli/simulate_options.h"

typedef struct bt_simulate_summary {
  const bt_simulate_options *options;
  const bt_simulation_result *result;
  const bt_montecarlo_end *end;
} bt_simulate_summary;

void bt_simulate_summary_print(const bt_simulate_summary *summary);
bt_status bt_simulate_summary_print_json(const bt_simulate_summary *summary, bt_error *err);

#endif
