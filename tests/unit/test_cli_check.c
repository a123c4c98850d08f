/* backtest check: files by path, and JSON that any reader takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <sys/stat.h>

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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
