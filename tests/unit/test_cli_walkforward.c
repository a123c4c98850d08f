/* backtest walkforward: its rows against plain runs of the same spans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>

#include "tests/support/program_scene.h"

#define WALK "backtest walkforward --universe u.txt --strategy sma --quiet "
#define SWEEP "backtest --universe u.txt --strategy sma --quiet "
#define GRID "--param fast=5:20:5 --param slow=30,60 "

/* In $C the metrics of a row, separated by commas. */
#define COLUMNS                                                                                    \
  "C=$(sqlite3 w.db \"select group_concat(name) from pragma_table_info('metrics') where cid > "    \
  "4\"); "

/* Six tickers of three years, the last of which begins late. */
static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 6 --bars 780 --dir u");
}

/* ---- windows and plain runs -------------------------------------------------------------------
 */

/* Runs 2k - 1 and 2k of s.db are sweeps of the train part and of the test part of window k. */
static void expect_windows_to_be_sweeps(program_scene *s, const char *walk, const char *options)
{
  char command[1024];
  (void)snprintf(command, sizeof command,
                 "set -e; rm -f w.db s.db; " WALK "%s %s --train 9m --test 3m --keep all -o w.db; "
                 "sqlite3 w.db 'select train_start, train_end, test_start, test_end from windows "
                 "where window_id > 0 order by window_id' | while IFS='|' read -r a b c d; do "
                 "for span in \"--from $a --to $b\" \"--from $c --to $d\"; do " SWEEP
                 "%s --keep all $span -o s.db 2>err || exit 1; done; done",
                 walk, options, options);
  expect_exit(s, command, 0);
  expect_output(
      s,
      COLUMNS
      "sqlite3 w.db \"attach 's.db' as s; select count(*) >= 7 from windows where window_id > 0; "
      "select count(*) >= 2 * 5 * 7 * 8, count(distinct ticker_id) from main.metrics "
      "where phase <> 'oos' and ticker_id > 0; "
      "select count(*) from (select ticker_id, 2 * window_id - (phase = 'train'), combo_id, $C "
      "from main.metrics where phase <> 'oos' except select ticker_id, run_id, combo_id, $C "
      "from s.metrics where phase = 'full')\"",
      "1\n1|5\n0\n");
  expect_output(
      s,
      "sqlite3 w.db \"attach 's.db' as s; select count(*) >= 35, count(*) from main.selections x "
      "where combo_id is not null; select count(*) from main.selections x where "
      "train_value is not (select sharpe from s.metrics m where m.run_id = 2 * x.window_id - 1 "
      "and m.ticker_id = x.ticker_id and m.combo_id = x.combo_id) or "
      "test_value is not (select sharpe from s.metrics m where m.run_id = 2 * x.window_id "
      "and m.ticker_id = x.ticker_id and m.combo_id = x.combo_id) or "
      "combo_id is not (select combo_id from s.metrics m where m.run_id = 2 * x.window_id - 1 "
      "and m.ticker_id = x.ticker_id and sharpe is not null order by sharpe desc, combo_id "
      "limit 1)\" | sed 's/1|[0-9]*/some/'",
      "some\n0\n");
}

/* Of the run that expect_windows_to_be_sweeps has left. */
static void expect_the_same_objectives(program_scene *s)
{
  expect_output(
      s,
      "sqlite3 w.db \"attach 's.db' as s; "
      "select count(*) from (select ticker_id, 2 * window_id - 1, value from main.objective_values "
      "except select ticker_id, run_id, value from s.objective_values)\"",
      "0\n");
}

/* The objectives of the train parts are those of a sweep of that span: see combo_stats, as
 * far as the same tickers take part. */
static void expect_near_objectives(program_scene *s)
{
  expect_output(
      s,
      "sqlite3 w.db \"attach 's.db' as s; create temp view pairs as select c.mean, c.lowest, "
      "c.highest, c.share_positive, d.mean as m, d.lowest as l, d.highest as h, "
      "d.share_positive as p from main.combo_stats c join s.combo_stats d "
      "on d.run_id = 2 * c.window_id - 1 and d.combo_id = c.combo_id and d.n_tickers = "
      "c.n_tickers; "
      "select count(*) >= 5 * 8 from pairs; select count(*) from pairs where abs(mean - m) > 1e-9 "
      "or abs(lowest - l) > 1e-9 or abs(highest - h) > 1e-9 or share_positive <> p\"",
      "1\n0\n");
}

