/* simulate_warnings.h - what somebody who reads the results of `simulate` must know.
 */
#ifndef BT_CLI_SIMULATE_WARNINGS_H
#define BT_CLI_SIMULATE_WARNINGS_H

#include "cli/simulate_options.h"

enum { BT_SIMULATE_WARNINGS_MOST = 3, BT_SIMULATE_WARNING_SIZE = 240 };

/* Those that there are, one line each; returns how many. */
size_t bt_simulate_warnings(char out[BT_SIMULATE_WARNINGS_MOST][BT_SIMULATE_WARNING_SIZE],
                            const bt_simulate_options *options, const bt_simulation_result *result);

#endif
