/* backtest option: what it says, stores and refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/csv_table.h"
#include "tests/support/program_scene.h"

#define TERMS "--spot 100 --strike 100 --rate 0.05 --expiry 1 "
#define CALL "backtest option " TERMS "--vol 0.2 "
#define PUT                                                                                        \
  "backtest option --style american --type put --spot 36 --strike 40 --rate 0.06 --vol 0.2 "
#define QUICK "--paths 20000 --progress never "

/* The object that a command prints; the caller puts it. */
static json_object *parse(program_scene *s, const char *command)
{
  expect_exit(s, command, 0);
  json_object *o = json_tokener_parse(s->run.out);
  if (!o) fail_msg("%s: no JSON: %s", command, s->run.out);
  return o;
}

static double number(json_object *o, const char *key)
{
  json_object *member = NULL;
  if (!json_object_object_get_ex(o, key, &member)) fail_msg("no member %s", key);
  return member ? json_object_get_double(member) : (double)NAN;
}

static void a_price_comes_with_error_and_closed_form(void **state)
{
  program_scene *s = *state;
  expect_exit(s, CALL QUICK "--greeks", 0);
  expect_part(s->run.out, "european call: spot 100, strike 100, rate 0.05, dividend 0, vol 0.2");
  expect_part(s->run.out, "standard error, 20,000 paths\n");
  expect_part(s->run.out, "beside    10.450584  closed form (Black-Scholes-Merton); the price is ");
  expect_part(s->run.out, "  closed form 0.636831\n");
  expect_part(
      s->run.out,
      "method    one exact step, antithetic pairs, control S(T) (Glasserman 2003, ch. 4)\n");
  expect_part(s->run.out, "results   run 1 in backtest.db; try\n");
  expect_output(s, CALL QUICK "--quiet", "");
}

static void json_has_price_std_error_and_closed_form_first(void **state)
{
  program_scene *s = *state;
  static const char *const members[] = {
      "price",     "std_error", "closed_form", "style",   "type",    "spot", "strike",
      "rate",      "vol",       "expiry",      "n_paths", "method",  "seed", "jobs",
      "elapsed_s", "greeks",    "paths_per_s", "run_id",  "database"};
  json_object *o = parse(s, CALL QUICK "--greeks --json -j 2 --seed 5");
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (!json_object_object_get_ex(o, members[i], NULL)) fail_msg("no %s", members[i]);
  assert_true(fabs(number(o, "price") - 10.450583572185565) <= 4 * number(o, "std_error"));
  assert_true(fabs(number(o, "closed_form") - 10.450583572185565) < 1e-11);
  assert_true(number(o, "n_paths") == 20000 && number(o, "seed") == 5 && number(o, "jobs") == 2);
  json_object *grid = json_object_object_get(o, "grid");
  assert_int_equal(json_object_array_length(grid), 1);
  assert_true(number(json_object_array_get_idx(grid, 0), "price") == number(o, "price"));
  assert_ptr_equal(strstr(s->run.out, "\"price\""), strchr(s->run.out, '"'));
  json_object_put(o);
}

static void a_grid_has_a_row_a_cell_the_last_option_fastest(void **state)
{
  program_scene *s = *state;
  json_object *o = parse(
      s, "backtest option --spot 100 --strike 90,110 --rate 0.05 --vol 0.1:0.3:0.1 --expiry 1 "
         "--type call,put --json " QUICK);
  json_object *grid = json_object_object_get(o, "grid");
  assert_null(json_object_object_get(o, "price"));
  assert_int_equal(json_object_array_length(grid), 12);
  for (size_t i = 0; i < 12; i++) {
    json_object *cell = json_object_array_get_idx(grid, i);
    assert_string_equal(json_object_get_string(json_object_object_get(cell, "type")),
                        i < 6 ? "call" : "put");
    assert_true(number(cell, "strike") == (i / 3 % 2 ? 110 : 90));
    assert_true(number(cell, "vol") == (i % 3 == 0 ? 0.1 : i % 3 == 1 ? 0.2 : 0.3));
    assert_true(fabs(number(cell, "price") - number(cell, "closed_form")) <=
                4 * number(cell, "std_error"));
  }
  double in_grid = number(json_object_array_get_idx(grid, 4), "price");
  json_object_put(o);
  o = parse(
      s, "backtest option --spot 100 --strike 110 --rate 0.05 --vol 0.2 --expiry 1 --json " QUICK);
  assert_true(number(o, "price") == in_grid);
  json_object_put(o);
  expect_output(s,
                "sqlite3 backtest.db 'select count(*), sum(price > 0), min(cell_id), max(cell_id), "
                "count(distinct vol) from option_prices where run_id = 1; select count(*) from "
                "prices; select kind, status, n_combos from runs where run_id = 1'",
                "12|12|1|12|3\n1\noption|complete|12\n");
}

