/* What looks wrong in the data of a run: rows of data_issues, a line of the summary, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>

#include "tests/support/program_scene.h"

/* 130 business days to the end of 2024, prices 100 to 106, volume 1000. SPLIT is halved from bar 61
 * on; STALE stands at 103 on bars 41 to 65; GAP has no bars 31 to 35; VOLUME trades nothing on bars
 * 11 to 13; ROWS has a row without a price, which is a day that it misses. */
static int make_scene(void **state)
{
  return program_scene_setup_by(
      state,
      "backtest synth --tickers 1 --bars 130 --dir days >&2; mkdir t; "
      "for f in CLEAN SPLIT STALE GAP VOLUME ROWS; do awk -F, -v f=$f -v OFS=, "
      "'NR == 1 { print \"Date,Open,High,Low,Close,Volume\"; next } { i = NR - 1; "
      "p = 100 + i % 7; v = 1000; if (f == \"SPLIT\" && i > 60) p /= 2; "
      "if (f == \"STALE\" && i > 40 && i <= 65) p = 103; "
      "if (f == \"GAP\" && i > 30 && i <= 35) next; if (f == \"VOLUME\" && i > 10 && i <= 13) v = "
      "0; q = p; if (f == \"ROWS\" && i == 5) q = \"null\"; print $1, p, p, p, q, v }' "
      "days/S00001.csv >t/$f.csv; done; awk -F, 'NR > 1 { print NR - 1 \"|\" $1 }' "
      "days/S00001.csv >days.txt");
}

#define ISSUES(db)                                                                                 \
  "sqlite3 " db " 'create table days (bar, day)' '.import days.txt days' \"select symbol, kind, "  \
  "severity, line, bar from data_issues join tickers using (run_id, ticker_id) left join days "    \
  "on day = time order by symbol, kind\""

static const char all_issues[] = "GAP|date_gap|suspect||31\n"
                                 "ROWS|date_gap|suspect||5\n"
                                 "ROWS|missing_price|skipped|6|5\n"
                                 "SPLIT|possible_split|suspect||61\n"
                                 "STALE|stale_price|suspect||41\n"
                                 "VOLUME|zero_volume|suspect||11\n";

static void what_looks_wrong_is_stored(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest --universe t --strategy sma -o s.db", 0);
  expect_part(s->run.out, "possible_split");
  expect_output(s, ISSUES("s.db"), all_issues);
  expect_exit(s,
              "backtest walkforward --universe t --strategy sma --param fast=5 --param slow=10 "
              "--train 2m --test 1m -o w.db",
              0);
  expect_part(s->run.out, "possible_split");
  expect_output(s, ISSUES("w.db"), all_issues);
  expect_output(s,
                "sqlite3 s.db \"select detail from data_issues where kind = 'possible_split'\" | "
                "sed 's/ on 20..-..-..:/ on DAY:/'",
                "close 104 -> 52.5 on DAY: ratio 1.98, like an unadjusted 2:1 split\n");
}

/* The number of suspects of a kind. */
static int64_t count_of(json_object *tree, const char *kind)
{
  json_object *suspects = NULL, *value = NULL;
  assert_true(json_object_object_get_ex(tree, "suspects", &suspects));
  assert_true(json_object_object_get_ex(suspects, kind, &value));
  return json_object_get_int64(value);
}

static void json_counts_them(void **state)
{
  static const char *const commands[] = {
      "backtest --universe t --strategy sma --regimes vol:20 --benchmark CLEAN --json -o r.db",
      "backtest walkforward --universe t --strategy sma --param fast=5 --param slow=10 --regimes "
      "vol:20 --benchmark CLEAN --train 2m --test 1m --json -o r.db"};
  program_scene *s = *state;
  for (size_t i = 0; i < 2; i++) {
    expect_exit(s, commands[i], 0);
    assert_string_equal(s->run.err, "");
    json_object *tree = json_tokener_parse(s->run.out), *value = NULL;
    assert_non_null(tree);
    assert_int_equal(count_of(tree, "possible_split"), 1);
    assert_int_equal(count_of(tree, "stale_price"), 1);
    assert_int_equal(count_of(tree, "date_gap"), 2);
    assert_int_equal(count_of(tree, "zero_volume"), 1);
    assert_true(json_object_object_get_ex(tree, "rows_skipped", &value));
    assert_int_equal(json_object_get_int64(value), 1);
    json_object_put(tree);
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(what_looks_wrong_is_stored),
      CASE(json_counts_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
