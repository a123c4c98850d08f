#include "runners/run.h"

#include <stdlib.h>
#include <time.h>

#include "runners/store_resume.h"

enum {
  /* About so many bar-combinations make a block: 0.1 ms or more, far above the cost of a steal. */
  BLOCK_BAR_COMBOS = 262144,
  BLOCK_COMBOS_MOST = 256,
  LARGE_TICKER_BYTES = 64 << 20 /* by the schedule: a file of 10 MB */
};

static void free_scratch(bt_worker_scratch *scratch, size_t n_workers)
{
  for (size_t i = 0; scratch && i < n_workers; i++) {
    bt_isolated_free(scratch[i].ticker.isolated);
    bt_ticker_scratch_clear(&scratch[i].ticker);
    bt_spare_clear(&scratch[i].spare);
    bt_loader_free(scratch[i].loader);
  }
  free(scratch);
}

static void add(atomic_ullong *counter, uint64_t n)
{
  if (n > 0) atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

bt_status bt_run_open(bt_run *out, const bt_job *job, const bt_run_means *means, bt_error *err)
{
  size_t n_workers = bt_pool_size(means->pool);
  bt_worker_scratch *scratch = calloc(n_workers, sizeof *scratch);
  bt_status status = scratch ? BT_OK : bt_fail_nomem(err, "workers");
  for (size_t i = 0; i < n_workers && !status; i++) {
    bt_spare_init(&scratch[i].spare);
    status = bt_ticker_scratch_init(&scratch[i].ticker, bt_grid_n_params(job->grid), err);
    if (!status && means->isolation)
      status = bt_isolated_new(&scratch[i].ticker.isolated, means->isolation, err);
    if (!status) status = bt_loader_new(&scratch[i].loader, err);
  }
  bt_schedule schedule = {0};
  if (!status) status = bt_schedule_new(&schedule, job->universe, err);
  if (status) {
    free_scratch(scratch, n_workers);
    return status;
  }
  *out = (bt_run){.job = job, .means = means, .scratch = scratch, .schedule = schedule};
  if (means->progress) add(&means->progress->bytes, schedule.before[schedule.n]);
  return BT_OK;
}

void bt_run_close(bt_run *run)
{
  free_scratch(run->scratch, bt_pool_size(run->means->pool));
  bt_schedule_clear(&run->schedule);
  *run = (bt_run){0};
}

bt_worker_scratch *bt_run_scratch(const bt_run *run, const bt_worker *worker)
{
  return &run->scratch[bt_worker_index(worker)];
}

/* ---- a pass -----------------------------------------------------------------------------------
 */

/* Tasks of a pass: the pool counts places of the schedule, tasks count tickers. */
typedef struct pass {
  bt_run *run;
  bt_task_fn fn;
  void *context;
} pass;

/* The gate of a pass: no ticker is begun while too much waits for the disk (of tasks without a
 * writer nothing does), or while those in work need too much memory. */
static bool has_room(void *context, size_t place)
{
  const pass *p = context;
  bt_run *run = p->run;
  return (!run->writer || bt_writer_has_room(run->writer, place)) &&
         bt_schedule_fits(&run->schedule, place, atomic_load(&run->done_bytes));
}

/* A bt_task_fn: the ticker at a place. */
static bt_status run_place(void *context, size_t place, bt_worker *worker, bt_error *err)
{
  const pass *p = context;
  bt_run *run = p->run;
  const bt_schedule *schedule = &run->schedule;
  bt_status status = p->fn(p->context, schedule->order[place], worker, err);
  atomic_fetch_add(&run->done_bytes, bt_schedule_bytes(schedule, place));
  if (schedule->before[schedule->n] > BT_SCHEDULE_MEMORY_BYTES) bt_pool_wake(run->means->pool);
  return status;
}

bt_status bt_run_begin_pass(bt_run *run, bt_error *err)
{
  const bt_run_means *means = run->means;
  return bt_writer_new(&run->writer, means->store, means->run_id, BT_RUN_WAITING_BYTES, means->pool,
                       err);
}

bt_status bt_run_tasks(bt_run *run, bt_task_fn fn, void *context, bt_error *err)
{
  pass p = {run, fn, context};
  const bt_pool_gate gate = {has_room, &p};
  atomic_store(&run->done_bytes, 0);
  return bt_pool_run_ordered(run->means->pool, run->schedule.n, &gate, run_place, &p, err);
}

bt_status bt_run_end_pass(bt_run *run, bt_status status, bt_error *err)
{
  bt_error writer_error;
  bt_status written = bt_writer_finish(run->writer, &writer_error);
  run->writer = NULL;
  if (!written) return status;
  if (err) *err = writer_error;
  return written;
}

bt_status bt_run_pass(bt_run *run, bt_task_fn fn, void *context, bt_error *err)
{
  bt_status status = bt_run_begin_pass(run, err);
  if (status) return status;
  status = bt_run_tasks(run, fn, context, err);
  return bt_run_end_pass(run, status, err);
}

bt_status bt_run_begin_batch(bt_batch **out, const bt_run *run, size_t index, size_t task,
                             bt_error *err)
{
  bt_status status = bt_writer_check(run->writer, err);
  if (!status) status = bt_batch_new(out, run->schedule.place[index], err);
  if (!status && !bt_run_is_done(run, task)) (*out)->task = task;
  return status;
}

bt_status bt_run_end_batch(const bt_run *run, bt_batch *batch, bt_status status, bt_error *err)
{
  if (!status) return bt_writer_push(run->writer, batch, err);
  bt_batch_free(batch);
  return status;
}

bt_status bt_run_settle(const bt_run *run, bt_batch *batch, size_t index, bt_status status,
                        const bt_error *err)
{
  bt_scan_entry *entry = &run->means->scan->entries[index];
  if (status != BT_ERR_STRATEGY) return status;
  bt_scan_reject(entry, err->message);
  bt_batch_drop_results(batch);
  if (!batch->found.entry)
    batch->fallen =
        (bt_found_ticker){&run->job->universe->entries[index], entry, (int64_t)index + 1};
  return BT_OK;
}

bool bt_run_is_done(const bt_run *run, size_t task)
{
  return run->means->done && run->means->done[task - 1];
}

bt_status bt_run_read_objectives(double *values, const bt_run *run, const bt_result_key *key,
                                 bt_error *err)
{
  const bt_run_means *means = run->means;
  bool found = false;
  bt_status status = bt_store_read_objectives(values, &found, bt_grid_count(run->job->grid),
                                              means->store, means->run_id, key, err);
  if (status || found) return status;
  return bt_fail(err, BT_ERR_DATABASE, "run %lld has no objective values of ticker %lld",
                 (long long)means->run_id, (long long)key->ticker_id);
}

/* ---- tickers ----------------------------------------------------------------------------------
 */

static bool is_large(const bt_run *run, size_t index)
{
  return bt_schedule_bytes(&run->schedule, run->schedule.place[index]) >= LARGE_TICKER_BYTES;
}

/* What reading a large file has needed is given back before its bars are evaluated. */
static bt_status shrink_loader(bt_worker_scratch *scratch, bt_error *err)
{
  bt_loader *fresh = NULL;
  bt_status status = bt_loader_new(&fresh, err);
  if (status) return status;
  bt_loader_free(scratch->loader);
  scratch->loader = fresh;
  return BT_OK;
}

/* Opens a ticker with its bars, of which *out has those that are to be freed. */
static bt_status open_with(bt_open_ticker *out, bt_worker_scratch *scratch, const bt_run *run,
                           size_t index, const bt_bars *bars, bt_error *err)
{
  const bt_job *job = run->job;
  bool large = is_large(run, index); /* nothing is kept of it */
  bt_status status = large ? shrink_loader(scratch, err) : BT_OK;
  const bt_ticker_source source = {.bars = bars,
                                   .entry = &job->universe->entries[index],
                                   .periods_per_year =
                                       run->means->scan->entries[index].periods_per_year,
                                   .simulates = run->simulates,
                                   .spare = large ? NULL : &scratch->spare};
  if (!status) status = bt_ticker_open(&out->ticker, &source, job, err);
  if (status) bt_bars_free(out->owned);
  return status;
}

bt_status bt_run_open_ticker(bt_open_ticker *out, const bt_run *run, size_t index,
                             const bt_worker *worker, bt_error *err)
{
  const bt_bars *bars = NULL;
  bt_worker_scratch *scratch = bt_run_scratch(run, worker);
  const bt_scan *scan = run->means->scan;
  bt_status status = bt_scan_bars(&bars, &out->owned, scan, index, scratch->loader, err);
  return status ? status : open_with(out, scratch, run, index, bars, err);
}

bt_status bt_run_look_at_ticker(bt_open_ticker *out, const bt_run *run, size_t index,
                                const bt_worker *worker, bt_error *err)
{
  const bt_bars *bars = NULL;
  bt_worker_scratch *scratch = bt_run_scratch(run, worker);
  bt_scan *scan = run->means->scan;
  bt_status status = bt_scan_look(&bars, &out->owned, scan, index, scratch->loader, err);
  out->ticker.bars = NULL;
  return status || !bars ? status : open_with(out, scratch, run, index, bars, err);
}

bt_status bt_run_close_ticker(bt_open_ticker *open, bt_status status, bt_error *err)
{
  status = bt_ticker_check(&open->ticker, status, err);
  bt_ticker_close(&open->ticker);
  bt_bars_free(open->owned);
  return status;
}

size_t bt_run_block_combos(size_t n_bars)
{
  size_t n = BLOCK_BAR_COMBOS / (n_bars + 1) + 1;
  return n < BLOCK_COMBOS_MOST ? n : BLOCK_COMBOS_MOST;
}

void bt_run_count(const bt_run *run, size_t n_tickers, size_t n_bar_combos)
{
  bt_progress *progress = run->means->progress;
  if (!progress) return;
  add(&progress->tickers_done, n_tickers);
  add(&progress->bar_combos_done, n_bar_combos);
}

void bt_run_count_known(const bt_run *run, size_t index, size_t n_bar_combos)
{
  bt_progress *progress = run->means->progress;
  if (!progress) return;
  add(&progress->bytes_known, bt_schedule_bytes(&run->schedule, run->schedule.place[index]));
  add(&progress->bar_combos_known, n_bar_combos);
}

double bt_run_now_s(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
