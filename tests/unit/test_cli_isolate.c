/* Strategies that misbehave, as their authors meet it: with --isolate, and without. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"
#include "tests/support/run_rows.h"

/* On the one ticker that is short, from a period of 20 on, a strategy called bad does what is put
 * in for DEED. */
#define MAKE_BAD                                                                                   \
  "cat >bad.in <<'END'\n"                                                                          \
  "#define _POSIX_C_SOURCE 200809L\n"                                                              \
  "#include <signal.h>\n"                                                                          \
  "#include <stdio.h>\n"                                                                           \
  "#include <stdlib.h>\n"                                                                          \
  "#include <unistd.h>\n"                                                                          \
  "#include <backtest/strategy.h>\n"                                                               \
  "static volatile int turns, *nowhere;\n"                                                         \
  "static void signals(const bt_host *host, const double *p, double *target)\n"                    \
  "{\n"                                                                                            \
  "  const double *sma = bt_sma(host, p[0]);\n"                                                    \
  "  size_t n = host->series->n_bars;\n"                                                           \
  "  for (size_t t = 0; t < n; t++) target[t] = host->series->close[t] > sma[t];\n"                \
  "  if (n > 300 || p[0] < 20) return;\n"                                                          \
  "  DEED\n"                                                                                       \
  "  (void)turns, (void)nowhere;\n"                                                                \
  "}\n"                                                                                            \
  "static const bt_param params[] = {{\"period\", 10, 10, 30, 5, 1, 1e6, 1, \"bars\"}};\n"         \
  "const bt_strategy backtest_strategy = {.abi_version = BT_STRATEGY_ABI, .name = \"bad\",\n"      \
  "  .summary = \"bad\", .params = params, .n_params = 1, .signals = signals};\n"                  \
  "END\n"

/* Four tickers, of which the third is short. */
#define MAKE_UNIVERSE                                                                              \
  "backtest synth --tickers 4 --bars 400 --dir u && head -201 u/S00003.csv >x && "                 \
  "mv x u/S00003.csv && "

#define RUN "backtest --universe u.txt --strategy ./bad.c --grid --no-cache -o r.db "

static int make_scene(void **state)
{
  return program_scene_setup_by(state, MAKE_UNIVERSE MAKE_BAD);
}

static void make_bad(program_scene *s, const char *deed)
{
  char command[512];
  (void)snprintf(command, sizeof command, "rm -f r.db*; sed 's/DEED/%s/' bad.in >bad.c", deed);
  expect_exit(s, command, 0);
}

/* The third ticker is rejected with a reason, and the others are what they are without it. */
static void expect_one_rejected(program_scene *s, const char *reason)
{
  char expected[512];
  (void)snprintf(expected, sizeof expected,
                 "3|bad, combination 3 {\"period\":20}: %s\n0\n3|15|complete|ok\n0\n", reason);
  expect_output(s,
                "sqlite3 r.db \"select ticker_id, reason from tickers where status = 'rejected'; "
                "select count(*) from metrics where ticker_id = 3; "
                "select count(distinct ticker_id), count(*), (select status from runs), "
                "(select * from pragma_integrity_check) from metrics where ticker_id > 0; "
                "attach 'good.db' as good; select count(*) from (select * from good.metrics where "
                "ticker_id not in (0, 3) except select * from metrics)\"",
                expected);
}

/* What the strategy gives where it behaves. */
static void make_good(program_scene *s)
{
  make_bad(s, ";");
  expect_exit(s, RUN "--quiet && mv r.db good.db", 0);
  assert_string_equal(s->run.err, "");
}

static void a_crash_costs_its_ticker_alone(void **state)
{
  program_scene *s = *state;
  make_good(s);
  make_bad(s, "*nowhere = 1;");
  for (int jobs = 1; jobs <= 3; jobs += 2) {
    char command[256];
    (void)snprintf(command, sizeof command, "rm -f r.db; " RUN "--isolate -j %d", jobs);
    expect_exit(s, command, 0);
    expect_part(s->run.err, "is rejected: bad, combination 3 {\"period\":20}: it crashed (SIGSEGV");
    expect_part(s->run.out, "rejected");
    expect_one_rejected(s, "it crashed (SIGSEGV, a wrong address)");
  }
  expect_exit(s, RUN "--isolate --resume", 0);
  expect_part(s->run.err, "is complete");
}

