/* Vector levels: the program is compiled for several, takes the widest that the CPU has, and writes
 * the same bits at each, with any number of workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

/* levels: those that program and CPU have. */
#define LEVELS                                                                                     \
  "levels() { for l in avx512 avx2 baseline; do BACKTEST_VECTORS=$l backtest --version "           \
  ">/dev/null 2>&1 && echo $l; done; }; "

/* rows DB: every row in its order, without what clocks, threads and the command line have put
 * there. */
#define ROWS                                                                                       \
  "rows() { sqlite3 \"$1\" .dump | grep -Ev '^INSERT INTO (runs|tasks) '; sqlite3 \"$1\" 'select " \
  "run_id, kind, status, strategy, universe, options, seed, n_tickers, n_combos, n_windows, "      \
  "bar_combos from runs; select run_id, task from tasks order by 1, 2'; }; "

/* A universe that ends between vectors: 501 bars; 11 bars; a price that stands still for good, and
 * one that does for a while. */
static int make_scene(void **state)
{
  return program_scene_setup_by(
      state, "backtest synth --tickers 6 --bars 501 --dir u && cd u && "
             "head -n 12 S00003.csv >t && mv t S00003.csv && "
             "flat() { awk -F , -v OFS=, -v from=$2 -v end=$3 'NR > from && NR <= end {$2 = $3 = "
             "$4 = $5 = 97.13} 1' $1 >t && mv t $1; } && flat S00004.csv 1 999 && "
             "flat S00005.csv 200 290 && head -n 3 S00004.csv | tail -n 1 | grep -q 97.13,97.13");
}

/* Runs a job at every level with 1, 2 and 7 workers, and compares whole databases. Each of the
 * tables named must have rows. */
static void expect_same_rows(program_scene *s, const char *job, const char *tables)
{
  char line[2048];
  (void)snprintf(line, sizeof line,
                 LEVELS ROWS
                 "rm -f want; for l in $(levels); do for j in 1 2 7; do rm -f r.db; "
                 "BACKTEST_VECTORS=$l backtest %s --commission 0.1%% --quiet -j $j -o r.db || "
                 "exit 9; rows r.db >got; test -e want || cp got want; cmp want got || "
                 "{ echo $l with $j workers writes other rows; exit 8; }; done; done; "
                 "for t in %s; do grep -q \"INTO $t \" want || { echo no rows in $t; exit 7; }; "
                 "done",
                 job, tables);
  expect_exit(s, line, 0);
}

#define SWEEP "--universe u.txt --save trades,equity --strategy "
#define SWEPT "metrics combo_stats objective_values selections trades equity"
#define WALK "walkforward --universe u.txt --train 8m --test 3m --save trades,equity --strategy "
#define WALKED SWEPT " windows walkforward"

static void long_sweeps_are_the_same_to_the_bit(void **state)
{
  program_scene *s = *state;
  expect_same_rows(s, SWEEP "sma --grid --portfolio all --benchmark S00002", SWEPT);
  expect_same_rows(s, SWEEP "ema --grid --keep top:3 --size 37% --slippage 5bp", SWEPT);
  expect_same_rows(s, SWEEP "buyhold --regimes vol:20 --from 2023-08-15", SWEPT " regime_metrics");
}

static void sweeps_of_both_sides_are_the_same_to_the_bit(void **state)
{
  program_scene *s = *state;
  expect_same_rows(s, SWEEP "macd --grid --keep top:3 --direction both --borrow 3%", SWEPT);
  expect_same_rows(s, SWEEP "rsi --grid --keep top:3 --direction both --size 41.7% --lot 10",
                   SWEPT);
  expect_same_rows(s, SWEEP "bollinger --grid --direction short --size vol:15% --rf 2%", SWEPT);
}

static void sweeps_with_stops_are_the_same_to_the_bit(void **state)
{
  program_scene *s = *state;
  expect_same_rows(s,
                   SWEEP "donchian --param entry=10:40:10 --direction both --fill close "
                         "--param stop_loss=0,2%,5% --trailing '2atr(14)'",
                   SWEPT);
  expect_same_rows(s,
                   SWEEP "sma --param fast=3:9:3 --direction both --take-profit 4% --size 60% "
                         "--param 'trailing=1atr(14):3atr(14):1atr(14)' --borrow 1%",
                   SWEPT);
}

static void walk_forwards_are_the_same_to_the_bit(void **state)
{
  program_scene *s = *state;
  expect_same_rows(s, WALK "sma --grid --step 1m --regimes trend:20", WALKED " regime_metrics");
  expect_same_rows(s,
                   WALK "rsi --param period=5,9,14 --direction both --select universe "
                        "--size 33.3% --benchmark S00001 --keep top:2",
                   WALKED);
  expect_same_rows(s,
                   WALK "donchian --param entry=10:30:10 --direction both --anchored --gap 5d "
                        "--param stop_loss=0,3% --objective calmar",
                   WALKED);
}

/* ---- choosing one -----------------------------------------------------------------------------
 */

static void the_widest_is_taken_or_the_one_that_is_named(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              LEVELS "for l in $(levels); do BACKTEST_VECTORS=$l backtest --version | "
                     "grep -q \"^backtest .* ($l)$\" || exit 9; done; "
                     "set -- $(levels); unset BACKTEST_VECTORS; "
                     "backtest --version | grep -q \"($1)$\" && "
                     "BACKTEST_VECTORS= backtest --version | grep -q \"($1)$\"",
              0);
  expect_exit(s, "BACKTEST_VECTORS=baseline backtest --version", 0);
}

static void a_level_that_is_not_there_is_refused(void **state)
{
  program_scene *s = *state;
  static const char *const names[] = {"mmx", "AVX2", "avx", "avx51", "baseline "};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char line[256], message[256];
    (void)snprintf(line, sizeof line, "BACKTEST_VECTORS='%s' backtest list strategies", names[i]);
    (void)snprintf(message, sizeof message,
                   "backtest: BACKTEST_VECTORS=%s: this program or this CPU does not have it; ",
                   names[i]);
    expect_usage(s, line, message);
    expect_part(s->run.err, "baseline can be had\n");
  }
  expect_output(s,
                LEVELS "BACKTEST_VECTORS=mmx backtest 2>&1 | sed 's/.*have it; //; "
                       "s/ can be had//' >had; echo $(levels) | cmp - had",
                "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(long_sweeps_are_the_same_to_the_bit),
      cmocka_unit_test(sweeps_of_both_sides_are_the_same_to_the_bit),
      cmocka_unit_test(sweeps_with_stops_are_the_same_to_the_bit),
      cmocka_unit_test(walk_forwards_are_the_same_to_the_bit),
      cmocka_unit_test(the_widest_is_taken_or_the_one_that_is_named),
      cmocka_unit_test(a_level_that_is_not_there_is_refused),
  };
  return cmocka_run_group_tests(tests, make_scene, program_scene_teardown);
}
