/* Regimes: the option, their names, and labels carried from the benchmark to a ticker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/regime.h"
#include "core/time.h"
#include "tests/support/make_bars.h"

/* ---- the option ------------------------------------------------------------------------------ */

static bt_regime_spec parse(const char *text)
{
  bt_regime_spec spec;
  bt_error err;
  if (bt_regime_parse(&spec, text, &err) != BT_OK) fail_msg("%s", err.message);
  return spec;
}

static void check_refused(const char *text, const char *message)
{
  bt_regime_spec spec = {.kind = BT_REGIME_FILE};
  bt_error err;
  assert_int_equal(bt_regime_parse(&spec, text, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, message);
  assert_int_equal(spec.kind, BT_REGIME_FILE); /* untouched */
}

static void every_kind_is_read(void **state)
{
  (void)state;
  static const char file[] = "file:a:b/regimes.csv";
  bt_regime_spec spec = parse("trend:200");
  assert_true(spec.kind == BT_REGIME_TREND && spec.n_bars == 200);
  spec = parse("vol:63");
  assert_true(spec.kind == BT_REGIME_VOL && spec.n_bars == 63);
  spec = parse("drawdown:20%");
  assert_true(spec.kind == BT_REGIME_DRAWDOWN && spec.fall == 0.2);
  spec = parse("drawdown:0.15");
  assert_true(spec.kind == BT_REGIME_DRAWDOWN && spec.fall == 0.15);
  spec = parse(file);
  assert_int_equal(spec.kind, BT_REGIME_FILE);
  assert_ptr_equal(spec.path, file + 5);
  assert_int_equal(parse("vol:2").n_bars, 2);
  assert_int_equal(parse("trend:1000000").n_bars, 1000000);
}

static void what_is_no_kind_is_refused_with_the_nearest(void **state)
{
  (void)state;
  static const char rest[] = ": expected trend:BARS, vol:BARS, drawdown:FALL or file:PATH";
  static const struct {
    const char *text, *hint;
  } cases[] = {{"trnd:200", "; did you mean trend:?"},
               {"trend", "; did you mean trend:?"},
               {"Vol:63", "; did you mean vol:?"},
               {"", ""},
               {":20", ""},
               {"200", ""},
               {"averylongnamethatisnokind:1", ""}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char message[256];
    (void)snprintf(message, sizeof message, "--regimes %s%s%s", cases[i].text, rest, cases[i].hint);
    check_refused(cases[i].text, message);
  }
}

static void numbers_that_make_no_sense_are_refused(void **state)
{
  (void)state;
  static const char *const bars[] = {"trend:",    "trend:1",  "vol:1",       "vol:0",  "vol:-5",
                                     "trend:2.5", "trend:2x", "vol:1000001", "vol:1e2"};
  static const char *const falls[] = {"drawdown:",   "drawdown:0",    "drawdown:100%",
                                      "drawdown:-1", "drawdown:20 %", "drawdown:nan"};
  char message[256];
  for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
    (void)snprintf(message, sizeof message,
                   "--regimes %s: expected a number of bars from 2 to 1000000, such as trend:200 "
                   "or vol:63",
                   bars[i]);
    check_refused(bars[i], message);
  }
  for (size_t i = 0; i < sizeof falls / sizeof falls[0]; i++) {
    (void)snprintf(message, sizeof message,
                   "--regimes %s: expected a fall above 0%% and below 100%%, such as drawdown:20%%",
                   falls[i]);
    check_refused(falls[i], message);
  }
  check_refused("file:", "--regimes file:: expected a path, such as file:regimes.csv");
}

/* ---- names ----------------------------------------------------------------------------------- */

static void check_names(const char *text, const bt_regime_book *book, const char *const *names,
                        size_t n)
{
  bt_regime_spec spec = parse(text);
  assert_int_equal(bt_regime_count(&spec, book), n);
  for (size_t i = 0; i < n; i++) assert_string_equal(bt_regime_name(&spec, book, i), names[i]);
}

