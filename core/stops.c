#include "core/stops.h"

#include <assert.h>
#include <math.h>

bool bt_stops_any(const bt_stops *stops)
{
  for (size_t i = 0; i < BT_STOP_COUNT; i++)
    if (stops->at[i].amount > 0 || stops->at[i].amounts) return true;
  return false;
}

static double amount_of(const bt_distance *d, size_t deciding)
{
  return d->amounts ? d->amounts[deciding] : d->amount;
}

/* The distance as cash, infinite where there is none or its ATR is not defined; for a fraction that
 * of `price`. */
static double distance_of(const bt_distance *d, double price, size_t deciding)
{
  double amount = amount_of(d, deciding);
  if (!(amount > 0)) return (double)INFINITY;
  if (d->unit == BT_DISTANCE_FRACTION) return amount * price;
  assert(d->atr);
  double distance = amount * d->atr[deciding];
  return isnan(distance) ? (double)INFINITY : distance;
}

bt_levels bt_levels_of(const bt_stops *stops, int side, double price, size_t deciding)
{
  const bt_distance *trailing = &stops->at[BT_STOP_TRAILING];
  double trailed = amount_of(trailing, deciding);
  bool follows_price = trailed > 0 && trailing->unit == BT_DISTANCE_FRACTION;
  double entry = side * price;
  return (bt_levels){.side = side,
                     .stop = entry - distance_of(&stops->at[BT_STOP_LOSS], price, deciding),
                     .profit = entry + distance_of(&stops->at[BT_STOP_PROFIT], price, deciding),
                     .trail_fraction = follows_price ? trailed : 0,
                     .trail_amount = follows_price ? 0 : distance_of(trailing, price, deciding),
                     .best = entry};
}

static double trailing_level(const bt_levels *levels, double best)
{
  return best - (levels->trail_fraction * fabs(best) + levels->trail_amount);
}

/* What fills on bar t when best was so far: the stop before the profit, and the open where it lies
 * beyond the level. */
static bt_touch touch_at(const bt_levels *levels, double best, const bt_bars *bars, size_t t)
{
  const double *against = levels->side > 0 ? bars->low : bars->high;
  double open = levels->side * bars->open[t], level = trailing_level(levels, best);
  bt_touch touch = {.bar = t, .stop = BT_STOP_TRAILING};
  if (!(level > levels->stop)) {
    level = levels->stop;
    touch.stop = BT_STOP_LOSS;
  }
  double price = open < level ? open : level;
  if (!(levels->side * against[t] <= level)) {
    touch.stop = BT_STOP_PROFIT;
    price = open > levels->profit ? open : levels->profit;
  }
  touch.raw_price = levels->side * price;
  return touch;
}

bool bt_levels_find(bt_touch *out, bt_levels *levels, const bt_bars *bars, size_t first, size_t end)
{
  const double side = levels->side, stop = levels->stop, profit = levels->profit;
  const double *against = side > 0 ? bars->low : bars->high;
  const double *with = side > 0 ? bars->high : bars->low;
  double best = levels->best;
  bool found = false;
  for (size_t t = first; t < end && !found; t++) {
    double trailing = trailing_level(levels, best), good = side * with[t];
    double level = trailing > stop ? trailing : stop;
    found = side * against[t] <= level || good >= profit;
    if (found) *out = touch_at(levels, best, bars, t);
    best = good > best ? good : best;
  }
  levels->best = best;
  return found;
}
