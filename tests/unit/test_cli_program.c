/* The program as its users meet it: what it prints, where, and its exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/program_scene.h"

#define SWEEP "backtest --universe u.txt --strategy sma --grid "

/* A folder with a small synthetic universe, u.txt and u/. */
static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 6 --bars 400 --dir u");
}

static void wrong_usage_is_one_line_that_names_the_option(void **state)
{
  program_scene *s = *state;
  expect_usage(s, "backtest swep", "did you mean 'sweep'");
  expect_usage(s, "backtest --univers u.txt", "did you mean --universe");
  expect_usage(s, "backtest --strategy sma", "--universe");
  expect_usage(s, "backtest --universe u.txt", "--strategy");
  expect_usage(s, "backtest --universe u.txt --strategy smaa", "did you mean 'sma'");
  expect_usage(s, SWEEP "--param fats=3", "did you mean 'fast'");
  expect_usage(s, SWEEP "--param fast=0", "--param fast=0");
  expect_usage(s, SWEEP "--where 'fast<slo'", "did you mean 'slow'");
  expect_usage(s, SWEEP "--commission 0.1", "--commission 0.1");
  expect_usage(s, SWEEP "--from 2020-13-01", "--from 2020-13-01");
  expect_usage(s, SWEEP "--keep some", "--keep some");
  expect_usage(s, SWEEP "--objective sharp", "did you mean 'sharpe'");
  expect_usage(s, SWEEP "--require 'drawdown>0'", "--require");
  expect_usage(s, SWEEP "-j 0", "--jobs 0");
  expect_usage(s, SWEEP "--cash", "--cash");
  expect_usage(s, SWEEP "--quiet --quiet", "twice");
  expect_usage(s, SWEEP "extra", "extra");
  expect_usage(s, "backtest list colours", "colours");
  expect_usage(s, "backtest --universe u.txt --strat sma", "did you mean --strategy?");
  expect_usage(s, SWEEP "--rf -100%", "--rf -100%: must be above -100%");
  expect_usage(s, SWEEP "--rf 5", "--rf 5: 5 means 500%; write 5%");
  expect_usage(s, "backtest check u.csv --max-bad 5", "5 means 500%; write 5%");
  expect_usage(s, SWEEP "--from 1600-01-01", "outside 1677-09-23 to 2262-04-10");
  expect_usage(s, SWEEP "--to 2262-04-11", "outside 1677-09-23 to 2262-04-10");
  expect_usage(s, SWEEP "--to 2262-04-31", "not a date");
}

static void what_a_later_version_has_is_told_apart(void **state)
{
  program_scene *s = *state;
  expect_usage(s, SWEEP "--shard 1/2", "--shard: this version does not have it yet");
  expect_usage(s, SWEEP "--seed 7", "--seed: this version does not have it yet");
  expect_usage(s, "backtest check --size 5 u.csv", "--size: no such option");
  expect_usage(s, "backtest verify r.db", "verify: this version does not have it yet");
  expect_usage(s, "backtest help merge", "merge: this version does not have it yet");
}

static void failures_exit_1_and_name_the_path(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest --universe nowhere.txt --strategy sma", 1);
  expect_part(s->run.err, "nowhere.txt");
  expect_exit(s, SWEEP "-o missing/r.db", 1);
  expect_part(s->run.err, "missing/r.db");
  expect_exit(s, SWEEP "-o u", 1);
  expect_part(s->run.err, "u: is a folder");
  expect_exit(s, SWEEP "-o ok.db >/dev/full", 1);
  expect_part(s->run.err, "standard output");
}

/* At most so many lines, none longer than 80 columns, no two blank ones together. */
static void expect_screen(const char *text, size_t n_lines_most)
{
  size_t n_lines = 0;
  for (const char *line = text; *line; line += strcspn(line, "\n") + 1, n_lines++)
    if (strcspn(line, "\n") > 80) fail_msg("wider than 80 columns: %s", line);
  if (n_lines < 4 || n_lines > n_lines_most) fail_msg("%zu lines: %s", n_lines, text);
  assert_null(strstr(text, "\n\n\n"));
}

