#include "core/course.h"

#include <stdlib.h>

#include "core/account.h"
#include "core/lanes.h"

/* One order of the course with what follows up to the next one. Counts are of the legs before. */
typedef struct leg {
  size_t bar;
  double cash, shares;    /* after the order */
  double before;          /* equity at the close before the order */
  bt_stretch path, later; /* all bars up to the next order; those behind the first */
  bool fresh;             /* flat, or the trade was opened by this order */
  bool closes;            /* the order closed a trade: */
  double pnl, ret;        /* its net profit and its return */
  double costs;           /* of the order */
  size_t n_closed, n_won, n_trade_bars, n_exposed;
  size_t n_broken; /* legs that windows cannot share: see break_off */
} leg;

struct bt_course {
  const bt_tables *tables;
  const double *target;
  bt_evaluation how;
  double floor; /* of the downside: return per bar */
  bt_span span;
  bool scales; /* whether windows are the course times a constant */
  bt_ledger ledger;
  leg *legs; /* n_legs, and behind them one that only counts */
  size_t n_legs, capacity;
  bt_evaluator evaluator; /* of windows: its ledger, and all of it for plain ones */
  size_t n_plain;
};

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

/* ---- a position over some bars --------------------------------------------------------------- */

/* Some bars of a position. */
typedef struct position {
  double cash, shares;
  const double *close;
  size_t from, end;
} position;

static bt_pair equity_of_pair(const position *p, size_t t)
{
  return p->cash + p->shares * bt_pair_load(p->close + t);
}

/* The sums over returns, in lanes; what is left of whole groups is added one by one. */
static void gather_returns(bt_stretch *s, const position *p, double floor)
{
  bt_lanes sums[5] = {0};
  size_t t = p->from;
  for (; t + BT_LANES <= p->end; t += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_PAIRS; k++) {
      bt_pair r = equity_of_pair(p, t + 2 * k) / equity_of_pair(p, t + 2 * k - 1) - 1;
      r = bt_pair_where(bt_pair_abs(r) >= BT_NOISE, r);
      bt_pair square = r * r, below = r - floor;
      below = bt_pair_where(below < 0, below);
      sums[0].pair[k] += r;
      sums[1].pair[k] += square;
      sums[2].pair[k] += square * r;
      sums[3].pair[k] += square * square;
      sums[4].pair[k] += below * below;
    }
  }
  s->first = bt_lanes_sum(&sums[0]);
  s->second = bt_lanes_sum(&sums[1]);
  s->third = bt_lanes_sum(&sums[2]);
  s->fourth = bt_lanes_sum(&sums[3]);
  s->downside = bt_lanes_sum(&sums[4]);
  for (; t < p->end; t++) {
    double before = p->cash + p->shares * p->close[t - 1];
    double equity = p->cash + p->shares * p->close[t];
    bt_stretch bar = bt_stretch_of(bt_without_noise(equity / before - 1), equity, floor);
    s->first += bar.first;
    s->second += bar.second;
    s->third += bar.third;
    s->fourth += bar.fourth;
    s->downside += bar.downside;
  }
}

/* The highest and the lowest equity and the deepest fall; one division where it gets deeper. */
static void gather_falls(bt_stretch *s, const position *p)
{
  double high = s->high, low = s->low, worst = s->worst;
  for (size_t t = p->from; t < p->end; t++) {
    double equity = p->cash + p->shares * p->close[t];
    high = equity > high ? equity : high;
    low = equity < low ? equity : low;
    if (equity < worst * high) worst = equity / high;
  }
  s->high = high;
  s->low = low;
  s->worst = worst;
}

/* A position that is not equity itself: bar by bar. */
static bt_stretch gather(const bt_course *course, double cash, double shares, size_t from,
                         size_t end)
{
  const position p = {cash, shares, bt_tables_bars(course->tables)->close, from, end};
  bt_stretch s = bt_stretch_empty();
  gather_returns(&s, &p, course->floor);
  gather_falls(&s, &p);
  return s;
}

