#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/evaluate.h"
#include "core/target.h"
#include "core/time.h"
#include "tests/support/compare.h"
#include "tests/support/golden.h"
#include "tests/support/make_bars.h"

/* ---- golden cases ---------------------------------------------------------------------------- */

static const char *const keys[] = {
    "open",   "high",   "low",      "close", "days",    "factor",    "target",   "direction",
    "span",   "cash",   "fill",     "rate",  "minimum", "per_share", "slippage", "lot",
    "stop",   "profit", "trailing", "atr",   "borrow",  "size",      "sizes",    "equity",
    "shares", "trade",  "reason",   "costs", "ruined",  "metric",    NULL};

enum { TRADE_FIELDS = 9 };

/* A golden case with what the simulator makes of it. */
typedef struct run {
  bt_bars *bars;
  double *target;
  bt_span span;
  bt_sim_config config;
  double *atr, *sizes; /* of the bars, or NULL */
  bt_evaluator evaluator;
  double *shares; /* held at each close of the span */
  bt_metrics metrics;
} run;

static double *spread_shares(const bt_ledger *ledger, bt_span span)
{
  double *shares = malloc(ledger->n_bars * sizeof *shares);
  assert_non_null(shares);
  bt_ledger_fill_shares(shares, ledger, span);
  return shares;
}

static bt_direction read_direction(const golden_case *c)
{
  const char *text = golden_text(c, "direction", 0);
  if (!text || strcmp(text, "long") == 0) return BT_DIRECTION_LONG;
  if (strcmp(text, "short") == 0) return BT_DIRECTION_SHORT;
  assert_string_equal(text, "both");
  return BT_DIRECTION_BOTH;
}

/* The numbers of a key, n of them, or NULL. */
static double *read_series(const golden_case *c, const char *key, size_t n)
{
  size_t n_values = 0;
  double *values = golden_numbers(&n_values, c, key);
  if (values) assert_int_equal(n_values, n);
  return values;
}

static void read_bars(run *r, const golden_case *c)
{
  size_t n = 0;
  double *close = golden_numbers(&n, c, "close"), *open = read_series(c, "open", n);
  double *high = read_series(c, "high", n), *low = read_series(c, "low", n);
  double *factor = read_series(c, "factor", n), *days = read_series(c, "days", n);
  double *span = read_series(c, "span", 2);
  r->target = read_series(c, "target", n);
  assert_non_null(r->target);
  r->bars = make_bars(n, open, high, low, close);
  if (factor) memcpy(r->bars->adjust_factor, factor, n * sizeof *factor);
  for (size_t t = 0; days && t < n; t++)
    r->bars->time_ns[t] = (int64_t)(days[t] * (double)BT_NS_PER_DAY);
  r->span = span ? (bt_span){(size_t)span[0], (size_t)span[1]} : (bt_span){0, n};
  double *const read[] = {close, open, high, low, factor, days, span};
  for (size_t i = 0; i < sizeof read / sizeof *read; i++) free(read[i]);
}

static void read_stops(run *r, const golden_case *c)
{
  static const char *const names[BT_STOP_COUNT] = {"stop", "profit", "trailing"};
  static const char *const options[BT_STOP_COUNT] = {"--stop-loss", "--take-profit", "--trailing"};
  bt_error err;
  r->atr = read_series(c, "atr", r->bars->n_bars);
  for (size_t i = 0; i < BT_STOP_COUNT; i++) {
    bt_distance *d = &r->config.stops.at[i];
    const char *text = golden_text(c, names[i], 0);
    if (text && bt_distance_parse(d, options[i], text, &err)) fail_msg("%s", err.message);
    if (d->unit == BT_DISTANCE_ATR) assert_non_null(r->atr);
    d->atr = r->atr;
  }
}

static void run_case(run *r, const golden_case *c)
{
  bt_error err;
  *r = (run){0};
  read_bars(r, c);
  const char *fill = golden_text(c, "fill", 0);
  assert_non_null(fill);
  r->config = (bt_sim_config){.cash = golden_number(c, "cash", 0),
                              .costs = {.commission_rate = golden_number(c, "rate", 0),
                                        .commission_per_share = golden_number(c, "per_share", 0),
                                        .commission_min = golden_number(c, "minimum", 0),
                                        .slippage_rate = golden_number(c, "slippage", 0)},
                              .fill = strcmp(fill, "open") == 0 ? BT_FILL_OPEN : BT_FILL_CLOSE,
                              .lot = golden_number(c, "lot", 0),
                              .borrow_rate = golden_number(c, "borrow", 0),
                              .size = golden_number(c, "size", 0)};
  r->config.sizes = r->sizes = read_series(c, "sizes", r->bars->n_bars);
  read_stops(r, c);
  assert_int_equal(bt_target_settle(r->target, r->bars->n_bars, read_direction(c), &err), BT_OK);
  bt_evaluator_init(&r->evaluator);
  bt_subject subject = {r->bars, r->span, 252, NULL, NULL};
  bt_evaluation how = {.simulation = r->config};
  assert_int_equal(bt_evaluate(&r->metrics, &r->evaluator, &subject, r->target, &how, &err), BT_OK);
  r->shares = spread_shares(&r->evaluator.ledger, r->span);
}

