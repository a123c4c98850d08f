#include "core/calendar.h"

#include <stdlib.h>

#include "core/time.h"

/* What is counted of one day. */
typedef struct tally {
  int64_t born;  /* tickers whose first day this is, less those whose last day was the day before */
  int64_t n_has; /* tickers that have bars on it */
} tally;

/* The days from the first to the last of any ticker; n_days == 0: there is no ticker. */
typedef struct extent {
  int64_t first_day;
  size_t n_days;
} extent;

static extent find_extent(const bt_day_set *sets, size_t n_sets)
{
  int64_t first = INT64_MAX, last = INT64_MIN;
  for (size_t i = 0; i < n_sets; i++) {
    if (sets[i].n_days == 0) continue;
    if (sets[i].first_day < first) first = sets[i].first_day;
    if (sets[i].last_day > last) last = sets[i].last_day;
  }
  return first > last ? (extent){0} : (extent){first, (size_t)(last - first) + 1};
}

/* Adds a ticker to the tallies, which begin on first_day and go one day beyond the last. */
static void count_set(tally *tallies, int64_t first_day, const bt_day_set *set)
{
  if (set->n_days == 0) return;
  tallies[set->first_day - first_day].born++;
  tallies[set->last_day - first_day + 1].born--;
  tally *of_set = tallies + (set->first_day - first_day);
  size_t n_days = (size_t)(set->last_day - set->first_day) + 1;
  for (size_t d = 0; d < n_days; d++) of_set[d].n_has += (int64_t)(set->bits[d / 64] >> d % 64 & 1);
}

/* Writes the days of the calendar, rising; returns how many. */
static size_t choose_days(int64_t *days, const tally *tallies, extent all)
{
  size_t n = 0;
  int64_t alive = 0;
  for (size_t d = 0; d < all.n_days; d++) {
    alive += tallies[d].born;
    if (alive > 0 && 2 * tallies[d].n_has >= alive) days[n++] = all.first_day + (int64_t)d;
  }
  return n;
}

bt_status bt_calendar_new(bt_calendar *out, const bt_day_set *sets, size_t n_sets, bt_error *err)
{
  extent all = find_extent(sets, n_sets);
  bt_calendar calendar = {0};
  if (all.n_days > 0) {
    tally *tallies = calloc(all.n_days + 1, sizeof *tallies);
    calendar.days = malloc(all.n_days * sizeof *calendar.days);
    if (!tallies || !calendar.days) {
      free(tallies);
      free(calendar.days);
      return bt_fail_nomem(err, "calendar");
    }
    for (size_t i = 0; i < n_sets; i++) count_set(tallies, all.first_day, &sets[i]);
    calendar.n_days = choose_days(calendar.days, tallies, all);
    free(tallies);
  }
  *out = calendar;
  return BT_OK;
}

void bt_calendar_clear(bt_calendar *calendar)
{
  free(calendar->days);
  *calendar = (bt_calendar){0};
}

size_t bt_calendar_find(const bt_calendar *calendar, int64_t day)
{
  return bt_time_find(calendar->days, calendar->n_days, day);
}

size_t bt_calendar_count_common(const bt_calendar *calendar, size_t first, size_t end,
                                const bt_day_set *set)
{
  size_t n = 0;
  for (size_t i = first; i < end; i++) n += bt_day_set_has(set, calendar->days[i]);
  return n;
}