static void help_fits_a_screen_and_version_is_told(void **state)
{
  program_scene *s = *state;
  static const char *const commands[] = {
      "backtest --help",       "backtest sweep --help",
      "backtest check --help", "backtest list --help",
      "backtest new --help",   "backtest synth --help",
      "backtest help",         "backtest help sweep",
      "backtest -h",           "backtest --universe x --help",
      "backtest check -h all", "backtest walkforward --help",
      "backtest runs --help",  "backtest simulate --help",
  };
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    expect_exit(s, commands[i], 0);
    expect_screen(s->run.out, 24);
    assert_string_equal(s->run.err, "");
  }
  expect_exit(s, "backtest sweep --help", 0);
  expect_part(s->run.out, "--help all");
  expect_part(s->run.out, "--where");
  expect_part(s->run.out, "--keep");
  assert_null(strstr(s->run.out, "--max-bad"));
  assert_null(strstr(s->run.out, "--periods-per-year"));
  static const char *const all[] = {"backtest --help all", "backtest sweep --help all",
                                    "backtest help sweep all"};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    expect_exit(s, all[i], 0);
    expect_screen(s->run.out, 56);
    expect_part(s->run.out, "--periods-per-year");
    expect_part(s->run.out, "--universe");
  }
  expect_exit(s, "backtest --version", 0);
  assert_int_equal(strncmp(s->run.out, "backtest 0.", 11), 0);
  expect_output(s, "backtest --version | sed 's/^backtest [0-9.]* ([a-z0-9]*)$/well/'", "well\n");
}

static void summary_tells_leaders_luck_and_the_next_query(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "-o r.db", 0);
  expect_part(s->run.out, "6 tickers");
  expect_part(s->run.out, "174 combinations");
  expect_part(s->run.out, "median sharpe");
  expect_part(s->run.out, "Bailey and Lopez de Prado 2014");
  expect_part(s->run.out, "sqlite3 r.db");
  assert_string_equal(s->run.err, "");
  expect_exit(s, "test ! -e r.db-wal && test ! -e r.db-shm", 0);
  expect_output(s, SWEEP "--quiet -o r.db", "");
  expect_output(s, "sqlite3 r.db 'select count(*), min(status), max(status) from runs'",
                "2|complete|complete\n");
}

static void a_progress_line_is_never_as_long_as_the_terminal_is_wide(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s,
      "COLUMNS=40 backtest --universe u.txt --strategy sma --param fast=2:60:1 "
      "--param slow=3:150:1 --progress always -o c.db 2>c.err >/dev/null; tr '\\r' '\\n' <c.err | "
      "sed 's/\\x1b\\[K//' | awk 'length > most { most = length } END { print most }'",
      0);
  assert_in_range(strtol(s->run.out, NULL, 10), 20, 39);
}

static void names_of_any_bytes_leave_json_and_lines_whole(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s,
      "mkdir x; cp u/*01.csv x/OK.csv; touch \"$(printf 'x/A\\377B\\355\\240\\200.csv')\" "
      "\"$(printf 'x/C\\nD.csv')\"; backtest --universe x --strategy buyhold --json -o x.db",
      0);
  expect_part(s->run.err, "warning: C?D is rejected: x/C?D.csv");
  expect_part(s->run.out, "\"A\xef\xbf\xbd"
                          "B\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  expect_part(s->run.out, "\"C\\nD\"");
}

static void options_hold_all_that_the_job_depends_on(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      "backtest --universe u.txt --data u --strategy sma --param fast=5:15:5 --quiet -o o.db;"
      "backtest --universe u.txt --strategy macd --param slow=30,40 --grid --quiet -o o.db;"
      "sqlite3 o.db \"select options ->> '$.strategy', options ->> '$.data', "
      "options -> '$.params' from runs\"",
      "sma|u|{\"fast\":\"5:15:5\",\"slow\":\"50\"}\n"
      "macd||{\"fast\":\"6:18:2\",\"slow\":\"30,40\",\"signal\":\"5:13:2\"}\n");
}

