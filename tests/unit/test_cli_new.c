/* backtest new: what it writes runs at once, and it overwrites nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

static void the_commands_that_it_prints_work(void **state)
{
  program_scene *s = *state;
  char commands[4096];
  size_t n = 0;
  expect_exit(s, "backtest new mine", 0);
  assert_string_equal(s->run.err, "");
  expect_part(s->run.out, "mine.c runs as it is");
  (void)snprintf(commands, sizeof commands, "%s", strchr(s->run.out, '\n') + 1);
  for (char *line = strtok(commands, "\n"); line; line = strtok(NULL, "\n"), n++) {
    expect_exit(s, line, 0);
    assert_string_equal(s->run.err, "");
  }
  assert_int_equal(n, 3);
  assert_true(strlen(s->run.out) > 0);
}

/* What is left of the skeleton's own name would be a strategy of that name. */
static void the_name_is_filled_in(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest new a_name && ! grep my_strategy a_name.c && grep -c a_name a_name.c",
              0);
  expect_exit(s, "backtest synth --tickers 2 --bars 300 --dir u", 0);
  expect_output(s,
                "backtest --universe u.txt --strategy a_name.c --quiet -o r.db && "
                "sqlite3 r.db 'select strategy from runs; select count(*) from results_a_name'",
                "a_name\n3\n");
}

static void every_kind_compiles_without_a_warning_and_trades(void **state)
{
  static const char *const kinds[] = {"sides", "signals", "cross", "on_bar"};
  program_scene *s = *state;
  expect_exit(s, "backtest synth --tickers 3 --bars 600 --dir u", 0);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    char command[512];
    (void)snprintf(command, sizeof command, "backtest new new_%s --kind %s", kinds[i], kinds[i]);
    expect_exit(s, command, 0);
    (void)snprintf(command, sizeof command,
                   "backtest --universe u.txt --strategy ./new_%s.c --direction both --grid "
                   "--quiet -o r.db && sqlite3 r.db 'select sum(n_trades) > 0 from results'",
                   kinds[i]);
    expect_output(s, command, "1\n");
    assert_string_equal(s->run.err, "");
  }
}

static void a_file_that_is_there_is_left_as_it_is(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "echo precious >mine.c; backtest new mine", 1);
  assert_string_equal(s->run.err, "backtest: mine.c: is there already, and is left as it is\n");
  assert_string_equal(s->run.out, "");
  expect_output(s, "cat mine.c", "precious\n");
  expect_exit(s, "ln -s nowhere there.c; backtest new there", 1);
  expect_exit(s, "test ! -e nowhere", 0);
}

static void a_disk_that_is_full_leaves_nothing(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "ulimit -f 1; backtest new mine", 1);
  expect_part(s->run.err, "mine.c: cannot be written: File too large");
  expect_exit(s, "test ! -e mine.c", 0);
}

static void wrong_names_are_refused(void **state)
{
  program_scene *s = *state;
  expect_usage(s, "backtest new", "new takes one name");
  expect_usage(s, "backtest new one two", "new takes one name");
  expect_usage(s, "backtest new sma", "new sma: a built-in strategy is called so");
  expect_usage(s, "backtest new all", "new all: the view results_all");
  expect_usage(s, "backtest new int", "new int: it is a word of C");
  expect_usage(s, "backtest new Mine", "new Mine: a strategy's name has lower case letters");
  expect_usage(s, "backtest new ../mine", "lower case letters");
  expect_usage(s, "backtest new mine.c", "lower case letters");
  expect_usage(s, "backtest new mine --kind side", "--kind side: must be one of sides, signals");
  expect_output(s, "ls", "");
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(the_commands_that_it_prints_work),
      CASE(the_name_is_filled_in),
      CASE(every_kind_compiles_without_a_warning_and_trades),
      CASE(a_file_that_is_there_is_left_as_it_is),
      CASE(a_disk_that_is_full_leaves_nothing),
      CASE(wrong_names_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
