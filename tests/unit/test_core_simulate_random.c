/* What holds for every simulation, over random jobs; among it that going from order to order agrees
 * with going bar by bar. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/simulate.h"
#include "core/target.h"
#include "core/time.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"
#include "tests/support/plain_simulator.h"

/* A random job with what the simulator makes of it. */
typedef struct run {
  bt_bars *bars;
  double *target;
  bt_span span;
  bt_sim_config config;
  bt_ledger ledger;
  double *shares;      /* held at each close of the span */
  double *atr, *sizes; /* of the bars, or NULL */
} run;

static void free_run(run *r)
{
  bt_ledger_clear(&r->ledger);
  free(r->shares);
  free(r->atr);
  free(r->sizes);
  bt_bars_free(r->bars);
  free(r->target);
}

enum { N_RANDOM_JOBS = 2000, MOST_BARS = 150 };

/* Targets, of which about a third each are whole, halved and any, that stay the same for a while.
 */
static void make_targets(run *r, test_random *random, size_t n)
{
  static const double whole[] = {-1, 0, 1}, halved[] = {-1, -0.5, 0, 0.5, 1, (double)NAN};
  size_t kind = random_below(random, 3), stay = 2 + random_below(random, 20);
  for (size_t t = 0; t < n; t++) {
    bool stays = t > 0 && random_below(random, stay) > 0;
    double value = kind == 0   ? random_choice(random, whole, 3)
                   : kind == 1 ? random_choice(random, halved, 6)
                               : random_between(random, -1, 1);
    r->target[t] = stays ? r->target[t - 1] : value;
  }
  assert_int_equal(bt_target_settle(r->target, n, (bt_direction)random_below(random, 3), NULL), 0);
}

/* Prices, targets and a configuration, without lots. */
static void make_job(run *r, test_random *random)
{
  static const double steps[] = {0.02, 0.08, 0.3};
  static const double rates[] = {0, 0.001, 0.01}, minima[] = {0, 0, 1, 20};
  static const double slippages[] = {0, 0.0005, 0.01}, per_share[] = {0, 0, 0.005};
  size_t n = 1 + random_below(random, MOST_BARS);
  *r = (run){.bars = make_random_bars(random, n, 50, random_choice(random, steps, 3)),
             .target = calloc(n, sizeof(double))};
  assert_non_null(r->target);
  make_targets(r, random, n);
  for (size_t t = 0; t < n; t++) r->bars->adjust_factor[t] = 0.5 + (double)(t / 20) * 0.1;
  r->config = (bt_sim_config){
      .cash = 10000,
      .costs = {random_choice(random, rates, 3), random_choice(random, per_share, 3),
                random_choice(random, minima, 4), random_choice(random, slippages, 3)},
      .fill = random_below(random, 2) ? BT_FILL_CLOSE : BT_FILL_OPEN};
  r->span = (bt_span){random_below(random, n), n};
  bt_ledger_init(&r->ledger);
  bt_status status = bt_simulate(&r->ledger, r->bars, r->target, r->span, &r->config, NULL);
  assert_int_equal(status, BT_OK);
  r->shares = malloc(r->ledger.n_bars * sizeof *r->shares);
  assert_non_null(r->shares);
  bt_ledger_fill_shares(r->shares, &r->ledger, r->span);
}

static double commission_of(const bt_costs *costs, double shares, double price, double factor)
{
  double quantity = fabs(shares);
  if (quantity == 0) return 0;
  return fmax(costs->commission_min, costs->commission_rate * quantity * price +
                                         costs->commission_per_share * quantity * factor);
}

/* Cash after the position went from `old` to `new` shares on bar t: a book-keeping of its own. */
static double settle_cash(const run *r, size_t t, double cash, double old, double new)
{
  const bt_costs *costs = &r->config.costs;
  bool at_open = r->config.fill == BT_FILL_OPEN;
  double price = at_open ? r->bars->open[t] : r->bars->close[t];
  double factor = r->bars->adjust_factor[t], decision = r->target[at_open ? t - 1 : t];
  /* a buy of less than its minimum commission may leave fewer shares, at the price of a buy */
  bool buys = decision * (cash + old * price) > old * price;
  price *= buys ? 1 + costs->slippage_rate : 1 - costs->slippage_rate;
  cash -= (new - old) * price;
  if (old * new < 0)
    return cash - commission_of(costs, old, price, factor) -
           commission_of(costs, new, price, factor);
  return cash - commission_of(costs, new - old, price, factor);
}