static void free_run(run *r)
{
  bt_evaluator_clear(&r->evaluator);
  free(r->shares);
  free(r->atr);
  free(r->sizes);
  bt_bars_free(r->bars);
  free(r->target);
}

static void check_series(const golden_case *c, const char *key, const double *got, size_t n)
{
  size_t n_expected = 0;
  double *expected = golden_numbers(&n_expected, c, key);
  assert_non_null(expected);
  assert_int_equal(n_expected, n);
  assert_all_close(got, expected, n, key);
  free(expected);
}

static void check_trades(const golden_case *c, const bt_ledger *ledger)
{
  size_t i = 0;
  for (const char *text; (text = golden_text(c, "trade", i)); i++) {
    double expected[TRADE_FIELDS];
    assert_int_equal(golden_parse(expected, TRADE_FIELDS, text), TRADE_FIELDS);
    assert_true(i < ledger->n_trades);
    const bt_trade *t = &ledger->trades[i];
    const double got[TRADE_FIELDS] = {t->side,
                                      (double)t->entry_bar,
                                      (double)t->exit_bar,
                                      t->entry_price,
                                      t->exit_price,
                                      t->shares,
                                      t->entry_value,
                                      t->pnl,
                                      t->open};
    assert_all_close(got, expected, TRADE_FIELDS, "trade");
  }
  assert_int_equal(ledger->n_trades, i);
}

/* `reason:` has one word for each trade. */
static void check_reasons(const golden_case *c, const bt_ledger *ledger)
{
  const char *text = golden_text(c, "reason", 0);
  if (!text) return;
  for (size_t i = 0; i < ledger->n_trades; i++) {
    const char *name = bt_exit_reason_name(ledger->trades[i].reason);
    size_t length = strcspn(text, " ");
    if (strlen(name) != length || strncmp(text, name, length) != 0)
      fail_msg("trade %zu ended by %s, not %s", i, name, text);
    text += length + strspn(text + length, " ");
  }
  assert_string_equal(text, "");
}

static void check_metrics(const golden_case *c, const bt_metrics *metrics)
{
  bt_error err;
  const char *text;
  for (size_t i = 0; (text = golden_text(c, "metric", i)); i++) {
    char name[32];
    int used = 0;
    double expected = 0;
    bt_metric metric;
    assert_int_equal(sscanf(text, "%31s %n", name, &used), 1);
    assert_int_equal(golden_parse(&expected, 1, text + used), 1);
    assert_int_equal(bt_metric_find(&metric, name, &err), BT_OK);
    assert_close(metrics->value[metric], expected, name);
  }
}

static void check_case(const golden_case *c)
{
  run r;
  run_case(&r, c);
  const bt_ledger *ledger = &r.evaluator.ledger;
  assert_int_equal(ledger->n_bars, r.span.end - r.span.first);
  check_series(c, "equity", ledger->equity, ledger->n_bars);
  check_series(c, "shares", r.shares, ledger->n_bars);
  check_trades(c, ledger);
  check_reasons(c, ledger);
  if (golden_text(c, "costs", 0))
    assert_close(ledger->costs_paid, golden_number(c, "costs", 0), "costs");
  assert_int_equal(ledger->ruined, golden_number(c, "ruined", 0) != 0);
  check_metrics(c, &r.metrics);
  free_run(&r);
}

static void check_file(const char *relative, size_t n_least)
{
  golden_file file;
  assert_true(golden_read(&file, relative));
  golden_allow(&file, keys);
  for (size_t i = 0; i < file.n_cases; i++) {
    print_message("           %s\n", file.cases[i].name);
    check_case(&file.cases[i]);
  }
  assert_true(file.n_cases >= n_least);
  golden_free(&file);
}

static void fills_and_trades_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/fills.txt", 10);
}

static void targets_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/targets.txt", 9);
}

static void costs_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/costs.txt", 11);
}

static void lots_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/lots.txt", 9);
}

static void ruin_is_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/ruin.txt", 12);
}

static void spans_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/spans.txt", 7);
}

static void stops_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/stops.txt", 28);
}

static void trailing_stops_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/trailing.txt", 14);
}

static void borrow_is_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/borrow.txt", 9);
}

static void sizing_is_as_worked_out_by_hand(void **state)
{
  (void)state;
  check_file("tests/golden/simulate/sizing.txt", 9);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_and_trades_are_as_worked_out_by_hand),
      cmocka_unit_test(targets_are_as_worked_out_by_hand),
      cmocka_unit_test(costs_are_as_worked_out_by_hand),
      cmocka_unit_test(lots_are_as_worked_out_by_hand),
      cmocka_unit_test(ruin_is_as_worked_out_by_hand),
      cmocka_unit_test(spans_are_as_worked_out_by_hand),
      cmocka_unit_test(stops_are_as_worked_out_by_hand),
      cmocka_unit_test(trailing_stops_are_as_worked_out_by_hand),
      cmocka_unit_test(borrow_is_as_worked_out_by_hand),
      cmocka_unit_test(sizing_is_as_worked_out_by_hand),
  };
  return cmocka_run_group_tests_name("core/simulate", tests, NULL, NULL);
}
