/* aim.h - what a strategy wants of one ticker with one combination: over all of its bars, and of
 * one that goes bar by bar over a span of them. */
#ifndef BT_CORE_AIM_H
#define BT_CORE_AIM_H

#include "core/changes.h"
#include "core/on_bar.h"
#include "core/signal_host.h"
#include "core/trips.h"

/* Scratch memory of one worker, reused from combination to combination, and the result. Beside what
 * a strategy writes lie marks (core/marks.h). */
typedef struct bt_aim {
  bt_changes changes; /* of the target that was taken last */
  bt_trips trips;     /* of these changes, once somebody has made them */
  signed char *side;  /* what `sides` and `signals` write; in the blocks */
  double *target;
  void *side_block, *target_block;
  size_t side_capacity, target_capacity; /* in bars */
  bt_on_bar on_bar;
} bt_aim;

void bt_aim_init(bt_aim *aim); /* owns nothing */
void bt_aim_clear(bt_aim *aim);

/* Runs a strategy other than with on_bar over the host's bars and settles what it wants into
 * aim->changes. Errors: NOMEM; those of the indicators it asked for, and DATA where it wants
 * something that is no target, with the strategy's name. */
bt_status bt_aim_take(bt_aim *aim, const bt_strategy *strategy, const double *params,
                      bt_signal_host *host, bt_direction direction, bt_error *err);

/* Runs a strategy with on_bar over a span of the host's bars; directions and membership are in
 * aim->changes. bt_on_bar_forget(&aim->on_bar) before another combination, or other bars, than the
 * last time. Errors: as above. */
bt_status bt_aim_take_bars(bt_aim *aim, const bt_on_bar_job *job, bt_signal_host *host,
                           bt_error *err);

/* The target itself, one a bar, in aim->target. Errors: NOMEM. */
bt_status bt_aim_spread(bt_aim *aim, bt_error *err);

#endif
