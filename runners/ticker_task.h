/* ticker_task.h - the task of one ticker of a sweep: load, evaluate, reduce, hand over.
 *
 * Shared inside runners/. The context is immutable but for the slots that belong to the task's
 * index or to its worker.
 */
#ifndef BT_RUNNERS_TICKER_TASK_H
#define BT_RUNNERS_TICKER_TASK_H

#include "runners/sweep.h"
#include "runners/ticker.h"
#include "runners/writer.h"

/* What one worker reuses from task to task. */
typedef struct bt_worker_scratch {
  bt_loader *loader;
  bt_load_report *report;
  bt_ticker_scratch ticker;
} bt_worker_scratch;

typedef struct bt_sweep_context {
  const bt_job *job;
  bt_writer *writer;
  bt_progress *progress;
  bt_worker_scratch *scratch;  /* one a worker */
  bt_ticker_outcome *outcomes; /* one a ticker */
  double *values;              /* objectives: n_tickers rows of n_combos, NaN at first */
} bt_sweep_context;

/* Makes and frees the scratch of n_workers. Errors: NOMEM. */
bt_status bt_sweep__scratch_new(bt_worker_scratch **out, size_t n_workers, size_t n_params,
                                bt_error *err);
void bt_sweep__scratch_free(bt_worker_scratch *scratch, size_t n_workers);

/* A bt_task_fn: the whole task, with a bt_sweep_context. */
bt_status bt_sweep__ticker_task(void *context, size_t index, bt_worker *worker, bt_error *err);

#endif
