#include "core/path.h"

void bt_path_init(bt_path *path, const bt_subject *subject, double cash)
{
  *path = (bt_path){.subject = subject,
                    .tables = subject->tables,
                    .spiky = subject->tables->first_spike < subject->span.end,
                    .cash = cash,
                    .equity = cash,
                    .peak = cash,
                    .worst = 1};
}

/* Bars [from, end) of a position that is part cash. */
static void add_position(bt_path *p, size_t from, size_t end)
{
  const double *close = p->tables->close, floor = p->tables->floor;
  for (size_t t = from; t < end; t += BT_LANES)
    bt_moments_add_position(&p->moments, close + t, p->cash, p->shares,
                            end - t < BT_LANES ? end - t : BT_LANES, floor);
}

static void follow_bars(bt_path *p, size_t from, size_t end)
{
  for (size_t t = from; t < end; t++) bt_path_follow_bar(p, bt_path_equity(p, p->tables->close[t]));
}

/* A leaf that lies below the peak can only be a deeper fall, by its lowest bar; one whose lowest
 * bar would be no deeper fall even from its highest can only be a higher peak. */
static void follow_leaf(bt_path *p, size_t leaf)
{
  bt_reach closes = p->tables->runs[0][leaf];
  double of_high = bt_path_equity(p, closes.high), of_low = bt_path_equity(p, closes.low);
  double high = p->shares > 0 ? of_high : of_low, low = p->shares > 0 ? of_low : of_high;
  if (high <= p->peak)
    bt_path_follow_bar(p, low);
  else if (low >= p->worst * high)
    p->peak = high;
  else
    follow_bars(p, leaf * BT_LEAF_BARS, (leaf + 1) * BT_LEAF_BARS);
}

/* Leaf by leaf, and where it has to be bar by bar. */
void bt_path__follow_closely(bt_path *p, size_t from, size_t end)
{
  size_t first = (from + BT_LEAF_BARS - 1) / BT_LEAF_BARS, behind = end / BT_LEAF_BARS;
  if (first >= behind) {
    follow_bars(p, from, end);
    return;
  }
  follow_bars(p, from, first * BT_LEAF_BARS);
  for (size_t leaf = first; leaf < behind; leaf++) follow_leaf(p, leaf);
  follow_bars(p, behind * BT_LEAF_BARS, end);
}

bool bt_path_hold(bt_path *p, size_t t, size_t end)
{
  double cash = p->cash, shares = p->shares;
  if (t == end) return true;
  if (shares == 0) {
    bt_path_add_bar(p, cash);
    bt_path_follow_bar(p, cash);
    p->n_still += end - t - 1;
    return true;
  }
  bt_path_add_bar(p, bt_path_equity(p, p->tables->close[t]));
  bt_path_follow(p, t, end);
  if ((shares < 0 || cash < 0) && p->worst * p->peak <= 1e-3 * fabs(cash)) return false;
  p->n_exposed += end - t;
  if (end == t + 1) return true;
  if (cash == 0 && shares > 0)
    bt_tables_add(&p->moments, &p->leaves, p->tables, t + 1, end, p->spiky);
  else
    add_position(p, t + 1, end);
  p->equity = bt_path_equity(p, p->tables->close[end - 1]);
  return true;
}
