#include "loaders/clean.h"

#include <stdlib.h>

#include "core/time.h"
#include "loaders/epoch.h"
#include "loaders/excerpt.h"

int64_t bt_clean__time_ns(const bt_row *row)
{
  return row->stamp.local_ns - row->stamp.zone_min * (INT64_C(60) * BT_NS_PER_SECOND);
}

/* Completes the dates that only the whole file explains; the others are dropped. */
static bt_status settle_dates(bt_rows *rows, const bt_format *format, double max_bad,
                              const char *path, bt_error *err)
{
  bt_date_order order[BT_N_DATE_MARKS];
  for (size_t mark = 0; mark < BT_N_DATE_MARKS; mark++) order[mark] = format->order;
  if (rows->votes.n_rows > 0 && format->order == BT_ORDER_UNKNOWN) {
    bt_place place = {path, format->columns.at[BT_ROLE_DATE] + 1};
    bt_status status =
        bt_date_order__decide(order, &rows->votes, rows->n_seen, max_bad, place, err);
    if (status != BT_OK) return status;
  }
  bt_epoch__settle(rows, max_bad);
  size_t kept = 0;
  rows->all_midnight = true;
  rows->n_ends_day = 0;
  for (size_t i = 0; i < rows->n_rows; i++) {
    bt_stamp *stamp = &rows->rows[i].stamp;
    bool good = stamp->kind != BT_STAMP_NO_DATE &&
                (stamp->kind != BT_STAMP_SMALL_NUMBER || rows->n_epoch > 0);
    if (stamp->kind == BT_STAMP_PARTS)
      good = bt_date_order__resolve(&stamp->local_ns, stamp, order[stamp->mark]);
    if (!good) {
      bt_account__add(&rows->account, BT_ROW_BAD_DATE, (bt_case){rows->rows[i].line, 0}, 1);
      continue;
    }
    if (stamp->local_ns % BT_NS_PER_DAY != 0) rows->all_midnight = false;
    rows->n_ends_day += stamp->ends_day;
    rows->rows[kept++] = rows->rows[i];
  }
  rows->n_rows = kept;
  return BT_OK;
}

static int compare_rows(const void *a, const void *b)
{
  const bt_row *row_a = a, *row_b = b;
  int64_t time_a = bt_clean__time_ns(row_a), time_b = bt_clean__time_ns(row_b);
  if (time_a != time_b) return time_a < time_b ? -1 : 1;
  return row_a->line < row_b->line ? -1 : row_a->line > row_b->line;
}

static void reverse(bt_rows *rows)
{
  for (size_t i = 0, k = rows->n_rows; i + 1 < k; i++) {
    bt_row row = rows->rows[i];
    rows->rows[i] = rows->rows[--k];
    rows->rows[k] = row;
  }
}

/* Rising and newest-first files are nearly all there are. Returns whether times may repeat. */
static bool sort_rows(bt_rows *rows)
{
  size_t n_rising = 0, n_falling = 0, n_steps = rows->n_rows > 0 ? rows->n_rows - 1 : 0;
  int64_t before = n_steps > 0 ? bt_clean__time_ns(&rows->rows[0]) : 0;
  for (size_t i = 1; i <= n_steps; i++) {
    int64_t now = bt_clean__time_ns(&rows->rows[i]);
    n_rising += now > before;
    n_falling += now < before;
    before = now;
  }
  if (n_rising == n_steps) return false;
  if (n_falling == n_steps) {
    reverse(rows);
    return false;
  }
  if (n_falling > 0) qsort(rows->rows, rows->n_rows, sizeof *rows->rows, compare_rows);
  return true; /* equal times stand in the order of the file */
}

/* Of equal times the first in the file stays. */
static void drop_repeats(bt_rows *rows)
{
  size_t kept = 0;
  for (size_t i = 0; i < rows->n_rows; i++) {
    const bt_row *row = &rows->rows[i], *last = &rows->rows[kept - (kept > 0)];
    if (kept > 0 && bt_clean__time_ns(row) == bt_clean__time_ns(last)) {
      bt_account__add(&rows->account, BT_ROW_REPEATED_TIME, (bt_case){row->line, last->line}, 1);
      continue;
    }
    if (i != kept) rows->rows[kept] = *row;
    kept++;
  }
  rows->n_rows = kept;
}

