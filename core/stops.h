/* stops.h - exit levels: how far they lie from a price, and on which bar a position reaches one.
 *
 * Rules 10 to 12 of core/simulate.c say when levels are set and what an exit costs. Everything here
 * is the same for long and short: prices of a short position count as negative.
 */
#ifndef BT_CORE_STOPS_H
#define BT_CORE_STOPS_H

#include <stdbool.h>
#include <stddef.h>

#include "backtest/strategy.h"
#include "core/bars.h"
#include "core/grid.h"
#include "core/status.h"

typedef enum bt_stop { BT_STOP_LOSS, BT_STOP_PROFIT, BT_STOP_TRAILING, BT_STOP_COUNT } bt_stop;

typedef enum bt_distance_unit { BT_DISTANCE_FRACTION, BT_DISTANCE_ATR } bt_distance_unit;

/* How far a level lies from its price; amount 0: there is no such level. */
typedef struct bt_distance {
  double amount; /* fraction of the price (0.05 = 5%), or multiples of the ATR */
  bt_distance_unit unit;
  double atr_period;     /* with BT_DISTANCE_ATR */
  const double *atr;     /* with BT_DISTANCE_ATR, while simulating: n_bars values of the ticker, NaN
                            until defined; not owned */
  const double *amounts; /* n_bars amounts that take the place of amount, by the bar that decides
                            the entry, or NULL; not owned */
} bt_distance;

typedef struct bt_stops {
  bt_distance at[BT_STOP_COUNT];
} bt_stops;

/* Whether there is a level at all. */
bool bt_stops_any(const bt_stops *stops);

/* ---- specs ------------------------------------------------------------------------------------
 */

/* Reads "5%", "50bp", "0.05" (a fraction), "2atr(14)", "0" or "none"; atr is NULL. *out is set on
 * success alone. Only `--take-profit` may be 100% of the price or more, and then needs its unit.
 * Errors: USAGE, one line that begins `OPTION TEXT:`. */
bt_status bt_distance_parse(bt_distance *out, const char *option, const char *text, bt_error *err);

/* The axis of a spec such as "5%", "2%:10%:2%", "0.02,0.05", "1atr(14):3atr(14):0.5atr(14)" or
 * "0,5%" (0: no such level). Values have one unit, which only 0 may lack; without any they are
 * fractions below 1. The values are the doubles nearest to the decimals: 5% is 0.05. *unit gets
 * unit and atr_period. spec NULL: the preset alone. The caller clears *out with bt_axis_clear.
 * Errors: USAGE, one line that begins `--param NAME=SPEC:`; NOMEM. */
bt_status bt_stop_axis_parse(bt_axis *out, bt_distance *unit, bt_stop stop, const char *spec,
                             bt_error *err);

/* The parameter that sweeps it: stop_loss, take_profit or trailing. Static. */
const bt_param *bt_stop_param(bt_stop stop);

/* ---- levels of one position -------------------------------------------------------------------
 */

/* All in prices times side, so that a level below is against the position; infinite where there is
 * no such level. */
typedef struct bt_levels {
  int side; /* +1 long, -1 short */
  double stop, profit;
  double trail_fraction, trail_amount; /* trailing: so much of best, and so much, below best */
  double best;                         /* of the bars gone by */
} bt_levels;

/* The levels of a position entered at `price`; those in ATR take the one of bar `deciding`. */
bt_levels bt_levels_of(const bt_stops *stops, int side, double price, size_t deciding);

/* Where a level was reached: what it was and the price before slippage. */
typedef struct bt_touch {
  size_t bar;
  bt_stop stop;
  double raw_price;
} bt_touch;

/* The first bar of [first, end) that reaches a level; false where there is none. The bars looked at
 * count as gone by. */
bool bt_levels_find(bt_touch *out, bt_levels *levels, const bt_bars *bars, size_t first,
                    size_t end);

#endif
