#include "core/course_legs.h"

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
  double floor = bt_tables_floor(w->course->tables), low = w->path.low;
  bt_stretch rest = bt_stretch_of(0, 0, floor);
  rest.downside *= (double)(w->window.end - t - 1);
  w->path = bt_stretch_join(w->path, bt_stretch_of(-1, 0, floor));
  w->path = bt_stretch_join(w->path, rest);
  w->path.low = low; /* of what was left before, see is_clear */
  w->equity = 0;
  w->a.ledger->ruined = true;
}

/* The bar that begins with another account than the bar before left. */
static inline void add_bar(walk *w, bt_position p, size_t t)
{
  bt_stretch bar = bt_course__order_bar(w->course->tables, p, w->equity, t);
  w->path = bt_stretch_join(w->path, bar);
}

/* Bars [t, end) with the account as it is, or up to where equity is gone. */
static void hold_until(walk *w, size_t t, size_t end)
{
  const bt_tables *tables = w->course->tables;
  bt_position p = bt_course__position(&w->a);
  size_t stop = end;
  if (bt_position_can_lose_all(p)) stop = bt_position_find_ruin(p, tables, (bt_span){t, end});
  if (p.shares != 0) w->n_exposed += stop - t;
  if (stop > t) {
    add_bar(w, p, t);
    w->path = bt_stretch_join(w->path, bt_position_hold(p, tables, (bt_span){t + 1, stop}));
    w->equity = bt_position_equity(p, bt_tables_bars(tables)->close[stop - 1]);
  }
  if (stop < end) go_under(w, stop);
}

/* The first leg whose order comes behind bar t: halving without branches, which nothing could
 * predict. */
static size_t find_leg(const bt_course *course, size_t t)
{
  const bt_leg *first = course->legs;
  size_t n = course->n_legs;
  while (n > 1) {
    size_t half = n / 2;
    first += half * (size_t)(first[half - 1].bar <= t);
    n -= half;
  }
  return (size_t)(first - course->legs) + (n > 0 && first->bar <= t);
}

/* ---- windows that are the course in another unit --------------------------------------------- */

static bool have_one_side(double a, double b)
{
  return (a > 0) == (b > 0) && (a < 0) == (b < 0);
}

/* Whether the window, after the order of leg k, is the course in another unit up to its end.
 * `behind` is the leg of the first order behind the window. */
static bool is_joined(const walk *w, size_t k, size_t behind)
{
  const bt_leg *legs = w->course->legs;
  return w->course->scales && legs[k].fresh && bt_course__is_fresh(&w->a, legs[k].bar) &&
         have_one_side(w->a.shares, legs[k].position.shares) &&
         legs[behind].counts.n_broken == legs[k].counts.n_broken;
}

/* Whether a window that is flat is so before the order of leg k, as the course is. */
static bool is_joined_before(const walk *w, size_t k, size_t behind)
{
  const bt_leg *legs = w->course->legs;
  size_t first = k > 0 ? k - 1 : 0; /* of the legs that must not be broken */
  return w->course->scales && w->a.shares == 0 && k < behind &&
         (k == 0 || legs[k - 1].position.shares == 0) &&
         legs[behind].counts.n_broken == legs[first].counts.n_broken;
}

/* Adds the trades that the orders of the legs [from, behind) closed, and their costs. */
static void add_trades(walk *w, size_t from, size_t behind, double scale)
{
  const bt_leg *legs = w->course->legs;
  bt_trade_sums *trades = &w->trades;
  double won = 0, lost = 0, costs = 0;
  for (const bt_leg *leg = legs + from; leg < legs + behind; leg++) {
    costs += leg->costs;
    if (!leg->closes) continue;
    won += leg->ret > 0 ? leg->pnl : 0;
    lost += leg->ret < 0 ? leg->pnl : 0;
    trades->returns += leg->ret;
    trades->best = leg->ret > trades->best ? leg->ret : trades->best;
    trades->worst = leg->ret < trades->worst ? leg->ret : trades->worst;
  }
  const bt_leg_counts *before = &legs[from].counts, *after = &legs[behind].counts;
  trades->n_closed += after->n_closed - before->n_closed;
  trades->n_won += after->n_won - before->n_won;
  trades->bars += (double)(after->n_trade_bars - before->n_trade_bars);
  trades->won += won * scale;
  trades->lost += lost * scale;
  w->costs_paid += costs * scale;
}

/* The legs [from, behind) up to the end of the window, whose account is that of the course times
 * scale. */
static void add_legs(walk *w, size_t from, size_t behind, double scale)
{
  const bt_leg *legs = w->course->legs, *last = &legs[behind - 1];
  size_t end = w->window.end;
  bt_stretch path = bt_stretch_empty();
  for (const bt_leg *leg = legs + from; leg < last; leg++) path = bt_stretch_join(path, leg->path);
  path = bt_stretch_join(path, last[1].bar == end ? last->path
                                                  : bt_course__leg_path(w->course, last, end));
  w->path = bt_stretch_join(w->path, bt_stretch_scale(path, scale));
  w->n_exposed += last->counts.n_exposed - legs[from].counts.n_exposed;
  if (last->position.shares != 0) w->n_exposed += end - last->bar;
  double close = bt_tables_bars(w->course->tables)->close[end - 1];
  w->equity = bt_position_equity(last->position, close) * scale;
  add_trades(w, from, behind, scale);
}

