/* The SMA crossover on GOOG against numbers printed by vectorbt, where they are at hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/evaluate.h"
#include "core/target.h"
#include "strategies/registry.h"
#include "tests/support/compare.h"
#include "tests/support/csv_table.h"
#include "tests/support/make_bars.h"
#include "tests/support/registry_cases.h"

/* ---- bars and targets ------------------------------------------------------------------------ */

/* GOOG as in their run; NULL, with a line on stdout, where it is missing. */
static bt_bars *read_goog(void)
{
  csv_table table;
  bt_bars *bars = NULL;
  if (!csv_table_read(&table, "data/real/GOOG.csv")) return NULL;
  assert_int_equal(bt_bars_new(&bars, table.n_rows, NULL), BT_OK);
  for (size_t t = 0; t < table.n_rows; t++) {
    bars->time_ns[t] = instant_of(csv_text(&table, t, ""));
    bars->open[t] = csv_number(&table, t, "Open");
    bars->high[t] = csv_number(&table, t, "High");
    bars->low[t] = csv_number(&table, t, "Low");
    bars->close[t] = csv_number(&table, t, "Close");
    bars->volume[t] = csv_number(&table, t, "Volume");
  }
  csv_table_free(&table);
  return bars;
}

/* vectorbt enters on a crossing: the side that the averages are on when both are first defined is
 * no crossing, so the target is 0 until it changes. */
static double *crossing_targets(const bt_bars *bars, double fast, double slow)
{
  const bt_strategy *sma = NULL;
  const double params[] = {fast, slow};
  assert_int_equal(bt_strategy_find(&sma, "sma", NULL), BT_OK);
  double *target = strategy_targets(sma, params, bars);
  size_t t = (size_t)slow - 1;
  double first = target[t];
  for (; t < bars->n_bars && target[t] == first; t++) target[t] = 0;
  return target;
}

/* ---- one run --------------------------------------------------------------------------------- */

typedef struct run {
  bt_evaluator evaluator;
  bt_metrics metrics;
} run;

static void run_job(run *r, const bt_bars *bars, double fast, double slow, bool at_open, double fee,
                    bool both)
{
  double *target = crossing_targets(bars, fast, slow);
  bt_direction direction = both ? BT_DIRECTION_BOTH : BT_DIRECTION_LONG;
  assert_int_equal(bt_target_settle(target, bars->n_bars, direction, NULL), BT_OK);
  bt_subject subject = {bars, {0, bars->n_bars}, 252, NULL, NULL};
  bt_evaluation how = {.simulation = {.cash = 10000,
                                      .costs = {.commission_rate = fee},
                                      .fill = at_open ? BT_FILL_OPEN : BT_FILL_CLOSE}};
  bt_evaluator_init(&r->evaluator);
  bt_status status = bt_evaluate(&r->metrics, &r->evaluator, &subject, target, &how, NULL);
  assert_int_equal(status, BT_OK);
  free(target);
}

/* Which metric is in which of their columns. */
static const struct {
  bt_metric metric;
  const char *column;
} columns[] = {
    {BT_METRIC_FINAL_EQUITY, "final_value"},
    {BT_METRIC_TOTAL_RETURN, "total_return"},
    {BT_METRIC_CAGR, "annualized_return_252"},
    {BT_METRIC_VOLATILITY, "annualized_volatility_252"},
    {BT_METRIC_SHARPE, "sharpe_252"},
    {BT_METRIC_SORTINO, "sortino_252"},
    {BT_METRIC_MAX_DRAWDOWN, "max_drawdown"},
    {BT_METRIC_CALMAR, "calmar_252"},
    {BT_METRIC_EXPOSURE, "exposure_bars_frac"},
    {BT_METRIC_N_TRADES, "trades_closed"},
    {BT_METRIC_WIN_RATE, "win_rate_closed"},
    {BT_METRIC_PROFIT_FACTOR, "profit_factor_closed"},
    {BT_METRIC_BEST_TRADE, "best_trade_closed"},
    {BT_METRIC_WORST_TRADE, "worst_trade_closed"},
    {BT_METRIC_AVG_BARS, "avg_trade_duration_bars"},
    {BT_METRIC_COSTS, "total_fees_paid"},
};

