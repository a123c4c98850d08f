#include "runners/run_end.h"

#include "core/time.h"

bt_status bt_run_fail_rejected(const bt_job *job, const bt_scan *scan, bt_error *err)
{
  return bt_fail(err, BT_ERR_DATA, "every ticker was rejected (%zu); the first, %s: %s",
                 scan->n_entries, job->universe->entries[0].symbol,
                 scan->entries[0].report->reason);
}

static bt_run_status run_status_of(bt_status status)
{
  if (status == BT_OK) return BT_RUN_COMPLETE;
  return status == BT_ERR_CANCELLED ? BT_RUN_INTERRUPTED : BT_RUN_FAILED;
}

/* The first and the last evaluated bar of all tickers; "" where there are none. */
static void format_span(char first[BT_TIME_TEXT_SIZE], char last[BT_TIME_TEXT_SIZE],
                        const bt_scan *scan)
{
  int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
  bool daily = true;
  for (size_t i = 0; i < scan->n_entries; i++) {
    const bt_scan_entry *entry = &scan->entries[i];
    if (!bt_scan_is_ok(entry)) continue;
    daily = daily && entry->daily;
    if (entry->span_first_ns < first_ns) first_ns = entry->span_first_ns;
    if (entry->span_last_ns > last_ns) last_ns = entry->span_last_ns;
  }
  first[0] = last[0] = '\0';
  if (first_ns > last_ns) return;
  bt_time_format(first, first_ns, daily);
  bt_time_format(last, last_ns, daily);
}

bt_status bt_run_end_with(bt_status status, const bt_run_means *means, const bt_run_total *total,
                          bt_error *err)
{
  char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE];
  bt_error end_error;
  format_span(first, last, means->scan);
  bt_run_end end = {.status = run_status_of(status),
                    .elapsed_s = total->elapsed_s,
                    .bar_combos = total->bar_combos,
                    .span_first = first,
                    .span_last = last};
  bt_status ended = bt_store_end_run(means->store, means->run_id, &end, &end_error);
  if (!ended || status) return status;
  if (err) *err = end_error;
  return ended;
}
