#include "runners/sweep_portfolio.h"

#include <math.h>
#include <stdlib.h>

#include "runners/portfolio_pass.h"

/* Returns and shares of a block of combinations on one ticker take about so much at most. */
enum { BLOCK_BYTES = BT_PORTFOLIO_PART_BYTES, BLOCK_COMBOS_MOST = 256 };

/* The combinations [first, first + n) that are simulated together. */
typedef struct block {
  const bt_run *run;
  size_t first, n;
  bool later; /* not the first block: the row of ticker 0 is there */
} block;

/* One ticker whose block of combinations workers simulate. */
typedef struct ticker_block {
  const bt_run *run; /* of the pass */
  size_t first;      /* combination */
  bt_ticker *ticker;
  bt_portfolio_part *part;
} ticker_block;

/* A bt_task_fn: number `index` of the block. */
static bt_status simulate(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const ticker_block *t = context;
  bt_ticker_scratch *scratch = &bt_run_scratch(t->run, worker)->ticker;
  bt_span span = t->ticker->subject.span;
  bt_status status = bt_ticker_aim(t->ticker, scratch, t->run->job, t->first + index, err);
  if (!status) status = bt_ticker_simulate(t->ticker, scratch, span, err);
  if (!status) bt_portfolio_part_set(t->part, index, scratch, span);
  return status;
}

/* A bt_portfolio_fn: the block of combinations on one ticker. */
static bt_status fill_part(void *context, bt_portfolio_part *part, size_t index, const bt_run *run,
                           bt_worker *worker, bt_error *err)
{
  const block *b = context;
  bt_open_ticker open;
  bt_status status = bt_run_open_ticker(&open, run, index, worker, err);
  if (status) return status;
  ticker_block t = {run, b->first, &open.ticker, part};
  const bt_bars *bars = open.ticker.bars;
  status = bt_portfolio_part_alloc(part, b->n, bars, open.ticker.subject.span, err);
  if (!status)
    status = bt_worker_fork(worker, b->n, bt_run_block_combos(bars->n_bars), simulate, &t, err);
  return bt_run_close_ticker(&open, status, err);
}

/* The selection of ticker 0: the leader, with its portfolio's objective. */
static bt_status put_leader(const bt_sweep_result *result, const bt_run *run, bt_error *err)
{
  bt_metric objective = run->job->selection.objective;
  const bt_selection_row row = {.combo_id = (int64_t)result->leaders[0] + 1,
                                .objective = bt_metric_describe(objective).name,
                                .train_value = result->portfolio.value[objective],
                                .test_value = (double)NAN};
  return bt_store_put_selection(run->means->store, run->means->run_id, &row, err);
}

/* The rows of one block, and before those of the first the row of ticker 0; with those of the
 * leader its details and its selection. */
static bt_status put_block(bt_sweep_result *result, const bt_portfolio_view *view, const block *b,
                           bt_error *err)
{
  size_t leader = result->n_leaders > 0 ? result->leaders[0] : SIZE_MAX;
  bt_status status = b->later ? BT_OK : bt_portfolio_put_ticker(view, err);
  for (size_t s = 0; s < b->n && !status; s++) {
    bt_metrics metrics;
    bool leads = b->first + s == leader;
    const bt_result_key key = {.phase = "full", .combo_id = (int64_t)(b->first + s) + 1};
    status = bt_portfolio_put(&metrics, view, s, leads, &key, err);
    if (!status && leads) {
      result->portfolio = metrics;
      status = put_leader(result, b->run, err);
    }
    if (!status) status = bt_store_end_batch(b->run->means->store, err);
    result->n_rows += !status;
  }
  return status;
}

/* Simulates a block on every ticker. The caller frees *out. */
static bt_status follow_block(bt_portfolio **out, block *b, bt_error *err)
{
  bt_portfolio *portfolio = NULL;
  bt_status status = bt_portfolio_new(&portfolio, b->n, err);
  if (!status) status = bt_portfolio_pass(portfolio, b->run, fill_part, b, err);
  if (!status) {
    *out = portfolio;
    return BT_OK;
  }
  bt_portfolio_free(portfolio);
  return status;
}

static bt_status put_portfolio(bt_sweep_result *result, const bt_portfolio *portfolio,
                               const block *b, bt_error *err)
{
  bt_portfolio_view view;
  bt_status status = bt_portfolio_view_open(&view, portfolio, b->run, err);
  if (status) return status;
  status = put_block(result, &view, b, err);
  bt_portfolio_view_close(&view);
  return status;
}

/* How many combinations go together through the tickers. */
static size_t block_size(const bt_scan *scan)
{
  size_t longest = 1;
  for (size_t i = 0; i < scan->n_entries; i++)
    if (scan->entries[i].n_span_bars > longest) longest = scan->entries[i].n_span_bars;
  size_t n = BLOCK_BYTES / (2 * sizeof(double) * longest) + 1;
  return n < BLOCK_COMBOS_MOST ? n : BLOCK_COMBOS_MOST;
}

static block leader_of(const bt_sweep_result *result, const bt_run *run)
{
  return (block){.run = run, .first = result->leaders[0], .n = 1};
}

bt_status bt_sweep__follow_leader(bt_portfolio **out, const bt_sweep_result *result,
                                  const bt_run *run, bt_error *err)
{
  *out = NULL;
  if (run->job->portfolio_all || result->n_leaders == 0) return BT_OK;
  block b = leader_of(result, run);
  return follow_block(out, &b, err);
}

/* Every combination, in blocks. */
static bt_status put_all(bt_sweep_result *result, const bt_run *run, bt_error *err)
{
  size_t n_combos = bt_grid_count(run->job->grid), size = block_size(run->means->scan);
  bt_status status = BT_OK;
  for (size_t first = 0; first < n_combos && !status; first += size) {
    bt_portfolio *portfolio = NULL;
    block b = {run, first, n_combos - first < size ? n_combos - first : size, first > 0};
    status = follow_block(&portfolio, &b, err);
    if (!status) status = put_portfolio(result, portfolio, &b, err);
    bt_portfolio_free(portfolio);
  }
  return status;
}

bt_status bt_sweep__put_portfolio(bt_sweep_result *result, const bt_portfolio *leader,
                                  const bt_run *run, bt_error *err)
{
  if (run->job->portfolio_all) return put_all(result, run, err);
  if (!leader) return BT_OK;
  const block b = leader_of(result, run);
  return put_portfolio(result, leader, &b, err);
}