static void a_long_table_is_cut(void **state)
{
  program_scene *s = *state;
  expect_exit(s, CALL "--dividend 0:0.05:0.002 " QUICK, 0);
  expect_part(s->run.out, "european: 26 options on the same paths\n");
  expect_part(s->run.out, "... and 6 more options in backtest.db\n");
}

static void every_style_has_its_price(void **state)
{
  program_scene *s = *state;
  expect_exit(s, CALL QUICK "--style asian --steps 12", 0);
  expect_part(s->run.out, "asian arithmetic call");
  expect_part(s->run.out, "no closed form is known");
  expect_exit(s, CALL QUICK "--style asian --average geometric --steps 12", 0);
  expect_part(s->run.out, "closed form (Kemna-Vorst); the price is ");
  expect_exit(s, CALL QUICK "--style barrier --barrier 90 --kind down-out", 0);
  expect_part(s->run.out, "closed form (Reiner-Rubinstein); the price is ");
  expect_exit(s, CALL QUICK "--style barrier --barrier 90 --kind up-in --rebate 1", 0);
  expect_part(s->run.out, "the spot is beyond the barrier: it counts as touched already");
  expect_exit(s, CALL QUICK "--style barrier --barrier 90 --kind down-in --monitoring discrete", 0);
  expect_part(s->run.out, "closed form (approximation of Broadie, Glasserman and Kou)\n");
  expect_exit(s, CALL QUICK "--style lookback --method sobol", 0);
  expect_part(s->run.out, "closed form (Conze-Viswanathan); the price is ");
  expect_exit(s, "backtest option --style lookback --spot 100 --vol 0.2 --expiry 1 " QUICK, 0);
  expect_part(s->run.out, "closed form (Goldman-Sosin-Gatto); the price is ");
}

/* Longstaff and Schwartz 2001, table 1, its first row. */
static void an_american_price_is_an_interval_with_a_tree_beside(void **state)
{
  program_scene *s = *state;
  json_object *o = parse(s, "backtest option --style american --type put --spot 36 --strike 40 "
                            "--rate 0.06 --vol 0.2 --expiry 1 --paths 20000 --json");
  assert_true(fabs(number(o, "price") - 4.47781) <= 3 * number(o, "std_error") + 0.005);
  assert_true(number(o, "low") < 4.47781 && number(o, "high") > 4.47781);
  assert_true(fabs(number(o, "lattice") - 4.47781) < 5e-4);
  assert_true(fabs(number(o, "closed_form") - 3.844308) < 1e-6);
  assert_true(number(o, "steps") == 50);
  json_object_put(o);
}

/* Delta and gamma are near those of the tree; others have a small error. */
static void expect_greeks(json_object *o)
{
  static const char *const names[] = {"delta", "gamma", "vega", "theta", "rho"};
  char error_name[32];
  json_object *found = NULL, *beside = NULL;
  assert_true(json_object_object_get_ex(o, "greeks", &found));
  assert_true(json_object_object_get_ex(o, "lattice_greeks", &beside));
  for (size_t i = 0; i < 5; i++) {
    (void)snprintf(error_name, sizeof error_name, "%s_std_error", names[i]);
    const double value = number(found, names[i]), error = number(found, error_name);
    assert_true(error > 0 && error < 0.03 * fabs(value));
    if (i < 2) assert_true(fabs(value - number(beside, names[i])) < 4 * error);
  }
}

