#include "loaders/epoch.h"

#include "core/time.h"

enum {
  GONE_OVER_FROM_DAYS = 3653, /* 1980 */
  /* A count may keep its unit when it lies within a fifth of its own time since 1970 of the row
   * beside it: 11 years in 2025. Room for any hole in a file, and far from 1970, where the count
   * would lie in the unit of the file. */
  NEAR_PARTS = 5
};

static bool is_count(const bt_stamp *stamp)
{
  return stamp->kind == BT_STAMP_EPOCH || stamp->kind == BT_STAMP_SMALL_NUMBER;
}

/* Whether the file is one of counts: most of its rows are, leaving aside that digits alone may be
 * a date as well. Counts that are read as such dates are few: the months and days of their digits
 * seldom exist. */
static bool has_counts(const bt_rows *rows)
{
  size_t n_counts = 0;
  for (size_t i = 0; i < rows->n_rows; i++) n_counts += is_count(&rows->rows[i].stamp);
  return 2 * n_counts > rows->n_rows;
}

/* The other reading for the rows that were read as what the file does not hold. */
static void settle_kinds(bt_rows *rows, bool counts)
{
  for (size_t i = 0; i < rows->n_rows; i++) {
    bt_stamp *stamp = &rows->rows[i].stamp;
    if (counts && stamp->kind == BT_STAMP_DATE && stamp->n_compact > 0)
      (void)bt_stamp__take_as_count(stamp);
    else if (!counts && is_count(stamp))
      stamp->kind = BT_STAMP_NO_DATE;
  }
}

/* The finest unit that the file has, told from units of a few wrong counts: more counts than may be
 * wrong show it or a finer one. */
static unsigned find_unit(const bt_rows *rows, double max_bad)
{
  size_t n_of[BT_N_UNITS] = {0}, n_counts = 0, n_as_fine = 0;
  for (size_t i = 0; i < rows->n_rows; i++) {
    const bt_stamp *stamp = &rows->rows[i].stamp;
    if (!is_count(stamp)) continue;
    n_of[stamp->unit]++;
    n_counts++;
  }
  unsigned unit = BT_UNIT_NANOSECOND;
  for (; unit > BT_UNIT_SECOND; unit--) {
    n_as_fine += n_of[unit];
    if ((double)n_as_fine > max_bad * (double)n_counts) break;
  }
  return unit;
}

/* Whether a count keeps the unit it shows, a coarser one than the file has: then it is a date of
 * our time and not far from the row beside it, where the unit of the file would make it 1970. */
static bool is_gone_over(int64_t shown_ns, int64_t beside_ns)
{
  int64_t apart_ns = shown_ns / 2 - beside_ns / 2; /* halves, so that nothing overflows */
  if (apart_ns < 0) apart_ns = -apart_ns;
  bool is_near = apart_ns < shown_ns / 2 / NEAR_PARTS;
  return is_near && shown_ns > GONE_OVER_FROM_DAYS * BT_NS_PER_DAY;
}

/* One count beside another one whose time is known, which it takes the place of. */
static void settle_one(bt_stamp *stamp, unsigned unit, int64_t *beside_ns)
{
  if (stamp->unit > unit + 1) { /* not of this file: beyond the year 2262 in two units */
    stamp->kind = BT_STAMP_NO_DATE;
    return;
  }
  if (!is_gone_over(stamp->local_ns, *beside_ns))
    for (unsigned u = stamp->unit; u < unit; u++) stamp->local_ns /= 1000;
  *beside_ns = stamp->local_ns;
}

/* From the first count that shows the unit of the file to both ends. */
static void settle_all(bt_row *rows, size_t n_rows, unsigned unit)
{
  size_t first = 0;
  while (!is_count(&rows[first].stamp) || rows[first].stamp.unit != unit)
    if (++first == n_rows) return;
  int64_t beside_ns = rows[first].stamp.local_ns;
  for (size_t i = first; i-- > 0;)
    if (is_count(&rows[i].stamp)) settle_one(&rows[i].stamp, unit, &beside_ns);
  beside_ns = rows[first].stamp.local_ns;
  for (size_t i = first + 1; i < n_rows; i++)
    if (is_count(&rows[i].stamp)) settle_one(&rows[i].stamp, unit, &beside_ns);
}

void bt_epoch__settle(bt_rows *rows, double max_bad)
{
  if (rows->n_epoch == 0) return;
  bool counts = has_counts(rows);
  settle_kinds(rows, counts);
  if (counts) settle_all(rows->rows, rows->n_rows, find_unit(rows, max_bad));
}
