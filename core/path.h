/* path.h - equity on its way through a span, from holding to holding: its returns and its drawdown.
 * Internal to core, for holdings.c and trips_follow.c.
 */
#ifndef BT_CORE_PATH_H
#define BT_CORE_PATH_H

#include <math.h>
#include <stdbool.h>

#include "core/changes.h"
#include "core/evaluate.h"
#include "core/price_tables.h"

/* What lies behind, and what is held now. */
typedef struct bt_path {
  const bt_subject *subject;
  const bt_tables *tables;
  double cash, shares; /* held now */
  double equity;       /* at the last close */
  double peak, worst;  /* the highest equity, and the least of equity / peak; the cash before */
  bool spiky;          /* some close before the end of the span is more than twice the one before */
  size_t n_exposed;
  size_t n_still; /* bars on which equity has not changed */
  bt_moments moments;
  bt_lanes held; /* the same, moment i in lane i, as differences out of the tables: */
  size_t n_differences;
  size_t n_factors; /* equity is a product of so many, each rounded; 0: it is the simulator's own */
  double single[BT_LANES];
  size_t n_single; /* returns of single bars that are not in the moments yet */
} bt_path;

void bt_path_init(bt_path *path, const bt_subject *subject, double cash);

/* ---- returns ----------------------------------------------------------------------------------
 */

static inline void bt_path__add_singles(bt_path *p)
{
  bt_moments_add(&p->moments, p->single, p->n_single, p->tables->floor);
  p->n_single = 0;
}

/* The return of a single bar, without noise. */
static inline void bt_path_add_return(bt_path *p, double r)
{
  if (p->n_single == BT_LANES) bt_path__add_singles(p);
  p->single[p->n_single++] = r;
}

/* The bar on which an order filled, or that begins with it: equity comes from the last close. */
static inline void bt_path_add_bar(bt_path *p, double equity)
{
  if (equity == p->equity) {
    p->n_still++;
    return;
  }
  bt_path_add_return(p, bt_without_noise(equity / p->equity - 1));
  p->equity = equity;
}

/* ---- drawdown ---------------------------------------------------------------------------------
 */

static inline double bt_path_equity(const bt_path *p, double close)
{
  return p->cash + p->shares * close;
}

static inline void bt_path_follow_bar(bt_path *p, double equity)
{
  p->peak = equity > p->peak ? equity : p->peak; /* without a branch: nothing could predict it */
  if (equity < p->worst * p->peak) p->worst = equity / p->peak;
}

/* Peak and worst as those of a path, behind equity that is so many times closes which reach so far:
 * it falls as they do, or as far as their low below the peak before. Without a branch: whether it
 * is a deeper fall is nothing that a processor could foresee. */
static inline void bt_path_fall(double *peak, double *worst, bt_reach closes, double times)
{
  double high = times * closes.high, fall = times * closes.low / *peak;
  *peak = high > *peak ? high : *peak;
  fall = fall < closes.worst ? fall : closes.worst;
  *worst = fall < *worst ? fall : *worst;
}

/* Follows equity at closes that reach so far; false where more has to be known of them. Rounding
 * keeps the order of what it rounds, so the highest and the lowest close decide. Below the peak
 * only the lowest counts; and most of what rises above it would not fall deeper than before even if
 * its lowest close came right behind the highest. */
static inline bool bt_path__take(bt_path *p, bt_reach closes)
{
  double high = bt_path_equity(p, p->shares > 0 ? closes.high : closes.low);
  double low = bt_path_equity(p, p->shares > 0 ? closes.low : closes.high);
  double most = high > p->peak ? high : p->peak;
  if (low >= p->worst * most)
    p->peak = most;
  else if (most == p->peak)
    p->worst = low / most;
  else
    return false;
  return true;
}

/* Part by part, down to bars where it has to be. */
void bt_path__follow_closely(bt_path *path, size_t from, size_t end);

/* Follows equity at the closes of the bars [from, end), held alike. */
static inline void bt_path_follow(bt_path *p, size_t from, size_t end)
{
  bt_reach closes = bt_tables_reach(p->tables, from, end);
  if (p->cash == 0 && p->shares > 0)
    bt_path_fall(&p->peak, &p->worst, closes, p->shares);
  else if (!bt_path__take(p, closes))
    bt_path__follow_closely(p, from, end);
}

/* ---- holding ----------------------------------------------------------------------------------
 */

/* The returns of the bars [from, end) of a position that is shares alone. */
static inline void bt_path_add_held(bt_path *p, size_t from, size_t end)
{
  if (p->spiky) {
    bt_tables_add_each(&p->moments, p->tables, from, end);
    return;
  }
  bt_tables_add(&p->held, p->tables, from, end);
  p->n_differences++;
}

/* Bars [t, end), of which t is behind its orders, with what is held now; false where equity is gone
 * on one of them, or nearly. */
bool bt_path_hold(bt_path *path, size_t t, size_t end);

#endif