static void american_greeks_have_those_of_a_tree_beside(void **state)
{
  program_scene *s = *state;
  json_object *o = parse(s, PUT "--expiry 1 --paths 20000 --greeks --json");
  expect_greeks(o);
  json_object_put(o);
  expect_exit(s, PUT "--expiry 0.02,1 --paths 2000 --bound-paths 0 --greeks --progress never", 0);
  expect_part(s->run.out, "        tree        delta        gamma         vega        theta");
  expect_part(s->run.out, "note      low .. high is a 95% interval; ");
  expect_part(s->run.out, "note      standard errors of the Greeks are in backtest.db\n");
  expect_output(s,
                "sqlite3 backtest.db 'select delta < 0 and delta_std_error > 0, gamma_std_error > "
                "0, vega > 0 and vega_std_error > 0, theta_std_error > 0, rho < 0 and "
                "rho_std_error > 0 from prices where expiry = 1'",
                "1|1|1|1|1\n");
  expect_exit(s, PUT "--expiry 1 --paths 20000 --greeks --progress never", 0);
  expect_part(s->run.out, "  tree -0.69585");
  expect_part(s->run.out, "greeks    pathwise and by the rule's edges; gamma by ");
  expect_exit(s, CALL "--style american --paths 2000 --bound-paths 0 --greeks", 0);
  expect_part(s->run.out, "price     10.450584  of the European option: exercise before expiry "
                          "never pays more\n");
  expect_part(s->run.out, "delta     0.636831  +- 0.000000  tree 0.636831\n");
  expect_exit(s,
              "backtest option --style american --type put --spot 10 --strike 40 --rate 0.06 "
              "--vol 0.2 --expiry 1 --paths 2000 --greeks",
              0);
  expect_part(s->run.out, "price     30.000000  of exercise today: holding on is worth less\n");
  expect_part(s->run.out, "delta     -1.000000  +- 0.000000  tree -1.000000\n");
  expect_exit(s, PUT "--expiry 0 --greeks", 0);
  expect_part(s->run.out, "note      no Greeks: the price is certain\n");
  expect_output(s, "sqlite3 backtest.db \"select options ->> '$.greeks' from runs limit 1\"",
                "1\n");
}

static void no_time_and_no_volatility_are_prices(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest option " TERMS "--vol 0", 0);
  expect_part(s->run.out, "price     4.877058  certain: no time or no volatility is left\n");
  expect_exit(s, "backtest option --spot 105 --strike 100 --vol 0.2 --expiry 0 --json", 0);
  expect_part(s->run.out, "\"price\": 5");
  expect_part(s->run.out, "\"std_error\": 0");
}

/* A grid shows what was asked for, or says where it is. */
static void a_grid_shows_what_was_asked_for(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "backtest option --spot 100 --strike 50,100 --vol 0.2 --expiry 1 --greeks "
              "--paths 2000 --progress never",
              0);
  expect_part(s->run.out, "    strike         price    std_error  closed_form        delta        "
                          "gamma         vega        theta          rho\n");
  expect_part(s->run.out, "no standard error: too few paths ended out of the money\n");
  expect_part(s->run.out, "note      standard errors of the Greeks are in backtest.db\n");
  expect_exit(s, CALL "--style barrier --kind down-out --barrier 90 --rebate 0:5:5 --greeks " QUICK,
              0);
  expect_part(s->run.out, "-  no Greeks: the rebate is paid at the touch\n");
  expect_exit(s,
              "backtest option --style american --type put --spot 36 --strike 40 --rate 0.06 "
              "--vol 0.2,0.4 --expiry 0.02 --paths 2000 --bound-paths 100 --progress never",
              0);
  expect_part(s->run.out,
              "       vol         price    std_error          low         high         tree\n");
  expect_output(s,
                "sqlite3 backtest.db 'select count(*) from prices where upper_bound > 0 and "
                "upper_bound_std_error >= 0 and in_sample > 0 and lattice_american > 0'",
                "2\n");
  expect_exit(s, "backtest option " TERMS "--price 8,10", 0);
  expect_part(s->run.out, "european: 2 options\n");
}

/* Numbers that are not there are told as such, and never as nan. */
static void what_is_not_known_is_said(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest option --spot 100 --strike 200 --vol 0.15 --expiry 1 " QUICK, 0);
  expect_part(s->run.out, "price     0.000000  no standard error, 20,000 paths\nbeside ");
  expect_part(s->run.out, "note      no standard error: no path ended in the money\n");
  assert_null(strstr(s->run.out, "nan"));
  expect_exit(s, CALL "--style american --paths 2000 --bound-paths 0 --type put", 0);
  expect_part(s->run.out, "  (95%; no high bound)\n");
  assert_null(strstr(s->run.out, "nan"));
  expect_exit(s, "backtest option " TERMS "--vol 0 --style lookback --greeks", 0);
  expect_part(s->run.out, "note      no Greeks: the price is certain\n");
  expect_exit(s, "backtest option " TERMS "--vol 1e-200", 0);
  expect_part(s->run.out, "price     4.877058  certain: no time or no volatility is left\n");
  expect_exit(s, CALL QUICK "--style asian --steps 1", 0);
  expect_part(s->run.out, "beside    10.450584  closed form (Black-Scholes-Merton, one fixing)");
  expect_exit(s, "backtest option " TERMS "--vol 10 --json " QUICK, 0);
  expect_part(s->run.out, "antithetic pairs, the put and parity");
}

