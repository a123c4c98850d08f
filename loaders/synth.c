#include "loaders/synth.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/random.h"
#include "core/time.h"

enum { TICKERS_MOST = 99999, BARS_MOST = 100000, PATH_SIZE = 4096, DEGREES = 5 };

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

/* What one ticker is like. Yearly drift and volatility of its own part; stream 0 is the market. */
typedef struct character {
  uint64_t seed, stream;
  double drift, volatility, beta, first_price, volume;
  size_t first, end; /* the bars of the full history that it has */
} character;

/* GARCH(1,1) of daily returns: h = (1 - a - b) + a e^2 + b h around a mean of 1. */
typedef struct garch {
  double h;
} garch;

/* The next shock with variance about 1: Student-t with DEGREES degrees, scaled, times sqrt(h). */
static double next_shock(garch *g, uint64_t seed, uint64_t stream, uint64_t bar)
{
  const double a = 0.08, b = 0.90;
  uint64_t place = bar * DRAWS;
  double chi_squared = 0;
  for (uint64_t i = 0; i < DEGREES; i++) {
    double z = bt_random_normal(seed, stream, place + DRAW_CHI + i);
    chi_squared += z * z;
  }
  double t = bt_random_normal(seed, stream, place + DRAW_NORMAL) / sqrt(chi_squared / DEGREES);
  double shock = t * sqrt((DEGREES - 2.0) / DEGREES) * sqrt(g->h);
  g->h = (1 - a - b) + a * fmin(shock * shock, 25) + b * g->h;
  return shock;
}

/* Uniform in [low, high), from the last places of the ticker's stream. */
static double trait(const bt_synth_options *options, uint64_t stream, uint64_t which, double low,
                    double high)
{
  return low + (high - low) * bt_random_uniform(options->seed, stream, UINT64_MAX - which);
}

/* Ticker `index`: of twenty, one or two are short (listed late) and one or two delisted. */
static character draw_character(const bt_synth_options *options, size_t index)
{
  uint64_t stream = (uint64_t)index + 1;
  character c = {.seed = options->seed,
                 .stream = stream,
                 .drift = trait(options, stream, 0, -0.06, 0.16),
                 .volatility = trait(options, stream, 1, 0.12, 0.45),
                 .beta = trait(options, stream, 2, 0.5, 1.5),
                 .first_price = exp(trait(options, stream, 3, log(8), log(250))),
                 .volume = exp(trait(options, stream, 4, log(2e5), log(2e7))),
                 .end = options->n_bars};
  double n = (double)options->n_bars;
  if (index % 17 == 5) c.first = (size_t)(n * trait(options, stream, 5, 0.6, 0.95));
  if (index % 13 == 7) {
    c.end = (size_t)(n * trait(options, stream, 6, 0.3, 0.9));
    c.drift = -0.35; /* what is delisted has mostly fallen before */
  }
  if (c.end == 0) c.end = 1;
  return c;
}

/* Prices have two decimals, small ones four: and are never 0. */
static double round_price(double price)
{
  double unit = price < 5 ? 10000 : 100;
  return fmax(nearbyint(price * unit) / unit, 1 / unit);
}

static double draw(const character *c, size_t bar, uint64_t which)
{
  return bt_random_normal(c->seed, c->stream, bar * DRAWS + which);
}

/* Writes one bar; `day` is its volatility, `before` and `now` the unrounded closes. */
static void write_bar(FILE *file, const char *date, const character *c, size_t bar, double day,
                      double before, double now)
{
  double open = round_price(before * exp(0.35 * day * draw(c, bar, DRAW_GAP)));
  double close = round_price(now);
  double top = open > close ? open : close, bottom = open > close ? close : open;
  double high = round_price(top * exp(0.4 * day * fabs(draw(c, bar, DRAW_HIGH))));
  double low = round_price(bottom * exp(-0.4 * day * fabs(draw(c, bar, DRAW_LOW))));
  high = high < top ? top : high;
  low = low > bottom ? bottom : low;
  double move = fabs(log(now / before)) / day;
  double volume = c->volume * exp(0.3 * draw(c, bar, DRAW_VOLUME)) * (0.7 + 0.4 * move);
  int digits = low < 5 ? 4 : 2;
  (void)fprintf(file, "%s,%.*f,%.*f,%.*f,%.*f,%.0f\n", date, digits, open, digits, high, digits,
                low, digits, close, volume);
}

static void write_history(FILE *file, const character *c, const double *market, const int64_t *days,
                          size_t n_bars)
{
  const double daily = 1 / sqrt(252.0);
  garch own = {1};
  double price = c->first_price;
  char date[BT_TIME_TEXT_SIZE];
  (void)fprintf(file, "Date,Open,High,Low,Close,Volume\n");
  for (size_t t = 0; t < n_bars && t < c->end; t++) {
    double day = c->volatility * daily * sqrt(own.h), before = price;
    double shock = c->volatility * daily * next_shock(&own, c->seed, c->stream, t);
    price *= exp(c->drift / 252 - 0.5 * day * day + c->beta * market[t] + shock);
    if (t < c->first) continue;
    bt_time_format(date, days[t] * BT_NS_PER_DAY, true);
    write_bar(file, date, c, t, day, before, price);
  }
}