/* From the order of leg k on, after which the window has the position of the course. */
static void join_course(walk *w, size_t k, size_t behind)
{
  const bt_leg *leg = &w->course->legs[k], *next = leg + 1;
  bt_position p = bt_course__position(&w->a);
  double scale = bt_position_ratio(p, leg->position);
  if (next->bar > w->window.end) {
    hold_until(w, leg->bar, w->window.end);
    return;
  }
  if (p.shares != 0) w->n_exposed += next->bar - leg->bar;
  add_bar(w, p, leg->bar);
  w->path = bt_stretch_join(w->path, bt_stretch_scale(leg->later, scale));
  w->equity = bt_position_equity(p, bt_tables_bars(w->course->tables)->close[next->bar - 1]);
  if (k + 1 < behind) add_legs(w, k + 1, behind, scale);
}

/* The order of leg k, and where the window goes on by itself, the bars up to the next order. Sets
 * *done where it goes under or joins the course. */
static bt_status take_order(walk *w, size_t k, size_t behind, bool *done, bt_error *err)
{
  const bt_leg *leg = &w->course->legs[k];
  bt_status status = bt_course__place_order(w->course, &w->a, leg->bar, err);
  if (status) return status;
  bool joins = !w->a.ledger->ruined && is_joined(w, k, behind);
  if (joins)
    join_course(w, k, behind);
  else if (w->a.ledger->ruined)
    go_under(w, leg->bar);
  else
    hold_until(w, leg->bar, k + 1 < behind ? leg[1].bar : w->window.end);
  *done = joins || w->a.ledger->ruined;
  return BT_OK;
}

/* Flat, with all its cash, before the first bar. */
static void begin_walk(walk *w, bt_course *course, bt_span window)
{
  const bt_sim_config *config = &course->how.simulation;
  w->course = course;
  w->window = window;
  w->equity = config->cash;
  w->path = bt_stretch_empty();
  w->path.high = w->path.low = config->cash;
  w->costs_paid = 0;
  w->n_exposed = 0;
  bt_trade_sums__init(&w->trades);
  bt_account__begin(&w->a, &course->evaluator.ledger, course->subject.bars, window.first, config);
}

/* Goes from order to order until the window ends or the rest of it is known from the course. */
static bt_status walk_window(walk *w, bt_error *err)
{
  const bt_course *course = w->course;
  const bt_leg *legs = course->legs;
  size_t t = w->window.first, k = find_leg(course, t), behind = find_leg(course, w->window.end - 1);
  bt_status status = BT_OK;
  if (bt_course__decision(course, t) != 0) status = bt_course__place_order(course, &w->a, t, err);
  if (status) return status;
  if (k > 0 && legs[k - 1].bar == t && is_joined(w, k - 1, behind)) {
    join_course(w, k - 1, behind);
    return BT_OK;
  }
  hold_until(w, t, k < behind ? legs[k].bar : w->window.end);
  if (is_joined_before(w, k, behind)) {
    add_legs(w, k, behind, w->a.cash / legs[k].before);
    return BT_OK;
  }
  bool done = w->a.ledger->ruined;
  for (; k < behind && !done && !status; k++) status = take_order(w, k, behind, &done, err);
  return status;
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
  double spans_a_year = ppy / count, mean = sums->first / count, variance = sums->second / count;
  double total = fabs(w->equity / w->course->how.simulation.cash - 1), fall = 1 - w->path.worst;
  bool moves = sums->second >= 1e-12 * ppy && variance >= 1e-11 && mean * mean <= variance;
  bool falls = fall == 0 || (fall >= 1e-5 && fall >= 1e-5 * spans_a_year);
  bool sinks = sums->downside == 0 || sums->downside >= 1e-11;
  return (sums->constant || n < 2 || moves) && falls && sinks && (total == 0 || total >= 1e-12) &&
         spans_a_year <= 1e4 && w->path.low >= 1e-250;
}

static void set_metrics(bt_metrics *out, const walk *w, const bt_return_sums *sums, size_t n)
{
  const bt_tables *tables = w->course->tables;
  const double *close = bt_tables_bars(tables)->close;
  const bt_metrics_config config = {.cash = w->course->how.simulation.cash,
                                    .rf = bt_tables_rf(tables),
                                    .periods_per_year = bt_tables_periods_per_year(tables)};
  double *value = out->value;
  bt_metrics__begin(value, n);
  bt_metrics__set_equity(value, w->equity, bt_without_noise(w->path.worst - 1), n, &config);
  bt_metrics__set_returns(value, sums, n, &config);
  value[BT_METRIC_EXPOSURE] = (double)w->n_exposed / (double)n;
  bt_metrics__set_trades(value, &w->trades);
  value[BT_METRIC_COSTS] = w->costs_paid;
  value[BT_METRIC_BUY_HOLD] = close[w->window.end - 1] / close[w->window.first] - 1;
  bt_metrics__finish(value);
}

static bt_status evaluate_plainly(bt_metrics *out, bt_course *course, bt_span window, bt_error *err)
{
  bt_subject subject = course->subject;
  subject.span = window;
  course->n_plain++;
  return bt_evaluate(out, &course->evaluator, &subject, course->target, &course->how, err);
}

bt_status bt_course_evaluate(bt_metrics *out, bt_course *course, bt_span window, bt_error *err)
{
  size_t n = window.end - window.first;
  const bt_ledger *ledger = &course->evaluator.ledger;
  if (course->plain) return evaluate_plainly(out, course, window, err);
  walk w;
  begin_walk(&w, course, window);
  bt_status status = walk_window(&w, err);
  if (status) return status;
  w.costs_paid += ledger->costs_paid;
  for (size_t i = 0; i < ledger->n_trades; i++) bt_trade_sums__add(&w.trades, &ledger->trades[i]);
  bt_return_sums sums = centre(&w.path, n);
  if (!is_clear(&w, &sums, n)) return evaluate_plainly(out, course, window, err);
  set_metrics(out, &w, &sums, n);
  return BT_OK;
}
