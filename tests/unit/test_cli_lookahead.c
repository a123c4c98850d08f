/* `backtest --check-lookahead`: what is built in and the examples are clean, a plugin that looks
 * ahead is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>

#include "strategies/registry.h"
#include "tests/support/program_scene.h"

#define CHECK "backtest --universe u.txt --strategy sma --check-lookahead "

static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 3 --bars 300 --dir u");
}

/* And leaves no file. */
static void built_ins_are_clean(void **state)
{
  program_scene *s = *state;
  for (size_t i = 0; i < bt_strategy_count(); i++) {
    char command[256], line[256];
    (void)snprintf(command, sizeof command,
                   "backtest --universe u.txt --strategy %s --grid --direction both "
                   "--check-lookahead",
                   bt_strategy_at(i)->name);
    expect_exit(s, command, 0);
    (void)snprintf(line, sizeof line, "no look-ahead found: %s, 3 tickers x ",
                   bt_strategy_at(i)->name);
    expect_part(s->run.out, line);
    expect_part(s->run.out, " x up to ");
    assert_string_equal(s->run.err, "");
  }
  expect_exit(s, CHECK, 0);
  expect_part(s->run.out, "sma, 3 tickers x 1 combination x up to 299 cuts (every one) in ");
  expect_output(s, CHECK "--quiet", "");
  expect_output(s, "ls", "u\nu.txt\n");
}

static void examples_and_skeletons_are_clean(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "for f in \"${BACKTEST_ROOT:-.}\"/strategies/examples/*.c; do "
              "backtest --universe u.txt --strategy \"$f\" --grid --direction both --no-cache "
              "--check-lookahead || exit 1; done; "
              "for kind in sides signals cross on_bar; do rm -f fresh.c; "
              "backtest new fresh --kind $kind >/dev/null || exit 1; "
              "backtest --universe u.txt --strategy ./fresh.c --grid --direction both --no-cache "
              "--check-lookahead || exit 1; done; rm fresh.c",
              0);
  size_t n = 0;
  for (const char *line = s->run.out; (line = strstr(line, "no look-ahead found")); line++) n++;
  assert_true(n >= 10);
}

/* By the next close, from the parameter's bars on; by the accessors' back door, bar by bar. */
#define MAKE_PEEKS                                                                                 \
  "cat >peek.c <<'END'\n"                                                                          \
  "#include <backtest/strategy.h>\n"                                                               \
  "static void sides(const bt_host *h, const double *p, signed char *restrict side)\n"             \
  "{\n"                                                                                            \
  "  const double *c = h->series->close;\n"                                                        \
  "  size_t n = h->series->n_bars;\n"                                                              \
  "  for (size_t t = 0; t < n; t++)\n"                                                             \
  "    side[t] = p[0] > 0 && t >= 100 && t + 1 < n && c[t + 1] > c[t];\n"                          \
  "}\n"                                                                                            \
  "static const bt_param params[] = {{\"peeks\", 1, 0, 1, 1, 0, 1, 1, \"whether\"}};\n"            \
  "const bt_strategy backtest_strategy = {.abi_version = BT_STRATEGY_ABI, .name = \"peek\",\n"     \
  "  .summary = \"peek\", .params = params, .n_params = 1, .sides = sides};\n"                     \
  "END\n"                                                                                          \
  "cat >door.c <<'END'\n"                                                                          \
  "#include <backtest/strategy.h>\n"                                                               \
  "static double on_bar(const bt_now *now, const double *p)\n"                                     \
  "{\n"                                                                                            \
  "  const bt_series *s = now->series;\n"                                                          \
  "  (void)p;\n"                                                                                   \
  "  return now->t + 1 < s->n_bars && s->close[now->t + 1] > s->close[now->t];\n"                  \
  "}\n"                                                                                            \
  "const bt_strategy backtest_strategy = {.abi_version = BT_STRATEGY_ABI, .name = \"door\",\n"     \
  "  .summary = \"door\", .on_bar = on_bar};\n"                                                    \
  "END\n"

static void a_plugin_that_looks_ahead_is_named_with_bar_and_parameters(void **state)
{
  program_scene *s = *state;
  expect_exit(s, MAKE_PEEKS, 0);
  expect_exit(s, "backtest --universe u.txt --strategy ./peek.c --grid --check-lookahead", 1);
  expect_part(s->run.out, "look-ahead: peek on S00001: the target of ");
  expect_part(s->run.out, "(bar 100) changes from 1 to 0 when the bars behind ");
  expect_part(s->run.out, "; peeks=1\n");
  expect_part(s->run.out, "found in 1 of 2 combinations, on 3 of 3 tickers\n");
  expect_exit(s, "backtest --universe u.txt --strategy ./peek.c --param peeks=0 --check-lookahead",
              0);
  expect_exit(s, "backtest --universe u.txt --strategy ./door.c --check-lookahead", 1);
  expect_part(s->run.out, "look-ahead: door on S00001: the target of ");
  expect_exit(s, "rm peek.c door.c", 0);
}

