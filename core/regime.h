/* regime.h - kinds of market: a label for every bar, found from that bar and those before it alone.
 *
 * trend:N     above where the close is above the mean of the last N closes, else below
 * vol:N       low, mid, high: where the volatility of the last N returns stands among its own
 *             values so far
 * drawdown:X  bear from a fall of X below the highest close of the bull market on, until the close
 *             has risen by X from the lowest of the bear market; then bull
 * file:PATH   dated stretches with names, from a book
 */
#ifndef BT_CORE_REGIME_H
#define BT_CORE_REGIME_H

#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/status.h"

typedef enum bt_regime_kind {
  BT_REGIME_NONE,
  BT_REGIME_TREND,
  BT_REGIME_VOL,
  BT_REGIME_DRAWDOWN,
  BT_REGIME_FILE
} bt_regime_kind;

typedef struct bt_regime_spec {
  bt_regime_kind kind;
  size_t n_bars;    /* trend and vol: 2 to 1,000,000 */
  double fall;      /* drawdown: 0.2 = 20%; in (0, 1) */
  const char *path; /* file: points into the text that was parsed */
} bt_regime_spec;

/* Reads trend:200, vol:63, drawdown:20% (or 0.2) or file:PATH. Errors: USAGE, one line that begins
 * `--regimes SPEC:`. */
bt_status bt_regime_parse(bt_regime_spec *out, const char *spec, bt_error *err);

/* A regime of a book: bars with from_ns <= time <= to_ns have the name with this index. */
typedef struct bt_regime_stretch {
  int64_t from_ns, to_ns;
  size_t name;
} bt_regime_stretch;

enum { BT_REGIME_NAMES_MOST = 200 };

/* Dated regimes. Stretches are sorted by from_ns and do not overlap; names are in the order in
 * which they came up, each once. The book owns its arrays and strings. */
typedef struct bt_regime_book {
  char **names;
  size_t n_names;
  bt_regime_stretch *stretches;
  size_t n_stretches;
} bt_regime_book;

void bt_regime_book_clear(bt_regime_book *book); /* the book is empty afterwards */

/* How many regimes there are, at most BT_REGIME_NAMES_MOST, and the name of one. The book may be
 * NULL where the kind is not FILE. */
size_t bt_regime_count(const bt_regime_spec *spec, const bt_regime_book *book);
const char *bt_regime_name(const bt_regime_spec *spec, const bt_regime_book *book, size_t regime);

enum { BT_REGIME_UNKNOWN = 0xff }; /* no label: warm-up, or outside every stretch */

/* labels[t] of every bar t of `source` (the benchmark, or the ticker itself), an index below
 * bt_regime_count or UNKNOWN, from bars 0 .. t alone; none of kind NONE.
 *
 * trend: from bar N-1 on; the mean is exact (core/mean.h).
 * vol: from bar N on: the standard deviation (ddof = 1) of the last N returns is compared with all
 * its values up to this bar, this one included; low where at most 1/3 of them are not greater, high
 * where more than 2/3 are not. Values that agree to 40 binary digits count as equal.
 * drawdown: the first bar is bull; a new bull market begins at the close that ended the bear.
 * Errors: NOMEM. */
bt_status bt_regime_label(unsigned char *labels, const bt_regime_spec *spec,
                          const bt_regime_book *book, const bt_bars *source, bt_error *err);

/* Labels of the benchmark carried over to a ticker: out[t] is that of the latest bar of source that
 * is known by then. Bars of the same kind are known when they have the same time; where those of
 * source last more than 1.5 times as long (bt_bars_length_days: a weekly benchmark, daily bars) one
 * is known when the next begins. A daily bar is known to intraday bars from the next UTC date on,
 * also where the next one is late. UNKNOWN before the first, and where the latest is of a date more
 * than 31 days ago (of a monthly or longer one two periods: 62, 184 or 732 days). Of the ticker
 * time_ns and n_bars alone are looked at. Errors: NOMEM. */
bt_status bt_regime_carry(unsigned char *out, const bt_bars *ticker, const unsigned char *labels,
                          const bt_bars *source, bt_error *err);

#endif