static void a_run_keeps_all_that_its_prices_depend_on(void **state)
{
  program_scene *s = *state;
  expect_exit(s, CALL QUICK "--no-control --method sobol", 0);
  expect_output(s,
                "sqlite3 backtest.db \"select options ->> '$.sampling', options ->> '$.control', "
                "options ->> '$.paths' from runs\"",
                "sobol|0|20000\n");
  expect_exit(s, CALL "--style american --paths 1000 --bound-paths 0 --degree 2 --basis laguerre",
              0);
  expect_output(s,
                "sqlite3 backtest.db \"select options ->> '$.dates_a_year', options ->> "
                "'$.basis', options ->> '$.degree', options ->> '$.bound_paths' from runs where "
                "run_id = 2\"",
                "50|laguerre|2|0\n");
}

/* What the README shows of `backtest option` is what its commands print. */
static void the_readme_shows_what_is_printed(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s,
      "grep '^\\$ backtest option --style' \"$BACKTEST_ROOT/README.md\" | sed 's/^. //' >c.sh; "
      "test -s c.sh && sh -e c.sh >out",
      0);
  expect_output(s,
                "grep -E '^(price|interval|beside|bound|tree|delta|gamma)  ' "
                "\"$BACKTEST_ROOT/README.md\" | while IFS= read -r line; do "
                "grep -qxF -- \"$line\" out || echo \"$line\"; done",
                "");
}

static void an_implied_volatility_needs_no_paths(void **state)
{
  program_scene *s = *state;
  json_object *o = parse(s, "backtest option " TERMS "--price 10.450583572185565 --json");
  assert_true(fabs(number(o, "implied_vol") - 0.2) < 1e-12);
  json_object_put(o);
  expect_usage(s, "backtest option " TERMS "--price 4",
               "--price 4: price 4 is below the discounted intrinsic value 4.87705755");
  expect_exit(s, "backtest option " TERMS "--price 4,10,101", 0);
  expect_part(s->run.out, "price 4 is below the discounted intrinsic value");
  expect_output(s,
                "sqlite3 backtest.db 'select implied_vol is null, reason is null, price, std_error "
                "is null from prices'",
                "1|0|4.0|1\n0|1|10.0|1\n1|0|101.0|1\n");
}

static void implied_volatilities_of_the_reference_come_back(void **state)
{
  program_scene *s = *state;
  csv_table table;
  char command[800];
  if (!csv_table_read(&table, "reference/quant/bs_implied_vol.csv")) skip();
  for (size_t i = 0; i < table.n_rows; i += 40) {
    (void)snprintf(command, sizeof command,
                   "backtest option --type %s --spot %s --strike %s --rate %s --dividend %s "
                   "--expiry %s --price %s --json",
                   csv_text(&table, i, "type"), csv_text(&table, i, "spot"),
                   csv_text(&table, i, "strike"), csv_text(&table, i, "r"),
                   csv_text(&table, i, "q"), csv_text(&table, i, "t"),
                   csv_text(&table, i, "price"));
    json_object *o = parse(s, command);
    double apart = fabs(number(o, "implied_vol") - csv_number(&table, i, "implied_vol"));
    if (!(apart <= csv_number(&table, i, "abs_tol_vol"))) fail_msg("%s: %g apart", command, apart);
    json_object_put(o);
  }
  csv_table_free(&table);
}

