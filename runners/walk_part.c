#include "runners/walk_part.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/time.h"

bt_walk_slot *bt_walk__slots(const bt_walk *walk, size_t ticker)
{
  return walk->slots + ticker * walk->n_windows;
}

bt_span bt_walk__span(const bt_bars *bars, int64_t first_day, int64_t last_day)
{
  return bt_bars_find_span(bars, first_day * BT_NS_PER_DAY, (last_day + 1) * BT_NS_PER_DAY - 1);
}

bool bt_walk__is_repeated(const bt_walk_slot *slots, size_t k)
{
  for (size_t i = 0; i < k; i++)
    if (slots[i].combo_id == slots[k].combo_id) return true;
  return false;
}

/* ---- taking part ------------------------------------------------------------------------------
 */

static bool has_day_between(const bt_day_set *days, int64_t first, int64_t last)
{
  for (int64_t day = first; day <= last; day++)
    if (bt_day_set_has(days, day)) return true;
  return false;
}

static bool takes_part(const bt_day_set *days, const bt_calendar *calendar, const bt_window *window)
{
  size_t first = bt_calendar_find(calendar, window->train_first);
  size_t end = bt_calendar_find(calendar, window->train_last + 1);
  size_t n_had = bt_calendar_count_common(calendar, first, end, days);
  return n_had > 0 && 10 * n_had >= 9 * (end - first) &&
         has_day_between(days, window->test_first, window->test_last);
}

void bt_walk__enter(bt_walk_slot *slots, const bt_walk *walk, size_t ticker)
{
  const bt_scan *scan = walk->run->means->scan;
  const bt_scan_entry *entry = &scan->entries[ticker];
  for (size_t k = 0; k < walk->n_windows; k++) {
    bool in = (!entry->report->rejected || entry->failed) &&
              takes_part(&entry->days, &scan->calendar, &walk->windows[k]);
    slots[k].combo_id = in ? BT_WALK_NONE : BT_WALK_ABSENT;
  }
}

void bt_walk__leave(bt_walk_slot *slots, size_t n_windows)
{
  for (size_t k = 0; k < n_windows; k++)
    slots[k] = (bt_walk_slot){BT_WALK_ABSENT, (double)NAN, (double)NAN};
}

size_t bt_walk__count_parts(const bt_walk *walk, const bt_walk_slot *slots)
{
  size_t n = 0;
  for (size_t k = 0; k < walk->n_windows; k++) n += slots[k].combo_id != BT_WALK_ABSENT;
  return n;
}

/* ---- a ticker and its windows -----------------------------------------------------------------
 */

void bt_walk__part_clear(bt_walk_part *p)
{
  free(p->windows);
  free(p->train);
  free(p->test);
  free(p->values);
  free(p->scores);
  if (p->has_failure) bt_first_failure_clear(&p->failure);
}

bt_status bt_walk__part_init(bt_walk_part *p, const bt_walk *walk, size_t index, bt_ticker *ticker,
                             bt_error *err)
{
  size_t n = walk->n_windows;
  *p = (bt_walk_part){.walk = walk, .index = index, .ticker = ticker};
  bt_status status = bt_first_failure_init(&p->failure, walk->run->job->guard, err);
  if (status) return status;
  p->has_failure = true;
  p->slots = bt_walk__slots(walk, index);
  p->n_combos = bt_grid_count(walk->run->job->grid);
  p->windows = malloc(n * sizeof *p->windows);
  p->train = malloc(n * sizeof *p->train);
  p->test = malloc(n * sizeof *p->test);
  if (!p->windows || !p->train || !p->test) return bt_fail_nomem(err, "windows");
  for (size_t k = 0; k < n; k++) {
    const bt_window *w = &walk->windows[k];
    size_t i = p->n_windows;
    if (p->slots[k].combo_id == BT_WALK_ABSENT) continue;
    p->windows[i] = k;
    p->train[i] = bt_walk__span(ticker->bars, w->train_first, w->train_last);
    p->test[i] = bt_walk__span(ticker->bars, w->test_first, w->test_last);
    assert(i == 0 ||
           (p->train[i].first >= p->train[i - 1].first && p->train[i].end >= p->train[i - 1].end));
    p->n_windows++;
  }
  return BT_OK;
}
