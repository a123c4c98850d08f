#include "core/membership.h"

#include "core/time.h"

/* Midnight at the beginning of a day; the nearest there is for days outside of the range. */
static int64_t midnight_ns(int64_t day)
{
  if (day > INT64_MAX / BT_NS_PER_DAY) return INT64_MAX;
  if (day < INT64_MIN / BT_NS_PER_DAY) return INT64_MIN;
  return day * BT_NS_PER_DAY;
}

/* The bars behind stretch k - 1 and before stretch k: outside. */
static bt_span find_outside(const bt_bars *bars, const bt_membership *stretches, size_t n, size_t k)
{
  const bt_span none = {0, 0};
  int64_t from_ns = INT64_MIN, to_ns = INT64_MAX;
  if (k > 0) {
    if (stretches[k - 1].to_day == INT64_MAX) return none;
    from_ns = midnight_ns(stretches[k - 1].to_day + 1);
  }
  if (k < n) {
    if (midnight_ns(stretches[k].from_day) == INT64_MIN) return none;
    to_ns = midnight_ns(stretches[k].from_day) - 1;
  }
  return bt_bars_find_span(bars, from_ns, to_ns);
}

bt_span bt_membership_bars(const bt_membership *stretch, const bt_bars *bars)
{
  bool is_open = stretch->to_day == INT64_MAX;
  int64_t end_ns = is_open ? INT64_MAX : midnight_ns(stretch->to_day + 1);
  return bt_bars_find_span(bars, midnight_ns(stretch->from_day),
                           end_ns == INT64_MAX ? end_ns : end_ns - 1);
}

/* Whether membership ends on that day, which is not known from a later bar. */
static bool ends_on(int64_t day, const bt_membership *stretches, size_t n)
{
  for (size_t k = 0; k < n; k++)
    if (stretches[k].to_day == day) return k + 1 == n || stretches[k + 1].from_day > day + 1;
  return false;
}

bt_status bt_membership_apply(bt_changes *target, const bt_bars *bars,
                              const bt_membership *stretches, size_t n_stretches, bt_error *err)
{
  bt_status status = BT_OK;
  if (n_stretches == 0 || bars->n_bars == 0) return BT_OK;
  for (size_t k = 0; k <= n_stretches && !status; k++) {
    bt_span outside = find_outside(bars, stretches, n_stretches, k);
    if (outside.first == outside.end) continue;
    size_t last_inside = outside.first > 0 ? outside.first - 1 : 0;
    status = bt_changes_set_flat(target, last_inside, outside.end, err);
  }
  size_t last = bars->n_bars - 1;
  if (!status && ends_on(bt_time_days(bars->time_ns[last]), stretches, n_stretches))
    status = bt_changes_set_flat(target, last, last + 1, err);
  return status;
}
