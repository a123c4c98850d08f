/* Oscillators. */
#include "tests/support/indicator_proof.h"

static const double few_periods[][BT_INDICATOR_PARAMS_MOST] = {{1}, {2}, {14}, {21}, {200}};

/* ---- changes --------------------------------------------------------------------------------- */

static long double roc(const proof_query *q, size_t t)
{
  return (proof_wide(q->s->close[t]) / proof_wide(q->s->close[t - q->period]) - 1) * 100;
}

static const proof_row roc_rows[] = {{"talib", "roc", "10", "roc", {10}, 0, 0}};
const indicator_proof proof_of_roc = {
    .value = roc, .scale = proof_hundred, PROOF_FROM_1, PROOF_ROWS(roc_rows)};

static long double momentum(const proof_query *q, size_t t)
{
  return proof_wide(q->s->close[t]) - proof_wide(q->s->close[t - q->period]);
}

static const proof_row momentum_rows[] = {{"talib", "mom", "10", "mom", {10}, 0, 0},
                                          {"ttr", "mom", "10", "mom", {10}, 0, 0},
                                          {"tulip", "mom", "10", "mom", {10}, 0, 0}};
const indicator_proof proof_of_momentum = {
    .value = momentum, .is_exact = true, PROOF_FROM_1, PROOF_ROWS(momentum_rows)};

/* Wilder's averages of gains and of losses, as scratch 0 and 1. */
static void fill_gains_and_losses(const proof_query *q)
{
  long double *up = proof_scratch(2), *down = proof_scratch(3);
  size_t n = q->s->n_bars;
  for (size_t t = 1; t < n; t++) {
    long double change = proof_wide(q->s->close[t]) - proof_wide(q->s->close[t - 1]);
    up[t] = fmaxl(change, 0);
    down[t] = fmaxl(-change, 0);
  }
  proof_wilder(proof_scratch(0), up, n, 1, q->period);
  proof_wilder(proof_scratch(1), down, n, 1, q->period);
}

static void rsi(long double *out, const proof_query *q)
{
  const long double *gain = proof_scratch(0), *loss = proof_scratch(1);
  fill_gains_and_losses(q);
  for (size_t t = 0; t < q->s->n_bars; t++) out[t] = 100 * gain[t] / (gain[t] + loss[t]);
}

static const proof_row rsi_rows[] = {{"talib", "rsi", "14", "rsi", {14}, 0, 0},
                                     {"ttr", "rsi", "14", "rsi", {14}, 0, 0},
                                     {"tulip", "rsi", "14", "rsi", {14}, 0, 0}};
const indicator_proof proof_of_rsi = {
    .series = rsi, .scale = proof_hundred, PROOF_PARAMS(few_periods), PROOF_ROWS(rsi_rows)};

static void cmo(long double *out, const proof_query *q)
{
  const long double *gain = proof_scratch(0), *loss = proof_scratch(1);
  fill_gains_and_losses(q);
  for (size_t t = 0; t < q->s->n_bars; t++)
    out[t] = 100 * (gain[t] - loss[t]) / (gain[t] + loss[t]);
}

const indicator_proof proof_of_cmo = {
    .series = cmo, .scale = proof_hundred, PROOF_PARAMS(few_periods)};

/* ---- places in a range ----------------------------------------------------------------------- */

/* 0 at the lowest low, 100 at the highest high; 0 / 0 where they are the same. */
static long double place(const bt_series *s, size_t t, size_t period)
{
  long double top = proof_wide(proof_highest(s->high, t, period));
  long double bottom = proof_wide(proof_lowest(s->low, t, period));
  return 100 * (proof_wide(s->close[t]) - bottom) / (top - bottom);
}

static long double williams_r(const proof_query *q, size_t t)
{
  return place(q->s, t, q->period) - 100;
}

static const proof_row williams_r_rows[] = {{"talib", "willr", "14", "willr", {14}, 0, 0}};
const indicator_proof proof_of_williams_r = {
    .value = williams_r, .scale = proof_hundred, PROOF_FROM_1, PROOF_ROWS(williams_r_rows)};

static void stochastic(long double *out, const proof_query *q)
{
  const size_t fast_k = q->period, slow_k = (size_t)q->params[1], slow_d = (size_t)q->params[2];
  long double *places = proof_scratch(0), *k = proof_scratch(1);
  for (size_t t = fast_k - 1; t < q->s->n_bars; t++) places[t] = place(q->s, t, fast_k);
  for (size_t t = fast_k + slow_k - 2; t < q->s->n_bars; t++)
    out[t] = k[t] = proof_mean(places + t + 1 - slow_k, slow_k);
  if (q->output == BT_K) return;
  for (size_t t = fast_k + slow_k + slow_d - 3; t < q->s->n_bars; t++)
    out[t] = proof_mean(k + t + 1 - slow_d, slow_d);
}