static void every_kind_has_its_names(void **state)
{
  (void)state;
  char calm[] = "calm", crisis[] = "crisis";
  char *names[] = {calm, crisis};
  const bt_regime_book book = {.names = names, .n_names = 2};
  const bt_regime_spec none = {.kind = BT_REGIME_NONE};
  check_names("trend:9", NULL, (const char *const[]){"above", "below"}, 2);
  check_names("vol:9", NULL, (const char *const[]){"low", "mid", "high"}, 3);
  check_names("drawdown:9%", NULL, (const char *const[]){"bull", "bear"}, 2);
  check_names("file:x", &book, (const char *const[]){"calm", "crisis"}, 2);
  assert_int_equal(bt_regime_count(&none, NULL), 0);
}

static void a_book_that_was_cleared_is_empty(void **state)
{
  (void)state;
  bt_regime_book book = {.names = calloc(1, sizeof *book.names), .n_names = 1};
  assert_non_null(book.names);
  book.names[0] = calloc(5, 1);
  book.stretches = calloc(1, sizeof *book.stretches);
  book.n_stretches = 1;
  bt_regime_book_clear(&book);
  assert_true(book.n_names == 0 && book.n_stretches == 0 && !book.names && !book.stretches);
  bt_regime_book_clear(&book);
}

/* ---- from the benchmark to a ticker ---------------------------------------------------------- */

static void a_label_holds_until_the_next_bar_of_the_benchmark(void **state)
{
  (void)state;
  static const int64_t source_times[] = {3, 5, 6, 9}, times[] = {1, 3, 4, 5, 7, 8, 9, 20};
  static const unsigned char labels[] = {BT_REGIME_UNKNOWN, 1, 0, 2};
  static const unsigned char expected[] = {
      BT_REGIME_UNKNOWN, BT_REGIME_UNKNOWN, BT_REGIME_UNKNOWN, 1, 0, 0, 2, 2};
  unsigned char out[8];
  bt_bars *source = make_flat_bars(4, 10), *ticker = make_flat_bars(8, 10);
  memcpy(source->time_ns, source_times, sizeof source_times);
  memcpy(ticker->time_ns, times, sizeof times);
  bt_regime_carry(out, ticker, labels, source);
  assert_memory_equal(out, expected, sizeof expected);
  bt_bars_free(source);
  bt_bars_free(ticker);
}

/* Days of three bars each: the day's own label is known when it is over. */
static void a_longer_bar_of_the_benchmark_is_known_when_it_is_over(void **state)
{
  (void)state;
  static const int64_t days[] = {0, 24, 48}, hours[] = {0, 8, 16, 24, 32, 40, 48, 56};
  static const unsigned char labels[] = {1, 0, 1};
  static const unsigned char expected[] = {
      BT_REGIME_UNKNOWN, BT_REGIME_UNKNOWN, BT_REGIME_UNKNOWN, 1, 1, 1, 0, 0};
  unsigned char out[8];
  bt_bars *source = make_flat_bars(3, 10), *ticker = make_flat_bars(8, 10);
  memcpy(source->time_ns, days, sizeof days);
  memcpy(ticker->time_ns, hours, sizeof hours);
  bt_regime_carry(out, ticker, labels, source);
  assert_memory_equal(out, expected, sizeof expected);
  bt_bars_free(source);
  bt_bars_free(ticker);
}

static void a_ticker_that_is_the_benchmark_keeps_its_labels(void **state)
{
  (void)state;
  static const unsigned char labels[] = {BT_REGIME_UNKNOWN, 1, 0, 1};
  unsigned char out[4];
  bt_bars *bars = make_flat_bars(4, 10);
  bt_regime_carry(out, bars, labels, bars);
  assert_memory_equal(out, labels, sizeof labels);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kind_is_read),
      cmocka_unit_test(what_is_no_kind_is_refused_with_the_nearest),
      cmocka_unit_test(numbers_that_make_no_sense_are_refused),
      cmocka_unit_test(every_kind_has_its_names),
      cmocka_unit_test(a_book_that_was_cleared_is_empty),
      cmocka_unit_test(a_label_holds_until_the_next_bar_of_the_benchmark),
      cmocka_unit_test(a_longer_bar_of_the_benchmark_is_known_when_it_is_over),
      cmocka_unit_test(a_ticker_that_is_the_benchmark_keeps_its_labels),
  };
  return cmocka_run_group_tests_name("core/regime", tests, NULL, NULL);
}
