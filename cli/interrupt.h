/* interrupt.h - SIGINT, SIGTERM and SIGHUP: finished work is saved, then the process dies of the
 * signal. */
#ifndef BT_CLI_INTERRUPT_H
#define BT_CLI_INTERRUPT_H

#include "runners/pool.h"

/* From now on each of them cancels the pool, but for those that were ignored when the process began
 * (nohup): they stay ignored. Another one half a second later kills at once, which is said where
 * tasks have not come back after a second: a strategy may never do so. */
void bt_interrupt_watch(bt_pool *pool);

/* Back to the default action; the pool may be freed. */
void bt_interrupt_unwatch(void);

/* The signal that came, or 0. */
int bt_interrupt_signal(void);

/* Flushes stdout and dies of the signal that came, as if it had never been caught: a shell sees 128
 * + its number. */
void bt_interrupt_die(void);

#endif
