/* The portfolio '*': by hand on a few bars, and one row a combination. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

/* Bought at the first open: A has no 8th, B begins on the 7th, C is a day only. Open and close of a
 * bar are told; with --fill close the returns are those from close to close. */
static int make_scene(void **state)
{
  return program_scene_setup_by(
      state, "mkdir t; for f in A B C; do echo Date,Open,High,Low,Close,Volume >t/$f.csv; done; "
             "bar() { echo 2020-01-$2,$3,$3,$3,$3,100 >>t/$1.csv; }; "
             "bar A 06 100; bar A 07 110; bar A 09 121; bar A 10 121; "
             "bar B 07 200; bar B 08 220; bar B 09 110; bar B 10 165; bar C 08 5");
}

/* Dates: 06: A 0. 07: (A 10% + B 0) / 2 = 5%. 08: A, alive, misses it, B 10%, C 0: 10% / 3.
 * 09: (A 10% - B 50%) / 2 = -20%. 10: (0 + 50%) / 2 = 25%. */
static void returns_are_the_mean_of_the_tickers_alive(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "backtest --universe t --strategy buyhold --fill close --save equity --objective "
              "total_return --quiet -o p.db",
              0);
  expect_output(s,
                "sqlite3 p.db \"select time, printf('%.9g', equity), printf('%.6g', position) from "
                "equity where ticker_id = 0 order by time\"",
                "2020-01-06|100000|1\n2020-01-07|105000|1\n2020-01-08|108500|0.666667\n"
                "2020-01-09|86800|1\n2020-01-10|108500|1\n");
  expect_output(s,
                "sqlite3 p.db \"select window_id, phase, combo_id, n_bars, "
                "printf('%.9g', final_equity), printf('%.9g', total_return), "
                "printf('%.9g', max_drawdown) from metrics where ticker_id = 0; "
                "select coalesce(exposure, costs, buy_hold, n_trades, win_rate, profit_factor, "
                "avg_trade, best_trade, worst_trade, avg_bars, alpha, beta) is null from metrics "
                "where ticker_id = 0; "
                "select symbol, status, path is null, n_bars, first_bar, last_bar, "
                "content_hash is null from tickers where ticker_id = 0\"",
                "0|full|1|5|108500|0.085|-0.2\n1\n*|ok|1|5|2020-01-06|2020-01-10|1\n");
  expect_output(s,
                "sqlite3 p.db \"select ticker_id, combo_id, objective, "
                "printf('%.9g', train_value), test_value is null from selections order by 1; "
                "select symbol, printf('%.3g', total_return) from best order by ticker_id\"",
                "0|1|total_return|0.085|1\n1|1|total_return|0.21|1\n2|1|total_return|-0.175|1\n"
                "3|1|total_return|0|1\n*|0.085\nA|0.21\nB|-0.175\nC|0\n");
}

/* Against A, whose returns are 0, 10%, missing, 10%, 0. */
static void a_benchmark_is_aligned_by_date(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "grep -v '01-06' t/A.csv >t/M.csv; printf 'A\\nB\\n' >t.txt; backtest --universe "
              "t.txt --data t --strategy buyhold --fill close --benchmark A --quiet -o p.db",
              0);
  expect_output(s,
                "sqlite3 p.db \"select ticker_id, beta is not null, alpha is not null from metrics "
                "order by 1; select printf('%.6g %.6g', beta, correlation) from metrics where "
                "ticker_id = 1\"",
                "0|1|1\n1|1|1\n2|1|1\n1 1\n");
}

static void all_has_one_row_a_combination(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest synth --tickers 7 --bars 300 --dir u", 0);
#define SWEEP                                                                                      \
  "backtest --universe u.txt --strategy sma --param fast=2:8:2 --param slow=10,20 --quiet "        \
  "--keep selected "
  expect_exit(s, SWEEP "--portfolio all -o a.db && " SWEEP "--portfolio selected -o s.db", 0);
  for (int combo = 1; combo <= 8; combo++) {
    char command[512];
    (void)snprintf(command, sizeof command,
                   "backtest --universe u.txt --strategy sma --quiet $(sqlite3 a.db \"select "
                   "'--param fast=' || (params ->> 'fast') || ' --param slow=' || "
                   "(params ->> 'slow') from combos where combo_id = %d\") -o one.db",
                   combo);
    expect_exit(s, command, 0);
  }
  expect_output(
      s,
      "C=$(sqlite3 a.db \"select group_concat(name) from pragma_table_info('metrics') where "
      "cid > 4\"); sqlite3 a.db \"attach 's.db' as s; attach 'one.db' as o; "
      "select count(*), count(distinct combo_id) from main.metrics where ticker_id = 0; "
      "select count(*) from (select combo_id, $C from main.metrics where ticker_id = 0 except "
      "select run_id, $C from o.metrics where ticker_id = 0); "
      "select count(*) from s.metrics where ticker_id = 0; "
      "select count(*) from (select * from s.metrics except select * from main.metrics); "
      "select count(*) from (select * from s.selections except select * from main.selections); "
      "select (select combo_id from leaderboard limit 1) = (select combo_id from main.selections "
      "where ticker_id = 0)\"",
      "8|8\n0\n1\n0\n0\n1\n");
}

/* Nothing is selected: no leader, no portfolio. */
static void without_a_leader_there_is_none(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest --universe t --strategy sma --quiet -o p.db", 0);
  expect_output(s,
                "sqlite3 p.db 'select count(*) from tickers where ticker_id = 0; select count(*) "
                "from selections where combo_id is not null; pragma foreign_key_check'",
                "0\n0\n");
}

/* The mean of the out-of-sample returns, from the equity of the tickers. */
static void out_of_sample_it_is_the_mean_of_what_was_selected(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "backtest synth --tickers 5 --bars 500 --dir u; backtest walkforward --universe "
              "u.txt --strategy sma --grid --train 6m --test 2m --save equity --quiet -o w.db",
              0);
  expect_output(
      s,
      "sqlite3 w.db \"with r as (select ticker_id, time, equity / lag(equity, 1, 100000) "
      "over (partition by ticker_id order by time) - 1 as r from equity where phase = 'oos'), "
      "m as (select time, avg(r) as r from r where ticker_id > 0 group by time) "
      "select count(*) > 300, sum(abs(m.r - p.r) > 1e-12) from m left join r as p "
      "on p.ticker_id = 0 and p.time = m.time; "
      "select count(*), count(combo_id), count(sharpe) from metrics where ticker_id = 0; "
      "select count(*) from selections where ticker_id = 0\"",
      "1|0\n1|0|1\n0\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(returns_are_the_mean_of_the_tickers_alive),
      CASE(a_benchmark_is_aligned_by_date),
      CASE(all_has_one_row_a_combination),
      CASE(without_a_leader_there_is_none),
      CASE(out_of_sample_it_is_the_mean_of_what_was_selected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
