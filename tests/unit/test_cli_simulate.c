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
#include "tests/support/npy_file.h"
#include "tests/support/program_scene.h"

#define JOB "backtest simulate --quiet "

/* The object that --json has printed; the caller puts it. */
static json_object *run_json(program_scene *s, const char *command)
{
  expect_exit(s, command, 0);
  json_object *o = json_tokener_parse(s->run.out);
  if (!o) fail_msg("no JSON object: %s", s->run.out);
  return o;
}

static double number_of(json_object *o, const char *key)
{
  json_object *value = NULL;
  if (!json_object_object_get_ex(o, key, &value)) fail_msg("%s is not there", key);
  return value ? json_object_get_double(value) : (double)NAN;
}

static void expect_within(json_object *o, const char *name, const char *exact, const char *error)
{
  double away = number_of(o, name) - number_of(o, exact);
  if (!(fabs(away) <= 4 * number_of(o, error))) fail_msg("%s is %g away", name, away);
}

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

static void one_path_has_its_extremes(void **state)
{
  program_scene *s = *state;
  npy_file file;
  json_object *o = run_json(s, "backtest simulate --steps 10 --paths-file one.npy --json");
  npy_file_read(&file, s->dir, "one.npy");
  assert_int_equal(file.n_rows, 1);
  assert_int_equal(file.n_columns, 11);
  double lowest = 1e9, highest = 0;
  for (size_t t = 0; t < 11; t++) {
    lowest = fmin(lowest, npy_number(&file, 0, t));
    highest = fmax(highest, npy_number(&file, 0, t));
  }
  assert_true(number_of(o, "mean") == npy_number(&file, 0, 10));
  assert_true(number_of(o, "path_lowest") == lowest);
  assert_true(number_of(o, "path_highest") == highest);
  npy_file_free(&file);
  json_object_put(o);
  expect_exit(s, "backtest simulate --steps 10", 0);
  expect_part(s->run.out, "price at expiry ");
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

static void more_paths_begin_with_the_same_ones(void **state)
{
  program_scene *s = *state;
  npy_file few, many;
  expect_exit(s,
              JOB "--model heston --steps 5 --paths 1000 --paths-file few.npy && " JOB
                  "--model heston --steps 5 --paths 10000 --paths-file many.npy",
              0);
  npy_file_read(&few, s->dir, "few.npy");
  npy_file_read(&many, s->dir, "many.npy");
  assert_int_equal(few.n_rows, 1000);
  assert_int_equal(many.n_rows, 10000);
  assert_int_equal(many.n_columns, 6);
  assert_memory_equal(few.bytes, many.bytes, 1000 * 6 * sizeof(double));
  npy_file_free(&few);
  npy_file_free(&many);
}

/* The mean of the last column is that of the run. */
static void the_file_has_the_paths_of_the_run(void **state)
{
  program_scene *s = *state;
  npy_file file;
  double sum = 0;
  json_object *o = run_json(s, "mkdir d && backtest simulate --model garch --steps 7 --paths 2500 "
                               "--spot 50 --paths-file d/p.npy --json");
  npy_file_read(&file, s->dir, "d/p.npy");
  assert_int_equal(file.n_columns, 8);
  for (size_t i = 0; i < 2500; i++) {
    assert_true(npy_number(&file, i, 0) == 50);
    sum += npy_number(&file, i, 7);
  }
  assert_true(fabs(sum / 2500 / number_of(o, "mean") - 1) < 1e-13);
  npy_file_free(&file);
  json_object_put(o);
  expect_output(s, "ls -A d", "p.npy\n");
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

static void a_file_that_cannot_be_written_is_one_line(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "--paths-file no/such.npy", 1);
  assert_string_equal(s->run.err, "backtest: no/such.npy: No such file or directory\n");
  expect_exit(s, "mkdir -p d; " JOB "--paths-file d", 1);
  assert_string_equal(s->run.err, "backtest: d: is a folder, not a file\n");
  expect_exit(s, "mkfifo p; " JOB "--paths-file p", 1);
  assert_string_equal(s->run.err, "backtest: p: is a device or a pipe, not a file\n");
  expect_exit(s, JOB "--paths-file /dev/null", 1);
  assert_string_equal(s->run.err, "backtest: /dev/null: is a device or a pipe, not a file\n");
  expect_exit(s, "ln -s none.npy l.npy; " JOB "--paths-file l.npy", 1);
  assert_string_equal(s->run.err, "backtest: l.npy: is a link to a file that is not there\n");
  expect_exit(s, JOB "--paths-file /proc/x.npy", 1); /* where nobody can write */
  expect_part(s->run.err, "backtest: /proc/x.npy: ");
  expect_output(s, "ls -A", "d\nl.npy\np\n"); /* no run was begun */
}

static void a_full_disk_is_one_line(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              JOB "-o ok.db && cp ok.db backtest.db && ulimit -f 500; " JOB
                  "--paths 10000 -j 2 --paths-file full.npy",
              1);
  assert_string_equal(s->run.err, "backtest: full.npy: File too large\n");
  expect_output(s, "ls -A; sqlite3 backtest.db 'select status from runs'",
                "backtest.db\nok.db\ncomplete\nfailed\n");
}

