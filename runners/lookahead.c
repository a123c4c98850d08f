#include "runners/lookahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "runners/first_failure.h"
#include "runners/lookahead_cut.h"
#include "runners/run_end.h"

enum {
  CHUNK_COMBOS_MOST = 4096,
  CHUNK_BYTES = 256 << 20, /* of targets, if they changed on every bar */
  WORK_OF_A_CUT = 4        /* what a cut takes beside the combinations, in combinations */
};

/* Bar-combinations of a whole job, by which it may have more cuts than the least. */
static const double work_bar_combos = 2147483648.0;

/* The whole search. */
typedef struct search {
  bt_run run;
  pthread_mutex_t mutex; /* guards the rest */
  bool *found;           /* one a combination */
  bt_lookahead_result *result;
} search;

/* A target that differs; n_left 0: none does. */
typedef struct hit {
  size_t bar, n_left;
  double target, then;
} hit;

/* What was found on one ticker. */
typedef struct finds {
  bool *combos; /* one a combination */
  bool any;
  bt_lookahead_case first; /* of the first of them */
} finds;

/* A stretch of the combinations on one ticker. */
typedef struct chunk {
  const bt_run *run;
  size_t ticker;
  bt_cut *cut;
  bt_cut_list cuts;
  size_t first, n; /* combinations */
  bt_changes *whole;
  hit *hits;
  bt_first_failure failure; /* on a cut */
  finds finds;              /* of all chunks so far */
} chunk;

/* ---- one chunk on one ticker ------------------------------------------------------------------
 */

/* A bt_task_fn: what combination `index` of the chunk wants on all bars. */
static bt_status aim_whole(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  chunk *c = context;
  bt_ticker_scratch *scratch = &bt_run_scratch(c->run, worker)->ticker;
  if (bt_first_failure_skips(&c->failure, index)) return BT_OK;
  bt_status status = bt_cut_aim(c->cut, scratch, c->first + index, err);
  bt_run_count(c->run, 0, c->cut->bars->n_bars);
  if (!status) status = bt_changes_copy(&c->whole[index], &scratch->aim.changes, err);
  return bt_first_failure_note(&c->failure, index, status, err);
}

/* A bt_task_fn: the same on the bars that are left, unless it has failed on more of them. */
static bt_status compare_cut(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  chunk *c = context;
  const bt_cut *cut = c->cut;
  const bt_changes *whole = &c->whole[index];
  hit *h = &c->hits[index];
  bt_ticker_scratch *scratch = &bt_run_scratch(c->run, worker)->ticker;
  bt_run_count(c->run, 0, cut->bars->n_bars);
  if (h->n_left > 0 || bt_first_failure_skips(&c->failure, index)) return BT_OK;
  bt_status status = bt_cut_aim(c->cut, scratch, c->first + index, err);
  if (status) return bt_first_failure_note(&c->failure, index, status, err);
  const bt_changes *then = &scratch->aim.changes;
  size_t bar = bt_changes_difference(whole, then, cut->compared.first, cut->compared.end);
  if (bar >= cut->compared.end) return BT_OK;
  *h = (hit){bar, cut->bars->n_bars, bt_changes_target(whole, bt_changes_find(whole, bar + 1)),
             bt_changes_target(then, bt_changes_find(then, bar + 1))};
  return BT_OK;
}

/* All combinations of the chunk with so many bars left. */
static bt_status run_cut(chunk *c, size_t n_left, bt_task_fn fn, bt_worker *worker, bt_error *err)
{
  bt_status status = bt_first_failure_init(&c->failure, c->run->job->guard, err);
  if (status) return status;
  status = bt_cut_open(c->cut, n_left, err);
  if (!status) {
    status = bt_worker_fork(worker, c->n, bt_run_block_combos(n_left), fn, c, err);
    if (!status) status = bt_first_failure_result(&c->failure, err);
    status = bt_cut_close(c->cut, status, err);
  }
  bt_first_failure_clear(&c->failure);
  return status;
}

