#include "runners/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runners/ticker.h"

typedef struct check_scratch {
  bt_loader *loader;
  bt_load_report *report;
  bt_suspects suspects;
} check_scratch;

typedef struct check_context {
  const bt_job *job;
  check_scratch *scratch; /* one a worker */
  bt_check_entry *entries;
  bt_day_set *sets; /* one an entry; empty where rejected or with bars of a week or longer */
} check_context;

/* Neumaier 1974. */
static double sum_compensated(const double *x, size_t n)
{
  double sum = 0, lost = 0;
  for (size_t i = 0; i < n; i++) {
    double next = sum + x[i];
    lost += fabs(sum) >= fabs(x[i]) ? (sum - next) + x[i] : (x[i] - next) + sum;
    sum = next;
  }
  return sum + lost;
}

/* A copy without the room for more issues. */
static bt_load_report *copy_report(const bt_load_report *report)
{
  size_t size = offsetof(bt_load_report, issues) + report->n_issues * sizeof report->issues[0];
  bt_load_report *copy = malloc(size);
  if (copy) memcpy(copy, report, size);
  return copy;
}

static bt_suspects *copy_suspects(const bt_suspects *suspects)
{
  size_t size = offsetof(bt_suspects, list) + suspects->n * sizeof suspects->list[0];
  bt_suspects *copy = malloc(size);
  if (copy) memcpy(copy, suspects, size);
  return copy;
}

static void check_span(bt_load_report *report, const bt_bars *bars, const bt_job *job)
{
  bt_span span = bt_bars_find_span(bars, job->from_ns, job->to_ns);
  if (span.first < span.end) return;
  report->rejected = true;
  bt_ticker_empty_span_reason(report->reason, job);
}

/* What looks wrong about the bars by themselves, and their dates for the gaps. */
static bt_status look_at_bars(bt_check_entry *entry, bt_day_set *set, check_scratch *scratch,
                              const bt_bars *bars, bt_error *err)
{
  double periods_per_year = 0;
  bt_suspects_find(&scratch->suspects, bars);
  entry->suspects = copy_suspects(&scratch->suspects);
  if (!entry->suspects) return bt_fail_nomem(err, "report");
  bt_status status = bt_bars_periods_per_year(&periods_per_year, bars, err);
  if (status || periods_per_year < 252) return status;
  return bt_day_set_new(set, bars, err);
}

/* A bt_task_fn: the ticker `index`. */
static bt_status check_ticker(void *context_pointer, size_t index, bt_worker *worker, bt_error *err)
{
  const check_context *context = context_pointer;
  const bt_job *job = context->job;
  check_scratch *scratch = &context->scratch[bt_worker_index(worker)];
  bt_check_entry *entry = &context->entries[index];
  bt_bars *bars = NULL;
  bt_status status = bt_load(&bars, scratch->report, scratch->loader,
                             job->universe->entries[index].path, &job->load, err);
  if (status) return status;
  entry->daily = !bars || bars->daily;
  entry->sum_close = bars ? sum_compensated(bars->close, bars->n_bars) : 0;
  if (bars) check_span(scratch->report, bars, job);
  if (!scratch->report->rejected)
    status = look_at_bars(entry, &context->sets[index], scratch, bars, err);
  bt_bars_free(bars);
  if (status) return status;
  entry->report = copy_report(scratch->report);
  return entry->report ? BT_OK : bt_fail_nomem(err, "report");
}

/* Adds the gaps of each ticker with daily bars; `scratch` has room for all its cases. */
static bt_status add_gaps(const check_context *context, size_t n_entries, bt_suspects *scratch,
                          bt_error *err)
{
  bt_calendar calendar;
  bt_status status = bt_calendar_new(&calendar, context->sets, n_entries, err);
  if (status) return status;
  for (size_t i = 0; i < n_entries && !status; i++) {
    bt_check_entry *entry = &context->entries[i];
    const bt_suspects *found = entry->suspects;
    if (!found || !entry->daily) continue;
    memcpy(scratch, found, offsetof(bt_suspects, list) + found->n * sizeof found->list[0]);
    bt_suspects_find_gaps(scratch, &context->sets[i], &calendar);
    if (scratch->counts[BT_SUSPECT_GAP] == 0) continue;
    free(entry->suspects);
    entry->suspects = copy_suspects(scratch);
    if (!entry->suspects) status = bt_fail_nomem(err, "report");
  }
  bt_calendar_clear(&calendar);
  return status;
}

static void free_scratch(check_scratch *scratch, size_t n_workers)
{
  for (size_t i = 0; scratch && i < n_workers; i++) {
    bt_loader_free(scratch[i].loader);
    free(scratch[i].report);
  }
  free(scratch);
}

static bt_status make_scratch(check_scratch **out, size_t n_workers, bt_error *err)
{
  check_scratch *scratch = calloc(n_workers, sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "workers");
  bt_status status = BT_OK;
  for (size_t i = 0; i < n_workers && !status; i++) {
    scratch[i].report = malloc(sizeof *scratch[i].report);
    if (!scratch[i].report) status = bt_fail_nomem(err, "workers");
    if (!status) status = bt_loader_new(&scratch[i].loader, err);
  }
  if (status)
    free_scratch(scratch, n_workers);
  else
    *out = scratch;
  return status;
}

bt_status bt_check_run(bt_check_entry **out, const bt_job *job, bt_pool *pool, bt_error *err)
{
  size_t n_entries = job->universe->n_entries;
  check_context context = {.job = job};
  bt_status status = make_scratch(&context.scratch, bt_pool_size(pool), err);
  if (status) return status;
  context.entries = calloc(n_entries + 1, sizeof *context.entries);
  context.sets = calloc(n_entries + 1, sizeof *context.sets);
  if (!context.entries || !context.sets) status = bt_fail_nomem(err, "universe");
  if (!status) status = bt_pool_run_ordered(pool, n_entries, NULL, check_ticker, &context, err);
  if (!status) status = add_gaps(&context, n_entries, &context.scratch[0].suspects, err);
  free_scratch(context.scratch, bt_pool_size(pool));
  for (size_t i = 0; context.sets && i < n_entries; i++) bt_day_set_clear(&context.sets[i]);
  free(context.sets);
  if (status)
    bt_check_free(context.entries, n_entries);
  else
    *out = context.entries;
  return status;
}

void bt_check_free(bt_check_entry *entries, size_t n_entries)
{
  for (size_t i = 0; entries && i < n_entries; i++) {
    free(entries[i].report);
    free(entries[i].suspects);
  }
  free(entries);
}
