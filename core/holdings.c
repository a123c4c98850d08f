#include "core/holdings.h"

#include <math.h>

#include "core/account.h"
#include "core/price_tables.h"
#include "core/round_trip.h"

/* A run on its way. Of what lies behind: */
typedef struct path {
  const bt_subject *subject;
  const bt_tables *tables;
  const double *close;
  double cash, shares; /* held now */
  double equity;       /* at the last close */
  double peak, worst;  /* the highest equity, and the least of equity / peak; the cash before */
  bool spiky;          /* see bt_tables_add; by what lies before the end of the span */
  size_t n_exposed;
  size_t n_still; /* bars without a return: flat, and no order filled */
  bt_moments moments;
  bt_lanes leaves; /* sums over whole leaves: moment i in lane i */
  double single[BT_LANES];
  size_t n_single; /* returns of single bars that are not in the moments yet */
} path;

static double floor_of(const path *p)
{
  return p->tables->floor;
}

/* ---- returns ----------------------------------------------------------------------------------
 */

static void add_singles(path *p)
{
  bt_moments_add(&p->moments, p->single, p->n_single, floor_of(p));
  p->n_single = 0;
}

/* The bar on which an order filled, or that begins with it: equity comes from the last close. */
static inline void add_bar(path *p, double equity)
{
  if (equity == p->equity) {
    p->n_still++;
    return;
  }
  if (p->n_single == BT_LANES) add_singles(p);
  p->single[p->n_single++] = bt_without_noise(equity / p->equity - 1);
  p->equity = equity;
}

/* Bars [from, end) of a position that is part cash. */
static void add_position(path *p, size_t from, size_t end)
{
  const double *close = p->tables->close, floor = floor_of(p);
  for (size_t t = from; t < end; t += BT_LANES)
    bt_moments_add_position(&p->moments, close + t, p->cash, p->shares,
                            end - t < BT_LANES ? end - t : BT_LANES, floor);
}

/* ---- drawdown ---------------------------------------------------------------------------------
 */

static inline double equity_at(const path *p, double close)
{
  return p->cash + p->shares * close;
}

static inline void follow_bar(path *p, double equity)
{
  if (equity > p->peak)
    p->peak = equity;
  else if (equity < p->worst * p->peak)
    p->worst = equity / p->peak;
}

static void follow_bars(path *p, size_t from, size_t end)
{
  for (size_t t = from; t < end; t++) follow_bar(p, equity_at(p, p->close[t]));
}

/* A leaf that lies below the peak can only be a deeper fall, by its lowest bar; one whose lowest
 * bar would be no deeper fall even from its highest can only be a higher peak. */
static void follow_leaf(path *p, size_t leaf)
{
  double of_high = equity_at(p, p->tables->high[leaf]), of_low = equity_at(p, p->tables->low[leaf]);
  double high = p->shares > 0 ? of_high : of_low, low = p->shares > 0 ? of_low : of_high;
  if (high <= p->peak)
    follow_bar(p, low);
  else if (low >= p->worst * high)
    p->peak = high;
  else
    follow_bars(p, leaf * BT_LEAF_BARS, (leaf + 1) * BT_LEAF_BARS);
}

/* The highest and the lowest of some equity, and of p->peak. */
typedef struct reach {
  bt_lanes high, low;
} reach;

static inline void reach_init(reach *r, double peak)
{
  for (size_t k = 0; k < BT_LANES_VECTORS; k++)
    r->high.part[k] = r->low.part[k] = bt_vector_of(peak);
}

/* Where the closes best[0 .. n-1] and least[0 .. n-1] lead, n <= BT_LANES of as many. */
static inline void reach_add(reach *r, const path *p, const double *best, const double *least,
                             size_t n)
{
  const int64_t *mask = bt_moments__lane_masks + BT_LANES - n;
  const bt_vector peak = bt_vector_of(p->peak);
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
    bt_vector high = p->cash + p->shares * bt_vector_load(best + k * BT_WIDTH);
    bt_vector low = p->cash + p->shares * bt_vector_load(least + k * BT_WIDTH);
    high = bt_moments__chosen(high, peak, mask, k);
    low = bt_moments__chosen(low, peak, mask, k);
    r->high.part[k] = bt_vector_larger(r->high.part[k], high);
    r->low.part[k] = bt_vector_smaller(r->low.part[k], low);
  }
}

/* The same of whole leaves [first, end). Rounding keeps the order of what it rounds, so the highest
 * and the lowest close decide. */
