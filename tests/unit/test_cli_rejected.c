/* A ticker that is rejected has no say in what the others are: here one with several bars a day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/program_scene.h"

/* A and B have daily bars of 2018 and 2019, C bars of 2016 of an hour each: none from 2018 on. */
static int make_scene(void **state)
{
  if (program_scene_setup(state)) return 1;
  program_scene *s = *state;
  test_run_shell(
      &s->run, s->dir,
      "mkdir t; for f in A B C; do echo Date,Open,High,Low,Close,Volume >t/$f.csv; done; "
      "seq 0 729 | sed 's/.*/2018-01-01 & days/' | date -u -f - +%F | while read -r d; do "
      "i=$((i + 1)); "
      "echo $d,$((100 + i % 7)),120,90,$((100 + i % 11)),100 >>t/A.csv; "
      "echo $d,$((100 + i % 13)),120,90,$((100 + i % 5)),100 >>t/B.csv; done; "
      "for h in 10 11 12 13; do echo \"2016-06-01 $h:00,5,5,5,5,100\" >>t/C.csv; done");
  return s->run.exit_status;
}

static void expect_rows(program_scene *s, const char *query, const char *rows)
{
  expect_exit(s, query, 0);
  if (strcmp(s->run.out, rows) != 0) fail_msg("%s\ngives %s\nand not %s", query, s->run.out, rows);
}

#define JOB "--universe t --strategy sma --param fast=3 --param slow=9 --from 2018-01-01 --quiet "
#define REJECTED                                                                                   \
  "sqlite3 r.db \"select symbol, reason like '%no bars from%' from tickers where status <> 'ok'\""

static void the_portfolio_is_daily_all_the_same(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest " JOB "--benchmark A --save equity -o r.db", 0);
  expect_rows(s, REJECTED, "C|1\n");
  expect_rows(s,
              "sqlite3 r.db \"select first_bar, last_bar from tickers where ticker_id = 0; "
              "select min(time), max(time) from equity where ticker_id = 0; "
              "select beta is null from metrics where ticker_id = 0; "
              "select test_start, test_end from windows where window_id = 0\"",
              "2018-01-01|2019-12-31\n2018-01-01|2019-12-31\n0\n2018-01-01|2019-12-31\n");
}

static void windows_are_counted_in_bars_all_the_same(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest walkforward " JOB "--train 300b --test 100b -o r.db", 0);
  expect_rows(s, REJECTED, "C|1\n");
  expect_rows(s,
              "sqlite3 r.db \"select count(*) from windows where window_id > 0; "
              "select first_bar from tickers where ticker_id = 0\"",
              "4\n2018-10-28\n");
}

/* It is another thing where the ticker takes part. */
static void bars_of_an_hour_that_are_evaluated_count(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "for h in 10 11 12 13; do echo \"2018-06-01 $h:00,5,5,5,5,100\" >>t/C.csv; done; "
              "backtest " JOB "-o r.db",
              0);
  expect_rows(s, "sqlite3 r.db 'select first_bar from tickers where ticker_id = 0'",
              "2018-01-01T00:00:00\n");
  expect_usage(s, "backtest walkforward " JOB "--train 300b --test 100b -o r.db",
               "C has several bars a day");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_portfolio_is_daily_all_the_same, make_scene,
                                      program_scene_teardown),
      cmocka_unit_test_setup_teardown(windows_are_counted_in_bars_all_the_same, make_scene,
                                      program_scene_teardown),
      cmocka_unit_test_setup_teardown(bars_of_an_hour_that_are_evaluated_count, make_scene,
                                      program_scene_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
