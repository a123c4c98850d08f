/* Options of sweeps and walk-forwards: wrong values are one line each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

#define SWEEP "backtest --universe u.txt --strategy sma --quiet -o r.db "
#define WALK "backtest walkforward --universe u.txt --strategy sma --quiet -o r.db "

/* What is wrong, and what the one line says: the option with its value. */
typedef struct wrong {
  const char *options, *said;
} wrong;

static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 3 --bars 300 --dir u");
}

/* Exit 2 each, and no database. */
static void expect_wrong(program_scene *s, const char *command, const wrong *cases, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    char line[512];
    (void)snprintf(line, sizeof line, "%s%s", command, cases[i].options);
    expect_usage(s, line, cases[i].said);
  }
  expect_output(s, "ls", "u\nu.txt\n");
}

static void wrong_windows_are_told(void **state)
{
  static const wrong cases[] = {
      {"--train 2x --test 3m", "--train 2x: expected a length such as 2y, 6m, 8w, 90d"},
      {"--train -6m --test 3m", "--train -6m: expected a length"},
      {"--train 6.5m --test 3m", "--train 6.5m: expected a length"},
      {"--train 1y6m --test 3m", "--train 1y6m: expected a length"},
      {"--train 99999999999999999999d --test 1m", "--train 99999999999999999999d: more than"},
      {"--train 0d --test 3m", "--train: a train part must be longer than 0"},
      {"--train 6m --test 0", "--test: a test part must be longer than 0"},
      {"--train 6m --test foo", "--test foo: expected a length"},
      {"--train 6m", "--test is missing"},
      {"--test 3m", "--train is missing"},
      {"--train 6m --test 2m --gap", "--gap: needs a value (DUR)"},
      {"--train 6m --test 2m --gap foo", "--gap foo: expected a length"},
      {"--train 6m --test 2m --step 0d", "--step: must be longer than 0"},
      {"--train 6m --test 2m --step 3m", "--step: is longer than --test"},
      {"--train 6m --test 60d --step 61d", "--step: is longer than --test"},
      {"--train 6m --test 2m --step 80d", "--step: is longer than --test: one test part ends on "},
      {"--train 6m --test 20b --step 1m", "--step: is longer than --test: one test part ends on "},
      {"--train 6m --test 2m --select foo", "--select foo: must be one of ticker, universe"},
      {"--train 6m --test 2m --anchored=yes", "--anchored: takes no value"},
      {"--train 6m --test 2m --portfolio all", "--portfolio all: a walk-forward has one portfolio"},
      {"--train 6m --test 2m extra", "extra: a walk-forward takes options alone"},
      {"--trian 6m --test 2m", "did you mean --train?"},
  };
  expect_wrong(*state, WALK, cases, sizeof cases / sizeof cases[0]);
}

static void wrong_trading_is_told(void **state)
{
  static const wrong cases[] = {
      {"--size 120%", "--size 120%: a position of more than 100% of equity would need credit"},
      {"--size 25", "--size 25: "},
      {"--size 0%", "--size 0%: must be above 0%"},
      {"--size -5%", "--size -5%: must be above 0%"},
      {"--size vol:", "--size vol:: expected 100%, 25% or vol:15%"},
      {"--size vol:0%", "--size vol:0%: must be above 0%"},
      {"--size foo", "--size foo: expected"},
      {"--stop-loss -5%", "--stop-loss -5%: must not be negative"},
      {"--stop-loss 100%", "--stop-loss 100%: a stop of 100% or more is never reached"},
      {"--stop-loss 2atr", "--stop-loss 2atr: an ATR needs its period"},
      {"--stop-loss '2atr(0)'", "--stop-loss 2atr(0): the period of an ATR"},
      {"--take-profit foo", "--take-profit foo: expected 5%"},
      {"--trailing x", "--trailing x: expected 5%"},
      {"--param stop_loss=x", "--param stop_loss=x: expected 5%"},
      {"--param stop_loss=5% --stop-loss 5%", "--stop-loss: --param stop_loss=... sets it already"},
      {"--param 'stop_loss=3%,2atr(14)'", "--param stop_loss=3%,2atr(14): two different units"},
      {"--borrow x", "--borrow x: expected a rate"},
      {"--borrow -1%", "--borrow -1%: must be from 0%"},
      {"--borrow 5", "--borrow 5: 5 means 500%; write 5%"},
      {"--lot -1", "--lot -1: must be from 0"},
      {"--lot x", "--lot x: not a number"},
  };
  expect_wrong(*state, SWEEP, cases, sizeof cases / sizeof cases[0]);
}

