/* scan.h - what a first look at each ticker has found, and at the universe as a whole.
 *
 * What is found stays: the account of each file, its days, what looks suspicious in it, and the
 * days on which the universe trades. Prices stay as far as a budget of memory goes, unless they
 * come out of the bar cache; the bars of other tickers are read again when they are needed, and
 * must be the same.
 *
 * Either every ticker is looked at before anything is computed (bt_scan_run), or each where it is
 * first needed (bt_scan_begin, bt_scan_look, and bt_scan_finish when all are).
 */
#ifndef BT_RUNNERS_SCAN_H
#define BT_RUNNERS_SCAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/calendar.h"
#include "core/suspect.h"
#include "runners/job.h"
#include "runners/pool.h"

typedef struct bt_scan_entry {
  bt_load_report *report; /* owned; holds report->n_issues issues and no room for more; NULL: the
                             ticker was not looked at yet */
  bt_suspects *suspects;  /* owned; holds suspects->n cases; NULL where rejected */
  bt_day_set days;        /* empty where the ticker is rejected */
  bool daily;
  bool trades_daily; /* by the day or within it, not by the week, month or year */
  bool failed;       /* rejected because the strategy failed on it */
  bool left_out;    /* of the portfolio, as the strategy failed on it there alone: report->reason */
  double sum_close; /* of the bars, as loaded; compensated sum */
  double periods_per_year;             /* the job's, or found from the bars */
  size_t n_span_bars;                  /* of the job's span */
  size_t n_member_bars;                /* of these, on which it belongs to the universe */
  int64_t span_first_ns, span_last_ns; /* of its bars, where there are any */
  bt_bars *bars;                       /* kept; NULL: not */
} bt_scan_entry;

typedef struct bt_scan {
  const bt_job *job;      /* of which it is */
  bt_scan_entry *entries; /* one a ticker, in the universe's order */
  size_t n_entries;
  size_t kept_most;           /* bytes of bars that are kept */
  atomic_size_t kept;         /* those so far */
  bool whole;                 /* every ticker was looked at; the rest is not known before: */
  bool daily;                 /* every ticker that is not rejected has daily bars */
  bt_calendar calendar;       /* days on which the universe trades */
  double periods_per_year;    /* that most tickers have; of equal numbers the first in order */
  bool has_different_periods; /* tickers differ in it by more than a factor of 1.5 */
} bt_scan;

/* What is kept of the bars, as kept_bytes: where they are looked at first, and where they are used
 * at once, of which the portfolio reads those of a leading combination alone. */
#define BT_SCAN_KEPT_BYTES ((size_t)512 << 20)
#define BT_SCAN_KEPT_IN_PASSING_BYTES ((size_t)40 << 20)

/* Loads the tickers of job->universe as job->load says; one without bars from job->from_ns to
 * job->to_ns is rejected. Of the rest of the job periods_per_year alone is looked at. Gaps are
 * found in tickers with daily bars, against all that trade by the day or within it. Bars of up to
 * kept_bytes stay. The job outlives *out. The caller clears *out with bt_scan_clear, after success
 * alone. Errors: NOMEM, THREAD, CANCELLED. */
bt_status bt_scan_run(bt_scan *out, const bt_job *job, size_t kept_bytes, bt_pool *pool,
                      bt_error *err);

/* The same in three steps, of which the first loads nothing. Where a later one fails the scan is to
 * be cleared all the same. Errors: NOMEM. */
bt_status bt_scan_begin(bt_scan *out, const bt_job *job, size_t kept_bytes, bt_error *err);

/* Looks at a ticker that was not looked at; *out are its bars, NULL where it is rejected, and
 * *owned those that the caller frees, NULL where there is nothing to free. Any thread, each with a
 * loader of its own and a ticker of its own. Errors: NOMEM. */
bt_status bt_scan_look(const bt_bars **out, bt_bars **owned, bt_scan *scan, size_t index,
                       bt_loader *loader, bt_error *err);

/* When all were looked at: the calendar, gaps, what is common. Errors: NOMEM, CANCELLED. */
bt_status bt_scan_finish(bt_scan *scan, bt_pool *pool, bt_error *err);

void bt_scan_clear(bt_scan *scan);

/* Whether the ticker was looked at and rejected; looked at and not. */
static inline bool bt_scan_is_rejected(const bt_scan_entry *entry)
{
  return entry->report && entry->report->rejected;
}

static inline bool bt_scan_is_ok(const bt_scan_entry *entry)
{
  return entry->report && !entry->report->rejected;
}

/* Rejects a ticker after all: the strategy failed on it, and this is why. By its task alone. */
void bt_scan_reject(bt_scan_entry *entry, const char *reason);

/* Notes that the strategy has failed in the portfolio's pass alone. By its task alone. */
void bt_scan_leave_out(bt_scan_entry *entry, const char *reason);

/* The bars of a ticker that was looked at and not rejected: kept ones, or read again into *owned,
 * which the caller frees (NULL where there is nothing to free). Errors: DATA (the file is not what
 * it was), NOMEM.
 */
bt_status bt_scan_bars(const bt_bars **out, bt_bars **owned, const bt_scan *scan, size_t index,
                       bt_loader *loader, bt_error *err);

#endif
