/* The bar cache on the command line: where it is, and that no row depends on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

#define SWEEP "backtest --universe u.txt --strategy sma --quiet "
#define WALK                                                                                       \
  "backtest walkforward --universe u.txt --strategy sma --param fast=5,10 --train 6m --test 2m "   \
  "--save trades,equity --benchmark S00002 --regimes trend:20 --quiet "
#define ALL                                                                                        \
  "backtest --universe u.txt --strategy sma --param fast=5:25:5 --save trades,equity "             \
  "--portfolio all --quiet "

/* rows DB: every row, without what clocks, threads and the command line have put there. */
#define ROWS                                                                                       \
  "rows() { sqlite3 \"$1\" .dump | grep -Ev '^INSERT INTO (runs|tasks) ' | sort; sqlite3 \"$1\" "  \
  "'select run_id, kind, status, strategy, universe, options, n_tickers, n_combos, n_windows, "    \
  "bar_combos from runs; select run_id, task from tasks order by 1, 2'; }; "

/* A universe with a packed file, a link, one with bad rows, a rejected and a missing one, old
 * enough to be kept; and what a sweep and a walk-forward without a cache come to. */
static int make_scene(void **state)
{
  return program_scene_setup_by(
      state, "backtest synth --tickers 6 --bars 400 --dir u && gzip u/S00003.csv && "
             "mv u/S00004.csv elsewhere && ln -s ../elsewhere u/S00004.csv && "
             "sed -i '5s/,/,x/; 9s/,[0-9.]*/,-1/' u/S00005.csv && echo Date,Close >u/BAD.csv && "
             "printf 'BAD\\nNONE\\n' >>u.txt && sleep 3.1 && " ROWS ALL
             "--no-cache -o want.db && " WALK "--no-cache -o want.db && rows want.db >want && "
             "test ! -e cache");
}

static void cold_and_warm_runs_write_the_same_rows(void **state)
{
  program_scene *s = *state;
  static const char *const rounds[] = {"cold -j 1", "cold -j 4", "warm -j 4", "warm -j 1"};
  for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
    char line[1024];
    (void)snprintf(line, sizeof line,
                   ROWS "run() { test $1 = warm || rm -rf c; shift; rm -f got.db; " ALL
                        "--cache-dir c \"$@\" -o got.db && " WALK
                        "--cache-dir c \"$@\" -o got.db && rows got.db | cmp - want; }; run %s",
                   rounds[i]);
    expect_exit(s, line, 0);
    expect_output(s, "ls c | sed 's/.*[.]//' | sort | uniq -c | tr -d ' \\n'", "6bars");
  }
}

static void processes_that_fill_it_at_once_write_the_same_rows(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              ROWS "rm -rf c; pids=; for i in 1 2 3 4; do (" ALL
                   "--cache-dir c -o got$i.db && " WALK
                   "--cache-dir c -o got$i.db) 2>/dev/null & pids=\"$pids $!\"; done; "
                   "for pid in $pids; do wait $pid || exit 9; done; "
                   "for i in 1 2 3 4; do rows got$i.db | cmp - want || exit 8; done; rm -f got*.db",
              0);
  expect_output(s, "ls c | wc -l | tr -d ' '", "6\n");
}

static void a_damaged_cache_changes_no_row(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              ROWS "rm -rf c; " SWEEP "--cache-dir c -o x.db; i=0; for f in c/*; do "
                   "i=$((i + 1)); case $i in 1) : >$f ;; 2) echo noise >$f ;; 3) head -c 5000 $f "
                   ">t; mv t $f ;; 4) cat want >>$f ;; 5) tr 0 1 <$f >t; mv t $f ;; esac; done; "
                   "rm -f x.db got.db; " ALL "--cache-dir c -o got.db && " WALK
                   "--cache-dir c -o got.db && rows got.db | cmp - want",
              0);
}

static void a_changed_file_gives_other_rows(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "cp -rp u v; cp u.txt v.txt; rm -f d*.db; sleep 3.1; run() { backtest --universe "
              "v.txt --strategy buyhold --quiet \"$@\" && sqlite3 d.db 'select symbol, "
              "total_return from results order by 1' >$n; rm d.db; }; "
              "n=a; run --cache-dir c -o d.db; sed -i '$s/,[0-9.]*,\\([0-9]*\\)$/,999,\\1/; "
              "$s/,[0-9.]*,[0-9.]*,\\([0-9.]*,[0-9.]*,[0-9]*\\)$/,999,1,\\1/' v/S00001.csv; "
              "n=b; run --cache-dir c -o d.db; n=w; run --no-cache -o d.db; "
              "cmp b w && ! cmp -s a b",
              0);
}

static void the_cache_is_no_part_of_the_job(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s, "rm -f r.db; " SWEEP "--cache-dir c -o r.db && " SWEEP "--no-cache --resume -o r.db", 0);
  expect_part(s->run.err, "run 1 in r.db is complete");
  expect_exit(
      s, "sqlite3 r.db \"update runs set status = 'interrupted'\" && " SWEEP "--resume -o r.db", 0);
  expect_output(s, "sqlite3 r.db 'select count(*) from runs'; rm r.db", "1\n");
}

/* ---- where it is ------------------------------------------------------------------------------
 */

