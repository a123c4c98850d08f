/* progress_bar.h - one line on stderr that follows a job from a thread of its own. */
#ifndef BT_CLI_PROGRESS_BAR_H
#define BT_CLI_PROGRESS_BAR_H

#include <stdbool.h>

#include "cli/progress_line.h"
#include "runners/run.h"

typedef struct bt_progress_bar bt_progress_bar;

/* When it is shown; auto: where stderr is a terminal. */
typedef enum bt_progress_when {
  BT_PROGRESS_AUTO,
  BT_PROGRESS_ALWAYS,
  BT_PROGRESS_NEVER
} bt_progress_when;

/* Whether a bar is to be shown on this stderr. */
bool bt_progress_bar_is_wanted(bt_progress_when when);

/* planned: how many tickers and workers, and the bar-combinations as far as known; the rest is 0.
 * progress must outlive the bar. NULL where there is no memory or thread for it: the job goes on
 * without. */
bt_progress_bar *bt_progress_bar_start(bt_progress *progress, const bt_progress_state *planned);

/* Erases the line, joins the thread, frees the bar; NULL is fine. */
void bt_progress_bar_stop(bt_progress_bar *bar);

/* Whether the line that stderr is on may be a bar's. May be called by a signal handler. */
bool bt_progress_bar_is_shown(void);

#endif
