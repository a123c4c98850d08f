/* simulate_options.h - the options of `simulate`, from the command line to a job. */
#ifndef BT_CLI_SIMULATE_OPTIONS_H
#define BT_CLI_SIMULATE_OPTIONS_H

#include "cli/montecarlo_run.h"
#include "cli/simulate_fit.h"
#include "runners/montecarlo/simulate.h"

typedef struct bt_simulate_options {
  bt_montecarlo_options common;
  bt_simulation simulation;
  bt_history history; /* of --fit */
  char *params_json;  /* the model's parameters, an object */
  char *json_text;    /* all that the results depend on */
} bt_simulate_options;

enum { BT_SIMULATE_OPTION_COUNT = 13 + BT_PARAM_COUNT + 7, BT_SIMULATE_COMMON_COUNT = 11 };
extern const bt_option bt_simulate_option_table[BT_SIMULATE_OPTION_COUNT];

/* The caller clears *out with bt_simulate_options_clear, after success alone. Errors: USAGE, naming
 * the option; IO and DATA about the history; NOMEM. */
bt_status bt_simulate_options_read(bt_simulate_options *out, const bt_arguments *arguments,
                                   bt_error *err);
void bt_simulate_options_clear(bt_simulate_options *options);

#endif
