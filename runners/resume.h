/* resume.h - whether a job goes on with a run that is there already.
 *
 * A run is the same job when its kind, its options, the version of the program, its tickers and the
 * bytes of their files are the same.
 */
#ifndef BT_RUNNERS_RESUME_H
#define BT_RUNNERS_RESUME_H

#include "runners/scan.h"
#include "runners/store.h"

typedef enum bt_resume_verdict {
  BT_RESUME_NONE,    /* there is nothing to go on with: a run is to be begun */
  BT_RESUME_RUN,     /* run_id is unfinished */
  BT_RESUME_COMPLETE /* run_id is complete */
} bt_resume_verdict;

typedef struct bt_resume {
  bt_resume_verdict verdict;
  int64_t run_id;
} bt_resume;

/* Looks for the newest run of this job; the tickers and their files are those of the scan, which is
 * whole. A run that was broken off may not know all of them yet. Runs
 * that another process writes are not looked at, unless they are this job. Errors: DATA (there is
 * no run of it, but an unfinished one, or one with the same options, that is another job: the first
 * difference is named), DATABASE (also where it is being written), NOMEM. */
bt_status bt_resume_find(bt_resume *out, bt_store *store, const bt_run_info *info,
                         const bt_job *job, const bt_scan *scan, bt_error *err);

#endif
