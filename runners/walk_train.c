/* The train parts of one ticker: every combination on each of them, and what is best. */
#include <math.h>
#include <stdlib.h>

#include "core/average_rank.h"
#include "runners/section.h"
#include "runners/selection.h"
#include "runners/walk_part.h"

/* ---- train ------------------------------------------------------------------------------------
 */

static void note(const bt_walk_part *p, size_t i, size_t combo, const bt_metrics *metrics)
{
  const bt_selection_rule *rule = &p->walk->run->job->selection;
  p->values[i * p->n_combos + combo] = metrics->value[rule->objective];
  p->scores[i * p->n_combos + combo] = bt_selection_score(rule, metrics);
}

static bt_status train_one(const bt_walk_part *p, size_t index, const bt_worker *worker,
                           bt_error *err)
{
  const bt_run *run = p->walk->run;
  bt_ticker_scratch *scratch = &bt_run_scratch(run, worker)->ticker;
  bt_status status = bt_ticker_aim(p->ticker, scratch, run->job, index, err);
  scratch->how.wanted = bt_selection_wanted(&run->job->selection);
  for (size_t i = 0; i < p->n_windows && !status; i++) {
    bt_metrics metrics;
    status = bt_ticker_measure(&metrics, p->ticker, scratch, p->train[i], err);
    if (!status) note(p, i, index, &metrics);
  }
  return status;
}

/* A bt_task_fn: the combination `index`: what it wants once, then every train part of it. Those
 * that do the same in a window have the same score, to the last bit, and a tie goes to the lowest.
 */
static bt_status train_combination(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  bt_walk_part *p = context;
  if (bt_first_failure_skips(&p->failure, index)) return BT_OK;
  bt_status status = train_one(p, index, worker, err);
  bt_run_count(p->walk->run, 0, p->ticker->bars->n_bars);
  return bt_first_failure_note(&p->failure, index, status, err);
}

bt_status bt_walk__train(bt_walk_part *p, bt_worker *worker, bt_error *err)
{
  size_t n = p->n_windows * p->n_combos;
  p->values = malloc((n + 1) * sizeof *p->values);
  p->scores = malloc((n + 1) * sizeof *p->scores);
  if (!p->values || !p->scores) return bt_fail_nomem(err, "objective values");
  if (p->n_windows == 0) return BT_OK;
  bt_status status = bt_worker_fork(
      worker, p->n_combos, bt_run_block_combos(p->ticker->bars->n_bars), train_combination, p, err);
  if (!status) status = bt_first_failure_result(&p->failure, err);
  if (status || !p->walk->ranks) return status;
  return bt_ticker_check(p->ticker, BT_OK, err); /* ranks of all tickers are made of it */
}

/* The objective of every combination on every train part. */
bt_status bt_walk__add_values(bt_batch *batch, const bt_walk_part *p, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < p->n_windows && !status; i++) {
    const bt_result_key key = {.ticker_id = (int64_t)p->index + 1,
                               .window_id = (int64_t)p->windows[i] + 1,
                               .phase = "train"};
    bt_section *section = NULL;
    status = bt_batch_add_section(&section, batch, &key, err);
    if (!status)
      status = bt_section_set_values(section, p->values + i * p->n_combos, p->n_combos, err);
  }
  return status;
}

/* ---- selecting --------------------------------------------------------------------------------
 */

void bt_walk__select_for_itself(const bt_walk_part *p)
{
  for (size_t i = 0; i < p->n_windows; i++) {
    size_t best = 0;
    bool any = bt_selection_top(&best, 1, p->scores + i * p->n_combos, p->n_combos) > 0;
    p->slots[p->windows[i]].combo_id = any ? (int64_t)best + 1 : BT_WALK_NONE;
  }
}

bt_status bt_walk__add_ranks(const bt_walk *walk, const bt_walk_slot *slots, const double *scores,
                             bt_error *err)
{
  size_t n = bt_grid_count(walk->run->job->grid);
  bt_walk_ranks *ranks = walk->ranks;
  double *places = malloc(n * sizeof *places);
  size_t *scratch = malloc(n * sizeof *scratch);
  bt_status status = places && scratch ? BT_OK : bt_fail_nomem(err, "ranks");
  for (size_t k = 0; k < walk->n_windows && !status; k++) {
    if (slots[k].combo_id == BT_WALK_ABSENT) continue;
    bt_rank_average(places, scratch, scores, n);
    (void)pthread_mutex_lock(&ranks->mutex);
    for (size_t c = 0; c < n; c++) {
      ranks->sums[k * n + c] += places[c];
      if (!isnan(scores[c])) ranks->defined[k * n + c] = true;
    }
    (void)pthread_mutex_unlock(&ranks->mutex);
    scores += n;
  }
  free(places);
  free(scratch);
  return status;
}
