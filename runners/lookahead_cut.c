#include "runners/lookahead_cut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/membership.h"

enum {
  PADDING = 16, /* bars behind the last one that are NaN: for who reads beyond the whole ticker */
  SHORTEST = 4, /* cuts that leave so many bars or less are all tried */
  LONGEST = 3   /* and those that take so many off */
};

/* ---- bars that are cut off --------------------------------------------------------------------
 */

/* The prices, which are what a strategy sees, with the benchmark's returns. */
enum { N_SERIES = 6 };

static void list_series(double *out[N_SERIES], const bt_bars *bars, double *benchmark)
{
  double *const all[N_SERIES] = {bars->open,  bars->high,   bars->low,
                                 bars->close, bars->volume, benchmark};
  memcpy(out, all, sizeof all);
}

/* Bars [first, end) as they are. */
static void put_back(bt_cut *cut, size_t first, size_t end)
{
  double *to[N_SERIES];
  const bt_bars *bars = cut->of->bars;
  const double *const from[N_SERIES] = {bars->open,  bars->high,   bars->low,
                                        bars->close, bars->volume, cut->of->benchmark};
  list_series(to, cut->bars, cut->benchmark);
  for (size_t i = 0; i < N_SERIES; i++)
    if (to[i]) memcpy(to[i] + first, from[i] + first, (end - first) * sizeof *to[i]);
  memcpy(cut->bars->time_ns + first, bars->time_ns + first, (end - first) * sizeof(int64_t));
}

static void take_off(bt_cut *cut, size_t first, size_t end)
{
  double *series[N_SERIES];
  list_series(series, cut->bars, cut->benchmark);
  for (size_t i = 0; i < N_SERIES; i++)
    for (size_t t = first; series[i] && t < end; t++) series[i][t] = (double)NAN;
  for (size_t t = first; t < end; t++) cut->bars->time_ns[t] = 0;
}

/* Changes what is there to the first n_left bars. */
static void leave(bt_cut *cut, size_t n_left)
{
  size_t n = cut->bars->n_bars;
  if (n_left > n) put_back(cut, n, n_left);
  if (n_left < n) take_off(cut, n_left, n);
  cut->bars->n_bars = n_left;
}

/* ---- dates of membership ----------------------------------------------------------------------
 */

/* On which bars the ticker belongs to the universe, as far as these bars tell. */
static bt_status find_members(bt_changes *out, const bt_bars *bars, const bt_universe_entry *entry,
                              bt_error *err)
{
  bt_status status = bt_changes_of_constant(out, 1, bars->n_bars, err);
  if (status) return status;
  return bt_membership_apply(out, bars, entry->stretches, entry->n_stretches, err);
}

/* Whether the last bar left is the last one inside is told by the bar behind it alone: that is no
 * look-ahead of a strategy. */
static bt_status compare_members(bt_cut *cut, bt_error *err)
{
  const bt_universe_entry *entry = cut->of->entry;
  if (entry->n_stretches == 0) return BT_OK;
  bt_status status = find_members(&cut->members, cut->bars, entry, err);
  cut->compared.end = bt_changes_difference(&cut->members, &cut->all_members, 0, cut->compared.end);
  return status;
}

/* ---- a cut ------------------------------------------------------------------------------------
 */

bt_status bt_cut_init(bt_cut *cut, const bt_ticker *of, bt_error *err)
{
  size_t n_bars = of->bars->n_bars, n_room = n_bars + PADDING;
  *cut = (bt_cut){.of = of};
  bt_changes_init(&cut->all_members);
  bt_changes_init(&cut->members);
  bt_spare_init(&cut->spare);
  bt_status status = bt_bars_new(&cut->bars, n_room, err);
  if (!status && of->benchmark) cut->benchmark = malloc(n_room * sizeof *cut->benchmark);
  if (!status && of->benchmark && !cut->benchmark) status = bt_fail_nomem(err, "benchmark");
  if (!status && of->entry->n_stretches > 0)
    status = find_members(&cut->all_members, of->bars, of->entry, err);
  if (status) return status;
  cut->bars->daily = of->bars->daily;
  memcpy(cut->bars->adjust_factor, of->bars->adjust_factor, n_bars * sizeof(double));
  leave(cut, 0);
  return BT_OK;
}

