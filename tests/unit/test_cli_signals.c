/* What ends a run from outside: finished tickers are kept, and the process dies of the signal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/paths.h"
#include "tests/support/program.h"

/* A sweep of some seconds in the background, with its number in $p. */
#define LONG_SWEEP                                                                                 \
  "backtest --universe u.txt --strategy sma --param fast=2:60:1 --param slow=3:100:1 "             \
  "--keep selected --quiet -j 1 -o r.db & p=$!; sleep 1; "

typedef struct scene {
  char dir[TEST_PATH_SIZE];
  test_run run;
} scene;

static int make_scene(void **state)
{
  scene *s = malloc(sizeof *s);
  if (!s) return 1;
  test_dir_make(s->dir);
  test_run_shell(&s->run, s->dir, "backtest synth --tickers 60 --bars 5000 --dir u");
  *state = s;
  return s->run.exit_status;
}

static int drop_scene(void **state)
{
  scene *s = *state;
  test_dir_remove(s->dir);
  free(s);
  return 0;
}

static void expect(scene *s, const char *command, const char *out)
{
  test_run_shell(&s->run, s->dir, command);
  if (s->run.exit_status != 0) fail_msg("%s: exit status %d", command, s->run.exit_status);
  assert_string_equal(s->run.out, out);
}

static void a_signal_saves_finished_tickers_and_kills(void **state)
{
  scene *s = *state;
  expect(s, LONG_SWEEP "kill -TERM $p; wait $p; echo $?", "143\n");
  expect(s,
         "sqlite3 r.db \"select status from runs; pragma integrity_check; pragma foreign_key_check;"
         "select count(*) from tickers t where status = 'ok' and (select count(*) from metrics m "
         "where m.ticker_id = t.ticker_id) <> 1\"; rm r.db",
         "interrupted\nok\n0\n");
}

/* As `timeout` and job schedulers send it: to the process and to its group. */
static void a_signal_sent_twice_at_once_counts_once(void **state)
{
  scene *s = *state;
  expect(s,
         LONG_SWEEP
         "kill -TERM $p; kill -TERM $p; sleep 0.02; kill -TERM $p; kill -INT $p; wait $p;"
         "echo $?; sqlite3 r.db 'select status from runs'; rm r.db",
         "143\ninterrupted\n");
}

/* A terminal that is closed sends SIGHUP; nohup and `&` in a script leave signals ignored. */
static void a_closed_terminal_is_a_signal_unless_it_is_ignored(void **state)
{
  scene *s = *state;
  expect(s,
         LONG_SWEEP
         "kill -HUP $p; wait $p; echo $?; sqlite3 r.db 'select status from runs'; rm r.db",
         "129\ninterrupted\n");
  expect(s,
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
  return cmocka_run_group_tests(tests, make_scene, drop_scene);
}
