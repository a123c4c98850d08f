/* undefined.h - what stands on the bars on which an indicator has no value. */
#ifndef BT_CORE_INDICATORS_UNDEFINED_H
#define BT_CORE_INDICATORS_UNDEFINED_H

#include <math.h>
#include <stddef.h>

static inline void bt_indicator__fill_nan(double *out, size_t n)
{
  for (size_t t = 0; t < n; t++) out[t] = (double)NAN;
}

#endif