/* The factor that all tickers share: some 14% a year of volatility, 5% of drift. */
static void fill_market(double *market, const bt_synth_options *options)
{
  garch g = {1};
  for (size_t t = 0; t < options->n_bars; t++)
    market[t] = 0.05 / 252 + 0.14 / sqrt(252.0) * next_shock(&g, options->seed, 0, t);
}

/* The last n_bars Mondays to Fridays up to 2024-12-31, oldest first. */
static void fill_days(int64_t *days, size_t n_bars)
{
  int64_t day = bt_date_to_days((bt_date){2024, 12, 31});
  for (size_t t = n_bars; t-- > 0; day--) {
    while (bt_time_weekday(day * BT_NS_PER_DAY) > 4) day--;
    days[t] = day;
  }
}

/* Ends a file that was written under `temporary` and gives it its name. */
static bt_status finish_file(FILE *file, const char *temporary, const char *path, bt_error *err)
{
  bool failed = ferror(file) != 0;
  failed = fclose(file) != 0 || failed;
  if (!failed && rename(temporary, path) == 0) return BT_OK;
  bt_status status = bt_fail(err, BT_ERR_IO, "%s: %s", path, strerror(errno));
  (void)unlink(temporary);
  return status;
}

static bt_status open_file(FILE **out, char *temporary, const char *path, bt_error *err)
{
  int length = snprintf(temporary, PATH_SIZE, "%s.part", path);
  if (length < 0 || length >= PATH_SIZE)
    return bt_fail(err, BT_ERR_IO, "%s: the path is too long", path);
  *out = fopen(temporary, "w");
  return *out ? BT_OK : bt_fail(err, BT_ERR_IO, "%s: %s", temporary, strerror(errno));
}

static bt_status write_ticker(const char *dir, const bt_synth_options *options, size_t index,
                              const double *market, const int64_t *days, bt_error *err)
{
  char path[PATH_SIZE], temporary[PATH_SIZE];
  FILE *file = NULL;
  character c = draw_character(options, index);
  (void)snprintf(path, sizeof path, "%s/S%05zu.csv", dir, index + 1);
  bt_status status = open_file(&file, temporary, path, err);
  if (status) return status;
  write_history(file, &c, market, days, options->n_bars);
  return finish_file(file, temporary, path, err);
}

static bt_status write_list(const char *dir, const bt_synth_options *options, bt_error *err)
{
  char path[PATH_SIZE], temporary[PATH_SIZE];
  FILE *file = NULL;
  (void)snprintf(path, sizeof path, "%s.txt", dir);
  bt_status status = open_file(&file, temporary, path, err);
  if (status) return status;
  (void)fprintf(file, "# %zu synthetic tickers, %zu bars, seed %" PRIu64 "\n", options->n_tickers,
                options->n_bars, options->seed);
  for (size_t i = 0; i < options->n_tickers; i++) (void)fprintf(file, "S%05zu\n", i + 1);
  return finish_file(file, temporary, path, err);
}

static bt_status make_dir(const char *dir, bt_error *err)
{
  struct stat info;
  if (strlen(dir) + 32 > PATH_SIZE) return bt_fail(err, BT_ERR_IO, "--dir: the path is too long");
  if (mkdir(dir, 0777) == 0) return BT_OK;
  int reason = errno;
  if (reason == EEXIST && stat(dir, &info) == 0 && S_ISDIR(info.st_mode)) return BT_OK;
  return bt_fail(err, BT_ERR_IO, "%s: %s", dir, strerror(reason));
}

bt_status bt_synth_write(const char *dir_given, const bt_synth_options *options, bt_error *err)
{
  if (options->n_tickers < 1 || options->n_tickers > TICKERS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "--tickers must be from 1 to %d", TICKERS_MOST);
  if (options->n_bars < 1 || options->n_bars > BARS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "--bars must be from 1 to %d", BARS_MOST);
  char *dir = strdup(dir_given);
  double *market = malloc(options->n_bars * sizeof *market);
  int64_t *days = malloc(options->n_bars * sizeof *days);
  bt_status status = dir && market && days ? BT_OK : bt_fail_nomem(err, "synthetic universe");
  for (size_t n = dir ? strlen(dir) : 0; n > 1 && dir[n - 1] == '/'; n--) dir[n - 1] = '\0';
  if (!status) status = make_dir(dir, err);
  if (!status) {
    fill_market(market, options);
    fill_days(days, options->n_bars);
  }
  for (size_t i = 0; i < options->n_tickers && !status; i++)
    status = write_ticker(dir, options, i, market, days, err);
  if (!status) status = write_list(dir, options, err);
  free(dir);
  free(market);
  free(days);
  return status;
}
