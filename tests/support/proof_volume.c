/* Indicators of volume. */
#include "tests/support/indicator_proof.h"

static const double no_params[][BT_INDICATOR_PARAMS_MOST] = {{0}};

static void obv(long double *out, const proof_query *q)
{
  const double *close = q->s->close;
  long double total = proof_wide(q->s->volume[0]);
  out[0] = total;
  for (size_t t = 1; t < q->s->n_bars; t++) {
    int sign = (close[t] > close[t - 1]) - (close[t] < close[t - 1]);
    out[t] = total += sign * proof_wide(q->s->volume[t]);
  }
}

static const proof_row obv_rows[] = {{"talib", "obv", "", "obv", {0}, 0, 0},
                                     {"ttr", "obv", "", "obv", {0}, 0, 0}};
const indicator_proof proof_of_obv = {
    .series = obv, .is_exact = true, PROOF_PARAMS(no_params), PROOF_ROWS(obv_rows)};

/* Chaikin's flow of money on a bar. */
static long double flow_of(const bt_series *s, size_t t)
{
  long double high = proof_wide(s->high[t]), low = proof_wide(s->low[t]);
  long double close = proof_wide(s->close[t]);
  if (high == low) return 0;
  return ((close - low) - (high - close)) / (high - low) * proof_wide(s->volume[t]);
}

static void ad(long double *out, const proof_query *q)
{
  long double total = 0;
  for (size_t t = 0; t < q->s->n_bars; t++) out[t] = total += flow_of(q->s, t);
}

/* All volume so far. */
static long double total_volume(const proof_query *q, size_t t)
{
  long double total = 0;
  for (size_t i = 0; i <= t && i < 1000; i++) total += proof_wide(q->s->volume[i]);
  return total;
}

static const proof_row ad_rows[] = {{"talib", "ad", "", "ad", {0}, 0, 0},
                                    {"ttr", "ad", "", "ad", {0}, 0, 0},
                                    {"tulip", "ad", "", "ad", {0}, 0, 0}};
const indicator_proof proof_of_ad = {
    .series = ad, .scale = total_volume, PROOF_PARAMS(no_params), PROOF_ROWS(ad_rows)};

static long double cmf(const proof_query *q, size_t t)
{
  long double flow = 0, volume = 0;
  bool has_range = false;
  for (size_t i = t + 1 - q->period; i <= t; i++) {
    flow += flow_of(q->s, i);
    volume += proof_wide(q->s->volume[i]);
    has_range = has_range || q->s->high[i] > q->s->low[i];
  }
  return has_range ? flow / volume : (long double)NAN;
}

const indicator_proof proof_of_cmf = {.value = cmf, .scale = proof_one, PROOF_FROM_1};
