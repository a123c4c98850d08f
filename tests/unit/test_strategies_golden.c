#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "strategies/registry.h"
#include "tests/support/compare.h"
#include "tests/support/registry_cases.h"

static const char *const keys[] = {"params", "open",   "high",   "low",
                                   "close",  "volume", "target", NULL};

static void check_case(const bt_strategy *strategy, const golden_case *c)
{
  double params[TEST_PARAMS_MOST];
  size_t n_expected = 0;
  assert_int_equal(golden_params(params, c), strategy->n_params);
  bt_bars *bars = golden_bars(c);
  double *expected = golden_numbers(&n_expected, c, "target");
  assert_int_equal(n_expected, bars->n_bars);
  double *target = strategy_targets(strategy, params, bars);
  assert_all_close(target, expected, bars->n_bars, "target");
  free(target);
  free(expected);
  bt_bars_free(bars);
}

static void every_strategy_has_golden_cases_and_agrees_with_them(void **state)
{
  (void)state;
  for (size_t i = 0; i < bt_strategy_count(); i++) {
    const bt_strategy *strategy = bt_strategy_at(i);
    char path[256];
    golden_file file;
    (void)snprintf(path, sizeof path, "tests/golden/strategies/%s.txt", strategy->name);
    if (!golden_read(&file, path)) fail_msg("%s is missing", path);
    golden_allow(&file, keys);
    for (size_t k = 0; k < file.n_cases; k++) {
      print_message("           %s: %s\n", strategy->name, file.cases[k].name);
      check_case(strategy, &file.cases[k]);
    }
    golden_free(&file);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_strategy_has_golden_cases_and_agrees_with_them),
  };
  return cmocka_run_group_tests_name("strategies/golden", tests, NULL, NULL);
}
