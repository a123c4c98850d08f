#include "runners/ticker_rows.h"

#include <stdlib.h>

#include "core/time.h"
#include "runners/store_resume.h"

static bt_status put_ticker(bt_store *store, int64_t run_id, const bt_found_ticker *found,
                            bt_error *err)
{
  const bt_universe_entry *ticker = found->ticker;
  const bt_scan_entry *entry = found->entry;
  const bt_load_report *report = entry->report;
  char first[BT_TIME_TEXT_SIZE] = "", last[BT_TIME_TEXT_SIZE] = "";
  if (report->n_bars > 0) {
    bt_time_format(first, report->first_ns, entry->daily);
    bt_time_format(last, report->last_ns, entry->daily);
  }
  bt_ticker_row row = {.ticker_id = found->ticker_id,
                       .symbol = ticker->symbol,
                       .path = ticker->path,
                       .reason = report->rejected ? report->reason : NULL,
                       .rejected = report->rejected,
                       .n_bars = report->n_bars,
                       .rows_skipped = report->rows_skipped,
                       .first_bar = first,
                       .last_bar = last,
                       .content_hash = report->content_hash};
  return bt_store_put_ticker(store, run_id, &row, err);
}

static bt_status put_rejection(bt_store *store, int64_t run_id, int64_t ticker_id,
                               const char *reason, bt_error *err)
{
  const bt_issue_row row = {
      .line = 0, .time = "", .kind = "rejected", .severity = "rejected", .detail = reason};
  return bt_store_put_issue(store, run_id, ticker_id, &row, err);
}

/* Rows of the file that were skipped, and why it was rejected. */
static bt_status put_row_issues(bt_store *store, int64_t run_id, int64_t ticker_id,
                                const bt_load_report *report, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < report->n_issues && !status; i++) {
    const bt_load_issue *issue = &report->issues[i];
    bt_issue_row row = {.line = issue->line,
                        .time = issue->time_text,
                        .kind = bt_row_issue_name(issue->kind),
                        .severity = issue->kind == BT_ROW_UNADJUSTED ? "suspect" : "skipped",
                        .detail = issue->detail};
    status = bt_store_put_issue(store, run_id, ticker_id, &row, err);
  }
  if (status || !report->rejected) return status;
  return put_rejection(store, run_id, ticker_id, report->reason, err);
}

static bt_status put_suspect(bt_store *store, int64_t run_id, int64_t ticker_id,
                             const bt_suspect *suspect, bool daily, bt_error *err)
{
  char time[BT_TIME_TEXT_SIZE];
  bt_issue_row row = {.line = 0,
                      .time = bt_time_format(time, suspect->time_ns, daily),
                      .kind = bt_suspect_name(suspect->kind),
                      .severity = "suspect",
                      .detail = suspect->detail};
  return bt_store_put_issue(store, run_id, ticker_id, &row, err);
}

/* What was loaded and looks wrong all the same; gaps alone, or everything. */
static bt_status put_suspects(bt_store *store, int64_t run_id, int64_t ticker_id,
                              const bt_scan_entry *entry, bool gaps_alone, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; entry->suspects && i < entry->suspects->n && !status; i++) {
    const bt_suspect *suspect = &entry->suspects->list[i];
    if (gaps_alone && suspect->kind != BT_SUSPECT_GAP) continue;
    status = put_suspect(store, run_id, ticker_id, suspect, entry->daily, err);
  }
  return status;
}

bt_status bt_ticker_rows_put_one(bt_store *store, int64_t run_id, const bt_found_ticker *found,
                                 bt_error *err)
{
  const bt_scan_entry *entry = found->entry;
  bt_status status = put_ticker(store, run_id, found, err);
  if (!status) status = put_row_issues(store, run_id, found->ticker_id, entry->report, err);
  if (!status) status = put_suspects(store, run_id, found->ticker_id, entry, false, err);
  return status;
}

bt_status bt_ticker_rows_reject(bt_store *store, int64_t run_id, const bt_found_ticker *fallen,
                                bt_error *err)
{
  const char *reason = fallen->entry->report->reason;
  bt_status status = bt_store_reject_ticker(store, run_id, fallen->ticker_id, reason, err);
  return status ? status : put_rejection(store, run_id, fallen->ticker_id, reason, err);
}

bt_status bt_ticker_rows_put(bt_store *store, int64_t run_id, const bt_job *job,
                             const bt_scan *scan, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < scan->n_entries && !status; i++) {
    const bt_found_ticker found = {&job->universe->entries[i], &scan->entries[i], (int64_t)i + 1};
    status = bt_ticker_rows_put_one(store, run_id, &found, err);
  }
  return status ? status : bt_store_commit(store, err);
}

bt_status bt_ticker_rows_put_gaps(bt_store *store, int64_t run_id, const bt_scan *scan,
                                  bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < scan->n_entries && !status; i++)
    status = put_suspects(store, run_id, (int64_t)i + 1, &scan->entries[i], true, err);
  return status;
}

/* ---- a run that goes on -----------------------------------------------------------------------
 */

/* Puts the rows of the tickers that are not among the records, which are in rising order. */
static bt_status put_missing(bt_store *store, int64_t run_id, const bt_scan *scan,
                             const bt_ticker_record *records, size_t n_records, bt_error *err)
{
  bt_status status = BT_OK;
  size_t k = 0;
  for (size_t i = 0; i < scan->n_entries && !status; i++) {
    const bt_scan_entry *entry = &scan->entries[i];
    const bt_found_ticker found = {&scan->job->universe->entries[i], entry, (int64_t)i + 1};
    bool there = k < n_records && records[k].ticker_id == found.ticker_id;
    if (there)
      status = put_suspects(store, run_id, records[k++].ticker_id, entry, true, err);
    else
      status = bt_ticker_rows_put_one(store, run_id, &found, err);
  }
  return status;
}

/* A file that loads, and a ticker that was rejected: the strategy had failed on it. */
static void reject_failed(bt_scan *scan, const bt_ticker_record *records, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    bt_scan_entry *entry = &scan->entries[records[i].ticker_id - 1];
    if (records[i].reason && bt_scan_is_ok(entry)) bt_scan_reject(entry, records[i].reason);
  }
}

bt_status bt_ticker_rows_complete(bt_store *store, int64_t run_id, bt_scan *scan, bt_error *err)
{
  bt_ticker_record *records = NULL;
  size_t n = 0;
  bt_status status = bt_store_read_tickers(&records, &n, store, run_id, err);
  if (status) return status;
  reject_failed(scan, records, n);
  status = bt_store_remove_issues(store, run_id, bt_suspect_name(BT_SUSPECT_GAP), err);
  if (!status) status = bt_store_remove_issues(store, run_id, BT_PORTFOLIO_ISSUE, err);
  if (!status) status = put_missing(store, run_id, scan, records, n, err);
  bt_ticker_records_free(records, n);
  return status ? status : bt_store_commit(store, err);
}
