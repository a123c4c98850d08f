#include "core/benchmark.h"

#include <math.h>
#include <stdbool.h>

#include "core/lanes.h"
#include "core/simulate.h"

/* Whether bars of both last about as long. */
static bt_status compare_kinds(bool *alike, const bt_bars *a, const bt_bars *b, bt_error *err)
{
  double length_a = 0, length_b = 0;
  bt_status status = bt_bars_length_days(&length_a, a, err);
  if (!status) status = bt_bars_length_days(&length_b, b, err);
  *alike = a->daily == b->daily && length_a <= 1.5 * length_b && length_b <= 1.5 * length_a;
  return status;
}

/* The first of its bars, from bar k on, that is not before that time; n_bars: none. */
static size_t find_bar(const bt_bars *benchmark, size_t k, int64_t time_ns)
{
  while (k < benchmark->n_bars && benchmark->time_ns[k] < time_ns) k++;
  return k;
}

static bool is_at(const bt_bars *benchmark, size_t k, int64_t time_ns)
{
  return k < benchmark->n_bars && benchmark->time_ns[k] == time_ns;
}

bt_status bt_benchmark_align(double *out, const bt_bars *ticker, const bt_bars *benchmark,
                             bt_error *err)
{
  const double *close = benchmark->close;
  size_t k = 0;
  bool alike = false;
  bt_status status = compare_kinds(&alike, ticker, benchmark, err);
  if (status) return status;
  for (size_t t = 0; t < ticker->n_bars; t++) {
    k = find_bar(benchmark, k, ticker->time_ns[t]);
    bool meets = alike && k > 0 && is_at(benchmark, k, ticker->time_ns[t]);
    out[t] = meets ? close[k] / close[k - 1] - 1 : (double)NAN;
  }
  return BT_OK;
}

bt_status bt_benchmark_follow(double *out, const bt_bars *ticker, const bt_bars *benchmark,
                              bt_error *err)
{
  size_t k = 0;
  double before = (double)NAN; /* its close at the time of the ticker's bar before */
  bool alike = false;
  bt_status status = compare_kinds(&alike, ticker, benchmark, err);
  if (status) return status;
  for (size_t t = 0; t < ticker->n_bars; t++) {
    k = find_bar(benchmark, k, ticker->time_ns[t]);
    bool meets = alike && is_at(benchmark, k, ticker->time_ns[t]);
    double close = meets ? benchmark->close[k] : (double)NAN;
    out[t] = close / before - 1;
    before = close;
  }
  return BT_OK;
}

/* Sums over the bars on which b is a number: how many, of r and of b; then of the squares and the
 * product of their deviations from the means, and of the squares of those of r - b. */
typedef struct sums {
  double count, r, b;
  double rr, bb, rb, active;
} sums;

/* Both walk the series in groups of lanes, in which a bar without b adds 0; what is left over of
 * whole groups is added one by one. */
static void add_values(sums *out, const double *r, const double *b, size_t n)
{
  bt_lanes count = {0}, sum_r = {0}, sum_b = {0};
  size_t i = 0;
  for (; i + BT_LANES <= n; i += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      size_t at = i + k * BT_WIDTH;
      bt_vector y = bt_vector_load(b + at);
      count.part[k] += bt_vector_where_number(y, bt_vector_of(1));
      sum_r.part[k] += bt_vector_where_number(y, bt_vector_load(r + at));
      sum_b.part[k] += bt_vector_where_number(y, y);
    }
  }
  out->count = bt_lanes_sum(&count);
  out->r = bt_lanes_sum(&sum_r);
  out->b = bt_lanes_sum(&sum_b);
  for (; i < n; i++) {
    if (isnan(b[i])) continue;
    out->count++;
    out->r += r[i];
    out->b += b[i];
  }
}

static void add_products(sums *out, const double *r, const double *b, size_t n)
{
  double mean_r = out->r / out->count, mean_b = out->b / out->count;
  bt_lanes rr = {0}, bb = {0}, rb = {0}, active = {0};
  size_t i = 0;
  for (; i + BT_LANES <= n; i += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      size_t at = i + k * BT_WIDTH;
      bt_vector y = bt_vector_load(b + at);
      bt_vector dr = bt_vector_where_number(y, bt_vector_load(r + at) - mean_r);
      bt_vector db = bt_vector_where_number(y, y - mean_b);
      rr.part[k] += dr * dr;
      bb.part[k] += db * db;
      rb.part[k] += dr * db;
      active.part[k] += (dr - db) * (dr - db);
    }
  }
  out->rr = bt_lanes_sum(&rr);
  out->bb = bt_lanes_sum(&bb);
  out->rb = bt_lanes_sum(&rb);
  out->active = bt_lanes_sum(&active);
  for (; i < n; i++) {
    if (isnan(b[i])) continue;
    double dr = r[i] - mean_r, db = b[i] - mean_b;
    out->rr += dr * dr;
    out->bb += db * db;
    out->rb += dr * db;
    out->active += (dr - db) * (dr - db);
  }
}

/* Whether wr * r + wb * b is the same on all bars on which b is a number, but for noise. */
static bool is_constant(const double *r, double wr, const double *b, double wb, size_t n)
{
  size_t i = 0;
  while (i < n && isnan(b[i])) i++;
  if (i == n) return true;
  double first = wr * r[i] + wb * b[i];
  for (; i < n; i++)
    if (!isnan(b[i]) && !(fabs(wr * r[i] + wb * b[i] - first) < BT_NOISE)) return false;
  return true;
}

static double without_noise(double x)
{
  return fabs(x) < BT_NOISE ? 0 : x;
}

/* Rounding may carry the quotient of a perfect correlation beyond 1. */
static double correlation_of(const sums *s)
{
  double value = s->rb / (sqrt(s->rr) * sqrt(s->bb));
  return value > 1 ? 1 : value < -1 ? -1 : value;
}

bt_benchmark_metrics bt_benchmark_compare(const double *r, const double *b, size_t n, double floor,
                                          double periods_per_year)
{
  const double none = (double)NAN;
  bt_benchmark_metrics out = {none, none, none, none, none};
  sums s;
  add_values(&s, r, b, n);
  if (s.count < 2) return out;
  add_products(&s, r, b, n);
  double excess_r = s.r / s.count - floor, excess_b = s.b / s.count - floor;
  bool r_moves = s.rr != 0 && !is_constant(r, 1, b, 0, n);
  bool b_moves = s.bb != 0 && !is_constant(r, 0, b, 1, n);
  if (b_moves) {
    out.beta = r_moves ? s.rb / s.bb : 0;
    out.alpha = without_noise(excess_r - out.beta * excess_b) * periods_per_year;
  }
  if (r_moves && b_moves) out.correlation = correlation_of(&s);
  if (s.active == 0 || is_constant(r, 1, b, -1, n)) {
    out.tracking_error = 0;
    return out;
  }
  out.tracking_error = sqrt(s.active / (s.count - 1)) * sqrt(periods_per_year);
  out.information_ratio = (s.r - s.b) / s.count * periods_per_year / out.tracking_error;
  return out;
}
