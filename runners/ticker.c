#include "runners/ticker.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"

static void lock(void *context)
{
  bt_ticker *ticker = context;
  (void)pthread_mutex_lock(&ticker->mutex);
}

static void unlock(void *context)
{
  bt_ticker *ticker = context;
  (void)pthread_mutex_unlock(&ticker->mutex);
}

static void wait_for_indicator(void *context)
{
  bt_ticker *ticker = context;
  (void)pthread_cond_wait(&ticker->computed, &ticker->mutex);
}

static void wake_all(void *context)
{
  bt_ticker *ticker = context;
  (void)pthread_cond_broadcast(&ticker->computed);
}

/* Both or none. */
static bt_status init_locks(bt_ticker *ticker, bt_error *err)
{
  if (pthread_mutex_init(&ticker->mutex, NULL) != 0)
    return bt_fail(err, BT_ERR_THREAD, "a mutex cannot be made");
  if (pthread_cond_init(&ticker->computed, NULL) == 0) return BT_OK;
  (void)pthread_mutex_destroy(&ticker->mutex);
  return bt_fail(err, BT_ERR_THREAD, "a condition variable cannot be made");
}

static void destroy_locks(bt_ticker *ticker)
{
  (void)pthread_cond_destroy(&ticker->computed);
  (void)pthread_mutex_destroy(&ticker->mutex);
}

bt_status bt_ticker_open(bt_ticker *ticker, bt_bars *bars, const bt_job *job, bt_error *err)
{
  const bt_cache_lock guard = {lock, unlock, wait_for_indicator, wake_all, ticker};
  double periods_per_year = job->periods_per_year;
  bt_status status = init_locks(ticker, err);
  if (status) {
    bt_bars_free(bars);
    return status;
  }
  if (periods_per_year == 0) status = bt_bars_periods_per_year(&periods_per_year, bars, err);
  if (!status) status = bt_indicator_cache_new(&ticker->indicators, bars, &guard, err);
  if (status) {
    destroy_locks(ticker);
    bt_bars_free(bars);
    return status;
  }
  ticker->bars = bars;
  ticker->stretches = NULL;
  ticker->n_stretches = 0;
  ticker->subject = (bt_subject){.bars = bars,
                                 .span = bt_bars_find_span(bars, job->from_ns, job->to_ns),
                                 .periods_per_year = periods_per_year};
  return BT_OK;
}

void bt_ticker_close(bt_ticker *ticker)
{
  bt_indicator_cache_free(ticker->indicators);
  bt_bars_free(ticker->bars);
  destroy_locks(ticker);
}

void bt_ticker_empty_span_reason(char out[BT_LOAD_REASON_SIZE], const bt_job *job)
{
  char from[BT_TIME_TEXT_SIZE] = "the beginning", to[BT_TIME_TEXT_SIZE] = "the end";
  bool ends_a_day = job->to_ns < INT64_MAX && (job->to_ns + 1) % BT_NS_PER_DAY == 0;
  int64_t to_ns = ends_a_day ? job->to_ns + 1 - BT_NS_PER_DAY : job->to_ns;
  if (job->from_ns > INT64_MIN) bt_time_format(from, job->from_ns, true);
  if (job->to_ns < INT64_MAX) bt_time_format(to, to_ns, ends_a_day);
  (void)snprintf(out, BT_LOAD_REASON_SIZE, "no bars from %s to %s", from, to);
}

bt_status bt_ticker_scratch_init(bt_ticker_scratch *scratch, size_t n_params, bt_error *err)
{
  bt_evaluator_init(&scratch->evaluator);
  scratch->target = NULL;
  scratch->target_capacity = 0;
  scratch->params = calloc(n_params + 1, sizeof *scratch->params);
  return scratch->params ? BT_OK : bt_fail_nomem(err, "parameters");
}

void bt_ticker_scratch_clear(bt_ticker_scratch *scratch)
{
  bt_evaluator_clear(&scratch->evaluator);
  free(scratch->target);
  free(scratch->params);
}

static bt_status reserve_target(bt_ticker_scratch *scratch, size_t n_bars, bt_error *err)
{
  if (n_bars <= scratch->target_capacity) return BT_OK;
  double *target = realloc(scratch->target, n_bars * sizeof *target);
  if (!target) return bt_fail_nomem(err, "targets");
  scratch->target = target;
  scratch->target_capacity = n_bars;
  return BT_OK;
}

/* Names the combination in an error of its strategy; memory is nobody's fault. */
static bt_status name_combination(const bt_job *job, size_t index, bt_status status, bt_error *err)
{
  if (status == BT_ERR_NOMEM) return status;
  bt_error cause = *err;
  char *params = bt_grid_params_json(job->grid, index);
  (void)bt_fail(err, status, "%s, combination %zu%s%s: %s", job->strategy->name, index + 1,
                params ? " " : "", params ? params : "", cause.message);
  free(params);
  return status;
}

bt_status bt_ticker_evaluate(bt_metrics *out, bt_ticker *ticker, bt_ticker_scratch *scratch,
                             const bt_job *job, size_t index, bt_error *err)
{
  size_t n_bars = ticker->bars->n_bars;
  bt_signal_host host;
  bt_status status = reserve_target(scratch, n_bars, err);
  if (status) return status;
  bt_signal_host_init(&host, ticker->bars, ticker->indicators);
  bt_grid_values(job->grid, index, scratch->params);
  status = bt_strategy_signals(scratch->target, job->strategy, scratch->params, &host, err);
  if (!status) status = bt_target_settle(scratch->target, n_bars, job->direction, err);
  if (status) return name_combination(job, index, status, err);
  bt_membership_apply(scratch->target, ticker->bars, ticker->stretches, ticker->n_stretches);
  return bt_evaluate(out, &scratch->evaluator, &ticker->subject, scratch->target, &job->evaluation,
                     err);
}
