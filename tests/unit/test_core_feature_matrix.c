/* Columns as rows side by side, against the columns themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/feature_matrix.h"
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"

/* Bars, a list, and the matrix over some spans of them. */
typedef struct scene {
  bt_bars *bars;
  bt_feature_list list;
  double *matrix;
  size_t stride, n_rows;
} scene;

static void fill(scene *s, size_t extra, const bt_span *spans, size_t n_spans, size_t end)
{
  bt_series series = bt_bars_series(s->bars);
  bt_feature_source source = {.series = &series, .spans = spans, .n_spans = n_spans, .end = end};
  bt_error err;
  assert_int_equal(bt_indicator_cache_new(&source.cache, &series, NULL, NULL, &err), BT_OK);
  s->n_rows = bt_feature_source_rows(&source);
  s->stride = s->list.n + extra;
  free(s->matrix);
  s->matrix = malloc(s->n_rows * s->stride * sizeof *s->matrix + 1);
  assert_non_null(s->matrix);
  for (size_t i = 0; i < s->n_rows * s->stride; i++) s->matrix[i] = -77;
  if (bt_feature_matrix_fill(s->matrix + extra, s->stride, &s->list, &source, &err))
    fail_msg("%s", err.message);
  bt_indicator_cache_free(source.cache);
}

static void clear(scene *s)
{
  bt_feature_list_clear(&s->list);
  bt_bars_free(s->bars);
  free(s->matrix);
}

/* The column by itself, bar by bar; the caller frees it. */
static double *column_alone(const scene *s, const bt_feature *f, size_t end)
{
  const bt_bars *b = s->bars;
  const double *const prices[] = {b->open, b->high, b->low, b->close, b->volume};
  if (f->kind == BT_FEATURE_INDICATOR)
    return indicator_values(f->indicator, f->params, b, f->output);
  double *values = malloc((b->n_bars + 1) * sizeof *values);
  assert_non_null(values);
  for (size_t t = 0; t < b->n_bars; t++) {
    values[t] = (double)NAN;
    if (f->kind == BT_FEATURE_PRICE)
      values[t] = prices[f->price][t];
    else if (f->kind == BT_FEATURE_RETURN && t >= f->n_bars)
      values[t] = b->close[t] / b->close[t - f->n_bars] - 1;
    else if (f->kind == BT_FEATURE_FWD_RETURN && t + f->n_bars < end)
      values[t] = b->close[t + f->n_bars] / b->close[t] - 1;
  }
  return values;
}

/* To the last bit, but for the form of NaN and of 0. */
static void check(const scene *s, size_t extra, const bt_span *spans, size_t n_spans, size_t end)
{
  for (size_t k = 0; k < s->list.n; k++) {
    double *alone = column_alone(s, &s->list.columns[k], end);
    size_t row = 0;
    for (size_t i = 0; i < n_spans; i++) {
      for (size_t t = spans[i].first; t < spans[i].end; t++, row++) {
        double got = s->matrix[row * s->stride + extra + k];
        if (isnan(alone[t]) ? !isnan(got) : got != alone[t])
          fail_msg("%s, bar %zu, row %zu: %.17g instead of %.17g", s->list.columns[k].name, t, row,
                   got, alone[t]);
      }
    }
    assert_int_equal(row, s->n_rows);
    free(alone);
  }
  for (size_t row = 0; row < s->n_rows; row++)
    for (size_t k = 0; k < extra; k++) assert_true(s->matrix[row * s->stride + k] == -77);
}

/* Every kind of column: the first n, of up to 24. */
static void add_columns(bt_feature_list *list, size_t n)
{
  bt_error err;
  char text[24];
  assert_int_equal(bt_feature_list_add_prices(list, &err), BT_OK);
  for (int i = 1; i <= 5; i++) {
    (void)snprintf(text, sizeof text, "sma:%d", 3 * i);
    assert_int_equal(bt_feature_list_add_indicator(list, text, false, &err), BT_OK);
    (void)snprintf(text, sizeof text, "%d", 20 * i);
    assert_int_equal(bt_feature_list_add_return(list, text, &err), BT_OK);
    (void)snprintf(text, sizeof text, "fwd_return:%d", i * i);
    assert_int_equal(bt_feature_list_add_label(list, text, &err), BT_OK);
  }
  assert_int_equal(bt_feature_list_add_indicator(list, "macd:3,8,4", false, &err), BT_OK);
  assert_int_equal(bt_feature_list_add_indicator(list, "rsi:4", false, &err), BT_OK);
  assert_true(list->n >= n);
  list->n = n;
}

static void every_column_is_that_of_its_own(void **state)
{
  (void)state;
  static const size_t lengths[] = {1, 2, 7, 63, 64, 65, 128, 200};
  test_random random = {1};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    for (size_t n = 1; n <= 23; n++) {
      scene s = {.bars = make_random_bars(&random, lengths[i], 40, 0.03)};
      const bt_span whole = {0, lengths[i]};
      size_t extra = n % 3;
      add_columns(&s.list, n);
      fill(&s, extra, &whole, 1, whole.end);
      check(&s, extra, &whole, 1, whole.end);
      clear(&s);
    }
  }
}

