/* --resume: a run that was broken off goes on, and ends as if nothing had happened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

#define JOB "backtest --universe u.txt --strategy sma --param fast=5,10 --quiet -o r.db "
#define WALK                                                                                       \
  "backtest walkforward --universe u.txt --strategy sma --param fast=5,10 --train 6m --test 2m "   \
  "--quiet -o r.db "
#define OTHER_JOB "backtest: --resume: run 1 is interrupted, but it is another job: "

/* Makes a complete run look as if a signal had ended it behind its last task. */
#define BREAK_OFF "sqlite3 r.db \"update runs set status = 'interrupted'\""

static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 4 --bars 400 --dir u");
}

/* Exit 1, and this is all that is said; the database is left as it was. */
static void expect_other_job(program_scene *s, const char *command, const char *difference)
{
  expect_exit(s, "sqlite3 r.db .dump >before", 0);
  expect_exit(s, command, 1);
  assert_string_equal(s->run.out, "");
  expect_part(s->run.err, OTHER_JOB);
  expect_part(s->run.err, difference);
  expect_exit(s, "sqlite3 r.db .dump | cmp - before", 0);
}

static void killed_jobs_come_to_the_same_rows(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "cd \"${BACKTEST_ROOT:-.}\" && sh tools/kills.sh \"${BACKTEST_PROGRAM%/*}\" 9 "
              "$(date +%s) 24 >&2",
              0);
  expect_part(s->run.err, "kills: 9 kills in ");
  expect_part(s->run.err, ", 0 wrong\n");
}

static void without_a_run_one_is_begun(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "--resume", 0);
  assert_string_equal(s->run.err, "");
  expect_exit(s, JOB "--cash 5 --resume; " WALK "--resume", 0);
  expect_output(s, "sqlite3 r.db 'select run_id, kind, status from runs'",
                "1|sweep|complete\n2|sweep|complete\n3|walkforward|complete\n");
}

static void a_complete_run_is_left_as_it_is(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "&& " WALK "&& " JOB "--cash 7 && sqlite3 r.db .dump >before", 0);
  expect_exit(s, JOB "--resume", 0);
  assert_string_equal(s->run.err, "backtest: run 1 in r.db is complete: nothing is left to do\n");
  expect_exit(s, WALK "-j 1 --resume", 0);
  assert_string_equal(s->run.err, "backtest: run 2 in r.db is complete: nothing is left to do\n");
  expect_exit(s, "sqlite3 r.db .dump | cmp - before", 0);
}

static void a_complete_run_may_get_a_label(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "&& " JOB "--resume --label new", 0);
  assert_string_equal(s->run.err, "backtest: run 1 in r.db is complete: nothing is left to do\n");
  expect_output(s, "sqlite3 r.db 'select run_id, label from runs'", "1|new\n");
}

static void other_options_are_named(void **state)
{
  static const struct {
    const char *options, *difference;
  } cases[] = {
      {"--cash 5", "its cash was 100000 and is 5"},
      {"--from 2024-01-01", "its from was not given and is \"2024-01-01\""},
      {"--param slow=60", "its params.slow was "},
      {"--benchmark S00001", "its benchmark was not given and is \"S00001\""},
      {"--regimes vol:20", "its regimes was not given and is \"vol:20\""},
      {"--save trades", "its save_trades was false and is true"},
      {"--portfolio all", "its portfolio was \"selected\" and is \"all\""},
      {"--require 'sharpe>0'", "its require was [] and is [\"sharpe>0\"]"},
      {"--min-trades 3", "its min_trades was 0 and is 3"},
      {"--objective calmar", "its objective was \"sharpe\" and is \"calmar\""},
      {"--keep selected", "its keep was \"all\" and is \"selected\""},
      {"--size vol:10%", "its size_volatility was not given and is 0.1"},
      {"--stop-loss 5%", "its stop_loss was not given and is \"0.05\""},
      {"--commission 1%", "commission"},
      {"--direction both", "its direction was \"long\" and is \"both\""},
      {"--fill close", "its fill was \"open\" and is \"close\""},
      {"--adjust none", "its adjust was \"auto\" and is \"none\""},
  };
  program_scene *s = *state;
  expect_exit(s, JOB "&& " BREAK_OFF, 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char command[512];
    (void)snprintf(command, sizeof command, JOB "--resume %s", cases[i].options);
    expect_other_job(s, command, cases[i].difference);
  }
  expect_other_job(s, WALK "--resume", "it is a sweep");
  expect_exit(s, "rm r.db; " WALK "&& " BREAK_OFF, 0);
  expect_other_job(s, WALK "--resume --gap 5d", "its gap was ");
  expect_other_job(s, WALK "--resume --step 1m", "its step was ");
  expect_other_job(s, WALK "--resume --anchored", "its anchored was false and is true");
  expect_other_job(s, WALK "--resume --select universe", "its select was \"ticker\"");
}

static void how_it_is_run_may_change(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "&& " BREAK_OFF, 0);
  expect_exit(s, JOB "--resume -j 1 --label x --progress never", 0);
  expect_output(s, "sqlite3 r.db 'select count(*), min(status), min(label) from runs'",
                "1|complete|x\n");
}

static void without_a_label_the_run_keeps_its_own(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "--label first && " BREAK_OFF, 0);
  expect_output(s, JOB "--resume && sqlite3 r.db 'select label from runs'", "first\n");
}

