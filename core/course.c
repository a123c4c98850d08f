#include "core/course.h"

#include <assert.h>
#include <stdlib.h>

#include "core/course_legs.h"

bt_status bt_course_new(bt_course **out, bt_error *err)
{
  bt_course *course = calloc(1, sizeof *course);
  if (!course) return bt_fail_nomem(err, "course");
  bt_ledger_init(&course->ledger);
  bt_evaluator_init(&course->evaluator);
  *out = course;
  return BT_OK;
}

void bt_course_free(bt_course *course)
{
  if (!course) return;
  bt_ledger_clear(&course->ledger);
  bt_evaluator_clear(&course->evaluator);
  free(course->legs);
  free(course);
}

size_t bt_course_n_plain(const bt_course *course)
{
  return course->n_plain;
}

double bt_course__decision(const bt_course *course, size_t bar)
{
  return bt_account__decision(course->how.simulation.fill, course->target, bar);
}

bt_status bt_course__place_order(const bt_course *course, bt_account *a, size_t bar, bt_error *err)
{
  return bt_account__follow_decision(a, bar, bt_course__decision(course, bar), err);
}

static bt_status reserve_legs(bt_course *course, bt_error *err)
{
  if (course->n_legs + 2 <= course->capacity) return BT_OK;
  size_t capacity = course->capacity ? 2 * course->capacity : 64;
  bt_leg *legs = realloc(course->legs, capacity * sizeof *legs);
  if (!legs) return bt_fail_nomem(err, "legs");
  course->legs = legs;
  course->capacity = capacity;
  return BT_OK;
}

/* A trade whose profit is so small that rounding could decide whether it was won. */
static bool is_unclear(double ret)
{
  return fabs(ret) > BT_NOISE / 4 && fabs(ret) < 4 * BT_NOISE;
}

/* What the order of the leg did; false where it leaves something that windows cannot share. */
static bool note_order(bt_leg *leg, const bt_account *a, size_t n_closed)
{
  leg->position = bt_course__position(a);
  leg->fresh = bt_course__is_fresh(a, leg->bar);
  leg->costs = a->ledger->costs_paid;
  leg->closes = a->ledger->n_trades > n_closed;
  if (!leg->closes) return true;
  const bt_trade *trade = &a->ledger->trades[n_closed];
  double ret = trade->pnl / trade->entry_value;
  leg->pnl = trade->pnl;
  leg->ret = bt_without_noise(ret);
  return !is_unclear(ret);
}

/* The counts behind a leg that ends at `end`. */
static bt_leg_counts count_on(const bt_leg *leg, const bt_account *a, size_t end, bool whole)
{
  bt_leg_counts counts = leg->counts;
  counts.n_broken += !whole;
  counts.n_exposed += leg->position.shares != 0 ? end - leg->bar : 0;
  if (!leg->closes) return counts;
  const bt_trade *trade = &a->ledger->trades[a->ledger->n_trades - 1];
  counts.n_closed++;
  counts.n_won += leg->ret > 0;
  counts.n_trade_bars += trade->exit_bar - trade->entry_bar;
  return counts;
}

/* Whether equity is there, and of a size that doubles hold to the last bit. */
static bool can_go_on(const bt_course *course, double equity)
{
  double ratio = equity / course->how.simulation.cash;
  return ratio > 1e-100 && ratio < 1e100;
}

/* A short position that nearly loses all: what is left is the small difference of two large
 * amounts, and its rounding would show in another unit. */
static bool is_near_ruin(const bt_leg *leg)
{
  return leg->position.shares < 0 && leg->path.low < 1e-3 * leg->position.cash;
}

/* The bar of the order itself. */
static bt_stretch first_bar(const bt_course *course, const bt_leg *leg)
{
  return bt_course__order_bar(course->tables, leg->position, leg->before, leg->bar);
}

bt_stretch bt_course__leg_path(const bt_course *course, const bt_leg *leg, size_t end)
{
  bt_span later = {leg->bar + 1, end};
  return bt_stretch_join(first_bar(course, leg),
                         bt_position_hold(leg->position, course->tables, later));
}

