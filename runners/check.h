/* check.h - loads every ticker of a universe, keeps the account of each and no bars: of those
 * the dates alone, until it is known on which days the universe trades. */
#ifndef BT_RUNNERS_CHECK_H
#define BT_RUNNERS_CHECK_H

#include <stddef.h>

#include "core/suspect.h"
#include "runners/job.h"
#include "runners/pool.h"

typedef struct bt_check_entry {
  bt_load_report *report; /* owned; holds report->n_issues issues and no room for more */
  bt_suspects *suspects;  /* owned; holds suspects->n cases; NULL where rejected */
  bool daily;
  double sum_close; /* of the bars, as loaded; compensated sum */
} bt_check_entry;

/* Loads the tickers of job->universe as job->load says; one without bars from job->from_ns to
 * job->to_ns is rejected as a sweep would do. Nothing else of the job is looked at. Gaps are found
 * in tickers with daily bars, against all that trade by the day or within it. Fills (*out)[0 ..
 * n_entries-1] in the universe's order; the caller frees *out with bt_check_free. Errors: NOMEM,
 * THREAD, CANCELLED. */
bt_status bt_check_run(bt_check_entry **out, const bt_job *job, bt_pool *pool, bt_error *err);
void bt_check_free(bt_check_entry *entries, size_t n_entries);

#endif
