/* backtest features, the whole command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "core/number.h"
#include "core/time.h"
#include "tests/support/npy_file.h"
#include "tests/support/program_scene.h"

#define JOB "backtest features --universe u.txt --quiet "

static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 8 --bars 300 --dir u");
}

/* A ticker of three bars: closes 10, 20, 15. */
static int make_small_scene(void **state)
{
  return program_scene_setup_by(state, "printf 'Date,Open,High,Low,Close,Volume\\n"
                                       "2020-01-02,10,11,9,10,5\\n2020-01-03,11,21,10,20,6\\n"
                                       "2020-01-06,19,19,14,15,7\\n' >A.csv; echo A >a.txt");
}

/* dir/out, where the matrices are. */
static const char *out_of(const program_scene *s)
{
  static char path[TEST_PATH_SIZE + 8];
  (void)snprintf(path, sizeof path, "%s/out", s->dir);
  return path;
}

static void matrices_are_npy_files_with_names(void **state)
{
  program_scene *s = *state;
  npy_file matrix, dates;
  expect_exit(s,
              "backtest features --universe a.txt --ohlcv --return 1 --label fwd_return:1 "
              "--indicator sma:2 --out out",
              0);
  expect_part(s->run.out, "1 ticker, 3 bars, 8 columns\n");
  expect_part(s->run.out, "results   out, its columns are named in columns.txt; try\n");
  npy_file_read(&matrix, out_of(s), "A.npy");
  npy_file_read(&dates, out_of(s), "A.dates.npy");
  assert_int_equal(matrix.n_rows, 3);
  assert_int_equal(matrix.n_columns, 8);
  assert_true(npy_time(&dates, 2) == 18267 * BT_NS_PER_DAY);
  assert_true(npy_number(&matrix, 1, 0) == 11 && npy_number(&matrix, 1, 1) == 21 &&
              npy_number(&matrix, 1, 2) == 10 && npy_number(&matrix, 1, 3) == 20 &&
              npy_number(&matrix, 1, 4) == 6);
  assert_true(isnan(npy_number(&matrix, 0, 5)) && !isnan(npy_number(&matrix, 1, 5)));
  assert_true(npy_number(&matrix, 1, 6) == 1 && npy_number(&matrix, 2, 6) == -0.25);
  assert_true(npy_number(&matrix, 0, 7) == 1 && isnan(npy_number(&matrix, 2, 7)));
  npy_file_free(&matrix);
  npy_file_free(&dates);
  expect_output(s, "cat out/columns.txt out/tickers.txt; ls -A out",
                "open\nhigh\nlow\nclose\nvolume\nsma_2\nreturn_1\nfwd_return_1\nA\tA.npy\n"
                "A.dates.npy\nA.npy\ncolumns.txt\nfeatures.json\ntickers.txt\n");
}

static void text_has_nothing_for_what_is_not_there(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "backtest features --universe a.txt --indicator sma:2 --return 1 "
                "--label fwd_return:1 --format csv --quiet --out out; cat out/A.csv",
                "date,sma_2,return_1,fwd_return_1\n2020-01-02,,,1\n2020-01-03,15,1,-0.25\n"
                "2020-01-06,17.5,-0.25,\n");
  expect_output(s,
                "backtest features --universe a.txt --return 2 --panel --format csv --quiet "
                "--out p; cat p/panel.csv p/tickers.txt p/columns.txt",
                "ticker,date,return_2\nA,2020-01-02,\nA,2020-01-03,\nA,2020-01-06,0.5\nA\n"
                "ticker\nreturn_2\n");
}

