/* Means, standard errors and intervals of option_plan.h. */
#include <math.h>

#include "core/montecarlo/option_plan.h"
#include "core/random/normal.h"

/* The estimate of one number. */
typedef struct mean_of {
  double mean, std_error;
  bt_interval interval; /* of 95% */
} mean_of;

/* Of what a path pays, relative to the spot: a difference of prices has so much of it. */
static const double price_rounding = 1e-13;

/* Whether the mean is nearly normal: see the header. skewness: of a draw, by the pilot. Where rare
 * draws made that, and the slope with it, paths without their like are too few. least: a deviation
 * of paths that is rounding. */
static bool is_normal(const bt_skew_sample *all, double skewness, double least)
{
  const double rounding = 1e-11; /* of a path, relative to the mean */
  const bt_sample *s = &all->sample;
  const double of_mean = fabs(bt_skew_sample_of_mean(all)), of_draw = of_mean * sqrt(s->n);
  if (s->n < 2 || sqrt(s->squares / s->n) <= fmax(rounding * fabs(s->mean), least)) return false;
  if (of_mean > BT_SKEWNESS_MOST || skewness > BT_SKEWNESS_MOST * sqrt(s->n)) return false;
  return skewness <= BT_SKEWNESS_MOST * sqrt(BT_PILOT_DRAWS) || of_draw >= skewness / 2;
}

/* One of the Greeks, or the price. */
enum { PRICE = BT_GREEK_COUNT };

static const bt_skew_sample *sample_of(const bt_option_sums *sums, int number)
{
  return number == PRICE ? &sums->price : &sums->greeks[number];
}

/* Samples of one number, joined. */
static bt_skew_sample joined(const bt_option_sums *sums, int number, size_t n_replicates)
{
  bt_skew_sample all = {0};
  for (size_t r = 0; r < n_replicates; r++) bt_skew_sample_join(&all, sample_of(&sums[r], number));
  return all;
}

static bt_skew_sample means_of(const bt_option_sums *sums, int number, size_t n_replicates)
{
  double means[BT_SOBOL_REPLICATES];
  bt_skew_sample out = {0};
  for (size_t r = 0; r < n_replicates; r++) means[r] = sample_of(&sums[r], number)->sample.mean;
  bt_skew_sample_add(&out, means, n_replicates);
  return out;
}

/* Greeks jump where the payoff has a kink, and whether a point falls this or that side of it shows
 * in few replicates or in none: then their means tell too little. On average over where the kink
 * lies among the points that is an error of 5/4 of the jump over all points. For the jump stands
 * what the paths beyond the kink tell: where these are few, and have one value, the ratio of the
 * third moment to the second and of the second to the mean; where they are many, twice the root of
 * the mean square. */
static double error_of_jumps(const bt_skew_sample *all)
{
  const bt_sample *s = &all->sample;
  const double variance = s->squares / s->n, second = variance + s->mean * s->mean;
  const double third = all->cubes / s->n + s->mean * (3 * variance + s->mean * s->mean);
  const double few = fmin(second / fabs(s->mean), fabs(third) / second);
  return 1.25 * fmax(2 * sqrt(second), isfinite(few) ? few : 0) / s->n;
}

/* With Sobol points paths tell whether the mean is normal, and the means of the replicates the
 * error. Reaches are those of the normal distribution, and of Student's with 31 degrees. */
static mean_of estimate_mean(const bt_option_plan *plan, const bt_option_sums *sums, size_t cell,
                             int number)
{
  const double normal = BT_NORMAL_95, student = 2.0395134463964077;
  const bool sobol = plan->settings.sampling == BT_SOBOL, price = number == PRICE;
  const size_t n = sobol ? BT_SOBOL_REPLICATES : 1;
  const bt_skew_sample all = joined(sums, number, n);
  const bt_skew_sample errors = sobol ? means_of(sums, number, n) : all;
  mean_of out = {errors.sample.mean, (double)NAN, {(double)NAN, (double)NAN}};
  const double skewness = price && plan->lines ? plan->lines[cell].skewness : 0;
  const double least = price ? price_rounding * plan->cells[cell].terms.option.spot : 0;
  if (!is_normal(&all, skewness, least)) return out;
  out.std_error = bt_sample_std_error(&errors.sample);
  if (sobol && !price) out.std_error = hypot(out.std_error, error_of_jumps(&all));
  out.interval = bt_skew_sample_interval(&errors, sobol ? student : normal);
  return out;
}

/* A call that was taken as a put: what a forward is worth, and its Greeks. */
static void add_forward(bt_option_estimate *out, const bt_vanilla *o)
{
  double spot = o->spot * exp(-o->dividend * o->expiry),
         strike = o->strike * exp(-o->rate * o->expiry);
  out->price += spot - strike;
  out->low += spot - strike;
  out->high += spot - strike;
  out->greeks[BT_DELTA] += spot / o->spot;
  out->greeks[BT_RHO] += o->expiry * strike;
  out->greeks[BT_THETA] += o->dividend * spot - o->rate * strike;
}

bt_option_estimate bt_option_plan_estimate(const bt_option_plan *plan, const bt_option_sums *sums,
                                           size_t cell)
{
  const size_t n = plan->settings.sampling == BT_SOBOL ? BT_SOBOL_REPLICATES : 1;
  const bt_option_sums *of = sums + cell * n;
  const mean_of price = estimate_mean(plan, of, cell, PRICE);
  bt_option_estimate out = {.price = price.mean,
                            .std_error = price.std_error,
                            .low = price.interval.low,
                            .high = price.interval.high};
  for (int g = 0; plan->settings.greeks && g < BT_GREEK_COUNT; g++) {
    const mean_of greek = estimate_mean(plan, of, cell, g);
    out.greeks[g] = greek.mean;
    out.greek_errors[g] = greek.std_error;
  }
  if (bt_gamma_is_0(&plan->cells[cell].terms)) out.greek_errors[BT_GAMMA] = 0;
  if (plan->cells[cell].by_parity) add_forward(&out, &plan->cells[cell].terms.option);
  if (out.low < 0) out.low = 0;
  return out;
}
