/* vector_math.h - exp, log and their like of many doubles at once, by SLEEF.
 *
 * SLEEF's "cinz" functions give the same bits at every vector width and without fused multiply-add,
 * to 1 unit in the last place (exp, log) or better. Arrays of any length: what is left over of
 * whole vectors goes through the function of one double. Source: Shibata and Petrogalli, SLEEF: A
 * Portable Vectorized Library of C Standard Mathematical Functions, IEEE TPDS 31 (2020).
 */
#ifndef BT_CORE_VECTOR_MATH_H
#define BT_CORE_VECTOR_MATH_H

#include <sleef.h>

#include "core/lanes.h"

#if BT_WIDTH == 8
#define BT_SLEEF(name, accuracy) Sleef_cinz_##name##d8_##accuracy##avx512fnofma
#elif BT_WIDTH == 4
#define BT_SLEEF(name, accuracy) Sleef_cinz_##name##d4_##accuracy##avx
#elif defined(__SSE2__)
#define BT_SLEEF(name, accuracy) Sleef_cinz_##name##d2_##accuracy##sse2
#elif defined(__aarch64__)
#define BT_SLEEF(name, accuracy) Sleef_cinz_##name##d2_##accuracy##advsimdnofma
#endif

static inline bt_vector bt_vector_exp(bt_vector x)
{
#if defined(BT_SLEEF)
  return BT_SLEEF(exp, u10)(x);
#else
  for (size_t i = 0; i < BT_WIDTH; i++) x[i] = Sleef_cinz_expd1_u10purec(x[i]);
  return x;
#endif
}

static inline bt_vector bt_vector_log(bt_vector x)
{
#if defined(BT_SLEEF)
  return BT_SLEEF(log, u10)(x);
#else
  for (size_t i = 0; i < BT_WIDTH; i++) x[i] = Sleef_cinz_logd1_u10purec(x[i]);
  return x;
#endif
}

/* The complementary error function, to 1.5 units; ten times as long as exp. */
static inline bt_vector bt_vector_erfc(bt_vector x)
{
#if defined(BT_SLEEF)
  return BT_SLEEF(erfc, u15)(x);
#else
  for (size_t i = 0; i < BT_WIDTH; i++) x[i] = Sleef_cinz_erfcd1_u15purec(x[i]);
  return x;
#endif
}

/* out[i] = exp(x[i]) and log(x[i]); out may be x. */
void bt_exp_array(double *out, const double *x, size_t n);
void bt_log_array(double *out, const double *x, size_t n);

#endif
