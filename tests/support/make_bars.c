#include "tests/support/make_bars.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"

enum { DAYS_TO_2020 = 18262 };

static bt_bars *new_bars(size_t n)
{
  bt_bars *bars = NULL;
  if (bt_bars_new(&bars, n, NULL)) abort();
  for (size_t t = 0; t < n; t++) {
    bars->time_ns[t] = (int64_t)(DAYS_TO_2020 + t) * BT_NS_PER_DAY;
    bars->volume[t] = 1000;
  }
  return bars;
}

bt_bars *make_bars(size_t n, const double *open, const double *high, const double *low,
                   const double *close)
{
  bt_bars *bars = new_bars(n);
  for (size_t t = 0; t < n; t++) {
    bars->close[t] = close[t];
    bars->open[t] = open ? open[t] : close[t];
    bars->high[t] = high ? high[t] : fmax(bars->open[t], close[t]);
    bars->low[t] = low ? low[t] : fmin(bars->open[t], close[t]);
  }
  return bars;
}

bt_bars *make_flat_bars(size_t n, double price)
{
  bt_bars *bars = new_bars(n);
  for (size_t t = 0; t < n; t++) {
    bars->open[t] = bars->high[t] = bars->low[t] = bars->close[t] = price;
    bars->volume[t] = (double)NAN;
  }
  return bars;
}

bt_bars *make_bars_on(const char *days, int64_t first_day)
{
  size_t n = 0;
  bt_bars *bars = make_flat_bars(strlen(days) + 1, 5);
  for (size_t d = 0; days[d]; d++)
    if (days[d] == 'x') bars->time_ns[n++] = (first_day + (int64_t)d) * BT_NS_PER_DAY;
  bars->n_bars = n;
  return bars;
}

bt_bars *make_prefix(const bt_bars *bars, size_t n)
{
  bt_bars *prefix = make_bars(n, bars->open, bars->high, bars->low, bars->close);
  memcpy(prefix->time_ns, bars->time_ns, n * sizeof *prefix->time_ns);
  memcpy(prefix->volume, bars->volume, n * sizeof *prefix->volume);
  memcpy(prefix->adjust_factor, bars->adjust_factor, n * sizeof *prefix->adjust_factor);
  return prefix;
}

int64_t instant_of(const char *text)
{
  int64_t time_ns = 0;
  if (!bt_time_parse(&time_ns, NULL, text)) fail_msg("'%s' is no time", text);
  return time_ns;
}

uint64_t random_bits(test_random *random)
{
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

double random_unit(test_random *random)
{
  return (double)(random_bits(random) >> 11) * 0x1p-53;
}

double random_between(test_random *random, double low, double high)
{
  return low + (high - low) * random_unit(random);
}

size_t random_below(test_random *random, size_t n)
{
  return (size_t)(random_bits(random) % n);
}

double random_choice(test_random *random, const double *values, size_t n)
{
  return values[random_below(random, n)];
}

static double walk(test_random *random, double price, double step)
{
  double next = round(price * (1 + random_between(random, -step, step)) * 100) / 100;
  return next < 0.01 ? 0.01 : next;
}

bt_bars *make_random_bars(test_random *random, size_t n, double price, double step)
{
  bt_bars *bars = new_bars(n);
  for (size_t t = 0; t < n; t++) {
    double open = walk(random, price, step), close = walk(random, open, step);
    bars->open[t] = open;
    bars->close[t] = price = close;
    bars->high[t] = fmax(open, close) * (1 + random_between(random, 0, step));
    bars->low[t] = fmin(open, close) * (1 - random_between(random, 0, step) / 2);
    bars->volume[t] = (double)random_below(random, 100000);
  }
  return bars;
}