static void cash_plus_position_is_equity_on_every_bar(void **state)
{
  (void)state;
  test_random random = {1};
  size_t n_changes = 0;
  for (size_t i = 0; i < N_RANDOM_JOBS; i++) {
    run r;
    make_job(&r, &random);
    const bt_ledger *ledger = &r.ledger;
    double cash = r.config.cash, held = 0;
    for (size_t k = 0; k < ledger->n_bars && !ledger->ruined; k++) {
      size_t t = r.span.first + k;
      if (held != r.shares[k]) cash = settle_cash(&r, t, cash, held, r.shares[k]);
      n_changes += held != r.shares[k];
      held = r.shares[k];
      assert_close(ledger->equity[k], cash + held * r.bars->close[t], "equity");
    }
    free_run(&r);
  }
  assert_true(n_changes > 5000);
}

static void profits_of_trades_add_up_to_the_change_of_equity(void **state)
{
  (void)state;
  test_random random = {2};
  size_t n_trades = 0;
  for (size_t i = 0; i < N_RANDOM_JOBS; i++) {
    run r;
    make_job(&r, &random);
    const bt_ledger *ledger = &r.ledger;
    double profit = 0;
    for (size_t k = 0; k < ledger->n_trades; k++) profit += ledger->trades[k].pnl;
    if (!ledger->ruined)
      assert_close(r.config.cash + profit, ledger->equity[ledger->n_bars - 1], "profits");
    n_trades += ledger->n_trades;
    free_run(&r);
  }
  assert_true(n_trades > 2000);
}

static void shares_change_only_where_the_target_did(void **state)
{
  (void)state;
  test_random random = {3};
  for (size_t i = 0; i < N_RANDOM_JOBS; i++) {
    run r;
    make_job(&r, &random);
    const bt_ledger *ledger = &r.ledger;
    size_t lag = r.config.fill == BT_FILL_OPEN;
    for (size_t k = 1; k < ledger->n_bars && !ledger->ruined; k++) {
      size_t t = r.span.first + k - lag;
      if (r.target[t] == (t > 0 ? r.target[t - 1] : 0)) assert_true(r.shares[k] == r.shares[k - 1]);
    }
    free_run(&r);
  }
}

static void exposure_is_the_bars_with_shares_and_closed_trades_come_in_order(void **state)
{
  (void)state;
  test_random random = {4};
  for (size_t i = 0; i < N_RANDOM_JOBS; i++) {
    run r;
    make_job(&r, &random);
    const bt_ledger *ledger = &r.ledger;
    size_t n_exposed = 0;
    for (size_t k = 0; k < ledger->n_bars; k++) n_exposed += r.shares[k] != 0;
    assert_int_equal(ledger->n_exposed, n_exposed);
    for (size_t k = 0; k < ledger->n_trades; k++) {
      const bt_trade *t = &ledger->trades[k];
      assert_true(t->shares > 0 && t->entry_value > 0 && t->entry_bar <= t->exit_bar);
      assert_true(!t->open || k + 1 == ledger->n_trades);
      if (k > 0) assert_true(ledger->trades[k - 1].exit_bar <= t->entry_bar);
      if (!t->open) /* what a row of the trades table says by itself */
        assert_true(t->pnl <= t->shares * (t->exit_price - t->entry_price) * t->side + 1e-6);
    }
    free_run(&r);
  }
}

static void no_trades_leave_equity_exact(void **state)
{
  (void)state;
  test_random random = {5};
  bt_bars *bars = make_random_bars(&random, 300, 20, 0.05);
  double *target = calloc(300, sizeof *target);
  bt_ledger ledger;
  bt_ledger_init(&ledger);
  bt_sim_config config = {.cash = 12345.678901, .costs = {.commission_min = 3}};
  assert_int_equal(bt_simulate(&ledger, bars, target, (bt_span){0, 300}, &config, NULL), BT_OK);
  for (size_t t = 0; t < 300; t++) assert_true(ledger.equity[t] == 12345.678901);
  assert_true(ledger.costs_paid == 0 && ledger.n_trades == 0);
  bt_ledger_clear(&ledger);
  bt_bars_free(bars);
  free(target);
}

static void cash_never_goes_below_zero_without_short_positions(void **state)
{
  (void)state;
  test_random random = {6};
  for (size_t i = 0; i < N_RANDOM_JOBS; i++) {
    run r;
    make_job(&r, &random);
    const bt_ledger *ledger = &r.ledger;
    for (size_t k = 0; k < ledger->n_bars; k++) {
      double close = r.bars->close[r.span.first + k];
      if (r.shares[k] < 0) continue;
      assert_true(ledger->equity[k] - r.shares[k] * close >= -1e-9 * ledger->equity[k]);
    }
    free_run(&r);
  }
}