static void wrong_results_are_told(void **state)
{
  static const wrong cases[] = {
      {"--regimes foo", "--regimes foo: expected trend:BARS"},
      {"--regimes trend", "did you mean trend:?"},
      {"--regimes trend:0", "--regimes trend:0: expected a number of bars"},
      {"--regimes vol:x", "--regimes vol:x: expected a number of bars"},
      {"--regimes drawdown:0%", "--regimes drawdown:0%: expected a fall"},
      {"--regimes drawdown:200%", "--regimes drawdown:200%: expected a fall"},
      {"--regimes file:", "--regimes file:: expected a path"},
      {"--save foo", "--save foo: must be trades, equity, or trades,equity"},
      {"--save trades,", "--save trades,: must be"},
      {"--save trades,,equity", "--save trades,,equity: must be"},
      {"--save trades,trades", "--save trades,trades: trades stands there twice"},
      {"--save equity,trades,equity", "--save equity,trades,equity: equity stands there twice"},
      {"--portfolio foo", "--portfolio foo: must be one of selected, all"},
      {"--objective alpha", "--objective alpha: needs --benchmark"},
      {"--require 'alpha>0'", "--require 'alpha>0': alpha needs --benchmark"},
      {"--require 'sharpe>0' --require 'sharpe>1||!(-beta<1)'", "1||!(-beta<1)': beta needs --be"},
      {"--require 'correlation<1'", "correlation needs --benchmark"},
      {"--require 'tracking_error<1'", "tracking_error needs --benchmark"},
      {"--require 'information_ratio>1'", "information_ratio needs --benchmark"},
      {"--benchmark ..", "backtest: --benchmark ..: is no file name"},
      {"--min-trades -1", "--min-trades -1: must be from 0"},
      {"--min-trades 1.5", "--min-trades 1.5: not a whole number"},
      {"--require 'sharp>0'", "did you mean 'sharpe'?"},
      {"--keep top:0", "--keep top:0: must be"},
      {"--resume=1", "--resume: takes no value"},
      {"--train 5m", "--train: no such option"},
  };
  expect_wrong(*state, SWEEP, cases, sizeof cases / sizeof cases[0]);
}

static void a_benchmark_may_be_a_path(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "mkdir far && cp u/S00002.csv far/market.csv && " SWEEP
                "--benchmark far/market.csv && sqlite3 r.db \"select count(beta) > 0 from results; "
                "select json_extract(options, '$.benchmark') from runs\"",
                "1\nfar/market.csv\n");
  expect_exit(s, "rm r.db", 0);
}

static void files_that_are_missing_or_wrong_are_named(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "--benchmark NONE", 1);
  assert_string_equal(s->run.err, "backtest: --benchmark NONE: no such file: tried ./NONE.csv and "
                                  "u/NONE.csv\n");
  expect_exit(s, SWEEP "--benchmark NONE --data u", 1);
  assert_string_equal(s->run.err, "backtest: --benchmark NONE: no such file: tried u/NONE.csv\n");
  expect_exit(s, SWEEP "--benchmark a/b.csv", 1);
  assert_string_equal(s->run.err, "backtest: --benchmark a/b.csv: no such file\n");
  expect_exit(s, "echo Date,Close >u/EMPTY.csv; " SWEEP "--benchmark EMPTY", 1);
  expect_part(s->run.err, "backtest: --benchmark EMPTY: u/EMPTY.csv");
  expect_exit(s, SWEEP "--regimes file:none.csv", 1);
  expect_part(s->run.err, "backtest: --regimes file:none.csv: none.csv: no such file\n");
  expect_exit(s, "echo 2020-13-01,2020-12-31,x >g.csv; " SWEEP "--regimes file:g.csv", 1);
  expect_part(s->run.err, "backtest: --regimes file:g.csv: g.csv:1:1: ");
  expect_exit(s, WALK "--train 9y --test 2m", 1);
  expect_part(s->run.err, "no window: from 2023-11-08 to 2024-12-31 there is no room for --train");
  expect_exit(s, "test ! -e r.db", 0);
  expect_exit(s, WALK "--train 6m --test 2m --from 2031-01-01", 1);
  expect_part(s->run.err, "every ticker was rejected");
  expect_output(s, "sqlite3 r.db 'select kind, status from runs; select count(*) > 0 from tickers'",
                "walkforward|failed\n1\n");
  expect_usage(s, WALK "--train 6m --test 2m --from 2024-01-01T10:00",
               "--from 2024-01-01T10:00: a");
  expect_usage(s, WALK "--train 6m --test 2m --to 2024-01-01T10:00", "--to 2024-01-01T10:00: a");
}

/* What is kept of trades is what is asked for. */
static void save_keeps_what_is_named(void **state)
{
  static const struct {
    const char *option, *kept;
  } cases[] = {
      {"", "0|0\n"},
      {"--save trades", "1|0\n"},
      {"--save equity", "0|1\n"},
      {"--save trades,equity", "1|1\n"},
      {"--save equity,trades", "1|1\n"},
  };
  program_scene *s = *state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char line[512];
    (void)snprintf(line, sizeof line,
                   "rm -f r.db; " SWEEP "%s && sqlite3 r.db 'select (select count(*) from trades) "
                   "> 0, (select count(*) from equity) > 0'",
                   cases[i].option);
    expect_output(s, line, cases[i].kept);
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(wrong_windows_are_told),
      CASE(wrong_trading_is_told),
      CASE(wrong_results_are_told),
      CASE(a_benchmark_may_be_a_path),
      CASE(files_that_are_missing_or_wrong_are_named),
      CASE(save_keeps_what_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
