#include "runners/sweep_task.h"

#include <math.h>
#include <stdlib.h>

#include "runners/details.h"
#include "runners/first_failure.h"
#include "runners/section.h"
#include "runners/selection.h"

/* Where up to so many combinations come on one that is kept, all metrics of all are computed and
 * held: measuring the kept ones again would cost more than what ranking does not look at. */
enum { HELD_FOR_ONE_KEPT = 4 };

/* One ticker's combinations on their way from the blocks to the batch. */
typedef struct evaluation {
  const bt_sweep_context *context;
  bt_ticker *ticker;
  size_t n_span_bars;
  double *values; /* the objective of each combination: the ticker's row of context->values */
  double *scores; /* what selection ranks by */
  double *sharpes;
  bt_first_failure failure;
  bt_metrics *metrics; /* one a combination with --keep all, or where they are few; else NULL */
  size_t *best;        /* indices of the best, greatest score first */
  size_t n_best;
  bt_metrics *kept; /* theirs */
} evaluation;

/* ---- evaluating ----------------------------------------------------------------------------- */

static bt_status evaluate_one(evaluation *e, size_t index, const bt_worker *worker, bt_error *err)
{
  const bt_run *run = e->context->run;
  const bt_selection_rule *rule = &run->job->selection;
  bt_ticker_scratch *scratch = &bt_run_scratch(run, worker)->ticker;
  bt_metrics local, *metrics = e->metrics ? &e->metrics[index] : &local;
  bt_status status = bt_ticker_aim(e->ticker, scratch, run->job, index, err);
  if (status) return status;
  if (!e->metrics)
    scratch->how.wanted = bt_selection_wanted(rule); /* the kept are measured again */
  status = bt_ticker_measure(metrics, e->ticker, scratch, e->ticker->subject.span, err);
  if (status) return status;
  e->values[index] = metrics->value[rule->objective];
  e->scores[index] = bt_selection_score(rule, metrics);
  e->sharpes[index] = metrics->value[BT_METRIC_SHARPE];
  return BT_OK;
}

/* A bt_task_fn: the combination `index`. */
static bt_status evaluate_combination(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  evaluation *e = context;
  if (bt_first_failure_skips(&e->failure, index)) return BT_OK;
  bt_status status = evaluate_one(e, index, worker, err);
  bt_run_count(e->context->run, 0, e->n_span_bars);
  return bt_first_failure_note(&e->failure, index, status, err);
}

void bt_sweep__note_sharpes(bt_ticker_outcome *outcome, const double *sharpes, size_t n)
{
  outcome->best_sharpe = (double)NAN;
  outcome->has_sharpes = true;
  for (size_t i = 0; i < n; i++) {
    bt_spread_add(&outcome->sharpes, sharpes[i]);
    if (isnan(sharpes[i]) || sharpes[i] <= outcome->best_sharpe) continue;
    outcome->best_sharpe = sharpes[i];
    outcome->best_sharpe_combo = i;
  }
}

