/* walk_summary.h - what a walk-forward has shown, over tickers and windows. */
#ifndef BT_RUNNERS_WALK_SUMMARY_H
#define BT_RUNNERS_WALK_SUMMARY_H

#include "runners/walk.h"
#include "runners/walkforward.h"

/* Fills the summaries of *out, and what it counts over all tickers. Errors: NOMEM. */
bt_status bt_walk__summarise(bt_walk_result *out, const bt_walk *walk, bt_error *err);

#endif
