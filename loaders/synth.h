/* synth.h - a synthetic universe: daily OHLCV files whose prices look like prices.
 *
 * Returns follow a GARCH(1,1) with Student-t innovations (fat tails, volatility clusters), a drift
 * and volatility of the ticker's own and a factor that all share (so that tickers are correlated).
 * Some tickers start late (short histories), some end early (delisted). A ticker's prices are a
 * function of (seed, ticker number, n_bars) alone: more tickers change none of the first ones. The
 * same machine writes the same bytes each time; another maths library may turn a cent where log or
 * exp differ in the last bit.
 */
#ifndef BT_LOADERS_SYNTH_H
#define BT_LOADERS_SYNTH_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

typedef struct bt_synth_options {
  size_t n_tickers; /* 1 to 99,999 */
  size_t n_bars;    /* business days of a full history, 1 to 90,000; they end on 2024-12-31 */
  uint64_t seed;
} bt_synth_options;

/* Writes DIR/S00001.csv, ... and, last, the list DIR.txt (symbols, one a line), each file through a
 * temporary name and rename, so that no half-written file has a final name. dir is made if it is
 * missing (its parent is not); files of these names are replaced, those of further tickers that the
 * old DIR.txt accounts for are removed, others stay. Errors: IO (names the path), DATA (a file
 * S00051.csv beyond n_tickers that the old list does not account for), USAGE (a count out of range;
 * a dir without a name of its own, such as "."), NOMEM. */
bt_status bt_synth_write(const char *dir, const bt_synth_options *options, bt_error *err);

/* Length of dir without slashes at its end: what the list is named after. */
size_t bt_synth_dir_length(const char *dir);

#endif