static void one_that_never_ends_costs_its_ticker_alone(void **state)
{
  program_scene *s = *state;
  make_good(s);
  make_bad(s, "for (;;) turns = 1;");
  expect_exit(s, RUN "--task-timeout 0.3 --quiet", 0);
  expect_one_rejected(s, "it took longer than 0.3 s (--task-timeout)");
}

static void one_that_ends_its_process_costs_its_ticker_alone(void **state)
{
  program_scene *s = *state;
  make_good(s);
  make_bad(s, "write(1, \"noise\", 5); exit(0);");
  expect_exit(s, RUN "--isolate --json", 0);
  assert_int_equal(s->run.out[0], '{'); /* what it prints is no result */
  expect_one_rejected(s, "it ended its process (exit status 0)");
}

/* Also in the process of the program itself. */
static void nonsense_costs_its_ticker_alone(void **state)
{
  program_scene *s = *state;
  make_good(s);
  make_bad(s, "target[7] = 1.0 \\/ 0;");
  expect_exit(s, RUN "--quiet", 0);
  expect_one_rejected(s, "the target of bar 7 is inf: not within -1 to +1");
  make_bad(s, "target[n] = 0;");
  expect_exit(s, RUN "--quiet", 0);
  expect_one_rejected(s, "strategy bad: it has written before or behind its target");
  make_bad(s, "bt_sma(host, 0);");
  expect_exit(s, RUN "--quiet", 0);
  expect_one_rejected(s, "strategy bad: indicator sma: period = 0 is not a whole number from 1 to "
                         "1e+06");
}

/* Through the C library, which may hold it back until the end, and past it; while it is loaded,
 * runs and is unloaded. */
static void what_it_prints_is_no_result(void **state)
{
  static const char *const jobs[] = {"--json", "--json --isolate", "--json --dry-run",
                                     "--json --check-lookahead"};
  program_scene *s = *state;
  make_bad(s, "write(1, \"noise\", 5); puts(\"noise\");");
  expect_exit(s,
              "cat >>bad.c <<'END'\n"
              "__attribute__((constructor)) static void hello(void) { puts(\"noise\"); }\n"
              "__attribute__((destructor)) static void bye(void) { puts(\"noise\"); }\n"
              "END\n",
              0);
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
    char command[512];
    bool checks = strstr(jobs[i], "lookahead");
    (void)snprintf(command, sizeof command, "rm -f r.db; %s%s %s",
                   "backtest --universe u.txt --strategy ./bad.c --grid --no-cache ",
                   checks ? "" : "-o r.db", jobs[i]);
    expect_exit(s, command, 0);
    assert_int_equal(s->run.out[0], '{');
    assert_int_equal(s->run.out[strlen(s->run.out) - 2], '}');
    assert_null(strstr(s->run.out, "noise"));
    expect_part(s->run.err, "noise");
  }
  expect_exit(s, "BACKTEST_PLUGIN_PATH=. backtest list strategies", 0);
  assert_null(strstr(s->run.out, "noise"));
  expect_part(s->run.out, "[plugin]");
  expect_exit(s, RUN ">/dev/full", 1);
  expect_part(s->run.err, "standard output: cannot be written");
}

/* What all combinations read: with processes of its own it is the one that writes, without the
 * ticker whose combinations may all have read what it wrote. */