enum { K_FROM = 17 }; /* TA-Lib waits for %D; our %K begins earlier */
static const double stochastic_params[][BT_INDICATOR_PARAMS_MOST] = {
    {14, 3, 3}, {5, 1, 16}, {3, 17, 18}, {2, 100, 5}, {50, 700, 3}};
static const proof_row stochastic_rows[] = {
    {"talib", "stoch", "14|3|3", "k", {14, 3, 3}, BT_K, K_FROM},
    {"talib", "stoch", "14|3|3", "d", {14, 3, 3}, BT_D, 0}};
const indicator_proof proof_of_stochastic = {.series = stochastic,
                                             .scale = proof_hundred,
                                             PROOF_PARAMS(stochastic_params),
                                             PROOF_ROWS(stochastic_rows)};

/* ---- typical prices -------------------------------------------------------------------------- */

static const long double STILL = 1e-15L; /* of itself: rounding, no move */

static long double cci(const proof_query *q, size_t t)
{
  long double mean = 0, deviation = 0, n = (long double)q->period;
  for (size_t i = t + 1 - q->period; i <= t; i++) mean += proof_typical(q->s, i) / n;
  for (size_t i = t + 1 - q->period; i <= t; i++)
    deviation += fabsl(proof_typical(q->s, i) - mean) / n;
  if (deviation <= STILL * mean) return (long double)NAN;
  return (proof_typical(q->s, t) - mean) / (0.015L * deviation);
}

static const double cci_params[][BT_INDICATOR_PARAMS_MOST] = {{2},   {14},   {20},   {50},
                                                              {700}, {2048}, {2049}, {20000}};
static const proof_row cci_rows[] = {{"talib", "cci", "20", "cci", {20}, 0, 0}};
const indicator_proof proof_of_cci = {
    .value = cci, .scale = proof_hundred, PROOF_PARAMS(cci_params), PROOF_ROWS(cci_rows)};

static long double mfi(const proof_query *q, size_t t)
{
  long double up = 0, down = 0;
  for (size_t i = t + 1 - q->period; i <= t; i++) {
    long double before = proof_typical(q->s, i - 1), price = proof_typical(q->s, i);
    long double money = price * proof_wide(q->s->volume[i]);
    if (price - before > STILL * price) up += money;
    if (before - price > STILL * price) down += money;
  }
  return 100 * up / (up + down);
}

static const proof_row mfi_rows[] = {{"talib", "mfi", "14", "mfi", {14}, 0, 0}};
const indicator_proof proof_of_mfi = {
    .value = mfi, .scale = proof_hundred, PROOF_FROM_1, PROOF_ROWS(mfi_rows)};

/* ---- macd ------------------------------------------------------------------------------------ */

/* Returns the first bar of the line. */
static size_t fill_line(long double *out, const proof_query *q)
{
  size_t n = q->s->n_bars, fast = (size_t)fmin(q->params[0], q->params[1]);
  size_t slow = (size_t)fmax(q->params[0], q->params[1]);
  long double *close = proof_scratch(1), *quick = proof_scratch(2);
  for (size_t t = 0; t < n; t++) close[t] = proof_wide(q->s->close[t]);
  (void)proof_ema(quick, close, n, slow - fast, fast);
  size_t first = proof_ema(out, close, n, 0, slow);
  for (size_t t = 0; t < n; t++) out[t] = quick[t] - out[t];
  return first;
}

static void macd(long double *out, const proof_query *q)
{
  long double *line = proof_scratch(0);
  size_t n = q->s->n_bars, first = fill_line(line, q);
  (void)proof_ema(out, line, n, first, (size_t)q->params[2]);
  for (size_t t = 0; t < n; t++) {
    if (q->output == BT_MACD) out[t] = line[t];
    if (q->output == BT_HISTOGRAM) out[t] = line[t] - out[t];
  }
}

enum { MACD_FROM = 33 }; /* TA-Lib waits for the signal line; our line begins earlier */
static const double macd_params[][BT_INDICATOR_PARAMS_MOST] = {
    {12, 26, 9}, {26, 12, 9}, {1, 2, 1}, {50, 200, 20}};
static const proof_row macd_rows[] = {
    {"talib", "macd", "12|26|9", "macd", {12, 26, 9}, BT_MACD, MACD_FROM},
    {"talib", "macd", "12|26|9", "signal", {12, 26, 9}, BT_SIGNAL, 0},
    {"talib", "macd", "12|26|9", "hist", {12, 26, 9}, BT_HISTOGRAM, 0}};
const indicator_proof proof_of_macd = {
    .series = macd, .scale = proof_price, PROOF_PARAMS(macd_params), PROOF_ROWS(macd_rows)};

static void macd_line(long double *out, const proof_query *q)
{
  (void)fill_line(out, q);
}

const indicator_proof proof_of_macd_line = {
    .series = macd_line, .scale = proof_price, PROOF_PARAMS(macd_params)};
