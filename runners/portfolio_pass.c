#include "runners/portfolio_pass.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/benchmark.h"
#include "core/time.h"
#include "runners/details.h"
#include "runners/section.h"

/* ---- parts ------------------------------------------------------------------------------------
 */

static void clear_part(bt_portfolio_part *part)
{
  for (size_t s = 0; s < part->n_series; s++) {
    if (part->returns) free(part->returns[s]);
    if (part->shares) free(part->shares[s]);
  }
  free(part->returns);
  free(part->shares);
  free(part->time_ns);
  *part = (bt_portfolio_part){0};
}

bt_status bt_portfolio_part_alloc(bt_portfolio_part *part, size_t n_series, const bt_bars *bars,
                                  bt_span span, bt_error *err)
{
  size_t n_bars = span.end - span.first;
  part->n_bars = n_bars;
  part->n_series = n_series;
  part->time_ns = malloc((n_bars + 1) * sizeof *part->time_ns);
  part->returns = calloc(n_series, sizeof *part->returns);
  part->shares = calloc(n_series, sizeof *part->shares);
  bool ok = part->time_ns && part->returns && part->shares;
  for (size_t s = 0; s < n_series && ok; s++) {
    part->returns[s] = malloc((n_bars + 1) * sizeof *part->returns[s]);
    part->shares[s] = malloc((n_bars + 1) * sizeof *part->shares[s]);
    ok = part->returns[s] && part->shares[s];
  }
  if (!ok) return bt_fail_nomem(err, "returns of a ticker");
  memcpy(part->time_ns, bars->time_ns + span.first, n_bars * sizeof *part->time_ns);
  return BT_OK;
}

void bt_portfolio_part_set(bt_portfolio_part *part, size_t index, const bt_ticker_scratch *scratch,
                           bt_span span)
{
  const bt_evaluator *evaluator = &scratch->evaluator;
  memcpy(part->returns[index], evaluator->returns, part->n_bars * sizeof(double));
  bt_ledger_fill_shares(part->shares[index], &evaluator->ledger, span);
}

/* ---- adding in order --------------------------------------------------------------------------
 */

/* Parts that are ready wait for those of the tickers before them. A ticker is begun while it is
 * less than `ahead` behind the next to be added, so that few wait. */
typedef struct pass {
  const bt_run *run;
  bt_portfolio *portfolio;
  bt_portfolio_fn fn;
  void *context;
  size_t n_tickers, ahead;
  pthread_mutex_t mutex; /* guards all below, and the portfolio */
  bt_portfolio_part *parts;
  bool *ready;
  bool failed;
  size_t next;
} pass;

static bool is_near(void *context, size_t index)
{
  pass *p = context;
  (void)pthread_mutex_lock(&p->mutex);
  bool near = index < p->next + p->ahead || p->failed;
  (void)pthread_mutex_unlock(&p->mutex);
  return near;
}

/* Adds the parts that follow each other. The mutex is held. */
static bt_status add_ready(pass *p, bt_error *err)
{
  bt_status status = BT_OK;
  for (; p->next < p->n_tickers && p->ready[p->next] && !status; p->next++) {
    bt_portfolio_part *part = &p->parts[p->next];
    if (part->n_bars > 0)
      status = bt_portfolio_add(p->portfolio, part->time_ns, (const double *const *)part->returns,
                                (const double *const *)part->shares, part->n_bars, err);
    clear_part(part);
  }
  return status;
}

/* A bt_task_fn: the ticker `index`. */
static bt_status run_ticker(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  pass *p = context;
  bt_status status = BT_OK;
  bt_scan_entry *entry = &p->run->means->scan->entries[index];
  if (!bt_scan_is_rejected(entry))
    status = p->fn(p->context, &p->parts[index], index, p->run, worker, err);
  if (status == BT_ERR_STRATEGY) { /* its own results are there; the portfolio goes without it */
    bt_scan_leave_out(entry, err->message);
    clear_part(&p->parts[index]);
    status = BT_OK;
  }
  (void)pthread_mutex_lock(&p->mutex);
  p->ready[index] = !status;
  if (!status) status = add_ready(p, err);
  if (status) p->failed = true;
  (void)pthread_mutex_unlock(&p->mutex);
  bt_pool_wake(p->run->means->pool);
  return status;
}