static void summary_says_what_was_evaluated(void **state)
{
  program_scene *s = *state;
  /* LATE ends before the span and has a bad row; UP has 12 bad rows, no trade, and two bars in it
   */
  expect_exit(
      s,
      "mkdir -p e; for y in 2001 2002 2003; do echo $y-01-0$((y - 2000)),5,5,5,5,1; done "
      ">e/body; (echo Date,Open,High,Low,Close,Volume; cat e/body; echo 2003-02-02,0,5,5,5,1) "
      ">e/LATE.csv; (echo Date,Open,High,Low,Close,Volume; cat e/body; "
      "for d in 11 12 13 14 15 16 17 18 19 20 21 22; do echo 2010-01-$d,0,5,5,5,1; done; "
      "echo 2011-01-03,5,5,5,5,1; echo 2011-01-04,5,5,5,5,1) >e/UP.csv; rm e/body;"
      "backtest --universe e --strategy sma --param fast=1,2 --param slow=3 --max-bad 100% "
      "--from 2010-01-01 -o 'my results.db' -j 1",
      0);
  expect_part(s->run.out, "sma on e: 1 ticker, 2 bars of the 8 loaded, 2 combinations\n");
  expect_part(s->run.out, "2 rows kept");
  expect_part(s->run.out, "on 1 worker: ");
  expect_part(s->run.out, "skipped   12 rows (12 not_positive);\n");
  expect_part(s->run.out, "the first 10 of each kind and ticker are in data_issues\n");
  expect_part(s->run.out, "rejected  1 of 2 tickers; try\n          sqlite3 'my results.db' "
                          "\"SELECT symbol, reason FROM tickers WHERE run_id = 1 AND status = "
                          "'rejected'\"\n");
  expect_part(s->run.out, "sqlite3 'my results.db' \"SELECT * FROM leaderboard LIMIT 10\"\n");
  expect_exit(s,
              "backtest --universe e --strategy sma --param fast=1 --param slow=2 --max-bad 100% "
              "--to 2003-01-31 -o e.db; rm e/UP.csv; cp e/LATE.csv e/X.csv; sed -i 2,5d e/X.csv;"
              "for d in 10 11 12; do echo 2012-01-$d,$d,$d,$d,$d,1 >>e/X.csv; done;"
              "backtest --universe e --strategy sma --param fast=1 --param slow=2 --max-bad 100% "
              "--from 2010-01-01 -o e.db 2>/dev/null | grep -c skipped",
              1);
  expect_part(s->run.out, "skipped   13 rows (13 not_positive)");
  expect_part(s->run.out, "positive tickers\n");
}

static void json_is_one_object(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "--json -o j.db", 0);
  json_object *o = json_tokener_parse(s->run.out), *value = NULL;
  assert_non_null(o);
  assert_true(json_object_object_get_ex(o, "n_rows", &value));
  assert_int_equal(json_object_get_int64(value), 6 * 174 + 1); /* and '*' */
  assert_true(json_object_object_get_ex(o, "leaderboard", &value));
  assert_int_equal(json_object_array_length(value), 10);
  json_object_put(o);
  expect_exit(s, "backtest check --universe u.txt --json", 0);
  o = json_tokener_parse(s->run.out);
  assert_non_null(o);
  assert_true(json_object_object_get_ex(o, "n_ok", &value));
  assert_int_equal(json_object_get_int64(value), 6);
  json_object_put(o);
}

static void rejected_tickers_are_told_and_stored(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "cp u.txt v.txt; echo NONE >>v.txt; echo Date,Open >u/NONE.csv", 0);
  expect_exit(s, "backtest --universe v.txt --data u --strategy sma -o v.db", 0);
  expect_part(s->run.err, "NONE is rejected: u/NONE.csv:1");
  expect_output(s, "sqlite3 v.db \"select symbol from tickers where status = 'rejected'\"",
                "NONE\n");
  expect_exit(s, "backtest --universe v.txt --data u --strategy sma -o strict.db --strict", 3);
  expect_exit(s, "test ! -e strict.db", 0);
  expect_exit(s, "backtest check u/NONE.csv", 3);
  expect_exit(s, "echo NONE >w.txt; backtest --universe w.txt --data u --strategy sma -o w.db", 1);
  expect_part(s->run.err, "every ticker was rejected");
  expect_output(s, "sqlite3 w.db 'select status from runs; select count(*) from tickers'",
                "failed\n1\n");
}

static void the_command_is_stored_as_it_was_typed(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "-o 'c d.db' --quiet", 0);
  expect_exit(s,
              "backtest walkforward --universe u.txt --strategy sma --train 200 --test 50 -o 'c "
              "d.db' --quiet",
              0);
  expect_exit(s, "sqlite3 'c d.db' 'select command from runs'", 0);
  assert_string_equal(s->run.out,
                      "backtest --universe u.txt --strategy sma --grid -o 'c d.db' --quiet\n"
                      "backtest walkforward --universe u.txt --strategy sma --train 200 --test 50 "
                      "-o 'c d.db' --quiet\n");
}