/* A name that needs quotes, and bars with a time of day. */
static void text_of_any_name_can_be_read(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "mkdir d; printf 'Date,Open,High,Low,Close\\n2020-01-02 10:00,1,1,1,1\\n"
                "2020-01-02 11:30,2,2,2,2\\n' >'d/x, \"y\".csv'; "
                "backtest features --universe d --return 1 --panel --format csv --quiet --out p; "
                "cat p/panel.csv",
                "ticker,date,return_1\n\"x, \"\"y\"\"\",2020-01-02T10:00:00,\n"
                "\"x, \"\"y\"\"\",2020-01-02T11:30:00,1\n");
  expect_output(
      s, "backtest features --universe d --return 1 --quiet --out o; ls o; cat o/tickers.txt",
      "columns.txt\nfeatures.json\ntickers.txt\nx, %22y%22.dates.npy\nx, %22y%22.npy\n"
      "x, \"y\"\tx, %22y%22.npy\n");
}

/* Each number of S00003.csv is that of S00003.npy. */
static void text_reads_back_to_the_same_bits(void **state)
{
  program_scene *s = *state;
  npy_file matrix;
  expect_exit(s,
              JOB "--indicator all --return 1 --label fwd_return:5 --out out && " JOB
                  "--indicator all --return 1 --label fwd_return:5 --out text --format csv && "
                  "cat text/S00003.csv",
              0);
  npy_file_read(&matrix, out_of(s), "S00003.npy");
  char *line = strchr(s->run.out, '\n') + 1;
  for (size_t row = 0; row < matrix.n_rows; row++) {
    char *end = strchr(line, '\n'), *cell = strchr(line, ',');
    *end = '\0';
    for (size_t k = 0; k < matrix.n_columns; k++) {
      char *next = strchr(cell + 1, ',');
      double value = (double)NAN, expected = npy_number(&matrix, row, k);
      if (next) *next = '\0';
      assert_true(cell[1] == '\0' || bt_number_parse(&value, cell + 1));
      assert_true(value == expected || (isnan(value) && isnan(expected)));
      cell = next;
    }
    assert_null(cell);
    line = end + 1;
  }
  assert_string_equal(line, "");
  npy_file_free(&matrix);
}

static void any_number_of_workers_writes_the_same_bytes(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      "for how in '' '--panel' '--format csv' '--panel --format csv'; do for j in 1 2 5; do " JOB
      "--indicator all --return 3 $how -j $j --out o$j || exit 1; done; "
      "diff -r o1 o2 && diff -r o1 o5 && rm -r o1 o2 o5 && echo same; done",
      "same\nsame\nsame\nsame\n");
}

static void a_panel_counts_the_tickers_that_have_rows(void **state)
{
  program_scene *s = *state;
  npy_file panel, dates;
  expect_exit(s, "echo Date,Open,High,Low,Close >u/S00002.csv; " JOB "--return 1 --panel --out out",
              0);
  expect_part(s->run.err, "backtest: warning: S00002 is rejected: ");
  npy_file_read(&panel, out_of(s), "panel.npy");
  npy_file_read(&dates, out_of(s), "panel.dates.npy");
  assert_int_equal(dates.n_rows, panel.n_rows);
  assert_true(npy_number(&panel, 0, 0) == 0 && npy_number(&panel, panel.n_rows - 1, 0) == 6);
  npy_file_free(&panel);
  npy_file_free(&dates);
  expect_output(s, "sed -n 1,2p out/tickers.txt; wc -l <out/tickers.txt", "S00001\nS00003\n7\n");
}

static void a_rejected_ticker_is_a_warning(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "echo x >u/S00004.csv; backtest features --universe u.txt --return 1 --out out; "
              "ls out | grep -c npy",
              0);
  expect_part(s->run.err, "backtest: warning: S00004 is rejected: ");
  expect_part(s->run.out, "rejected  1 of 8 tickers; `backtest check` shows why\n");
  expect_part(s->run.out, "\n14\n");
  expect_exit(s, JOB "--return 1 --strict --out strict", 3);
  expect_part(s->run.err, "backtest: --strict: 1 of 8 tickers rejected\n");
  expect_output(s, "test -e strict || echo none", "none\n");
  expect_exit(s, "for f in u/*.csv; do echo x >$f; done; " JOB "--return 1 --out none", 1);
  expect_part(s->run.err, "every ticker was rejected (8); the first, S00001: ");
  expect_output(s, "test -e none || echo none", "none\n");
}

