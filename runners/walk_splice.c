/* The out-of-sample target of a ticker: stretch by stretch that of the combination selected. */
#include <stdlib.h>
#include <string.h>

#include "runners/walk.h"

void bt_splice_clear(bt_splice *splice)
{
  free(splice->target);
  for (int i = 0; i < BT_STOP_COUNT; i++) free(splice->amounts[i]);
  *splice = (bt_splice){0};
}

static bt_status splice_alloc(bt_splice *out, const bt_job *job, size_t n_bars, bt_error *err)
{
  *out = (bt_splice){.target = calloc(n_bars, sizeof *out->target)};
  bool ok = out->target;
  for (int i = 0; i < BT_STOP_COUNT && ok; i++) {
    if (!job->stop_params[i]) continue;
    out->amounts[i] = calloc(n_bars, sizeof *out->amounts[i]);
    ok = out->amounts[i];
  }
  return ok ? BT_OK : bt_fail_nomem(err, "out-of-sample target");
}

/* The bars whose decisions are those of window k: they end where the next window takes over. With
 * fills at the open the bar before the test part decides for its first bar. */
static bt_span deciding_bars(const bt_walk *walk, const bt_bars *bars, bt_span whole, size_t k,
                             size_t last)
{
  size_t before = walk->run->job->evaluation.simulation.fill == BT_FILL_OPEN;
  bt_span here = bt_walk__span(bars, walk->windows[k].test_first, INT64_MAX / BT_NS_PER_DAY - 1);
  bt_span next = whole;
  next.first = whole.end;
  if (k < last)
    next = bt_walk__span(bars, walk->windows[k + 1].test_first, INT64_MAX / BT_NS_PER_DAY - 1);
  size_t first = here.first >= before ? here.first - before : 0;
  size_t end = k < last && next.first >= before ? next.first - before : next.first;
  return (bt_span){first, end > first ? end : first};
}

/* Copies the amounts of stops that are swept into a stretch. */
static void copy_amounts(bt_splice *out, const bt_ticker_scratch *scratch, bt_span stretch)
{
  for (int i = 0; i < BT_STOP_COUNT; i++)
    for (size_t t = stretch.first; out->amounts[i] && t < stretch.end; t++)
      out->amounts[i][t] = scratch->how.simulation.stops.at[i].amount;
}

/* The windows taken part in, from the first to the last. */
typedef struct reach {
  size_t first, last;
} reach;

static reach find_reach(const bt_walk *walk, const bt_walk_slot *slots)
{
  reach r = {0, walk->n_windows - 1};
  while (r.first < r.last && slots[r.first].combo_id == BT_WALK_ABSENT) r.first++;
  while (r.last > r.first && slots[r.last].combo_id == BT_WALK_ABSENT) r.last--;
  return r;
}

/* Copies what scratch aims at into a stretch. */
static void copy_stretch(bt_splice *out, const bt_ticker_scratch *scratch, bt_span stretch)
{
  memcpy(out->target + stretch.first, scratch->aim.target + stretch.first,
         (stretch.end - stretch.first) * sizeof *out->target);
  copy_amounts(out, scratch, stretch);
}

/* Everything that a splice is made of. */
typedef struct splicing {
  const bt_walk *walk;
  const bt_walk_slot *slots;
  reach reach;
  bt_ticker *ticker;
  bt_ticker_scratch *scratch;
} splicing;

static bt_span stretch_of(const bt_splice *out, const splicing *s, size_t k)
{
  return deciding_bars(s->walk, s->ticker->bars, out->span, k, s->reach.last);
}

/* Aims at what window k has selected. */
static bt_status aim_at_window(const splicing *s, size_t k, bt_error *err)
{
  size_t combo = (size_t)s->slots[k].combo_id - 1;
  return bt_ticker_aim(s->ticker, s->scratch, s->walk->run->job, combo, err);
}

/* Targets that are there for all bars. */
static bt_status splice_targets(bt_splice *out, const splicing *s, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t k = s->reach.first; k <= s->reach.last && !status; k++) {
    if (s->slots[k].combo_id <= BT_WALK_NONE) continue;
    if (bt_walk__is_repeated(s->slots, k)) continue; /* copied with the window before */
    status = aim_at_window(s, k, err);
    if (!status) status = bt_aim_spread(&s->scratch->aim, err);
    for (size_t i = k; i <= s->reach.last && !status; i++)
      if (s->slots[i].combo_id == s->slots[k].combo_id)
        copy_stretch(out, s->scratch, stretch_of(out, s, i));
  }
  return status;
}