static void every_value_of_a_window_is_that_of_a_sweep_of_its_span(void **state)
{
  program_scene *s = *state;
  expect_windows_to_be_sweeps(s, "", GRID);
  expect_near_objectives(s);
  expect_windows_to_be_sweeps(s, "--anchored --gap 10d",
                              GRID "--direction both --fill close --commission 0.1% "
                                   "--slippage 5bp --borrow 3% --lot 1");
  expect_near_objectives(s);
  expect_windows_to_be_sweeps(s, "--step 2m",
                              GRID "--param stop_loss=3%,6% --trailing 8% "
                                   "--size vol:15% --benchmark S00001 --rf 2%");
  expect_the_same_objectives(s);
}

/* A ticker takes part by its bars, and is held within its dates alone. */
static void dates_of_membership_hold_in_windows_too(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "sed -i '/^#/d; s/$/\\t2022-03-01\\t2024-10-15/' u.txt; "
              "printf 'S00001\\t2024-11-01\\t2024-12-31\\n' >>u.txt",
              0);
  expect_windows_to_be_sweeps(s, "", GRID "--fill close");
  expect_windows_to_be_sweeps(s, "", GRID "--commission 0.2%");
}

/* Every window selects the one combination that there is. */
static void one_combination_out_of_sample_is_a_plain_run(void **state)
{
  static const char *const walk[] = {"", "--anchored --step 3m", "", "--step 1m"};
  static const char *const options[] = {"", "--fill close --direction both --borrow 2%",
                                        "--stop-loss 4% --take-profit '3atr(10)'",
                                        "--size vol:10% --lot 5"};
  program_scene *s = *state;
  expect_exit(s, "grep -v S00006 u.txt >f.txt", 0);
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
    char command[2048];
#define SAME                                                                                       \
  "--universe f.txt --data u --strategy sma --param fast=5 --param slow=20 --quiet "               \
  "--objective total_return --commission 0.1%% --save trades,equity --regimes trend:50 "           \
  "--benchmark S00002 %s "
    (void)snprintf(command, sizeof command,
                   "set -e; rm -f w.db s.db; backtest walkforward " SAME
                   "%s --train 9m --test 3m -o w.db; "
                   "eval $(sqlite3 w.db \"select '--from ' || min(test_start) || ' --to ' || "
                   "max(test_end) from windows where window_id > 0\" | sed 's/^/span=\"/; s/$/\"/')"
                   "; backtest " SAME "$span -o s.db",
                   options[i], walk[i], options[i]);
    expect_exit(s, command, 0);
    expect_output(
        s,
        COLUMNS
        "sqlite3 w.db \"attach 's.db' as s; select count(*) from main.selections where combo_id "
        "is null; select count(*) from main.metrics where phase = 'oos' and combo_id is null; "
        "select count(*) from (select ticker_id, $C from main.metrics where phase = 'oos' "
        "except select ticker_id, $C from s.metrics); "
        "select count(*) from (select ticker_id, $C from s.metrics except "
        "select ticker_id, $C from main.metrics where phase = 'oos'); "
        "select count(*) from (select ticker_id, trade, side, entry_time, entry_price, exit_time, "
        "exit_price, shares, pnl, ret, bars, reason, open from s.trades except select ticker_id, "
        "trade, side, entry_time, entry_price, exit_time, exit_price, shares, pnl, ret, bars, "
        "reason, open from main.trades where phase = 'oos'); "
        "select count(*) from (select ticker_id, time, equity, position from s.equity except "
        "select ticker_id, time, equity, position from main.equity where phase = 'oos'); "
        "select count(*) from (select ticker_id, regime, n_bars, total_return, cagr, volatility, "
        "sharpe, sortino, max_drawdown, exposure from s.regime_metrics except select ticker_id, "
        "regime, n_bars, total_return, cagr, volatility, sharpe, sortino, max_drawdown, exposure "
        "from main.regime_metrics where phase = 'oos'); "
        "select (select count(*) from s.trades) > 50, (select count(*) from s.equity) > 2000, "
        "(select count(*) from s.regime_metrics) = 12\"",
        "0\n6\n0\n0\n0\n0\n0\n1|1|1\n");
  }
}