bt_status bt_portfolio_pass(bt_portfolio *portfolio, const bt_run *run, bt_portfolio_fn fn,
                            void *context, bt_error *err)
{
  bt_pool *pool = run->means->pool;
  size_t n_tickers = run->job->universe->n_entries;
  bt_run bare = *run; /* returns and shares alone are wanted of a ticker */
  bt_job job = *run->job;
  job.regimes = (bt_regime_view){.spec.kind = BT_REGIME_NONE};
  bare.job = &job;
  bare.simulates = true;
  size_t ahead = bt_pool_size(pool) + BT_PORTFOLIO_PARTS_WAITING;
  size_t most = bt_schedule_most(&run->schedule);
  pass p = {.run = &bare,
            .portfolio = portfolio,
            .fn = fn,
            .context = context,
            .n_tickers = n_tickers,
            .ahead = ahead < most ? ahead : most,
            .parts = calloc(n_tickers + 1, sizeof *p.parts),
            .ready = calloc(n_tickers + 1, sizeof *p.ready)};
  const bt_pool_gate gate = {is_near, &p};
  bt_status status = p.parts && p.ready ? BT_OK : bt_fail_nomem(err, "portfolio");
  if (!status && pthread_mutex_init(&p.mutex, NULL) != 0) {
    status = bt_fail(err, BT_ERR_THREAD, "a mutex cannot be made");
  } else if (!status) {
    status = bt_pool_run_ordered(pool, n_tickers, &gate, run_ticker, &p, err);
    (void)pthread_mutex_destroy(&p.mutex);
  }
  for (size_t i = 0; p.parts && i < n_tickers; i++) clear_part(&p.parts[i]);
  free(p.parts);
  free(p.ready);
  return status;
}

/* ---- a view of a portfolio --------------------------------------------------------------------
 */

void bt_portfolio_view_close(bt_portfolio_view *view)
{
  free(view->returns);
  free(view->exposed);
  free(view->equity);
  free(view->benchmark);
  free(view->labels);
}

static bt_status alloc_series(bt_portfolio_view *v, bt_error *err)
{
  size_t n = v->times.n_bars;
  v->returns = malloc((n + 1) * sizeof *v->returns);
  v->exposed = malloc((n + 1) * sizeof *v->exposed);
  v->equity = malloc((n + 1) * sizeof *v->equity);
  v->labels = malloc(n + 1);
  if (v->returns && v->exposed && v->equity && v->labels) return BT_OK;
  return bt_fail_nomem(err, "portfolio");
}

static bt_status align_benchmark(bt_portfolio_view *v, bt_error *err)
{
  const bt_bars *benchmark = v->run->job->benchmark;
  if (!benchmark) return BT_OK;
  v->benchmark = malloc((v->times.n_bars + 1) * sizeof *v->benchmark);
  if (!v->benchmark) return bt_fail_nomem(err, "portfolio");
  return bt_benchmark_align(v->benchmark, &v->times, benchmark, err);
}

