#include "runners/ticker.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/benchmark.h"
#include "core/membership.h"

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

/* ---- what is made once a ticker ---------------------------------------------------------------
 */

static bt_status make_series(double **out, size_t n_bars, bt_error *err)
{
  *out = malloc((n_bars + 1) * sizeof **out);
  return *out ? BT_OK : bt_fail_nomem(err, "series of a ticker");
}

/* The ATRs that the job's stops are measured in. */
static bt_status get_atrs(bt_ticker *ticker, const bt_stops *stops, bt_error *err)
{
  bt_status status = BT_OK;
  for (int i = 0; i < BT_STOP_COUNT && !status; i++) {
    const bt_distance *distance = &stops->at[i];
    const bt_indicator_request wanted = {"atr", &distance->atr_period, 1, 0};
    if (distance->unit == BT_DISTANCE_ATR)
      status = bt_indicator_get(&ticker->atr[i], &ticker->held, &wanted, err);
  }
  return status;
}

static bt_status make_benchmark(bt_ticker *ticker, const bt_job *job, bt_error *err)
{
  if (!job->benchmark) return BT_OK;
  size_t n_bytes = (ticker->bars->n_bars + 1) * sizeof(double);
  bool is_sealed = job->guard == BT_GUARD_SEAL;
  double *benchmark = is_sealed ? bt_block_take_pages(n_bytes) : bt_block_take(NULL, n_bytes);
  ticker->benchmark = ticker->own_benchmark = benchmark;
  if (!benchmark) return bt_fail_nomem(err, "series of a ticker");
  bt_status status = bt_benchmark_follow(benchmark, ticker->bars, job->benchmark, err);
  if (!status && is_sealed && !bt_block_seal(benchmark))
    status = bt_fail_nomem(err, "series of a ticker");
  return status;
}

/* What metrics compare with. */
static bt_status make_compared(bt_ticker *ticker, const bt_job *job, bt_error *err)
{
  if (!job->benchmark) return BT_OK;
  bt_status status = make_series(&ticker->compared, ticker->bars->n_bars, err);
  ticker->subject.benchmark = ticker->compared;
  return status ? status : bt_benchmark_align(ticker->compared, ticker->bars, job->benchmark, err);
}

/* Over the bars, with the benchmark beside them. */
static bt_status make_indicators(bt_ticker *ticker, const bt_ticker_remains *remains, bt_error *err)
{
  const bt_cache_lock guard = {lock, unlock, wait_for_indicator, wake_all, ticker};
  bt_series series = bt_bars_series(ticker->bars);
  series.benchmark = ticker->benchmark;
  bt_status status =
      bt_indicator_cache_new(&ticker->indicators, &series, &guard, ticker->spare, err);
  if (status) return status;
  status = bt_indicator_cache_guard(ticker->indicators, ticker->job->guard, err);
  if (!status && remains) status = bt_indicator_cache_pad(ticker->indicators, remains->n_room, err);
  if (status) bt_indicator_cache_free(ticker->indicators);
  return status;
}

static bt_status make_regimes(bt_ticker *ticker, const bt_job *job, bt_error *err)
{
  const bt_regime_view *regimes = &job->regimes;
  if (regimes->spec.kind == BT_REGIME_NONE) return BT_OK;
  ticker->regimes = malloc(ticker->bars->n_bars + 1);
  if (!ticker->regimes) return bt_fail_nomem(err, "regimes of a ticker");
  if (!regimes->labels)
    return bt_regime_label(ticker->regimes, &regimes->spec, regimes->book, ticker->bars, err);
  return bt_regime_carry(ticker->regimes, ticker->bars, regimes->labels, job->benchmark, err);
}

