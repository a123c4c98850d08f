#include "core/suspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"

enum { STALE_BARS_LEAST = 20, CALM_BARS = 5, N_WEEKDAYS = 7, FEW_DAYS = 10 };

static const char *const names[BT_SUSPECT_COUNT] = {
#define X(name, text) text,
    BT_SUSPECT_LIST(X)
#undef X
};

const char *bt_suspect_name(bt_suspect_kind kind)
{
  return kind < BT_SUSPECT_COUNT ? names[kind] : "unknown";
}

/* Counts a case. Returns its place in the list, with bars and time to be filled in and an empty
 * detail; NULL where there are enough of its kind. */
static bt_suspect *add(bt_suspects *out, bt_suspect_kind kind)
{
  if (out->counts[kind]++ >= BT_SUSPECTS_PER_KIND) return NULL;
  bt_suspect *suspect = &out->list[out->n++];
  suspect->kind = kind;
  suspect->detail[0] = '\0';
  return suspect;
}

static void describe(bt_suspect *suspect, const char *format, ...) BT_PRINTF(2, 3);

static void describe(bt_suspect *suspect, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  (void)vsnprintf(suspect->detail, sizeof suspect->detail, format, args);
  va_end(args);
}

/* ---- splits -------------------------------------------------------------------------------------
 */

typedef struct split_ratio {
  int new_shares, old_shares;
} split_ratio;

static const split_ratio ratios[] = {{3, 2},  {2, 1},  {3, 1},  {4, 1},  {5, 1},
                                     {6, 1},  {7, 1},  {8, 1},  {10, 1}, {15, 1},
                                     {20, 1}, {25, 1}, {30, 1}, {50, 1}, {100, 1}};

/* How far prices may be from a ratio: factors of at most 1 + room either way. In twenty years of 79
 * stocks as traded the first open behind a split lies within 3% of it, in wild times within 7%, and
 * the close within 17%; the prices of shares that were nearly worth nothing move further. */
typedef struct room {
  double open, close;
} room;

static room room_of(double ratio)
{
  if (ratio < 2) return (room){0.03, 0.05};
  return ratio < 4 ? (room){0.07, 0.17} : (room){0.16, 0.28};
}

/* By what factor two positive numbers differ; >= 1. */
static double factor_between(double x, double y)
{
  return x > y ? x / y : y / x;
}

/* The ratio nearest to a jump by a factor. */
static split_ratio nearest_ratio(double factor, double *ratio)
{
  size_t best = 0;
  for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
    double r = (double)ratios[i].new_shares / ratios[i].old_shares;
    if (i > 0 && factor_between(factor, r) >= factor_between(factor, *ratio)) continue;
    best = i;
    *ratio = r;
  }
  return ratios[best];
}

/* Whether the closes of some bars before t stay near that of t - 1, and those behind it near that
 * of t: within the square root of a factor. */
static bool is_calm_around(const bt_bars *bars, size_t t, double factor)
{
  const double *close = bars->close;
  size_t first = t > CALM_BARS ? t - 1 - CALM_BARS : 0, n_left = bars->n_bars - t;
  size_t end = n_left > CALM_BARS ? t + 1 + CALM_BARS : bars->n_bars;
  for (size_t i = first; i < end; i++) {
    double move = factor_between(close[i], i < t ? close[t - 1] : close[t]);
    if (move * move > factor) return false;
  }
  return true;
}

/* Whether bar t > 0 is the first one behind a split by *found. */
static bool looks_split(split_ratio *found, const bt_bars *bars, size_t t)
{
  const double *close = bars->close;
  double before = close[t - 1], ratio = 0;
  double at_open = factor_between(before, bars->open[t]);
  double at_close = factor_between(before, close[t]);
  if (at_close < 1.4 || (before > close[t]) != (before > bars->open[t])) return false;
  *found = nearest_ratio(at_open, &ratio);
  const room allowed = room_of(ratio);
  if (found->old_shares > 1 && close[t] > before) return false; /* nobody makes 2 of 3 */
  if (factor_between(at_open, ratio) > 1 + allowed.open) return false;
  if (factor_between(at_close, ratio) > 1 + allowed.close) return false;
  return is_calm_around(bars, t, ratio);
}

static void add_split(bt_suspects *out, const bt_bars *bars, size_t t, split_ratio found)
{
  char when[BT_TIME_TEXT_SIZE];
  bool is_reverse = bars->close[t] > bars->close[t - 1];
  bt_suspect *suspect = add(out, BT_SUSPECT_SPLIT);
  if (!suspect) return;
  suspect->bar = t;
  suspect->time_ns = bars->time_ns[t];
  suspect->n_bars = 1;
  describe(suspect, "close %.8g -> %.8g on %s: ratio %.3g, like an unadjusted %d:%d %ssplit%s",
           bars->close[t - 1], bars->close[t], bt_time_format(when, bars->time_ns[t], bars->daily),
           factor_between(bars->close[t - 1], bars->close[t]),
           is_reverse ? found.old_shares : found.new_shares,
           is_reverse ? found.new_shares : found.old_shares, is_reverse ? "reverse " : "",
           found.new_shares == 100 ? ", or pence and pounds" : "");
}

/* ---- runs of bars ------------------------------------------------------------------------------
 */

