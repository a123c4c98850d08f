/* What follows from the selections of one ticker: rows of what is kept on train and test parts, the
 * out-of-sample run. */
#include <math.h>
#include <stdlib.h>

#include "runners/details.h"
#include "runners/section.h"
#include "runners/selection.h"
#include "runners/walk_part.h"

/* ---- what is kept -----------------------------------------------------------------------------
 */

/* The combinations of which rows are stored, on one window: in rising order, the selected one
 * among them. combos NULL: all there are. */
typedef struct kept {
  size_t n, *combos;
  bt_section *train, *test;
} kept;

/* Everything that is measured a second time. */
typedef struct rest {
  bt_walk_part *part;
  kept *windows;     /* one a window taken part in */
  size_t n, *combos; /* all that some window keeps, rising; NULL: every one */
} rest;

static void rest_clear(rest *r)
{
  for (size_t i = 0; r->windows && i < r->part->n_windows; i++) free(r->windows[i].combos);
  free(r->windows);
  free(r->combos);
}

/* The best by score as far as --keep asks for them, and the selected one. */
static bt_status list_kept(kept *k, const bt_walk_part *p, size_t i, bt_error *err)
{
  const bt_keep *keep = &p->walk->run->job->keep;
  int64_t selected = p->slots[p->windows[i]].combo_id;
  if (keep->kind == BT_KEEP_ALL) {
    k->n = p->n_combos;
    return BT_OK;
  }
  size_t most = keep->kind == BT_KEEP_TOP ? keep->top : 0;
  if (most > p->n_combos) most = p->n_combos;
  k->combos = calloc(most + 1, sizeof *k->combos);
  if (!k->combos) return bt_fail_nomem(err, "results");
  if (most > 0) k->n = bt_selection_top(k->combos, most, p->scores + i * p->n_combos, p->n_combos);
  bool there = selected == BT_WALK_NONE;
  for (size_t j = 0; j < k->n; j++) there = there || k->combos[j] == (size_t)selected - 1;
  if (!there) k->combos[k->n++] = (size_t)selected - 1;
  bt_selection_sort(k->combos, k->n);
  return BT_OK;
}

/* The place of a combination in a window's list; false where it is not kept there. */
static bool find_kept(size_t *out, const kept *k, size_t combo)
{
  *out = combo;
  return !k->combos || bt_selection_find(out, k->combos, k->n, combo);
}

/* All combinations that some window keeps, each once. */
static bt_status unite_kept(rest *r, bt_error *err)
{
  const bt_walk_part *p = r->part;
  size_t total = 0, n = 0;
  r->n = p->n_combos;
  if (p->walk->run->job->keep.kind == BT_KEEP_ALL) return BT_OK;
  for (size_t i = 0; i < p->n_windows; i++) total += r->windows[i].n;
  r->combos = malloc((total + 1) * sizeof *r->combos);
  if (!r->combos) return bt_fail_nomem(err, "results");
  for (size_t i = 0; i < p->n_windows; i++)
    for (size_t j = 0; j < r->windows[i].n; j++) r->combos[n++] = r->windows[i].combos[j];
  bt_selection_sort(r->combos, n);
  r->n = 0;
  for (size_t i = 0; i < n; i++)
    if (r->n == 0 || r->combos[i] != r->combos[r->n - 1]) r->combos[r->n++] = r->combos[i];
  return BT_OK;
}

/* A section with rows for a window's list, to be measured. */
static bt_status add_section(bt_section **out, bt_batch *batch, const rest *r, size_t i,
                             const char *phase, bt_error *err)
{
  const bt_walk_part *p = r->part;
  const kept *k = &r->windows[i];
  int64_t selected = p->slots[p->windows[i]].combo_id;
  const bt_result_key key = {.ticker_id = (int64_t)p->index + 1,
                             .window_id = (int64_t)p->windows[i] + 1,
                             .phase = phase,
                             .combo_id = selected};
  bt_status status = bt_batch_add_section(out, batch, &key, err);
  if (!status) status = bt_section_alloc_rows(*out, k->n, err);
  for (size_t j = 0; j < k->n && !status; j++)
    (*out)->combo_ids[j] = (int64_t)(k->combos ? k->combos[j] : j) + 1;
  return status;
}

