/* crash.h - what a strategy outside of the program says when it ends the process, by a crash or by
 * exit(). */
#ifndef BT_CLI_CRASH_H
#define BT_CLI_CRASH_H

/* From now on a fault (SIGSEGV and such) prints one line that names the strategy and what helps,
 * and then kills as it would have; and exit() prints such a line and ends with exit status 1,
 * whatever was asked for. help: a sentence without its full stop; "" where nothing helps. */
void bt_crash_watch(const char *strategy_name, const char *help);

/* The program itself is about to exit. */
void bt_crash_unwatch(void);

#endif