/* In the market on the bars on which a plain run of the combination selected is: run k of s.db is
 * that of combination k. A position that both want is carried: as many trades as entries. */
static void a_selected_combination_decides_until_the_next_one_takes_over(void **state)
{
  static const char *const options[] = {"", "--fill close --commission 0.1%"};
  static const char *const walk[] = {"", "--step 2m --require 'sharpe>0'"};
  program_scene *s = *state;
  for (size_t i = 0; i < 2; i++) {
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "set -e; rm -f w.db s.db; " WALK GRID
                   "%s %s --train 9m --test 3m --save trades,equity -o w.db; sqlite3 w.db \"select "
                   "'--param fast=' || (params ->> 'fast') || ' --param slow=' || (params ->> "
                   "'slow') from combos order by combo_id\" | while read -r p; do " SWEEP
                   "$p %s --save equity -o s.db; done",
                   walk[i], options[i], options[i]);
    expect_exit(s, command, 0);
    expect_output(
        s,
        "sqlite3 w.db \"attach 's.db' as s; create temp table held as select o.ticker_id, o.time, "
        "o.position > 0 as is_held, coalesce((select p.position > 0 from s.equity p where p.run_id "
        "= x.combo_id and p.ticker_id = o.ticker_id and p.time = o.time), 0) as wanted from "
        "(select "
        "window_id, test_start, coalesce(lead(test_start) over (order by window_id), '9') as "
        "until from main.windows where window_id > 0) w join main.selections x using (window_id) "
        "join main.equity o on o.ticker_id = x.ticker_id and o.phase = 'oos' and o.time >= "
        "test_start and o.time < until; select count(*) > 2000, sum(is_held) > 500, "
        "count(*) = (select count(*) from main.equity where phase = 'oos' and ticker_id > 0), "
        "sum(is_held <> wanted) from held; select count(*) > 40, count(*) = (select count(*) from "
        "main.trades where phase = 'oos') from (select is_held, lag(is_held, 1, 0) over "
        "(partition by ticker_id order by time) as before from held) where is_held > before\"",
        "1|1|1|0\n1|1\n");
  }
}

/* ---- what a window sees -----------------------------------------------------------------------
 */

/* Of c.db, whose bars differ from those of w.db behind the end of window 3. */
static void expect_same_windows(program_scene *s)
{
  expect_output(
      s,
      "sqlite3 w.db \"attach 'c.db' as c;"
      "select (select count(*) from main.metrics where window_id between 1 and 3) = "
      "(select count(*) from c.metrics where window_id between 1 and 3);"
      "select count(*) from (select * from main.windows where window_id between 1 and 3 except "
      "select * from c.windows);"
      "select count(*) from (select * from main.metrics where window_id between 1 and 3 except "
      "select * from c.metrics);"
      "select count(*) from (select * from main.selections where window_id between 1 and 3 except "
      "select * from c.selections);"
      "select count(*) from (select * from main.combo_stats where window_id between 1 and 3 except "
      "select * from c.combo_stats);"
      "select count(*) from (select run_id, ticker_id, window_id, phase, value from "
      "main.objective_values where window_id between 1 and 3 except select run_id, ticker_id, "
      "window_id, phase, value from c.objective_values);"
      "select count(*) from (select * from main.trades where window_id between 1 and 3 except "
      "select * from c.trades);"
      "select count(*) from (select * from main.equity where window_id between 1 and 3 except "
      "select * from c.equity);"
      "select count(*) from (select * from main.regime_metrics where window_id between 1 and 3 "
      "except select * from c.regime_metrics)\"",
      "1\n0\n0\n0\n0\n0\n0\n0\n0\n");
}

