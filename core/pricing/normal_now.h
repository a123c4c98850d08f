/* normal_now.h - stands in for bt_normal_cdf and bt_normal_pdf of core/random/normal.h. */
#ifndef BT_CORE_PRICING_NORMAL_NOW_H
#define BT_CORE_PRICING_NORMAL_NOW_H

#include <math.h>

#define BT_ROOT_HALF 0.70710678118654752440
#define BT_ONE_OVER_ROOT_2_PI 0.39894228040143267794

static inline double bt_normal_now_cdf(double x)
{
  return 0.5 * erfc(-x * BT_ROOT_HALF);
}

static inline double bt_normal_now_pdf(double x)
{
  return BT_ONE_OVER_ROOT_2_PI * exp(-0.5 * x * x);
}

#endif
