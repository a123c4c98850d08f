#include "tests/support/registry_cases.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/aim.h"
#include "tests/support/make_bars.h"

bt_bars *golden_bars(const golden_case *c)
{
  static const char *const keys[] = {"close", "open", "high", "low", "volume"};
  enum { N_KEYS = sizeof keys / sizeof keys[0] };
  double *values[N_KEYS];
  size_t n[N_KEYS];
  for (size_t i = 0; i < N_KEYS; i++) {
    values[i] = golden_numbers(&n[i], c, keys[i]);
    if (values[i]) assert_int_equal(n[i], n[0]);
  }
  assert_non_null(values[0]);
  bt_bars *bars = make_bars(n[0], values[1], values[2], values[3], values[0]);
  if (values[4]) memcpy(bars->volume, values[4], n[0] * sizeof *values[4]);
  for (size_t i = 0; i < N_KEYS; i++) free(values[i]);
  return bars;
}

size_t golden_params(double out[TEST_PARAMS_MOST], const golden_case *c)
{
  const char *text = golden_text(c, "params", 0);
  assert_non_null(text);
  return golden_parse(out, TEST_PARAMS_MOST, text);
}

double *strategy_targets(const bt_strategy *strategy, const double *params, const bt_bars *bars)
{
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  bt_error err;
  bt_aim aim;
  double *target = malloc(bars->n_bars * sizeof *target);
  assert_non_null(target);
  bt_aim_init(&aim);
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, &err),
      BT_OK);
  bt_signal_host_init(&host, cache);
  if (bt_aim_take(&aim, strategy, params, &host, BT_DIRECTION_BOTH, &err))
    fail_msg("%s", err.message);
  bt_changes_fill(target, &aim.changes);
  bt_aim_clear(&aim);
  bt_indicator_cache_free(cache);
  return target;
}

void fill_first(double *params, const bt_param *ranges, size_t n)
{
  for (size_t i = 0; i < n; i++) params[i] = ranges[i].sweep_first;
}

bool next_combination(double *params, const bt_param *ranges, size_t n)
{
  for (size_t i = n; i-- > 0;) {
    params[i] += ranges[i].sweep_step;
    if (params[i] <= ranges[i].sweep_last) return true;
    params[i] = ranges[i].sweep_first;
  }
  return false;
}