static void check_row(const csv_table *table, size_t row, const bt_bars *bars)
{
  run r;
  double fast = csv_number(table, row, "fast"), slow = csv_number(table, row, "slow");
  bool at_open = strcmp(csv_text(table, row, "fill"), "nextopen") == 0;
  bool both = strcmp(csv_text(table, row, "direction"), "both") == 0;
  run_job(&r, bars, fast, slow, at_open, csv_number(table, row, "fees"), both);
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
    double ours = r.metrics.value[columns[i].metric];
    double theirs = csv_number(table, row, columns[i].column);
    if (!is_close(ours, theirs, 1e-9))
      fail_msg("row %zu (%g, %g): %s: ours %.17g, theirs %.17g", row, fast, slow, columns[i].column,
               ours, theirs);
  }
  bt_evaluator_clear(&r.evaluator);
}

static void every_pair_of_windows_agrees_with_vectorbt(void **state)
{
  (void)state;
  csv_table table;
  bt_bars *bars = read_goog();
  if (!bars) skip();
  if (!csv_table_read(&table, "reference/vectorbt/vectorbt_goog_sma.csv")) {
    bt_bars_free(bars);
    skip();
  }
  assert_int_equal(table.n_rows, 14 * 2 * 2 * 2);
  for (size_t row = 0; row < table.n_rows; row++) check_row(&table, row, bars);
  csv_table_free(&table);
  bt_bars_free(bars);
}

/* ---- equity and trades ------------------------------------------------------------------------
 */

static void check_equity(const char *path, const bt_ledger *ledger)
{
  csv_table table;
  if (!csv_table_read(&table, path)) skip();
  double *shares = malloc(ledger->n_bars * sizeof *shares);
  assert_non_null(shares);
  bt_ledger_fill_shares(shares, ledger, (bt_span){0, ledger->n_bars});
  assert_int_equal(table.n_rows, ledger->n_bars);
  for (size_t t = 0; t < table.n_rows; t++) {
    assert_close(ledger->equity[t], csv_number(&table, t, "value"), "equity");
    assert_close(shares[t], csv_number(&table, t, "shares"), "shares");
  }
  free(shares);
  csv_table_free(&table);
}

/* Theirs: direction 0 long, 1 short; status 1 closed. The profit of an open trade includes their
 * entry fee, as ours does. */
static void check_trades(const char *path, const bt_ledger *ledger)
{
  csv_table table;
  if (!csv_table_read(&table, path)) skip();
  assert_int_equal(table.n_rows, ledger->n_trades);
  for (size_t i = 0; i < table.n_rows; i++) {
    const bt_trade *t = &ledger->trades[i];
    assert_int_equal(t->side, csv_number(&table, i, "direction") == 0 ? 1 : -1);
    assert_int_equal(t->open, csv_number(&table, i, "status") == 0);
    assert_int_equal(t->entry_bar, (int)csv_number(&table, i, "entry_idx"));
    assert_int_equal(t->exit_bar, (int)csv_number(&table, i, "exit_idx"));
    assert_close(t->shares, csv_number(&table, i, "size"), "shares");
    assert_close(t->entry_price, csv_number(&table, i, "entry_price"), "entry price");
    assert_close(t->exit_price, csv_number(&table, i, "exit_price"), "exit price");
    assert_close(t->pnl, csv_number(&table, i, "pnl"), "profit");
    assert_close(t->pnl / t->entry_value, csv_number(&table, i, "return"), "return");
  }
  csv_table_free(&table);
}

static void equity_and_trades_at_the_close_agree_with_vectorbt(void **state)
{
  (void)state;
  run r;
  bt_bars *bars = read_goog();
  if (!bars) skip();
  run_job(&r, bars, 20, 50, false, 0.001, false);
  check_equity("reference/vectorbt/equity_20_50_close_fee_longonly.csv", &r.evaluator.ledger);
  check_trades("reference/vectorbt/trades_20_50_close_fee_longonly.csv", &r.evaluator.ledger);
  bt_evaluator_clear(&r.evaluator);
  bt_bars_free(bars);
}

static void equity_and_trades_at_the_open_agree_with_vectorbt(void **state)
{
  (void)state;
  run r;
  bt_bars *bars = read_goog();
  if (!bars) skip();
  run_job(&r, bars, 20, 50, true, 0.001, true);
  check_equity("reference/vectorbt/equity_20_50_nextopen_fee_both.csv", &r.evaluator.ledger);
  check_trades("reference/vectorbt/trades_20_50_nextopen_fee_both.csv", &r.evaluator.ledger);
  bt_evaluator_clear(&r.evaluator);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_pair_of_windows_agrees_with_vectorbt),
      cmocka_unit_test(equity_and_trades_at_the_close_agree_with_vectorbt),
      cmocka_unit_test(equity_and_trades_at_the_open_agree_with_vectorbt),
  };
  return cmocka_run_group_tests_name("strategies/vectorbt", tests, NULL, NULL);
}
