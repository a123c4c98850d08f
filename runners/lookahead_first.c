/* The first bar that looks ahead, of one combination on one ticker: every cut is tried. */
#include "runners/lookahead.h"
#include "runners/lookahead_cut.h"

enum {
  STRIPES = 64,       /* tasks; each has a copy of the bars */
  WORK_BARS = 1 << 28 /* bars times cuts at most: 16,384 bars allow every cut */
};

/* The earliest bar of a stripe; SIZE_MAX: none. */
typedef struct hit {
  size_t bar, n_left;
  double then;
} hit;

typedef struct chase {
  const bt_run *run;
  bt_lookahead_case *found;
  const bt_ticker *ticker;
  bt_changes whole;                 /* what is wanted on all bars */
  size_t least, n_possible, n_cuts; /* these are spread evenly over the possible ones */
  hit hits[STRIPES];
} chase;

static bt_status aim(bt_cut *cut, const chase *c, size_t n_left, bt_ticker_scratch *scratch,
                     bt_error *err)
{
  bt_status status = bt_cut_open(cut, n_left, err);
  if (status) return status;
  status = bt_cut_aim(cut, scratch, c->found->combo, err);
  return bt_cut_close(cut, status, err);
}

/* Looks for a bar before that of the hit. A strategy that fails there wants nothing to compare. */
static bt_status try_cut(hit *h, bt_cut *cut, const chase *c, size_t n_left,
                         bt_ticker_scratch *scratch, bt_error *err)
{
  bt_status status = aim(cut, c, n_left, scratch, err);
  if (status) return status == BT_ERR_STRATEGY ? BT_OK : status;
  const bt_changes *then = &scratch->aim.changes;
  size_t end = cut->compared.end < h->bar ? cut->compared.end : h->bar;
  size_t bar = bt_changes_difference(&c->whole, then, cut->compared.first, end);
  if (bar < end) *h = (hit){bar, n_left, bt_changes_target(then, bt_changes_find(then, bar + 1))};
  return BT_OK;
}

/* A bt_task_fn: a stripe of cuts, those that leave most first. */
static bt_status try_stripe(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  chase *c = context;
  size_t first = index * c->n_cuts / STRIPES, end = (index + 1) * c->n_cuts / STRIPES;
  bt_ticker_scratch *scratch = &bt_run_scratch(c->run, worker)->ticker;
  hit *h = &c->hits[index];
  bt_cut cut;
  h->bar = SIZE_MAX;
  if (first == end) return BT_OK;
  bt_status status = bt_cut_init(&cut, c->ticker, err);
  for (size_t i = end; i-- > first && !status;) {
    status = try_cut(h, &cut, c, c->least + i * c->n_possible / c->n_cuts, scratch, err);
    if (!status && bt_worker_cancelled(worker))
      status = bt_fail(err, BT_ERR_CANCELLED, "cancelled");
  }
  bt_cut_clear(&cut);
  return status;
}

/* The earliest bar of all stripes; of equal ones the cut that leaves most. */
static void conclude(chase *c)
{
  bt_lookahead_case *found = c->found;
  const bt_bars *bars = c->ticker->bars;
  const hit *best = &c->hits[STRIPES - 1];
  for (size_t i = STRIPES; i-- > 0;)
    if (c->hits[i].bar < best->bar) best = &c->hits[i];
  found->is_first = c->n_cuts == c->n_possible;
  if (best->bar > found->bar) return; /* the cut by which it was found is not among these */
  found->bar = best->bar;
  found->n_left = best->n_left;
  found->target = bt_changes_target(&c->whole, bt_changes_find(&c->whole, best->bar + 1));
  found->then = best->then;
  found->bar_ns = bars->time_ns[best->bar];
  found->left_ns = bars->time_ns[best->n_left - 1];
}

static bt_status chase_ticker(chase *c, bt_worker *worker, bt_error *err)
{
  const bt_ticker *ticker = c->ticker;
  size_t n_bars = ticker->bars->n_bars, n_most = WORK_BARS / n_bars + 1;
  bt_ticker_scratch *scratch = &bt_run_scratch(c->run, worker)->ticker;
  bt_cut cut;
  bt_changes_init(&c->whole);
  bt_status status = bt_cut_init(&cut, ticker, err);
  if (!status) status = aim(&cut, c, n_bars, scratch, err);
  if (!status) status = bt_changes_copy(&c->whole, &scratch->aim.changes, err);
  bt_cut_clear(&cut);
  c->least = bt_cut_least(ticker);
  c->n_possible = n_bars - c->least;
  c->n_cuts = c->n_possible < n_most ? c->n_possible : n_most;
  if (!status) status = bt_worker_fork(worker, STRIPES, 1, try_stripe, c, err);
  if (!status) conclude(c);
  bt_changes_clear(&c->whole);
  return status;
}

/* A bt_task_fn: all of it. */
static bt_status run_chase(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index;
  chase *c = context;
  bt_open_ticker open;
  bt_status status = bt_run_open_ticker(&open, c->run, c->found->ticker, worker, err);
  if (status) return status;
  c->ticker = &open.ticker;
  status = chase_ticker(c, worker, err);
  return bt_run_close_ticker(&open, status, err);
}

bt_status bt_lookahead__find_first(bt_lookahead_case *found, const bt_run *run, bt_error *err)
{
  chase c = {.run = run, .found = found};
  return bt_pool_run(run->means->pool, 1, 1, run_chase, &c, err);
}
