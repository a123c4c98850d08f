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

/* A block of 2^level leaves: as a whole, or one half after the other. */
static void follow_block(bt_path *p, size_t leaf, size_t level)
{
  if (bt_path__take(p, bt_tables_reach_of_block(p->tables, leaf, level))) return;
  if (level == 0) {
    follow_bars(p, leaf * BT_LEAF_BARS, (leaf + 1) * BT_LEAF_BARS);
    return;
  }
  follow_block(p, leaf, level - 1);
  follow_block(p, leaf + ((size_t)1 << (level - 1)), level - 1);
}

void bt_path__follow_closely(bt_path *p, size_t from, size_t end)
{
  size_t first = from / BT_LEAF_BARS, last = (end - 1) / BT_LEAF_BARS;
  if (first == last) {
    follow_bars(p, from, end);
    return;
  }
  if (!bt_path__take(p, p->tables->from[from])) follow_bars(p, from, (first + 1) * BT_LEAF_BARS);
  for (size_t leaf = first + 1, level; leaf < last; leaf += (size_t)1 << level) {
    size_t aligned = bt_tables__log2(leaf & (0 - leaf)); /* leaf is a multiple of 2^aligned */
    level = bt_tables__log2(last - leaf);
    if (level > aligned) level = aligned;
    if (level >= BT_HALF_LEVELS) level = BT_HALF_LEVELS - 1;
    follow_block(p, leaf, level);
  }
  if (!bt_path__take(p, p->tables->until[end].reach)) follow_bars(p, last * BT_LEAF_BARS, end);
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
    bt_path_add_held(p, t + 1, end);
  else
    add_position(p, t + 1, end);
  p->equity = bt_path_equity(p, p->tables->close[end - 1]);
  return true;
}