static void writing_what_others_read_costs_its_ticker(void **state)
{
  static const char *const deeds[] = {"((double *)(size_t)sma)[n - 1] += 1;",
                                      "((double *)(size_t)host->series->low)[0] += 1;"};
  static const char *const reasons[] = {"indicator (sma)", "the bars"};
  program_scene *s = *state;
  make_good(s);
  for (size_t i = 0; i < 2; i++) {
    char query[512], expected[256];
    make_bad(s, deeds[i]);
    (void)snprintf(query, sizeof query,
                   "sqlite3 r.db \"select ticker_id, reason from tickers where status = "
                   "'rejected'; attach 'good.db' as good; select count(*) from (select * from "
                   "good.metrics where ticker_id not in (0, 3) except select * from metrics)\"");
    (void)snprintf(expected, sizeof expected,
                   "3|bad: it has written into %s%s, which it may only read\n0\n",
                   i == 0 ? "an " : "", reasons[i]);
    expect_exit(s, RUN "--quiet", 0);
    expect_output(s, query, expected);
    expect_exit(s, "rm r.db; " RUN "--quiet --isolate", 0);
    expect_one_rejected(s, "it crashed (SIGSEGV, a wrong address)");
  }
}

#define CHECK "backtest --universe u.txt --strategy ./bad.c --grid --no-cache --check-lookahead "

/* It misbehaves on the third ticker as before, however many bars of it are left. */
static void make_bad_on_the_third(program_scene *s, const char *deed)
{
  make_bad(s, deed);
  expect_exit(s,
              "c=$(sed -n 2p u/S00003.csv | cut -d, -f5); "
              "sed -i \"s/n > 300/host->series->close[0] != $c/\" bad.c",
              0);
}

/* Whether that one has run behind the one that failed is a matter of time with many threads. */
static void writing_is_told_before_the_failure_of_another_combination(void **state)
{
  static const char *const jobs[] = {"backtest", "backtest walkforward --train 60 --test 30",
                                     "backtest walkforward --train 60 --test 30 --select universe",
                                     "backtest --check-lookahead"};
  program_scene *s = *state;
  make_bad_on_the_third(
      s, "if (p[0] == 20) bt_sma(host, 0); if (p[0] == 30) ((double *)(size_t)sma)[40] = 5;");
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
    for (int n_threads = 1; n_threads <= 3; n_threads += 2) {
      char command[256];
      (void)snprintf(command, sizeof command,
                     "%s --universe u.txt --strategy ./bad.c --grid --no-cache -j %d --quiet",
                     jobs[i], n_threads);
      expect_exit(s, command, 0);
      expect_part(s->run.err, "S00003 is rejected: bad: it has written into an indicator (sma)");
    }
}

/* The third ticker is rejected, on all of its bars. */
static void expect_checked_without_one(program_scene *s, const char *options, const char *reason)
{
  char command[256], line[512];
  (void)snprintf(command, sizeof command, CHECK "%s", options);
  expect_exit(s, command, 0);
  expect_part(s->run.out, "no look-ahead found: bad, 3 tickers x 5 combinations x up to 399 cuts");
  (void)snprintf(line, sizeof line, "S00003 is rejected: bad, combination 3 {\"period\":20}: %s\n",
                 reason);
  expect_part(s->run.err, line);
}

/* The same is found, to the bar. */
static void expect_found_with_and_without(program_scene *s)
{
  char found[2][2048];
  for (int i = 0; i < 2; i++) {
    expect_exit(s, i == 0 ? CHECK "--benchmark S00001" : CHECK "--benchmark S00001 --isolate", 1);
    assert_string_equal(s->run.err, "");
    memcpy(found[i], s->run.out, strlen(s->run.out) + 1);
  }
  expect_part(found[0], "look-ahead: bad on S00003: the target of ");
  assert_string_equal(found[0], found[1]);
}

