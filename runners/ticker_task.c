#include "runners/ticker_task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/suspect.h"
#include "core/time.h"
#include "runners/selection.h"

/* About so many bar-combinations make a block: some 0.3 ms, far above the cost of a steal. */
enum { BLOCK_BAR_COMBOS = 65536, BLOCK_COMBOS_MOST = 64 };

/* One ticker's combinations on their way from the blocks to the batch. */
typedef struct evaluation {
  const bt_sweep_context *context;
  bt_ticker *ticker;
  size_t n_span_bars;
  double *values; /* the objective of each combination: the ticker's row of context->values */
  double *scores; /* what selection ranks by */
  double *sharpes;
  bt_metrics *metrics; /* one a combination with --keep all, else NULL */
  size_t *best;        /* indices of the best, greatest score first */
  size_t n_best;
  bt_metrics *kept; /* theirs, on the second evaluation */
} evaluation;

bt_status bt_sweep__scratch_new(bt_worker_scratch **out, size_t n_workers, size_t n_params,
                                bt_error *err)
{
  bt_worker_scratch *scratch = calloc(n_workers, sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "workers");
  bt_status status = BT_OK;
  for (size_t i = 0; i < n_workers && !status; i++) {
    status = bt_ticker_scratch_init(&scratch[i].ticker, n_params, err);
    scratch[i].report = malloc(sizeof *scratch[i].report);
    if (!status && !scratch[i].report) status = bt_fail_nomem(err, "workers");
    if (!status) status = bt_loader_new(&scratch[i].loader, err);
  }
  if (status)
    bt_sweep__scratch_free(scratch, n_workers);
  else
    *out = scratch;
  return status;
}

void bt_sweep__scratch_free(bt_worker_scratch *scratch, size_t n_workers)
{
  if (!scratch) return;
  for (size_t i = 0; i < n_workers; i++) {
    bt_ticker_scratch_clear(&scratch[i].ticker);
    free(scratch[i].report);
    bt_loader_free(scratch[i].loader);
  }
  free(scratch);
}

/* Loads ticker `index` into *out (NULL: rejected); fills its outcome and the worker's report. */
static bt_status load(bt_bars **out, const bt_sweep_context *context, size_t index, size_t worker,
                      bt_error *err)
{
  const bt_job *job = context->job;
  bt_worker_scratch *scratch = &context->scratch[worker];
  bt_ticker_outcome *outcome = &context->outcomes[index];
  const bt_load_report *report = scratch->report;
  bt_status status = bt_load(out, scratch->report, scratch->loader,
                             job->universe->entries[index].path, &job->load, err);
  if (status) return status;
  outcome->rejected = report->rejected;
  memcpy(outcome->reason, report->reason, sizeof outcome->reason);
  outcome->n_bars = report->n_bars;
  outcome->rows_skipped = report->rows_skipped;
  memcpy(outcome->counts, report->counts, sizeof outcome->counts);
  outcome->adjusted = report->adjusted;
  outcome->best_sharpe = (double)NAN;
  return BT_OK;
}

/* ---- evaluating ----------------------------------------------------------------------------- */

static size_t count_block_combos(size_t n_bars)
{
  size_t n = BLOCK_BAR_COMBOS / (n_bars + 1) + 1;
  return n < BLOCK_COMBOS_MOST ? n : BLOCK_COMBOS_MOST;
}

/* A bt_task_fn: the combination `index`. */
static bt_status evaluate_combination(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  evaluation *e = context;
  const bt_job *job = e->context->job;
  bt_ticker_scratch *scratch = &e->context->scratch[bt_worker_index(worker)].ticker;
  bt_metrics local, *metrics = e->metrics ? &e->metrics[index] : &local;
  bt_status status = bt_ticker_evaluate(metrics, e->ticker, scratch, job, index, err);
  if (status) return status;
  e->values[index] = metrics->value[job->selection.objective];
  e->scores[index] = bt_selection_score(&job->selection, metrics);
  e->sharpes[index] = metrics->value[BT_METRIC_SHARPE];
  if (e->context->progress)
    atomic_fetch_add_explicit(&e->context->progress->bar_combos_done, e->n_span_bars,
                              memory_order_relaxed);
  return BT_OK;
}

static void note_sharpes(bt_ticker_outcome *outcome, const double *sharpes, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    bt_spread_add(&outcome->sharpes, sharpes[i]);
    if (isnan(sharpes[i]) || sharpes[i] <= outcome->best_sharpe) continue;
    outcome->best_sharpe = sharpes[i];
    outcome->best_sharpe_combo = i;
  }
}

static bt_status evaluation_alloc(evaluation *e, size_t n_combos, bt_error *err)
{
  const bt_keep *keep = &e->context->job->keep;
  size_t n_best = keep->kind == BT_KEEP_TOP ? keep->top : 1;
  if (n_best > n_combos) n_best = n_combos;
  e->scores = malloc(n_combos * sizeof *e->scores);
  e->sharpes = malloc(n_combos * sizeof *e->sharpes);
  e->best = malloc(n_best * sizeof *e->best);
  e->n_best = n_best;
  bool ok = e->scores && e->sharpes && e->best;
  if (keep->kind == BT_KEEP_ALL) {
    e->metrics = malloc(n_combos * sizeof *e->metrics);
    ok = ok && e->metrics;
  }
  return ok ? BT_OK : bt_fail_nomem(err, "results");
}

