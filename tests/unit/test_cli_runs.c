/* backtest runs: what is there, names, removal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/program_scene.h"

#define SWEEP "backtest --universe u.txt --strategy sma --quiet -o r.db "

/* Three runs of two tickers in r.db. */
static void make_runs(program_scene *s)
{
  expect_exit(s, "backtest synth --tickers 2 --bars 60 --seed 1 --dir u", 0);
  expect_exit(s, SWEEP, 0);
  expect_exit(s, SWEEP "--param fast=2:40:1 --param slow=3:60:1 --label 'a first try'", 0);
  expect_exit(s, SWEEP "--label 'two\nlines'", 0);
}

static void runs_are_listed_newest_first(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_output(s, "backtest runs r.db | sed 's/20..-..-..T..:..:..  .*s$/TIME/'",
                " run  kind         status        strategy      created (UTC)        elapsed\n"
                "      tickers      combinations  windows       label\n"
                "   3  sweep        complete      sma           TIME\n"
                "      2            1             1             two?lines\n"
                "   2  sweep        complete      sma           TIME\n"
                "      2            1,521         1             a first try\n"
                "   1  sweep        complete      sma           TIME\n"
                "      2            1             1             -\n");
  assert_string_equal(s->run.err, "");
}

static void long_texts_are_cut_to_80_columns(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_exit(
      s,
      "backtest runs r.db --label 3=ääääääääääääääääääääääääääääääääää "
      "--label 2=123456789012345678901234567890123 --label 1=1234567890123456789012345678901234",
      0);
  expect_part(s->run.out, "1             ääääääääääääääääääääääääääääää...\n");
  expect_part(s->run.out, "1             123456789012345678901234567890123\n");
  expect_part(s->run.out, "1             123456789012345678901234567890...\n");
  expect_output(s, "backtest runs r.db | sed 's/ä/a/g' | awk 'length > 80'", "");
  expect_exit(
      s,
      "sqlite3 r.db \"update runs set strategy = 'a_very_long_strategy', elapsed_s = 86399, "
      "n_combos = 123456789, status = 'interrupted', kind = 'walkforward'\"; "
      "backtest runs r.db",
      0);
  expect_part(s->run.out, "   3  walkforward  interrupted   a_very_lo...  20");
  expect_part(s->run.out, "  24 h 0 min\n      2            123,456,789   1             ");
}

static void labels_are_set_and_removed(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_exit(s, "backtest runs r.db --label 1='x = y' --label=2=", 0);
  expect_part(s->run.out, "1             x = y\n");
  expect_output(s, "sqlite3 r.db 'select run_id, label from runs'", "1|x = y\n2|\n3|two\nlines\n");
}

static void deleted_runs_are_gone_and_the_file_is_smaller(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_exit(s, "wc -c <r.db >before; backtest runs r.db --delete 2 --label 3=kept --delete 1", 0);
  expect_part(s->run.out, "\n   3  sweep ");
  assert_null(strstr(s->run.out, "\n   2  "));
  assert_null(strstr(s->run.out, "\n   1  "));
  assert_string_equal(s->run.err, "");
  expect_exit(s, "test $(wc -c <r.db) -lt $(cat before)", 0);
  expect_output(s,
                "sqlite3 r.db 'select group_concat(distinct run_id) from metrics; "
                "select run_id, label from runs; pragma integrity_check; pragma foreign_key_check; "
                "select count(*) from leaderboard; select count(*) from results_sma'",
                "3\n3|kept\nok\n1\n3\n");
  expect_output(s, "ls r.db-wal r.db-shm 2>/dev/null | wc -l", "0\n");
  expect_output(s, "backtest runs r.db --delete 3", "r.db has no runs\n");
  expect_output(s, "backtest runs r.db --json",
                "{\n  \"database\": \"r.db\",\n  \"runs\": [\n  ]\n}\n");
  expect_exit(s, SWEEP "&& backtest runs r.db", 0);
  expect_part(s->run.out, "\n   1  sweep ");
}

static void wrong_change_leaves_everything_as_it_was(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_exit(s, "sqlite3 r.db .dump >before", 0);
  expect_usage(s, "backtest runs r.db --delete 1 --delete 4", "--delete 4: r.db has no such run");
  expect_usage(s, "backtest runs r.db --label 1=x --label 9=y",
               "--label 9=y: r.db has no such run");
  expect_usage(s, "backtest runs r.db --delete 1 --delete 1", "--delete 1: given twice");
  expect_usage(s, "backtest runs r.db --delete 0", "--delete 0: not the number of a run");
  expect_usage(s, "backtest runs r.db --delete 1.5", "--delete 1.5: not the number of a run");
  expect_usage(s, "backtest runs r.db --delete 1=x", "--delete 1=x: not the number of a run");
  expect_usage(s, "backtest runs r.db --label x=1", "--label x=1: not the number of a run");
  expect_usage(s, "backtest runs r.db --label =1", "--label =1: not the number of a run");
  expect_usage(s, "backtest runs r.db --label 1", "--label 1: must be N=TEXT");
  expect_usage(s, "backtest runs r.db --lable 1=x", "did you mean --label?");
  expect_usage(s, "backtest runs", "the database is missing");
  expect_usage(s, "backtest runs r.db s.db", "s.db: runs takes one database");
  expect_exit(s, "sqlite3 r.db .dump | cmp - before", 0);
}