static void wrong_usage_is_one_line(void **state)
{
  program_scene *s = *state;
  static const struct {
    const char *options, *message;
  } wrong[] = {
      {TERMS "--vol -0.1", "--vol -0.1: vol must be from 0 to 10, not -0.1"},
      {TERMS "--vol 20", "--vol 20: vol must be from 0 to 10, not 20"},
      {TERMS "--vol 0.6:0.1:0.1", "--vol 0.6:0.1:0.1: a step of 0.1 does not lead from 0.6 to 0.1"},
      {TERMS "--vol 0.2,0.2", "--vol 0.2,0.2: 0.2 stands there twice"},
      {TERMS "--vol x", "--vol x: expected 20, 5:50:5 (first:last:step) or 5,10,20"},
      {TERMS, "--vol is missing (or --price, to find it)"},
      {"--strike 100 --vol 0.2 --expiry 1", "--spot is missing"},
      {"--spot 0 --strike 100 --vol 0.2 --expiry 1", "--spot 0: spot must be from 1e-06 to 1"},
      {"--spot 100 --strike 100 --vol 0.2 --expiry -1",
       "--expiry -1: expiry must be from 0 to 100"},
      {TERMS "--vol 0.2 --type both", "--type both: call, put or call,put"},
      {TERMS "--vol 0.2 --style bermudan", "--style bermudan"},
      {TERMS "--vol 0.2 --steps 5", "--steps: not with --style european; it belongs to american, "},
      {TERMS "--vol 0.2 --barrier 90",
       "--barrier: not with --style european; it belongs to barrier"},
      {TERMS "--vol 0.2 --style asian --kind up-in", "--kind: not with --style asian"},
      {TERMS "--vol 0.2 --style barrier --barrier 90", "--kind is missing"},
      {TERMS "--vol 0.2 --style barrier --kind up-in", "--barrier is missing"},
      {TERMS "--vol 0.2 --style lookback --payoff floating",
       "--strike: not with --payoff floating"},
      {TERMS "--vol 0.2 --price 10", "--vol: not with --price, which asks for the volatility"},
      {TERMS "--price 10 --style asian", "--price: not with --style asian"},
      {TERMS "--vol 0.2 --paths 1", "--paths"},
      {TERMS "--vol 0.2 --style american --bound-paths 1", "--bound-paths 1: none, or at least 2"},
      {TERMS "--vol 0.2 --style barrier --barrier 90 --kind down-out --rebate 1 --greeks",
       "--greeks: not with a --rebate that is paid at the touch"},
      {"--spot 100 --strike 100 --vol 5 --expiry 9",
       "--vol, --expiry: vol x sqrt(expiry) is 15; 1000000 paths tell such a price up to 10"},
      {TERMS "--vol 4 --style lookback",
       "--vol, --expiry: vol x sqrt(expiry) is 4; 1000000 paths tell such a price up to 2.13"},
      {TERMS "--vol 5%", "--vol 5%: no per cent here, write 0.05 for 5%"},
      {TERMS "--vol 0.2 --paths 4", "--paths 4: must be from 1000 to"},
      {"--spot 1:1000:1 --strike 1:1000:1 --vol 0.1 --expiry 1",
       "the grid has 1,000,000 cells; at most 100,000 are possible"},
      {TERMS "--vol 0.2 put", "put: option takes options alone"},
  };
  char command[400];
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    (void)snprintf(command, sizeof command, "backtest option %s", wrong[i].options);
    expect_usage(s, command, wrong[i].message);
  }
  expect_exit(s, "test ! -e backtest.db", 0);
}

static void cells_without_a_price_have_a_reason(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest option --spot 100 --strike 100 --vol 0.2,9 --expiry 1,4 " QUICK, 0);
  expect_part(s->run.out, "vol x sqrt(expiry) is 18");
  expect_output(
      s,
      "sqlite3 backtest.db 'select price is null, std_error is null, reason is null from prices'",
      "0|0|1\n0|0|1\n0|1|0\n1|1|0\n");
}

/* Rows of the database without what tells runs apart. */
#define ROWS                                                                                       \
  " && sqlite3 w.db 'select cell_id, quote(price), quote(std_error), quote(delta), quote(gamma), " \
  "quote(vega), quote(theta), quote(rho) from prices'; rm -f w.db"
#define JOB                                                                                        \
  "--quiet -o w.db --spot 100 --strike 95,105 --vol 0.2,0.3 --expiry 1 --greeks --paths 50000 "

