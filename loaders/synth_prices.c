#include "loaders/synth_prices.h"

#include <math.h>
#include <stdlib.h>

#include "core/random/streams.h"
#include "core/time.h"

enum {
  DEGREES = 5,
  UNITS = 10000,
  UNITS_PER_CENT = 100,
  FALL_BARS = 500 /* how long a ticker falls before it is delisted */
};

/* One draw's place in the stream of its ticker: DRAWS places a bar. */
enum {
  DRAW_NORMAL,
  DRAW_CHI,
  DRAW_GAP = DRAW_CHI + DEGREES,
  DRAW_HIGH,
  DRAW_LOW,
  DRAW_VOLUME,
  DRAWS
};

/* What one ticker is like; stream 0 is the market's. Drift and volatility are yearly and those of
 * its own part, beta is its share in the market. */
typedef struct character {
  uint64_t seed, stream;
  double drift, volatility, beta, first_price, volume;
  size_t first, end; /* the bars of the full history that it has */
} character;

static double draw(uint64_t seed, uint64_t stream, size_t bar, uint64_t which)
{
  return bt_random_normal(seed, stream, (uint64_t)bar * DRAWS + which);
}

/* The next shock with variance about 1 from a GARCH(1,1), variance = (1 - a - b) + a shock^2 +
 * b variance, with Student-t innovations of DEGREES degrees scaled to variance 1. One wild draw
 * must not set the next month on fire: the square counts up to 25. */
static double next_shock(double *variance, uint64_t seed, uint64_t stream, size_t bar)
{
  const double a = 0.08, b = 0.90;
  double chi_squared = 0;
  for (uint64_t i = 0; i < DEGREES; i++) {
    double z = draw(seed, stream, bar, DRAW_CHI + i);
    chi_squared += z * z;
  }
  double t = draw(seed, stream, bar, DRAW_NORMAL) / sqrt(chi_squared / DEGREES);
  double shock = t * sqrt((DEGREES - 2.0) / DEGREES) * sqrt(*variance);
  *variance = (1 - a - b) + a * fmin(shock * shock, 25) + b * *variance;
  return shock;
}

/* Uniform in (low, high), from the last places of the ticker's stream. */
static double trait(const character *c, uint64_t which, double low, double high)
{
  return low + (high - low) * bt_random_uniform(c->seed, c->stream, UINT64_MAX - which);
}

static character draw_character(const bt_synth_market *market, size_t index)
{
  character c = {.seed = market->seed, .stream = (uint64_t)index + 1, .end = market->n_bars};
  double n = (double)market->n_bars;
  c.drift = trait(&c, 0, -0.06, 0.16);
  c.volatility = trait(&c, 1, 0.12, 0.45);
  c.beta = trait(&c, 2, 0.5, 1.5);
  c.first_price = exp(trait(&c, 3, log(8), log(250)));
  c.volume = exp(trait(&c, 4, log(2e5), log(2e7)));
  if (index % 17 == 5)
    c.first = (size_t)(n * trait(&c, 5, 0.6, 0.95));
  else if (index % 13 == 7)
    c.end = (size_t)(n * trait(&c, 6, 0.3, 0.9));
  if (c.end == 0) c.end = 1;
  return c;
}

/* Rounds to cents, prices below 5 to 1/100 of one; never 0. */
static int64_t to_units(double price)
{
  int64_t step = price < 5 ? 1 : UNITS_PER_CENT;
  int64_t units = (int64_t)nearbyint(price * (double)(UNITS / step)) * step;
  return units < 1 ? 1 : units;
}

/* `volatility` is that of the day, before and now are the closes before rounding. */
static bt_synth_bar make_bar(const character *c, size_t bar, double volatility, double before,
                             double now)
{
  double gap = draw(c->seed, c->stream, bar, DRAW_GAP);
  double up = fabs(draw(c->seed, c->stream, bar, DRAW_HIGH));
  double down = fabs(draw(c->seed, c->stream, bar, DRAW_LOW));
  double noise = draw(c->seed, c->stream, bar, DRAW_VOLUME);
  double move = fabs(log(now / before)) / volatility;
  bt_synth_bar b = {.open = to_units(before * exp(0.35 * volatility * gap)),
                    .close = to_units(now),
                    .volume =
                        (int64_t)nearbyint(c->volume * exp(0.3 * noise) * (0.7 + 0.4 * move))};
  int64_t top = b.open > b.close ? b.open : b.close, bottom = b.open + b.close - top;
  b.high = to_units((double)top / UNITS * exp(0.4 * volatility * up));
  b.low = to_units((double)bottom / UNITS * exp(-0.4 * volatility * down));
  if (b.high < top) b.high = top;
  if (b.low > bottom) b.low = bottom;
  return b;
}

/* The log price walks, with a weak pull back (half of the way in ten years) that keeps prices
 * within reason over centuries. What is delisted has mostly fallen before. */
void bt_synth__draw_ticker(const bt_synth_market *market, size_t index, bt_synth_sink *sink,
                           void *context)
{
  const double daily = 1 / sqrt(252.0), pull = 0.07 / 252, fall = 0.6 / 252;
  character c = draw_character(market, index);
  double variance = 1, level = 0, price = c.first_price; /* level: log of price / first_price */
  for (size_t t = 0; t < c.end; t++) {
    double volatility = c.volatility * daily * sqrt(variance), before = price;
    double shock = c.volatility * daily * next_shock(&variance, c.seed, c.stream, t);
    level += c.drift / 252 - 0.5 * volatility * volatility + c.beta * market->returns[t] + shock -
             pull * level;
    if (c.end < market->n_bars && t + FALL_BARS >= c.end) level -= fall;
    price = c.first_price * exp(level);
    if (t < c.first) continue;
    bt_synth_bar bar = make_bar(&c, t, volatility, before, price);
    bar.day = market->days[t];
    sink(context, &bar);
  }
}

/* The market: some 16% a year of volatility, 5% of drift. */
bt_status bt_synth__market_init(bt_synth_market *out, size_t n_bars, uint64_t seed, bt_error *err)
{
  *out = (bt_synth_market){.seed = seed, .n_bars = n_bars};
  out->days = malloc(n_bars * sizeof *out->days);
  out->returns = malloc(n_bars * sizeof *out->returns);
  if (!out->days || !out->returns) return bt_fail_nomem(err, "synthetic universe");
  double variance = 1;
  for (size_t t = 0; t < n_bars; t++)
    out->returns[t] = 0.05 / 252 + 0.16 / sqrt(252.0) * next_shock(&variance, seed, 0, t);
  int64_t day = bt_date_to_days((bt_date){2024, 12, 31});
  for (size_t t = n_bars; t-- > 0; day--) {
    while (bt_time_weekday(day * BT_NS_PER_DAY) > 4) day--;
    out->days[t] = day;
  }
  return BT_OK;
}

void bt_synth__market_clear(bt_synth_market *market)
{
  free(market->days);
  free(market->returns);
  *market = (bt_synth_market){0};
}
