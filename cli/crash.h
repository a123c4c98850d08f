/* crash.h - what a crash of a strategy outside of the program says before the process dies of it.
 */
#ifndef BT_CLI_CRASH_H
#define BT_CLI_CRASH_H

/* From now on a fault (SIGSEGV and such) prints one line that names the strategy and what helps,
 * and then kills as it would have. */
void bt_crash_watch(const char *strategy_name);

#endif
