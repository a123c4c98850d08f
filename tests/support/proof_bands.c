/* Volatility and bands. */
#include "tests/support/indicator_proof.h"

static const double few_periods[][BT_INDICATOR_PARAMS_MOST] = {{1}, {2}, {14}, {200}, {1000}};

/* ---- ranges ---------------------------------------------------------------------------------- */

static long double true_range(const proof_query *q, size_t t)
{
  return proof_true_range(q->s, t);
}

static const double no_params[][BT_INDICATOR_PARAMS_MOST] = {{0}};
static const proof_row true_range_rows[] = {{"talib", "tr", "", "tr", {0}, 0, 0}};
const indicator_proof proof_of_true_range = {
    .value = true_range, .is_exact = true, PROOF_PARAMS(no_params), PROOF_ROWS(true_range_rows)};

static void atr(long double *out, const proof_query *q)
{
  long double *ranges = proof_scratch(0);
  for (size_t t = 1; t < q->s->n_bars; t++) ranges[t] = proof_true_range(q->s, t);
  proof_wilder(out, ranges, q->s->n_bars, 1, q->period);
}

static const proof_row atr_rows[] = {{"talib", "atr", "14", "atr", {14}, 0, 0},
                                     {"talib", "atr", "10", "atr", {10}, 0, 0}};
const indicator_proof proof_of_atr = {
    .series = atr, PROOF_PARAMS(few_periods), PROOF_ROWS(atr_rows)};

/* ---- deviations ------------------------------------------------------------------------------ */

static long double stddev(const proof_query *q, size_t t)
{
  const double *x = q->s->close + t + 1 - q->period;
  return sqrtl(proof_sum_up(x, x, q->period).xx / (long double)q->period);
}

static const proof_row stddev_rows[] = {{"talib", "stddev", "20", "stddev", {20}, 0, 0},
                                        {"ttr", "stddev", "20", "stddev", {20}, 0, 0}};
const indicator_proof proof_of_stddev = {.value = stddev, PROOF_FROM_1, PROOF_ROWS(stddev_rows)};

static long double hist_vol(const proof_query *q, size_t t)
{
  static double returns[PROOF_N_BARS];
  const double *close = q->s->close + t + 1 - q->period;
  for (size_t i = 0; i < q->period; i++) returns[i] = log(close[i] / close[i - 1]);
  long double squares = proof_sum_up(returns, returns, q->period).xx;
  return sqrtl(squares / (long double)(q->period - 1) * proof_wide(q->params[1]));
}

static const double hist_vol_params[][BT_INDICATOR_PARAMS_MOST] = {
    {2, 252}, {3, 52}, {20, 252}, {61, 365}, {252, 252}, {2000, 12}};
const indicator_proof proof_of_hist_vol = {.value = hist_vol, PROOF_PARAMS(hist_vol_params)};

/* ---- bands ----------------------------------------------------------------------------------- */

/* 1 for the upper one, 0 for the middle, -1 for the lower one. */
static long double side_of(const proof_query *q)
{
  return q->output == BT_UPPER ? 1 : q->output == BT_LOWER ? -1 : 0;
}

static long double bollinger(const proof_query *q, size_t t)
{
  long double middle = proof_mean_of(q->s->close + t + 1 - q->period, q->period);
  return middle + side_of(q) * proof_wide(q->params[1]) * stddev(q, t);
}

static const double band_params[][BT_INDICATOR_PARAMS_MOST] = {
    {20, 2}, {1, 2}, {2, 0}, {61, 1.5}, {252, 3}};
static const proof_row bollinger_rows[] = {
    {"talib", "bbands", "20|2", "upper", {20, 2}, BT_UPPER, 0},
    {"talib", "bbands", "20|2", "middle", {20, 2}, BT_MIDDLE, 0},
    {"talib", "bbands", "20|2", "lower", {20, 2}, BT_LOWER, 0},
    {"ttr", "bbands", "20|2", "upper", {20, 2}, BT_UPPER, 0},
    {"ttr", "bbands", "20|2", "lower", {20, 2}, BT_LOWER, 0}};
const indicator_proof proof_of_bollinger = {.value = bollinger,
                                            .scale = proof_price,
                                            PROOF_PARAMS(band_params),
                                            PROOF_ROWS(bollinger_rows)};

static void keltner(long double *out, const proof_query *q)
{
  long double *range = proof_scratch(1), *typical = proof_scratch(2);
  size_t n = q->s->n_bars;
  atr(range, q);
  for (size_t t = 0; t < n; t++) typical[t] = proof_typical(q->s, t);
  (void)proof_ema(out, typical, n, 0, q->period);
  if (q->output == BT_MIDDLE) return;
  for (size_t t = 0; t < n; t++) out[t] += side_of(q) * proof_wide(q->params[1]) * range[t];
}

static const proof_row keltner_rows[] = {
    {"ttr", "keltner", "20|2", "upper", {20, 2}, BT_UPPER, 0},
    {"ttr", "keltner", "20|2", "middle", {20, 2}, BT_MIDDLE, 0},
    {"ttr", "keltner", "20|2", "lower", {20, 2}, BT_LOWER, 0}};
const indicator_proof proof_of_keltner = {
    .series = keltner, .scale = proof_price, PROOF_PARAMS(band_params), PROOF_ROWS(keltner_rows)};

/* ---- extremes -------------------------------------------------------------------------------- */

static long double highest(const proof_query *q, size_t t)
{
  return proof_wide(proof_highest(q->s->high, t, q->period));
}

static long double lowest(const proof_query *q, size_t t)
{
  return proof_wide(proof_lowest(q->s->low, t, q->period));
}

static long double max(const proof_query *q, size_t t)
{
  return proof_wide(proof_highest(q->s->close, t, q->period));
}

static long double min(const proof_query *q, size_t t)
{
  return proof_wide(proof_lowest(q->s->close, t, q->period));
}

static long double donchian(const proof_query *q, size_t t)
{
  if (q->output == BT_MIDDLE) return (highest(q, t) + lowest(q, t)) / 2;
  return q->output == BT_UPPER ? highest(q, t) : lowest(q, t);
}

static const proof_row highest_rows[] = {{"talib", "max", "20", "max", {20}, 0, 0}};
static const proof_row lowest_rows[] = {{"talib", "min", "20", "min", {20}, 0, 0}};
static const proof_row donchian_rows[] = {{"ttr", "donchian", "20", "high", {20}, BT_UPPER, 0},
                                          {"ttr", "donchian", "20", "mid", {20}, BT_MIDDLE, 0},
                                          {"ttr", "donchian", "20", "low", {20}, BT_LOWER, 0}};
const indicator_proof proof_of_highest = {
    .value = highest, .is_exact = true, PROOF_FROM_1, PROOF_ROWS(highest_rows)};
const indicator_proof proof_of_lowest = {
    .value = lowest, .is_exact = true, PROOF_FROM_1, PROOF_ROWS(lowest_rows)};
const indicator_proof proof_of_max = {.value = max, .is_exact = true, PROOF_FROM_1};
const indicator_proof proof_of_min = {.value = min, .is_exact = true, PROOF_FROM_1};
const indicator_proof proof_of_donchian = {
    .value = donchian, PROOF_FROM_1, PROOF_ROWS(donchian_rows)};
