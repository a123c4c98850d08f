/* What ends a run from outside: finished tickers are kept, and the process dies of the signal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/program_scene.h"

/* A sweep of some seconds in the background, with its number in $p, of which tasks are stored. */
#define LONG_SWEEP                                                                                 \
  "backtest --universe u.txt --strategy sma --param fast=2:120:1 --param slow=3:200:1 "            \
  "--keep selected --quiet -j 1 -o r.db & p=$!; "                                                  \
  "until test \"$(sqlite3 r.db 'select count(*) > 0 from tasks' 2>/dev/null)\" = 1; "              \
  "do sleep 0.1; done; "

static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 60 --bars 5000 --dir u");
}

static void a_signal_saves_finished_tickers_and_kills(void **state)
{
  program_scene *s = *state;
  expect_output(s, LONG_SWEEP "kill -TERM $p; wait $p; echo $?", "143\n");
  expect_part(s->run.err, " of 60 tickers stored in r.db as run 1; --resume goes on\n");
  expect_output(
      s,
      "sqlite3 r.db \"select status from runs; pragma integrity_check; pragma foreign_key_check;"
      "select count(*) from tasks t where (select count(*) from metrics m "
      "where m.ticker_id = t.task) <> 1\"; rm r.db",
      "interrupted\nok\n0\n");
}

/* As `timeout` and job schedulers send it: to the process and to its group. */
static void a_signal_sent_twice_at_once_counts_once(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                LONG_SWEEP
                "kill -TERM $p; kill -TERM $p; sleep 0.02; kill -TERM $p; kill -INT $p; wait $p;"
                "echo $?; sqlite3 r.db 'select status from runs'; rm r.db",
                "143\ninterrupted\n");
}

/* A terminal that is closed sends SIGHUP; nohup and `&` in a script leave signals ignored. */
static void a_closed_terminal_is_a_signal_unless_it_is_ignored(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                LONG_SWEEP
                "kill -HUP $p; wait $p; echo $?; sqlite3 r.db 'select status from runs'; rm r.db",
                "129\ninterrupted\n");
  expect_output(
      s,
      "trap '' HUP INT TERM; backtest --universe u.txt --strategy sma --grid --keep selected "
      "--quiet -o n.db & p=$!; sleep 0.2; kill -HUP $p; kill -INT $p; kill -TERM $p; wait $p;"
      "echo $?; sqlite3 n.db 'select status from runs'; rm n.db",
      "0\ncomplete\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_signal_saves_finished_tickers_and_kills),
      cmocka_unit_test(a_signal_sent_twice_at_once_counts_once),
      cmocka_unit_test(a_closed_terminal_is_a_signal_unless_it_is_ignored),
  };
  return cmocka_run_group_tests(tests, make_scene, program_scene_teardown);
}