static void look_ahead_is_checked_in_processes_of_its_own(void **state)
{
  program_scene *s = *state;
  make_bad_on_the_third(s, "if (n > 7) target[7] = 1.0 \\/ 0;");
  expect_checked_without_one(s, "", "the target of bar 7 is inf: not within -1 to +1");
  expect_checked_without_one(s, "--isolate", "the target of bar 7 is inf: not within -1 to +1");
  make_bad_on_the_third(s, "if (n == 200) *nowhere = 1;");
  expect_checked_without_one(s, "--isolate -j 3", "it crashed (SIGSEGV, a wrong address)");
  make_bad_on_the_third(s, "abort();");
  expect_exit(s, CHECK "-j 1 --quiet", 128 + SIGABRT);
  expect_part(s->run.err, "and the process with it. With --isolate it costs its ticker alone");
  assert_null(strstr(s->run.err, "--resume"));
  make_bad_on_the_third(
      s, "for (size_t t = 50; t < n; t++) target[t] = host->series->benchmark[t + 1] > 0;");
  expect_found_with_and_without(s);
}

static void a_walk_forward_goes_on_without_the_ticker(void **state)
{
  program_scene *s = *state;
  make_bad(s, "*nowhere = 1;");
  expect_exit(s,
              "backtest walkforward --universe u.txt --strategy ./bad.c --grid --train 4m --test "
              "1m --no-cache -o r.db --isolate --quiet",
              0);
  expect_part(s->run.err, "is rejected: bad, combination 3 {\"period\":20}: it crashed");
  expect_output(s,
                "sqlite3 r.db \"select count(*) from selections where ticker_id = 3; "
                "select count(*) from metrics where ticker_id = 3; "
                "select count(distinct ticker_id) from metrics where phase = 'oos'; "
                "select status, (select status from tickers where ticker_id = 3) from runs\"",
                "0\n0\n4\ncomplete|rejected\n"); /* three and the portfolio */
}

/* Without --isolate the process dies, with a word; what was stored stays, and a run goes on. */
static void a_crash_leaves_a_database_that_resumes(void **state)
{
  program_scene *s = *state;
  make_good(s);
  make_bad(s, "sleep(2); abort();");                 /* the others are stored by then */
  expect_exit(s, RUN "--quiet -j 1", 128 + SIGABRT); /* as the shell sees it */
  expect_part(s->run.err, "backtest: strategy ./bad.c has crashed, and the process with it.");
  expect_output(s, "sqlite3 r.db 'pragma integrity_check'", "ok\n");
  expect_exit(s, RUN "--quiet --resume --isolate", 0);
  expect_one_rejected(s, "it crashed (SIGABRT, it gave up)");
}

/* A sanitizer has a handler and words of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif

/* Also where the fault is a stack that is full, which a handler cannot use. */
static void a_stack_that_overflows_has_last_words(void **state)
{
  program_scene *s = *state;
  if (IS_SANITIZED) skip();
  make_bad(s, "turns = deep(1);");
  expect_exit(s,
              "sed -i 's/^static void signals/static int deep(volatile int x) { volatile char "
              "b[4096]; b[0] = (char)x; return deep(x + 1) + b[0]; }\\n&/' bad.c",
              0);
  expect_exit(s, RUN "--quiet -j 2", 128 + SIGSEGV);
  expect_part(s->run.err, "backtest: strategy ./bad.c has crashed, and the process with it.");
  expect_exit(s, "rm r.db; " RUN "--quiet --isolate", 0);
  expect_part(s->run.err, "it crashed (SIGSEGV, a wrong address)");
}

static void a_bar_is_erased_before_what_a_signal_says(void **state)
{
  program_scene *s = *state;
  make_bad(s, "kill(getpid(), SIGTERM); sleep(2);");
  expect_exit(s, RUN "-j 1 --progress always", 128 + SIGTERM);
  expect_part(s->run.err, "\r\033[Kbacktest: stopping when");
  expect_exit(s, "rm -f r.db; " RUN "-j 1 --progress never", 128 + SIGTERM);
  expect_part(s->run.err, "backtest: stopping when");
  assert_null(strchr(s->run.err, '\033'));
}

