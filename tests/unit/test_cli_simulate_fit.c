/* Parameters of backtest simulate from a ticker's history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/simulate_scene.h"

static void parameters_come_from_a_history(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "backtest synth --tickers 2 --bars 2520 --dir u && backtest simulate --fit S00001 "
              "--data u --paths 4000",
              0);
  expect_part(s->run.out, "fitted    to 2,519 log returns of S00001, 2015-0");
  expect_part(s->run.out, " to 2024-12-31, 252 a year\n");
  json_object *o = run_json(s, "backtest simulate --model garch --fit u/S00001.csv --paths 4000 "
                               "--drift 0.03 --json");
  json_object *params = json_object_object_get(o, "params");
  json_object *found = json_object_object_get(json_object_object_get(o, "fit"), "params");
  assert_true(number_of(params, "drift") == 0.03 && number_of(found, "drift") != 0.03);
  assert_true(number_of(params, "alpha") == number_of(found, "alpha"));
  expect_within(o, "mean", "exact_mean", "std_error");
  char line[64];
  (void)snprintf(line, sizeof line, "%.10g\n", number_of(o, "spot"));
  json_object_put(o);
  expect_output(s, "tail -n 1 u/S00001.csv | cut -d , -f 5", line);
  expect_exit(s, "backtest simulate --model merton --fit S00001 --data u --paths 4000", 0);
  expect_part(s->run.out, "by maximum likelihood");
  expect_output(s, "sqlite3 backtest.db 'select fitted from simulations order by 1'",
                "S00001\nS00001\nu/S00001.csv\n");
}

/* By hand: closes 100 and 110 in turn, 41 of them. */
static void a_fit_is_that_of_the_closes(void **state)
{
  program_scene *s = *state;
  json_object *o = run_json(
      s,
      "{ echo Date,Open,High,Low,Close; i=0; while test $i -lt 41; do "
      "c=$((100 + i % 2 * 10)); echo \"$(date -u -d \"2024-01-01 + $i days\" +%F),$c,$c,$c,$c\"; "
      "i=$((i + 1)); done; } >A.csv; backtest simulate --fit A --paths 100 --json");
  json_object *fit = json_object_object_get(o, "fit"),
              *params = json_object_object_get(o, "params");
  double r = log(1.1), a_year = number_of(fit, "periods_per_year");
  double variance = r * r * 40 / 39 * a_year;
  assert_true(a_year == 365); /* it has Saturdays */
  assert_true(fabs(number_of(params, "vol") - sqrt(variance)) < 1e-12);
  assert_true(fabs(number_of(params, "drift") - variance / 2) < 1e-12);
  assert_true(number_of(o, "spot") == 100);
  json_object_put(o);
  expect_exit(s, "backtest simulate --model garch --fit A", 2);
  expect_part(s->run.err, "--fit A: garch is of trading days, 252 a year; these bars are 365");
}

static void a_history_that_is_none_is_one_line(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest simulate --fit NONE", 1);
  expect_part(s->run.err, "backtest: --fit NONE: ");
  expect_exit(s, "echo nothing >B.csv; backtest simulate --fit B", 1);
  expect_part(s->run.err, "backtest: --fit B: ./B.csv:");
  expect_exit(s,
              "printf 'Date,Open,High,Low,Close\\n2024-01-02,1,1,1,1\\n' >C.csv; "
              "backtest simulate --fit C.csv",
              1);
  expect_part(s->run.err, "backtest: --fit C.csv: 0 returns are too few to fit a model to");
}

/* Closes 1 and 100 in turn: a volatility of 89 a year, and a drift of half its square. */
static void a_fit_that_is_out_of_range_names_the_history(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "{ echo Date,Open,High,Low,Close; i=0; while test $i -lt 41; do "
              "c=$((1 + i % 2 * 99)); echo \"$(date -u -d \"2024-01-01 + $i days\" "
              "+%F),$c,$c,$c,$c\"; i=$((i + 1)); done; } >W.csv; backtest simulate --fit W",
              1);
  expect_part(s->run.err, "backtest: --fit W: the fit has drift 3969.");
  expect_part(s->run.err, ": must be a number from -10 to 10\n");
}

/* What the results depend on, without the file: whoever has it can check that it is the same. */
static void the_database_has_the_fit(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "backtest synth --tickers 1 --bars 2520 --dir u >/dev/null && " JOB "--model garch "
                "--fit u/S00001.csv --paths 10 && sqlite3 backtest.db \"select "
                "json_extract(options, '$.antithetic'), json_extract(options, '$.fit.n_returns'), "
                "length(json_extract(options, '$.fit.content_hash')), "
                "json_extract(options, '$.fit.from') < json_extract(options, '$.fit.to'), "
                "json_extract(options, '$.fit.log_likelihood') > 0, "
                "json_extract(options, '$.fit.std_errors.alpha') > 0, "
                "json_extract(options, '$.fit.params.beta') = json_extract(options, "
                "'$.params.beta') from runs\"",
                "0|2519|16|1|1|1|1\n");
}

static void a_long_run_volatility_far_above_the_history_is_warned_of(void **state)
{
  program_scene *s = *state;
  const char *fit = "backtest simulate --model garch --fit u/S00001.csv --paths 9 ";
  char command[256];
  (void)snprintf(command, sizeof command, "backtest synth --tickers 1 --bars 2520 --dir u && %s",
                 fit);
  expect_exit(s, command, 0);
  assert_null(strstr(s->run.out, "warning"));
  (void)snprintf(command, sizeof command, "%s --alpha 0.1 --beta 0.8999", fit);
  expect_exit(s, command, 0);
  expect_part(s->run.out, "\nwarning   the variance returns to a volatility of ");
  expect_part(s->run.out, ": over long times the expected price hardly means anything\n");
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(parameters_come_from_a_history),
      CASE(a_fit_is_that_of_the_closes),
      CASE(a_history_that_is_none_is_one_line),
      CASE(a_fit_that_is_out_of_range_names_the_history),
      CASE(the_database_has_the_fit),
      CASE(a_long_run_volatility_far_above_the_history_is_warned_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
