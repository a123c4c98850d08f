#include "loaders/date_order.h"

#include "core/time.h"

void bt_date_order__vote(bt_date_votes *votes, const bt_stamp *stamp, size_t line)
{
  int a = stamp->part[0], b = stamp->part[1];
  if (votes->n_rows > 0) {
    votes->changes_first += a != votes->before.part[0];
    votes->changes_last += stamp->last_part != votes->before.last_part;
  }
  votes->before = *stamp;
  votes->n_rows++;
  votes->n_short_year += stamp->short_year;
  if (stamp->short_year && a > 31) {
    votes->n_year_first++;
  } else if (a > 12 && a <= 31 && b >= 1 && b <= 12) {
    if (votes->n_day_first++ == 0) votes->line_day_first = line;
  } else if (b > 12 && b <= 31 && a >= 1 && a <= 12) {
    if (votes->n_month_first++ == 0) votes->line_month_first = line;
  } else if (a != b && a >= 1 && a <= 12 && b >= 1 && b <= 12) {
    if (votes->n_open++ > 0) return;
    votes->line_open = line;
    votes->open = *stamp;
  }
}

static bt_status fail_open(const bt_date_votes *votes, const char *path, size_t field,
                           bt_error *err)
{
  const bt_stamp *open = &votes->open;
  return bt_fail(err, BT_ERR_DATA,
                 "%s:%zu: field %zu: ambiguous dates: no row shows whether %02d/%02d/%0*d has the "
                 "day or the month first (--layout dmy or mdy says so)",
                 path, votes->line_open, field, open->part[0], open->part[1],
                 open->short_year ? 2 : 4, open->last_part);
}

bt_status bt_date_order__decide(bt_date_order *out, const bt_date_votes *votes, double max_bad,
                                const char *path, size_t field, bt_error *err)
{
  size_t n_day = votes->n_day_first, n_month = votes->n_month_first;
  size_t n_less = n_day < n_month ? n_day : n_month;
  if (votes->n_year_first > 0 && votes->n_year_first >= n_day + n_month) {
    *out = BT_ORDER_YEAR_FIRST;
    return BT_OK;
  }
  if (votes->n_short_year > 0 && votes->changes_last > votes->changes_first)
    return bt_fail(err, BT_ERR_DATA,
                   "%s: field %zu: ambiguous dates: years of two digits, and the last number "
                   "changes more often than the first (--layout dmy or mdy settles it)",
                   path, field);
  if ((double)n_less > max_bad * (double)votes->n_rows)
    return bt_fail(err, BT_ERR_DATA,
                   "%s:%zu: field %zu: ambiguous dates: this row has the month first, line %zu the "
                   "day first",
                   path, votes->line_month_first, field, votes->line_day_first);
  if (n_day == n_month && votes->n_open > 0) return fail_open(votes, path, field, err);
  *out = n_day > n_month ? BT_ORDER_DAY_FIRST : BT_ORDER_MONTH_FIRST;
  return BT_OK;
}

bool bt_date_order__resolve(int64_t *out_ns, const bt_stamp *stamp, bt_date_order order)
{
  int a = stamp->part[0], b = stamp->part[1], last = stamp->last_part;
  bt_date date = {last, a, b};
  if (order == BT_ORDER_DAY_FIRST) date = (bt_date){last, b, a};
  if (order == BT_ORDER_YEAR_FIRST) date = (bt_date){a, b, last};
  if (stamp->short_year) date.year += date.year < 69 ? 2000 : 1900;
  return bt_date_is_valid(date) && bt_time_from_date(out_ns, date, stamp->local_ns);
}
