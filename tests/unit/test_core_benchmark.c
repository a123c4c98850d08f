/* Returns beside those of a benchmark: which bars meet, and the numbers that follow. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/benchmark.h"
#include "core/evaluate.h"
#include "core/time.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

static const double NONE = (double)NAN;

/* Bars of these closes on these days. */
static bt_bars *bars_on(const int *days, const double *close, size_t n)
{
  bt_bars *bars = make_bars(n, NULL, NULL, NULL, close);
  for (size_t t = 0; t < n; t++) bars->time_ns[t] = days[t] * BT_NS_PER_DAY;
  return bars;
}

static void check(bt_benchmark_metrics got, bt_benchmark_metrics expected)
{
  assert_close(got.alpha, expected.alpha, "alpha");
  assert_close(got.beta, expected.beta, "beta");
  assert_close(got.correlation, expected.correlation, "correlation");
  assert_close(got.tracking_error, expected.tracking_error, "tracking_error");
  assert_close(got.information_ratio, expected.information_ratio, "information_ratio");
}

/* ---- which bars meet ------------------------------------------------------------------------- */

static void the_benchmarks_return_is_that_of_its_own_bars(void **state)
{
  (void)state;
  static const int days[] = {1, 2, 5, 7, 8, 9}, benchmark_days[] = {2, 3, 5, 8, 10};
  static const double close[] = {1, 1, 1, 1, 1, 1}, benchmark_close[] = {100, 110, 99, 198, 1};
  /* day 2 is its first bar; 5 follows 3; it has no 7 and no 9; 8 follows 5 */
  static const double expected[] = {NAN, NAN, -0.1, NAN, 1, NAN};
  double out[6];
  bt_bars *ticker = bars_on(days, close, 6);
  bt_bars *benchmark = bars_on(benchmark_days, benchmark_close, 5);
  assert_int_equal(bt_benchmark_align(out, ticker, benchmark, NULL), BT_OK);
  assert_all_close(out, expected, 6, "return");
  bt_bars_free(ticker);
  bt_bars_free(benchmark);
}

/* The same bars: what a ticker is compared with spans its gaps. Its first bar has none before it,
 * and a bar the benchmark lacks costs the return to it and the one from it. */
static void what_is_followed_spans_the_tickers_gaps(void **state)
{
  (void)state;
  static const int days[] = {1, 2, 5, 7, 8, 9, 10}, benchmark_days[] = {2, 3, 5, 8, 9, 10};
  static const double close[] = {1, 1, 1, 1, 1, 1, 1};
  static const double benchmark_close[] = {100, 110, 99, 198, 99, 198};
  static const double expected[] = {NAN, NAN, -0.01, NAN, NAN, -0.5, 1};
  double out[7];
  bt_bars *ticker = bars_on(days, close, 7);
  bt_bars *benchmark = bars_on(benchmark_days, benchmark_close, 6);
  assert_int_equal(bt_benchmark_follow(out, ticker, benchmark, NULL), BT_OK);
  assert_all_close(out, expected, 7, "return");
  ticker->time_ns[0] = 2 * BT_NS_PER_DAY; /* its first bar, on which the benchmark has one */
  ticker->time_ns[1] = 3 * BT_NS_PER_DAY;
  assert_int_equal(bt_benchmark_follow(out, ticker, benchmark, NULL), BT_OK);
  assert_all_close(out, (const double[]){NAN, 0.1, -0.1}, 3, "return");
  bt_bars_free(ticker);
  bt_bars_free(benchmark);
}

static void a_ticker_against_itself_has_its_own_returns(void **state)
{
  (void)state;
  static const double close[] = {10, 11, 9, 9};
  static const double expected[] = {NAN, 0.1, -2.0 / 11, 0};
  double out[4];
  bt_bars *bars = make_bars(4, NULL, NULL, NULL, close);
  assert_int_equal(bt_benchmark_align(out, bars, bars, NULL), BT_OK);
  assert_all_close(out, expected, 4, "return");
  assert_int_equal(bt_benchmark_follow(out, bars, bars, NULL), BT_OK);
  assert_all_close(out, expected, 4, "return");
  bt_bars_free(bars);
}