static void a_benchmark_is_for_those_that_need_it(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "--indicator all --benchmark S00001 --out out", 0);
  expect_exit(s, "backtest features --universe u.txt --indicator all --json --out json", 0);
  json_object *o = json_tokener_parse(s->run.out), *columns = NULL, *left_out = NULL;
  assert_true(json_object_object_get_ex(o, "columns", &columns));
  assert_true(json_object_object_get_ex(o, "left_out", &left_out));
  size_t n_columns = json_object_array_length(columns);
  size_t n_left_out = json_object_array_length(left_out);
  char lines[64];
  (void)snprintf(lines, sizeof lines, "%zu\n", n_columns + n_left_out); /* of one output each */
  json_object_put(o);
  expect_output(s, "wc -l <out/columns.txt", lines);
  expect_exit(s, JOB "--return 1 --benchmark NONE --out x", 1);
  expect_part(s->run.err, "--benchmark NONE: ");
}

/* The ticker lacks 01-06, on which the benchmark goes from 11 to 22; over the gap both double.
 * Twice the benchmark's returns are its own: beta is 2 and the correlation 1. */
static void returns_over_a_gap_are_compared_over_the_same_days(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      "h=Date,Open,High,Low,Close; for i in 2:10 3:12 7:36 8:39.6; do echo "
      "2020-01-0${i%:*},${i#*:},${i#*:},${i#*:},${i#*:}; done | sed \"1i $h\" >G.csv; "
      "for i in 2:10 3:11 6:16 7:22 8:23.1; do echo "
      "2020-01-0${i%:*},${i#*:},${i#*:},${i#*:},${i#*:}; done | sed \"1i $h\" >M.csv; "
      "echo G >g.txt; backtest features --universe g.txt --benchmark M --indicator beta:2 "
      "--indicator beta:3 --indicator correlation:3 --format csv --quiet --out g && "
      "awk -F, 'NR > 1 { printf \"%.9g %.9g %.9g\\n\", $2, $3, $4 }' g/G.csv",
      "0 0 0\n0 0 0\n2 0 0\n2 2 1\n");
}

static void wrong_usage_has_a_line(void **state)
{
  program_scene *s = *state;
  expect_usage(s, "backtest features", "--universe is missing");
  expect_usage(s, JOB "--return 1", "--out is missing");
  expect_usage(s, JOB "--out x", "no column is asked for: give --indicator NAME");
  expect_usage(s, JOB "--out x --return 1 more", "more: features takes options alone");
  expect_usage(s, JOB "--out x --indicator rsj",
               "--indicator rsj: no such indicator; did you mean "
               "'rsi'?");
  expect_usage(s, JOB "--out x --indicator rsi:14,2",
               "--indicator rsi:14,2: rsi takes 1 parameter");
  expect_usage(s, JOB "--out x --indicator sma:0", "period must be a whole number from 1 to ");
  expect_usage(s, JOB "--out x --indicator rsi --indicator rsi:14",
               "column rsi_14 is asked for "
               "twice");
  expect_usage(s, JOB "--out x --indicator all --indicator all", "--indicator all: given twice");
  expect_usage(s, JOB "--out x --return 0", "--return 0: must be a whole number of bars");
  expect_usage(s, JOB "--out x --label up:5", "--label up:5: no such label");
  expect_usage(s, JOB "--out x --return 1 --format hdf", "--format hdf: must be one of npy, csv");
  expect_usage(s, JOB "--out x --return 1 --lag-return 1", "--lag-return: no such option");
  expect_usage(s, JOB "--out x --return 1 --from x", "--from x: not a date");
  expect_usage(s, JOB "--out x --return 1 --progress x", "--progress x: must be one of");
  expect_output(s, "test -e x || echo none", "none\n");
}

