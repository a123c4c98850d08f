/* synth_prices.h - the model behind synthetic tickers, without any file.
 *
 * Everything is a function of (seed, ticker number, n_bars, bar): draws come from a counter-based
 * generator, so no ticker depends on another one having been made first.
 */
#ifndef BT_LOADERS_SYNTH_PRICES_H
#define BT_LOADERS_SYNTH_PRICES_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* The part that all tickers share: dates and the market's daily log returns, n_bars of each. */
typedef struct bt_synth_market {
  uint64_t seed;
  size_t n_bars;
  int64_t *days; /* since 1970-01-01: Mondays to Fridays up to 2024-12-31, oldest first */
  double *returns;
} bt_synth_market;

/* The caller clears *out with bt_synth__market_clear, also after a failure. Errors: NOMEM. */
bt_status bt_synth__market_init(bt_synth_market *out, size_t n_bars, uint64_t seed, bt_error *err);
void bt_synth__market_clear(bt_synth_market *market);

/* One bar. Prices are whole multiples of 1/10000: of 1/100 from 5 on. */
typedef struct bt_synth_bar {
  int64_t day;
  int64_t open, high, low, close; /* in units of 1/10000; low > 0 */
  int64_t volume;                 /* shares */
} bt_synth_bar;

/* Gets each bar of a ticker, oldest first. */
typedef void bt_synth_sink(void *context, const bt_synth_bar *bar);

/* Draws ticker `index` (from 0) and hands its bars, at least one, to the sink. Of every seventeen
 * tickers one is listed late, of every thirteen one is delisted before the end. */
void bt_synth__draw_ticker(const bt_synth_market *market, size_t index, bt_synth_sink *sink,
                           void *context);

#endif
