/* backtest simulate, the whole command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

#include "cli/simulate_options.h"
#include "core/number.h"
#include "tests/support/simulate_scene.h"

/* ---- what it finds ----------------------------------------------------------------------------
 */

static void json_has_mean_and_std_error_at_its_top(void **state)
{
  program_scene *s = *state;
  static const char *const models[] = {"gbm", "heston", "merton", "garch"};
  char command[128];
  for (size_t i = 0; i < 4; i++) {
    (void)snprintf(command, sizeof command,
                   "backtest simulate --model %s --steps 20 --paths 20000 --seed 3 --json",
                   models[i]);
    json_object *o = run_json(s, command);
    assert_int_equal(strncmp(s->run.out, "{\n  \"mean\": 1", 13), 0);
    expect_part(s->run.out, ",\n  \"std_error\": 0.");
    expect_within(o, "mean", "exact_mean", "std_error");
    expect_within(o, "log_mean", "exact_log_mean", "log_mean_std_error");
    assert_true(fabs(number_of(o, "z_score")) <= 4);
    assert_true(number_of(o, "lowest") < number_of(o, "p01"));
    assert_true(number_of(o, "p25") < number_of(o, "p50"));
    assert_true(number_of(o, "n_paths") == 20000 && number_of(o, "n_steps") == 20);
    assert_true(number_of(o, "seed") == 3 && number_of(o, "run_id") == (double)i + 1);
    assert_true(number_of(o, "paths_per_s") > 0 && number_of(o, "elapsed_s") > 0);
    json_object_put(o);
  }
}

static void the_baseline_is_the_first_thing_printed(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest simulate --paths 30000 --compare -j 2", 0);
  const char *first = "baseline  one core without the pool: ";
  assert_int_equal(strncmp(s->run.out, first, strlen(first)), 0);
  expect_part(s->run.out, "\npool      2 workers: ");
  expect_part(s->run.out, "\nspeed-up  ");
  expect_part(s->run.out, " x, efficiency ");
  expect_part(s->run.out, "%; same result to the last bit\n");
  expect_part(s->run.out, "simulate gbm: 30,000 paths of 252 steps, 1 year, seed 1; ");
  expect_part(s->run.out, "exact log-normal steps;\n          Philox4x32-10");
  json_object *o = run_json(s, "backtest simulate --paths 30000 --compare -j 2 --json");
  double speedup = number_of(o, "baseline_s") / number_of(o, "pool_s");
  assert_true(fabs(number_of(o, "speedup") - speedup) < 1e-12 * speedup);
  assert_true(fabs(number_of(o, "efficiency") - speedup / 2) < 1e-12 * speedup);
  json_object_put(o);
}

static void antithetic_paths_have_a_smaller_error(void **state)
{
  program_scene *s = *state;
  json_object *plain = run_json(s, "backtest simulate --steps 1 --paths 20000 --json");
  json_object *pairs = run_json(s, "backtest simulate --steps 1 --paths 20000 --antithetic --json");
  expect_within(pairs, "mean", "exact_mean", "std_error");
  assert_true(number_of(pairs, "std_error") < number_of(plain, "std_error") / 3);
  assert_false(json_object_object_get_ex(pairs, "std_std_error", NULL));
  json_object_put(plain);
  json_object_put(pairs);
}

/* No volatility, or no time: a price, and nothing that is no number. */
static void certain_paths_have_a_price(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest simulate --vol 0 --paths 3000 --compare", 0);
  expect_part(s->run.out, "\nmean                105.127            0      105.127\n");
  assert_null(strstr(s->run.out, "nan"));
  static const char *const certain[] = {"--expiry 0", "--model merton --expiry 0",
                                        "--model heston --expiry 0"};
  char command[128];
  for (size_t i = 0; i < 3; i++) {
    (void)snprintf(command, sizeof command, "backtest simulate %s --paths 3000 --json", certain[i]);
    json_object *o = run_json(s, command);
    assert_true(number_of(o, "mean") == 100 && number_of(o, "std_error") == 0);
    assert_true(number_of(o, "p99") == 100 && number_of(o, "std") == 0);
    assert_null(strstr(s->run.out, "NaN"));
    json_object_put(o);
  }
}