/* The plan of a walk-forward reads the dates, so it knows of them. */
static void a_plan_that_reads_dates_tells_of_rejected_tickers(void **state)
{
#define PLAN "backtest walkforward --strategy sma --train 60 --test 20 --dry-run --data u "
  program_scene *s = *state;
  expect_exit(s, "cp u.txt v.txt; echo NONE | tee -a v.txt >w.txt; echo Date,Open >u/NONE.csv", 0);
  expect_exit(s, PLAN "--universe v.txt", 0);
  expect_part(s->run.out, "tickers       7 (7 files found");
  expect_part(s->run.out, "rejected      1\n");
  expect_exit(s, "awk 'FNR > 1' u/S*.csv | wc -l", 0);
  size_t n_rows = strtoul(s->run.out, NULL, 10);
  expect_exit(s, PLAN "--universe v.txt --json", 0);
  char bars[64];
  (void)snprintf(bars, sizeof bars, "\"n_bars_estimated\": %zu,", n_rows);
  expect_part(s->run.out, bars);
  expect_exit(s, PLAN "--universe v.txt --strict", 3);
  expect_part(s->run.out, "windows");
  expect_part(s->run.err, "NONE");
  expect_exit(s, PLAN "--universe w.txt", 1);
  expect_part(s->run.err, "every ticker was rejected");
#undef PLAN
}

static void any_number_of_workers_writes_the_same_rows(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s,
      "for j in 1 2 7; do " SWEEP "--quiet -j $j -o $j.db; sqlite3 $j.db .dump | "
      "grep -Ev 'INSERT INTO (runs|tasks)' >$j.sql; done; cmp 1.sql 2.sql && cmp 1.sql 7.sql",
      0);
  expect_output(s, "grep -c 'INSERT INTO metrics ' 1.sql", "1045\n");
}

static void kept_rows_are_the_same_whatever_is_kept(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "--quiet --keep all -o a.db", 0);
  expect_exit(s, SWEEP "--quiet --keep top:3 -o t.db", 0);
  expect_exit(s, SWEEP "--quiet --keep selected -o s.db", 0);
  expect_output(
      s,
      "sqlite3 a.db \"attach 't.db' as t; attach 's.db' as s;"
      "select count(*) from t.metrics; select count(*) from s.metrics;"
      "select count(*) from (select * from t.metrics except select * from main.metrics);"
      "select count(*) from (select * from s.metrics except select * from main.metrics);"
      "select count(*) from (select * from main.combo_stats except select * from t.combo_stats);"
      "select count(*) from (select * from main.objective_values except "
      "select * from s.objective_values);"
      "select count(*) from s.metrics m join main.selections x using (ticker_id, combo_id)\"",
      "19\n7\n0\n0\n0\n0\n7\n");
}

static void selection_takes_the_greatest_objective_and_the_lowest_id(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "--quiet --objective calmar --min-trades 2 --require 'exposure<0.9' -o m.db",
              0);
  expect_output(
      s,
      "sqlite3 m.db \"select count(*) from selections x where ticker_id > 0 and x.combo_id is not "
      "(select combo_id "
      "from metrics m where m.ticker_id = x.ticker_id and n_trades >= 2 and exposure < 0.9 and "
      "calmar is not null order by calmar desc, combo_id limit 1)\"",
      "0\n");
}

static void a_span_is_evaluated_and_indicators_see_more(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "--quiet --from 2024-06-03 --to 2024-09-30 -o f.db", 0);
  expect_output(
      s,
      "sqlite3 f.db \"select test_start, test_end from windows; select sum(n_trades) > 0, "
      "max(n_bars) from metrics\"",
      "2024-06-03|2024-09-30\n1|86\n");
}

static void dry_run_writes_nothing(void **state)
{
  program_scene *s = *state;
  expect_exit(s, SWEEP "--dry-run -o d.db", 0);
  expect_part(s->run.out, "174");
  expect_part(s->run.out, "1,045");
  expect_exit(s, "test ! -e d.db", 0);
}