/* Bars [from, end) of a position that is held since the close of from - 1 or before. */
static bt_stretch hold(const bt_course *course, double cash, double shares, size_t from, size_t end)
{
  if (from >= end) return bt_stretch_empty();
  if (shares == 0) {
    bt_stretch flat = bt_stretch_of(0, cash, course->floor);
    flat.downside *= (double)(end - from);
    return flat;
  }
  if (cash == 0 && shares > 0)
    return bt_stretch_scale(bt_tables_stretch(course->tables, from, end), shares);
  return gather(course, cash, shares, from, end);
}

static bool is_gone_at(double cash, double shares, double price)
{
  double equity = cash + shares * price;
  return bt_account__is_gone(cash, equity - cash);
}

/* The first bar of [from, end) at whose close equity is gone, or end. Only a short position, or
 * cash below 0, can lose all; it does where it does at the price that is worst for it, since
 * rounding keeps the order of what it rounds. */
static size_t find_ruin(const bt_course *course, double cash, double shares, size_t from,
                        size_t end)
{
  const double *close = bt_tables_bars(course->tables)->close;
  if ((shares >= 0 && cash >= 0) || from >= end) return end;
  bt_stretch prices = bt_tables_stretch(course->tables, from, end);
  double extreme = shares < 0 ? prices.high : prices.low;
  if (!is_gone_at(cash, shares, extreme)) return end;
  while (!is_gone_at(cash, shares, close[from])) from++;
  return from;
}

/* The decision that an order of that bar follows. */
static double decision_of(const bt_course *course, size_t bar)
{
  if (course->how.simulation.fill == BT_FILL_CLOSE) return course->target[bar];
  return bar > 0 ? course->target[bar - 1] : 0;
}

static bt_status place_order(const bt_course *course, bt_account *a, size_t bar, bt_error *err)
{
  const bt_bars *bars = bt_tables_bars(course->tables);
  bool at_open = course->how.simulation.fill == BT_FILL_OPEN;
  return bt_account__place_order(a, bars, bar, at_open ? bars->open[bar] : bars->close[bar],
                                 decision_of(course, bar), err);
}

/* Whether the position is none or was opened by the order of that bar. */
static bool is_fresh(const bt_account *a, size_t bar)
{
  return a->shares == 0 || bt_account__open_trade(a)->entry_bar == bar;
}

/* ---- following a target ---------------------------------------------------------------------- */