/* The first signal waits for it, and says so. */
static void one_that_never_ends_is_ended_by_a_second_signal(void **state)
{
  program_scene *s = *state;
  make_bad(s, "for (;;) turns = 1;");
  expect_output(s,
                RUN "--quiet -j 1 2>said & p=$!; "
                    "until test \"$(sqlite3 r.db 'select count(*) > 0 from tasks' 2>&1)\" = 1; "
                    "do sleep 0.1; done; kill -TERM $p; "
                    "until grep -q 'another signal stops at once' said; do sleep 0.1; done; "
                    "kill -TERM $p; wait $p; echo $?; sqlite3 r.db 'pragma integrity_check'",
                "143\nok\n");
  expect_exit(s, RUN "--quiet --resume --task-timeout 0.3", 0);
  expect_part(s->run.err, "it took longer than 0.3 s (--task-timeout)");
}

/* Who starts the program may have set it. */
static void an_alarm_that_others_set_ends_the_program(void **state)
{
  program_scene *s = *state;
  make_bad(s, "alarm(1); sleep(9);");
  expect_exit(s, RUN "--quiet -j 1", 128 + SIGALRM);
  make_bad(s, "alarm(2); kill(getpid(), SIGTERM); sleep(9);");
  expect_exit(s, RUN "--quiet -j 1", 128 + SIGALRM);
}

static void every_ticker_rejected_is_a_failure(void **state)
{
  program_scene *s = *state;
  make_bad(s, ";");
  expect_exit(s, "sed -i 's/if (n > 300.*/abort();/' bad.c", 0);
  expect_exit(s, RUN "--isolate --quiet", 1);
  expect_part(s->run.err, "every ticker was rejected (4); the first, ");
  expect_output(s, "sqlite3 r.db 'select status from runs'", "failed\n");
}

#define MONTHS "--train 4m --test 1m "

static void isolated_results_are_the_same(void **state)
{
  static const char *const jobs[] = {
      "backtest --strategy ./on_bar_streak.c --grid --direction both --commission 0.1%",
      "backtest walkforward --strategy ./on_bar_streak.c --grid --direction both " MONTHS
      "--param stop_loss=2%,5%",
      "backtest walkforward --strategy sma --grid " MONTHS "--select universe"};
  program_scene *s = *state;
  expect_exit(s, "cp \"${BACKTEST_ROOT:-.}\"/strategies/examples/on_bar_streak.c .", 0);
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "rm -f r.db; for how in '' --isolate; do %s --universe u.txt --quiet -o r.db "
                   "--keep all $how || exit 1; done",
                   jobs[i]);
    expect_exit(s, command, 0);
    assert_string_equal(s->run.err, "");
    expect_output(s, COMPARE_RUNS, "0\n1\n");
  }
}

static void limits_that_are_none_are_refused(void **state)
{
  program_scene *s = *state;
  expect_usage(s, RUN "--task-timeout 0", "--task-timeout");
  expect_usage(s, RUN "--task-timeout never", "--task-timeout");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_crash_costs_its_ticker_alone),
      cmocka_unit_test(one_that_never_ends_costs_its_ticker_alone),
      cmocka_unit_test(one_that_ends_its_process_costs_its_ticker_alone),
      cmocka_unit_test(nonsense_costs_its_ticker_alone),
      cmocka_unit_test(what_it_prints_is_no_result),
      cmocka_unit_test(writing_what_others_read_costs_its_ticker),
      cmocka_unit_test(writing_is_told_before_the_failure_of_another_combination),
      cmocka_unit_test(look_ahead_is_checked_in_processes_of_its_own),
      cmocka_unit_test(a_walk_forward_goes_on_without_the_ticker),
      cmocka_unit_test(a_crash_leaves_a_database_that_resumes),
      cmocka_unit_test(a_stack_that_overflows_has_last_words),
      cmocka_unit_test(a_bar_is_erased_before_what_a_signal_says),
      cmocka_unit_test(one_that_never_ends_is_ended_by_a_second_signal),
      cmocka_unit_test(an_alarm_that_others_set_ends_the_program),
      cmocka_unit_test(every_ticker_rejected_is_a_failure),
      cmocka_unit_test(isolated_results_are_the_same),
      cmocka_unit_test(limits_that_are_none_are_refused),
  };
  return cmocka_run_group_tests_name("cli/isolate", tests, make_scene, program_scene_teardown);
}