static inline void reach_add_leaves(reach *r, const path *p, size_t first, size_t end)
{
  const double *high = p->tables->high, *low = p->tables->low;
  const double *best = p->shares > 0 ? high : low, *least = p->shares > 0 ? low : high;
  for (size_t i = first; i < end; i += BT_LANES)
    reach_add(r, p, best + i, least + i, end - i < BT_LANES ? end - i : BT_LANES);
}

/* Leaf by leaf, and where it has to be bar by bar. */
static void follow_closely(path *p, size_t from, size_t end)
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

/* The highest and the lowest equity at the closes of the bars [from, end), and p->peak. */
static inline void find_reach(double *high, double *low, const path *p, size_t from, size_t end)
{
  size_t first = (from + BT_LEAF_BARS - 1) / BT_LEAF_BARS, behind = end / BT_LEAF_BARS;
  const double *close = p->tables->close;
  reach r;
  reach_init(&r, p->peak);
  if (first > behind) {
    reach_add(&r, p, close + from, close + from, end - from);
  } else {
    size_t last = behind * BT_LEAF_BARS;
    reach_add(&r, p, close + from, close + from, first * BT_LEAF_BARS - from);
    reach_add(&r, p, close + last, close + last, end - last);
    reach_add_leaves(&r, p, first, behind);
  }
  *high = bt_lanes_largest(&r.high);
  *low = bt_lanes_smallest(&r.low);
}

/* Follows equity at the closes of the bars [from, end), held alike. Below the peak only the lowest
 * counts; and most of what rises above it would not fall deeper than before even if its lowest
 * close came right behind the highest. */
static inline void follow(path *p, size_t from, size_t end)
{
  double high, low;
  find_reach(&high, &low, p, from, end);
  if (low >= p->worst * high)
    p->peak = high;
  else if (high == p->peak)
    p->worst = low / high;
  else
    follow_closely(p, from, end);
}

/* ---- holding ----------------------------------------------------------------------------------
 */

/* Bars [t, end) behind what happens on bar t; false where equity is gone on one of them. */
static bool hold(path *p, size_t t, size_t end)
{
  double cash = p->cash, shares = p->shares;
  if (t == end) return true;
  if (shares == 0) {
    add_bar(p, cash);
    follow_bar(p, cash);
    p->n_still += end - t - 1;
    return true;
  }
  add_bar(p, equity_at(p, p->close[t]));
  follow(p, t, end);
  if ((shares < 0 || cash < 0) && p->worst * p->peak <= 1e-3 * fabs(cash)) return false;
  p->n_exposed += end - t;
  if (end == t + 1) return true;
  if (cash == 0 && shares > 0)
    bt_tables_add(&p->moments, &p->leaves, p->tables, t + 1, end, p->spiky);
  else
    add_position(p, t + 1, end);
  p->equity = equity_at(p, p->close[end - 1]);
  return true;
}

/* ---- from order to order ----------------------------------------------------------------------
 */

/* The bars from one order to the next. */
typedef struct leg {
  size_t k;        /* changes behind which it begins */
  bt_span bars;    /* the order fills on the first */
  double decision; /* the target from there on */
} leg;

/* How many bars a decision waits for its fill. */
static size_t delay_of(const bt_sim_config *config)
{
  return config->fill == BT_FILL_OPEN;
}

/* The leg that begins on bar t, behind k changes. */
static inline leg leg_at(const bt_changes *changes, size_t k, size_t t, bt_span span, size_t delay)
{
  size_t end = k < changes->n ? changes->at[k].bar + delay : span.end;
  return (leg){k, {t, end < span.end ? end : span.end}, bt_changes_target(changes, k)};
}

static leg first_leg(const bt_changes *changes, bt_span span, size_t delay)
{
  return leg_at(changes, bt_changes_find(changes, span.first + 1 - delay), span.first, span, delay);
}

/* What a run comes to. */
typedef enum course { DONE, UNSURE, UNSERVED } course;

/* With orders that are round trips. UNSERVED where a position changes its size, or an order is not
 * simply filled. */
static course walk_trips(path *p, bt_round_trip *trip, const bt_changes *changes,
                         const bt_sim_config *config)
{
  const bt_bars *bars = p->subject->bars;
  const double *prices = config->fill == BT_FILL_OPEN ? bars->open : bars->close;
  const bt_span span = p->subject->span;
  size_t delay = delay_of(config);
  for (leg l = first_leg(changes, span, delay); l.bars.first < span.end;
       l = leg_at(changes, l.k + 1, l.bars.end, span, delay)) {
    size_t t = l.bars.first;
    if (trip->shares * l.decision > 0) return UNSERVED;
    if (trip->shares != 0 && !bt_round_trip_close(trip, t, prices[t])) return UNSERVED;
    if (l.decision != 0 && !bt_round_trip_open(trip, t, prices[t], l.decision)) return UNSERVED;
    p->cash = trip->cash;
    p->shares = trip->shares;
    if (!hold(p, t, l.bars.end)) return UNSURE;
  }
  return DONE;
}