/* Another process ends the run while this one, which has found it unfinished, waits to write. */
static void a_run_that_another_process_completes_meanwhile_is_complete(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "&& " BREAK_OFF "&& sqlite3 r.db 'pragma journal_mode = wal'", 0);
  expect_exit(s,
              "(echo \"begin immediate; update runs set status = 'complete';\"; sleep 2; "
              "echo 'commit;') | sqlite3 r.db & sleep 0.5; " JOB "--resume; e=$?; wait; exit $e",
              0);
  assert_string_equal(s->run.err, "backtest: run 1 in r.db is complete: nothing is left to do\n");
  expect_output(s, "sqlite3 r.db 'select count(*), min(status) from runs'", "1|complete\n");
}

static void other_data_are_named(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "sed -i '/^#/d' u.txt; cp -r u old; cp u.txt old.txt; " JOB "&& " BREAK_OFF, 0);
  expect_exit(s, "sed -i '20s/,[0-9]*$/,7/' u/S00002.csv", 0);
  expect_other_job(s, JOB "--resume", "u/S00002.csv has changed");
  expect_exit(s, "cp old/* u; sed -i '$d' u/S00003.csv", 0);
  expect_other_job(s, JOB "--resume", "u/S00003.csv has changed");
  expect_exit(s, "cp old/* u; rm u/S00004.csv", 0);
  expect_other_job(s, JOB "--resume", "u/S00004.csv has changed");
  expect_exit(s, "cp old/* u; sed -i '$d' u.txt", 0);
  expect_other_job(s, JOB "--resume", "its universe had 4 tickers and has 3");
  expect_exit(s, "sort -r old.txt >u.txt", 0);
  expect_other_job(s, JOB "--resume", "its ticker 1 was S00001 and is S00004");
  expect_exit(s, "cp old.txt u.txt; cp -r u v; cp u.txt v.txt", 0);
  expect_other_job(s, "backtest --universe v.txt --strategy sma --param fast=5,10 -o r.db --resume",
                   "its universe was \"u.txt\" and is \"v.txt\"");
  expect_exit(s, JOB "--resume && sed -i '20s/,[0-9]*$/,7/' u/S00002.csv", 0);
  expect_exit(s, JOB "--resume", 1);
  expect_part(s->run.err, "run 1 is complete, but it is another job: u/S00002.csv has changed");
}

static void a_changed_benchmark_is_another_job(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "cp u/S00001.csv u/BENCH.csv; " JOB "--benchmark BENCH && " BREAK_OFF, 0);
  expect_exit(s, "sed -i '20s/,[0-9]*$/,7/' u/BENCH.csv", 0);
  expect_other_job(s, JOB "--benchmark BENCH --resume", "benchmark");
}

static void a_changed_file_of_regimes_is_another_job(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "printf '2023-01-02,2023-12-29,up\\n2024-01-02,2024-06-28,down\\n' >g.csv", 0);
  expect_exit(s, JOB "--regimes file:g.csv && " BREAK_OFF, 0);
  expect_exit(s, "printf '2023-01-02,2023-12-29,up\\n2024-03-04,2024-06-28,down\\n' >g.csv", 0);
  expect_other_job(s, JOB "--regimes file:g.csv --resume", "regimes");
}

/* SIGINT, which a shell lets what runs behind `&` ignore, in the middle of a job of some seconds.
 */
static void an_interrupted_job_goes_on(void **state)
{
#define LONG                                                                                       \
  "backtest walkforward --universe w.txt --strategy sma --param fast=2:40:1 --param "              \
  "slow=41:240:1 --train 1y --test 6m --select universe -j 2 --quiet --progress never "
  program_scene *s = *state;
  expect_exit(s, "backtest synth --tickers 30 --bars 1500 --dir w; " LONG "-o whole.db", 0);
  expect_exit(s,
              "env --default-signal=INT " LONG
              "-o r.db 2>err & p=$!; i=0; until test -e r.db-wal -o $i -gt 400; do "
              "i=$((i+1)); sleep 0.02; done; sleep 0.3; kill -INT $p; wait $p; echo $?; "
              "cat err >&2; sqlite3 r.db \"select status from runs; "
              "select count(*) < 60 from tasks; select 'backtest: interrupted: ' || count(*) || "
              "' of 60 tasks stored in r.db as run 1; --resume goes on' from tasks\"",
              0);
  static const char ended[] = "130\ninterrupted\n1\n";
  expect_part(s->run.out, ended);
  assert_string_equal(s->run.err, s->run.out + sizeof ended - 1);
  expect_exit(s, LONG "-o r.db --resume", 0);
  expect_exit(s,
              "for d in whole r; do (sqlite3 $d.db .dump | grep -Ev 'INSERT INTO (runs|tasks)' | "
              "sort; sqlite3 $d.db 'select run_id, task from tasks order by task; select status, "
              "bar_combos from runs') >$d.sql; done; cmp whole.sql r.sql",
              0);
  expect_output(s, "sqlite3 r.db 'select count(*), max(status) from runs'", "1|complete\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(killed_jobs_come_to_the_same_rows),
      CASE(without_a_run_one_is_begun),
      CASE(a_complete_run_is_left_as_it_is),
      CASE(a_complete_run_may_get_a_label),
      CASE(other_options_are_named),
      CASE(how_it_is_run_may_change),
      CASE(other_data_are_named),
      CASE(a_changed_benchmark_is_another_job),
      CASE(a_changed_file_of_regimes_is_another_job),
      CASE(without_a_label_the_run_keeps_its_own),
      CASE(a_run_that_another_process_completes_meanwhile_is_complete),
      CASE(an_interrupted_job_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
