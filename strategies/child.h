/* child.h - another program, run to its end. Shared inside strategies/.
 *
 * SIGINT, SIGTERM and SIGHUP are held while it runs: they end the program that runs, and this
 * process when it has removed what was made, at bt_child__release. One that is ignored (nohup)
 * stays so.
 */
#ifndef BT_STRATEGIES_CHILD_H
#define BT_STRATEGIES_CHILD_H

#include <signal.h>

#include "core/status.h"

typedef struct bt_child_hold {
  sigset_t held, before;
} bt_child_hold;

void bt_child__hold(bt_child_hold *hold);

/* Signals have their effect again; one that has come meanwhile has it now. */
void bt_child__release(const bt_child_hold *hold);

typedef struct bt_child {
  const char *const *words; /* the program, looked for in PATH, and its arguments; ends with NULL */
  const char *output;       /* the file that its output goes to; NULL: where its messages go */
  const char *messages;     /* the file that its messages go to; NULL: where ours go */
} bt_child;

/* Runs it with nothing on stdin and waits. *exit_status is 0 .. 255, or -1 where a signal has
 * killed it. Errors: NOT_FOUND (there is no such program, or it cannot be run), IO, NOMEM,
 * CANCELLED (one of those signals has come). */
bt_status bt_child__run(int *exit_status, const bt_child *child, const bt_child_hold *hold,
                        bt_error *err);

#endif
