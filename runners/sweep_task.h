/* sweep_task.h - the task of one ticker of a sweep: evaluate, reduce, hand over.
 *
 * Shared inside runners/. The context is immutable but for the slots that belong to the task's
 * index or to its worker.
 */
#ifndef BT_RUNNERS_SWEEP_TASK_H
#define BT_RUNNERS_SWEEP_TASK_H

#include "runners/run.h"
#include "runners/sweep.h"

typedef struct bt_sweep_context {
  const bt_run *run;
  bt_ticker_outcome *outcomes; /* one a ticker */
  double *values;              /* objectives: n_tickers rows of n_combos; a task fills its row, but
                                  where the ticker was finished by the run that is resumed */
} bt_sweep_context;

/* A bt_task_fn: the whole task, with a bt_sweep_context. */
bt_status bt_sweep__ticker_task(void *context, size_t index, bt_worker *worker, bt_error *err);

/* Enters the Sharpe ratios of all combinations of a ticker into its outcome. */
void bt_sweep__note_sharpes(bt_ticker_outcome *outcome, const double *sharpes, size_t n);

#endif