bt_status bt_portfolio_view_open(bt_portfolio_view *out, const bt_portfolio *portfolio,
                                 const bt_run *run, bt_error *err)
{
  *out = (bt_portfolio_view){.portfolio = portfolio,
                             .run = run,
                             .times = {.n_bars = bt_portfolio_count(portfolio),
                                       .time_ns = (int64_t *)bt_portfolio_times(portfolio),
                                       .daily = run->means->scan->daily}};
  bt_status status = alloc_series(out, err);
  if (!status) status = align_benchmark(out, err);
  if (status) bt_portfolio_view_close(out);
  return status;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

/* The regimes of the benchmark, or of a file: a portfolio has no close of its own to find one in.
 */
static bt_status fill_regimes(bt_section *section, const bt_portfolio_view *v,
                              const bt_metrics_config *config, bt_error *err)
{
  const bt_job *job = v->run->job;
  const bt_regime_view *regimes = &job->regimes;
  const bt_regime_series series = {v->labels, v->returns, NULL, v->times.n_bars};
  bt_status status = BT_OK;
  if (regimes->labels)
    status = bt_regime_carry(v->labels, &v->times, regimes->labels, job->benchmark, err);
  else if (regimes->spec.kind == BT_REGIME_FILE)
    status = bt_regime_label(v->labels, &regimes->spec, regimes->book, &v->times, err);
  else
    return BT_OK;
  if (status) return status;
  return bt_details_fill_regimes(section, &series, config, regimes, err);
}

static bt_status fill_details(bt_section *section, const bt_portfolio_view *v,
                              const bt_metrics_config *config, bt_error *err)
{
  bt_status status = fill_regimes(section, v, config, err);
  if (status || !v->run->job->save_equity) return status;
  return bt_details_fill_points(section, v->times.time_ns, v->equity, v->exposed, v->times.n_bars,
                                err);
}

static bt_status fill_section(bt_section *section, const bt_portfolio_view *v, size_t index,
                              bool details, bt_error *err)
{
  const bt_job *job = v->run->job;
  const bt_metrics_config config = {.cash = job->evaluation.simulation.cash,
                                    .rf = job->evaluation.rf,
                                    .periods_per_year = v->run->means->scan->periods_per_year,
                                    .benchmark = v->benchmark};
  bt_status status = bt_portfolio_returns(v->returns, v->exposed, v->portfolio, index, err);
  if (!status) status = bt_section_alloc_rows(section, 1, err);
  if (status) return status;
  section->daily = v->times.daily;
  section->combo_ids[0] = section->key.combo_id;
  bt_metrics_of_returns(section->metrics, v->equity, v->returns, v->times.n_bars, &config);
  return details ? fill_details(section, v, &config, err) : BT_OK;
}

bt_status bt_portfolio_put(bt_metrics *out, const bt_portfolio_view *view, size_t index,
                           bool details, const bt_result_key *key, bt_error *err)
{
  const bt_run_means *means = view->run->means;
  bt_batch *batch = NULL;
  bt_section *section = NULL;
  bt_status status = bt_batch_new(&batch, 0, err);
  if (!status) status = bt_batch_add_section(&section, batch, key, err);
  if (!status) status = fill_section(section, view, index, details, err);
  if (!status) {
    *out = section->metrics[0];
    status = bt_batch_put(batch, means->store, means->run_id, err);
  }
  bt_batch_free(batch);
  return status;
}

/* An issue of each ticker that the portfolio goes without. */
static bt_status put_left_out(const bt_run_means *means, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < means->scan->n_entries && !status; i++) {
    const bt_scan_entry *entry = &means->scan->entries[i];
    const bt_issue_row row = {.time = "",
                              .kind = BT_PORTFOLIO_ISSUE,
                              .severity = "suspect",
                              .detail = entry->report->reason};
    if (entry->left_out)
      status = bt_store_put_issue(means->store, means->run_id, (int64_t)i + 1, &row, err);
  }
  return status;
}

bt_status bt_portfolio_put_ticker(const bt_portfolio_view *view, bt_error *err)
{
  const bt_bars *times = &view->times;
  const bt_run_means *means = view->run->means;
  char first[BT_TIME_TEXT_SIZE] = "", last[BT_TIME_TEXT_SIZE] = "";
  if (times->n_bars > 0) {
    bt_time_format(first, times->time_ns[0], times->daily);
    bt_time_format(last, times->time_ns[times->n_bars - 1], times->daily);
  }
  const bt_ticker_row row = {
      .symbol = "*", .n_bars = times->n_bars, .first_bar = first, .last_bar = last};
  bt_status status = bt_store_put_ticker(means->store, means->run_id, &row, err);
  return status ? status : put_left_out(means, err);
}