static void evaluation_free(evaluation *e)
{
  free(e->scores);
  free(e->sharpes);
  free(e->metrics);
  free(e->best);
}

/* ---- the batch ------------------------------------------------------------------------------ */

static int compare_size(const void *a, const void *b)
{
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

/* Moves all metrics into the batch (--keep all). */
static bt_status keep_all(bt_batch *batch, evaluation *e, size_t n_combos, bt_error *err)
{
  batch->kept_combo_ids = malloc(n_combos * sizeof *batch->kept_combo_ids);
  if (!batch->kept_combo_ids) return bt_fail_nomem(err, "results");
  for (size_t i = 0; i < n_combos; i++) batch->kept_combo_ids[i] = (int64_t)i + 1;
  batch->kept = e->metrics;
  e->metrics = NULL;
  batch->n_kept = n_combos;
  return BT_OK;
}

/* A bt_task_fn: number `index` of the best, once more. */
static bt_status evaluate_again(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const evaluation *e = context;
  bt_ticker_scratch *scratch = &e->context->scratch[bt_worker_index(worker)].ticker;
  return bt_ticker_evaluate(&e->kept[index], e->ticker, scratch, e->context->job, e->best[index],
                            err);
}

/* Evaluates the best again: their metrics were not kept, because of all combinations' there may be
 * too many for memory. The same job gives the same bits. */
static bt_status keep_best(bt_batch *batch, evaluation *e, bt_worker *worker, bt_error *err)
{
  batch->kept_combo_ids = malloc((e->n_best + 1) * sizeof *batch->kept_combo_ids);
  batch->kept = malloc((e->n_best + 1) * sizeof *batch->kept);
  if (!batch->kept_combo_ids || !batch->kept) return bt_fail_nomem(err, "results");
  qsort(e->best, e->n_best, sizeof *e->best, compare_size);
  for (size_t i = 0; i < e->n_best; i++) batch->kept_combo_ids[i] = (int64_t)e->best[i] + 1;
  batch->n_kept = e->n_best;
  e->kept = batch->kept;
  return bt_worker_fork(worker, e->n_best, count_block_combos(e->ticker->bars->n_bars),
                        evaluate_again, e, err);
}

static bt_status fill_results(bt_batch *batch, evaluation *e, bt_worker *worker, bt_error *err)
{
  const bt_job *job = e->context->job;
  size_t n_combos = bt_grid_count(job->grid);
  e->n_best = bt_selection_top(e->best, e->n_best, e->scores, n_combos);
  batch->selection =
      (bt_selection_row){.ticker_id = (int64_t)batch->sequence + 1,
                         .combo_id = e->n_best ? (int64_t)e->best[0] + 1 : 0,
                         .objective = bt_metric_describe(job->selection.objective).name,
                         .train_value = e->n_best ? e->values[e->best[0]] : (double)NAN,
                         .test_value = (double)NAN};
  batch->values = malloc(n_combos * sizeof *batch->values);
  if (!batch->values) return bt_fail_nomem(err, "objective values");
  memcpy(batch->values, e->values, n_combos * sizeof *batch->values);
  batch->n_values = n_combos;
  return job->keep.kind == BT_KEEP_ALL ? keep_all(batch, e, n_combos, err)
                                       : keep_best(batch, e, worker, err);
}

/* What looks wrong about the bars by themselves; gaps show beside other tickers alone. */
static bt_status fill_suspects(bt_batch *batch, const bt_bars *bars, bt_error *err)
{
  char time[BT_TIME_TEXT_SIZE];
  bt_suspects found;
  bt_status status = BT_OK;
  bt_suspects_find(&found, bars);
  for (size_t i = 0; i < found.n && !status; i++) {
    const bt_suspect *suspect = &found.list[i];
    bt_issue_row row = {.line = 0,
                        .time = bt_time_format(time, suspect->time_ns, bars->daily),
                        .kind = bt_suspect_name(suspect->kind),
                        .severity = "suspect",
                        .detail = suspect->detail};
    status = bt_batch_add_issue(batch, &row, err);
  }
  return status;
}

static bt_status fill_issues(bt_batch *batch, const bt_load_report *report, const char *reason,
                             bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < report->n_issues && !status; i++) {
    const bt_load_issue *issue = &report->issues[i];
    bt_issue_row row = {.line = issue->line,
                        .time = issue->time_text,
                        .kind = bt_row_issue_name(issue->kind),
                        .severity = issue->kind == BT_ROW_UNADJUSTED ? "suspect" : "skipped",
                        .detail = issue->detail};
    status = bt_batch_add_issue(batch, &row, err);
  }
  if (status || reason[0] == '\0') return status;
  bt_issue_row row = {
      .line = 0, .time = "", .kind = "rejected", .severity = "rejected", .detail = reason};
  return bt_batch_add_issue(batch, &row, err);
}