/* Indicators and returns see the bars before a span, labels none behind the end. */
static void spans_are_rows_and_see_what_is_before(void **state)
{
  (void)state;
  test_random random = {2};
  scene s = {.bars = make_random_bars(&random, 300, 40, 0.03)};
  const bt_span spans[] = {{3, 4}, {50, 120}, {120, 121}, {200, 280}};
  add_columns(&s.list, 23);
  fill(&s, 1, spans, 4, 280);
  assert_int_equal(s.n_rows, 152);
  check(&s, 1, spans, 4, 280);
  fill(&s, 0, spans, 0, 280);
  assert_int_equal(s.n_rows, 0);
  clear(&s);
}

/* 2 4 8 4: back by one 1 1 -0.5, ahead by two 3 0. */
static void returns_by_hand(void **state)
{
  (void)state;
  const double close[] = {2, 4, 8, 4};
  scene s = {.bars = make_bars(4, NULL, NULL, NULL, close)};
  const bt_span whole = {0, 4};
  bt_error err;
  assert_int_equal(bt_feature_list_add_return(&s.list, "1", &err), BT_OK);
  assert_int_equal(bt_feature_list_add_label(&s.list, "fwd_return:2", &err), BT_OK);
  assert_int_equal(bt_feature_list_add_return(&s.list, "4", &err), BT_OK);
  assert_int_equal(bt_feature_list_add_label(&s.list, "fwd_return:4", &err), BT_OK);
  fill(&s, 0, &whole, 1, 4);
  const double *m = s.matrix;
  assert_true(isnan(m[0]) && m[4] == 1 && m[8] == 1 && m[12] == -0.5);
  assert_true(m[1] == 3 && m[5] == 0 && isnan(m[9]) && isnan(m[13]));
  for (size_t t = 0; t < 4; t++) assert_true(isnan(m[4 * t + 2]) && isnan(m[4 * t + 3]));
  fill(&s, 0, &whole, 1, 3); /* the last bar is behind the end */
  assert_true(s.matrix[1] == 3 && isnan(s.matrix[5]));
  clear(&s);
}

/* What hardware, compiler and library make of 0 / 0 differs in sign. Infinities are NaN, too. */
static void nan_and_zero_have_one_form(void **state)
{
  (void)state;
  const uint64_t forms[] = {UINT64_C(0xfff8000000000000), UINT64_C(0x7ff8000000000001),
                            UINT64_C(0x7ff0000000000001), UINT64_C(0x8000000000000000),
                            UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000),
                            UINT64_C(0x8000000000000001)};
  const uint64_t settled[] = {
      UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff8000000000000), 0,
      UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff8000000000000), UINT64_C(0x8000000000000001)};
  enum { N = sizeof forms / sizeof forms[0] };
  scene s = {.bars = make_flat_bars(N, 10)};
  const bt_span whole = {0, N};
  bt_error err;
  memcpy(s.bars->volume, forms, sizeof forms);
  assert_int_equal(bt_feature_list_add_prices(&s.list, &err), BT_OK);
  fill(&s, 0, &whole, 1, N);
  for (size_t t = 0; t < N; t++)
    assert_memory_equal(&s.matrix[5 * t + 4], &settled[t], sizeof settled[t]);
  clear(&s);
}

/* Of prices whose squares are too large or too small for a double. */
static void no_value_is_infinite(void **state)
{
  (void)state;
  static const double close[] = {1e300, 3e300, 1e300, 2e-300, 1e-300, 1e300};
  static const double volume[] = {1e10, 1e10, 1e10, 1e10, 1e10, 1e10};
  static const bt_span all = {0, 6};
  scene s = {.bars = make_bars(6, NULL, NULL, NULL, close)};
  memcpy(s.bars->volume, volume, sizeof volume);
  const char *const specs[] = {"stddev:2", "bollinger:2", "zscore:2", "vwap:2"};
  for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
    assert_int_equal(bt_feature_list_add_indicator(&s.list, specs[i], false, NULL), BT_OK);
  assert_int_equal(bt_feature_list_add_return(&s.list, "1", NULL), BT_OK);
  fill(&s, 0, &all, 1, 6);
  for (size_t i = 0; i < s.n_rows * s.stride; i++) assert_true(!isinf(s.matrix[i]));
  assert_true(isnan(s.matrix[s.stride]));         /* the deviation of 1e300 and 3e300 */
  assert_true(isnan(s.matrix[6 * s.stride - 1])); /* from 1e-300 to 1e300 */
  clear(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_column_is_that_of_its_own),
      cmocka_unit_test(spans_are_rows_and_see_what_is_before),
      cmocka_unit_test(returns_by_hand),
      cmocka_unit_test(nan_and_zero_have_one_form),
      cmocka_unit_test(no_value_is_infinite),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