/* The series beside the bars, as far as the job asks for them. */
static bt_status make_extras(bt_ticker *ticker, const bt_job *job, bool simulates, bt_error *err)
{
  size_t n_bars = ticker->bars->n_bars;
  double volatility = job->size.volatility;
  bt_status status = BT_OK;
  if (!simulates) status = make_compared(ticker, job, err);
  if (!status && !simulates)
    status = bt_tables_new(&ticker->tables, ticker->bars, ticker->subject.periods_per_year,
                           job->evaluation.rf, ticker->spare, err);
  ticker->subject.tables = ticker->tables;
  if (!status) status = get_atrs(ticker, &job->evaluation.simulation.stops, err);
  if (!status && volatility > 0) status = make_series(&ticker->sizes, n_bars, err);
  if (!status && volatility > 0)
    bt_size_fill(ticker->sizes, ticker->bars, volatility, ticker->subject.periods_per_year);
  return status ? status : make_regimes(ticker, job, err);
}

/* remains NULL: the bars are all that there are. */
static bt_status open_with(bt_ticker *ticker, const bt_ticker_source *source,
                           const bt_ticker_remains *remains, const bt_job *job, bt_error *err)
{
  const bt_bars *bars = source->bars;
  *ticker = (bt_ticker){.bars = bars, .job = job, .entry = source->entry, .spare = source->spare};
  if (source->spare) bt_spare_age(source->spare);
  bt_status status = init_locks(ticker, err);
  if (status) return status;
  if (remains) {
    ticker->benchmark = remains->benchmark;
    ticker->n_room = remains->n_room;
  } else {
    status = make_benchmark(ticker, job, err);
  }
  if (!status) status = make_indicators(ticker, remains, err);
  if (status) {
    bt_block_give(NULL, ticker->own_benchmark);
    destroy_locks(ticker);
    return status;
  }
  bt_indicator_hold_init(&ticker->held, ticker->indicators);
  ticker->subject = (bt_subject){.bars = bars,
                                 .span = bt_bars_find_span(bars, job->from_ns, job->to_ns),
                                 .periods_per_year = source->periods_per_year};
  status = make_extras(ticker, job, source->simulates, err);
  if (status) bt_ticker_close(ticker);
  return status;
}

bt_status bt_ticker_open(bt_ticker *ticker, const bt_ticker_source *source, const bt_job *job,
                         bt_error *err)
{
  return open_with(ticker, source, NULL, job, err);
}

bt_status bt_ticker_open_first(bt_ticker *ticker, const bt_ticker_source *source,
                               const bt_ticker_remains *remains, const bt_job *job, bt_error *err)
{
  return open_with(ticker, source, remains, job, err);
}

void bt_ticker_close(bt_ticker *ticker)
{
  bt_indicator_hold_release(&ticker->held);
  bt_indicator_cache_free(ticker->indicators);
  bt_tables_free(ticker->tables);
  free(ticker->sizes);
  bt_block_give(NULL, ticker->own_benchmark);
  free(ticker->compared);
  free(ticker->regimes);
  destroy_locks(ticker);
}

bt_status bt_ticker_scratch_init(bt_ticker_scratch *scratch, size_t n_params, bt_error *err)
{
  bt_evaluator_init(&scratch->evaluator);
  bt_aim_init(&scratch->aim);
  bt_changes_init(&scratch->members);
  scratch->decides = false;
  scratch->isolated = NULL;
  scratch->params = calloc(n_params + 1, sizeof *scratch->params);
  return scratch->params ? BT_OK : bt_fail_nomem(err, "parameters");
}

void bt_ticker_scratch_clear(bt_ticker_scratch *scratch)
{
  bt_evaluator_clear(&scratch->evaluator);
  bt_aim_clear(&scratch->aim);
  bt_changes_clear(&scratch->members);
  free(scratch->params);
}

/* Whether what went wrong is the machine's fault, or what was wished, and not the strategy's. */
static bool is_blameless(bt_status status)
{
  return status == BT_ERR_NOMEM || status == BT_ERR_THREAD || status == BT_ERR_CANCELLED;
}

/* Names the strategy, and which of its combinations it was, in an error of it. */
static bt_status blame(const bt_job *job, const char *which, bt_status status, bt_error *err)
{
  if (is_blameless(status) || status == BT_ERR_STRATEGY) return status; /* or it is named */
  if (!err) return BT_ERR_STRATEGY;
  bt_error cause = *err;
  return bt_fail(err, BT_ERR_STRATEGY, "%s, %s: %s", job->strategy->name, which, cause.message);
}

