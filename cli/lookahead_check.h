/* lookahead_check.h - `backtest --check-lookahead`: instead of a sweep, does the strategy see the
 * future? */
#ifndef BT_CLI_LOOKAHEAD_CHECK_H
#define BT_CLI_LOOKAHEAD_CHECK_H

#include "cli/arguments.h"

/* Reads the options of a sweep, checks every combination on every ticker, prints what was found on
 * stdout, and returns the exit status: 1 where a target changes. */
int bt_lookahead_check(const bt_arguments *arguments);

#endif