/* A case of the bars [first, end); `what` goes before their number. */
static void add_run(bt_suspects *out, bt_suspect_kind kind, const bt_bars *bars, bt_span span,
                    const char *what)
{
  char from[BT_TIME_TEXT_SIZE], to[BT_TIME_TEXT_SIZE];
  bt_suspect *suspect = add(out, kind);
  if (!suspect) return;
  suspect->bar = span.first;
  suspect->time_ns = bars->time_ns[span.first];
  suspect->n_bars = span.end - span.first;
  bt_time_format(from, bars->time_ns[span.first], bars->daily);
  bt_time_format(to, bars->time_ns[span.end - 1], bars->daily);
  if (suspect->n_bars == 1)
    describe(suspect, "%s on %s", what, from);
  else
    describe(suspect, "%s on %zu bars, %s to %s", what, suspect->n_bars, from, to);
}

static void find_stale(bt_suspects *out, const bt_bars *bars)
{
  char what[48];
  const double *close = bars->close;
  for (size_t t = 0, end; t < bars->n_bars; t = end) {
    end = t + 1;
    while (end < bars->n_bars && close[end] == close[t]) end++;
    if (end - t < STALE_BARS_LEAST) continue;
    (void)snprintf(what, sizeof what, "close %.8g", close[t]);
    add_run(out, BT_SUSPECT_STALE, bars, (bt_span){t, end}, what);
  }
}

static void find_zero_volume(bt_suspects *out, const bt_bars *bars)
{
  for (size_t t = 0, end; t < bars->n_bars; t = end) {
    end = t + 1;
    if (bars->volume[t] != 0) continue; /* NaN is not 0 */
    while (end < bars->n_bars && bars->volume[end] == 0) end++;
    add_run(out, BT_SUSPECT_VOLUME, bars, (bt_span){t, end}, "volume 0");
  }
}

void bt_suspects_find(bt_suspects *out, const bt_bars *bars)
{
  split_ratio found;
  memset(out->counts, 0, sizeof out->counts);
  out->n = 0;
  for (size_t t = 1; t < bars->n_bars; t++)
    if (looks_split(&found, bars, t)) add_split(out, bars, t, found);
  find_stale(out, bars);
  find_zero_volume(out, bars);
}

/* ---- gaps --------------------------------------------------------------------------------------
 */

static size_t weekday_of(int64_t day)
{
  return (size_t)bt_time_weekday(day * BT_NS_PER_DAY);
}

/* How many of the days are Mondays, Tuesdays, ... A word of the set holds 64 days, of which every
 * seventh has the same weekday; as 64 = 9 x 7 + 1, that of its first day rises by one a word. */
static void count_weekdays(size_t counts[N_WEEKDAYS], const bt_day_set *set)
{
  const uint64_t every_seventh = UINT64_C(0x8102040810204081); /* bits 0, 7, 14, ..., 63 */
  size_t first = weekday_of(set->first_day);
  size_t n_words = (size_t)(set->last_day - set->first_day) / 64 + 1;
  for (size_t w = 0; w < n_words; w++)
    for (size_t k = 0; k < N_WEEKDAYS && set->bits[w]; k++)
      counts[(first + w + k) % N_WEEKDAYS] +=
          (size_t)__builtin_popcountll(set->bits[w] & every_seventh << k);
}

/* The weekdays that hold 5% of the days, bit 0 = Monday: as many as make a year of 365 days. Few
 * days do not show it; they then are those from Monday to Friday and what they hold. */
static unsigned find_weekdays(const bt_day_set *set)
{
  size_t counts[N_WEEKDAYS] = {0};
  unsigned weekdays = set->n_days < FEW_DAYS ? 0x1f : 0;
  count_weekdays(counts, set);
  for (size_t w = 0; w < N_WEEKDAYS; w++)
    if (counts[w] > 0 && counts[w] * 20 >= set->n_days) weekdays |= 1U << w;
  return weekdays;
}

/* Days of a calendar that follow each other and that a ticker has not. */
typedef struct gap {
  int64_t from_day, to_day;
  size_t n_days; /* 0: no gap is open */
} gap;

static void add_gap(bt_suspects *out, const bt_day_set *set, const gap *missed)
{
  char from[BT_TIME_TEXT_SIZE], to[BT_TIME_TEXT_SIZE];
  bt_suspect *suspect = missed->n_days > 0 ? add(out, BT_SUSPECT_GAP) : NULL;
  if (!suspect) return;
  suspect->bar = 0;
  for (int64_t day = set->first_day; day < missed->from_day; day++)
    suspect->bar += bt_day_set_has(set, day);
  suspect->time_ns = missed->from_day * BT_NS_PER_DAY;
  suspect->n_bars = missed->n_days;
  bt_time_format(from, suspect->time_ns, true);
  bt_time_format(to, missed->to_day * BT_NS_PER_DAY, true);
  if (missed->n_days == 1)
    describe(suspect, "no bar on %s, a day on which the universe traded", from);
  else
    describe(suspect, "no bars from %s to %s, %zu days on which the universe traded", from, to,
             missed->n_days);
}

void bt_suspects_find_gaps(bt_suspects *out, const bt_day_set *set, const bt_calendar *calendar)
{
  gap missed = {0};
  if (set->n_days == 0) return;
  unsigned weekdays = find_weekdays(set);
  for (size_t i = bt_calendar_find(calendar, set->first_day); i < calendar->n_days; i++) {
    int64_t day = calendar->days[i];
    if (day > set->last_day) break;
    if (bt_day_set_has(set, day)) {
      add_gap(out, set, &missed);
      missed.n_days = 0;
    } else if (weekdays >> weekday_of(day) & 1) {
      if (missed.n_days++ == 0) missed.from_day = day;
      missed.to_day = day;
    }
  }
  add_gap(out, set, &missed);
}