static void results_are_rows_of_the_database(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                JOB "--model merton --steps 4 --paths 5000 --jump-vol 0.1 --label a -o r.db && " JOB
                    "--steps 3 --paths 2000000 --compare -o r.db && " JOB "-o r.db && "
                    "sqlite3 r.db \"select run_id, kind, status, label, n_combos from runs;"
                    "select run_id, model, spot, expiry, n_steps, n_paths, abs(mean - exact_mean) "
                    "< 4 * std_error, seconds > 0, baseline_seconds > 0 from simulations;"
                    "select json_extract(params, '$.jump-vol') from simulations where run_id = 1;"
                    "select run_id, count(*) from simulation_moments group by 1;"
                    "select abs(value - exact) < 4 * std_error from simulation_moments where "
                    "name = 'log_std' and run_id < 3;"
                    "select m.value = s.mean from simulation_moments m join simulations s using "
                    "(run_id) where name = 'mean'; pragma foreign_key_check\"",
                "1|simulate|complete|a|1\n2|simulate|complete||1\n3|simulate|complete||1\n"
                "1|merton|100.0|1.0|4|5000|1|1|\n2|gbm|100.0|1.0|3|2000000|1|1|1\n"
                "3|gbm|100.0|1.0|252|1||1|\n0.1\n1|17\n2|10\n3|4\n1\n1\n1\n1\n1\n");
}

/* ---- bits -------------------------------------------------------------------------------------
 */

/* Files and rows with any number of workers, at each level that program and CPU have. */
static void any_workers_and_vectors_give_the_same_bits(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      "for m in gbm 'gbm --antithetic' heston merton garch; do rm -f want want.npy; "
      "for l in avx512 avx2 baseline; do "
      "BACKTEST_VECTORS=$l backtest --version >/dev/null 2>&1 || continue; "
      "for j in 1 2 7; do rm -f r.db; BACKTEST_VECTORS=$l " JOB
      "--model $m --steps 9 --paths 3002 -j $j -o r.db --paths-file got.npy || exit 9; "
      "sqlite3 r.db 'select mean, std_error from simulations; select * from simulation_moments' "
      ">got; test -e want || { cp got want; cp got.npy want.npy; }; "
      "cmp got want && cmp got.npy want.npy || echo $m: other bits at $l with $j workers; "
      "done; done; wc -l <want; done",
      "18\n18\n18\n18\n18\n");
}

/* ---- what goes wrong --------------------------------------------------------------------------
 */

static void wrong_usage_has_a_line(void **state)
{
  program_scene *s = *state;
  static const char *const cases[][2] = {
      {"more", "more: simulate takes options alone"},
      {"--model gmb", "--model gmb: must be one of gbm, heston, merton, garch"},
      {"--paths 0", "--paths 0: must be from 1 to "},
      {"--paths 1.5", "--paths 1.5: not a whole number"},
      {"--steps 0", "--steps 0: must be from 1 to 1000000"},
      {"--spot 0", "--spot 0: must be from 1e-09 to 1e+12"},
      {"--spot -5", "--spot -5: must be from"},
      {"--vol -0.2", "--vol -0.2: must be from 0 to 10"},
      {"--vol 20%", "--vol 20%: not a number"},
      {"--drift nan", "--drift nan: not a number"},
      {"--drift 9 --expiry 50", "--drift 9: over 50 years the expected price would change by"},
      {"--vol 9 --expiry 100", "--vol 9: over 100 years the log price would have a standard"},
      {"--expiry -1", "--expiry -1: must be from 0 to 1000"},
      {"--kappa 2", "--kappa: is no parameter of --model gbm"},
      {"--model heston --vol 0.2", "--vol: is no parameter of --model heston"},
      {"--model heston --rho 1.2", "--rho 1.2: must be from -1 to 1"},
      {"--model heston --vol-of-vol 1e-9", "--vol-of-vol 1e-09: must be 0, or at least 1e-06"},
      {"--model merton --jump-intensity 5000 --steps 2", "--jump-intensity: 2500 jumps are expec"},
      {"--model merton --antithetic --paths 2", "--antithetic: is for --model gbm, not for merton"},
      {"--antithetic --paths 3", "--paths 3: antithetic paths come in pairs"},
      {"--model garch --alpha 0.5 --beta 0.5", "--alpha and --beta: their sum is 1 and must be"},
      {"--model garch --steps 252 --expiry 2", "--expiry 2: steps of garch are trading days, so"},
      {"--model garch --expiry 0", "--expiry 0: of garch it must be from 1 day (0.00396825)"},
      {"--compare --paths-file x.npy", "--compare and --paths-file: the disk's time is not"},
      {"--paths-file x/", "x/: names a folder, not a file"},
      {"--data .", "--data: is for --fit, which is not given"},
      {"--model heston --fit A", "--fit A: heston is calibrated to prices of options"},
      {"--seed -1", "--seed -1: must be from 0 to "},
      {"--seed 9007199254740993", "--seed 9007199254740993: must be from 0 to 9007199254740992"},
      {"--model heston --vol-of-vol 100 --kappa 0 --expiry 99", "--model heston: with these param"},
      {"--jobs 0", "--jobs 0: must be from 1 to "},
  };
  char command[256];
  expect_exit(s, "backtest synth --tickers 1 --bars 300 --dir u && mv u/S00001.csv A.csv", 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    (void)snprintf(command, sizeof command, "rm -f *.db; backtest simulate %s", cases[i][0]);
    expect_usage(s, command, cases[i][1]);
  }
}