static void run_that_is_being_written_stays(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_exit(s, "backtest synth --tickers 400 --bars 3000 --seed 1 --dir v", 0);
  expect_output(
      s,
      "backtest --universe v.txt --strategy sma --param fast=2:60:1 --param slow=61:400:1 "
      "--keep selected --quiet -j 1 -o r.db 2>/dev/null & p=$!; "
      "until sqlite3 r.db 'select status from runs where run_id = 4' | grep -q running; "
      "do sleep 0.05; done; "
      "backtest runs r.db --delete 4 2>err; echo $?; backtest runs r.db >out; "
      "backtest runs r.db --delete 1 >>out || echo failed; "
      "kill $p; wait $p; cat err; grep -c running out; "
      "backtest runs r.db --delete 4 >out && grep -c sweep out",
      "1\nbacktest: --delete 4: the run is being written, or another program has "
      "r.db open\n2\n2\n");
}

/* What is in the folder, with times of change, but for the files of these checks. */
#define LOOK "ls -l --time-style=full-iso | grep -v look; cksum r.db"

static void listing_changes_nothing(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_exit(s, LOOK " >look1; backtest runs r.db; " LOOK " >look2; cmp look1 look2", 0);
  expect_part(s->run.out, "\n   3  sweep        complete ");
  expect_exit(s,
              "sqlite3 r.db 'pragma journal_mode = wal' && cp r.db 'a%b?c#d.db' && " LOOK
              " >look1; backtest runs r.db; " LOOK " >look2; cmp look1 look2",
              0);
  expect_part(s->run.out, "\n   3  sweep        complete ");
  expect_exit(s, "backtest runs 'a%b?c#d.db'; ls a*", 0);
  expect_part(s->run.out, "\n   3  sweep        complete ");
  expect_part(s->run.out, "label\n");
  expect_output(s, "ls | grep -c 'a%b'; ls | grep -e '-wal' -e '-shm'; true", "1\n");
}

/* Read while another process has it open; and, copied then, as a killed process leaves it. */
static void what_a_killed_process_left_is_listed_and_stays(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_output(
      s,
      "touch hold; (echo \"pragma journal_mode = wal; update runs set label = 'logged';\"; "
      "while test -e hold; do sleep 0.05; done) | sqlite3 r.db >out & "
      "until test -s r.db-wal; do sleep 0.02; done; sleep 0.2; "
      "backtest runs r.db | grep -c logged; cp r.db-wal k.db-wal; cp r.db-shm k.db-shm; "
      "cp r.db k.db; rm hold; wait; cksum k.db k.db-wal >look1; backtest runs k.db | "
      "grep -c logged; cksum k.db k.db-wal >look2; cmp look1 look2",
      "3\n3\n");
}

static void listing_needs_no_permission_to_write(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  if (geteuid() == 0) {
    expect_exit(s,
                "chmod 755 .; chmod 444 r.db; p=$(command -v backtest); cp \"$p\" ./b; "
                "cd / && setpriv --reuid=65534 --clear-groups \"$OLDPWD/b\" runs \"$OLDPWD/r.db\"; "
                "e=$?; cd \"$OLDPWD\"; ls r.db*; exit $e",
                0);
  } else {
    expect_exit(s, "chmod 444 r.db; chmod 555 .; backtest runs r.db; e=$?; chmod 755 .; exit $e",
                0);
  }
  expect_part(s->run.out, "\n   3  sweep        complete ");
}

static void missing_database_is_not_made(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest runs none.db", 1);
  assert_string_equal(s->run.out, "");
  assert_string_equal(s->run.err, "backtest: none.db: cannot be read: No such file or directory\n");
  expect_exit(s, ": >empty.db; backtest runs empty.db", 1);
  expect_part(s->run.err, "empty.db: is empty");
  expect_output(s, "ls; wc -c <empty.db", "empty.db\n0\n");
  expect_exit(s, "sqlite3 other.db 'create table t (a)'; backtest runs other.db", 1);
  expect_part(s->run.err, "other.db: is a database of another program");
}

/* The member of an object in the list "runs". */
static json_object *member(const json_object *tree, size_t index, const char *key)
{
  json_object *runs = NULL, *value = NULL;
  assert_true(json_object_object_get_ex(tree, "runs", &runs));
  json_object *run = json_object_array_get_idx(runs, index);
  assert_non_null(run);
  assert_true(json_object_object_get_ex(run, key, &value));
  return value;
}

static void json_has_all_columns(void **state)
{
  program_scene *s = *state;
  make_runs(s);
  expect_exit(s, "backtest runs --json r.db", 0);
  json_object *tree = json_tokener_parse(s->run.out);
  assert_non_null(tree);
  assert_int_equal(json_object_get_int64(member(tree, 0, "run_id")), 3);
  assert_string_equal(json_object_get_string(member(tree, 0, "label")), "two\nlines");
  assert_string_equal(json_object_get_string(member(tree, 1, "label")), "a first try");
  assert_null(member(tree, 2, "label"));
  assert_int_equal(json_object_get_int64(member(tree, 1, "n_combos")), 1521);
  assert_int_equal(json_object_get_int64(member(tree, 1, "n_tickers")), 2);
  assert_string_equal(json_object_get_string(member(tree, 1, "status")), "complete");
  assert_int_equal(json_object_get_type(member(tree, 1, "options")), json_type_object);
  assert_true(json_object_get_double(member(tree, 1, "elapsed_s")) > 0);
  json_object_put(tree);
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(runs_are_listed_newest_first),
      CASE(long_texts_are_cut_to_80_columns),
      CASE(labels_are_set_and_removed),
      CASE(deleted_runs_are_gone_and_the_file_is_smaller),
      CASE(wrong_change_leaves_everything_as_it_was),
      CASE(run_that_is_being_written_stays),
      CASE(listing_changes_nothing),
      CASE(what_a_killed_process_left_is_listed_and_stays),
      CASE(listing_needs_no_permission_to_write),
      CASE(missing_database_is_not_made),
      CASE(json_has_all_columns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
