/* course_legs.h - what a course keeps of the target that it followed: course.c makes it,
 * course_window.c puts windows together from it. Internal to core.
 */
#ifndef BT_CORE_COURSE_LEGS_H
#define BT_CORE_COURSE_LEGS_H

#include "core/account.h"
#include "core/course.h"
#include "core/position.h"

/* The totals of the orders and bars of all legs before. */
typedef struct bt_leg_counts {
  size_t n_closed, n_won, n_trade_bars, n_exposed;
  size_t n_broken; /* legs that windows cannot share: see add_leg */
} bt_leg_counts;

/* One order of the course with what follows up to the next one. */
typedef struct bt_leg {
  size_t bar;           /* of the order */
  double before;        /* equity at the close before the order */
  bt_position position; /* after the order */
  bool fresh;           /* the position is none or was opened by this order */
  bool closes;          /* the order closed a trade: */
  double pnl, ret;      /* its net profit and its return */
  double costs;         /* of the order */
  bt_stretch path;      /* all bars up to the next order */
  bt_stretch later;     /* those behind the first */
  bt_leg_counts counts;
} bt_leg;

struct bt_course {
  const bt_tables *tables;
  bt_subject subject;
  const double *target;
  bt_evaluation how;
  bool plain;  /* whether every window is evaluated plainly */
  bool scales; /* whether windows are the course times a constant; else legs only have their bar */
  bt_ledger ledger;
  bt_leg *legs; /* n_legs, and behind them one that ends the last: its bar, before and counts */
  size_t n_legs, capacity;
  bt_evaluator evaluator; /* of windows: its ledger, and all of it for plain ones */
  size_t n_plain;
};

/* The decision that an order of that bar follows. */
double bt_course__decision(const bt_course *course, size_t bar);

/* The order of that bar. Errors: NOMEM. */
bt_status bt_course__place_order(const bt_course *course, bt_account *a, size_t bar, bt_error *err);

static inline bt_position bt_course__position(const bt_account *a)
{
  return (bt_position){.cash = a->cash, .shares = a->shares};
}

/* Whether the position is none or was opened by the order of that bar. */
static inline bool bt_course__is_fresh(const bt_account *a, size_t bar)
{
  return a->shares == 0 || bt_account__open_trade(a)->entry_bar == bar;
}

/* The bar of an order that leaves p: equity comes from `before`, at the close ahead of it, to that
 * of p at its own. */
static inline bt_stretch bt_course__order_bar(const bt_tables *tables, bt_position p, double before,
                                              size_t bar)
{
  double equity = bt_position_equity(p, bt_tables_bars(tables)->close[bar]);
  return bt_stretch_of(bt_without_noise(equity / before - 1), equity, bt_tables_floor(tables));
}

/* All bars of a leg up to `end`. */
bt_stretch bt_course__leg_path(const bt_course *course, const bt_leg *leg, size_t end);

#endif