static void bars_behind_a_window_change_nothing_of_it(void **state)
{
#define ALL_OF_IT                                                                                  \
  "--strategy sma " GRID "--direction both --train 9m --test 3m --keep all --quiet "               \
  "--stop-loss '2atr(14)' --size vol:20% --save trades,equity --regimes vol:20 "
  program_scene *s = *state;
  expect_exit(s, "backtest walkforward --universe u.txt " ALL_OF_IT "-o w.db", 0);
  expect_exit(s,
              "d=$(sqlite3 w.db 'select test_end from windows where window_id = 3'); "
              "mkdir cut changed; cp u.txt cut.txt; cp u.txt changed.txt; for f in u/*.csv; do "
              "awk -F, -v d=$d 'NR == 1 || $1 <= d' $f >cut/${f#u/}; awk -F, -v OFS=, -v d=$d "
              "'NR > 1 && $1 > d { for (i = 2; i <= 5; i++) $i = sprintf(\"%.2f\", 3 * $i) } 1' "
              "$f >changed/${f#u/}; done",
              0);
  expect_exit(s, "backtest walkforward --universe changed.txt " ALL_OF_IT "-o c.db", 0);
  expect_same_windows(s);
  expect_output(s,
                "sqlite3 w.db \"attach 'c.db' as c; select count(*) > 0 from (select * from "
                "main.metrics where window_id = 4 except select * from c.metrics)\"; rm c.db",
                "1\n");
  expect_exit(s, "backtest walkforward --universe cut.txt " ALL_OF_IT "-o c.db 2>err", 0);
  expect_same_windows(s);
  expect_output(s, "sqlite3 c.db 'select max(window_id) from windows'", "3\n");
}

/* 60 days of train, and an average over 100 bars: its first bars lie before the window. */
static void indicators_do_not_begin_anew_in_a_window(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              WALK "--param fast=10 --param slow=100 --direction both --train 60d --test 30d "
                   "-o w.db",
              0);
  expect_output(s,
                "sqlite3 w.db 'select count(*), sum(combo_id is null and train_value is null) "
                "from selections where window_id = 1; select count(*) > 100, "
                "sum(train_value is null) from selections where window_id > 5 and ticker_id < 6'",
                "5|5\n1|0\n");
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static void tables_hold_what_they_are_said_to(void **state)
{
  program_scene *s = *state;
  expect_exit(s, WALK GRID "--train 9m --test 3m --keep all --objective calmar -o w.db", 0);
  expect_output(
      s,
      "sqlite3 w.db \"pragma integrity_check; pragma foreign_key_check; select kind, status, "
      "n_tickers, n_combos, n_windows = (select max(window_id) from windows) from runs; "
      "select count(*) from windows where window_id = 0; "
      "select count(*) from windows a join windows b on b.window_id = a.window_id + 1 where "
      "a.window_id > 0 and (b.test_start <> date(a.test_end, '+1 day') or a.test_start <> "
      "date(a.train_end, '+1 day') or b.train_start <> date(a.train_start, '+3 months')); "
      "select group_concat(distinct phase) from (select phase from metrics order by phase); "
      "select count(*) from metrics where (phase = 'oos') <> (combo_id is null)\"; "
      "ls w.db*",
      "ok\nwalkforward|complete|6|8|1\n1\n0\noos,test,train\n0\nw.db\n");
  expect_output(
      s,
      "sqlite3 w.db \"select count(*) from walkforward; "
      "select count(*) from walkforward f where n_windows <> (select count(*) from selections x "
      "where x.ticker_id = f.ticker_id) or profitable_windows <> (select count(*) from best b "
      "where b.ticker_id = f.ticker_id and total_return > 0) or n_combos_used <> (select "
      "count(distinct combo_id) from selections x where x.ticker_id = f.ticker_id); "
      "with e as (select x.ticker_id, sum(b.cagr) / sum(a.cagr) as e from selections x "
      "join metrics a using (ticker_id, window_id, combo_id) "
      "join metrics b using (ticker_id, window_id, combo_id) "
      "where a.phase = 'train' and b.phase = 'test' group by x.ticker_id) "
      "select count(*), sum(abs(efficiency - e) > 1e-9 * max(1, abs(e))) "
      "from walkforward join e using (ticker_id)\"",
      "6\n0\n5|0\n");
  expect_output(
      s,
      "sqlite3 w.db \"select count(*) from combo_stats c where phase <> 'train' or n_tickers <> "
      "(select count(calmar) from metrics m where m.window_id = c.window_id and phase = 'train' "
      "and m.combo_id = c.combo_id) or abs(mean - (select avg(calmar) from metrics m where "
      "m.window_id = c.window_id and phase = 'train' and m.combo_id = c.combo_id)) > 1e-9 or "
      "abs(highest - (select max(calmar) from metrics m where m.window_id = c.window_id "
      "and phase = 'train' and m.combo_id = c.combo_id)) > 1e-9; "
      "select count(*) = 8 * (select n_windows from runs) from combo_stats; "
      "select count(*) = (select count(*) from selections), count(distinct length(value)) = 1 and "
      "max(length(value)) = 64, group_concat(distinct phase) from objective_values; "
      "select count(*) = (select count(*) from selections), sum(combo_id is not null and "
      "test_value is not calmar) from best; "
      "select count(*) = (select count(*) from metrics), min(fast), max(slow) from results_sma; "
      "select count(*), objective from leaderboard\"",
      "0\n1\n1|1|train\n1|0\n1|5|60\n8|calmar\n");
}