static void bars_of_other_times_never_meet(void **state)
{
  (void)state;
  static const double close[] = {10, 11, 12};
  double out[3];
  bt_bars *ticker = make_bars(3, NULL, NULL, NULL, close);
  bt_bars *benchmark = make_bars(3, NULL, NULL, NULL, close);
  for (size_t t = 0; t < 3; t++) benchmark->time_ns[t] += BT_NS_PER_SECOND;
  assert_int_equal(bt_benchmark_align(out, ticker, benchmark, NULL), BT_OK);
  for (size_t t = 0; t < 3; t++) assert_true(isnan(out[t]));
  assert_int_equal(bt_benchmark_follow(out, ticker, benchmark, NULL), BT_OK);
  for (size_t t = 0; t < 3; t++) assert_true(isnan(out[t]));
  bt_bars_free(ticker);
  bt_bars_free(benchmark);
}

/* How many of the ticker's bars have a return of the benchmark: bars so many hours apart, from the
 * same instant on. */
static size_t count_meetings(int hours, int benchmark_hours)
{
  enum { N = 60 };
  double out[N], followed[N];
  size_t n = 0;
  bt_bars *bars[] = {make_flat_bars(N, 10), make_flat_bars(N, 10)};
  const int apart[] = {hours, benchmark_hours};
  for (size_t i = 0; i < 2; i++) {
    for (int t = 0; t < N; t++) bars[i]->time_ns[t] = t * apart[i] * (BT_NS_PER_DAY / 24);
    bars[i]->daily = apart[i] % 24 == 0;
  }
  assert_int_equal(bt_benchmark_align(out, bars[0], bars[1], NULL), BT_OK);
  assert_int_equal(bt_benchmark_follow(followed, bars[0], bars[1], NULL), BT_OK);
  for (size_t t = 0; t < N; t++) {
    n += isnan(out[t]) ? 0 : 1;
    assert_int_equal(isnan(out[t]), isnan(followed[t])); /* neither has a hole */
  }
  bt_bars_free(bars[0]);
  bt_bars_free(bars[1]);
  return n;
}

static void bars_of_another_kind_never_meet(void **state)
{
  (void)state;
  enum { DAY = 24, WEEK = 7 * DAY, MONTH = 30 * DAY };
  assert_int_equal(count_meetings(1, 1), 59);
  assert_int_equal(count_meetings(DAY, DAY), 59);
  assert_int_equal(count_meetings(WEEK, WEEK), 59);
  assert_int_equal(count_meetings(MONTH, MONTH), 59);
  assert_int_equal(count_meetings(WEEK, DAY), 0);
  assert_int_equal(count_meetings(DAY, WEEK), 0);
  assert_int_equal(count_meetings(MONTH, WEEK), 0);
  assert_int_equal(count_meetings(DAY, 1), 0);
  assert_int_equal(count_meetings(1, 2), 0);
  assert_int_equal(count_meetings(4, 1), 0);
  assert_int_equal(count_meetings(3 * DAY, DAY), 0);
  assert_int_equal(count_meetings(DAY, 3 * DAY), 0);
}

/* ---- the numbers ----------------------------------------------------------------------------- */

/* Expected: numpy 2 on the ten bars with b: polyfit(b - rf/252, r - rf/252, 1), corrcoef, std with
 * ddof = 1; rf = 3%. */
static void ten_common_bars_of_twelve_agree_with_numpy(void **state)
{
  (void)state;
  static const double r[] = {0.012,  -0.004,  0.0075, -0.021, 0.018,   0,
                             0.0033, -0.0091, 0.0142, 0.0061, -0.0124, 0.0087};
  static const double b[] = {NAN, 0.002,   0.0051, -0.0163, NAN,     0.0012,
                             0,   -0.0104, 0.0098, 0.0077,  -0.0081, 0.0043};
  check(bt_benchmark_compare(r, b, 12, 0.03 / 252, 252),
        (bt_benchmark_metrics){-0.0167855033531979, 1.22645174243332, 0.950053047864701,
                               0.0619896765598918, -0.81303860250514});
}

