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

/* Copies what scratch aims at into a stretch. */
static void copy_stretch(bt_splice *out, const bt_ticker_scratch *scratch, bt_span stretch)
{
  memcpy(out->target + stretch.first, scratch->aim.target + stretch.first,
         (stretch.end - stretch.first) * sizeof *out->target);
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

bt_status bt_walk__splice(bt_splice *out, const bt_walk *walk, const bt_walk_slot *slots,
                          bt_ticker *ticker, bt_ticker_scratch *scratch, bt_error *err)
{
  const bt_job *job = walk->run->job;
  const bt_bars *bars = ticker->bars;
  reach r = find_reach(walk, slots);
  bt_status status = splice_alloc(out, job, bars->n_bars, err);
  out->span =
      bt_walk__span(bars, walk->windows[r.first].test_first, walk->windows[r.last].test_last);
  for (size_t k = r.first; k <= r.last && !status; k++) {
    if (slots[k].combo_id <= BT_WALK_NONE) continue;
    if (bt_walk__is_repeated(slots, k)) continue; /* copied with the window before */
    status = bt_ticker_aim(ticker, scratch, job, (size_t)slots[k].combo_id - 1, err);
    if (!status) status = bt_aim_spread(&scratch->aim, err);
    for (size_t i = k; i <= r.last && !status; i++)
      if (slots[i].combo_id == slots[k].combo_id)
        copy_stretch(out, scratch, deciding_bars(walk, bars, out->span, i, r.last));
  }
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