/* ---- any orders: in the simulator's account ---------------------------------------------------
 */

/* Bars [t, end) behind what happens on bar t, with what the account holds now; where borrow takes
 * some of its cash on every bar, one by one. */
static bool pass(path *p, bt_account *a, size_t t, size_t end)
{
  bool pays = a->shares < 0 && a->config->borrow_rate > 0, sure = true;
  p->shares = a->shares;
  p->cash = a->cash;
  if (!pays) return hold(p, t, end);
  for (; t < end && sure; t++) {
    bt_account__charge_borrow(a, t);
    p->cash = a->cash;
    sure = hold(p, t, t + 1);
  }
  return sure;
}

/* Bar t from its beginning to the decision that fills on it: rule 14 of simulate.c. */
static bt_status begin_bar(bt_account *a, size_t t, double decision, bt_error *err)
{
  bt_touch touch;
  bt_status status = BT_OK;
  bt_account__charge_borrow(a, t);
  if (a->config->fill == BT_FILL_CLOSE && bt_account__find_touch(&touch, a, t, t + 1))
    status = bt_account__close_at_level(a, &touch, err);
  if (status || a->ledger->ruined) return status;
  return bt_account__follow_decision(a, t, decision, err);
}

/* What is left of the leg's first bar behind its decision, and the bars up to its end, on which no
 * decision fills. */
static bt_status pass_levels(path *p, bt_account *a, course *out, bt_span bars, bt_error *err)
{
  size_t t = bars.first, from = t + (a->config->fill == BT_FILL_CLOSE);
  for (bt_touch touch; bt_account__find_touch(&touch, a, from, bars.end); from = touch.bar + 1) {
    if (!pass(p, a, t, touch.bar)) return BT_OK;
    t = touch.bar;
    bt_account__charge_borrow(a, t);
    bt_status status = bt_account__close_at_level(a, &touch, err);
    if (status || a->ledger->ruined) return status;
  }
  if (pass(p, a, t, bars.end)) *out = DONE;
  return BT_OK;
}

static bt_status walk_account(path *p, bt_account *a, course *out, const bt_changes *changes,
                              bt_error *err)
{
  const bt_span span = p->subject->span;
  size_t delay = delay_of(a->config);
  for (leg l = first_leg(changes, span, delay); l.bars.first < span.end;
       l = leg_at(changes, l.k + 1, l.bars.end, span, delay)) {
    *out = UNSURE;
    bt_status status = begin_bar(a, l.bars.first, l.decision, err);
    if (!status && !a->ledger->ruined) status = pass_levels(p, a, out, l.bars, err);
    if (status || *out == UNSURE) return status;
  }
  return BT_OK;
}

/* ---- metrics ----------------------------------------------------------------------------------
 */

/* The sums over the span's returns, and the moments around the mean from those around 0. */
static bt_return_sums sum_up(path *p, size_t n)
{
  double sums[BT_LANES], count = (double)n;
  add_singles(p);
  memcpy(sums, &p->leaves, sizeof sums);
  for (size_t i = 0; i < BT_N_MOMENTS; i++) sums[i] += bt_lanes_sum(&p->moments.sum[i]);
  sums[BT_DOWNSIDE] += (double)p->n_still * bt_square_below(0, floor_of(p));
  double mean = sums[BT_FIRST] / count, square = mean * mean;
  double second = sums[BT_SECOND], third = sums[BT_THIRD];
  return (bt_return_sums){.first = sums[BT_FIRST],
                          .downside = sums[BT_DOWNSIDE],
                          .second = second - count * square,
                          .third = third - 3 * mean * second + 2 * count * square * mean,
                          .fourth = sums[BT_FOURTH] - 4 * mean * third + 6 * square * second -
                                    3 * count * square * square,
                          .constant = second == 0};
}

/* Whether the sums that differences are taken of, up to the end of the span, are not so large that
 * their rounding shows. */
static bool are_differences_sure(const path *p, const bt_return_sums *s, double count)
{
  const double *total = p->tables->ahead[p->subject->span.end / BT_LEAF_BARS].high;
  const double unit = 0x1p-96 * 1e11; /* of rounding, and of 1e-11 */
  double variance = s->second / count;
  double third = sqrt(total[BT_SECOND] * total[BT_FOURTH]); /* at least that of sizes */
  if (p->spiky) return true;                                /* there are none */
  return total[BT_SECOND] * unit <= s->second &&
         total[BT_FOURTH] * unit <= count * variance * variance &&
         third * unit <= count * variance * sqrt(variance) &&
         (s->downside == 0 || total[BT_DOWNSIDE] * unit <= s->downside);
}

