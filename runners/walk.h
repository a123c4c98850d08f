/* walk.h - the inside of a walk-forward, shared by walkforward.c, walk_task.c, walk_part.c,
 * walk_train.c, walk_test.c, walk_splice.c and walk_summary.c.
 *
 * A slot stands for one ticker in one window: slots[ticker * n_windows + window].
 */
#ifndef BT_RUNNERS_WALK_H
#define BT_RUNNERS_WALK_H

#include <pthread.h>

#include "core/windows.h"
#include "runners/run.h"

enum { BT_WALK_ABSENT = -1, BT_WALK_NONE = 0 };

typedef struct bt_walk_slot {
  int64_t combo_id;               /* selected; or nothing was, or the ticker takes no part */
  double train_value, test_value; /* the objective of the selected; NaN: undefined */
} bt_walk_slot;

/* Ranks of each combination in each window, summed over the tickers (--select universe). Sums of
 * multiples of 1/2 are exact, whatever their order. */
typedef struct bt_walk_ranks {
  pthread_mutex_t mutex;
  double *sums;  /* [window][combination] */
  bool *defined; /* whether it could be selected on any ticker */
} bt_walk_ranks;

typedef struct bt_walk {
  bt_run *run;
  const bt_window *windows;
  size_t n_windows;
  bt_walk_slot *slots;
  bt_walk_ranks *ranks;     /* NULL: each ticker selects for itself */
  bt_walkforward_row *rows; /* one a ticker; ticker_id 0: not finished, or rejected */
  size_t *n_rows;           /* rows of metrics that this process has stored, one counter a ticker */
} bt_walk;

/* The slots of a ticker. */
bt_walk_slot *bt_walk__slots(const bt_walk *walk, size_t ticker);

/* The bars of an inclusive stretch of days. */
bt_span bt_walk__span(const bt_bars *bars, int64_t first_day, int64_t last_day);

/* Marks the windows that a ticker takes part in: those where it has at least 90% of the days on
 * which the universe trades in the train part and at least one bar in the test part. One on which
 * the strategy has failed would take part, too. */
void bt_walk__enter(bt_walk_slot *slots, const bt_walk *walk, size_t ticker);

/* Lets a ticker take part in no window. */
void bt_walk__leave(bt_walk_slot *slots, size_t n_windows);

/* How many windows a ticker takes part in. */
size_t bt_walk__count_parts(const bt_walk *walk, const bt_walk_slot *slots);

/* Whether a window before k has the same combination as k, where one is selected. */
bool bt_walk__is_repeated(const bt_walk_slot *slots, size_t k);

/* ---- out of sample ----------------------------------------------------------------------------
 */

/* The spliced target of a ticker. */
typedef struct bt_splice {
  double *target;                 /* n_bars */
  double *amounts[BT_STOP_COUNT]; /* of stops that are swept, by deciding bar; else NULL */
  bt_span span; /* from the first test part that the ticker takes part in to the last */
} bt_splice;

/* Makes the target from the combinations that the slots select; at least one window is taken part
 * in. The caller clears *out with bt_splice_clear, after success alone. Errors: NOMEM, those of the
 * strategy. */
bt_status bt_walk__splice(bt_splice *out, const bt_walk *walk, const bt_walk_slot *slots,
                          bt_ticker *ticker, bt_ticker_scratch *scratch, bt_error *err);
void bt_splice_clear(bt_splice *splice);

/* Aims scratch at it; the splice must outlive what is done with that. Errors: NOMEM. */
bt_status bt_walk__aim(const bt_splice *splice, const bt_ticker *ticker, bt_ticker_scratch *scratch,
                       const bt_job *job, bt_error *err);

/* ---- tasks, each a bt_task_fn with a bt_walk --------------------------------------------------
 */

/* Task `ticker_id`: train, and where each ticker selects for itself all the rest, too. */
bt_status bt_walk__train_task(void *walk, size_t index, bt_worker *worker, bt_error *err);

/* Task n_tickers + ticker_id: what follows from the slots that the universe has selected. */
bt_status bt_walk__test_task(void *walk, size_t index, bt_worker *worker, bt_error *err);

/* Adds the ranks of one ticker's scores, [window taken part in][combination]. Errors: NOMEM. */
bt_status bt_walk__add_ranks(const bt_walk *walk, const bt_walk_slot *slots, const double *scores,
                             bt_error *err);

#endif
