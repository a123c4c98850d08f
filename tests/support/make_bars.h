/* make_bars.h - bars, instants and random series for tests. What cannot be allocated aborts. */
#ifndef BT_TESTS_MAKE_BARS_H
#define BT_TESTS_MAKE_BARS_H

#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"

/* Daily bars from 2020-01-01 on, no day left out, volume 1000. NULL for open, high or low: what
 * follows from the others (open = close, high and low around open and close). */
bt_bars *make_bars(size_t n, const double *open, const double *high, const double *low,
                   const double *close);

/* Bars that all have this price; volume NaN. */
bt_bars *make_flat_bars(size_t n, double price);

/* Bars on the days on which the text has an x ("xx.x"); its first letter is `first_day`, counted
 * from 1970-01-01. */
bt_bars *make_bars_on(const char *days, int64_t first_day);

/* The first n bars of others. */
bt_bars *make_prefix(const bt_bars *bars, size_t n);

/* An instant from its ISO text; the test fails where it is none. */
int64_t instant_of(const char *text);

/* A generator with a seed (splitmix64), so that a failure can be repeated. */
typedef struct test_random {
  uint64_t state;
} test_random;

uint64_t random_bits(test_random *random);
double random_unit(test_random *random); /* in [0, 1) */
double random_between(test_random *random, double low, double high);
size_t random_below(test_random *random, size_t n); /* 0 .. n-1 */
double random_choice(test_random *random, const double *values, size_t n);

/* A random walk in steps of up to `step` (0.02 = 2%) that starts at `price`; prices have two
 * decimals, so equal ones are frequent. */
bt_bars *make_random_bars(test_random *random, size_t n, double price, double step);

#endif