/* Whether no rounding shows in the metrics. Returns are right to 2e-16 and equity to some 1e-15, so
 * what they are divided by must not be too small: the deviation and the downside of returns (with
 * what Sharpe and Sortino multiply), the drawdown below a yearly return; nor may the mean be so
 * large that moments around it cancel, nor a fall or a gain be near to BT_NOISE, nor equity so
 * small that doubles hold fewer digits of it. */
static bool is_sure(const path *p, const bt_return_sums *s, size_t n, double cash)
{
  double ppy = p->tables->periods_per_year, count = (double)n;
  double spans_a_year = ppy / count, mean = s->first / count, variance = s->second / count;
  double total = fabs(p->equity / cash - 1), fall = 1 - p->worst;
  bool moves = s->second >= 1e-12 * ppy && variance >= 1e-11 && mean * mean <= variance;
  bool falls = fall == 0 || (fall >= 1e-5 && fall >= 1e-5 * spans_a_year);
  bool sinks = s->downside == 0 || s->downside >= 1e-11;
  return (s->constant || n < 2 || (moves && are_differences_sure(p, s, count))) && falls && sinks &&
         (total == 0 || total >= 1e-12) && spans_a_year <= 1e4 && p->worst * cash >= 1e-250;
}

/* What the orders came to. */
typedef struct outcome {
  bt_trade_sums trades;
  double costs_paid;
} outcome;

static outcome outcome_of(const bt_ledger *ledger)
{
  outcome of = {.costs_paid = ledger->costs_paid};
  bt_trade_sums__init(&of.trades);
  for (size_t i = 0; i < ledger->n_trades; i++) bt_trade_sums__add(&of.trades, &ledger->trades[i]);
  return of;
}

static void set_metrics(bt_metrics *out, const path *p, const bt_return_sums *sums,
                        const outcome *orders, double cash)
{
  const bt_span span = p->subject->span;
  size_t n = span.end - span.first;
  const bt_metrics_config config = {
      .cash = cash, .rf = p->tables->rf, .periods_per_year = p->tables->periods_per_year};
  double *value = out->value;
  bt_metrics__begin(value, n);
  bt_metrics__set_equity(value, p->equity, bt_without_noise(p->worst - 1), n, &config);
  bt_metrics__set_returns(value, sums, n, &config);
  value[BT_METRIC_EXPOSURE] = (double)p->n_exposed / (double)n;
  bt_metrics__set_trades(value, &orders->trades);
  value[BT_METRIC_COSTS] = orders->costs_paid;
  value[BT_METRIC_BUY_HOLD] = p->close[span.end - 1] / p->close[span.first] - 1;
  bt_metrics__finish(value);
}

static void path_init(path *p, const bt_subject *subject, const bt_sim_config *config)
{
  *p = (path){.subject = subject,
              .tables = subject->tables,
              .close = subject->bars->close,
              .spiky = subject->tables->first_spike < subject->span.end,
              .cash = config->cash,
              .equity = config->cash,
              .peak = config->cash,
              .worst = 1};
}

bt_status bt_holdings_evaluate(bt_metrics *out, bool *sure, bt_ledger *ledger,
                               const bt_subject *subject, const bt_changes *changes,
                               const bt_evaluation *how, bt_error *err)
{
  const bt_sim_config *config = &how->simulation;
  path p;
  course came_to = UNSERVED;
  outcome orders;
  bt_status status = BT_OK;
  *sure = subject->tables->first_unclear >= subject->span.end && !subject->benchmark;
  if (!*sure) return BT_OK;
  path_init(&p, subject, config);
  if (bt_round_trip_serves(config)) {
    bt_round_trip trip;
    bt_round_trip_init(&trip, subject->bars, config);
    came_to = walk_trips(&p, &trip, changes, config);
    orders = (outcome){trip.trades, trip.costs_paid};
  }
  if (came_to == UNSERVED) {
    bt_account a;
    path_init(&p, subject, config);
    bt_account__begin(&a, ledger, subject->bars, subject->span.first, config);
    status = walk_account(&p, &a, &came_to, changes, err);
    orders = outcome_of(ledger);
  }
  bt_return_sums sums = sum_up(&p, subject->span.end - subject->span.first);
  *sure = !status && came_to == DONE &&
          is_sure(&p, &sums, subject->span.end - subject->span.first, config->cash);
  if (*sure) set_metrics(out, &p, &sums, &orders, config->cash);
  return status;
}