/* Enters what the chunk has found. */
static void note_hits(chunk *c)
{
  const bt_bars *bars = c->cut->of->bars;
  for (size_t i = 0; i < c->n; i++) {
    const hit *h = &c->hits[i];
    if (h->n_left == 0) continue;
    c->finds.combos[c->first + i] = true;
    if (c->finds.any) continue;
    c->finds.any = true;
    c->finds.first = (bt_lookahead_case){.combo = c->first + i,
                                         .ticker = c->ticker,
                                         .bar = h->bar,
                                         .n_left = h->n_left,
                                         .target = h->target,
                                         .then = h->then,
                                         .bar_ns = bars->time_ns[h->bar],
                                         .left_ns = bars->time_ns[h->n_left - 1],
                                         .daily = bars->daily};
  }
}

static bt_status chunk_alloc(chunk *c, size_t n, bt_error *err)
{
  c->whole = calloc(n, sizeof *c->whole);
  c->hits = calloc(n, sizeof *c->hits);
  return c->whole && c->hits ? BT_OK : bt_fail_nomem(err, "targets");
}

static void chunk_free(chunk *c, size_t n)
{
  for (size_t i = 0; c->whole && i < n; i++) bt_changes_clear(&c->whole[i]);
  free(c->whole);
  free(c->hits);
}

/* ---- one ticker -------------------------------------------------------------------------------
 */

/* Combinations whose targets on all bars are held at a time. */
static size_t chunk_size(size_t n_bars, size_t n_combos)
{
  size_t n = CHUNK_BYTES / ((n_bars + 1) * sizeof(bt_change)) + 1;
  if (n > CHUNK_COMBOS_MOST) n = CHUNK_COMBOS_MOST;
  return n < n_combos ? n : n_combos;
}

/* How many cuts are tried on a ticker of n_bars: the smaller the job, the more. */
static size_t cuts_most(const bt_job *job, size_t n_bars)
{
  double n_combos = (double)bt_grid_count(job->grid) + WORK_OF_A_CUT;
  double n = work_bar_combos / (n_combos * (double)n_bars * (double)job->universe->n_entries);
  return n > BT_CUTS_LEAST ? (size_t)n : BT_CUTS_LEAST;
}

static void count_known(const bt_run *run, size_t index, size_t n_bars, const bt_cut_list *cuts)
{
  for (size_t i = 0; i < cuts->n; i++) n_bars += cuts->n_left[i];
  bt_run_count_known(run, index, n_bars * bt_grid_count(run->job->grid));
}

/* All combinations, chunk by chunk. */
static bt_status check_combinations(chunk *c, bt_worker *worker, bt_error *err)
{
  size_t n_bars = c->cut->of->bars->n_bars, n_combos = bt_grid_count(c->run->job->grid);
  size_t size = chunk_size(n_bars, n_combos);
  bt_status status = chunk_alloc(c, size, err);
  for (; c->first < n_combos && !status; c->first += c->n) {
    c->n = n_combos - c->first < size ? n_combos - c->first : size;
    for (size_t i = 0; i < c->n; i++) c->hits[i].n_left = 0;
    status = run_cut(c, n_bars, aim_whole, worker, err);
    for (size_t i = 0; i < c->cuts.n && !status; i++)
      status = run_cut(c, c->cuts.n_left[i], compare_cut, worker, err);
    note_hits(c);
  }
  chunk_free(c, size);
  return status;
}

/* Enters what was found on a ticker into the result. */
static void merge_finds(search *s, const finds *found)
{
  bt_lookahead_result *result = s->result;
  bt_lookahead_case *first = &result->first;
  const bt_lookahead_case *other = &found->first;
  bool is_first = result->n_tickers_found == 0 || other->combo < first->combo ||
                  (other->combo == first->combo && other->ticker < first->ticker);
  if (is_first) *first = *other;
  result->n_tickers_found++;
  for (size_t i = 0; i < bt_grid_count(s->run.job->grid); i++) {
    result->n_combos_found += found->combos[i] && !s->found[i];
    s->found[i] = s->found[i] || found->combos[i];
  }
}

/* Counts a ticker, unless the strategy has failed on it. */
static void note_ticker(search *s, const chunk *c, bt_status status)
{
  bt_lookahead_result *result = s->result;
  if (status == BT_ERR_STRATEGY) return;
  (void)pthread_mutex_lock(&s->mutex);
  result->n_done += !status;
  if (c->cuts.n > result->n_cuts) result->n_cuts = c->cuts.n;
  result->every_cut = result->every_cut && c->cuts.is_every;
  if (c->finds.any) merge_finds(s, &c->finds);
  (void)pthread_mutex_unlock(&s->mutex);
}

