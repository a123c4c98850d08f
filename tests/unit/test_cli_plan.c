/* What --dry-run says beside what the job then takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tests/support/program_scene.h"
#include "tests/support/slow.h"

/* A sanitizer takes several times as much; below valgrind the child begins as a copy of it. */
static bool memory_is_the_programs_own(void)
{
  return !IS_SLOW && !is_below_valgrind();
}

static double planned(const json_object *plan, const char *key)
{
  json_object *value = NULL;
  assert_true(json_object_object_get_ex(plan, key, &value));
  return json_object_get_double(value);
}

static double answer(program_scene *s, const char *command)
{
  expect_exit(s, command, 0);
  return strtod(s->run.out, NULL);
}

static void expect_within_a_factor_of_2(const char *what, double estimate, double truth)
{
  if (estimate < truth / 2 || estimate > truth * 2)
    fail_msg("%s: estimated %.0f, took %.0f", what, estimate, truth);
}

/* Plans the job and does it. The greatest child so far must be this one: small jobs come first. */
static void compare(program_scene *s, const char *job)
{
  char command[512];
  struct rusage usage;
  (void)snprintf(command, sizeof command, "rm -f r.db; backtest %s --json --dry-run -o r.db", job);
  expect_exit(s, command, 0);
  json_object *plan = json_tokener_parse(s->run.out);
  assert_non_null(plan);
  (void)snprintf(command, sizeof command, "backtest %s --quiet -o r.db", job);
  expect_exit(s, command, 0);
  assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
  assert_true(planned(plan, "n_rows") == answer(s, "sqlite3 r.db 'select count(*) from metrics'"));
  assert_true(planned(plan, "n_combos") ==
              answer(s, "sqlite3 r.db 'select count(*) from combo_stats'"));
  expect_within_a_factor_of_2("bars", planned(plan, "n_bars_estimated"),
                              answer(s, "sqlite3 r.db 'select sum(n_bars) from tickers'"));
  expect_within_a_factor_of_2("database", planned(plan, "database_bytes_estimated"),
                              answer(s, "wc -c <r.db"));
  if (memory_is_the_programs_own())
    expect_within_a_factor_of_2("memory", planned(plan, "memory_bytes_estimated"),
                                1024 * (double)usage.ru_maxrss);
  json_object_put(plan);
}

static void plans_are_within_a_factor_of_2(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest synth --tickers 3 --bars 1000 --dir u", 0);
  compare(s, "--universe u.txt --strategy buyhold -j 1");
  compare(s, "--universe u.txt --strategy sma --grid -j 2");
  expect_exit(s, "backtest synth --tickers 40 --bars 2520 --dir v", 0);
  compare(s, "--universe v.txt --strategy macd --grid --keep selected -j 2");
  compare(s, "--universe v.txt --strategy sma --grid --param fast=2:60:1 --keep all -j 2");
  compare(s, "--universe u.txt --strategy sma --param fast=2:400:1 --param slow=2:650:1 -j 2");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(plans_are_within_a_factor_of_2)};
  return cmocka_run_group_tests(tests, program_scene_setup, program_scene_teardown);
}
