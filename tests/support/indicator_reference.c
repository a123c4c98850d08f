#include "tests/support/indicator_reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/indicator_cache.h"
#include "tests/support/compare.h"
#include "tests/support/csv_table.h"
#include "tests/support/make_bars.h"

double *indicator_values_on(const bt_indicator *indicator, const double *params,
                            const bt_series *series, size_t output)
{
  bt_indicator_cache *cache = NULL;
  bt_indicator_hold hold;
  const double *values = NULL;
  bt_error err;
  double *copy = malloc(series->n_bars * sizeof *copy);
  assert_non_null(copy);
  assert_int_equal(bt_indicator_cache_new(&cache, series, NULL, NULL, &err), BT_OK);
  bt_indicator_hold_init(&hold, cache);
  const bt_indicator_request wanted = {indicator->name, params, indicator->n_params, output};
  bt_status status = bt_indicator_get(&values, &hold, &wanted, &err);
  if (status) fail_msg("%s", err.message);
  memcpy(copy, values, series->n_bars * sizeof *copy);
  bt_indicator_hold_release(&hold);
  bt_indicator_cache_free(cache);
  return copy;
}

double *indicator_values(const bt_indicator *indicator, const double *params, const bt_bars *bars,
                         size_t output)
{
  bt_series series = bt_bars_series(bars);
  test_random random = {41};
  double *benchmark = malloc(bars->n_bars * sizeof *benchmark);
  assert_non_null(benchmark);
  for (size_t t = 0; t < bars->n_bars; t++) benchmark[t] = random_between(&random, -0.02, 0.02);
  if (indicator->needs_benchmark) series.benchmark = benchmark;
  double *values = indicator_values_on(indicator, params, &series, output);
  free(benchmark);
  return values;
}

bt_bars *indicator_bars(void)
{
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/ohlcv.csv")) return NULL;
  bt_bars *bars = make_flat_bars(table.n_rows, 1);
  for (size_t t = 0; t < table.n_rows; t++) {
    bars->open[t] = csv_number(&table, t, "open");
    bars->high[t] = csv_number(&table, t, "high");
    bars->low[t] = csv_number(&table, t, "low");
    bars->close[t] = csv_number(&table, t, "close");
    bars->volume[t] = csv_number(&table, t, "volume");
  }
  csv_table_free(&table);
  return bars;
}

static bool agrees(double ours, double theirs, size_t t)
{
  bool flat = t >= 299 && t <= 326;
  if (t >= 299 && t <= 328 && isnan(ours)) return true;
  return is_close(ours, theirs, flat ? 1e-6 : 1e-9);
}

static bool is_of(const csv_table *table, size_t row, const indicator_case *c)
{
  return strcmp(csv_text(table, row, "indicator"), c->their_name) == 0 &&
         strcmp(csv_text(table, row, "params"), c->their_params) == 0 &&
         strcmp(csv_text(table, row, "output"), c->their_output) == 0;
}

static void check_case(const csv_table *table, const indicator_case *c, const bt_bars *bars)
{
  const bt_indicator *indicator = bt_indicator_find(c->name);
  assert_non_null(indicator);
  double *values = indicator_values(indicator, c->params, bars, c->output);
  size_t n_compared = 0, first = bars->n_bars;
  for (size_t row = 0; row < table->n_rows; row++) {
    if (!is_of(table, row, c)) continue;
    size_t t = (size_t)csv_number(table, row, "index");
    double theirs = csv_number(table, row, "value");
    if (t < first) first = t;
    if (t < c->from) continue;
    n_compared++;
    if (!agrees(values[t], theirs, t))
      fail_msg("%s %s bar %zu: ours %.17g, theirs %.17g", c->name, c->their_output, t, values[t],
               theirs);
  }
  assert_true(n_compared > 300);
  for (size_t t = 0; t < first && c->from == 0; t++)
    if (!isnan(values[t])) fail_msg("%s is there on bar %zu, theirs is not", c->name, t);
  free(values);
}

void check_indicators(const char *library, const indicator_case *cases, size_t n_cases)
{
  char path[64];
  csv_table table;
  bt_bars *bars = indicator_bars();
  if (!bars) skip();
  (void)snprintf(path, sizeof path, "reference/quant/ind_%s.csv", library);
  if (!csv_table_read(&table, path)) {
    bt_bars_free(bars);
    skip();
  }
  for (size_t i = 0; i < n_cases; i++) check_case(&table, &cases[i], bars);
  csv_table_free(&table);
  bt_bars_free(bars);
}