static bt_status rest_init(rest *r, bt_walk_part *p, bt_batch *batch, bt_error *err)
{
  size_t n = p->n_windows;
  *r = (rest){.part = p, .windows = calloc(n + 1, sizeof *r->windows)};
  bt_status status = r->windows ? BT_OK : bt_fail_nomem(err, "results");
  for (size_t i = 0; i < n && !status; i++) {
    kept *k = &r->windows[i];
    status = list_kept(k, p, i, err);
    if (!status) status = add_section(&k->train, batch, r, i, "train", err);
    if (!status) status = add_section(&k->test, batch, r, i, "test", err);
  }
  return status ? status : unite_kept(r, err);
}

/* ---- measuring what is kept -------------------------------------------------------------------
 */

/* The selected combination on its window: what the slot tells of it, and the details of its test
 * part; scratch aims at it. */
static bt_status note_selected(const rest *r, size_t i, size_t place, bt_ticker_scratch *scratch,
                               bt_error *err)
{
  const bt_walk_part *p = r->part;
  const bt_job *job = p->walk->run->job;
  const kept *k = &r->windows[i];
  bt_walk_slot *slot = &p->slots[p->windows[i]];
  slot->train_value = k->train->metrics[place].value[job->selection.objective];
  slot->test_value = k->test->metrics[place].value[job->selection.objective];
  return bt_details_fill(k->test, p->ticker, scratch, p->test[i], job, err);
}

static bt_status measure_one(const rest *r, size_t index, const bt_worker *worker, bt_error *err)
{
  const bt_walk_part *p = r->part;
  size_t combo = r->combos ? r->combos[index] : index, place = 0;
  const bt_run *run = p->walk->run;
  bt_ticker_scratch *scratch = &bt_run_scratch(run, worker)->ticker;
  bt_status status = bt_ticker_aim(p->ticker, scratch, run->job, combo, err);
  for (size_t i = 0; i < p->n_windows && !status; i++) {
    const kept *k = &r->windows[i];
    if (!find_kept(&place, k, combo)) continue;
    status = bt_ticker_measure(&k->train->metrics[place], p->ticker, scratch, p->train[i], err);
    if (!status)
      status = bt_ticker_measure(&k->test->metrics[place], p->ticker, scratch, p->test[i], err);
    if (!status && p->slots[p->windows[i]].combo_id == (int64_t)combo + 1)
      status = note_selected(r, i, place, scratch, err);
  }
  return status;
}

/* A bt_task_fn: number `index` of the combinations that are kept, on the windows that keep it. */
static bt_status measure_kept(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const rest *r = context;
  bt_first_failure *failure = &r->part->failure;
  if (bt_first_failure_skips(failure, index)) return BT_OK;
  return bt_first_failure_note(failure, index, measure_one(r, index, worker, err), err);
}

/* ---- out of sample ----------------------------------------------------------------------------
 */

static bt_status add_out_of_sample(bt_batch *batch, const bt_walk_part *p, bt_worker *worker,
                                   bt_error *err)
{
  const bt_result_key key = {.ticker_id = (int64_t)p->index + 1, .phase = "oos"};
  const bt_job *job = p->walk->run->job;
  bt_ticker_scratch *scratch = &bt_run_scratch(p->walk->run, worker)->ticker;
  bt_section *section = NULL;
  bt_splice splice;
  bt_status status = bt_walk__splice(&splice, p->walk, p->slots, p->ticker, scratch, err);
  if (status) return status;
  status = bt_batch_add_section(&section, batch, &key, err);
  if (!status) status = bt_section_alloc_rows(section, 1, err); /* of no one combination */
  if (!status) status = bt_walk__aim(&splice, p->ticker, scratch, job, err);
  if (!status) status = bt_ticker_measure(section->metrics, p->ticker, scratch, splice.span, err);
  if (!status) status = bt_details_fill(section, p->ticker, scratch, splice.span, job, err);
  bt_splice_clear(&splice);
  return status;
}

