/* lanes.h - eight doubles at a time.
 *
 * Sums over a series have a fixed shape: its values go to the eight lanes in turn, and the lanes
 * are added at the end, always in the same order; each sum says what becomes of what is left over
 * of whole groups. So the bits do not depend on how wide a machine's vectors are. The lanes are
 * kept in the widest registers that the vector level has: eight doubles (AVX-512), four (AVX2) or
 * two, which every x86-64 and arm64 has (gcc and clang vectors).
 */
#ifndef BT_CORE_LANES_H
#define BT_CORE_LANES_H

#if defined(__FAST_MATH__)
#error "results must not depend on how a compiler rearranges them: no -ffast-math"
#endif

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h> /* for what gcc 12 takes apart lane by lane */
#endif

#if defined(__AVX512F__)
#define BT_WIDTH 8 /* doubles of a register */
#elif defined(__AVX2__)
#define BT_WIDTH 4
#else
#define BT_WIDTH 2
#endif

enum { BT_LANES = 8, BT_LANES_VECTORS = BT_LANES / BT_WIDTH };

typedef double bt_vector __attribute__((vector_size(BT_WIDTH * sizeof(double))));
typedef int64_t bt_vector_mask __attribute__((vector_size(BT_WIDTH * sizeof(int64_t))));

typedef struct bt_lanes {
  bt_vector part[BT_LANES_VECTORS];
} bt_lanes;

/* The same number in each. */
static inline bt_vector bt_vector_of(double x)
{
  return x - (bt_vector){0};
}

static inline bt_vector bt_vector_load(const double *x)
{
  bt_vector v;
  memcpy(&v, x, sizeof v);
  return v;
}

static inline void bt_vector_store(double *x, bt_vector v)
{
  memcpy(x, &v, sizeof v);
}

static inline bt_vector bt_vector_abs(bt_vector x)
{
  return (bt_vector)((bt_vector_mask)x & INT64_MAX);
}

static inline bt_vector bt_vector_sqrt(bt_vector x)
{
#if BT_WIDTH == 8
  return _mm512_sqrt_pd(x);
#elif BT_WIDTH == 4
  return _mm256_sqrt_pd(x);
#elif defined(__SSE2__)
  return _mm_sqrt_pd(x);
#else
  for (size_t i = 0; i < BT_WIDTH; i++) x[i] = sqrt(x[i]);
  return x;
#endif
}

/* a > b ? a : b and a < b ? a : b. */
static inline bt_vector bt_vector_larger(bt_vector a, bt_vector b)
{
#if BT_WIDTH == 8
  return _mm512_max_pd(a, b);
#elif BT_WIDTH == 4
  return _mm256_max_pd(a, b);
#elif defined(__SSE2__)
  return _mm_max_pd(a, b);
#else
  bt_vector_mask from_a = a > b;
  return (bt_vector)(((bt_vector_mask)a & from_a) | ((bt_vector_mask)b & ~from_a));
#endif
}

static inline bt_vector bt_vector_smaller(bt_vector a, bt_vector b)
{
#if BT_WIDTH == 8
  return _mm512_min_pd(a, b);
#elif BT_WIDTH == 4
  return _mm256_min_pd(a, b);
#elif defined(__SSE2__)
  return _mm_min_pd(a, b);
#else
  bt_vector_mask from_a = a < b;
  return (bt_vector)(((bt_vector_mask)a & from_a) | ((bt_vector_mask)b & ~from_a));
#endif
}

/* kept where a >= b, else 0. */
static inline bt_vector bt_vector_where_at_least(bt_vector a, bt_vector b, bt_vector kept)
{
#if BT_WIDTH == 8
  return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(a, b, _CMP_GE_OQ), kept);
#elif BT_WIDTH == 4
  return _mm256_and_pd(_mm256_cmp_pd(a, b, _CMP_GE_OQ), kept);
#else
  return (bt_vector)((bt_vector_mask)kept & (a >= b));
#endif
}

/* kept where x is a number, else 0. */
static inline bt_vector bt_vector_where_number(bt_vector x, bt_vector kept)
{
#if BT_WIDTH == 8
  return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, x, _CMP_ORD_Q), kept);
#elif BT_WIDTH == 4
  return _mm256_and_pd(_mm256_cmp_pd(x, x, _CMP_ORD_Q), kept);
#else
  return (bt_vector)((bt_vector_mask)kept & (x == x));
#endif
}

/* a >= b ? yes : no. */
static inline bt_vector bt_vector_choose(bt_vector a, bt_vector b, bt_vector yes, bt_vector no)
{
#if BT_WIDTH == 8
  return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_GE_OQ), no, yes);
#elif BT_WIDTH == 4
  return _mm256_blendv_pd(no, yes, _mm256_cmp_pd(a, b, _CMP_GE_OQ));
#else
  bt_vector_mask is = a >= b;
  return (bt_vector)(((bt_vector_mask)yes & is) | ((bt_vector_mask)no & ~is));
#endif
}

/* Whether |x| <= most in every lane; a NaN is not. */
static inline int bt_vector_all_within(bt_vector x, double most)
{
  bt_vector size = bt_vector_abs(x), limit = bt_vector_of(most);
#if BT_WIDTH == 8
  return _mm512_cmp_pd_mask(size, limit, _CMP_LE_OQ) == 0xff;
#elif BT_WIDTH == 4
  return _mm256_movemask_pd(_mm256_cmp_pd(size, limit, _CMP_LE_OQ)) == 0xf;
#elif defined(__SSE2__)
  return _mm_movemask_pd(_mm_cmple_pd(size, limit)) == 3;
#else
  bt_vector_mask mask = size <= limit;
  return (mask[0] & mask[1]) == -1;
#endif
}

/* Whether a and b are equal in every lane. */
static inline int bt_vector_all_equal(bt_vector a, bt_vector b)
{
#if BT_WIDTH == 8
  return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ) == 0xff;
#elif BT_WIDTH == 4
  return _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_EQ_OQ)) == 0xf;
#elif defined(__SSE2__)
  return _mm_movemask_pd(_mm_cmpeq_pd(a, b)) == 3;
#else
  bt_vector_mask mask = a == b;
  return (mask[0] & mask[1]) == -1;
#endif
}

static inline double bt_lanes_sum(const bt_lanes *lanes)
{
  double x[BT_LANES];
  memcpy(x, lanes, sizeof x);
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

static inline double bt_lanes_largest(const bt_lanes *lanes)
{
  bt_vector most = lanes->part[0];
  for (size_t k = 1; k < BT_LANES_VECTORS; k++) most = bt_vector_larger(most, lanes->part[k]);
#if BT_WIDTH == 8
  return _mm512_reduce_max_pd(most);
#else
  double x = most[0];
  for (size_t i = 1; i < BT_WIDTH; i++) x = most[i] > x ? most[i] : x;
  return x;
#endif
}

static inline double bt_lanes_smallest(const bt_lanes *lanes)
{
  bt_vector least = lanes->part[0];
  for (size_t k = 1; k < BT_LANES_VECTORS; k++) least = bt_vector_smaller(least, lanes->part[k]);
#if BT_WIDTH == 8
  return _mm512_reduce_min_pd(least);
#else
  double x = least[0];
  for (size_t i = 1; i < BT_WIDTH; i++) x = least[i] < x ? least[i] : x;
  return x;
#endif
}

#endif
