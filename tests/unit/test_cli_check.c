/* backtest check: files by path, and JSON that any reader takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/time.h"
#include "tests/support/program_scene.h"

#define ROWS "Date,Open,High,Low,Close\n2020-01-02,1,2,1,2\n"

/* Writes dir/NAME. */
static void put(const program_scene *s, const char *name, const char *text)
{
  char path[TEST_PATH_SIZE];
  test_file_write(path, s->dir, name, text);
}

static void put_folder(const program_scene *s, const char *name)
{
  char path[2 * TEST_PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
  assert_int_equal(mkdir(path, 0777), 0);
}

/* The symbol is the same: the table tells the files apart by their paths. */
static void files_of_two_vendors_are_compared(void **state)
{
  program_scene *s = *state;
  put_folder(s, "a");
  put_folder(s, "b");
  put(s, "a/AAPL.csv", ROWS);
  put(s, "b/AAPL.csv", ROWS "2020-01-03,1,2,1,2\n");
  expect_exit(s, "backtest check a/AAPL.csv b/AAPL.csv", 0);
  expect_part(s->run.out, "\na/AAPL.csv   ok              1        0  2020-01-02 ");
  expect_part(s->run.out, "\nb/AAPL.csv   ok              2        0  2020-01-02 ");
  expect_part(s->run.out, "file ");
  expect_part(s->run.out, "2 ok, 0 rejected");
  assert_string_equal(s->run.err, "");
  expect_exit(s, "backtest check --json a/AAPL.csv b/AAPL.csv", 0);
  expect_part(s->run.out, "\"path\": \"b/AAPL.csv\"");
}

static void files_with_different_symbols_are_named_by_them(void **state)
{
  program_scene *s = *state;
  put(s, "A.csv", ROWS);
  put(s, "B.csv", ROWS);
  expect_exit(s, "backtest check A.csv B.csv", 0);
  expect_part(s->run.out, "symbol ");
  expect_part(s->run.out, "\nA            ok ");
  expect_part(s->run.out, "\nB            ok ");
}

static void a_file_named_twice_is_checked_twice(void **state)
{
  program_scene *s = *state;
  put(s, "A.csv", ROWS);
  expect_exit(s, "backtest check A.csv ./A.csv A.csv", 0);
  expect_part(s->run.out, "3 ok");
}

static void data_without_a_universe_is_refused(void **state)
{
  program_scene *s = *state;
  put(s, "A.csv", ROWS);
  expect_usage(s, "backtest check --data nope A.csv", "check: --data is for --universe");
  expect_usage(s, "backtest check --data . A.csv", "check: --data is for --universe");
  expect_usage(s, "backtest check --data nope", "--universe is missing");
  expect_usage(s, "backtest check", "--universe is missing");
  expect_usage(s, "backtest check --universe u.txt A.csv", "not both");
  put(s, "u.txt", "A\n");
  expect_exit(s, "backtest check --universe u.txt --data nope", 1);
  expect_part(s->run.err, "nope: no such folder");
}

/* The text of a member of the first ticker. */
static const char *ticker_text(json_object *o, const char *key)
{
  json_object *list = NULL, *value = NULL;
  assert_true(json_object_object_get_ex(o, "tickers", &list));
  assert_true(json_object_object_get_ex(json_object_array_get_idx(list, 0), key, &value));
  return json_object_get_string(value);
}

static json_object *parse_strictly(const char *text)
{
  struct json_tokener *tokener = json_tokener_new();
  assert_non_null(tokener);
  json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  json_object *o = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
  if (!o) fail_msg("%s in: %s", json_tokener_error_desc(json_tokener_get_error(tokener)), text);
  json_tokener_free(tokener);
  return o;
}

/* File names are bytes; in JSON what is not UTF-8 is U+FFFD. */
static void json_is_utf8_whatever_a_file_is_called(void **state)
{
  program_scene *s = *state;
  put(s, "M\xfcnchen\xe9.csv", ROWS);
  expect_exit(s, "backtest check --json M*.csv", 0);
  json_object *o = parse_strictly(s->run.out);
  assert_string_equal(ticker_text(o, "symbol"), "M\xef\xbf\xbdnchen\xef\xbf\xbd");
  assert_string_equal(ticker_text(o, "path"), "M\xef\xbf\xbdnchen\xef\xbf\xbd.csv");
  json_object_put(o);
  expect_exit(s, "backtest check --json N\xfcrnberg.csv", 3);
  o = parse_strictly(s->run.out);
  assert_string_equal(ticker_text(o, "reason"), "N\xef\xbf\xbdrnberg.csv: no such file");
  json_object_put(o);
  put(s, "M\xc3\xbcnster.csv", ROWS);
  expect_exit(s, "backtest check --json M*ster.csv", 0);
  o = parse_strictly(s->run.out);
  assert_string_equal(ticker_text(o, "symbol"), "M\xc3\xbcnster");
  json_object_put(o);
}

/* Texts of a row are cut to a length: not inside a character. */
static void json_is_utf8_whatever_stands_in_a_row(void **state)
{
  program_scene *s = *state;
  char row[2000] = ROWS;
  for (int i = 0; i < 40; i++) { /* 1 to 40 bytes before characters of three bytes */
    char *at = row + strlen(row);
    (void)snprintf(at, 200, "%.*s\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac,1,2,1,2\n", i + 1,
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    if (i % 10 < 9) continue;
    put(s, "X.csv", row);
    expect_exit(s, "backtest check --max-bad 99% --json X.csv", 0);
    json_object_put(parse_strictly(s->run.out));
    strcpy(row, ROWS);
  }
  put(s, "W.csv", "Date,Open,High,Low,Close\n2020-01-02,1,2,1,2\nx\xfc\x81,1,2,1,2\n");
  expect_exit(s, "backtest check --max-bad 99% --json W.csv", 0);
  json_object_put(parse_strictly(s->run.out));
}

/* ---- suspects -------------------------------------------------------------------------------- */

enum { A_MONDAY = 18267 }; /* 2020-01-06 */

/* A file with the days of weeks from 2020-01-06 on, on which the text has an x; the price rises by
 * a cent a day and is halved from row `split_row` on. */
static void put_weeks(const program_scene *s, const char *name, const char *days, size_t split_row,
                      const char *volume)
{
  char text[8192] = "Date,Open,High,Low,Close,Volume\n";
  size_t row = 0;
  for (size_t d = 0; days[d]; d++) {
    if (days[d] != 'x') continue;
    char date[BT_TIME_TEXT_SIZE], *at = text + strlen(text);
    double price = (100 + 0.01 * (double)row) / (row >= split_row ? 2 : 1);
    bt_time_format(date, (int64_t)(A_MONDAY + d) * BT_NS_PER_DAY, true);
    (void)snprintf(at, sizeof text - (size_t)(at - text), "%s,%.3f,%.3f,%.3f,%.3f,%s\n", date,
                   price, price, price, price, volume);
    row++;
  }
  put(s, name, text);
}

#define FOUR_WEEKS "xxxxx..xxxxx..xxxxx..xxxxx.."

/* A is whole, B has a split, C a gap, D no volume. */
static void put_suspects(const program_scene *s)
{
  put(s, "u.txt", "A\nB\nC\nD\n");
  put_weeks(s, "A.csv", FOUR_WEEKS, 99, "10");
  put_weeks(s, "B.csv", FOUR_WEEKS, 10, "10");
  put_weeks(s, "C.csv", "xxxxx..xxx......xxx..x.xxx..", 99, "10");
  put_weeks(s, "D.csv", FOUR_WEEKS, 99, "0");
}

static void suspects_are_shown_and_load(void **state)
{
  program_scene *s = *state;
  put_suspects(s);
  expect_exit(s, "backtest check --universe u.txt", 0);
  expect_part(s->run.out,
              "\nB            ok             20        0  2020-01-06           2020-01-31"
              "           generic\n"
              "            1 possible_split, first: close 100.09 -> 50.05 on 2020-01-20: "
              "ratio 2, like an unadjusted 2:1 split\nC ");
  expect_part(s->run.out, "            2 date_gap, first: no bars from 2020-01-16 to 2020-01-21, 4 "
                          "days on which the universe traded\nD ");
  expect_part(s->run.out, "            1 zero_volume, first: volume 0 on 20 bars, 2020-01-06 to "
                          "2020-01-31\n4 ok, 0 rejected;");
  expect_part(s->run.out,
              "\nsuspect   1 possible_split on 1 ticker: prices not adjusted for splits? "
              "see --adjust\n");
  expect_part(s->run.out, " 2 date_gap on 1 ticker: ");
  expect_part(s->run.out, " 1 zero_volume on 1 ticker: ");
  assert_null(strstr(s->run.out, "stale_price"));
  expect_exit(s, "backtest check A.csv", 0);
  assert_null(strstr(s->run.out, "date_gap"));
  expect_exit(s, "backtest check -j 3 B.csv missing.csv", 3);
  expect_part(s->run.out, " 1 possible_split on 1 ticker: ");
}

static void suspects_stand_beside_the_issues_in_json(void **state)
{
  program_scene *s = *state;
  put_suspects(s);
  expect_exit(s, "backtest check --universe u.txt --json", 0);
  json_object *o = parse_strictly(s->run.out), *list = NULL, *value = NULL, *part = NULL;
  assert_true(json_object_object_get_ex(o, "tickers", &list));
  static const char *const expected[] = {
      "{ \"counts\": { }, \"list\": [ ] }",
      "{ \"counts\": { \"possible_split\": 1 }, \"list\": [ { \"kind\": \"possible_split\", "
      "\"time\": \"2020-01-20\", \"bar\": 10, \"n_bars\": 1, \"detail\": \"close 100.09 -> 50.05 "
      "on 2020-01-20: ratio 2, like an unadjusted 2:1 split\" } ] }",
      "{ \"counts\": { \"date_gap\": 2 }, \"list\": [ { \"kind\": \"date_gap\", \"time\": "
      "\"2020-01-16\", \"bar\": 8, \"n_bars\": 4, \"detail\": \"no bars from 2020-01-16 to "
      "2020-01-21, 4 days on which the universe traded\" }, { \"kind\": \"date_gap\", \"time\": "
      "\"2020-01-28\", \"bar\": 12, \"n_bars\": 1, \"detail\": \"no bar on 2020-01-28, a day on "
      "which the universe traded\" } ] }",
  };
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    json_object *ticker = json_object_array_get_idx(list, i);
    assert_true(json_object_object_get_ex(ticker, "suspects", &value));
    assert_true(json_object_object_get_ex(ticker, "issues", &part));
    assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_SPACED),
                        expected[i]);
  }
  json_object_put(o);
}