static void workers_and_vector_levels_change_no_bit(void **state)
{
  program_scene *s = *state;
  static const char *const styles[] = {
      "",
      "--style asian --steps 5 ",
      "--style lookback --steps 3 --method sobol ",
      "--style barrier --barrier 80 --kind down-in --method plain ",
      "--style barrier --barrier 80 --kind down-out --monitoring discrete --steps 5 ",
      "--style american --type put --rate 0.05 --steps 5 "};
  char command[600];
  static char one[TEST_OUTPUT_SIZE];
  for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
    (void)snprintf(command, sizeof command, "backtest option -j 1 " JOB "%s" ROWS, styles[i]);
    expect_exit(s, command, 0);
    memcpy(one, s->run.out, sizeof one);
    expect_part(one, "4|");
    static const char *const others[] = {"", "BACKTEST_VECTORS=baseline", "BACKTEST_VECTORS=avx2",
                                         "BACKTEST_VECTORS=avx512"};
    for (size_t k = 0; k < 4; k++) {
      (void)snprintf(command, sizeof command, "%s backtest --version", others[k]);
      test_run_shell(&s->run, s->dir, command);
      if (s->run.exit_status != 0) continue; /* neither program nor machine need have it */
      (void)snprintf(command, sizeof command, "%s backtest option -j 7 " JOB "%s" ROWS, others[k],
                     styles[i]);
      expect_output(s, command, one);
    }
  }
  expect_exit(s, "backtest option --seed 2 " JOB ROWS, 0);
  assert_string_not_equal(s->run.out, one);
}

static void a_signal_ends_it_without_rows(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                CALL "--paths 900000000000 -o r.db & p=$!; "
                     "until test \"$(sqlite3 r.db 'select count(*) from runs' 2>/dev/null)\" = 1; "
                     "do sleep 0.1; done; kill -INT $p; kill -TERM $p; wait $p; "
                     "echo $?; sqlite3 r.db 'select status from runs; select count(*) from "
                     "option_prices'",
                "143\ninterrupted\n0\n");
  expect_part(s->run.err, "interrupted: run 1 in r.db has no results");
}

/* A grid of a thousand cells, of which the first are priced at once. */
static void what_a_grid_has_priced_when_it_is_interrupted_is_kept(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "backtest option --style american --type put --spot 36 --strike 40 --rate 0.06 "
                "--vol 0.2:1.2:0.001 --expiry 1 --paths 1000 --bound-paths 0 -o r.db & p=$!; "
                "until test \"$(sqlite3 r.db 'select count(*) from runs' 2>/dev/null)\" = 1; "
                "do sleep 0.05; done; sleep 1; kill -TERM $p; wait $p; echo $?; "
                "sqlite3 r.db 'select status from runs; select count(*) between 2 and 1000, "
                "min(price) > 0, sum(price is null and reason is null) from prices'",
                "143\ninterrupted\n1|1|0\n");
  expect_part(s->run.err, " of 1001 results\n");
}

/* The command behind "Example:", as it stands there. */
static void the_example_of_the_help_works(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "backtest option --help | sed -n '/^Example: /{s/^Example: //;N;p}' >example.sh; "
              "test -s example.sh && sh -e example.sh",
              0);
  expect_part(s->run.out, "asian arithmetic: 11 options on the same paths\n");
  expect_output(s, "backtest option --help | sed 1,24d", "");
  expect_output(s, "backtest option --help all | awk 'length > 80'", "");
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(a_price_comes_with_error_and_closed_form),
      CASE(json_has_price_std_error_and_closed_form_first),
      CASE(a_grid_has_a_row_a_cell_the_last_option_fastest),
      CASE(a_long_table_is_cut),
      CASE(every_style_has_its_price),
      CASE(an_american_price_is_an_interval_with_a_tree_beside),
      CASE(american_greeks_have_those_of_a_tree_beside),
      CASE(no_time_and_no_volatility_are_prices),
      CASE(a_grid_shows_what_was_asked_for),
      CASE(what_is_not_known_is_said),
      CASE(a_run_keeps_all_that_its_prices_depend_on),
      CASE(the_readme_shows_what_is_printed),
      CASE(an_implied_volatility_needs_no_paths),
      CASE(implied_volatilities_of_the_reference_come_back),
      CASE(wrong_usage_is_one_line),
      CASE(cells_without_a_price_have_a_reason),
      CASE(workers_and_vector_levels_change_no_bit),
      CASE(a_signal_ends_it_without_rows),
      CASE(what_a_grid_has_priced_when_it_is_interrupted_is_kept),
      CASE(the_example_of_the_help_works),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