/* The case of test_core_metrics.c with 5% a bar: (1/30 - 0.05 - (0.1 - 0.05) * 8/21) * 3. */
static void the_risk_free_rate_changes_alpha_alone(void **state)
{
  (void)state;
  static const double r[] = {0.1, -0.1, 0.1}, b[] = {0.05, -0.1, 0.35};
  check(bt_benchmark_compare(r, b, 3, 0.05, 3),
        (bt_benchmark_metrics){-3.0 / 28, 8.0 / 21, 0.04 / sqrt(0.105 * 2 / 75), sqrt(31) / 20,
                               -4 / sqrt(31)});
}

/* The definitions in long double, over the bars with b. */
static bt_benchmark_metrics compare_plainly(const double *r, const double *b, size_t n,
                                            long double floor, long double ppy)
{
  long double count = 0, sum_r = 0, sum_b = 0, rr = 0, bb = 0, rb = 0, active = 0;
  for (size_t t = 0; t < n; t++) {
    if (isnan(b[t])) continue;
    count++;
    sum_r += (long double)r[t];
    sum_b += (long double)b[t];
  }
  for (size_t t = 0; t < n; t++) {
    if (isnan(b[t])) continue;
    long double dr = (long double)r[t] - sum_r / count, db = (long double)b[t] - sum_b / count;
    rr += dr * dr;
    bb += db * db;
    rb += dr * db;
    active += (dr - db) * (dr - db);
  }
  if (count < 2) return (bt_benchmark_metrics){NONE, NONE, NONE, NONE, NONE};
  long double beta = rb / bb, error = sqrtl(active / (count - 1) * ppy);
  return (bt_benchmark_metrics){
      .alpha = (double)((sum_r / count - floor - beta * (sum_b / count - floor)) * ppy),
      .beta = (double)beta,
      .correlation = (double)(rb / sqrtl(rr * bb)),
      .tracking_error = (double)error,
      .information_ratio = (double)((sum_r - sum_b) / count * ppy / error)};
}

static void every_length_and_any_hole_agrees_with_plain_sums(void **state)
{
  (void)state;
  enum { N_MOST = 900 };
  double r[N_MOST], b[N_MOST];
  test_random random = {5};
  for (size_t round = 0; round < 600; round++) {
    size_t n = round < 60 ? round : 1 + random_below(&random, N_MOST);
    size_t holes = 2 + random_below(&random, 20);
    for (size_t t = 0; t < n; t++) {
      b[t] = random_between(&random, -0.03, 0.03);
      r[t] = 0.4 * b[t] + random_between(&random, -0.02, 0.021);
      if (random_below(&random, holes) == 0) b[t] = NONE;
    }
    check(bt_benchmark_compare(r, b, n, 0.0001, 252), compare_plainly(r, b, n, 0.0001L, 252));
  }
}

/* ---- what is not defined --------------------------------------------------------------------- */

static void fewer_than_two_common_bars_have_no_number(void **state)
{
  (void)state;
  static const double r[] = {0.1, 0.2, 0.3}, b[] = {NAN, 0.1, NAN};
  check(bt_benchmark_compare(r, b, 3, 0, 252),
        (bt_benchmark_metrics){NONE, NONE, NONE, NONE, NONE});
  check(bt_benchmark_compare(r, b, 1, 0, 252),
        (bt_benchmark_metrics){NONE, NONE, NONE, NONE, NONE});
  check(bt_benchmark_compare(r, b, 0, 0, 252),
        (bt_benchmark_metrics){NONE, NONE, NONE, NONE, NONE});
}

/* r - b = 0.09, -0.11, -0.01 deviates from its mean by 0.1, -0.1, 0: std 0.1, mean -0.01. */
static void a_constant_benchmark_has_no_regression(void **state)
{
  (void)state;
  static const double r[] = {0.1, -0.1, 0}, b[] = {0.01, 0.01 + 1e-16, 0.01};
  check(bt_benchmark_compare(r, b, 3, 0, 4), (bt_benchmark_metrics){NONE, NONE, NONE, 0.2, -0.2});
}