/* Of sorted rows: a symbol that gives way to another is not seen again, and no time is shared. The
 * symbols that found no room in the list are not told apart, so that no row may have one. */
static bt_status check_symbols(const bt_rows *rows, const bt_format *format, const char *path,
                               bt_error *err)
{
  char this[BT_EXCERPT_SIZE], that[BT_EXCERPT_SIZE];
  uint64_t gone = 0; /* bits of symbols */
  for (size_t i = 0; i < rows->n_rows; i++) {
    const bt_row *row = &rows->rows[i], *before = row - (i > 0);
    if (row->symbol == BT_SYMBOLS_MOST)
      return bt_fail(err, BT_ERR_DATA,
                     "%s:%zu: field %zu: more than %d symbols: one file, one "
                     "ticker",
                     path, (size_t)row->line, format->columns.at[BT_ROLE_SYMBOL] + 1,
                     BT_SYMBOLS_MOST);
    if (row->symbol == before->symbol) continue;
    gone |= UINT64_C(1) << before->symbol;
    if (!(gone >> row->symbol & 1) && bt_clean__time_ns(row) != bt_clean__time_ns(before)) continue;
    return bt_fail(err, BT_ERR_DATA,
                   "%s:%zu: field %zu: a row of '%s' among rows of '%s': one file, one ticker",
                   path, (size_t)row->line, format->columns.at[BT_ROLE_SYMBOL] + 1,
                   bt_excerpt__copy(this, rows->symbols.list[row->symbol].text),
                   bt_excerpt__copy(that, rows->symbols.list[before->symbol].text));
  }
  return BT_OK;
}

/* 24:00 is the midnight of the next day; but bars that all have it are the days that they end. */
static void take_ended_days(bt_rows *rows)
{
  if (rows->n_ends_day == 0 || rows->n_ends_day < rows->n_rows) return;
  for (size_t i = 0; i < rows->n_rows; i++) rows->rows[i].stamp.local_ns -= BT_NS_PER_DAY;
}

bt_status bt_clean__order_rows(bt_rows *rows, const bt_format *format, double max_bad,
                               const char *path, bt_error *err)
{
  if (rows->votes.n_rows > 0 || rows->n_small > 0 || rows->n_epoch > 0) {
    bt_status status = settle_dates(rows, format, max_bad, path, err);
    if (status != BT_OK) return status;
  }
  take_ended_days(rows);
  /* bars at midnight by the local clock are days, whatever the offset that day */
  if (rows->all_midnight)
    for (size_t i = 0; i < rows->n_rows; i++) rows->rows[i].stamp.zone_min = 0;
  bool may_repeat = sort_rows(rows);
  bt_status status = rows->symbols.n > 1 ? check_symbols(rows, format, path, err) : BT_OK;
  if (status == BT_OK && may_repeat) drop_repeats(rows);
  return status;
}

/* ---- adjusted prices ------------------------------------------------------------------------- */

/* All rows or none: half an adjustment would be a jump in the prices. */
static bool check_adjusted(bt_rows *rows)
{
  bool all = true;
  for (size_t i = 0; i < rows->n_rows; i++) {
    if (bt_clean__is_adjustable(rows->rows[i].price)) continue;
    bt_account__add(&rows->account, BT_ROW_UNADJUSTED, (bt_case){rows->rows[i].line, 0}, 1);
    all = false;
  }
  return all;
}

bt_status bt_clean__make_bars(bt_bars **out, bool *adjusted, bt_rows *rows, bool adjust,
                              bt_error *err)
{
  bt_bars *bars = NULL;
  bt_status status = bt_bars_new(&bars, rows->n_rows, err);
  if (status != BT_OK) return status;
  bool scale = adjust && check_adjusted(rows);
  for (size_t t = 0; t < rows->n_rows; t++) {
    const bt_row *row = &rows->rows[t];
    bars->time_ns[t] = bt_clean__time_ns(row);
    bars->volume[t] = row->volume;
    bt_clean__fill_prices(bars, t, row->price, scale);
  }
  bars->daily = rows->all_midnight;
  *adjusted = scale;
  *out = bars;
  return BT_OK;
}
