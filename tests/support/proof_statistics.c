/* Statistics. */
#include "tests/support/indicator_proof.h"

static long double zscore(const proof_query *q, size_t t)
{
  const double *x = q->s->close + t + 1 - q->period;
  long double deviation = sqrtl(proof_sum_up(x, x, q->period).xx / (long double)q->period);
  return (proof_wide(q->s->close[t]) - proof_mean_of(x, q->period)) / deviation;
}

const indicator_proof proof_of_zscore = {.value = zscore, .scale = proof_one, PROOF_FROM_2};

static long double percent_rank(const proof_query *q, size_t t)
{
  const double *x = q->s->close + t + 1 - q->period;
  size_t twice = 0;
  for (size_t i = 0; i < q->period; i++)
    twice += (size_t)(x[i] < x[q->period - 1]) + (size_t)(x[i] <= x[q->period - 1]);
  return (long double)twice / (2 * (long double)q->period);
}

const indicator_proof proof_of_percent_rank = {
    .value = percent_rank, .is_exact = true, PROOF_FROM_1};

/* Of the returns with the benchmark's. */
static proof_moments moments_of(const proof_query *q, size_t t)
{
  static double returns[PROOF_N_BARS];
  size_t first = t + 1 - q->period;
  for (size_t i = 0; i < q->period; i++) returns[i] = proof_return(q->s, first + i);
  return proof_sum_up(returns, q->s->benchmark + first, q->period);
}

static long double correlation(const proof_query *q, size_t t)
{
  proof_moments m = moments_of(q, t);
  return m.xy / sqrtl(m.xx * m.yy);
}

static const double return_params[][BT_INDICATOR_PARAMS_MOST] = {{2}, {3}, {20}, {60}, {61}, {252}};
const indicator_proof proof_of_correlation = {
    .value = correlation, .scale = proof_one, PROOF_PARAMS(return_params)};

static long double beta(const proof_query *q, size_t t)
{
  proof_moments m = moments_of(q, t);
  return m.xy / m.yy;
}

static long double ratio_of_deviations(const proof_query *q, size_t t)
{
  proof_moments m = moments_of(q, t);
  return sqrtl(m.xx / m.yy);
}

const indicator_proof proof_of_beta = {
    .value = beta, .scale = ratio_of_deviations, PROOF_PARAMS(return_params)};