bt_status bt_ticker_check(const bt_ticker *ticker, bt_status status, bt_error *err)
{
  bt_error cause;
  if (status && status != BT_ERR_STRATEGY) return status;
  if (!bt_indicator_cache_check(ticker->indicators, &cause)) return status;
  return bt_fail(err, BT_ERR_STRATEGY, "%s: %s", ticker->job->strategy->name, cause.message);
}

static bt_status name_combination(const bt_job *job, size_t index, bt_status status, bt_error *err)
{
  char which[BT_ERROR_MESSAGE_SIZE];
  char *params = bt_grid_params_json(job->grid, index);
  (void)snprintf(which, sizeof which, "combination %zu%s%s", index + 1, params ? " " : "",
                 params ? params : "");
  free(params);
  return blame(job, which, status, err);
}

/* How the job trades: its series are the ticker's. params (NULL: those of no combination) set the
 * stops that are swept. */
static void set_how(bt_evaluation *how, const bt_ticker *ticker, const bt_job *job,
                    const double *params)
{
  *how = job->evaluation;
  how->simulation.sizes = ticker->sizes;
  for (int i = 0; i < BT_STOP_COUNT; i++) {
    bt_distance *distance = &how->simulation.stops.at[i];
    if (params && job->stop_params[i]) distance->amount = params[job->stop_params[i] - 1];
    distance->atr = ticker->atr[i];
  }
}

/* Of a strategy that goes bar by bar: on which bars it may want something. */
static bt_status find_members(bt_changes *out, const bt_ticker *ticker, bt_error *err)
{
  const bt_universe_entry *entry = ticker->entry;
  if (entry->n_stretches == 0) return BT_OK;
  bt_status status = bt_changes_of_constant(out, 1, ticker->bars->n_bars, err);
  if (status) return status;
  return bt_membership_apply(out, ticker->bars, entry->stretches, entry->n_stretches, err);
}

/* Lets another process find the changes. */
static bt_status aim_outside(const bt_ticker *ticker, bt_ticker_scratch *scratch, bt_span span,
                             bt_error *err)
{
  return bt_isolated_aim(&scratch->aim.changes, scratch->isolated, ticker, scratch->combo, span,
                         err);
}

bt_status bt_ticker_aim(bt_ticker *ticker, bt_ticker_scratch *scratch, const bt_job *job,
                        size_t index, bt_error *err)
{
  bt_signal_host host;
  scratch->combo = index;
  scratch->decides = job->strategy->on_bar != NULL;
  scratch->decided = (bt_span){0, 0};
  bt_grid_values(job->grid, index, scratch->params);
  set_how(&scratch->how, ticker, job, scratch->params);
  if (scratch->decides) {
    bt_on_bar_forget(&scratch->aim.on_bar);
    return find_members(&scratch->members, ticker, err);
  }
  bt_signal_host_init(&host, ticker->indicators);
  bt_status status = scratch->isolated ? aim_outside(ticker, scratch, (bt_span){0, 0}, err)
                                       : bt_aim_take(&scratch->aim, job->strategy, scratch->params,
                                                     &host, job->direction, err);
  if (status) return name_combination(job, index, status, err);
  if (scratch->isolated) return BT_OK; /* membership is in it */
  return bt_membership_apply(&scratch->aim.changes, ticker->bars, ticker->entry->stretches,
                             ticker->entry->n_stretches, err);
}

static bool is_same_span(bt_span a, bt_span b)
{
  return a.first == b.first && a.end == b.end;
}

static bt_status run_bars(bt_ticker *ticker, bt_ticker_scratch *scratch,
                          const bt_on_bar_part *parts, size_t n_parts, bt_span span, bt_error *err)
{
  const bt_job *job = ticker->job;
  bt_signal_host host;
  const bt_on_bar_job run = {.strategy = job->strategy,
                             .bars = ticker->bars,
                             .span = span,
                             .config = &scratch->how.simulation,
                             .direction = job->direction,
                             .members = ticker->entry->n_stretches ? &scratch->members : NULL,
                             .parts = parts,
                             .n_parts = n_parts};
  bt_signal_host_init(&host, ticker->indicators);
  return bt_aim_take_bars(&scratch->aim, &run, &host, err);
}