static void a_full_disk_fails_with_the_path(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "ulimit -f 200; " SWEEP "--quiet -o full.db", 1);
  expect_part(s->run.err, "full.db: database or disk is full (File too large)");
  expect_output(s, "sqlite3 full.db 'pragma integrity_check'", "ok\n");
  for (int blocks = 900; blocks <= 1200; blocks += 100) {
    char command[128];
    (void)snprintf(command, sizeof command, "rm -f full.db*; ulimit -f %d; %s --quiet -o full.db",
                   blocks, SWEEP);
    expect_exit(s, command, 1);
    expect_part(s->run.err, "full.db: database or disk is full (File too large)");
    expect_output(s, "sqlite3 full.db 'pragma integrity_check; select status from runs'",
                  "ok\nfailed\n");
  }
}

/* Without a thread for the bar, or with nobody who reads it, the job is done all the same. */
static void a_progress_bar_that_fails_does_not_end_the_run(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      "(backtest --universe u.txt --strategy sma --param fast=2:60:1 "
      "--param slow=3:150:1 --progress always -o p.db 2>&1 >/dev/null) | true; sleep 0.1;"
      "while test -e p.db-wal; do sleep 0.1; done; sqlite3 p.db 'select status from runs'",
      "complete\n");
}

/* Both want the empty file for themselves at the same moment. */
static void two_processes_may_begin_on_one_new_file(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do rm -f two.db*; "
      "pids=; for p in 1 2 3; do backtest --universe u.txt --strategy buyhold --quiet -j 1 "
      "-o two.db & pids=\"$pids $!\"; done; for p in $pids; do wait $p || echo failed; done; "
      "sqlite3 two.db \"select group_concat(status || n, ' ') from (select status, count(*) as n "
      "from runs group by status)\"; done | sort -u",
      "complete3\n");
  assert_string_equal(s->run.err, "");
}

/* Every line of the block under "A first session" runs as it stands. */
static void commands_of_the_readme_work(void **state)
{
  program_scene *s = *state;
  char path[TEST_PATH_SIZE], line[1024];
  size_t n_commands = 0;
  bool inside = false, found = false;
  FILE *readme = fopen(test_root_path(path, "README.md"), "r");
  assert_non_null(readme);
  while (fgets(line, sizeof line, readme)) {
    if (strncmp(line, "## A first session", 18) == 0) found = true;
    if (strncmp(line, "```", 3) == 0 && found) {
      if (inside) break;
      inside = true;
      continue;
    }
    if (!inside) continue;
    expect_exit(s, line, 0);
    n_commands++;
  }
  (void)fclose(readme);
  assert_in_range(n_commands, 5, 30);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_usage_is_one_line_that_names_the_option),
      cmocka_unit_test(what_a_later_version_has_is_told_apart),
      cmocka_unit_test(failures_exit_1_and_name_the_path),
      cmocka_unit_test(help_fits_a_screen_and_version_is_told),
      cmocka_unit_test(summary_tells_leaders_luck_and_the_next_query),
      cmocka_unit_test(a_progress_line_is_never_as_long_as_the_terminal_is_wide),
      cmocka_unit_test(names_of_any_bytes_leave_json_and_lines_whole),
      cmocka_unit_test(options_hold_all_that_the_job_depends_on),
      cmocka_unit_test(summary_says_what_was_evaluated),
      cmocka_unit_test(json_is_one_object),
      cmocka_unit_test(rejected_tickers_are_told_and_stored),
      cmocka_unit_test(any_number_of_workers_writes_the_same_rows),
      cmocka_unit_test(kept_rows_are_the_same_whatever_is_kept),
      cmocka_unit_test(selection_takes_the_greatest_objective_and_the_lowest_id),
      cmocka_unit_test(a_span_is_evaluated_and_indicators_see_more),
      cmocka_unit_test(the_command_is_stored_as_it_was_typed),
      cmocka_unit_test(a_plan_that_reads_dates_tells_of_rejected_tickers),
      cmocka_unit_test(dry_run_writes_nothing),
      cmocka_unit_test(a_full_disk_fails_with_the_path),
      cmocka_unit_test(a_progress_bar_that_fails_does_not_end_the_run),
      cmocka_unit_test(two_processes_may_begin_on_one_new_file),
      cmocka_unit_test(commands_of_the_readme_work),
  };
  return cmocka_run_group_tests(tests, make_scene, program_scene_teardown);
}