/* Whatever else it is: notes, nothing at all, the results. */
static void a_file_that_is_no_npy_file_is_left_as_it_is(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "echo notes >n; " JOB "--paths-file n", 1);
  assert_string_equal(s->run.err,
                      "backtest: n: exists and is not a .npy file; it is left as it is\n");
  expect_exit(s, ": >e.npy; " JOB "--paths-file e.npy", 1);
  expect_part(s->run.err, "backtest: e.npy: exists and is not a .npy file");
  expect_output(s, "cat n e.npy; ls -A", "notes\ne.npy\nn\n");
}

/* By its path, another path, a link, and before it is there. */
static void the_database_is_not_written_over(void **state)
{
  program_scene *s = *state;
  static const char *const cases[] = {
      "-o new.db --paths-file new.db",     "-o new.db --paths-file ./d/../new.db",
      "-o new.db --paths-file new.db-wal", "-o r.db --paths-file r.db",
      "-o r.db --paths-file ln.npy",       "-o ln.npy --paths-file r.db"};
  char command[256];
  expect_exit(s, "mkdir d && " JOB "-o r.db && ln -s r.db ln.npy && cp r.db before.db", 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    (void)snprintf(command, sizeof command, JOB "%s", cases[i]);
    expect_exit(s, command, 2);
    expect_part(s->run.err, ": is the database of the results, ");
  }
  expect_output(s, "cmp r.db before.db && ls -A", "before.db\nd\nln.npy\nr.db\n");
}

static void an_older_file_is_replaced_and_a_link_is_followed(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      JOB "--paths 4 --steps 2 --paths-file a.npy && mkdir d && ln -s ../a.npy d/l.npy && " JOB
          "--paths 9 --steps 2 --paths-file a.npy && wc -c <a.npy && " JOB
          "--paths 5 --steps 2 --paths-file d/l.npy && wc -c <a.npy && test -L d/l.npy && "
          "ls -A d",
      "344\n248\nl.npy\n");
}

/* Two that write the same file at once: it is one of theirs, whole. */
static void two_at_once_do_not_share_a_file(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "for i in 1 2 3; do for k in 1 2; do " JOB "--seed $k --steps 50 --paths 20000 "
                "-j 1 -o $k.db --paths-file $k.npy & " JOB "--seed $k --steps 50 --paths 20000 "
                "-j 1 -o both$k.db --paths-file both.npy & done; wait; "
                "cmp -s both.npy 1.npy || cmp -s both.npy 2.npy || echo mixed; done; "
                "ls -A | grep -v db",
                "1.npy\n2.npy\nboth.npy\n");
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

/* ---- --fit ------------------------------------------------------------------------------------
 */

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
      CASE(one_path_has_its_extremes),
      CASE(antithetic_paths_have_a_smaller_error),
      CASE(certain_paths_have_a_price),
      CASE(results_are_rows_of_the_database),
      CASE(any_workers_and_vectors_give_the_same_bits),
      CASE(more_paths_begin_with_the_same_ones),
      CASE(the_file_has_the_paths_of_the_run),
      CASE(wrong_usage_has_a_line),
      CASE(a_file_that_cannot_be_written_is_one_line),
      CASE(a_full_disk_is_one_line),
      CASE(a_file_that_is_no_npy_file_is_left_as_it_is),
      CASE(the_database_is_not_written_over),
      CASE(an_older_file_is_replaced_and_a_link_is_followed),
      CASE(two_at_once_do_not_share_a_file),
      CASE(antithetic_paths_need_no_number),
      CASE(a_signal_leaves_nothing_behind),
      CASE(parameters_come_from_a_history),
      CASE(a_fit_is_that_of_the_closes),
      CASE(a_history_that_is_none_is_one_line),
      CASE(a_fit_that_is_out_of_range_names_the_history),
      CASE(the_database_has_the_fit),
      CASE(few_paths_of_a_wild_price_are_warned_of),
      CASE(long_steps_of_heston_are_warned_of),
      CASE(a_long_run_volatility_far_above_the_history_is_warned_of),
      cmocka_unit_test(every_parameter_is_an_option),
      cmocka_unit_test(help_has_the_usual_value_of_every_parameter),
      CASE(help_has_an_example_that_works),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
