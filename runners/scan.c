#include "runners/scan.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/membership.h"
#include "core/time.h"

enum { TRADING_DAYS_A_YEAR = 252 };

/* Room for what one look finds. */
typedef struct findings {
  bt_load_report report;
  bt_suspects suspects;
} findings;

typedef struct scan_scratch {
  bt_loader *loader;
} scan_scratch;

typedef struct scan_context {
  bt_scan *scan;
  scan_scratch *scratch; /* one a worker */
} scan_context;

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

/* ---- one ticker -------------------------------------------------------------------------------
 */

/* Why a ticker whose span holds no bars is rejected: there is nothing to evaluate. */
static void set_empty_span_reason(char out[BT_LOAD_REASON_SIZE], const bt_job *job)
{
  char from[BT_TIME_TEXT_SIZE] = "the beginning", to[BT_TIME_TEXT_SIZE] = "the end";
  bool ends_a_day = job->to_ns < INT64_MAX && (job->to_ns + 1) % BT_NS_PER_DAY == 0;
  int64_t to_ns = ends_a_day ? job->to_ns + 1 - BT_NS_PER_DAY : job->to_ns;
  if (job->from_ns > INT64_MIN) bt_time_format(from, job->from_ns, true);
  if (job->to_ns < INT64_MAX) bt_time_format(to, to_ns, ends_a_day);
  (void)snprintf(out, BT_LOAD_REASON_SIZE, "no bars from %s to %s", from, to);
}

static size_t count_member_bars(const bt_universe_entry *ticker, const bt_bars *bars, bt_span span)
{
  size_t n = ticker->n_stretches > 0 ? 0 : span.end - span.first;
  for (size_t i = 0; i < ticker->n_stretches; i++) {
    bt_span inside = bt_membership_bars(&ticker->stretches[i], bars);
    size_t first = inside.first > span.first ? inside.first : span.first;
    size_t end = inside.end < span.end ? inside.end : span.end;
    if (first < end) n += end - first;
  }
  return n;
}

static void check_span(bt_scan_entry *entry, bt_load_report *report, const bt_bars *bars,
                       const bt_scan *scan)
{
  const bt_job *job = scan->job;
  const bt_universe_entry *ticker = &job->universe->entries[entry - scan->entries];
  bt_span span = bt_bars_find_span(bars, job->from_ns, job->to_ns);
  entry->n_span_bars = span.end - span.first;
  entry->n_member_bars = count_member_bars(ticker, bars, span);
  if (span.first < span.end) {
    entry->span_first_ns = bars->time_ns[span.first];
    entry->span_last_ns = bars->time_ns[span.end - 1];
    return;
  }
  report->rejected = true;
  set_empty_span_reason(report->reason, job);
}

void bt_scan_reject(bt_scan_entry *entry, const char *reason)
{
  entry->failed = true;
  entry->report->rejected = true;
  (void)snprintf(entry->report->reason, BT_LOAD_REASON_SIZE, "%s", reason);
}

void bt_scan_leave_out(bt_scan_entry *entry, const char *reason)
{
  entry->left_out = true;
  (void)snprintf(entry->report->reason, BT_LOAD_REASON_SIZE, "%s", reason);
}

/* Whether bars stay: then they take their part of the budget. Those out of the bar cache do not:
 * to read them again takes less than the first touch of memory that is kept. Which of the others do
 * depends on who comes first; no result does. */
static bool may_stay(bt_scan *scan, const bt_bars *bars, const bt_loader *loader)
{
  if (bt_loader_used_cache(loader)) return false;
  size_t size = bt_bars_size_bytes(bars->n_bars);
  size_t kept = atomic_load_explicit(&scan->kept, memory_order_relaxed);
  do
    if (size > scan->kept_most - kept) return false;
  while (!atomic_compare_exchange_weak_explicit(&scan->kept, &kept, kept + size,
                                                memory_order_relaxed, memory_order_relaxed));
  return true;
}