static bt_status evaluation_alloc(evaluation *e, size_t n_combos, bt_error *err)
{
  const bt_keep *keep = &e->context->run->job->keep;
  size_t n_best = keep->kind == BT_KEEP_TOP ? keep->top : 1;
  if (n_best > n_combos) n_best = n_combos;
  e->scores = malloc(n_combos * sizeof *e->scores);
  e->sharpes = malloc(n_combos * sizeof *e->sharpes);
  e->best = malloc(n_best * sizeof *e->best);
  e->n_best = n_best;
  bool ok = e->scores && e->sharpes && e->best;
  if (keep->kind == BT_KEEP_ALL || (n_combos - 1) / HELD_FOR_ONE_KEPT < n_best) {
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
  bt_first_failure_clear(&e->failure);
}

/* ---- the batch ------------------------------------------------------------------------------ */

/* Moves all metrics into the section (--keep all). */
static bt_status keep_all(bt_section *section, evaluation *e, size_t n_combos, bt_error *err)
{
  section->combo_ids = malloc(n_combos * sizeof *section->combo_ids);
  if (!section->combo_ids) return bt_fail_nomem(err, "results");
  for (size_t i = 0; i < n_combos; i++) section->combo_ids[i] = (int64_t)i + 1;
  section->metrics = e->metrics;
  e->metrics = NULL;
  section->n_metrics = n_combos;
  return BT_OK;
}

/* A bt_task_fn: number `index` of the best, once more. */
static bt_status evaluate_again(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const evaluation *e = context;
  const bt_run *run = e->context->run;
  bt_ticker_scratch *scratch = &bt_run_scratch(run, worker)->ticker;
  return bt_ticker_evaluate(&e->kept[index], e->ticker, scratch, run->job, e->best[index], err);
}

/* The metrics of the best: where those of all combinations may be too many for memory, the best are
 * evaluated once more. The same job gives the same bits. */
static bt_status keep_best(bt_section *section, evaluation *e, bt_worker *worker, bt_error *err)
{
  bt_status status = bt_section_alloc_rows(section, e->n_best, err);
  if (status) return status;
  bt_selection_sort(e->best, e->n_best);
  for (size_t i = 0; i < e->n_best; i++) section->combo_ids[i] = (int64_t)e->best[i] + 1;
  e->kept = section->metrics;
  for (size_t i = 0; e->metrics && i < e->n_best; i++) e->kept[i] = e->metrics[e->best[i]];
  if (e->metrics) return BT_OK;
  return bt_worker_fork(worker, e->n_best, bt_run_block_combos(e->ticker->bars->n_bars),
                        evaluate_again, e, err);
}

/* The details of the selected combination. */
static bt_status fill_details(bt_section *section, const evaluation *e, const bt_worker *worker,
                              bt_error *err)
{
  const bt_run *run = e->context->run;
  const bt_job *job = run->job;
  bt_ticker_scratch *scratch = &bt_run_scratch(run, worker)->ticker;
  if (section->key.combo_id == 0 || !bt_details_wanted(job)) return BT_OK;
  size_t combo = (size_t)section->key.combo_id - 1;
  bt_status status = bt_ticker_aim(e->ticker, scratch, job, combo, err);
  if (status) return status;
  return bt_details_fill(section, e->ticker, scratch, e->ticker->subject.span, job, err);
}

static bt_status fill_section(bt_section *section, evaluation *e, bt_worker *worker, bt_error *err)
{
  const bt_job *job = e->context->run->job;
  size_t n_combos = bt_grid_count(job->grid);
  bt_status status = bt_section_set_values(section, e->values, n_combos, err);
  if (!status) status = fill_details(section, e, worker, err);
  if (status) return status;
  return job->keep.kind == BT_KEEP_ALL ? keep_all(section, e, n_combos, err)
                                       : keep_best(section, e, worker, err);
}

/* The selection, and everything else of the ticker in one section. */
static bt_status fill_batch(bt_batch *batch, evaluation *e, int64_t ticker_id, bt_worker *worker,
                            bt_error *err)
{
  const bt_job *job = e->context->run->job;
  e->n_best = bt_selection_top(e->best, e->n_best, e->scores, bt_grid_count(job->grid));
  const bt_selection_row selection = {
      .ticker_id = ticker_id,
      .combo_id = e->n_best ? (int64_t)e->best[0] + 1 : 0,
      .objective = bt_metric_describe(job->selection.objective).name,
      .train_value = e->n_best ? e->values[e->best[0]] : (double)NAN,
      .test_value = (double)NAN};
  const bt_result_key key = {
      .ticker_id = ticker_id, .phase = "full", .combo_id = selection.combo_id};
  bt_section *section = NULL;
  bt_status status = bt_batch_add_selection(batch, &selection, err);
  if (!status) status = bt_batch_add_section(&section, batch, &key, err);
  return status ? status : fill_section(section, e, worker, err);
}

/* ---- the task ------------------------------------------------------------------------------- */

/* Evaluates every combination of an open ticker and fills the batch with the results. */
static bt_status evaluate_ticker(bt_batch *batch, const bt_sweep_context *context, size_t index,
                                 bt_ticker *ticker, bt_worker *worker, bt_error *err)
{
  size_t n_combos = bt_grid_count(context->run->job->grid);
  bt_ticker_outcome *outcome = &context->outcomes[index];
  evaluation e = {.context = context,
                  .ticker = ticker,
                  .n_span_bars = ticker->subject.span.end - ticker->subject.span.first,
                  .values = context->values + index * n_combos};
  bt_status status = bt_first_failure_init(&e.failure, context->run->job->guard, err);
  if (status) return status;
  status = evaluation_alloc(&e, n_combos, err);
  if (!status)
    status = bt_worker_fork(worker, n_combos, bt_run_block_combos(ticker->bars->n_bars),
                            evaluate_combination, &e, err);
  if (!status) status = bt_first_failure_result(&e.failure, err);
  if (!status) {
    bt_sweep__note_sharpes(outcome, e.sharpes, n_combos);
    status = fill_batch(batch, &e, (int64_t)index + 1, worker, err);
  }
  if (!status) outcome->n_kept = batch->sections->n_metrics;
  evaluation_free(&e);
  return status;
}

/* Whether there is nothing to do: rejected, or finished by the run that is resumed. */
static bool is_settled(const bt_sweep_context *context, size_t index)
{
  const bt_run *run = context->run;
  return bt_scan_is_rejected(&run->means->scan->entries[index]) || bt_run_is_done(run, index + 1);
}

/* Looks at a ticker, whose rows then go with the batch. */
static bt_status look_at_ticker(bt_open_ticker *open, bt_batch *batch, const bt_run *run,
                                size_t index, const bt_worker *worker, bt_error *err)
{
  const bt_scan_entry *entry = &run->means->scan->entries[index];
  bt_status status = bt_run_look_at_ticker(open, run, index, worker, err);
  if (status) return status;
  batch->found = (bt_found_ticker){.ticker = &run->job->universe->entries[index],
                                   .entry = entry,
                                   .ticker_id = (int64_t)index + 1};
  bt_run_count_known(run, index, entry->n_span_bars * bt_grid_count(run->job->grid));
  return BT_OK;
}

/* Loads a ticker that is not settled, evaluates it and fills the batch. */
static bt_status run_ticker(bt_batch *batch, const bt_sweep_context *context, size_t index,
                            bt_worker *worker, bt_error *err)
{
  const bt_run *run = context->run;
  bool is_known = run->means->scan->entries[index].report != NULL;
  bt_open_ticker open;
  bt_status status = is_known ? bt_run_open_ticker(&open, run, index, worker, err)
                              : look_at_ticker(&open, batch, run, index, worker, err);
  if (status || !open.ticker.bars) return status;
  status = evaluate_ticker(batch, context, index, &open.ticker, worker, err);
  return bt_run_close_ticker(&open, status, err);
}

/* A rejected ticker has no objectives. */
static void fill_none(const bt_sweep_context *context, size_t index)
{
  size_t n_combos = bt_grid_count(context->run->job->grid);
  double *values = context->values + index * n_combos;
  for (size_t i = 0; i < n_combos; i++) values[i] = (double)NAN;
}

bt_status bt_sweep__ticker_task(void *context_pointer, size_t index, bt_worker *worker,
                                bt_error *err)
{
  const bt_sweep_context *context = context_pointer;
  const bt_run *run = context->run;
  bool settled = is_settled(context, index);
  bt_batch *batch = NULL;
  bt_status status = bt_run_begin_batch(&batch, run, index, index + 1, err);
  if (!status && !settled) {
    status = run_ticker(batch, context, index, worker, err);
    status = bt_run_settle(run, batch, index, status, err);
  }
  status = bt_run_end_batch(run, batch, status, err);
  if (status) return status;
  const bt_scan_entry *entry = &run->means->scan->entries[index];
  if (bt_scan_is_rejected(entry)) fill_none(context, index);
  if (!settled) context->outcomes[index].done = bt_scan_is_ok(entry);
  bt_run_count(run, 1, 0);
  return BT_OK;
}