static void folders_of_something_else_are_left_alone(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "--return 1 --format csv --overwrite --out u", 1);
  expect_part(s->run.err, "backtest: u: has files (such as S0000");
  expect_exit(s, JOB "--return 1 --out u.txt", 1);
  assert_string_equal(s->run.err, "backtest: u.txt: Not a directory\n");
  expect_exit(s, JOB "--return 1 --out no/such", 1);
  assert_string_equal(s->run.err, "backtest: no/such: cannot be made: No such file or directory\n");
  expect_exit(
      s, JOB "--return 1 --out out && " JOB "--return 1 --out out && " JOB "--return 2 --out out",
      1);
  expect_part(s->run.err, "backtest: out: has matrices of other columns (\"return_1\" instead of "
                          "\"return_2\"); give another --out, or --overwrite\n");
  expect_output(s, JOB "--return 2 --out out --overwrite && cat out/columns.txt", "return_2\n");
}

/* The limit on the size of files stands for a disk that is full. */
static void a_full_disk_is_one_line(void **state)
{
  program_scene *s = *state;
  static const char *const how[] = {"", "--panel", "--format csv", "--panel --format csv"};
  char command[256];
  for (size_t i = 0; i < sizeof how / sizeof how[0]; i++) {
    (void)snprintf(command, sizeof command, "ulimit -f 8; " JOB "--indicator all -j 2 --out out %s",
                   how[i]);
    expect_exit(s, command, 1);
    expect_part(s->run.err, "File too large\n");
    assert_int_equal(strncmp(s->run.err, "backtest: out/", strlen("backtest: out/")), 0);
    assert_ptr_equal(strchr(s->run.err, '\n'), s->run.err + strlen(s->run.err) - 1);
    expect_output(s, "ls -A out 2>/dev/null | wc -l", "0\n");
  }
}

static void a_folder_that_cannot_be_written_is_one_line(void **state)
{
  program_scene *s = *state;
  if (geteuid() == 0) { /* who may write everywhere, but not here */
    expect_exit(s, JOB "--return 1 --out /proc/matrices", 1);
    expect_part(s->run.err, "backtest: /proc/matrices: cannot be made: ");
    return;
  }
  expect_exit(s, "mkdir out; chmod 500 out; " JOB "--return 1 --out out", 1);
  assert_string_equal(s->run.err, "backtest: out: cannot be written: Permission denied\n");
}

/* A run that takes a while, in the background, with its number in $p; some files are there. */
#define LONG_RUN                                                                                   \
  "backtest synth --tickers 60 --bars 2500 --dir v >/dev/null; "                                   \
  "all='backtest features --universe v.txt --indicator all --format csv --quiet -j 2'; "           \
  "$all --out whole; $all --out out & p=$!; "                                                      \
  "until test -e out/S00003.csv; do sleep 0.02; done; "

/* Each file that has its name is whole; there are some, and not all. */
#define CHECK_PART                                                                                 \
  "n=0; for f in out/*.csv; do cmp $f whole/${f#out/} || exit 1; n=$((n + 1)); done; "             \
  "test $n -gt 0 && test $n -lt 60 && cmp out/columns.txt whole/columns.txt && echo whole; "

static void a_kill_leaves_no_half_file(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                LONG_RUN "kill -KILL $p; wait $p 2>/dev/null; " CHECK_PART
                         "grep status out/features.json; "
                         "$all --out out && diff -r out whole && ls -A out | wc -l",
                "whole\n  \"status\": \"incomplete\",\n63\n");
}

static void a_signal_keeps_finished_tickers(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                LONG_RUN
                "kill -TERM $p; wait $p; echo $?; " CHECK_PART "ls -A out | grep -c '^[.]'; "
                "grep status out/features.json; $all --out out && diff -r out whole && echo same",
                "143\nwhole\n0\n  \"status\": \"incomplete\",\nsame\n");
  expect_part(s->run.err, " of 60 tickers written to out\n");
}