/* Plain --antithetic is one pair. What is refused leaves no run. */
static void antithetic_paths_need_no_number(void **state)
{
  program_scene *s = *state;
  expect_usage(s, JOB "--antithetic --paths 3", "--paths 3: antithetic paths come in pairs");
  expect_usage(s, JOB "--paths-file x/", "x/: names a folder, not a file");
  expect_output(s, "ls -A", "");
  json_object *o = run_json(s, "backtest simulate --antithetic --steps 1 --json");
  assert_true(number_of(o, "n_paths") == 2);
  json_object_put(o);
}

/* A run that takes a while, in the background, with its number in $p; it has begun. */
#define IN_BACKGROUND                                                                              \
  " & p=$!; until test \"$(sqlite3 backtest.db 'select count(*) from runs' 2>/dev/null)\" = 1; "   \
  "do sleep 0.05; done; sleep 0.2; kill -TERM $p; b=$(date +%%s); wait $p; echo $?; "              \
  "test $(($(date +%%s) - b)) -le 10 || echo it took long; "

/* In the baseline, in the pool, while paths are written, and on a way of many steps. */
static void a_signal_leaves_nothing_behind(void **state)
{
  program_scene *s = *state;
  static const char *const how[] = {"--compare --paths 1000000000000", "--paths 1000000000",
                                    "--paths 100000 --steps 200000 --model heston",
                                    "--compare --paths 100000 --steps 200000",
                                    "--paths 100000000 --steps 9 --paths-file x.npy"};
  char command[512];
  for (size_t i = 0; i < sizeof how / sizeof how[0]; i++) {
    (void)snprintf(command, sizeof command,
                   "rm -f *.db; " JOB "%s -j 2" IN_BACKGROUND
                   "sqlite3 backtest.db 'select status from runs; select count(*) from "
                   "simulations'; ls -A",
                   how[i]);
    expect_output(s, command, "143\ninterrupted\n0\nbacktest.db\n");
    expect_part(s->run.err, "backtest: interrupted: run 1 in backtest.db has no results\n");
  }
}

static void every_moment_is_defined(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest simulate --paths 100 --quiet && backtest simulate --quiet", 0);
  expect_output(
      s,
      "sqlite3 backtest.db \"SELECT count(*) > 15 FROM simulation_moments; SELECT name FROM "
      "simulation_moments WHERE 'simulation_moments.' || name NOT IN "
      "(SELECT name FROM metric_defs)\"",
      "1\n");
}

/* ---- warnings ---------------------------------------------------------------------------------
 */

static void few_paths_of_a_wild_price_are_warned_of(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest simulate --vol 5 --expiry 4 --paths 1000", 0);
  expect_part(s->run.out, "\nwarning   the standard deviation is 5.2e+21 times the mean in closed");
  expect_part(s->run.out, "form: 1,000 paths cannot estimate the mean, nor its standard error\n");
  json_object *o = run_json(s, "backtest simulate --vol 5 --expiry 4 --paths 1000 --json");
  assert_null(json_object_object_get(o, "z_score"));
  assert_int_equal(json_object_array_length(json_object_object_get(o, "warnings")), 1);
  json_object_put(o);
  o = run_json(s, "backtest simulate --paths 1000 --json");
  assert_int_equal(json_object_array_length(json_object_object_get(o, "warnings")), 0);
  assert_true(fabs(number_of(o, "z_score")) < 4);
  json_object_put(o);
}

