#include "core/holdings.h"

#include <math.h>

#include "core/account.h"
#include "core/path.h"
#include "core/round_trip.h"
#include "core/trips.h"

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
typedef enum verdict { DONE, UNSURE, UNSERVED } verdict;

/* With orders that are round trips. UNSERVED where a position changes its size, or an order is not
 * simply filled. */
static verdict walk_trips(bt_path *p, bt_round_trip *trip, const bt_changes *changes,
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
    if (!bt_path_hold(p, t, l.bars.end)) return UNSURE;
  }
  return DONE;
}

/* ---- any orders: in the simulator's account ---------------------------------------------------
 */

/* Bars [t, end) behind what happens on bar t, with what the account holds now; where borrow takes
 * some of its cash on every bar, one by one. */
static bool pass(bt_path *p, bt_account *a, size_t t, size_t end)
{
  bool pays = a->shares < 0 && a->config->borrow_rate > 0, sure = true;
  p->shares = a->shares;
  p->cash = a->cash;
  if (!pays) return bt_path_hold(p, t, end);
  for (; t < end && sure; t++) {
    bt_account__charge_borrow(a, t);
    p->cash = a->cash;
    sure = bt_path_hold(p, t, t + 1);
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
static bt_status pass_levels(bt_path *p, bt_account *a, verdict *out, bt_span bars, bt_error *err)
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

static bt_status walk_account(bt_path *p, bt_account *a, verdict *out, const bt_changes *changes,
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
static bt_return_sums sum_up(bt_path *p, size_t n)
{
  double sums[BT_LANES], count = (double)n;
  bt_path__add_singles(p);
  memcpy(sums, &p->held, sizeof sums);
  for (size_t i = 0; i < BT_N_MOMENTS; i++) sums[i] += bt_lanes_sum(&p->moments.sum[i]);
  sums[BT_DOWNSIDE] += (double)p->n_still * bt_square_below(0, p->tables->floor);
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

/* Whether what differences are taken of is not so large that their rounding shows: a unit in the
 * last place of what the leaves of the span hold for each, and 2^-96 of all ahead of its end. */
static bool are_differences_sure(const bt_path *p, const bt_return_sums *s, double count)
{
  const bt_span span = p->subject->span;
  const bt_leaf_sums *from = &p->tables->ahead[span.first / BT_LEAF_BARS];
  const bt_leaf_sums *to = &p->tables->ahead[span.end / BT_LEAF_BARS];
  const double *until_end = p->tables->until[span.end].sum;
  const double unit = 0x1p-52 * 1e10 * (double)p->n_differences; /* and 1e-10 of the sums */
  double off[BT_N_MOMENTS], variance = s->second / count;
  for (size_t i = 0; i < BT_N_MOMENTS; i++)
    off[i] = ((to->high[i] - from->high[i]) + (to->low[i] - from->low[i]) + until_end[i]) * unit +
             to->high[i] * 0x1p-96 * 1e10;
  return p->n_differences == 0 ||
         (off[BT_SECOND] <= s->second && off[BT_FOURTH] <= count * variance * variance &&
          /* the third's square is at most off[2] * off[4]; it must be below that of n * var^1.5 */
          off[BT_SECOND] * off[BT_FOURTH] <= count * variance * (count * variance) * variance &&
          (s->downside == 0 || off[BT_DOWNSIDE] <= s->downside));
}

/* Whether no rounding shows in the metrics. Returns are right to 2e-16, which may all be off to the
 * same side where equity is a product of trips, and equity to some 1e-15 for each of these, so
 * what they are divided by must not be too small: the deviation and the downside of returns (with
 * what Sharpe and Sortino multiply), the drawdown below a yearly return; nor may the mean be so
 * large that moments around it cancel, nor a fall or a gain be near to BT_NOISE, nor equity so
 * small that doubles hold fewer digits of it. */
static bool is_sure(const bt_path *p, const bt_return_sums *s, size_t n, double cash)
{
  double ppy = p->tables->periods_per_year, count = (double)n;
  double spans_a_year = ppy / count, mean = s->first / count, variance = s->second / count;
  double total = fabs(p->equity / cash - 1), fall = 1 - p->worst;
  double n_factors = (double)p->n_factors, factors = n_factors * n_factors * 16e-12 * ppy;
  double least_fall = 1e-5 * (n_factors > 1 ? n_factors : 1);
  bool moves = s->second >= 1e-12 * ppy && variance >= 1e-11 && mean * mean <= variance &&
               s->second * count >= factors;
  bool falls = fall == 0 || (fall >= least_fall && fall >= least_fall * spans_a_year);
  bool sinks = s->downside == 0 || (s->downside >= 1e-11 && s->downside * count >= factors);
  return (s->constant || n < 2 || (moves && are_differences_sure(p, s, count))) && falls && sinks &&
         (total == 0 || total >= 1e-12) && spans_a_year <= 1e4 && p->worst * cash >= 1e-250;
}

/* What the orders came to. */
typedef struct orders_sum {
  bt_trade_sums trades;
  double costs_paid;
} orders_sum;

static orders_sum sum_of_ledger(const bt_ledger *ledger)
{
  orders_sum of = {.costs_paid = ledger->costs_paid};
  bt_trade_sums__init(&of.trades);
  for (size_t i = 0; i < ledger->n_trades; i++) bt_trade_sums__add(&of.trades, &ledger->trades[i]);
  return of;
}

/* Whether one of the metrics from `first` to `last` is wanted. */
static bool are_wanted(bt_metric_set wanted, bt_metric first, bt_metric last)
{
  for (bt_metric i = first; i <= last; i++)
    if (bt_metric_set_has(wanted, i)) return true;
  return false;
}

static void set_metrics(bt_metrics *out, const bt_path *p, const bt_return_sums *sums,
                        const orders_sum *orders, const bt_evaluation *how)
{
  const bt_span span = p->subject->span;
  const bt_metric_set wanted = how->wanted;
  const double *close = p->tables->close;
  size_t n = span.end - span.first;
  const bt_metrics_config config = {
      .cash = how->simulation.cash, .rf = how->rf, .periods_per_year = p->tables->periods_per_year};
  double *value = out->value;
  bt_metrics__begin(value, n);
  if (are_wanted(wanted, BT_METRIC_FINAL_EQUITY, BT_METRIC_CAGR) ||
      are_wanted(wanted, BT_METRIC_MAX_DRAWDOWN, BT_METRIC_CALMAR))
    bt_metrics__set_equity(value, p->equity, bt_without_noise(p->worst - 1), n, &config);
  bool shape = are_wanted(wanted, BT_METRIC_SORTINO, BT_METRIC_SORTINO) ||
               are_wanted(wanted, BT_METRIC_SKEW, BT_METRIC_KURTOSIS);
  if (shape || are_wanted(wanted, BT_METRIC_VOLATILITY, BT_METRIC_SHARPE))
    bt_metrics__set_returns(value, sums, n, shape, &config);
  if (are_wanted(wanted, BT_METRIC_WIN_RATE, BT_METRIC_AVG_BARS))
    bt_metrics__set_trades(value, &orders->trades);
  value[BT_METRIC_N_TRADES] = (double)orders->trades.n_closed;
  value[BT_METRIC_EXPOSURE] = (double)p->n_exposed / (double)n;
  value[BT_METRIC_COSTS] = orders->costs_paid;
  value[BT_METRIC_BUY_HOLD] = close[span.end - 1] / close[span.first] - 1;
  bt_metrics__finish(value);
}

/* With orders that nothing but a commission and slippage have a say in: trips that are long alone,
 * or any. */
static bt_status follow_trips(bt_path *p, verdict *came_to, orders_sum *orders, bt_aim *aim,
                              const bt_sim_config *config, bt_error *err)
{
  bt_status status = bt_trips_make(&aim->trips, p->tables, &aim->changes, config, err);
  if (status) return status;
  if (bt_trips_follow(&aim->trips, p, &orders->trades, &orders->costs_paid, &aim->changes)) {
    *came_to = DONE;
    return BT_OK;
  }
  bt_round_trip trip;
  bt_path_init(p, p->subject, config->cash);
  bt_round_trip_init(&trip, p->subject->bars, config);
  *came_to = walk_trips(p, &trip, &aim->changes, config);
  *orders = (orders_sum){trip.trades, trip.costs_paid};
  return BT_OK;
}

/* NOLINTNEXTLINE(readability-function-size): metrics, and whether they are sure, are one thing */
bt_status bt_holdings_evaluate(bt_metrics *out, bool *sure, bt_ledger *ledger,
                               const bt_subject *subject, bt_aim *aim, const bt_evaluation *how,
                               bt_error *err)
{
  const bt_sim_config *config = &how->simulation;
  bt_path p;
  verdict came_to = UNSERVED;
  orders_sum orders;
  bt_status status = BT_OK;
  *sure = subject->tables->first_unclear >= subject->span.end && !subject->benchmark;
  if (!*sure) return BT_OK;
  bt_path_init(&p, subject, config->cash);
  if (bt_trips_serve(config) && config->borrow_rate == 0)
    status = follow_trips(&p, &came_to, &orders, aim, config, err);
  if (!status && came_to == UNSERVED) {
    bt_account a;
    bt_path_init(&p, subject, config->cash);
    bt_account__begin(&a, ledger, subject->bars, subject->span.first, config);
    status = walk_account(&p, &a, &came_to, &aim->changes, err);
    orders = sum_of_ledger(ledger);
  }
  bt_return_sums sums = sum_up(&p, subject->span.end - subject->span.first);
  *sure = !status && came_to == DONE &&
          is_sure(&p, &sums, subject->span.end - subject->span.first, config->cash);
  if (*sure) set_metrics(out, &p, &sums, &orders, how);
  return status;
}
