#include "loaders/date_order.h"

#include "core/time.h"

bool bt_date_order__resolve(int64_t *out_ns, const bt_stamp *stamp, bt_date_order order)
{
  if (order == BT_ORDER_UNKNOWN) return false;
  int a = stamp->part[0], b = stamp->part[1], last = stamp->last_part;
  bt_date date = {last, a, b};
  if (order == BT_ORDER_DAY_FIRST) date = (bt_date){last, b, a};
  if (order == BT_ORDER_YEAR_FIRST) date = (bt_date){a, b, last};
  if (stamp->short_year) date.year += date.year < 69 ? 2000 : 1900;
  return bt_date_is_valid(date) && bt_time_from_date(out_ns, date, stamp->local_ns);
}

/* Three numbers of two digits: each order is tried. */
static void vote_short(bt_date_group *group, const bt_stamp *stamp, size_t line)
{
  if (group->n_short_year++ == 0) {
    group->line_short = line;
    group->first_short = *stamp;
  } else {
    group->changes_first += stamp->part[0] != group->before.part[0];
    group->changes_last += stamp->last_part != group->before.last_part;
  }
  group->before = *stamp;
  for (int order = 0; order < BT_N_ORDERS; order++) {
    bt_date_reading *reading = &group->readings[order];
    int64_t time_ns;
    if (!bt_date_order__resolve(&time_ns, stamp, (bt_date_order)order)) continue;
    reading->n_rising += reading->n_valid > 0 && time_ns > reading->last_ns;
    reading->n_falling += reading->n_valid > 0 && time_ns < reading->last_ns;
    reading->n_valid++;
    reading->last_ns = time_ns;
  }
}

void bt_date_order__vote(bt_date_votes *votes, const bt_stamp *stamp, size_t line)
{
  bt_date_group *group = &votes->by_mark[stamp->mark];
  int a = stamp->part[0], b = stamp->part[1];
  votes->n_rows++;
  group->n_rows++;
  if (stamp->short_year) vote_short(group, stamp, line);
  if (a > 12 && a <= 31 && b >= 1 && b <= 12) {
    if (group->n_day_first++ == 0) group->line_day_first = line;
  } else if (b > 12 && b <= 31 && a >= 1 && a <= 12) {
    if (group->n_month_first++ == 0) group->line_month_first = line;
  } else if (a != b && a >= 1 && a <= 12 && b >= 1 && b <= 12) {
    if (group->n_open++ > 0) return;
    group->line_open = line;
    group->open = *stamp;
  }
}

/* Bad enough rows for an order not to be that of the file. */
static bool is_refuted(const bt_date_group *group, bt_date_order order, double max_bad)
{
  size_t n_valid = group->readings[order].n_valid;
  return (double)(group->n_short_year - n_valid) > max_bad * (double)group->n_rows;
}

/* In files the dates rise or fall; read in a wrong order they go up and down. */
static bool goes_one_way(const bt_date_group *group, bt_date_order order, double max_bad)
{
  const bt_date_reading *reading = &group->readings[order];
  return !is_refuted(group, order, max_bad) && (reading->n_rising == 0 || reading->n_falling == 0);
}

/* Whether 21-01-13 begins with its year: 1, 0, or -1 where nothing shows it. */
static int begins_with_year(const bt_date_group *group, double max_bad)
{
  size_t n_long = group->n_rows - group->n_short_year;
  if (group->n_short_year == 0 || (double)n_long > max_bad * (double)group->n_rows) return 0;
  if (is_refuted(group, BT_ORDER_YEAR_FIRST, max_bad)) return 0;
  if (is_refuted(group, BT_ORDER_MONTH_FIRST, max_bad) &&
      is_refuted(group, BT_ORDER_DAY_FIRST, max_bad))
    return 1;
  if (group->changes_first > group->changes_last) return 0;
  bool alone = goes_one_way(group, BT_ORDER_YEAR_FIRST, max_bad) &&
               !goes_one_way(group, BT_ORDER_MONTH_FIRST, max_bad) &&
               !goes_one_way(group, BT_ORDER_DAY_FIRST, max_bad);
  return alone ? 1 : -1;
}

static bt_status decide_group(bt_date_order *out, const bt_date_group *group, double max_bad,
                              bt_place place, bt_error *err)
{
  size_t n_day = group->n_day_first, n_month = group->n_month_first;
  size_t n_less = n_day < n_month ? n_day : n_month;
  int year_first = begins_with_year(group, max_bad);
  const bt_stamp *open = year_first < 0 ? &group->first_short : &group->open;
  char mark = BT_DATE_MARKS[open->mark];
  *out = n_day > n_month ? BT_ORDER_DAY_FIRST : BT_ORDER_MONTH_FIRST;
  if (year_first > 0) *out = BT_ORDER_YEAR_FIRST;
  if (year_first < 0)
    return bt_fail(err, BT_ERR_DATA,
                   "%s:%zu: field %zu: ambiguous dates: no row shows whether %02d%c%02d%c%02d "
                   "begins or ends with the year (--layout ymd, dmy or mdy says so)",
                   place.path, group->line_short, place.field, open->part[0], mark, open->part[1],
                   mark, open->last_part);
  if (year_first > 0) return BT_OK;
  if ((double)n_less > max_bad * (double)group->n_rows)
    return bt_fail(err, BT_ERR_DATA,
                   "%s:%zu: field %zu: ambiguous dates: this row has the month first, line %zu the "
                   "day first",
                   place.path, group->line_month_first, place.field, group->line_day_first);
  if (n_day == n_month && group->n_open > 0)
    return bt_fail(err, BT_ERR_DATA,
                   "%s:%zu: field %zu: ambiguous dates: no row shows whether %02d%c%02d%c%0*d has "
                   "the day or the month first (--layout dmy or mdy says so)",
                   place.path, group->line_open, place.field, open->part[0], mark, open->part[1],
                   mark, open->short_year ? 2 : 4, open->last_part);
  return BT_OK;
}

/* Whether a group is so small beside the rest of the file that its rows may be bad. */
static bool is_stray(const bt_date_group *group, size_t n_file_rows, double max_bad)
{
  return (double)group->n_rows <= max_bad * (double)n_file_rows && 2 * group->n_rows < n_file_rows;
}

bt_status bt_date_order__decide(bt_date_order out[BT_N_DATE_MARKS], const bt_date_votes *votes,
                                size_t n_file_rows, double max_bad, bt_place place, bt_error *err)
{
  for (size_t mark = 0; mark < BT_N_DATE_MARKS; mark++) {
    const bt_date_group *group = &votes->by_mark[mark];
    out[mark] = BT_ORDER_UNKNOWN;
    if (group->n_rows == 0) continue;
    bt_error why;
    if (decide_group(&out[mark], group, max_bad, place, &why) == BT_OK) continue;
    out[mark] = BT_ORDER_UNKNOWN;
    if (is_stray(group, n_file_rows, max_bad)) continue;
    if (err) *err = why;
    return BT_ERR_DATA;
  }
  return BT_OK;
}
