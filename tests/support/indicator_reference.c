#include "tests/support/indicator_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/indicator_cache.h"
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
