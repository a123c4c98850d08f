/* ticker.h - one ticker while its combinations are evaluated.
 *
 * Bars are immutable and the indicators are computed once; the workers that evaluate blocks of its
 * combinations share both. Mutex and condition guard the indicators alone.
 */
#ifndef BT_RUNNERS_TICKER_H
#define BT_RUNNERS_TICKER_H

#include <pthread.h>

#include "core/evaluate.h"
#include "core/indicator_cache.h"
#include "core/membership.h"
#include "runners/job.h"

typedef struct bt_ticker {
  bt_bars *bars;               /* owned */
  bt_subject subject;          /* the job's span of these bars; may be empty */
  const bt_stretch *stretches; /* n_stretches of the universe's; outside of them targets are 0 */
  size_t n_stretches;          /* 0, as it is opened: always a member */
  bt_indicator_cache *indicators;
  pthread_mutex_t mutex;
  pthread_cond_t computed; /* some indicator was */
} bt_ticker;

/* Takes the bars over, whatever the result; *ticker must stay where it is. The caller clears
 * *ticker with bt_ticker_close. Errors: NOMEM, THREAD. */
bt_status bt_ticker_open(bt_ticker *ticker, bt_bars *bars, const bt_job *job, bt_error *err);
void bt_ticker_close(bt_ticker *ticker);

/* Why a ticker whose span holds no bars is rejected: there is nothing to evaluate. */
void bt_ticker_empty_span_reason(char out[BT_LOAD_REASON_SIZE], const bt_job *job);

/* What one thread uses of a ticker, with its own scratch memory; reused from ticker to ticker. */
typedef struct bt_ticker_scratch {
  bt_evaluator evaluator;
  double *target, *params;
  size_t target_capacity;
} bt_ticker_scratch;

/* For strategies of n_params parameters. Errors: NOMEM. */
bt_status bt_ticker_scratch_init(bt_ticker_scratch *scratch, size_t n_params, bt_error *err);
void bt_ticker_scratch_clear(bt_ticker_scratch *scratch);

/* Metrics of the job's combination `index` (0-based). Safe from several threads, each with a
 * scratch of its own. Errors: NOMEM, and those of the strategy, with the combination's params. */
bt_status bt_ticker_evaluate(bt_metrics *out, bt_ticker *ticker, bt_ticker_scratch *scratch,
                             const bt_job *job, size_t index, bt_error *err);

#endif
