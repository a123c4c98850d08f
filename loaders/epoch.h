/* epoch.h - counts since 1970, once all of a file have been read.
 *
 * A count by itself shows its unit only far from 1970: 86400000 may be 1,000 days or one. So most
 * of a file's counts choose the unit, those farthest from 1970 with more than their number, and
 * the ones near 1970 follow.
 */
#ifndef BT_LOADERS_EPOCH_H
#define BT_LOADERS_EPOCH_H

#include "loaders/rows.h"

/* Decides whether the file is one of counts or of dates, by what most of its rows are, and reads
 * digits alone, which may be either, as that: 197605041200 is a minute of 1976 among dates, and a
 * count of milliseconds among counts. Among dates a count is NO_DATE.
 *
 * Then puts all counts into one unit. A file may go over to another unit, as Binance did from
 * milliseconds to microseconds with the year 2025: seen by dates that go on where the row beside
 * them is. A count of neither unit is NO_DATE. `max_bad` is the largest share of counts that may be
 * wrong. */
void bt_epoch__settle(bt_rows *rows, double max_bad);

#endif