/* The files of such a symbol would have names that are too long, though that of its prices is not:
 * it alone is rejected, as by --strict. A panel names no file after it. */
static void a_symbol_too_long_for_a_file_is_rejected_alone(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s,
      "long=$(printf '%240s' | tr ' ' x); cp u/S00001.csv u/$long.csv; echo $long >>u.txt; " JOB
      "--return 1 --out out",
      0);
  expect_part(s->run.err, "xxx is rejected: the files of its matrix would have names of up to 265 "
                          "bytes, of which 255 are possible\n");
  expect_output(s, "ls out | grep -c npy; wc -l <out/tickers.txt", "16\n8\n");
  expect_exit(s, JOB "--return 1 --strict --out strict", 3);
  expect_part(s->run.err, "backtest: --strict: 1 of 9 tickers rejected\n");
  expect_output(s, "test -e strict || echo none", "none\n");
  expect_output(s, JOB "--return 1 --panel --out p && wc -l <p/tickers.txt", "9\n");
  expect_exit(s,
              "tail -n 1 u.txt >l.txt; backtest features --universe l.txt --data u --return 1 "
              "--out none",
              1);
  expect_part(s->run.err, "every ticker was rejected (1); the first, xxx");
  expect_output(s, "test -e none || echo none", "none\n");
}

/* Closes are 10, 20, 15: its label on the last day as a member is made of the day behind, but of
 * none behind --to. */
static void labels_look_behind_the_membership(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "printf 'A\\t2020-01-02\\t2020-01-03\\n' >m.txt; job='backtest features --universe "
                "m.txt --data . --label fwd_return:1 --format csv --quiet'; $job --out o; "
                "cat o/A.csv; $job --to 2020-01-03 --out p; cat p/A.csv",
                "date,fwd_return_1\n2020-01-02,1\n2020-01-03,-0.25\n"
                "date,fwd_return_1\n2020-01-02,1\n2020-01-03,\n");
}

/* Its files would be matrices of no rows. */
static void a_member_of_other_days_alone_is_rejected(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "cp A.csv B.csv; printf 'A\\t2020-01-02\\t2020-01-03\\nB\\t2020-01-03\\t\\n' >m.txt; "
              "job='backtest features --universe m.txt --data . --return 1'; "
              "$job --from 2020-01-06 --out o && cat o/tickers.txt && "
              "$job --from 2020-01-06 --panel --quiet --out p && cat p/tickers.txt",
              0);
  expect_part(s->run.err, "backtest: warning: A is rejected: no bars of the span on which it "
                          "belongs to the universe\n");
  expect_part(s->run.out, "1 ticker, 1 bar, 1 column\n");
  expect_part(s->run.out, "rejected  1 of 2 tickers");
  expect_part(s->run.out, "\nB\tB.npy\nB\n");
  expect_exit(s,
              "backtest features --universe m.txt --data . --return 1 --from 2020-01-06 --strict "
              "--out strict",
              3);
  expect_part(s->run.err, "backtest: --strict: 1 of 2 tickers rejected\n");
  expect_output(s, "test -e strict || echo none", "none\n");
}

