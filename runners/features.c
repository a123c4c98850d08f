#include "runners/features.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "runners/draft.h"
#include "runners/feature_panel.h"
#include "runners/feature_ticker.h"
#include "runners/run_end.h"
#include "runners/schedule.h"

enum {
  LARGE_TICKER_BYTES = 64 << 20, /* by the schedule: nothing is kept of its memory */
  COLUMNS_A_SCHEDULE = 12, /* so many take about what the schedule counts for a byte of a file */
  PANEL_AHEAD = 8          /* tickers a worker that may wait for an earlier one */
};

typedef struct worker_memory {
  bt_loader *loader;
  bt_spare spare;
} worker_memory;

typedef struct features {
  const bt_job *job;
  const bt_feature_plan *plan;
  const bt_feature_means *means;
  bt_feature_folder folder;
  bt_feature_panel panel; /* of a panel alone */
  bt_schedule schedule;
  worker_memory *memories; /* one a worker */
  bool *written;           /* one a ticker */
  uint64_t *before;        /* memory that the tickers at all places before need */
  atomic_ullong done_bytes, n_rows, n_bytes;
  atomic_size_t n_ok;
} features;

/* ---- what cannot be written --------------------------------------------------------------------
 */

/* Rejects a ticker without a row, or whose files would have names that are too long; true where it
 * does. */
static bool reject(bt_scan_entry *entry, const bt_feature_plan *plan, const char *stem)
{
  char reason[BT_LOAD_REASON_SIZE];
  size_t length = bt_feature_name_length(stem, plan->csv);
  if (entry->n_member_bars == 0)
    (void)snprintf(reason, sizeof reason,
                   "no bars of the span on which it belongs to the universe");
  else if (!plan->panel && length > BT_DRAFT_NAME_MOST)
    (void)snprintf(reason, sizeof reason,
                   "the files of its matrix would have names of up to %zu bytes, of which %d are "
                   "possible",
                   length, BT_DRAFT_NAME_MOST);
  else
    return false;
  bt_scan_reject(entry, reason);
  return true;
}

bt_status bt_features_check(bt_scan *scan, const bt_feature_plan *plan, bt_error *err)
{
  for (size_t i = 0; i < scan->n_entries; i++) {
    if (bt_scan_is_rejected(&scan->entries[i])) continue;
    char *stem = bt_feature_stem(plan->universe->entries[i].symbol);
    if (!stem) return bt_fail_nomem(err, "files");
    (void)reject(&scan->entries[i], plan, stem);
    free(stem);
  }
  return BT_OK;
}

/* ---- one ticker -------------------------------------------------------------------------------
 */

static bt_status find_bars(const bt_bars **bars, bt_bars **owned, const features *f, size_t index,
                           bt_loader *loader, bt_error *err)
{
  bt_scan *scan = f->means->scan;
  *bars = *owned = NULL;
  if (!scan->whole) return bt_scan_look(bars, owned, scan, index, loader, err);
  if (bt_scan_is_rejected(&scan->entries[index])) return BT_OK;
  return bt_scan_bars(bars, owned, scan, index, loader, err);
}