static bt_status reserve_legs(bt_course *course, bt_error *err)
{
  if (course->n_legs + 2 <= course->capacity) return BT_OK;
  size_t capacity = course->capacity ? 2 * course->capacity : 64;
  leg *legs = realloc(course->legs, capacity * sizeof *legs);
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
static bool note_order(leg *l, const bt_account *a, size_t n_closed)
{
  const bt_trade *trade = &a->ledger->trades[n_closed];
  l->cash = a->cash;
  l->shares = a->shares;
  l->fresh = is_fresh(a, l->bar);
  l->costs = a->ledger->costs_paid;
  l->closes = a->ledger->n_trades > n_closed;
  if (!l->closes) return true;
  l->pnl = trade->pnl;
  l->ret = bt_without_noise(trade->pnl / trade->entry_value);
  return !is_unclear(trade->pnl / trade->entry_value);
}

/* The counts behind a leg that ends at `end`. */
static void count_on(leg *next, const leg *l, const bt_account *a, size_t end, bool broken)
{
  *next = *l;
  next->bar = end;
  next->n_broken += broken;
  next->n_exposed += l->shares != 0 ? end - l->bar : 0;
  if (!l->closes) return;
  const bt_trade *trade = &a->ledger->trades[a->ledger->n_trades - 1];
  next->n_closed++;
  next->n_won += l->ret > 0;
  next->n_trade_bars += trade->exit_bar - trade->entry_bar;
}

/* Whether equity can go on: it is there, and its size is one that doubles hold to the last bit. */
static bool can_go_on(const bt_course *course, double equity)
{
  double ratio = equity / course->how.simulation.cash;
  return ratio > 1e-100 && ratio < 1e100;
}

/* A short position that nearly loses all: what is left is the small difference of two large
 * amounts, and its rounding would show in another unit. */
static bool is_near_ruin(const leg *l)
{
  return l->shares < 0 && l->path.low < 1e-3 * l->cash;
}

/* The bars of a leg up to `end`. */
static void follow_leg(const bt_course *course, leg *l, size_t end)
{
  double equity = l->cash + l->shares * bt_tables_bars(course->tables)->close[l->bar];
  double r = bt_without_noise(equity / l->before - 1);
  l->later = hold(course, l->cash, l->shares, l->bar + 1, end);
  l->path = bt_stretch_join(bt_stretch_of(r, equity, course->floor), l->later);
}

/* Enters the order of bar t and what follows up to `end`. Where equity is gone the leg is broken
 * off: no window goes through it in one step, and the course starts again with all its cash. */
static bt_status add_leg(bt_course *course, bt_account *a, size_t t, size_t end, bt_error *err)
{
  bt_status status = reserve_legs(course, err);
  if (status) return status;
  leg *l = &course->legs[course->n_legs++], *next = l + 1;
  const double *close = bt_tables_bars(course->tables)->close;
  size_t n_closed = a->ledger->n_trades;
  double in_force = decision_of(course, t);
  a->ledger->costs_paid = 0; /* of this order alone: later ones may be far smaller */
  l->bar = t;
  l->cash = l->shares = 0;
  l->fresh = l->closes = false;
  status = place_order(course, a, t, err);
  if (status) return status;
  bool whole = !a->ledger->ruined && note_order(l, a, n_closed);
  bool goes_on = !a->ledger->ruined && find_ruin(course, a->cash, a->shares, t, end) == end;
  if (goes_on) follow_leg(course, l, end);
  whole = whole && goes_on && !is_near_ruin(l);
  double equity = goes_on ? a->cash + a->shares * close[end - 1] : 0;
  goes_on = goes_on && can_go_on(course, equity);
  count_on(next, l, a, end, !whole || !goes_on);
  next->before = equity;
  if (goes_on) return BT_OK;
  bt_account__begin(a, a->ledger, a->config);
  a->in_force = in_force;
  next->before = a->cash;
  return BT_OK;
}

bt_status bt_course_follow(bt_course *course, const bt_tables *tables, bt_span span,
                           const double *target, const bt_evaluation *how, bt_error *err)
{
  const bt_sim_config *config = &how->simulation;
  const double *next = config->fill == BT_FILL_OPEN ? target : target + 1;
  bt_account a;
  course->tables = tables;
  course->target = target;
  course->how = *how;
  course->floor = bt_tables_rf(tables) / bt_tables_periods_per_year(tables);
  course->span = span;
  course->scales = config->lot == 0 && config->costs.commission_min == 0;
  course->n_legs = 0;
  bt_status status = reserve_legs(course, err);
  if (status) return status;
  course->legs[0] = (leg){.bar = span.end, .before = config->cash};
  bt_account__begin(&a, &course->ledger, config);
  for (size_t t = span.first; t < span.end && !status;) {
    double decision = decision_of(course, t);
    size_t end = bt_account__find_order(next, t, span.end, decision);
    if (decision != a.in_force) status = add_leg(course, &a, t, end, err);
    t = end;
  }
  return status;
}

/* ---- one window ------------------------------------------------------------------------------ */

/* A window on its way. */
typedef struct walk {
  const bt_course *course;
  bt_span window;
  bt_account a;
  bt_stretch path;
  double equity; /* at the last close so far */
  double costs_paid;
  size_t n_exposed;
  bt_trade_sums trades;
} walk;

/* Equity is gone on bar t: it falls to 0 and stays there. */
static void go_under(walk *w, size_t t)
{
  const bt_course *course = w->course;
  bt_stretch rest = bt_stretch_of(0, 0, course->floor);
  rest.downside *= (double)(w->window.end - t - 1);
  double low = w->path.low;
  w->path = bt_stretch_join(w->path, bt_stretch_of(-1, 0, course->floor));
  w->path = bt_stretch_join(w->path, rest);
  w->path.worst = 0;
  w->path.low = low; /* of what was left before, see is_clear */
  w->equity = 0;
  w->a.ledger->ruined = true;
}

/* Bars [t, end) with the account as it is; `l`: the leg of the course that has the same position in
 * another unit and the same bars, or NULL. */
static void hold_until(walk *w, size_t t, size_t end, const leg *l)
{
  const bt_course *course = w->course;
  double cash = w->a.cash, shares = w->a.shares;
  size_t stop = l ? end : find_ruin(course, cash, shares, t, end);
  if (shares != 0) w->n_exposed += stop - t;
  if (stop > t) {
    const double *close = bt_tables_bars(course->tables)->close;
    double equity = cash + shares * close[t], r = bt_without_noise(equity / w->equity - 1);
    bt_stretch later =
        l ? bt_stretch_scale(l->later, shares != 0 ? shares / l->shares : cash / l->cash)
          : hold(course, cash, shares, t + 1, stop);
    w->path = bt_stretch_join(w->path, bt_stretch_of(r, equity, course->floor));
    w->path = bt_stretch_join(w->path, later);
    w->equity = cash + shares * close[stop - 1];
  }
  if (stop < end) go_under(w, stop);
}

/* The first leg whose order comes behind bar t: halving without branches, which nothing could
 * predict. */
static size_t find_leg(const bt_course *course, size_t t)
{
  const leg *first = course->legs;
  size_t n = course->n_legs;
  while (n > 1) {
    size_t half = n / 2;
    first += first[half - 1].bar <= t ? half : 0;
    n -= half;
  }
  return (size_t)(first - course->legs) + (n > 0 && first->bar <= t);
}

/* Whether the window, after the order of leg k, is from here to its end the course in another
 * unit. `behind` is the leg of the first order behind the window. */
static bool is_joined(const walk *w, size_t k, size_t behind)
{
  const leg *l = &w->course->legs[k];
  double held = w->a.shares;
  return w->course->scales && l->fresh && is_fresh(&w->a, l->bar) &&
         (held > 0) == (l->shares > 0) && (held < 0) == (l->shares < 0) &&
         w->course->legs[behind].n_broken == l->n_broken;
}

/* Adds up the orders of the legs [from, behind) in units of the course times scale, and their bars
 * up to the end of the window. */
static void add_legs(walk *w, size_t from, size_t behind, double scale)
{
  const bt_course *course = w->course;
  const leg *legs = course->legs, *last = &legs[behind - 1];
  bt_stretch path = bt_stretch_empty();
  bt_trade_sums *trades = &w->trades;
  double won = 0, lost = 0, costs = 0;
  for (const leg *l = legs + from; l < legs + behind; l++) {
    if (l < last) path = bt_stretch_join(path, l->path);
    costs += l->costs;
    if (!l->closes) continue;
    won += l->ret > 0 ? l->pnl : 0;
    lost += l->ret < 0 ? l->pnl : 0;
    trades->returns += l->ret;
    trades->best = l->ret > trades->best ? l->ret : trades->best;
    trades->worst = l->ret < trades->worst ? l->ret : trades->worst;
  }
  leg cut = *last;
  if (legs[behind].bar > w->window.end) follow_leg(course, &cut, w->window.end);
  path = bt_stretch_join(path, cut.path);
  w->path = bt_stretch_join(w->path, bt_stretch_scale(path, scale));
  trades->won += won * scale;
  trades->lost += lost * scale;
  trades->n_closed += legs[behind].n_closed - legs[from].n_closed;
  trades->n_won += legs[behind].n_won - legs[from].n_won;
  trades->bars += (double)(legs[behind].n_trade_bars - legs[from].n_trade_bars);
  w->costs_paid += costs * scale;
  w->n_exposed += last->n_exposed - legs[from].n_exposed;
  if (last->shares != 0) w->n_exposed += w->window.end - last->bar;
  w->equity =
      (last->cash + last->shares * bt_tables_bars(course->tables)->close[w->window.end - 1]) *
      scale;
}

/* From the order of leg k on, after which the window has the position of the course. */
static void join_course(walk *w, size_t k, size_t behind)
{
  const leg *l = &w->course->legs[k];
  double scale = l->shares != 0 ? w->a.shares / l->shares : w->a.cash / l->cash;
  bool whole = k + 1 < behind || l[1].bar == w->window.end;
  hold_until(w, l->bar, whole ? l[1].bar : w->window.end, whole ? l : NULL);
  if (k + 1 < behind) add_legs(w, k + 1, behind, scale);
}

/* Flat from the start, where the course is flat too before the order of leg k. */
static bool starts_like_course(const walk *w, size_t k, size_t behind)
{
  const leg *legs = w->course->legs;
  return w->course->scales && w->a.shares == 0 && k < behind &&
         (k == 0 || (legs[k - 1].shares == 0 && legs[k - 1].n_broken == legs[k].n_broken)) &&
         legs[behind].n_broken == legs[k].n_broken;
}

static bt_status walk_window(walk *w, bt_error *err)
{
  const bt_course *course = w->course;
  const leg *legs = course->legs;
  size_t t = w->window.first, k = find_leg(course, t), behind = find_leg(course, w->window.end - 1);
  bt_status status = BT_OK;
  if (decision_of(course, t) != 0) status = place_order(course, &w->a, t, err);
  if (status) return status;
  if (k > 0 && legs[k - 1].bar == t && is_joined(w, k - 1, behind)) {
    join_course(w, k - 1, behind);
    return BT_OK;
  }
  hold_until(w, t, k < behind ? legs[k].bar : w->window.end, NULL);
  if (starts_like_course(w, k, behind)) {
    add_legs(w, k, behind, w->a.cash / legs[k].before);
    return BT_OK;
  }
  for (; k < behind && !w->a.ledger->ruined; k++) {
    status = place_order(course, &w->a, legs[k].bar, err);
    if (status) return status;
    if (w->a.ledger->ruined) go_under(w, legs[k].bar);
    if (w->a.ledger->ruined) break;
    if (is_joined(w, k, behind)) {
      join_course(w, k, behind);
      break;
    }
    hold_until(w, legs[k].bar, k + 1 < behind ? legs[k + 1].bar : w->window.end, NULL);
  }
  return BT_OK;
}

/* ---- metrics ----------------------------------------------------------------------------------
 */

/* The moments around the mean from those around 0. */
static bt_return_sums centre(const bt_stretch *path, size_t n)
{
  double count = (double)n, mean = path->first / count, square = mean * mean;
  return (bt_return_sums){.first = path->first,
                          .downside = path->downside,
                          .second = path->second - count * square,
                          .third =
                              path->third - 3 * mean * path->second + 2 * count * square * mean,
                          .fourth = path->fourth - 4 * mean * path->third +
                                    6 * square * path->second - 3 * count * square * square,
                          .constant = path->second == 0};
}

/* Whether no rounding shows in the metrics. Returns are right to 2e-16 and equity to some 1e-15, so
 * what they are divided by must not be too small: the deviation and the downside of returns (with
 * what Sharpe and Sortino multiply), the drawdown below a yearly return; nor may the mean be so
 * large that moments around it cancel, nor a fall or a gain be near to BT_NOISE, nor equity so
 * small that doubles hold fewer digits of it. */
static bool is_clear(const walk *w, const bt_return_sums *sums, size_t n)
{
  double ppy = bt_tables_periods_per_year(w->course->tables), count = (double)n;
  double years = ppy / count, mean = sums->first / count, variance = sums->second / count;
  double total = fabs(w->equity / w->course->how.simulation.cash - 1), fall = 1 - w->path.worst;
  bool moves = sums->second >= 1e-12 * ppy && variance >= 1e-11 && mean * mean <= 100 * variance;
  bool falls = fall == 0 || (fall >= 1e-5 && fall >= 1e-5 * years);
  bool sinks = sums->downside == 0 || sums->downside >= 1e-11;
  return (sums->constant || n < 2 || moves) && falls && sinks && (total == 0 || total >= 1e-12) &&
         years <= 1e4 && w->path.low >= 1e-250;
}

static void set_metrics(bt_metrics *out, walk *w, const bt_return_sums *sums, size_t n)
{
  const bt_course *course = w->course;
  const double *close = bt_tables_bars(course->tables)->close;
  const bt_metrics_config config = {.cash = course->how.simulation.cash,
                                    .rf = bt_tables_rf(course->tables),
                                    .periods_per_year = bt_tables_periods_per_year(course->tables)};
  double *value = out->value;
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) value[i] = (double)NAN;
  bt_metrics__set_equity(value, w->equity, n, &config);
  bt_metrics__set_returns(value, sums, n, &config);
  value[BT_METRIC_MAX_DRAWDOWN] = bt_without_noise(w->path.worst - 1);
  value[BT_METRIC_CALMAR] = value[BT_METRIC_CAGR] / fabs(value[BT_METRIC_MAX_DRAWDOWN]);
  value[BT_METRIC_EXPOSURE] = (double)w->n_exposed / (double)n;
  bt_metrics__set_trades(value, &w->trades);
  value[BT_METRIC_COSTS] = w->costs_paid;
  value[BT_METRIC_BUY_HOLD] = close[w->window.end - 1] / close[w->window.first] - 1;
  for (size_t i = 0; i < BT_METRIC_COUNT; i++)
    if (!isfinite(value[i])) value[i] = (double)NAN;
}

