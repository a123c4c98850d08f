/* Indicators of prices alone beside other libraries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/indicator_reference.h"

enum { MACD_FROM = 33 }; /* TA-Lib waits for the signal line; our line begins earlier */

static const indicator_case talib_cases[] = {
    {"sma", "20", "sma", "sma", {20}, 0, 0},
    {"ema", "20", "ema", "ema", {20}, 0, 0},
    {"rsi", "14", "rsi", "rsi", {14}, 0, 0},
    {"macd", "12|26|9", "macd", "macd", {12, 26, 9}, 0, MACD_FROM},
    {"macd", "12|26|9", "signal", "macd", {12, 26, 9}, 1, 0},
    {"stddev", "20", "stddev", "stddev", {20}, 0, 0},
    {"bbands", "20|2", "middle", "sma", {20}, 0, 0},
    {"atr", "14", "atr", "atr", {14}, 0, 0},
    {"max", "20", "max", "highest", {20}, 0, 0},
    {"min", "20", "min", "lowest", {20}, 0, 0},
};

static void they_agree_with_talib(void **state)
{
  (void)state;
  check_indicators("talib", talib_cases, sizeof talib_cases / sizeof *talib_cases);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(they_agree_with_talib)};
  return cmocka_run_group_tests_name("core/indicators beside others", tests, NULL, NULL);
}