/* Out of the market: beta is 0, and alpha what the risk-free rate would have paid. */
static void constant_returns_have_no_correlation_and_a_beta_of_zero(void **state)
{
  (void)state;
  static const double r[] = {0, 0, 0, 0}, b[] = {0.1, -0.1, 0.1, -0.1};
  bt_benchmark_metrics got = bt_benchmark_compare(r, b, 4, 0.01, 4);
  check(got, (bt_benchmark_metrics){-0.04, 0, NONE, sqrt(0.04 / 3) * 2, 0});
  assert_true(got.beta == 0);
}

static void the_benchmark_itself_has_no_information_ratio_despite_rounding(void **state)
{
  (void)state;
  enum { N = 500 };
  double r[N], b[N];
  test_random random = {7};
  for (size_t t = 0; t < N; t++) {
    b[t] = random_between(&random, -0.03, 0.03);
    r[t] = b[t] + (random_below(&random, 2) ? 1e-16 : -1e-16);
  }
  bt_benchmark_metrics got = bt_benchmark_compare(r, b, N, 0.0001, 252);
  check(got, (bt_benchmark_metrics){0, 1, 1, 0, NONE});
  assert_true(got.alpha == 0 && got.tracking_error == 0 && got.correlation <= 1);
}

/* ---- where it goes in ------------------------------------------------------------------------ */

/* Two bars before the span: evaluated, it must meet the benchmark's returns of its own bars. */
static void a_span_meets_the_benchmark_of_its_own_bars(void **state)
{
  (void)state;
  enum { N = 40 };
  test_random random = {9};
  bt_bars *bars = make_random_bars(&random, N, 50, 0.02);
  double target[N], benchmark[N];
  for (size_t t = 0; t < N; t++) target[t] = 1;
  assert_int_equal(bt_benchmark_align(benchmark, bars, bars, NULL), BT_OK);
  benchmark[0] = benchmark[1] = 77; /* never looked at */
  bt_subject subject = {bars, {2, N}, 252, NULL, benchmark};
  bt_evaluation how = {.simulation = {.cash = 1000}, .rf = 0};
  bt_evaluator evaluator;
  bt_metrics metrics;
  bt_evaluator_init(&evaluator);
  assert_int_equal(bt_evaluate(&metrics, &evaluator, &subject, target, &how, NULL), BT_OK);
  bt_benchmark_metrics expected = compare_plainly(evaluator.returns, benchmark + 2, N - 2, 0, 252);
  check((bt_benchmark_metrics){metrics.value[BT_METRIC_ALPHA], metrics.value[BT_METRIC_BETA],
                               metrics.value[BT_METRIC_CORRELATION],
                               metrics.value[BT_METRIC_TRACKING_ERROR],
                               metrics.value[BT_METRIC_INFORMATION_RATIO]},
        expected);
  subject.benchmark = NULL;
  assert_int_equal(bt_evaluate(&metrics, &evaluator, &subject, target, &how, NULL), BT_OK);
  assert_true(isnan(metrics.value[BT_METRIC_BETA]));
  bt_evaluator_clear(&evaluator);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_benchmarks_return_is_that_of_its_own_bars),
      cmocka_unit_test(what_is_followed_spans_the_tickers_gaps),
      cmocka_unit_test(a_ticker_against_itself_has_its_own_returns),
      cmocka_unit_test(bars_of_other_times_never_meet),
      cmocka_unit_test(bars_of_another_kind_never_meet),
      cmocka_unit_test(ten_common_bars_of_twelve_agree_with_numpy),
      cmocka_unit_test(the_risk_free_rate_changes_alpha_alone),
      cmocka_unit_test(every_length_and_any_hole_agrees_with_plain_sums),
      cmocka_unit_test(fewer_than_two_common_bars_have_no_number),
      cmocka_unit_test(a_constant_benchmark_has_no_regression),
      cmocka_unit_test(constant_returns_have_no_correlation_and_a_beta_of_zero),
      cmocka_unit_test(the_benchmark_itself_has_no_information_ratio_despite_rounding),
      cmocka_unit_test(a_span_meets_the_benchmark_of_its_own_bars),
  };
  return cmocka_run_group_tests_name("core/benchmark", tests, NULL, NULL);
}