static bt_status add_selections(bt_batch *batch, const bt_walk_part *p, bt_error *err)
{
  bt_metric objective = p->walk->run->job->selection.objective;
  bt_status status = BT_OK;
  for (size_t i = 0; i < p->n_windows && !status; i++) {
    const bt_walk_slot *slot = &p->slots[p->windows[i]];
    const bt_selection_row row = {.ticker_id = (int64_t)p->index + 1,
                                  .window_id = (int64_t)p->windows[i] + 1,
                                  .combo_id = slot->combo_id,
                                  .objective = bt_metric_describe(objective).name,
                                  .train_value = slot->train_value,
                                  .test_value = slot->test_value};
    status = bt_batch_add_selection(batch, &row, err);
  }
  return status;
}

/* Of a window's selected combination, which is among those that are kept. */
static void find_selected(const bt_metrics **train, const bt_metrics **test, const kept *k,
                          int64_t combo_id)
{
  size_t place = 0;
  (void)find_kept(&place, k, (size_t)combo_id - 1);
  *train = &k->train->metrics[place];
  *test = &k->test->metrics[place];
}

/* Efficiency: mean annualised return of the test parts / that of the train parts, over the windows
 * in which both are defined. */
static void set_walkforward(bt_batch *batch, const rest *r)
{
  const bt_walk_part *p = r->part;
  double train = 0, test = 0;
  size_t n = 0;
  bt_walkforward_row row = {.ticker_id = (int64_t)p->index + 1, .n_windows = p->n_windows};
  for (size_t i = 0; i < p->n_windows; i++) {
    const bt_metrics *train_part, *test_part;
    int64_t combo_id = p->slots[p->windows[i]].combo_id;
    if (combo_id == BT_WALK_NONE) continue;
    find_selected(&train_part, &test_part, &r->windows[i], combo_id);
    row.profitable_windows += test_part->value[BT_METRIC_TOTAL_RETURN] > 0 ? 1 : 0;
    row.n_combos_used += bt_walk__is_repeated(p->slots, p->windows[i]) ? 0 : 1;
    double train_cagr = train_part->value[BT_METRIC_CAGR];
    double test_cagr = test_part->value[BT_METRIC_CAGR];
    if (isnan(train_cagr) || isnan(test_cagr)) continue;
    train += train_cagr;
    test += test_cagr;
    n++;
  }
  row.efficiency = n > 0 && train != 0 ? test / train : (double)NAN;
  batch->walkforward = p->walk->rows[p->index] = row;
}

static size_t count_rows(const bt_batch *batch)
{
  size_t n = 0;
  for (const bt_section *s = batch->sections; s; s = s->next) n += s->n_metrics;
  return n;
}

/* Everything that follows from the selections. */
bt_status bt_walk__finish(bt_batch *batch, bt_walk_part *p, bt_worker *worker, bt_error *err)
{
  rest r = {0};
  bt_status status = rest_init(&r, p, batch, err);
  if (!status && p->n_windows > 0) status = bt_worker_fork(worker, r.n, 1, measure_kept, &r, err);
  if (!status) status = bt_first_failure_result(&p->failure, err);
  if (!status && p->n_windows > 0) status = add_out_of_sample(batch, p, worker, err);
  if (!status) status = add_selections(batch, p, err);
  if (!status) {
    set_walkforward(batch, &r);
    p->walk->n_rows[p->index] = count_rows(batch);
  }
  rest_clear(&r);
  return status;
}
