/* clean.h - rows that are good by themselves into bars: dated, sorted, each time once, adjusted. */
#ifndef BT_LOADERS_CLEAN_H
#define BT_LOADERS_CLEAN_H

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

/* Bars from ordered rows (at least one). *adjusted: whether prices were scaled; where they were
 * asked to be and an adjusted close was unusable, the case goes to rows->account. The caller frees
 * *out. Errors: NOMEM. */
bt_status bt_clean__make_bars(bt_bars **out, bool *adjusted, bt_rows *rows, bool adjust,
                              bt_error *err);

#endif