static bt_status check_ticker(search *s, const bt_ticker *ticker, size_t index, bt_worker *worker,
                              bt_error *err)
{
  bt_cut cut;
  size_t n_combos = bt_grid_count(s->run.job->grid), n_bars = ticker->bars->n_bars;
  chunk c = {.run = &s->run, .ticker = index, .cut = &cut};
  bt_status status = bt_cut_list_new(&c.cuts, ticker, index, cuts_most(s->run.job, n_bars), err);
  if (status) return status;
  count_known(&s->run, index, n_bars, &c.cuts);
  c.finds.combos = calloc(n_combos, sizeof *c.finds.combos);
  status = bt_cut_init(&cut, ticker, err);
  if (!status && !c.finds.combos) status = bt_fail_nomem(err, "combinations");
  if (!status) status = check_combinations(&c, worker, err);
  bt_cut_clear(&cut);
  note_ticker(s, &c, status);
  free(c.finds.combos);
  free(c.cuts.n_left);
  return status;
}

/* A bt_task_fn: the ticker `index`. */
static bt_status run_ticker(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  search *s = context;
  const bt_run *run = &s->run;
  bt_scan_entry *entry = &run->means->scan->entries[index];
  bt_open_ticker open = {.ticker = {.bars = NULL}};
  bt_status status = BT_OK;
  if (!entry->report)
    status = bt_run_look_at_ticker(&open, run, index, worker, err);
  else if (!entry->report->rejected)
    status = bt_run_open_ticker(&open, run, index, worker, err);
  if (status) return status;
  if (open.ticker.bars) {
    status = check_ticker(s, &open.ticker, index, worker, err);
    status = bt_run_close_ticker(&open, status, err);
  }
  if (status == BT_ERR_STRATEGY) {
    bt_scan_reject(entry, err->message);
    status = BT_OK;
  }
  if (!status) bt_run_count(run, 1, 0);
  return status;
}

/* ---- the run ----------------------------------------------------------------------------------
 */

static bt_status search_universe(search *s, bt_error *err)
{
  const bt_scan *scan = s->run.means->scan;
  bt_lookahead_result *result = s->result;
  bt_status status = bt_run_tasks(&s->run, run_ticker, s, err);
  for (size_t i = 0; i < scan->n_entries; i++)
    result->n_rejected += bt_scan_is_rejected(&scan->entries[i]);
  if (!status && result->n_rejected == scan->n_entries)
    status = bt_run_fail_rejected(s->run.job, scan, err);
  if (status || result->n_tickers_found == 0) return status;
  return bt_lookahead__find_first(&result->first, &s->run, err);
}

static bt_status open_search(search *s, const bt_job *job, const bt_run_means *means, bt_error *err)
{
  if (pthread_mutex_init(&s->mutex, NULL) != 0)
    return bt_fail(err, BT_ERR_THREAD, "a mutex cannot be made");
  s->found = calloc(bt_grid_count(job->grid), sizeof *s->found);
  bt_status status = s->found ? BT_OK : bt_fail_nomem(err, "combinations");
  if (!status) status = bt_run_open(&s->run, job, means, err);
  s->run.simulates = true; /* nothing is measured */
  if (!status) return BT_OK;
  free(s->found);
  (void)pthread_mutex_destroy(&s->mutex);
  return status;
}

bt_status bt_lookahead_run(bt_lookahead_result *out, const bt_job *job, const bt_run_means *means,
                           bt_error *err)
{
  double start_s = means->begun_s > 0 ? means->begun_s : bt_run_now_s();
  bt_job targets = *job; /* no strategy sees a regime */
  search s = {.result = out};
  targets.regimes.spec.kind = BT_REGIME_NONE;
  *out = (bt_lookahead_result){.every_cut = true};
  bt_status status = open_search(&s, &targets, means, err);
  if (status) return status;
  status = search_universe(&s, err);
  bt_run_close(&s.run);
  free(s.found);
  (void)pthread_mutex_destroy(&s.mutex);
  out->elapsed_s = bt_run_now_s() - start_s;
  return status;
}
