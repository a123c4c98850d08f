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

/* Every train part of the target in a worker's scratch, along one course over all of them. */
static bt_status follow(const bt_walk_part *p, size_t combo, const bt_worker_scratch *own,
                        bt_error *err)
{
  const bt_ticker_scratch *scratch = &own->ticker;
  bt_subject subject = p->ticker->subject;
  subject.span = (bt_span){p->train[0].first, p->train[p->n_windows - 1].end}; /* they rise */
  bt_status status =
      bt_course_follow(own->course, p->tables, &subject, scratch->target, &scratch->how, err);
  for (size_t i = 0; i < p->n_windows && !status; i++) {
    bt_metrics metrics;
    status = bt_course_evaluate(&metrics, own->course, p->train[i], err);
    if (!status) note(p, i, combo, &metrics);
  }
  return status;
}

/* The same, each part by itself. marked: one a train part, those that are wanted; NULL: all. */
static bt_status measure(const bt_walk_part *p, size_t combo, bt_ticker_scratch *scratch,
                         const bool *marked, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < p->n_windows && !status; i++) {
    bt_metrics metrics;
    if (marked && !marked[i * p->n_combos + combo]) continue;
    status = bt_ticker_measure(&metrics, p->ticker, scratch, p->train[i], err);
    if (!status) note(p, i, combo, &metrics);
  }
  return status;
}

/* A bt_task_fn: the combination `index`: its target once, then every train part of it. */
static bt_status train_combination(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const bt_walk_part *p = context;
  const bt_run *run = p->walk->run;
  bt_worker_scratch *own = bt_run_scratch(run, worker);
  bt_status status = bt_ticker_aim(p->ticker, &own->ticker, run->job, index, err);
  if (!status)
    status = p->tables ? follow(p, index, own, err) : measure(p, index, &own->ticker, NULL, err);
  bt_run_count(run, 0, p->ticker->bars->n_bars);
  return status;
}

/* ---- what lies too near to tell apart ---------------------------------------------------------
 *
 * A course is right to 1e-9: two combinations that do the same in a window may differ in the last
 * digits, and selection would go by those. Where neighbours in the order of scores lie within NEAR,
 * two and a half times that, they are measured once more, plainly: then equal is equal, and a tie
 * goes to the lowest combination. */

#define NEAR 2.5e-9

typedef struct scored {
  double score;
  size_t combo;
} scored;

static int compare_scored(const void *a, const void *b)
{
  const scored *x = a, *y = b;
  if (x->score != y->score) return x->score < y->score ? -1 : 1;
  return (x->combo > y->combo) - (x->combo < y->combo);
}

/* Marks the combinations of one window whose neighbour is near; order: scratch, one a combination.
 */
static void mark_near(bool *marked, scored *order, const double *scores, size_t n)
{
  size_t count = 0;
  for (size_t c = 0; c < n; c++)
    if (!isnan(scores[c])) order[count++] = (scored){scores[c], c};
  qsort(order, count, sizeof *order, compare_scored);
  for (size_t k = 1; k < count; k++) {
    double size = fmax(1, fabs(order[k].score));
    if (order[k].score - order[k - 1].score > NEAR * size) continue;
    marked[order[k].combo] = marked[order[k - 1].combo] = true;
  }
}

/* The combinations that are marked in some window. */
typedef struct near_ones {
  const bt_walk_part *part;
  bool *marked; /* [window][combination] */
  size_t n, *combos;
} near_ones;

/* A bt_task_fn: number `index` of them. */
static bt_status measure_near(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const near_ones *near = context;
  const bt_walk_part *p = near->part;
  const bt_run *run = p->walk->run;
  bt_ticker_scratch *scratch = &bt_run_scratch(run, worker)->ticker;
  bt_status status = bt_ticker_aim(p->ticker, scratch, run->job, near->combos[index], err);
  return status ? status : measure(p, near->combos[index], scratch, near->marked, err);
}

static void list_near(near_ones *near, scored *order)
{
  const bt_walk_part *p = near->part;
  for (size_t i = 0; i < p->n_windows; i++)
    mark_near(near->marked + i * p->n_combos, order, p->scores + i * p->n_combos, p->n_combos);
  for (size_t c = 0; c < p->n_combos; c++) {
    bool any = false;
    for (size_t i = 0; i < p->n_windows; i++) any = any || near->marked[i * p->n_combos + c];
    if (any) near->combos[near->n++] = c;
  }
}

static bt_status settle_near(const bt_walk_part *p, bt_worker *worker, bt_error *err)
{
  scored *order = malloc(p->n_combos * sizeof *order);
  near_ones near = {.part = p,
                    .marked = calloc(p->n_windows * p->n_combos, sizeof *near.marked),
                    .combos = malloc(p->n_combos * sizeof *near.combos)};
  bt_status status = BT_OK;
  if (!order || !near.marked || !near.combos) {
    status = bt_fail_nomem(err, "objective values");
  } else {
    list_near(&near, order);
    status = bt_worker_fork(worker, near.n, bt_run_block_combos(p->n_train_bars), measure_near,
                            &near, err);
  }
  free(order);
  free(near.marked);
  free(near.combos);
  return status;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* Whether courses serve the job: what they hand on to the plain evaluation anyway gains nothing,
 * and a condition on metrics must not hang on the last digits. Depends on the job alone. */
static bool is_for_courses(const bt_job *job)
{
  const bt_sim_config *sim = &job->evaluation.simulation;
  bool stops = bt_stops_any(&sim->stops);
  for (int i = 0; i < BT_STOP_COUNT; i++) stops = stops || job->stop_params[i] > 0;
  return !stops && !job->benchmark && job->selection.n_require == 0;
}

bt_status bt_walk__train(bt_walk_part *p, bt_worker *worker, bt_error *err)
{
  const bt_job *job = p->walk->run->job;
  size_t n = p->n_windows * p->n_combos;
  p->values = malloc((n + 1) * sizeof *p->values);
  p->scores = malloc((n + 1) * sizeof *p->scores);
  if (!p->values || !p->scores) return bt_fail_nomem(err, "objective values");
  if (p->n_windows == 0) return BT_OK;
  bt_status status = BT_OK;
  if (is_for_courses(job))
    status = bt_tables_new(&p->tables, p->ticker->bars, p->ticker->subject.periods_per_year,
                           job->evaluation.rf, err);
  if (!status)
    status = bt_worker_fork(worker, p->n_combos, bt_run_block_combos(p->ticker->bars->n_bars),
                            train_combination, p, err);
  return status || !p->tables ? status : settle_near(p, worker, err);
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