/* Everything that is found in the bars. */
static bt_status look_at(bt_scan_entry *entry, findings *found, const bt_bars *bars,
                         const bt_job *job, bt_error *err)
{
  entry->daily = bars->daily;
  entry->sum_close = sum_compensated(bars->close, bars->n_bars);
  bt_status status = bt_bars_periods_per_year(&entry->periods_per_year, bars, err);
  if (status || entry->report->rejected) return status;
  entry->trades_daily = entry->periods_per_year >= TRADING_DAYS_A_YEAR;
  if (job->periods_per_year > 0) entry->periods_per_year = job->periods_per_year;
  bt_suspects_find(&found->suspects, bars);
  entry->suspects = copy_suspects(&found->suspects);
  if (!entry->suspects) return bt_fail_nomem(err, "report");
  return bt_day_set_new(&entry->days, bars, err);
}

/* Loads a ticker; *bars are NULL where it is rejected. */
static bt_status load(bt_bars **bars, bt_scan_entry *entry, findings *found, const bt_scan *scan,
                      bt_loader *loader, bt_error *err)
{
  const bt_job *job = scan->job;
  const bt_universe_entry *ticker = &job->universe->entries[entry - scan->entries];
  bt_status status = bt_load(bars, &found->report, loader, ticker->path, &job->load, err);
  if (status) return status;
  if (*bars) check_span(entry, &found->report, *bars, scan);
  entry->report = copy_report(&found->report);
  if (!entry->report) return bt_fail_nomem(err, "report");
  return *bars ? look_at(entry, found, *bars, job, err) : BT_OK;
}

bt_status bt_scan_look(const bt_bars **out, bt_bars **owned, bt_scan *scan, size_t index,
                       bt_loader *loader, bt_error *err)
{
  bt_scan_entry *entry = &scan->entries[index];
  bt_bars *bars = NULL;
  findings *found = malloc(sizeof *found);
  *out = *owned = NULL;
  if (!found) return bt_fail_nomem(err, "report");
  bt_status status = load(&bars, entry, found, scan, loader, err);
  free(found);
  if (status || !bars || entry->report->rejected) {
    bt_bars_free(bars);
    return status;
  }
  *(may_stay(scan, bars, loader) ? &entry->bars : owned) = bars;
  *out = bars;
  return BT_OK;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

/* A bt_task_fn: the ticker `index`. */
static bt_status scan_ticker(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const scan_context *c = context;
  const bt_bars *bars;
  bt_bars *owned;
  bt_loader *loader = c->scratch[bt_worker_index(worker)].loader;
  bt_status status = bt_scan_look(&bars, &owned, c->scan, index, loader, err);
  bt_bars_free(owned);
  return status;
}

static void free_scratch(scan_scratch *scratch, size_t n_workers)
{
  for (size_t i = 0; scratch && i < n_workers; i++) bt_loader_free(scratch[i].loader);
  free(scratch);
}

static bt_status make_scratch(scan_scratch **out, size_t n_workers, bt_error *err)
{
  scan_scratch *scratch = calloc(n_workers, sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "workers");
  bt_status status = BT_OK;
  for (size_t i = 0; i < n_workers && !status; i++) status = bt_loader_new(&scratch[i].loader, err);
  if (status)
    free_scratch(scratch, n_workers);
  else
    *out = scratch;
  return status;
}

/* The days of those that trade by the day or within it; where there are none, of all. */
static bt_status make_calendar(bt_scan *scan, bt_error *err)
{
  bool any = false;
  bt_day_set *sets = malloc((scan->n_entries + 1) * sizeof *sets);
  if (!sets) return bt_fail_nomem(err, "calendar");
  for (size_t i = 0; i < scan->n_entries; i++) any = any || scan->entries[i].trades_daily;
  for (size_t i = 0; i < scan->n_entries; i++) { /* borrowed */
    const bt_scan_entry *entry = &scan->entries[i];
    sets[i] = !any || entry->trades_daily ? entry->days : (bt_day_set){0};
  }
  bt_status status = bt_calendar_new(&scan->calendar, sets, scan->n_entries, err);
  free(sets);
  return status;
}

enum { GAPS_GRAIN = 8 };

/* A bt_task_fn: adds the gaps of the ticker `index`, if its bars are daily. */
static bt_status add_gaps(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)worker;
  const bt_scan *scan = context;
  bt_scan_entry *entry = &scan->entries[index];
  const bt_suspects *found = entry->suspects;
  if (!found || !entry->daily || !entry->trades_daily) return BT_OK;
  bt_suspects *room = malloc(sizeof *room);
  if (!room) return bt_fail_nomem(err, "report");
  memcpy(room, found, offsetof(bt_suspects, list) + found->n * sizeof found->list[0]);
  bt_suspects_find_gaps(room, &entry->days, &scan->calendar);
  bt_suspects *longer = room->counts[BT_SUSPECT_GAP] > 0 ? copy_suspects(room) : NULL;
  bool failed = room->counts[BT_SUSPECT_GAP] > 0 && !longer;
  free(room);
  if (failed) return bt_fail_nomem(err, "report");
  if (longer) {
    free(entry->suspects);
    entry->suspects = longer;
  }
  return BT_OK;
}

