#include "runners/ticker_rows.h"

#include "core/time.h"

static bt_status put_ticker(bt_store *store, int64_t run_id, const bt_universe_entry *ticker,
                            int64_t ticker_id, const bt_scan_entry *entry, bt_error *err)
{
  const bt_load_report *report = entry->report;
  char first[BT_TIME_TEXT_SIZE] = "", last[BT_TIME_TEXT_SIZE] = "";
  if (report->n_bars > 0) {
    bt_time_format(first, report->first_ns, entry->daily);
    bt_time_format(last, report->last_ns, entry->daily);
  }
  bt_ticker_row row = {.ticker_id = ticker_id,
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
  bt_issue_row row = {
      .line = 0, .time = "", .kind = "rejected", .severity = "rejected", .detail = report->reason};
  return bt_store_put_issue(store, run_id, ticker_id, &row, err);
}

/* What was loaded and looks wrong all the same. */
static bt_status put_suspects(bt_store *store, int64_t run_id, int64_t ticker_id,
                              const bt_scan_entry *entry, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; entry->suspects && i < entry->suspects->n && !status; i++) {
    const bt_suspect *suspect = &entry->suspects->list[i];
    char time[BT_TIME_TEXT_SIZE];
    bt_issue_row row = {.line = 0,
                        .time = bt_time_format(time, suspect->time_ns, entry->daily),
                        .kind = bt_suspect_name(suspect->kind),
                        .severity = "suspect",
                        .detail = suspect->detail};
    status = bt_store_put_issue(store, run_id, ticker_id, &row, err);
  }
  return status;
}

bt_status bt_ticker_rows_put(bt_store *store, int64_t run_id, const bt_job *job,
                             const bt_scan *scan, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < scan->n_entries && !status; i++) {
    const bt_scan_entry *entry = &scan->entries[i];
    int64_t ticker_id = (int64_t)i + 1;
    status = put_ticker(store, run_id, &job->universe->entries[i], ticker_id, entry, err);
    if (!status) status = put_row_issues(store, run_id, ticker_id, entry->report, err);
    if (!status) status = put_suspects(store, run_id, ticker_id, entry, err);
  }
  return status ? status : bt_store_commit(store, err);
}
