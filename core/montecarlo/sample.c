#include "core/montecarlo/sample.h"

#include <math.h>

#include "core/lanes.h"

/* ---- a block ----------------------------------------------------------------------------------
 * What is left over of whole groups of eight goes to the first lanes. */

/* Up to BT_LANES numbers less a shift; 0 in the other lanes. */
static bt_lanes load_group(const double *x, size_t n, double shift)
{
  double group[BT_LANES] = {0};
  bt_lanes lanes;
  for (size_t i = 0; i < n && i < BT_LANES; i++) group[i] = x[i] - shift;
  memcpy(&lanes, group, sizeof lanes);
  return lanes;
}

static double sum_of(const double *x, size_t n)
{
  bt_lanes sum = {0};
  size_t i = 0;
  for (; i + BT_LANES <= n; i += BT_LANES)
    for (size_t k = 0; k < BT_LANES_VECTORS; k++)
      sum.part[k] += bt_vector_load(x + i + k * BT_WIDTH);
  bt_lanes rest = load_group(x + i, n - i, 0);
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) sum.part[k] += rest.part[k];
  return bt_lanes_sum(&sum);
}

/* Sum of (y - mean_y) (x - mean_x). */
static double products_of(const double *y, double mean_y, const double *x, double mean_x, size_t n)
{
  bt_lanes sum = {0};
  size_t i = 0;
  for (; i + BT_LANES <= n; i += BT_LANES)
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      const size_t at = i + k * BT_WIDTH;
      sum.part[k] += (bt_vector_load(y + at) - mean_y) * (bt_vector_load(x + at) - mean_x);
    }
  bt_lanes rest_y = load_group(y + i, n - i, mean_y), rest_x = load_group(x + i, n - i, mean_x);
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) sum.part[k] += rest_y.part[k] * rest_x.part[k];
  return bt_lanes_sum(&sum);
}

static bt_sample sample_of(const double *x, size_t n)
{
  bt_sample block = {.n = (double)n};
  block.mean = sum_of(x, n) / block.n;
  block.squares = products_of(x, block.mean, x, block.mean, n);
  return block;
}

void bt_sample_add(bt_sample *sample, const double *x, size_t n)
{
  if (n == 0) return;
  const bt_sample block = sample_of(x, n);
  bt_sample_join(sample, &block);
}

void bt_pair_sample_add(bt_pair_sample *sample, const double *y, const double *x, size_t n)
{
  if (n == 0) return;
  bt_pair_sample block = {.y = sample_of(y, n), .x = sample_of(x, n)};
  block.products = products_of(y, block.y.mean, x, block.x.mean, n);
  bt_pair_sample_join(sample, &block);
}

/* Sums of squared and of cubed deviations. */
static void powers_of(double out[2], const double *x, double mean, size_t n)
{
  bt_lanes squares = {0}, cubes = {0};
  size_t i = 0;
  for (; i + BT_LANES <= n; i += BT_LANES)
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      bt_vector d = bt_vector_load(x + i + k * BT_WIDTH) - mean, square = d * d;
      squares.part[k] += square;
      cubes.part[k] += square * d;
    }
  bt_lanes rest = load_group(x + i, n - i, mean);
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
    bt_vector d = rest.part[k], square = d * d;
    squares.part[k] += square;
    cubes.part[k] += square * d;
  }
  out[0] = bt_lanes_sum(&squares);
  out[1] = bt_lanes_sum(&cubes);
}

void bt_skew_sample_add(bt_skew_sample *sample, const double *x, size_t n)
{
  if (n == 0) return;
  double powers[2], mean = sum_of(x, n) / (double)n;
  powers_of(powers, x, mean, n);
  const bt_skew_sample block = {{(double)n, mean, powers[0]}, powers[1]};
  bt_skew_sample_join(sample, &block);
}

/* ---- joins ------------------------------------------------------------------------------------
 */

void bt_sample_join(bt_sample *sample, const bt_sample *later)
{
  if (sample->n == 0)
    *sample = *later;
  else if (later->n > 0) {
    double n = sample->n + later->n, apart = later->mean - sample->mean;
    double share = later->n / n;
    sample->mean += apart * share;
    sample->squares += later->squares + apart * apart * (sample->n * share);
    sample->n = n;
  }
}

/* Pebay 2008, as in shape.c. */
void bt_skew_sample_join(bt_skew_sample *sample, const bt_skew_sample *later)
{
  bt_sample *a = &sample->sample;
  const bt_sample *b = &later->sample;
  if (a->n == 0) {
    *sample = *later;
    return;
  }
  if (b->n == 0) return;
  double n = a->n + b->n, apart = (b->mean - a->mean) / n;
  sample->cubes += later->cubes + 3 * apart * (a->n * b->squares - b->n * a->squares) +
                   apart * apart * apart * n * a->n * b->n * (a->n - b->n);
  bt_sample_join(a, b);
}

void bt_pair_sample_join(bt_pair_sample *sample, const bt_pair_sample *later)
{
  if (sample->y.n == 0) {
    *sample = *later;
    return;
  }
  if (later->y.n == 0) return;
  double share = later->y.n / (sample->y.n + later->y.n);
  double apart = (later->y.mean - sample->y.mean) * (later->x.mean - sample->x.mean);
  sample->products += later->products + apart * (sample->y.n * share);
  bt_sample_join(&sample->y, &later->y);
  bt_sample_join(&sample->x, &later->x);
}

/* ---- estimates --------------------------------------------------------------------------------
 */

double bt_sample_std_error(const bt_sample *sample)
{
  if (sample->n < 2) return (double)NAN;
  return sqrt(sample->squares / (sample->n - 1) / sample->n);
}

double bt_skew_sample_of_mean(const bt_skew_sample *sample)
{
  double squares = sample->sample.squares;
  return squares > 0 ? sample->cubes / squares / sqrt(squares) : 0;
}

/* Hall's g(t) = t + c t^2 / 3 + c^2 t^3 / 27 + c / 6 of a mean's distance t in standard errors is
 * nearly normal, c its skewness: this is where g is x. */
static double without_skewness(double x, double c)
{
  const double too_little = 1e-6; /* to show */
  return fabs(c) < too_little ? x : 3 * (cbrt(1 + c * (x - c / 6)) - 1) / c;
}

bt_interval bt_skew_sample_interval(const bt_skew_sample *sample, double reach)
{
  double c = bt_skew_sample_of_mean(sample), mean = sample->sample.mean;
  double error = bt_sample_std_error(&sample->sample);
  return (bt_interval){mean - error * without_skewness(reach, c),
                       mean - error * without_skewness(-reach, c)};
}

bt_controlled bt_pair_sample_control(const bt_pair_sample *sample, double expected)
{
  const bt_sample *y = &sample->y, *x = &sample->x;
  bt_controlled out = {y->mean, bt_sample_std_error(y), 0, 0};
  if (!(x->squares > 0)) return out;
  out.beta = sample->products / x->squares;
  out.mean = y->mean - out.beta * (x->mean - expected);
  if (!(y->squares > 0)) return out;
  out.correlation = sample->products / sqrt(x->squares * y->squares);
  double left = y->squares - out.beta * sample->products; /* of the squares */
  double freedom = y->n - 2;
  out.std_error = freedom > 0 ? sqrt((left > 0 ? left : 0) / freedom / y->n) : (double)NAN;
  return out;
}