/* What a sweep may have beside it, its costs, stops, selection and regimes, it may have. */
static void the_options_of_a_sweep_are_taken(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              CHECK "--param fast=5:20:5 --where 'slow>fast' --fill close --commission 0.1% "
                    "--size vol:15% --param stop_loss=0,5% --trailing '3atr(14)' --objective "
                    "calmar --min-trades 3 --require 'sharpe>0' --benchmark S00001 --regimes "
                    "trend:50 --from 2024-03-01 --rf 1% -j 3 --progress always",
              0);
  expect_part(s->run.out, "3 tickers x 8 combinations x ");
}

static json_object *member(const json_object *o, const char *key)
{
  json_object *value = NULL;
  if (!json_object_object_get_ex(o, key, &value)) fail_msg("no %s", key);
  return value;
}

static void json_is_one_object(void **state)
{
  program_scene *s = *state;
  expect_exit(s, CHECK "--grid --json", 0);
  json_object *o = json_tokener_parse(s->run.out);
  assert_non_null(o);
  assert_string_equal(json_object_get_string(member(o, "strategy")), "sma");
  assert_false(json_object_get_boolean(member(o, "looks_ahead")));
  assert_int_equal(json_object_get_int(member(o, "n_tickers")), 3);
  assert_int_equal(json_object_get_int(member(o, "n_rejected")), 0);
  assert_int_equal(json_object_get_int(member(o, "n_combos")), 174);
  assert_int_equal(json_object_get_int(member(o, "n_cuts")), 299);
  assert_true(json_object_get_boolean(member(o, "every_cut_tried")));
  assert_int_equal(json_object_get_int(member(o, "n_tickers_found")), 0);
  assert_int_equal(json_object_get_int(member(o, "n_combos_found")), 0);
  assert_false(json_object_object_get_ex(o, "first", NULL));
  assert_true(json_object_get_double(member(o, "elapsed_s")) > 0);
  json_object_put(o);
}

static void what_is_about_results_is_refused(void **state)
{
  static const char *const options[] = {"--out r.db",    "--resume",  "--keep all",
                                        "--save trades", "--label x", "--portfolio all",
                                        "--dry-run"};
  program_scene *s = *state;
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
    char command[256], said[128];
    int length = (int)strcspn(options[i], " ");
    (void)snprintf(command, sizeof command, CHECK "%s", options[i]);
    (void)snprintf(said, sizeof said, "backtest: %.*s: with --check-lookahead nothing is stored",
                   length, options[i]);
    expect_usage(s, command, said);
  }
  expect_usage(s, CHECK "-o r.db", "--out: with --check-lookahead nothing is stored");
  expect_usage(s, "backtest --check-lookahead --strategy sma", "--universe is missing");
  expect_output(s, "ls", "u\nu.txt\n");
}

static void rejected_tickers_are_told(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "cp u.txt v.txt; echo GONE >>v.txt", 0);
#define PART "backtest --universe v.txt --data u --strategy sma --check-lookahead "
  expect_exit(s, PART, 0);
  expect_part(s->run.out, "no look-ahead found: sma, 3 tickers x ");
  expect_part(s->run.err, "backtest: warning: GONE is rejected: ");
  expect_exit(s, PART "--strict", 3);
  assert_string_equal(s->run.out, "");
  expect_part(s->run.err, "--strict: 1 of 4 tickers rejected");
  expect_exit(s, PART "--from 2200-01-01", 1);
  assert_string_equal(s->run.out, "");
  expect_part(s->run.err, "every ticker was rejected (4)");
  expect_exit(s, "rm v.txt", 0);
}

static void a_ticker_of_one_bar_leaves_nothing_to_remove(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "mkdir one; printf 'Date,Open,High,Low,Close\\n2020-01-01,1,1,1,1\\n' >one/A.csv; "
              "backtest --universe one --strategy buyhold --check-lookahead; e=$?; rm -r one; "
              "exit $e",
              0);
  expect_part(s->run.out, "buyhold, 1 ticker x 1 combination x up to 0 cuts (every one) in ");
}

static void a_signal_ends_it(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "backtest synth --tickers 40 --bars 5000 --dir w >/dev/null; "
                "backtest --universe w.txt --strategy sma --param fast=2:120:1 --param "
                "slow=3:200:1 --check-lookahead -j 1 & p=$!; sleep 0.5; kill -TERM $p; wait $p; "
                "echo $?; rm -r w w.txt",
                "143\n");
  expect_part(s->run.err, "backtest: interrupted: ");
  expect_part(s->run.err, " of 40 tickers checked, look-ahead found on 0\n");
}

static void help_tells_what_can_slip_through(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest sweep --help all", 0);
  expect_part(s->run.out, "--check-lookahead");
  expect_part(s->run.out, "can slip through");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(built_ins_are_clean),
      cmocka_unit_test(examples_and_skeletons_are_clean),
      cmocka_unit_test(a_plugin_that_looks_ahead_is_named_with_bar_and_parameters),
      cmocka_unit_test(the_options_of_a_sweep_are_taken),
      cmocka_unit_test(json_is_one_object),
      cmocka_unit_test(what_is_about_results_is_refused),
      cmocka_unit_test(rejected_tickers_are_told),
      cmocka_unit_test(a_ticker_of_one_bar_leaves_nothing_to_remove),
      cmocka_unit_test(a_signal_ends_it),
      cmocka_unit_test(help_tells_what_can_slip_through),
  };
  return cmocka_run_group_tests_name("cli/lookahead", tests, make_scene, program_scene_teardown);
}