/* Of three bars; a label of two bars has a value on the first. */
static void columns_without_any_value_are_named(void **state)
{
  program_scene *s = *state;
  static const char job[] =
      "backtest features --universe a.txt --ohlcv --indicator rsi:1e6 --indicator sma:3 --return 3 "
      "--return 2 --label fwd_return:3 --label fwd_return:2 ";
  static const char *const how[] = {"", "--format csv", "--panel", "--panel --format csv"};
  char command[512];
  for (size_t i = 0; i < sizeof how / sizeof how[0]; i++) {
    (void)snprintf(command, sizeof command, "%s %s --out o%zu", job, how[i], i);
    expect_exit(s, command, 0);
    expect_part(s->run.out, "\nundefined rsi_1000000, return_3, fwd_return_3: on every ticker\n");
  }
  (void)snprintf(command, sizeof command, "%s --out o0 --json", job);
  expect_exit(s, command, 0);
  json_object *o = json_tokener_parse(s->run.out), *undefined = NULL;
  assert_true(json_object_object_get_ex(o, "undefined", &undefined));
  assert_string_equal(json_object_to_json_string_ext(undefined, JSON_C_TO_STRING_PLAIN),
                      "[\"rsi_1000000\",\"return_3\",\"fwd_return_3\"]");
  json_object_put(o);
  expect_exit(s, "backtest features --universe a.txt --return 2 --out o", 0);
  assert_null(strstr(s->run.out, "undefined"));
  expect_exit(s,
              "backtest features --universe a.txt --return 3 --return 4 --return 5 --return 6 "
              "--return 7 --return 8 --return 9 --out p",
              0);
  expect_part(s->run.out,
              "undefined return_3, return_4, return_5, return_6, return_7 and 2 more: on "
              "every ticker\n");
}

/* One ticker that has values is enough, whichever it is. */
static void a_column_with_a_value_on_one_ticker_is_defined(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s,
      "sed '$d' A.csv >B.csv; sed '$d' B.csv >C.csv; for u in 'A B C' 'C B A'; do "
      "printf '%s\\n' $u >u.txt; backtest features --universe u.txt --return 2 --return 3 -j 1 "
      "--out o; done",
      0);
  char *first = strstr(s->run.out, "\nundefined return_3: on every ticker\n");
  assert_non_null(first);
  assert_non_null(strstr(first + 1, "\nundefined return_3: on every ticker\n"));
}

static void help_has_an_example_that_works(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest features --help", 0);
  char *example = strstr(s->run.out, "Example: "), command[512];
  assert_non_null(example);
  char *end = strstr(example, "\nDIR gets");
  assert_non_null(end);
  *end = '\0';
  (void)snprintf(command, sizeof command, "cp u.txt sp500.txt; cp -r u sp500; %s",
                 example + strlen("Example: "));
  expect_exit(s, command, 0);
  expect_part(s->run.out, "features of sp500.txt: 8 tickers, ");
  expect_output(s, "cat feats/columns.txt",
                "rsi_14\nmacd_12_26_9.macd\nmacd_12_26_9.signal\nmacd_12_26_9.histogram\nreturn_"
                "1\nfwd_return_5\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)
#define SMALL(name) cmocka_unit_test_setup_teardown(name, make_small_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      SMALL(matrices_are_npy_files_with_names),
      SMALL(text_has_nothing_for_what_is_not_there),
      SMALL(text_of_any_name_can_be_read),
      CASE(text_reads_back_to_the_same_bits),
      CASE(any_number_of_workers_writes_the_same_bytes),
      CASE(a_panel_counts_the_tickers_that_have_rows),
      CASE(a_rejected_ticker_is_a_warning),
      CASE(a_benchmark_is_for_those_that_need_it),
      SMALL(returns_over_a_gap_are_compared_over_the_same_days),
      CASE(wrong_usage_has_a_line),
      CASE(folders_of_something_else_are_left_alone),
      CASE(a_full_disk_is_one_line),
      CASE(a_folder_that_cannot_be_written_is_one_line),
      CASE(a_kill_leaves_no_half_file),
      CASE(a_signal_keeps_finished_tickers),
      CASE(a_symbol_too_long_for_a_file_is_rejected_alone),
      SMALL(labels_look_behind_the_membership),
      SMALL(a_member_of_other_days_alone_is_rejected),
      SMALL(columns_without_any_value_are_named),
      SMALL(a_column_with_a_value_on_one_ticker_is_defined),
      CASE(help_has_an_example_that_works),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