static void any_number_of_workers_writes_the_same_rows(void **state)
{
  static const char *const jobs[] = {
      WALK GRID "--train 9m --test 3m --keep top:2 --select universe --benchmark S00001 ",
      WALK GRID "--train 9m --test 3m --direction both ",
      SWEEP GRID "--portfolio all --benchmark S00003 ",
      SWEEP GRID "--keep selected ",
  };
  program_scene *s = *state;
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "for j in 1 2 7; do rm -f j.db; %s --save trades,equity --regimes drawdown:5%% "
                   "-j $j -o j.db; sqlite3 j.db .dump | grep -Ev 'INSERT INTO (runs|tasks)' "
                   ">$j.sql; done; cmp 1.sql 2.sql && cmp 1.sql 7.sql && for t in trades equity "
                   "regime_metrics; do grep -q \"INTO $t \" 1.sql || echo no $t; done",
                   jobs[i]);
    expect_output(s, command, "");
  }
}

static void json_is_one_object(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "backtest walkforward --universe u.txt --strategy sma " GRID "--train 9m --test 3m "
              "--regimes trend:50 --json -o w.db",
              0);
  json_object *o = json_tokener_parse(s->run.out), *value = NULL, *window = NULL;
  assert_non_null(o);
  assert_true(json_object_object_get_ex(o, "n_windows", &value));
  assert_true(json_object_object_get_ex(o, "windows", &window));
  assert_int_equal(json_object_get_int64(value), json_object_array_length(window));
  window = json_object_array_get_idx(window, 0);
  assert_true(json_object_object_get_ex(window, "n_tickers", &value));
  assert_int_equal(json_object_get_int64(value), 5);
  assert_true(json_object_object_get_ex(o, "portfolio", &value));
  assert_true(json_object_object_get_ex(value, "sharpe", NULL));
  assert_true(json_object_object_get_ex(o, "regimes", &value));
  assert_int_equal(json_object_array_length(value), 2);
  assert_true(json_object_object_get_ex(o, "suspects", &value));
  json_object_put(o);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(every_value_of_a_window_is_that_of_a_sweep_of_its_span),
      CASE(dates_of_membership_hold_in_windows_too),
      CASE(one_combination_out_of_sample_is_a_plain_run),
      CASE(a_selected_combination_decides_until_the_next_one_takes_over),
      CASE(bars_behind_a_window_change_nothing_of_it),
      CASE(indicators_do_not_begin_anew_in_a_window),
      CASE(tables_hold_what_they_are_said_to),
      CASE(any_number_of_workers_writes_the_same_rows),
      CASE(json_is_one_object),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
