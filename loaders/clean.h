/* clean.h - rows that are good by themselves into bars: dated, sorted, each time once, adjusted. */
#ifndef BT_LOADERS_CLEAN_H
#define BT_LOADERS_CLEAN_H

#include <math.h>

#include "core/bars.h"
#include "core/status.h"
#include "loaders/format.h"
#include "loaders/rows.h"

/* Settles the dates, sorts the rows and drops repeated times; what is dropped goes to
 * rows->account. Afterwards stamp.local_ns is complete, and stamp.zone_min is 0 where all bars are
 * daily. Errors: DATA (ambiguous dates, several tickers). */
bt_status bt_clean__order_rows(bt_rows *rows, const bt_format *format, double max_bad,
                               const char *path, bt_error *err);

/* The instant of an ordered row. */
int64_t bt_clean__time_ns(const bt_row *row);

/* Whether a row can be scaled to its adjusted close and stay within the range of doubles. */
static inline bool bt_clean__is_adjustable(const double price[BT_N_PRICES])
{
  double adjusted = price[BT_ROLE_ADJUSTED], factor = adjusted / price[BT_ROLE_CLOSE];
  if (!(adjusted > 0) || !(factor > 0) || !isfinite(factor)) return false;
  for (size_t role = BT_ROLE_OPEN; role <= BT_ROLE_LOW; role++) {
    double scaled = price[role] * factor;
    if (!(scaled > 0) || !isfinite(scaled)) return false;
  }
  return true;
}

/* The prices of bar t, scaled to the adjusted close where that is asked for. */
static inline void bt_clean__fill_prices(bt_bars *bars, size_t t, const double price[BT_N_PRICES],
                                         bool adjust)
{
  double factor = adjust ? price[BT_ROLE_ADJUSTED] / price[BT_ROLE_CLOSE] : 1.0;
  bars->open[t] = price[BT_ROLE_OPEN] * factor;
  bars->high[t] = price[BT_ROLE_HIGH] * factor;
  bars->low[t] = price[BT_ROLE_LOW] * factor;
  bars->close[t] = price[adjust ? BT_ROLE_ADJUSTED : BT_ROLE_CLOSE];
  bars->adjust_factor[t] = factor;
}

/* Bars from ordered rows (at least one). *adjusted: whether prices were scaled; where they were
 * asked to be and an adjusted close was unusable, the case goes to rows->account. The caller frees
 * *out. Errors: NOMEM. */
bt_status bt_clean__make_bars(bt_bars **out, bool *adjusted, bt_rows *rows, bool adjust,
                              bt_error *err);

#endif