/* ---- combinations that decide bar by bar ------------------------------------------------------
 */

/* Who decides when: one part a window, but for a window that goes on with the combination of the
 * one before. */
typedef struct parts {
  size_t n;
  bt_on_bar_part *at;
  double *params; /* of part i at params + i * n_params */
} parts;

static bt_status parts_alloc(parts *p, size_t n_most, size_t n_params, bt_error *err)
{
  *p = (parts){.at = calloc(n_most, sizeof *p->at),
               .params = calloc(n_most * n_params + 1, sizeof *p->params)};
  return p->at && p->params ? BT_OK : bt_fail_nomem(err, "out-of-sample target");
}

static void parts_free(parts *p)
{
  free(p->at);
  free(p->params);
}

static void add_part(parts *p, const bt_grid *grid, size_t first, int64_t combo_id)
{
  double *params = p->params + p->n * bt_grid_n_params(grid);
  if (combo_id > BT_WALK_NONE) bt_grid_values(grid, (size_t)combo_id - 1, params);
  p->at[p->n++] = (bt_on_bar_part){first, combo_id > BT_WALK_NONE ? params : NULL};
}

/* Lists the parts, with the stops that each of them has. */
static bt_status list_parts(parts *p, bt_splice *out, const splicing *s, bt_error *err)
{
  const bt_grid *grid = s->walk->run->job->grid;
  size_t n_most = s->reach.last + 1 - s->reach.first;
  int64_t before = BT_WALK_ABSENT - 1;
  bt_status status = parts_alloc(p, n_most, bt_grid_n_params(grid), err);
  for (size_t k = s->reach.first; k <= s->reach.last && !status; k++) {
    bt_span stretch = stretch_of(out, s, k);
    if (s->slots[k].combo_id != before) add_part(p, grid, stretch.first, s->slots[k].combo_id);
    before = s->slots[k].combo_id;
    if (before <= BT_WALK_NONE) continue;
    status = aim_at_window(s, k, err);
    if (!status) copy_amounts(out, s->scratch, stretch);
  }
  return status;
}

/* One run through the whole span: what a combination decides depends on what it has taken over. */
static bt_status splice_bars(bt_splice *out, const splicing *s, bt_error *err)
{
  parts p = {0};
  size_t n_bars = s->ticker->bars->n_bars;
  bt_status status = list_parts(&p, out, s, err);
  if (!status) status = bt_walk__aim(out, s->ticker, s->scratch, s->walk->run->job, err);
  if (!status) status = bt_ticker_aim_parts(s->ticker, s->scratch, p.at, p.n, out->span, err);
  if (!status) status = bt_aim_spread(&s->scratch->aim, err);
  if (!status) memcpy(out->target, s->scratch->aim.target, n_bars * sizeof *out->target);
  parts_free(&p);
  return status;
}

bt_status bt_walk__splice(bt_splice *out, const bt_walk *walk, const bt_walk_slot *slots,
                          bt_ticker *ticker, bt_ticker_scratch *scratch, bt_error *err)
{
  const bt_job *job = walk->run->job;
  const bt_bars *bars = ticker->bars;
  const splicing s = {walk, slots, find_reach(walk, slots), ticker, scratch};
  bt_status status = splice_alloc(out, job, bars->n_bars, err);
  out->span = bt_walk__span(bars, walk->windows[s.reach.first].test_first,
                            walk->windows[s.reach.last].test_last);
  if (!status)
    status = job->strategy->on_bar ? splice_bars(out, &s, err) : splice_targets(out, &s, err);
  if (status) bt_splice_clear(out);
  return status;
}

bt_status bt_walk__aim(const bt_splice *splice, const bt_ticker *ticker, bt_ticker_scratch *scratch,
                       const bt_job *job, bt_error *err)
{
  bt_status status = bt_ticker_aim_at(ticker, scratch, job, splice->target, err);
  for (int i = 0; i < BT_STOP_COUNT && !status; i++)
    scratch->how.simulation.stops.at[i].amounts = splice->amounts[i];
  return status;
}