/* Where the target belongs to a span: makes it that of this span. */
static bt_status decide(bt_ticker *ticker, bt_ticker_scratch *scratch, bt_span span, bt_error *err)
{
  if (!scratch->decides || is_same_span(scratch->decided, span)) return BT_OK;
  const bt_on_bar_part part = {bt_on_bar_first(scratch->how.simulation.fill, span),
                               scratch->params};
  bt_status status = scratch->isolated ? aim_outside(ticker, scratch, span, err)
                                       : run_bars(ticker, scratch, &part, 1, span, err);
  scratch->decided = status ? (bt_span){0, 0} : span;
  return status ? name_combination(ticker->job, scratch->combo, status, err) : BT_OK;
}

bt_status bt_ticker_find_target(bt_ticker *ticker, bt_ticker_scratch *scratch, bt_span span,
                                bt_error *err)
{
  bt_status status = decide(ticker, scratch, span, err);
  return status ? status : bt_aim_spread(&scratch->aim, err);
}

static bt_status aim_parts_outside(const bt_ticker *ticker, bt_ticker_scratch *scratch,
                                   const bt_on_bar_part *parts, size_t n_parts, bt_span span,
                                   bt_error *err)
{
  bt_isolated_parts wanted = {.parts = parts, .n_parts = n_parts, .span = span};
  for (int i = 0; i < BT_STOP_COUNT; i++)
    wanted.amounts[i] = scratch->how.simulation.stops.at[i].amounts;
  bt_status status =
      bt_isolated_aim_parts(&scratch->aim.changes, scratch->isolated, ticker, &wanted, err);
  return status ? blame(ticker->job, "out of sample", status, err) : BT_OK;
}

bt_status bt_ticker_aim_parts(bt_ticker *ticker, bt_ticker_scratch *scratch,
                              const bt_on_bar_part *parts, size_t n_parts, bt_span span,
                              bt_error *err)
{
  scratch->decides = false;
  if (scratch->isolated) return aim_parts_outside(ticker, scratch, parts, n_parts, span, err);
  bt_on_bar_forget(&scratch->aim.on_bar);
  bt_status status = find_members(&scratch->members, ticker, err);
  if (status) return status;
  status = run_bars(ticker, scratch, parts, n_parts, span, err);
  return status ? blame(ticker->job, "out of sample", status, err) : BT_OK;
}

bt_status bt_ticker_aim_at(const bt_ticker *ticker, bt_ticker_scratch *scratch, const bt_job *job,
                           const double *target, bt_error *err)
{
  scratch->decides = false;
  set_how(&scratch->how, ticker, job, NULL);
  return bt_changes_of_target(&scratch->aim.changes, target, ticker->bars->n_bars, err);
}

bt_status bt_ticker_measure(bt_metrics *out, bt_ticker *ticker, bt_ticker_scratch *scratch,
                            bt_span span, bt_error *err)
{
  bt_status status = decide(ticker, scratch, span, err);
  if (status) return status;
  bt_subject subject = ticker->subject;
  subject.span = span;
  return bt_evaluate_aim(out, &scratch->evaluator, &subject, &scratch->aim, &scratch->how, err);
}

bt_status bt_ticker_simulate(bt_ticker *ticker, bt_ticker_scratch *scratch, bt_span span,
                             bt_error *err)
{
  bt_metrics metrics; /* stored ones are those of bt_ticker_measure */
  bt_subject subject = ticker->subject;
  subject.span = span;
  bt_status status = bt_ticker_find_target(ticker, scratch, span, err);
  if (status) return status;
  return bt_evaluate(&metrics, &scratch->evaluator, &subject, scratch->aim.target, &scratch->how,
                     err);
}

bt_status bt_ticker_evaluate(bt_metrics *out, bt_ticker *ticker, bt_ticker_scratch *scratch,
                             const bt_job *job, size_t index, bt_error *err)
{
  bt_status status = bt_ticker_aim(ticker, scratch, job, index, err);
  if (status) return status;
  return bt_ticker_measure(out, ticker, scratch, ticker->subject.span, err);
}