static void the_default_follows_the_variables(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "rm -rf x h; XDG_CACHE_HOME=$PWD/x/y " SWEEP "-o r.db", 0);
  expect_output(s, "ls x/y/backtest | wc -l | tr -d ' '", "6\n");
  expect_exit(s, "HOME=$PWD/h XDG_CACHE_HOME= " SWEEP "-o r.db", 0);
  expect_output(s, "ls h/.cache/backtest | wc -l | tr -d ' '", "6\n");
  expect_exit(s, "rm -rf x h; HOME=$PWD/h XDG_CACHE_HOME=x " SWEEP "-o r.db; test ! -e x", 0);
  expect_output(s, "ls h/.cache/backtest | wc -l | tr -d ' '", "6\n");
  expect_exit(s, "rm -rf h; unset XDG_CACHE_HOME HOME; " SWEEP "-o r.db && test ! -e h", 0);
  expect_exit(s, "XDG_CACHE_HOME=$PWD/x " SWEEP "--no-cache -o r.db && test ! -e x", 0);
  expect_exit(s, "XDG_CACHE_HOME=$PWD/x " SWEEP "--cache-dir c -o r.db && test ! -e x; rm r.db", 0);
}

/* The lines on stderr but those about rejected tickers. */
#define OTHER_LINES "2>&1 >/dev/null | grep -v ' is rejected: '"

static void a_default_that_cannot_be_is_one_line(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              ROWS "rm -f got.db; XDG_CACHE_HOME=$PWD/u.txt " ALL "-o got.db && " WALK
                   "--no-cache -o got.db && rows got.db | cmp - want",
              0);
  expect_exit(s, "XDG_CACHE_HOME=$PWD/u.txt " SWEEP "-o got.db " OTHER_LINES, 0);
  expect_part(s->run.out, "backtest: warning: ");
  expect_part(s->run.out,
              "/u.txt/backtest: cannot be used as a cache: Not a directory; see --no-cache\n");
  assert_ptr_equal(strchr(s->run.out, '\n'), s->run.out + strlen(s->run.out) - 1);
  expect_exit(s, "unset XDG_CACHE_HOME HOME; " SWEEP "-o got.db " OTHER_LINES, 1);
  expect_exit(s, "rm got.db; XDG_CACHE_HOME=/proc " SWEEP "--no-cache -o got.db " OTHER_LINES, 1);
}

static void one_that_was_asked_for_must_be(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "rm -f r.db; " SWEEP "--cache-dir u.txt -o r.db", 1);
  assert_string_equal(s->run.err,
                      "backtest: --cache-dir u.txt: cannot be used as a cache: Not a directory\n");
  expect_exit(s, SWEEP "--cache-dir /proc/none/c -o r.db", 1);
  expect_part(s->run.err, "backtest: --cache-dir /proc/none/c: cannot be used as a cache: ");
  expect_exit(s, WALK "--cache-dir u.txt -o r.db", 1);
  expect_exit(s, "test ! -e r.db", 0);
  expect_usage(s, SWEEP "--cache-dir c --no-cache", "--no-cache: --cache-dir c is given, too");
  expect_usage(s, SWEEP "--cache-dir", "--cache-dir: needs a value (DIR)");
  expect_usage(s, SWEEP "--no-cache=1", "--no-cache: takes no value");
}

/* Also where what is wrong is found by reading files. */
static void a_wrong_command_makes_no_folder(void **state)
{
  static const char *const wrong[] = {SWEEP "--objective none",
                                      SWEEP "--keep none",
                                      SWEEP "--benchmark NONE",
                                      SWEEP "--rf none",
                                      SWEEP "--regimes file:none",
                                      SWEEP "--param none=1",
                                      WALK "--select none",
                                      WALK "--regimes trend:0",
                                      WALK "--step none",
                                      WALK "--keep top:0",
                                      "backtest --strategy sma --universe none"};
  program_scene *s = *state;
  char line[1024];
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    (void)snprintf(line, sizeof line, "%s --cache-dir x; test $? -ne 0 && test ! -e x", wrong[i]);
    expect_exit(s, line, 0);
  }
}

static void a_dry_run_makes_no_folder(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "XDG_CACHE_HOME=$PWD/x " SWEEP "--dry-run && test ! -e x", 0);
  expect_exit(s, "XDG_CACHE_HOME=$PWD/x " WALK "--dry-run && test ! -e x", 0);
  expect_exit(s, SWEEP "--dry-run --cache-dir x && test ! -e x", 0);
  expect_usage(s, SWEEP "--dry-run --cache-dir x --no-cache",
               "--no-cache: --cache-dir x is given, too");
}

static void check_reads_the_files(void **state)
{
  program_scene *s = *state;
  expect_usage(s, "backtest check --no-cache u.csv", "--no-cache: no such option");
  expect_exit(s, "rm -rf x; XDG_CACHE_HOME=$PWD/x backtest check --universe u.txt", 3);
  expect_exit(s, "test ! -e x", 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cold_and_warm_runs_write_the_same_rows),
      cmocka_unit_test(processes_that_fill_it_at_once_write_the_same_rows),
      cmocka_unit_test(a_damaged_cache_changes_no_row),
      cmocka_unit_test(a_changed_file_gives_other_rows),
      cmocka_unit_test(the_cache_is_no_part_of_the_job),
      cmocka_unit_test(the_default_follows_the_variables),
      cmocka_unit_test(a_default_that_cannot_be_is_one_line),
      cmocka_unit_test(one_that_was_asked_for_must_be),
      cmocka_unit_test(a_wrong_command_makes_no_folder),
      cmocka_unit_test(a_dry_run_makes_no_folder),
      cmocka_unit_test(check_reads_the_files),
  };
  return cmocka_run_group_tests(tests, make_scene, program_scene_teardown);
}