/* The rows of `tickers` and `data_issues`. bars NULL: rejected. */
static bt_status fill_ticker(bt_batch *batch, const bt_sweep_context *context, size_t index,
                             size_t worker, const bt_bars *bars, bt_error *err)
{
  const bt_universe_entry *entry = &context->job->universe->entries[index];
  const bt_ticker_outcome *outcome = &context->outcomes[index];
  const bt_load_report *report = context->scratch[worker].report;
  char first[BT_TIME_TEXT_SIZE] = "", last[BT_TIME_TEXT_SIZE] = "";
  if (bars) {
    bt_time_format(first, bars->time_ns[0], bars->daily);
    bt_time_format(last, bars->time_ns[bars->n_bars - 1], bars->daily);
  }
  bt_ticker_row row = {.ticker_id = (int64_t)index + 1,
                       .symbol = entry->symbol,
                       .path = entry->path,
                       .reason = outcome->rejected ? outcome->reason : NULL,
                       .rejected = outcome->rejected,
                       .n_bars = outcome->n_bars,
                       .rows_skipped = outcome->rows_skipped,
                       .first_bar = first,
                       .last_bar = last,
                       .content_hash = report->content_hash};
  bt_status status = bt_batch_set_ticker(batch, &row, err);
  if (!status) status = fill_issues(batch, report, outcome->reason, err);
  if (!status && bars) status = fill_suspects(batch, bars, err);
  return status;
}

/* ---- the task ------------------------------------------------------------------------------- */

/* Evaluates every combination of an open ticker and fills the batch with the results. */
static bt_status evaluate_ticker(bt_batch *batch, const bt_sweep_context *context, size_t index,
                                 bt_ticker *ticker, bt_worker *worker, bt_error *err)
{
  size_t n_combos = bt_grid_count(context->job->grid);
  bt_ticker_outcome *outcome = &context->outcomes[index];
  evaluation e = {.context = context,
                  .ticker = ticker,
                  .n_span_bars = ticker->subject.span.end - ticker->subject.span.first,
                  .values = context->values + index * n_combos};
  bt_status status = evaluation_alloc(&e, n_combos, err);
  if (!status)
    status = bt_worker_fork(worker, n_combos, count_block_combos(ticker->bars->n_bars),
                            evaluate_combination, &e, err);
  if (!status) {
    note_sharpes(outcome, e.sharpes, n_combos);
    status = fill_results(batch, &e, worker, err);
  }
  if (!status) {
    outcome->n_kept = batch->n_kept;
    outcome->n_span_bars = e.n_span_bars;
  }
  evaluation_free(&e);
  return status;
}

/* A ticker without bars in the span is rejected: there is nothing to evaluate. */
static void note_span(bt_ticker_outcome *outcome, const bt_ticker *ticker, const bt_job *job)
{
  bt_span span = ticker->subject.span;
  outcome->daily = ticker->bars->daily;
  if (span.first < span.end) {
    outcome->first_ns = ticker->bars->time_ns[span.first];
    outcome->last_ns = ticker->bars->time_ns[span.end - 1];
    return;
  }
  outcome->rejected = true;
  bt_ticker_empty_span_reason(outcome->reason, job);
}

/* From bars (taken over; NULL: rejected) to a batch that is ready to be written. */
static bt_status fill_batch(bt_batch *batch, const bt_sweep_context *context, size_t index,
                            bt_bars *bars, bt_worker *worker, bt_error *err)
{
  size_t worker_index = bt_worker_index(worker);
  if (!bars) return fill_ticker(batch, context, index, worker_index, NULL, err);
  bt_ticker ticker;
  bt_status status = bt_ticker_open(&ticker, bars, context->job, err);
  if (status) return status;
  bt_ticker_outcome *outcome = &context->outcomes[index];
  ticker.stretches = context->job->universe->entries[index].stretches;
  ticker.n_stretches = context->job->universe->entries[index].n_stretches;
  note_span(outcome, &ticker, context->job);
  status = fill_ticker(batch, context, index, worker_index, ticker.bars, err);
  if (!status && !outcome->rejected)
    status = evaluate_ticker(batch, context, index, &ticker, worker, err);
  bt_ticker_close(&ticker);
  return status;
}

bt_status bt_sweep__ticker_task(void *context_pointer, size_t index, bt_worker *worker,
                                bt_error *err)
{
  const bt_sweep_context *context = context_pointer;
  bt_batch *batch = NULL;
  bt_bars *bars = NULL;
  bt_status status = bt_writer_check(context->writer, err);
  if (!status) status = bt_batch_new(&batch, index, err);
  if (!status) status = load(&bars, context, index, bt_worker_index(worker), err);
  if (!status) status = fill_batch(batch, context, index, bars, worker, err);
  if (status) {
    bt_batch_free(batch);
    return status;
  }
  status = bt_writer_push(context->writer, batch, err);
  if (status) return status;
  context->outcomes[index].done = true;
  if (context->progress)
    atomic_fetch_add_explicit(&context->progress->tickers_done, 1, memory_order_relaxed);
  return BT_OK;
}
