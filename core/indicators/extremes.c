#include "core/indicators/extremes.h"

#include <stdbool.h>
#include <string.h>

#include "core/indicators/undefined.h"
#include "core/lanes.h"

enum { PARTS = 4 }; /* extremes that a pass joins to one */

typedef struct pass {
  size_t lag[PARTS]; /* by how many bars each of them ends earlier; the greatest is the last */
  size_t first;      /* the first bar that has a result */
} pass;

static inline double further(double a, double b, bool largest)
{
  return (largest ? a > b : a < b) ? a : b;
}

static inline bt_vector further_each(bt_vector a, bt_vector b, bool largest)
{
  return largest ? bt_vector_larger(a, b) : bt_vector_smaller(a, b);
}

/* out[t] = the extreme of x[t - lag[0]], x[t - lag[1]], ... for first <= t < n. From the last bar
 * down, so that x may be out: nothing is read after it was overwritten. */
static inline void run(double *out, const double *x, size_t n, pass p, bool largest)
{
  size_t end = n;
  for (; end >= p.first + BT_WIDTH; end -= BT_WIDTH) {
    const double *at = x + end - BT_WIDTH;
    bt_vector a = bt_vector_load(at - p.lag[0]), b = bt_vector_load(at - p.lag[1]);
    bt_vector c = bt_vector_load(at - p.lag[2]), d = bt_vector_load(at - p.lag[3]);
    a = further_each(a, b, largest);
    c = further_each(c, d, largest);
    bt_vector_store(out + end - BT_WIDTH, further_each(a, c, largest));
  }
  for (; end > p.first; end--) {
    const double *at = x + end - 1;
    double a = further(*(at - p.lag[0]), *(at - p.lag[1]), largest);
    double c = further(*(at - p.lag[2]), *(at - p.lag[3]), largest);
    out[end - 1] = further(a, c, largest);
  }
}

/* From extremes of `width` bars to those of four times as many, or of `period`. */
static inline pass plan_pass(size_t width, size_t period)
{
  size_t next = PARTS * width < period ? PARTS * width : period;
  pass p = {.first = next - 1};
  for (size_t k = 0; k < PARTS; k++) p.lag[k] = k * width < next - width ? k * width : next - width;
  return p;
}

static inline void fill(double *out, const double *x, size_t n, size_t period, bool largest)
{
  if (period > n) {
    bt_indicator__fill_nan(out, n);
    return;
  }
  if (period == 1) memcpy(out, x, n * sizeof *out);
  for (size_t width = 1; width < period; width *= PARTS) {
    run(out, width == 1 ? x : out, n, plan_pass(width, period), largest);
  }
  bt_indicator__fill_nan(out, period - 1);
}

void bt_indicator__rolling_max(double *out, const double *x, size_t n, size_t period)
{
  fill(out, x, n, period, true);
}

void bt_indicator__rolling_min(double *out, const double *x, size_t n, size_t period)
{
  fill(out, x, n, period, false);
}
