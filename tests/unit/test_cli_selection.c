/* Which combination a walk-forward window selects, and who takes part in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

#define WALK                                                                                       \
  "backtest walkforward --universe u.txt --strategy sma --param fast=5:25:5 --param slow=30,60 "   \
  "--train 9m --test 3m --quiet -o w.db "

static int make_scene(void **state)
{
  return program_scene_setup_by(
      state, "backtest synth --tickers 5 --bars 780 --dir u; sed -i '/^#/d' u.txt");
}

/* ---- selecting --------------------------------------------------------------------------------
 */

/* In `scored` every combination on every train part: s is NULL where the rule leaves it out. */
#define SCORED(rule)                                                                               \
  "create temp table scored as select ticker_id, window_id, combo_id, case when " rule             \
  " then sharpe end as s from metrics where phase = 'train'; "                                     \
  "create index temp.scored_key on scored (ticker_id, window_id); "

/* Each ticker for itself: the greatest score, the lowest combination of equal ones. */
#define FOR_ITSELF                                                                                 \
  "select sum(combo_id is null) > 0, count(combo_id) > 0 from selections; "                        \
  "select count(*) from selections x where combo_id is not (select combo_id from scored c where "  \
  "c.ticker_id = x.ticker_id and c.window_id = x.window_id and s is not null "                     \
  "order by s desc, combo_id limit 1)"

static void rules_leave_combinations_out(void **state)
{
  program_scene *s = *state;
  expect_exit(s, WALK "--keep all --min-trades 5", 0);
  expect_output(s, "sqlite3 w.db \"" SCORED("n_trades >= 5") FOR_ITSELF "\"; rm w.db", "1|1\n0\n");
  expect_exit(s, WALK "--keep all --require 'max_drawdown>=-0.15' --require 'exposure<0.6'", 0);
  expect_output(s,
                "sqlite3 w.db \"" SCORED("max_drawdown >= -0.15 and exposure < 0.6") FOR_ITSELF
                "; select count(*) from combo_stats c where n_tickers <> (select "
                "count(sharpe) from metrics m where phase = 'train' and "
                "m.window_id = c.window_id and m.combo_id = c.combo_id)\"",
                "1|1\n0\n0\n");
}

/* Of two average ranks that are the same the mean over the tickers is, too: sums of halves. */
#define FOR_ALL                                                                                    \
  "create temp table ranked as select window_id, combo_id, sum((select "                           \
  "sum(coalesce(b.s < a.s, b.s is null and a.s is not null)) + (1 + sum(b.s is a.s)) / 2.0 "       \
  "from scored b where b.ticker_id = a.ticker_id and b.window_id = a.window_id)) as total, "       \
  "count(s) as n from scored a group by window_id, combo_id; "                                     \
  "select count(*) >= 35, max(n) from (select window_id, count(distinct coalesce(combo_id, 0)) "   \
  "as n from selections group by window_id), (select 1 from selections); "                         \
  "select count(*) from selections x where combo_id is not (select combo_id from ranked r where "  \
  "r.window_id = x.window_id and r.n > 0 order by total desc, combo_id limit 1); "                 \
  "select count(distinct combo_id) > 1 from selections"

static void a_universe_selects_the_greatest_mean_rank(void **state)
{
  program_scene *s = *state;
  expect_exit(s, WALK "--keep all --select universe", 0);
  expect_output(s, "sqlite3 w.db \"" SCORED("1") FOR_ALL "\"; rm w.db", "1|1\n0\n1\n");
  expect_exit(s, WALK "--keep all --select universe --min-trades 4 --require 'sharpe>-0.5'", 0);
  expect_output(s, "sqlite3 w.db \"" SCORED("n_trades >= 4 and sharpe > -0.5") FOR_ALL "\"",
                "1|1\n0\n1\n");
}

/* Flat from the first bar of its test part on; its bars count. */
static void a_window_without_a_selection_has_no_position(void **state)
{
  static const char *const selects[] = {"ticker", "universe"};
  program_scene *s = *state;
  for (size_t i = 0; i < 2; i++) {
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "rm -f w.db; " WALK "--require 'total_return>0.3' --save equity --select %s",
                   selects[i]);
    expect_exit(s, command, 0);
    expect_output(
        s,
        "sqlite3 w.db \"select count(*) > 5, count(train_value), count(test_value) from selections "
        "where combo_id is null; select count(*) from selections join metrics using (ticker_id, "
        "window_id) where selections.combo_id is null; "
        "select count(*) > 300, sum(position <> 0) from selections x join windows w using "
        "(window_id) join equity e on e.ticker_id = x.ticker_id and e.phase = 'oos' and e.time "
        "between w.test_start and w.test_end where x.combo_id is null; "
        "select count(*) from (select ticker_id, n_bars from metrics where phase = 'oos' and "
        "ticker_id > 0 except select e.ticker_id, count(*) from equity e where phase = 'oos' "
        "group by 1); select count(distinct n_bars) from metrics where phase = 'oos'\"",
        "1|0|0\n0\n1|0\n0\n1\n");
  }
}

static void nothing_at_all_may_be_selected(void **state)
{
  program_scene *s = *state;
  expect_exit(s, WALK "--min-trades 1000000", 0);
  expect_output(
      s,
      "sqlite3 w.db \"select status from runs; select count(*) > 30, count(combo_id) from "
      "selections; select count(*), sum(total_return = 0), sum(n_trades = 0), "
      "count(sharpe) from metrics where phase = 'oos'; select sum(n_windows) > 30, "
      "count(efficiency), sum(profitable_windows), sum(n_combos_used) from walkforward\"",
      "complete\n1|0\n6|6|5|0\n1|0|0|0\n");
}