static void add(atomic_ullong *counter, uint64_t n)
{
  atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void count_known(const features *f, size_t index, size_t n_bars)
{
  bt_progress *progress = f->means->progress;
  if (!progress) return;
  add(&progress->bytes_known, bt_schedule_bytes(&f->schedule, f->schedule.place[index]));
  add(&progress->bar_combos_known, (uint64_t)n_bars * f->plan->columns->n);
}

static void count_done(const features *f, size_t n_rows)
{
  bt_progress *progress = f->means->progress;
  if (!progress) return;
  add(&progress->tickers_done, 1);
  add(&progress->bar_combos_done, (uint64_t)n_rows * f->plan->columns->n);
}

/* Its files, or its part of the panel, which is then not the caller's any more. */
static bt_status put_part(features *f, size_t index, bt_feature_part *part, bt_spare *spare,
                          bt_error *err)
{
  uint64_t n_bytes = 0;
  size_t n_rows = part->n_rows;
  bt_status status;
  if (f->plan->panel) {
    status = bt_feature_panel_put(&f->panel, index, part, err);
  } else {
    status = bt_feature_ticker_write(&n_bytes, part, &f->folder, index, err);
    bt_feature_part_clear(part, spare);
  }
  if (status) return status;
  f->written[index] = true;
  atomic_fetch_add(&f->n_ok, 1);
  add(&f->n_bytes, n_bytes);
  add(&f->n_rows, n_rows);
  count_done(f, n_rows);
  return BT_OK;
}

static bt_status put_nothing(features *f, size_t index, bt_error *err)
{
  count_done(f, 0);
  return f->plan->panel ? bt_feature_panel_put(&f->panel, index, NULL, err) : BT_OK;
}

static bt_status make_ticker(features *f, size_t index, worker_memory *memory, bt_error *err)
{
  const bt_bars *bars = NULL;
  bt_bars *owned = NULL;
  bt_feature_part part = {0};
  size_t place = f->schedule.place[index];
  bool large = bt_schedule_bytes(&f->schedule, place) >= LARGE_TICKER_BYTES;
  bt_status status = find_bars(&bars, &owned, f, index, memory->loader, err);
  if (status) return status;
  bt_scan_entry *entry = &f->means->scan->entries[index];
  if (!bars || reject(entry, f->plan, f->folder.stems[index])) {
    bt_bars_free(owned);
    return put_nothing(f, index, err);
  }
  const bt_feature_ticker ticker = {.bars = bars,
                                    .index = index,
                                    .job = f->job,
                                    .plan = f->plan,
                                    .spare = large ? NULL : &memory->spare,
                                    .defined = f->means->defined};
  count_known(f, index, entry->n_span_bars);
  status = bt_feature_ticker_compute(&part, &ticker, err);
  bt_bars_free(owned);
  return status ? status : put_part(f, index, &part, ticker.spare, err);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

/* Tickers of a panel are begun in the universe's order, in which they are written; others as the
 * schedule has them. */
static size_t index_at(const features *f, size_t place)
{
  return f->plan->panel ? place : f->schedule.order[place];
}

/* A bt_task_fn: the ticker at a place. */
static bt_status run_place(void *context, size_t place, bt_worker *worker, bt_error *err)
{
  features *f = context;
  bt_status status = make_ticker(f, index_at(f, place), &f->memories[bt_worker_index(worker)], err);
  atomic_fetch_add(&f->done_bytes, f->before[place + 1] - f->before[place]);
  bt_pool_wake(f->means->pool);
  return status;
}

/* The gate: no ticker is begun while those in work, or waiting to be written, need too much memory.
 */
static bool has_room(void *context, size_t place)
{
  const features *f = context;
  uint64_t done = atomic_load(&f->done_bytes), mine = f->before[place + 1] - f->before[place];
  if (f->plan->panel) {
    size_t next = bt_feature_panel_next(&f->panel);
    if (place >= next + PANEL_AHEAD * bt_pool_size(f->means->pool)) return false;
    done = f->before[next];
  }
  uint64_t in_work = f->before[place] - done;
  return in_work == 0 || in_work + mine <= BT_SCHEDULE_MEMORY_BYTES;
}

/* f->before: what the tickers at all places before need, roughly. */
static bt_status make_before(features *f, bt_error *err)
{
  size_t n = f->schedule.n;
  f->before = malloc((n + 1) * sizeof *f->before);
  if (!f->before) return bt_fail_nomem(err, "schedule");
  f->before[0] = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t bytes = bt_schedule_bytes(&f->schedule, f->schedule.place[index_at(f, i)]);
    f->before[i + 1] = f->before[i] + bytes + bytes / COLUMNS_A_SCHEDULE * f->plan->columns->n;
  }
  if (f->means->progress) add(&f->means->progress->bytes, f->schedule.before[n]);
  return BT_OK;
}

static void clear(features *f)
{
  for (size_t i = 0; f->memories && i < bt_pool_size(f->means->pool); i++) {
    bt_spare_clear(&f->memories[i].spare);
    bt_loader_free(f->memories[i].loader);
  }
  free(f->memories);
  free(f->written);
  free(f->before);
  bt_schedule_clear(&f->schedule);
}

static bt_status prepare(features *f, bt_error *err)
{
  size_t n_workers = bt_pool_size(f->means->pool), n = f->job->universe->n_entries;
  f->memories = calloc(n_workers, sizeof *f->memories);
  f->written = calloc(n + 1, sizeof *f->written);
  bt_status status = f->memories && f->written ? BT_OK : bt_fail_nomem(err, "workers");
  for (size_t i = 0; i < n_workers && !status; i++) {
    bt_spare_init(&f->memories[i].spare);
    status = bt_loader_new(&f->memories[i].loader, err);
  }
  if (!status) status = bt_schedule_new(&f->schedule, f->job->universe, err);
  return status ? status : make_before(f, err);
}

static bt_status run_tasks(features *f, bt_error *err)
{
  const bt_pool_gate gate = {has_room, f};
  bt_status status = bt_pool_run_ordered(f->means->pool, f->schedule.n, &gate, run_place, f, err);
  if (!status && f->n_ok == 0) status = bt_run_fail_rejected(f->job, f->means->scan, err);
  return status ? status : bt_feature_folder_settle(&f->folder, f->written, err);
}

static bt_status run_panel(features *f, bt_error *err)
{
  bt_status status = bt_feature_panel_open(&f->panel, f->plan, err);
  if (status) return status;
  status = run_tasks(f, err);
  if (!status) status = bt_feature_panel_publish(&f->panel, err);
  f->n_bytes = f->panel.n_bytes;
  if (status) f->n_ok = 0; /* of a panel nothing is left */
  bt_feature_panel_close(&f->panel);
  return status;
}

bt_status bt_features_run(bt_feature_result *result, const bt_job *job, const bt_feature_plan *plan,
                          const bt_feature_means *means, bt_error *err)
{
  features f = {.job = job, .plan = plan, .means = means};
  *result = (bt_feature_result){0};
  bt_status status = prepare(&f, err);
  if (!status) status = bt_feature_folder_open(&f.folder, plan, err);
  if (!status) {
    status = plan->panel ? run_panel(&f, err) : run_tasks(&f, err);
    if (!status) status = bt_feature_folder_complete(&f.folder, err);
    bt_feature_folder_close(&f.folder, f.n_ok > 0);
  }
  size_t n_matrices = plan->panel ? f.n_ok > 0 : f.n_ok;
  *result = (bt_feature_result){.n_ok = f.n_ok,
                                .n_files = plan->csv ? n_matrices : 2 * n_matrices,
                                .n_rows = f.n_ok > 0 ? f.n_rows : 0,
                                .n_bytes = f.n_bytes};
  clear(&f);
  return status;
}
