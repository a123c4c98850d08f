/* results_stream.h - nothing else than results goes to stdout: what a strategy outside of the
 * program prints there goes to stderr.
 *
 *   withhold   ahead of a plugin: descriptor 1 is stderr, the real stdout is a private one
 *   release    results are printed now: it is stdout again
 *   end        they are printed: what a plugin says while the process ends goes to stderr
 *
 * Copies of this process have no stdout while it is withheld. One thread calls these.
 */
#ifndef BT_CLI_RESULTS_STREAM_H
#define BT_CLI_RESULTS_STREAM_H

#include "core/status.h"

/* Errors: IO. Once it is withheld nothing happens. */
bt_status bt_results_withhold(bt_error *err);
void bt_results_release(void); /* nothing happens where it is not withheld */
void bt_results_end(void);     /* nothing happens where it never was */

#endif