void bt_cut_clear(bt_cut *cut)
{
  bt_bars_free(cut->bars);
  free(cut->benchmark);
  bt_changes_clear(&cut->all_members);
  bt_changes_clear(&cut->members);
  bt_spare_clear(&cut->spare);
}

bt_status bt_cut_open(bt_cut *cut, size_t n_left, bt_error *err)
{
  const bt_ticker *of = cut->of;
  const bt_span span = of->subject.span;
  leave(cut, n_left);
  const bt_ticker_source source = {.bars = cut->bars,
                                   .entry = of->entry,
                                   .periods_per_year = of->subject.periods_per_year,
                                   .simulates = true,
                                   .spare = &cut->spare};
  const bt_ticker_remains remains = {cut->benchmark, of->bars->n_bars + PADDING};
  cut->compared = (bt_span){bt_on_bar_first(of->job->evaluation.simulation.fill, span),
                            span.end < n_left ? span.end : n_left};
  bt_status status = compare_members(cut, err);
  return status ? status : bt_ticker_open_first(&cut->ticker, &source, &remains, of->job, err);
}

bt_status bt_cut_close(bt_cut *cut, bt_status status, bt_error *err)
{
  status = bt_ticker_check(&cut->ticker, status, err);
  bt_ticker_close(&cut->ticker);
  if (status == BT_ERR_STRATEGY) put_back(cut, 0, cut->bars->n_bars); /* it may have written */
  return status;
}

bt_status bt_cut_aim(bt_cut *cut, bt_ticker_scratch *scratch, size_t index, bt_error *err)
{
  bt_ticker *ticker = &cut->ticker;
  bt_error cause;
  bt_status status = bt_ticker_aim(ticker, scratch, ticker->job, index, &cause);
  if (!status && scratch->decides)
    status = bt_ticker_find_target(ticker, scratch, ticker->subject.span, &cause);
  if (!status) return BT_OK;
  if (cut->bars->n_bars == cut->of->bars->n_bars) return bt_fail(err, status, "%s", cause.message);
  return bt_fail(err, status, "its first %zu bars alone: %s", cut->bars->n_bars, cause.message);
}

/* ---- which ------------------------------------------------------------------------------------
 */

size_t bt_cut_least(const bt_ticker *ticker)
{
  const bt_span span = ticker->subject.span;
  if (ticker->job->strategy->on_bar) return span.first + 1; /* it decides over some span */
  return bt_on_bar_first(ticker->job->evaluation.simulation.fill, span) + 1;
}

static int compare_descending(const void *a, const void *b)
{
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x < y) - (x > y);
}

static size_t drop_repeated(size_t *sorted, size_t n)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (kept == 0 || sorted[i] != sorted[kept - 1]) sorted[kept++] = sorted[i];
  return kept;
}

/* Fills in n_most of n_possible cuts. */
static void choose(bt_cut_list *list, size_t least, size_t n_possible, size_t place, size_t n_most)
{
  static const double golden_section = 0.6180339887498949;
  size_t n = 0, n_spread = n_most - SHORTEST - LONGEST;
  for (size_t i = 0; i < SHORTEST; i++) list->n_left[n++] = least + i;
  for (size_t i = 0; i < LONGEST; i++) list->n_left[n++] = least + n_possible - 1 - i;
  for (size_t i = 0; i < n_spread; i++) {
    double x = (double)(place * n_spread + i) * golden_section;
    list->n_left[n++] = least + (size_t)((x - floor(x)) * (double)n_possible);
  }
  qsort(list->n_left, n, sizeof *list->n_left, compare_descending);
  list->n = drop_repeated(list->n_left, n);
}

bt_status bt_cut_list_new(bt_cut_list *out, const bt_ticker *ticker, size_t place, size_t n_most,
                          bt_error *err)
{
  size_t least = bt_cut_least(ticker), n_bars = ticker->bars->n_bars;
  size_t n_possible = n_bars > least ? n_bars - least : 0;
  bool is_every = n_possible <= n_most;
  size_t n = is_every ? n_possible : n_most;
  *out = (bt_cut_list){.n = n, .is_every = is_every};
  out->n_left = malloc((n + 1) * sizeof *out->n_left);
  if (!out->n_left) return bt_fail_nomem(err, "cuts");
  for (size_t i = 0; i < n_possible && is_every; i++) out->n_left[i] = n_bars - 1 - i;
  if (!is_every) choose(out, least, n_possible, place, n_most);
  return BT_OK;
}
