/* child.h - another program, run to its end. Shared inside strategies/.
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT are held while it runs: they end the program that runs, with
 * all that it has started, and this process when it has removed what was made, at
 * bt_child__release. One that is ignored (nohup) stays so.
 */
#ifndef BT_STRATEGIES_CHILD_H
#define BT_STRATEGIES_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/status.h"

typedef struct bt_child_hold {
  sigset_t held, before;
} bt_child_hold;

/* Holds may lie within each other: signals have their effect where the outermost is released. */
void bt_child__hold(bt_child_hold *hold);

/* Signals have their effect again; one that has come meanwhile has it now. */
void bt_child__release(const bt_child_hold *hold);

/* The signals that a child is to begin with: those of before, and none held. */
sigset_t bt_child__mask(const bt_child_hold *hold);

/* Whether one of them has come. */
bool bt_child__has_come(const bt_child_hold *hold);

typedef struct bt_child {
  const char *const *words; /* the program, looked for in PATH, and its arguments; ends with NULL */
  const char *output;       /* the file that its output goes to; NULL: where its messages go */
  const char *messages;     /* the file that its messages go to */
  void (*on_slow)(void *context); /* called once when it has run for a second; NULL: nobody is */
  void *context;
} bt_child;

/* Runs it with nothing on stdin, as the leader of a group of its own, and waits. *exit_status is
 * 0 .. 255, or -1 where a signal has killed it. Errors: NOT_FOUND (there is no such program, or it
 * cannot be run), IO, NOMEM, CANCELLED (one of those signals has come). */
bt_status bt_child__run(int *exit_status, const bt_child *child, const bt_child_hold *hold,
                        bt_error *err);

/* How long is waited for a child that leads a group of its own. */
typedef struct bt_child_wait {
  const bt_child_hold *hold;
  double limit_s;                 /* then its group is killed; 0: it may take as long as it wants */
  void (*on_slow)(void *context); /* as above */
  void *context;
} bt_child_wait;

/* Waits until it has ended, and sets *state as waitpid does and *late where the limit was reached.
 * When a held signal comes its group is asked to end, and is killed where it has not a second
 * later. Returns 0 or errno. */
int bt_child__wait(int *state, bool *late, pid_t pid, const bt_child_wait *how);

#endif