/* What the portfolio is annualised by, and whether its bars are daily. */
static void find_common(bt_scan *scan)
{
  double least = HUGE_VAL, greatest = 0;
  size_t most = 0;
  scan->daily = true;
  for (size_t i = 0; i < scan->n_entries; i++) {
    double ppy = scan->entries[i].periods_per_year;
    size_t count = 0;
    if (scan->entries[i].report->rejected) continue;
    scan->daily = scan->daily && scan->entries[i].daily;
    least = fmin(least, ppy);
    greatest = fmax(greatest, ppy);
    if (ppy == scan->periods_per_year) continue; /* counted */
    for (size_t k = i; k < scan->n_entries; k++)
      count += !scan->entries[k].report->rejected && scan->entries[k].periods_per_year == ppy;
    if (count <= most) continue;
    most = count;
    scan->periods_per_year = ppy;
  }
  scan->has_different_periods = greatest > 1.5 * least;
}

bt_status bt_scan_begin(bt_scan *out, const bt_job *job, size_t kept_bytes, bt_error *err)
{
  size_t n = job->universe->n_entries;
  bt_scan_entry *entries = calloc(n + 1, sizeof *entries);
  if (!entries) return bt_fail_nomem(err, "universe");
  for (size_t i = 0; i < n; i++) entries[i].daily = true;
  *out = (bt_scan){.job = job, .entries = entries, .n_entries = n, .kept_most = kept_bytes};
  return BT_OK;
}

bt_status bt_scan_finish(bt_scan *scan, bt_pool *pool, bt_error *err)
{
  bt_status status = make_calendar(scan, err);
  if (!status) status = bt_pool_run(pool, scan->n_entries, GAPS_GRAIN, add_gaps, scan, err);
  if (status) return status;
  find_common(scan);
  scan->whole = true;
  return BT_OK;
}

bt_status bt_scan_run(bt_scan *out, const bt_job *job, size_t kept_bytes, bt_pool *pool,
                      bt_error *err)
{
  scan_context context = {.scan = out};
  bt_status status = make_scratch(&context.scratch, bt_pool_size(pool), err);
  if (status) return status;
  status = bt_scan_begin(out, job, kept_bytes, err);
  if (!status) {
    status = bt_pool_run_ordered(pool, out->n_entries, NULL, scan_ticker, &context, err);
    if (!status) status = bt_scan_finish(out, pool, err);
    if (status) bt_scan_clear(out);
  }
  free_scratch(context.scratch, bt_pool_size(pool));
  return status;
}

void bt_scan_clear(bt_scan *scan)
{
  for (size_t i = 0; scan->entries && i < scan->n_entries; i++) {
    free(scan->entries[i].report);
    free(scan->entries[i].suspects);
    bt_day_set_clear(&scan->entries[i].days);
    bt_bars_free(scan->entries[i].bars);
  }
  free(scan->entries);
  bt_calendar_clear(&scan->calendar);
  *scan = (bt_scan){0};
}

bt_status bt_scan_bars(const bt_bars **out, bt_bars **owned, const bt_scan *scan, size_t index,
                       bt_loader *loader, bt_error *err)
{
  const bt_scan_entry *entry = &scan->entries[index];
  const bt_job *job = scan->job;
  const bt_universe_entry *ticker = &job->universe->entries[index];
  *owned = NULL;
  *out = entry->bars;
  if (entry->bars) return BT_OK;
  bt_load_report *report = malloc(sizeof *report);
  if (!report) return bt_fail_nomem(err, "report");
  bt_status status = bt_load(owned, report, loader, ticker->path, &job->load, err);
  if (!status && (!*owned || report->content_hash != entry->report->content_hash))
    status = bt_fail(err, BT_ERR_DATA, "%s: was changed while the run was going on", ticker->path);
  free(report);
  if (status) {
    bt_bars_free(*owned);
    *owned = NULL;
  }
  *out = *owned;
  return status;
}
