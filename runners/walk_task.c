/* The tasks of a walk-forward: one ticker each. */
#include "runners/selection.h"
#include "runners/walk_part.h"

/* What a task does with the part of an open ticker. */
typedef bt_status (*step_fn)(bt_batch *batch, bt_walk_part *p, bt_worker *worker, bt_error *err);

static bt_status train_and_select(bt_batch *batch, bt_walk_part *p, bt_worker *worker,
                                  bt_error *err)
{
  bt_status status = bt_walk__train(p, worker, err);
  if (!status) status = bt_walk__add_values(batch, p, err);
  if (status) return status;
  if (p->walk->ranks) return bt_walk__add_ranks(p->walk, p->slots, p->scores, err);
  bt_walk__select_for_itself(p);
  return bt_walk__finish(batch, p, worker, err);
}

/* What a ticker that is trained already adds to the ranks: its scores are not stored. */
static bt_status rank_again(bt_batch *batch, bt_walk_part *p, bt_worker *worker, bt_error *err)
{
  (void)batch;
  bt_status status = bt_walk__train(p, worker, err);
  return status ? status : bt_walk__add_ranks(p->walk, p->slots, p->scores, err);
}

/* The scores are needed once more where some of the best are kept. */
static bt_status test_selected(bt_batch *batch, bt_walk_part *p, bt_worker *worker, bt_error *err)
{
  bt_status status = BT_OK;
  if (p->walk->run->job->keep.kind == BT_KEEP_TOP) status = bt_walk__train(p, worker, err);
  return status ? status : bt_walk__finish(batch, p, worker, err);
}

/* A ticker on which the strategy failed takes part in no window. What its scores have added to the
 * ranks of a universe stays: it was alive when they were added. */
static bt_status settle(const bt_walk *walk, bt_batch *batch, size_t index, bt_status status,
                        const bt_error *err)
{
  if (status != BT_ERR_STRATEGY) return status;
  bt_walk__leave(bt_walk__slots(walk, index), walk->n_windows);
  walk->rows[index] = (bt_walkforward_row){0};
  walk->n_rows[index] = 0;
  return bt_run_settle(walk->run, batch, index, status, err);
}

/* step NULL: nothing is left to do. */
static bt_status run_step(const bt_walk *walk, size_t index, size_t task, step_fn step,
                          bt_worker *worker, bt_error *err)
{
  const bt_run *run = walk->run;
  bool takes_part = bt_walk__count_parts(walk, bt_walk__slots(walk, index)) > 0;
  bool rejected = run->means->scan->entries[index].report->rejected;
  if (step == rank_again && takes_part) rejected = false; /* it has failed behind that */
  bt_batch *batch = NULL;
  bt_open_ticker open;
  bt_status status = bt_run_begin_batch(&batch, run, index, task, err);
  if (!status && step && !rejected) {
    status = bt_run_open_ticker(&open, run, index, worker, err);
    if (!status) {
      bt_walk_part p = {0};
      status = bt_walk__part_init(&p, walk, index, &open.ticker, err);
      if (!status) status = step(batch, &p, worker, err);
      bt_walk__part_clear(&p);
      status = bt_run_close_ticker(&open, status, err);
    }
    status = settle(walk, batch, index, status, err);
  }
  return bt_run_end_batch(run, batch, status, err);
}

bt_status bt_walk__train_task(void *walk, size_t index, bt_worker *worker, bt_error *err)
{
  const bt_walk *w = walk;
  step_fn step = train_and_select;
  if (bt_run_is_done(w->run, index + 1))
    step = w->ranks && bt_selection_leaves_out(&w->run->job->selection) ? rank_again : NULL;
  bt_status status = run_step(w, index, index + 1, step, worker, err);
  if (!status && !w->ranks) bt_run_count(w->run, 1, 0);
  return status;
}

bt_status bt_walk__test_task(void *walk, size_t index, bt_worker *worker, bt_error *err)
{
  const bt_walk *w = walk;
  size_t task = w->run->job->universe->n_entries + index + 1;
  step_fn step = bt_run_is_done(w->run, task) ? NULL : test_selected;
  bt_status status = run_step(w, index, task, step, worker, err);
  if (!status) bt_run_count(w->run, 1, 0);
  return status;
}