/* ---- taking part ------------------------------------------------------------------------------
 */

/* S00001 is cut to what lies behind bar 300, S00002 to its last 20 bars; of S00003 every fourth bar
 * of 2023 is missing. The universe trades on the days of S00004. */
static void make_late(program_scene *s)
{
  expect_exit(s,
              "sed -i 2,301d u/S00001.csv; sed -i 2,761d u/S00002.csv; "
              "awk -F, '!/^2023/ || NR % 4' u/S00003.csv >x && mv x u/S00003.csv; rm -f w.db; " WALK
              "--save equity",
              0);
}

/* Days of each ticker by date, from the files. */
#define IMPORT                                                                                     \
  "sqlite3 w.db \"create table bars (symbol text, time text)\"; for f in u/*.csv; do sed 1d $f | " \
  "cut -d, -f1 | sed \"s,^,$(basename $f .csv)|,\"; done >bars.txt; "                              \
  "sqlite3 w.db '.import bars.txt bars' 'create index bars_key on bars (symbol, time)'; "

static void a_ticker_takes_part_with_nine_tenths_of_the_days(void **state)
{
  program_scene *s = *state;
  make_late(s);
  expect_output(
      s,
      IMPORT
      "sqlite3 w.db \"with p as (select t.ticker_id, w.window_id, (select count(*) from bars b "
      "where b.symbol = t.symbol and b.time between train_start and train_end) as had, "
      "(select count(*) from bars b where b.symbol = 'S00004' and b.time between train_start and "
      "train_end) as whole, (select count(*) from bars b where b.symbol = t.symbol and b.time "
      "between test_start and test_end) as test from tickers t, windows w where t.ticker_id > 0 "
      "and w.window_id > 0), q as (select *, 10 * had >= 9 * whole and test > 0 as takes_part "
      "from p) select sum(takes_part), count(*) - sum(takes_part) > 8, sum(takes_part <> exists "
      "(select 1 from selections x where x.ticker_id = q.ticker_id and x.window_id = "
      "q.window_id)), sum(takes_part) = (select sum(n_windows) from walkforward) from q\" | "
      "sed 's/^[0-9]*/some/'",
      "some|1|0|1\n");
}

static void out_of_sample_goes_from_the_first_to_the_last_window_taken_part_in(void **state)
{
  program_scene *s = *state;
  make_late(s);
  expect_output(
      s,
      IMPORT
      "sqlite3 w.db \"select symbol, n_windows > 0, n_windows < (select max(window_id) from "
      "windows), "
      "(select n_bars from metrics m where m.ticker_id = t.ticker_id and phase = 'oos') is (select "
      "nullif(count(*), 0) from bars b where b.symbol = t.symbol and b.time between (select "
      "min(test_start) from selections x join windows using (window_id) where x.ticker_id = "
      "t.ticker_id) and (select max(test_end) from selections x join windows using (window_id) "
      "where x.ticker_id = t.ticker_id)) from tickers t join walkforward using (ticker_id)\"",
      "S00001|1|1|1\nS00002|0|1|1\nS00003|1|1|1\nS00004|1|0|1\nS00005|1|0|1\n");
  expect_output(
      s,
      "sqlite3 w.db \"select count(*) > 100, sum(position <> 0) from windows w join equity e on "
      "e.time between test_start and test_end where e.ticker_id = 3 and e.phase = 'oos' and "
      "w.window_id > 0 and not exists (select 1 from selections x where x.ticker_id = 3 and "
      "x.window_id = w.window_id); select efficiency is null, profitable_windows, n_combos_used "
      "from walkforward where ticker_id = 2; select count(*) from objective_values where "
      "ticker_id = 2; select count(*) from metrics where ticker_id = 2\"",
      "1|0\n1|0|0\n0\n0\n");
}

/* The data reach 97 or 78 days of a test part of 183, from 2024-04-05 to 2024-10-04. */
static void the_last_test_part_may_be_cut(void **state)
{
#define HALF_YEARS                                                                                 \
  "backtest walkforward --universe u.txt --strategy sma --train 9m --test 6m --from 2022-01-05 "   \
  "--quiet "
  program_scene *s = *state;
  expect_output(s,
                HALF_YEARS "--to 2024-07-10 -o a.db; sqlite3 a.db 'select test_start, test_end "
                           "from windows order by window_id desc limit 2'",
                "2024-04-05|2024-07-10\n2023-10-05|2024-04-04\n");
  expect_output(s,
                HALF_YEARS "--to 2024-06-21 -o b.db; sqlite3 b.db 'select test_start, test_end "
                           "from windows order by window_id desc limit 1'",
                "2023-10-05|2024-04-04\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(rules_leave_combinations_out),
      CASE(a_universe_selects_the_greatest_mean_rank),
      CASE(a_window_without_a_selection_has_no_position),
      CASE(nothing_at_all_may_be_selected),
      CASE(a_ticker_takes_part_with_nine_tenths_of_the_days),
      CASE(out_of_sample_goes_from_the_first_to_the_last_window_taken_part_in),
      CASE(the_last_test_part_may_be_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
