/* backtest synth: what it says about where things went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/program_scene.h"

static void the_list_is_named_as_it_is(void **state)
{
  program_scene *s = *state;
  expect_output(s, "backtest synth --tickers 2 --bars 5 --dir demo",
                "2 tickers of up to 5 bars in demo, listed in demo.txt\n");
  expect_output(s, "backtest synth --tickers 2 --bars 5 --dir new//",
                "2 tickers of up to 5 bars in new, listed in new.txt\n");
  expect_exit(s, "test -f new.txt && test ! -e new/.txt", 0);
}

static void a_smaller_universe_replaces_a_larger_one(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest synth --tickers 5 --bars 5 --dir demo", 0);
  expect_exit(s, "backtest synth --tickers 2 --bars 5 --dir demo/", 0);
  expect_exit(s, "backtest check --universe demo", 0);
  expect_part(s->run.out, "2 ok, 0 rejected");
  expect_exit(s, "mv demo/S00002.csv demo/S00007.csv; backtest synth --tickers 2 --dir demo", 1);
  expect_part(s->run.err, "backtest: demo/S00007.csv: would be left in a universe of 2 tickers");
  assert_string_equal(s->run.out, "");
}

static void help_tells_what_is_replaced(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest synth --help", 0);
  expect_part(s->run.out, "Further files of a larger universe");
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(the_list_is_named_as_it_is),
      CASE(a_smaller_universe_replaces_a_larger_one),
      CASE(help_tells_what_is_replaced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
