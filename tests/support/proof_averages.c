/* Moving averages. */
#include "tests/support/indicator_proof.h"

static const double few_periods[][BT_INDICATOR_PARAMS_MOST] = {{1}, {2}, {9}, {20}, {200}, {1000}};

/* ---- over windows ---------------------------------------------------------------------------- */

static long double sma(const proof_query *q, size_t t)
{
  return proof_mean_of(q->s->close + t + 1 - q->period, q->period);
}

static const proof_row sma_rows[] = {{"talib", "sma", "20", "sma", {20}, 0, 0},
                                     {"talib", "bbands", "20|2", "middle", {20}, 0, 0},
                                     {"ttr", "sma", "20", "sma", {20}, 0, 0},
                                     {"tulip", "sma", "20", "sma", {20}, 0, 0}};
const indicator_proof proof_of_sma = {.value = sma, PROOF_FROM_1, PROOF_ROWS(sma_rows)};

static long double weighted_mean(const double *close, size_t t, size_t period)
{
  long double sum = 0, weights = 0;
  for (size_t k = 1; k <= period; k++) {
    sum += (long double)k * proof_wide(close[t - period + k]);
    weights += (long double)k;
  }
  return sum / weights;
}

static long double wma(const proof_query *q, size_t t)
{
  return weighted_mean(q->s->close, t, q->period);
}

static const proof_row wma_rows[] = {{"talib", "wma", "20", "wma", {20}, 0, 0},
                                     {"ttr", "wma", "20", "wma", {20}, 0, 0},
                                     {"tulip", "wma", "20", "wma", {20}, 0, 0}};
const indicator_proof proof_of_wma = {.value = wma, PROOF_FROM_1, PROOF_ROWS(wma_rows)};

static long double hma(const proof_query *q, size_t t)
{
  const double *close = q->s->close;
  long double sum = 0, weights = 0;
  size_t smooth = (size_t)sqrt((double)q->period);
  for (size_t k = 1; k <= smooth; k++) {
    size_t at = t - smooth + k;
    long double ahead =
        2 * weighted_mean(close, at, q->period / 2) - weighted_mean(close, at, q->period);
    sum += (long double)k * ahead;
    weights += (long double)k;
  }
  return sum / weights;
}

static const double hma_params[][BT_INDICATOR_PARAMS_MOST] = {{2}, {3}, {16}, {20}, {300}};
static const proof_row hma_rows[] = {{"ttr", "hma", "16", "hma", {16}, 0, 0},
                                     {"tulip", "hma", "16", "hma", {16}, 0, 0}};
const indicator_proof proof_of_hma = {
    .value = hma, .scale = proof_price, PROOF_PARAMS(hma_params), PROOF_ROWS(hma_rows)};

static long double vwap(const proof_query *q, size_t t)
{
  long double money = 0, volume = 0;
  for (size_t i = t + 1 - q->period; i <= t; i++) {
    money += proof_typical(q->s, i) * proof_wide(q->s->volume[i]);
    volume += proof_wide(q->s->volume[i]);
  }
  return money / volume;
}

static const proof_row vwap_rows[] = {{"ttr", "vwap_typ", "20", "vwap", {20}, 0, 0}};
const indicator_proof proof_of_vwap = {.value = vwap, PROOF_FROM_1, PROOF_ROWS(vwap_rows)};

/* ---- from bar to bar ------------------------------------------------------------------------- */

/* EMA of the closes, EMA of that, ... as scratch 0 .. depth - 1. */
static void fill_averages(const proof_query *q, size_t depth)
{
  long double *close = proof_scratch(3);
  size_t first = 0, n = q->s->n_bars;
  for (size_t t = 0; t < n; t++) close[t] = proof_wide(q->s->close[t]);
  for (size_t k = 0; k < depth; k++)
    first = proof_ema(proof_scratch(k), k > 0 ? proof_scratch(k - 1) : close, n, first, q->period);
}

static void ema(long double *out, const proof_query *q)
{
  fill_averages(q, 1);
  for (size_t t = 0; t < q->s->n_bars; t++) out[t] = proof_scratch(0)[t];
}

static const proof_row ema_rows[] = {{"talib", "ema", "20", "ema", {20}, 0, 0},
                                     {"ttr", "ema", "20", "ema", {20}, 0, 0}};
const indicator_proof proof_of_ema = {
    .series = ema, .scale = proof_price, PROOF_PARAMS(few_periods), PROOF_ROWS(ema_rows)};

static void dema(long double *out, const proof_query *q)
{
  fill_averages(q, 2);
  for (size_t t = 0; t < q->s->n_bars; t++) out[t] = 2 * proof_scratch(0)[t] - proof_scratch(1)[t];
}

static const proof_row dema_rows[] = {{"talib", "dema", "20", "dema", {20}, 0, 0},
                                      {"ttr", "dema", "20", "dema", {20}, 0, 0}};
const indicator_proof proof_of_dema = {
    .series = dema, .scale = proof_price, PROOF_PARAMS(few_periods), PROOF_ROWS(dema_rows)};

static void tema(long double *out, const proof_query *q)
{
  fill_averages(q, 3);
  for (size_t t = 0; t < q->s->n_bars; t++)
    out[t] = 3 * proof_scratch(0)[t] - 3 * proof_scratch(1)[t] + proof_scratch(2)[t];
}

static const proof_row tema_rows[] = {{"talib", "tema", "20", "tema", {20}, 0, 0}};
const indicator_proof proof_of_tema = {
    .series = tema, .scale = proof_price, PROOF_PARAMS(few_periods), PROOF_ROWS(tema_rows)};

/* Behind the close of the bar ahead of the first value. */
static void kama(long double *out, const proof_query *q)
{
  const double *close = q->s->close;
  size_t period = q->period;
  long double fast = 2 / (proof_wide(q->params[1]) + 1), slow = 2 / (proof_wide(q->params[2]) + 1);
  long double average = proof_wide(close[period - 1]);
  for (size_t t = period; t < q->s->n_bars; t++) {
    long double path = 0, change = fabsl(proof_wide(close[t]) - proof_wide(close[t - period]));
    for (size_t i = t + 1 - period; i <= t; i++)
      path += fabsl(proof_wide(close[i]) - proof_wide(close[i - 1]));
    long double root = slow + (fast - slow) * (path > 0 ? change / path : 1);
    out[t] = average += root * root * (proof_wide(close[t]) - average);
  }
}

enum { KAMA_TULIP_FROM = 10 }; /* Tulip has a value on the bar before, which is the close */
static const double kama_params[][BT_INDICATOR_PARAMS_MOST] = {
    {1, 2, 30}, {2, 2, 30}, {10, 2, 30}, {20, 30, 5}, {200, 2, 30}};
static const proof_row kama_rows[] = {
    {"talib", "kama", "10", "kama", {10, 2, 30}, 0, 0},
    {"tulip", "kama", "10", "kama", {10, 2, 30}, 0, KAMA_TULIP_FROM}};
const indicator_proof proof_of_kama = {
    .series = kama, .scale = proof_price, PROOF_PARAMS(kama_params), PROOF_ROWS(kama_rows)};