static bt_status evaluate_plainly(bt_metrics *out, bt_course *course, bt_span window, bt_error *err)
{
  bt_subject subject = {.bars = bt_tables_bars(course->tables),
                        .span = window,
                        .periods_per_year = bt_tables_periods_per_year(course->tables)};
  course->n_plain++;
  return bt_evaluate(out, &course->evaluator, &subject, course->target, &course->how, err);
}

bt_status bt_course_evaluate(bt_metrics *out, bt_course *course, bt_span window, bt_error *err)
{
  const bt_sim_config *config = &course->how.simulation;
  size_t n = window.end - window.first;
  if (!bt_tables_are_clear(course->tables)) return evaluate_plainly(out, course, window, err);
  walk w = {.course = course, .window = window, .equity = config->cash};
  w.path = bt_stretch_empty();
  w.path.high = w.path.low = config->cash;
  bt_trade_sums__init(&w.trades);
  bt_account__begin(&w.a, &course->evaluator.ledger, config);
  bt_status status = walk_window(&w, err);
  if (status) return status;
  const bt_ledger *ledger = &course->evaluator.ledger;
  w.costs_paid += ledger->costs_paid;
  for (size_t i = 0; i < ledger->n_trades; i++) bt_trade_sums__add(&w.trades, &ledger->trades[i]);
  bt_return_sums sums = centre(&w.path, n);
  if (!is_clear(&w, &sums, n)) return evaluate_plainly(out, course, window, err);
  set_metrics(out, &w, &sums, n);
  return BT_OK;
}
