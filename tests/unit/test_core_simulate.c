#include <math.h>
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
#include "tests/support/compare.h"
#include "tests/support/golden.h"
#include "tests/support/make_bars.h"

/* ---- golden cases ---------------------------------------------------------------------------- */

static const char *const keys[] = {"open",    "close",    "factor", "target", "direction",
                                   "span",    "cash",     "fill",   "rate",   "per_share",
                                   "minimum", "slippage", "lot",    "equity", "shares",
                                   "trade",   "costs",    "ruined", "metric", NULL};

enum { TRADE_FIELDS = 9 };

/* A golden case with what the simulator makes of it. */
typedef struct run {
  bt_bars *bars;
  double *target;
  bt_span span;
  bt_sim_config config;
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

static void read_bars(run *r, const golden_case *c)
{
  size_t n = 0, n_open = 0, n_factor = 0, n_target = 0, n_span = 0;
  double *close = golden_numbers(&n, c, "close"), *open = golden_numbers(&n_open, c, "open");
  double *factor = golden_numbers(&n_factor, c, "factor");
  double *span = golden_numbers(&n_span, c, "span");
  r->target = golden_numbers(&n_target, c, "target");
  assert_int_equal(n_target, n);
  r->bars = make_bars(n, open, NULL, NULL, close);
  if (open) assert_int_equal(n_open, n);
  if (factor) assert_int_equal(n_factor, n);
  if (factor) memcpy(r->bars->adjust_factor, factor, n * sizeof *factor);
  if (span) assert_int_equal(n_span, 2);
  r->span = span ? (bt_span){(size_t)span[0], (size_t)span[1]} : (bt_span){0, n};
  free(close);
  free(open);
  free(factor);
  free(span);
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
                              .lot = golden_number(c, "lot", 0)};
  assert_int_equal(bt_target_settle(r->target, r->bars->n_bars, read_direction(c), &err), BT_OK);
  bt_evaluator_init(&r->evaluator);
  bt_subject subject = {r->bars, r->span, 252, NULL};
  bt_evaluation how = {r->config, 0};
  assert_int_equal(bt_evaluate(&r->metrics, &r->evaluator, &subject, r->target, &how, &err), BT_OK);
  r->shares = spread_shares(&r->evaluator.ledger, r->span);
}

static void free_run(run *r)
{
  bt_evaluator_clear(&r->evaluator);
  free(r->shares);
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
  check_file("tests/golden/simulate/fills.txt", 9);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_and_trades_are_as_worked_out_by_hand),
      cmocka_unit_test(targets_are_as_worked_out_by_hand),
      cmocka_unit_test(costs_are_as_worked_out_by_hand),
      cmocka_unit_test(lots_are_as_worked_out_by_hand),
      cmocka_unit_test(ruin_is_as_worked_out_by_hand),
      cmocka_unit_test(spans_are_as_worked_out_by_hand),
  };
  return cmocka_run_group_tests_name("core/simulate", tests, NULL, NULL);
}
