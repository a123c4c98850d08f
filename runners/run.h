/* run.h - what sweeps and walk-forwards share while they run: passes over the tickers of a
 * universe, one task a ticker, whose results go to the writer in the order of the schedule.
 */
#ifndef BT_RUNNERS_RUN_H
#define BT_RUNNERS_RUN_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "runners/job.h"
#include "runners/pool.h"
#include "runners/scan.h"
#include "runners/schedule.h"
#include "runners/store.h"
#include "runners/ticker.h"
#include "runners/writer.h"

/* Counters that another thread may read while a run is going on. */
typedef struct bt_progress {
  atomic_ullong tickers_done, bar_combos_done;
  atomic_ullong bytes;                         /* of the files, by the schedule */
  atomic_ullong bytes_known, bar_combos_known; /* of tickers looked at in passing */
} bt_progress;

/* With what a job is run, and where its rows go. */
typedef struct bt_run_means {
  bt_pool *pool;
  bt_store *store;
  int64_t run_id;   /* begun, and the rows of its tickers are there if the scan is whole */
  bt_scan *scan;    /* whole, but for a sweep */
  const bool *done; /* tasks that an interrupted run has finished: done[task - 1]; NULL: none */
  bt_progress *progress;   /* NULL: nobody looks */
  bt_isolation *isolation; /* where strategies run; NULL: here */
  double begun_s;          /* by bt_run_now_s, scan and all; 0: with the run itself */
} bt_run_means;

/* What one worker reuses from task to task. */
typedef struct bt_worker_scratch {
  bt_loader *loader;
  bt_spare spare; /* of the ticker that it works on */
  bt_ticker_scratch ticker;
} bt_worker_scratch;

/* Results of finished tickers that wait for the disk at most, but for one batch a worker: enough to
 * keep workers busy over a commit. */
#define BT_RUN_WAITING_BYTES ((size_t)32 << 20)

typedef struct bt_run {
  const bt_job *job;
  const bt_run_means *means;
  bt_worker_scratch *scratch; /* one a worker */
  bt_schedule schedule;
  bt_writer *writer;        /* during a pass */
  bool simulates;           /* tickers are opened for bt_ticker_simulate alone */
  atomic_ullong done_bytes; /* by the schedule, of the tickers that a pass has done */
} bt_run;

/* The caller closes *out with bt_run_close, after success alone. Errors: NOMEM. */
bt_status bt_run_open(bt_run *out, const bt_job *job, const bt_run_means *means, bt_error *err);
void bt_run_close(bt_run *run);

/* That of the worker which runs the calling task. */
bt_worker_scratch *bt_run_scratch(const bt_run *run, const bt_worker *worker);

/* One task a ticker through the pool, as the schedule says, into a writer of its own. Each task
 * ends one batch with bt_run_end_batch. Errors: those of the tasks and of the writer, whose comes
 * first; CANCELLED leaves what was finished written. */
bt_status bt_run_pass(bt_run *run, bt_task_fn fn, void *context, bt_error *err);

/* The same in three steps: until the last of them rows are written, and the store is the writer's.
 * bt_run_end_pass gets what came of the steps since the first, and must follow it. */
bt_status bt_run_begin_pass(bt_run *run, bt_error *err);
/* Outside of a pass: tasks that write nothing. */
bt_status bt_run_tasks(bt_run *run, bt_task_fn fn, void *context, bt_error *err);
bt_status bt_run_end_pass(bt_run *run, bt_status status, bt_error *err);

/* A ticker's batch on its way: numbered, with `task` (see tasks) marked done. Errors: NOMEM, and
 * that of the writer, so that a full disk stops the run soon. */
bt_status bt_run_begin_batch(bt_batch **out, const bt_run *run, size_t index, size_t task,
                             bt_error *err);

/* Hands the batch over (status BT_OK) or frees it; returns status, or the writer's failure. */
bt_status bt_run_end_batch(const bt_run *run, bt_batch *batch, bt_status status, bt_error *err);

/* What becomes of a ticker on which the strategy failed (STRATEGY): it is rejected, the results in
 * this batch are dropped, and its task goes on: BT_OK. Any other status is returned. What an
 * earlier pass has stored of it (the objectives of a walk-forward whose universe selects) stays. */
bt_status bt_run_settle(const bt_run *run, bt_batch *batch, size_t index, bt_status status,
                        const bt_error *err);

/* Whether the task was finished by the run that is resumed. */
bool bt_run_is_done(const bt_run *run, size_t task);

/* Fills values with the stored objective of every combination under a key. Errors: DATABASE (also
 * where there is none), NOMEM. */
bt_status bt_run_read_objectives(double *values, const bt_run *run, const bt_result_key *key,
                                 bt_error *err);

/* An open ticker with what belongs to it; see bt_scan_bars and bt_ticker_open. The ticker was
 * looked at, and not rejected. */
typedef struct bt_open_ticker {
  bt_ticker ticker;
  bt_bars *owned;
} bt_open_ticker;
bt_status bt_run_open_ticker(bt_open_ticker *out, const bt_run *run, size_t index,
                             const bt_worker *worker, bt_error *err);

/* Closes it, and returns what came of it (status); but STRATEGY where the strategy has written into
 * what all combinations read: then no result of it can be trusted. */
bt_status bt_run_close_ticker(bt_open_ticker *open, bt_status status, bt_error *err);

/* The same for one that was not looked at: it is now, see bt_scan_look. Where it is rejected
 * nothing is opened, and out->ticker.bars are NULL. */
bt_status bt_run_look_at_ticker(bt_open_ticker *out, const bt_run *run, size_t index,
                                const bt_worker *worker, bt_error *err);

/* Combinations that make a forked block on bars of this number. */
size_t bt_run_block_combos(size_t n_bars);

/* Seconds of a clock that never goes back. */
double bt_run_now_s(void);

/* Adds to the progress, if anybody looks: what is done; of a ticker that was looked at in passing,
 * what is to do. */
void bt_run_count(const bt_run *run, size_t n_tickers, size_t n_bar_combos);
void bt_run_count_known(const bt_run *run, size_t index, size_t n_bar_combos);

#endif
