#include "core/montecarlo/shape.h"

#include <math.h>

#include "core/lanes.h"

/* ---- a block ----------------------------------------------------------------------------------
 */

/* Sums over a block, lane by lane. */
typedef struct sums {
  bt_lanes first, second, third, fourth;
} sums;

static void add_deviations(sums *s, size_t k, bt_vector d)
{
  bt_vector square = d * d;
  s->first.part[k] += d;
  s->second.part[k] += square;
  s->third.part[k] += square * d;
  s->fourth.part[k] += square * square;
}

/* What is left over of whole groups goes to the first lanes. */
static void add_all(sums *s, const double *x, size_t n, double pivot)
{
  double rest[BT_LANES];
  size_t i = 0;
  for (; i + BT_LANES <= n; i += BT_LANES)
    for (size_t k = 0; k < BT_LANES_VECTORS; k++)
      add_deviations(s, k, bt_vector_load(x + i + k * BT_WIDTH) - pivot);
  for (size_t k = 0; k < BT_LANES; k++) rest[k] = i + k < n ? x[i + k] - pivot : 0;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++)
    add_deviations(s, k, bt_vector_load(rest + k * BT_WIDTH));
}

static void find_extremes(bt_shape *block, const double *x, size_t n)
{
  block->lowest = block->highest = x[0];
  for (size_t i = 1; i < n; i++) {
    block->lowest = x[i] < block->lowest ? x[i] : block->lowest;
    block->highest = x[i] > block->highest ? x[i] : block->highest;
  }
}

/* Samples that are all equal have exactly that mean, and no deviations. */
static bt_shape shape_of(const double *x, size_t n)
{
  bt_shape block = {.n = (double)n, .mean = x[0]};
  find_extremes(&block, x, n);
  if (block.lowest == block.highest) return block;
  sums about_first = {0}, about_mean = {0};
  add_all(&about_first, x, n, x[0]);
  block.mean += bt_lanes_sum(&about_first.first) / block.n;
  add_all(&about_mean, x, n, block.mean);
  block.second = bt_lanes_sum(&about_mean.second);
  block.third = bt_lanes_sum(&about_mean.third);
  block.fourth = bt_lanes_sum(&about_mean.fourth);
  return block;
}

void bt_shape_add(bt_shape *shape, const double *x, size_t n)
{
  if (n == 0) return;
  const bt_shape block = shape_of(x, n);
  bt_shape_join(shape, &block);
}

/* ---- a join -----------------------------------------------------------------------------------
 */

/* With the deviations of a (n_a samples) and b (n_b) from their own means, d apart. */
static void join_powers(bt_shape *a, const bt_shape *b)
{
  double n_a = a->n, n_b = b->n, n = n_a + n_b, d = (b->mean - a->mean) / n;
  double fourth = a->fourth + b->fourth + 4 * d * (n_a * b->third - n_b * a->third) +
                  6 * d * d * (n_a * n_a * b->second + n_b * n_b * a->second) +
                  d * d * d * d * n * n_a * n_b * (n_a * n_a - n_a * n_b + n_b * n_b);
  double third = a->third + b->third + 3 * d * (n_a * b->second - n_b * a->second) +
                 d * d * d * n * n_a * n_b * (n_a - n_b);
  a->fourth = fourth;
  a->third = third;
  a->second += b->second + d * d * n * n_a * n_b;
  a->mean += d * n_b;
  a->n = n;
}

void bt_shape_join(bt_shape *shape, const bt_shape *later)
{
  if (later->n == 0) return;
  if (shape->n == 0) {
    *shape = *later;
    return;
  }
  join_powers(shape, later);
  if (later->lowest < shape->lowest) shape->lowest = later->lowest;
  if (later->highest > shape->highest) shape->highest = later->highest;
}

/* ---- estimates --------------------------------------------------------------------------------
 */

double bt_shape_std(const bt_shape *shape)
{
  return shape->n < 2 ? (double)NAN : sqrt(shape->second / (shape->n - 1));
}

double bt_shape_std_error(const bt_shape *shape)
{
  return bt_shape_std(shape) / sqrt(shape->n);
}

double bt_shape_skew(const bt_shape *shape)
{
  double variance = shape->second / shape->n;
  return shape->second > 0 ? shape->third / shape->n / (variance * sqrt(variance)) : (double)NAN;
}

double bt_shape_kurtosis(const bt_shape *shape)
{
  double variance = shape->second / shape->n;
  return shape->second > 0 ? shape->fourth / shape->n / (variance * variance) - 3 : (double)NAN;
}

double bt_shape_std_std_error(const bt_shape *shape)
{
  double variance = shape->second / shape->n, std = bt_shape_std(shape);
  if (shape->n < 4) return (double)NAN;
  if (!(std > 0)) return std; /* 0, or none */
  double excess = shape->fourth / shape->n - variance * variance;
  return sqrt((excess > 0 ? excess : 0) / shape->n) / (2 * std);
}
