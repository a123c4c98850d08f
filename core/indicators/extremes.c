#include "core/indicators/extremes.h"

#include <math.h>
#include <stdlib.h>

bt_status bt_indicator__rolling_extreme(double *out, const double *x, size_t n, size_t period,
                                        double sign, bt_error *err)
{
  /* bars that can still become the extreme: rising bar, falling sign * value */
  size_t *queue = malloc((n ? n : 1) * sizeof *queue);
  if (!queue) return bt_fail_nomem(err, "rolling extreme");
  size_t head = 0, tail = 0;
  for (size_t t = 0; t < n; t++) {
    while (tail > head && sign * x[queue[tail - 1]] <= sign * x[t]) tail--;
    queue[tail++] = t;
    if (queue[head] + period <= t) head++;
    out[t] = t + 1 >= period ? x[queue[head]] : (double)NAN;
  }
  free(queue);
  return BT_OK;
}
