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

enum { U = BT_REGIME_UNKNOWN, HOURS = 24, BARS_MOST = 16 };

/* A series of bars by the hours since 1970-01-01 at which they begin, ended by -1. */
static bt_bars *bars_at(const int *hours)
{
  size_t n = 0;
  while (hours[n] >= 0) n++;
  bt_bars *bars = make_flat_bars(n, 10);
  for (size_t t = 0; t < n; t++) {
    bars->time_ns[t] = hours[t] * (BT_NS_PER_DAY / HOURS);
    bars->daily = bars->daily && hours[t] % HOURS == 0;
  }
  return bars;
}

/* Bars of the source have labels 0, 1, 2 ...: what the ticker's bars get. */
static void check_carried(const int *source_hours, const int *hours, const unsigned char *expected)
{
  static const unsigned char labels[BARS_MOST] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
  unsigned char out[BARS_MOST];
  bt_bars *source = bars_at(source_hours), *ticker = bars_at(hours);
  assert_int_equal(bt_regime_carry(out, ticker, labels, source, NULL), BT_OK);
  for (size_t t = 0; t < ticker->n_bars; t++)
    if (out[t] != expected[t]) fail_msg("bar %zu has %d, not %d", t, out[t], expected[t]);
  bt_bars_free(source);
  bt_bars_free(ticker);
}

static void a_label_holds_until_the_next_bar_of_the_benchmark(void **state)
{
  (void)state;
  static const int source[] = {72, 120, 144, 216, -1};
  static const int hours[] = {24, 72, 96, 120, 168, 192, 216, 480, -1};
  check_carried(source, hours, (const unsigned char[]){U, 0, 0, 1, 2, 2, 3, 3});
}

/* The ticker lacks half a year, or the benchmark has 365 days a year and the ticker 252. */
static void holes_do_not_make_a_bar_shorter_or_longer(void **state)
{
  (void)state;
  static const int days[] = {24, 48, 72, 96, 120, 4800, 4824, 4848, -1};
  static const int few[] = {24, 48, 72, 4824, 4848, -1}, week[] = {24, 48, 120, 4800, 4824, -1};
  check_carried(days, few, (const unsigned char[]){0, 1, 2, 6, 7});
  check_carried(few, days, (const unsigned char[]){0, 1, 2, 2, 2, U, 3, 4});
  check_carried(week, days, (const unsigned char[]){0, 1, 1, 1, 2, 3, 4, 4});
}

/* Six hours of trading a day against twenty-four: hourly both. */
static void hours_of_trading_do_not_make_a_bar_longer(void **state)
{
  (void)state;
  static const int six[] = {14, 15, 16, 17, 18, 19, 38, 39, -1};
  static const int all[] = {13, 14, 15, 16, 17, 18, 19, 20, 21, 37, 38, -1};
  check_carried(six, all, (const unsigned char[]){U, 0, 1, 2, 3, 4, 5, 5, 5, 5, 6});
}

/* A day's own label is known when it is over, also where the next day has no bar (96). */
static void a_day_of_the_benchmark_is_known_to_hours_from_the_next_date_on(void **state)
{
  (void)state;
  static const int days[] = {0, 24, 48, 72, 120, -1};
  static const int hours[] = {0, 8, 16, 24, 32, 72, 80, 96, 104, 120, 128, 144, -1};
  check_carried(days, hours, (const unsigned char[]){U, U, U, 0, 0, 2, 2, 3, 3, 3, 3, 4});
}

static void a_week_of_the_benchmark_is_known_when_the_next_begins(void **state)
{
  (void)state;
  enum { WEEK = 7 * HOURS };
  static const int weeks[] = {0, WEEK, 2 * WEEK, 4 * WEEK, -1};
  static const int days[] = {
      0, 24, 48, WEEK, WEEK + 24, 2 * WEEK, 2 * WEEK + 24, 3 * WEEK, 3 * WEEK + 24, 4 * WEEK, -1};
  static const int hours[] = {0, 1, 2, 3, WEEK, WEEK + 1, 3 * WEEK, 4 * WEEK, 4 * WEEK + 1, -1};
  check_carried(weeks, days, (const unsigned char[]){U, U, U, 0, 0, 1, 1, 1, 1, 2});
  check_carried(weeks, hours, (const unsigned char[]){U, U, U, U, 0, 0, 1, 2, 2});
}

static void a_shorter_bar_of_the_benchmark_is_known_when_it_has_the_same_time(void **state)
{
  (void)state;
  static const int days[] = {0, 24, 48, 120, 144, -1}, weeks[] = {0, 168, 336, 504, -1};
  check_carried(days, weeks, (const unsigned char[]){0, 4, 4, 4});
}

/* Daily labels hold on the 31st day behind, monthly ones on the 62nd. */
static void a_label_does_not_hold_for_ever(void **state)
{
  (void)state;
  static const int days[] = {0, 24, 48, -1};
  static const int later[] = {48,         72,         32 * HOURS, 33 * HOURS, 34 * HOURS,
                              35 * HOURS, 80 * HOURS, 81 * HOURS, -1};
  static const int hours[] = {33 * HOURS, 33 * HOURS + 1, 33 * HOURS + 23, 34 * HOURS, -1};
  static const int months[] = {0, 31 * HOURS, 59 * HOURS, -1};
  static const int after[] = {59 * HOURS, 60 * HOURS, 93 * HOURS, 94 * HOURS, -1};
  static const int far[] = {59 * HOURS, 90 * HOURS, 121 * HOURS, 122 * HOURS, 152 * HOURS, -1};
  check_carried(days, later, (const unsigned char[]){2, 2, 2, 2, U, U, U, U});
  check_carried(days, hours, (const unsigned char[]){2, 2, 2, U});
  check_carried(months, after, (const unsigned char[]){1, 1, 1, U});
  check_carried(months, far, (const unsigned char[]){2, 2, 2, U, U});
}

static void a_ticker_that_is_the_benchmark_keeps_its_labels(void **state)
{
  (void)state;
  static const unsigned char labels[] = {BT_REGIME_UNKNOWN, 1, 0, 1};
  unsigned char out[4];
  bt_bars *bars = make_flat_bars(4, 10);
  assert_int_equal(bt_regime_carry(out, bars, labels, bars, NULL), BT_OK);
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
      cmocka_unit_test(holes_do_not_make_a_bar_shorter_or_longer),
      cmocka_unit_test(hours_of_trading_do_not_make_a_bar_longer),
      cmocka_unit_test(a_day_of_the_benchmark_is_known_to_hours_from_the_next_date_on),
      cmocka_unit_test(a_week_of_the_benchmark_is_known_when_the_next_begins),
      cmocka_unit_test(a_shorter_bar_of_the_benchmark_is_known_when_it_has_the_same_time),
      cmocka_unit_test(a_label_does_not_hold_for_ever),
      cmocka_unit_test(a_ticker_that_is_the_benchmark_keeps_its_labels),
  };
  return cmocka_run_group_tests_name("core/regime", tests, NULL, NULL);
}
