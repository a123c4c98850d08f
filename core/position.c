#include "core/position.h"

#include "core/account.h"
#include "core/lanes.h"

/* Equity at BT_WIDTH closes. */
static bt_vector equity_of(bt_position p, const double *close)
{
  return p.cash + p.shares * bt_vector_load(close);
}

static void add_bar(bt_stretch *s, bt_position p, const double *close, double floor)
{
  double equity = bt_position_equity(p, close[0]), before = bt_position_equity(p, close[-1]);
  bt_stretch bar = bt_stretch_of(bt_without_noise(equity / before - 1), equity, floor);
  s->first += bar.first;
  s->second += bar.second;
  s->third += bar.third;
  s->fourth += bar.fourth;
  s->downside += bar.downside;
}

/* The sums over returns, in lanes; what is left of whole groups is added one by one. */
static void add_returns(bt_stretch *s, bt_position p, const double *close, bt_span bars,
                        double floor)
{
  bt_lanes sums[5] = {0};
  size_t t = bars.first;
  for (; t + BT_LANES <= bars.end; t += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      const double *at = close + t + k * BT_WIDTH;
      bt_vector r = equity_of(p, at) / equity_of(p, at - 1) - 1;
      r = bt_vector_where_at_least(bt_vector_abs(r), bt_vector_of(BT_NOISE), r);
      bt_vector square = r * r, below = bt_vector_smaller(r - floor, bt_vector_of(0));
      sums[0].part[k] += r;
      sums[1].part[k] += square;
      sums[2].part[k] += square * r;
      sums[3].part[k] += square * square;
      sums[4].part[k] += below * below;
    }
  }
  s->first = bt_lanes_sum(&sums[0]);
  s->second = bt_lanes_sum(&sums[1]);
  s->third = bt_lanes_sum(&sums[2]);
  s->fourth = bt_lanes_sum(&sums[3]);
  s->downside = bt_lanes_sum(&sums[4]);
  for (; t < bars.end; t++) add_bar(s, p, close + t, floor);
}

/* The highest and the lowest equity and the deepest fall; one division where it gets deeper. */
static void follow_falls(bt_stretch *s, bt_position p, const double *close, bt_span bars)
{
  double high = s->high, low = s->low, worst = s->worst;
  for (size_t t = bars.first; t < bars.end; t++) {
    double equity = bt_position_equity(p, close[t]);
    high = equity > high ? equity : high;
    low = equity < low ? equity : low;
    if (equity < worst * high) worst = equity / high;
  }
  s->high = high;
  s->low = low;
  s->worst = worst;
}

bt_stretch bt_position__gather(bt_position p, const bt_tables *tables, bt_span bars)
{
  bt_stretch s = bt_stretch_empty();
  const double *close = bt_tables_bars(tables)->close;
  add_returns(&s, p, close, bars, bt_tables_floor(tables));
  follow_falls(&s, p, close, bars);
  return s;
}

static bool is_gone_at(bt_position p, double close)
{
  double equity = bt_position_equity(p, close);
  return bt_account__is_gone(p.cash, equity - p.cash);
}

/* A position loses all where it does at the price that is worst for it, since rounding keeps the
 * order of what it rounds. */
size_t bt_position_find_ruin(bt_position p, const bt_tables *tables, bt_span bars)
{
  const double *close = bt_tables_bars(tables)->close;
  if (!bt_position_can_lose_all(p)) return bars.end;
  bt_stretch prices = bt_tables_stretch(tables, bars.first, bars.end);
  if (!is_gone_at(p, p.shares < 0 ? prices.high : prices.low)) return bars.end;
  size_t t = bars.first;
  while (!is_gone_at(p, close[t])) t++;
  return t;
}
