/* on_bar.h - strategies that are called bar by bar (bt_strategy.on_bar): their target over a span.
 *
 * What such a strategy wants may depend on what it holds, so its target belongs to a span. An
 * account goes along with the bars, by the rules of core/simulate.c, and tells the strategy what it
 * holds; what it answers is a target like any other, and evaluating that places the same orders.
 * The rules here:
 *  1. The first decision of a span is that of the bar before it with fills at the open, and of its
 *     first bar with fills at the close. On all bars before that the strategy is called, too, with
 *     no position and all cash; what it answers there counts for "as before" alone.
 *  2. At the close of a bar it sees equity as it is marked there, with fills at the close ahead of
 *     the fill that it decides.
 *  3. Directions clip what it answers, and membership makes it 0 (core/membership.h): it sees what
 *     is held in truth.
 *  4. Once equity is gone it is asked no more, and the target stays.
 *  5. Where another combination takes over (out of sample), the position and equity are carried on;
 *     what it knows is what it has seen on all bars before, flat.
 */
#ifndef BT_CORE_ON_BAR_H
#define BT_CORE_ON_BAR_H

#include "core/changes.h"
#include "core/signal_host.h"
#include "core/simulate.h"

/* How a strategy knows the bars before a bar: its state, and what it wanted last. */
typedef struct bt_on_bar_mark {
  bool is_set;
  size_t bar; /* all before it were seen */
  double wanted;
  unsigned char *state;
} bt_on_bar_mark;

enum { BT_ON_BAR_MARKS = 2 };

/* Scratch memory of one worker, reused from run to run. */
typedef struct bt_on_bar {
  bt_ledger ledger;
  unsigned char *state; /* of the strategy that runs; in the block, between marks */
  unsigned char *state_block;
  size_t state_capacity;
  bt_on_bar_mark marks[BT_ON_BAR_MARKS]; /* of the combination that runs: windows, one behind the
                                            other, need not go through all bars again */
} bt_on_bar;

void bt_on_bar_init(bt_on_bar *scratch); /* owns nothing */
void bt_on_bar_clear(bt_on_bar *scratch);

/* Before another combination or other bars: the marks are not theirs. */
void bt_on_bar_forget(bt_on_bar *scratch);

/* Who decides from a bar on, until the next part. */
typedef struct bt_on_bar_part {
  size_t first;         /* the bar of its first decision; of the first part: rule 1 */
  const double *params; /* NULL: nobody, the target is 0 */
} bt_on_bar_part;

/* What is run. */
typedef struct bt_on_bar_job {
  const bt_strategy *strategy; /* with on_bar */
  const bt_bars *bars;
  bt_span span;
  const bt_sim_config *config;
  bt_direction direction;
  const bt_changes *members;   /* 1 on the bars on which a target may be something; NULL: on all */
  const bt_on_bar_part *parts; /* by rising bar, at least one */
  size_t n_parts;
} bt_on_bar_job;

/* The bar of the first decision of a span (rule 1). */
size_t bt_on_bar_first(bt_fill fill, bt_span span);

/* Fills target[0 .. bars->n_bars-1]: 0 before the first decision, the last decision behind the
 * span. Indicators are asked of the host, and let go at the end. Errors: NOMEM; DATA where the
 * strategy answers something that is no target, with the bar; host->status where it asked for an
 * indicator that it cannot have: the reason is the host's then; DATA, too, where it has written
 * beside its state or lines. The target is of no use then. */
bt_status bt_on_bar_run(double *target, bt_on_bar *scratch, const bt_on_bar_job *job,
                        bt_signal_host *host, bt_error *err);

/* The series that a combination reads, with room on either side that must stay as it is. */
enum { BT_LINES_BESIDE = 16 };
typedef struct bt_on_bar_lines {
  const double *all[BT_LINES_BESIDE + BT_LINES_MOST + BT_LINES_BESIDE];
} bt_on_bar_lines;

/* Asks for them, and holds them. What it leaves, or sets to NULL, is NaN. Errors: DATA where it
 * sets more than there are. */
bt_status bt_on_bar_prepare(bt_on_bar_lines *lines, const bt_strategy *strategy,
                            const double *params, bt_signal_host *host, bt_error *err);

#endif
