/* suspect.h - data that load and may be wrong all the same: for a person to look at.
 *
 * possible_split: the close jumps by a ratio as shares are split, and the open has jumped by it
 * already: no crash within a bar. 3:2 and whole ratios from 2 to 100, the latter reverse as well.
 * In the five bars before and the five behind nothing moves by the square root of it: no wrong
 * price of one bar, and no price a few ticks from 0. The wider the ratio the more room it has: 3%
 * at the open of a 3:2, 16% from 4:1 on. 4:3 and 5:4 are left out: bad news look the same.
 *
 * stale_price: the close is the same on 20 bars or more.
 *
 * date_gap: days on which the universe trades, between the first and the last bar, without a bar.
 *
 * zero_volume: bars whose volume is 0; where the file has no volume there is none.
 *
 * Adjacent bars, or days, are one case.
 */
#ifndef BT_CORE_SUSPECT_H
#define BT_CORE_SUSPECT_H

#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/calendar.h"
#include "core/day_set.h"

#define BT_SUSPECT_LIST(X)                                                                         \
  X(SPLIT, "possible_split")                                                                       \
  X(STALE, "stale_price")                                                                          \
  X(GAP, "date_gap")                                                                               \
  X(VOLUME, "zero_volume")

typedef enum bt_suspect_kind {
#define X(name, text) BT_SUSPECT_##name,
  BT_SUSPECT_LIST(X)
#undef X
      BT_SUSPECT_COUNT
} bt_suspect_kind;

/* Static text such as "possible_split". */
const char *bt_suspect_name(bt_suspect_kind kind);

enum {
  BT_SUSPECT_DETAIL_SIZE = 160, /* every detail fits */
  BT_SUSPECTS_PER_KIND = 10,    /* cases kept of each kind; counts are complete */
  BT_SUSPECTS_MOST = BT_SUSPECTS_PER_KIND * BT_SUSPECT_COUNT
};

typedef struct bt_suspect {
  bt_suspect_kind kind;
  size_t bar;      /* the first bar of the case; of a gap the first one behind it */
  int64_t time_ns; /* of that bar; of a gap midnight of the first day missed */
  size_t n_bars;   /* so many; of a gap the days missed */
  char detail[BT_SUSPECT_DETAIL_SIZE]; /* for a person: "close 1.25 on 20 bars, ..." */
} bt_suspect;

typedef struct bt_suspects {
  size_t counts[BT_SUSPECT_COUNT];   /* cases found */
  size_t n;                          /* in the list */
  bt_suspect list[BT_SUSPECTS_MOST]; /* the first of each kind; those of a kind in time's order */
} bt_suspects;

/* Everything but gaps. Bars of any length. */
void bt_suspects_find(bt_suspects *out, const bt_bars *bars);

/* Adds the gaps of a ticker with daily bars against the calendar of its universe. Weekdays that
 * have less than 5% of its days (if there are ten) are not its own: where stocks and coins make one
 * universe, a stock misses no weekend. */
void bt_suspects_find_gaps(bt_suspects *out, const bt_day_set *set, const bt_calendar *calendar);

#endif