/* Months have no bars on most days of a universe, and make no days of it. */
static void bars_of_a_month_have_no_gaps(void **state)
{
  static const char months[] = "Date,Open,High,Low,Close\n2019-12-02,1,2,1,1\n2020-01-02,1,2,1,2\n"
                               "2020-02-03,1,2,1,1.5\n2020-03-02,1,2,1,1.2\n";
  program_scene *s = *state;
  put(s, "M.csv", months);
  put(s, "N.csv", months);
  put_weeks(s, "A.csv", FOUR_WEEKS, 99, "10");
  put_weeks(s, "C.csv", "xxxxx..xxx.x..xxxxx..xxxxx..", 99, "10");
  expect_exit(s, "backtest check M.csv N.csv A.csv C.csv", 0);
  expect_part(s->run.out, "1 date_gap, first: no bar on 2020-01-16, ");
  expect_part(s->run.out, " 1 date_gap on 1 ticker: ");
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(files_of_two_vendors_are_compared),
      CASE(files_with_different_symbols_are_named_by_them),
      CASE(a_file_named_twice_is_checked_twice),
      CASE(data_without_a_universe_is_refused),
      CASE(json_is_utf8_whatever_a_file_is_called),
      CASE(json_is_utf8_whatever_stands_in_a_row),
      CASE(suspects_are_shown_and_load),
      CASE(suspects_stand_beside_the_issues_in_json),
      CASE(bars_of_a_month_have_no_gaps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