static void a_price_without_variance_is_warned_of(void **state)
{
  program_scene *s = *state;
  const char *job = "backtest simulate --model heston --kappa 0.5 --vol-of-vol 0.8 --rho 0.3 "
                    "--expiry 5 --steps 500 --paths 1000 --json";
  json_object *o = run_json(s, job);
  json_object *warnings = json_object_object_get(o, "warnings");
  assert_int_equal(json_object_array_length(warnings), 1);
  expect_part(json_object_get_string(json_object_array_get_idx(warnings, 0)),
              "the variance of the price is infinite");
  assert_null(json_object_object_get(o, "z_score"));
  json_object_put(o);
}

static void long_steps_of_heston_are_warned_of(void **state)
{
  program_scene *s = *state;
  const char *part = "\nwarning   no martingale correction at so few steps: ";
#define STRONG "backtest simulate --model heston --kappa 30 --vol-of-vol 10 --rho 0.9 --paths 99 "
  expect_exit(s, STRONG "--steps 1", 0);
  expect_part(s->run.out, part);
  expect_exit(s, STRONG "--steps 100", 0);
  assert_null(strstr(s->run.out, part));
}

/* ---- help -------------------------------------------------------------------------------------
 */

static void every_parameter_is_an_option(void **state)
{
  (void)state;
  for (size_t i = 0; i < BT_PARAM_COUNT; i++) {
    size_t n = 0;
    for (size_t k = 0; k < BT_SIMULATE_OPTION_COUNT; k++)
      n += strcmp(bt_simulate_option_table[k].name,
                  bt_model_param_describe((bt_model_param)i).option) == 0;
    assert_int_equal(n, 1);
  }
}

/* The value in brackets is the one that the model has. */
static void help_has_the_usual_value_of_every_parameter(void **state)
{
  (void)state;
  for (size_t i = 0; i < BT_PARAM_COUNT; i++) {
    char text[BT_NUMBER_TEXT_SIZE], usual[BT_NUMBER_TEXT_SIZE + 2];
    bt_model model;
    int kind = 0;
    while (!bt_model_has((bt_model_kind)kind, (bt_model_param)i)) kind++;
    bt_model_init(&model, (bt_model_kind)kind);
    (void)snprintf(usual, sizeof usual, "[%s]", bt_number_format(text, model.param[i]));
    for (size_t k = 0; k < BT_SIMULATE_OPTION_COUNT; k++)
      if (strcmp(bt_simulate_option_table[k].name,
                 bt_model_param_describe((bt_model_param)i).option) == 0)
        expect_part(bt_simulate_option_table[k].help, usual);
  }
}

static void help_has_an_example_that_works(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest simulate --help", 0);
  char *example = strstr(s->run.out, "Example: "), command[512];
  assert_non_null(example);
  char *end = strstr(example, "\nRates, ");
  assert_non_null(end);
  *end = '\0';
  (void)snprintf(command, sizeof command, "%s", example + strlen("Example: "));
  expect_exit(s, command, 0);
  expect_part(s->run.out, "simulate gbm: 100,000 paths of 252 steps, 1 year, seed 1; ");
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(json_has_mean_and_std_error_at_its_top),
      CASE(the_baseline_is_the_first_thing_printed),
      CASE(antithetic_paths_have_a_smaller_error),
      CASE(certain_paths_have_a_price),
      CASE(results_are_rows_of_the_database),
      CASE(any_workers_and_vectors_give_the_same_bits),
      CASE(wrong_usage_has_a_line),
      CASE(antithetic_paths_need_no_number),
      CASE(a_signal_leaves_nothing_behind),
      CASE(few_paths_of_a_wild_price_are_warned_of),
      CASE(every_moment_is_defined),
      CASE(a_price_without_variance_is_warned_of),
      CASE(long_steps_of_heston_are_warned_of),
      cmocka_unit_test(every_parameter_is_an_option),
      cmocka_unit_test(help_has_the_usual_value_of_every_parameter),
      CASE(help_has_an_example_that_works),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