/* The bars of the leg up to `end`, and equity at the last close; 0 where it is gone before. */
static double follow_bars(const bt_course *course, bt_leg *leg, size_t end)
{
  bt_span bars = {leg->bar, end}, later = {leg->bar + 1, end};
  if (bt_position_find_ruin(leg->position, course->tables, bars) < end) return 0;
  leg->later = bt_position_hold(leg->position, course->tables, later);
  leg->path = bt_stretch_join(first_bar(course, leg), leg->later);
  return bt_position_equity(leg->position, bt_tables_bars(course->tables)->close[end - 1]);
}

/* The order of bar t and what follows up to `end`. A leg is broken where a window in another unit
 * might differ. Where equity cannot go on, the course starts again with all its cash. */
static bt_status add_leg(bt_course *course, bt_account *a, size_t t, size_t end, bt_error *err)
{
  bt_leg *leg = &course->legs[course->n_legs], *next = leg + 1;
  size_t n_closed = a->ledger->n_trades;
  leg->bar = t;
  leg->fresh = leg->closes = false;
  leg->position = (bt_position){0};
  a->ledger->costs_paid = 0; /* of this order alone: later ones may be far smaller */
  bt_status status = bt_course__place_order(course, a, t, err);
  if (status) return status;
  bool is_clear = !a->ledger->ruined && note_order(leg, a, n_closed);
  double equity = a->ledger->ruined ? 0 : follow_bars(course, leg, end);
  bool goes_on = can_go_on(course, equity);
  bool whole = is_clear && goes_on && !is_near_ruin(leg);
  next->counts = count_on(leg, a, end, whole);
  if (!goes_on) {
    double in_force = a->in_force;
    bt_account__begin(a, a->ledger, a->bars, end, a->config);
    a->in_force = in_force;
  }
  next->before = goes_on ? equity : a->cash;
  next->bar = end;
  course->n_legs++;
  return BT_OK;
}

/* Only the bars of the orders. */
static void add_bar(bt_course *course, bt_account *a, size_t t, size_t end)
{
  a->in_force = bt_course__decision(course, t);
  course->legs[course->n_legs++].bar = t;
  course->legs[course->n_legs].bar = end;
}

/* What only going from bar to bar can do, whatever the target: a benchmark's columns, levels. */
static bool needs_plain(const bt_course *course)
{
  return course->subject.benchmark || bt_stops_any(&course->how.simulation.stops) ||
         !bt_tables_are_clear(course->tables);
}

bt_status bt_course_follow(bt_course *course, const bt_tables *tables, const bt_subject *subject,
                           const double *target, const bt_evaluation *how, bt_error *err)
{
  const bt_sim_config *config = &how->simulation;
  const double *next = bt_account__next(config->fill, target);
  const bt_span span = subject->span;
  bt_account a;
  assert(subject->bars == bt_tables_bars(tables) && how->rf == bt_tables_rf(tables));
  assert(subject->periods_per_year == bt_tables_periods_per_year(tables));
  course->tables = tables;
  course->subject = *subject;
  course->target = target;
  course->how = *how;
  course->plain = needs_plain(course);
  course->scales = config->lot == 0 && config->costs.commission_min == 0;
  course->n_legs = 0;
  bt_status status = reserve_legs(course, err);
  if (status) return status;
  course->legs[0] = (bt_leg){.bar = span.end, .before = config->cash};
  bt_account__begin(&a, &course->ledger, subject->bars, span.first, config);
  for (size_t t = span.first, end; t < span.end && !status && !course->plain; t = end) {
    double decision = bt_course__decision(course, t);
    end = bt_account__find_order(next, t, span.end, decision);
    if (decision < 0 && config->borrow_rate > 0) course->plain = true;
    if (decision == a.in_force || course->plain) continue;
    status = reserve_legs(course, err);
    if (!status && course->scales) status = add_leg(course, &a, t, end, err);
    if (!status && !course->scales) add_bar(course, &a, t, end);
  }
  return status;
}