static void a_ledger_that_was_used_before_gives_the_same_bits(void **state)
{
  (void)state;
  test_random random = {7};
  bt_ledger used;
  bt_ledger_init(&used);
  for (size_t i = 0; i < 300; i++) {
    run r;
    make_job(&r, &random);
    const bt_ledger *fresh = &r.ledger;
    assert_int_equal(bt_simulate(&used, r.bars, r.target, r.span, &r.config, NULL), BT_OK);
    assert_int_equal(used.n_trades, fresh->n_trades);
    assert_memory_equal(used.equity, fresh->equity, fresh->n_bars * sizeof(double));
    assert_int_equal(used.n_holdings, fresh->n_holdings);
    for (size_t k = 0; k < fresh->n_holdings; k++) {
      assert_int_equal(used.holdings[k].bar, fresh->holdings[k].bar);
      assert_true(used.holdings[k].shares == fresh->holdings[k].shares);
    }
    assert_true(used.costs_paid == fresh->costs_paid && used.ruined == fresh->ruined);
    for (size_t k = 0; k < used.n_trades; k++)
      assert_true(used.trades[k].pnl == fresh->trades[k].pnl);
    free_run(&r);
  }
  bt_ledger_clear(&used);
}

static void a_round_trip_at_one_price_earns_exactly_nothing(void **state)
{
  (void)state;
  static const double prices[] = {0.1, 1.94, 33.33, 101.37}, targets[] = {1, -1, 0.3, -0.7, 1, 0};
  for (size_t i = 0; i < 4; i++) {
    bt_bars *bars = make_flat_bars(6, prices[i]);
    bt_ledger ledger;
    bt_ledger_init(&ledger);
    bt_sim_config config = {.cash = 100000, .fill = BT_FILL_CLOSE};
    assert_int_equal(bt_simulate(&ledger, bars, targets, (bt_span){0, 6}, &config, NULL), BT_OK);
    assert_int_equal(ledger.n_trades, 5);
    for (size_t k = 0; k < ledger.n_trades; k++) assert_true(ledger.trades[k].pnl == 0);
    bt_ledger_clear(&ledger);
    bt_bars_free(bars);
  }
}

static void compare_trades(const plain_account *plain, const bt_ledger *ledger)
{
  assert_int_equal(ledger->n_trades, plain->n_trades);
  for (size_t i = 0; i < plain->n_trades; i++) {
    const plain_trade *expected = &plain->trades[i];
    const bt_trade *got = &ledger->trades[i];
    assert_int_equal(got->side, expected->side);
    assert_int_equal(got->open, expected->open);
    assert_int_equal(got->entry_bar, expected->entry_bar);
    assert_int_equal(got->exit_bar, expected->exit_bar);
    assert_int_equal(got->reason, expected->reason);
    assert_close(got->shares, expected->shares, "shares of a trade");
    assert_close(got->entry_value, expected->entry_value, "entry value");
    if (!got->open) assert_close(got->pnl, expected->pnl, "profit");
  }
}

/* Simulates the job again, both ways. The caller frees the account. */
static plain_account *compare_with_plain(run *r)
{
  bt_ledger *ledger = &r->ledger;
  assert_int_equal(bt_simulate(ledger, r->bars, r->target, r->span, &r->config, NULL), BT_OK);
  plain_account *plain = plain_simulate(r->bars, r->target, r->span, &r->config);
  bt_ledger_fill_shares(r->shares, ledger, r->span);
  assert_all_close(ledger->equity, plain->equity, ledger->n_bars, "equity");
  assert_all_close(r->shares, plain->shares, ledger->n_bars, "shares");
  assert_close(ledger->costs_paid, plain->costs_paid, "costs");
  assert_int_equal(ledger->ruined, plain->ruined);
  compare_trades(plain, ledger);
  return plain;
}

/* Lots, and cash that is not round, so that no order is worth a whole number of lots to the last
 * bit. */
static void choose_lots(run *r, test_random *random)
{
  static const double lots[] = {0, 0, 1, 10, 100}, cash[] = {10000, 300, 77, 1e7};
  r->config.lot = random_choice(random, lots, 5);
  r->config.cash = random_choice(random, cash, 4) * random_between(random, 1, 1.1);
}

static void going_from_order_to_order_agrees_with_going_bar_by_bar(void **state)
{
  (void)state;
  test_random random = {8};
  size_t n_trades = 0, n_ruined = 0;
  for (size_t i = 0; i < 5 * N_RANDOM_JOBS; i++) {
    run r;
    make_job(&r, &random);
    choose_lots(&r, &random);
    plain_account *plain = compare_with_plain(&r);
    n_trades += plain->n_trades;
    n_ruined += plain->ruined;
    plain_free(plain);
    free_run(&r);
  }
  print_message("           %zu trades, %zu ruined\n", n_trades, n_ruined);
  assert_true(n_trades > 10000 && n_ruined > 100);
}

/* ---- stops, borrow and sizes ------------------------------------------------------------------
 */

/* Days left out and, now and then, several bars a day; opens away from the close before. */
static void scatter_bars(bt_bars *bars, test_random *random)
{
  int64_t hours = (int64_t)random_below(random, 1000000);
  bool intraday = random_below(random, 3) == 0;
  for (size_t t = 0; t < bars->n_bars; t++) {
    hours += intraday ? 5 : 24 * (1 + (int64_t)random_below(random, 4));
    bars->time_ns[t] = hours * 3600 * BT_NS_PER_SECOND;
    if (random_below(random, 4) > 0) continue;
    double gap = random_between(random, 0.8, 1.25);
    bars->open[t] *= gap;
    bars->high[t] = fmax(bars->high[t], bars->open[t]);
    bars->low[t] = fmin(bars->low[t], bars->open[t]);
  }
}

static void choose_stops(run *r, test_random *random)
{
  static const double fractions[] = {0, 0.005, 0.02, 0.05, 0.2}, multiples[] = {0, 0.5, 1, 3};
  size_t n = r->bars->n_bars, n_undefined = random_below(random, 10);
  r->atr = malloc(n * sizeof *r->atr);
  assert_non_null(r->atr);
  for (size_t t = 0; t < n; t++)
    r->atr[t] =
        t < n_undefined ? (double)NAN : r->bars->close[t] * random_between(random, 0.005, 0.05);
  for (size_t i = 0; i < BT_STOP_COUNT; i++) {
    bt_distance by_atr = {random_choice(random, multiples, 4), BT_DISTANCE_ATR, 14, r->atr, NULL};
    bt_distance by_price = {.amount = random_choice(random, fractions, 5)};
    size_t kind = random_below(random, 3);
    if (kind > 0) r->config.stops.at[i] = kind == 1 ? by_atr : by_price;
  }
}

static void choose_sizes(run *r, test_random *random)
{
  static const double sizes[] = {0, 0.25, 0.6, 1}, rates[] = {0, 0.03, 2};
  size_t n = r->bars->n_bars;
  r->config.borrow_rate = random_choice(random, rates, 3);
  r->config.size = random_choice(random, sizes, 4);
  if (random_below(random, 2)) return;
  r->sizes = malloc(n * sizeof *r->sizes);
  assert_non_null(r->sizes);
  for (size_t t = 0; t < n; t++)
    r->sizes[t] = t < 5 ? 0 : fmin(1, random_between(random, 0.1, 1.5));
  r->config.sizes = r->sizes;
}

static void stops_borrow_and_sizes_agree_with_going_bar_by_bar(void **state)
{
  (void)state;
  test_random random = {9};
  size_t n_reasons[2][BT_EXIT_END + 1] = {{0}}, n_ruined = 0; /* short, long */
  for (size_t i = 0; i < 5 * N_RANDOM_JOBS; i++) {
    run r;
    make_job(&r, &random);
    scatter_bars(r.bars, &random);
    choose_lots(&r, &random);
    choose_stops(&r, &random);
    choose_sizes(&r, &random);
    plain_account *plain = compare_with_plain(&r);
    for (size_t k = 0; k < plain->n_trades; k++)
      n_reasons[plain->trades[k].side > 0][plain->trades[k].reason]++;
    n_ruined += plain->ruined;
    plain_free(plain);
    free_run(&r);
  }
  for (size_t k = 0; k <= BT_EXIT_END; k++) {
    print_message("           %s: %zu short, %zu long\n", bt_exit_reason_name((bt_exit_reason)k),
                  n_reasons[0][k], n_reasons[1][k]);
    assert_true(n_reasons[0][k] > 500 && n_reasons[1][k] > 500);
  }
  assert_true(n_ruined > 20);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cash_plus_position_is_equity_on_every_bar),
      cmocka_unit_test(profits_of_trades_add_up_to_the_change_of_equity),
      cmocka_unit_test(shares_change_only_where_the_target_did),
      cmocka_unit_test(exposure_is_the_bars_with_shares_and_closed_trades_come_in_order),
      cmocka_unit_test(no_trades_leave_equity_exact),
      cmocka_unit_test(cash_never_goes_below_zero_without_short_positions),
      cmocka_unit_test(a_ledger_that_was_used_before_gives_the_same_bits),
      cmocka_unit_test(a_round_trip_at_one_price_earns_exactly_nothing),
      cmocka_unit_test(going_from_order_to_order_agrees_with_going_bar_by_bar),
      cmocka_unit_test(stops_borrow_and_sizes_agree_with_going_bar_by_bar),
  };
  return cmocka_run_group_tests_name("core/simulate, random", tests, NULL, NULL);
}
