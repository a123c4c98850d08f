#include "core/cross.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

enum { WORD = BT_CROSS_BARS };

/* Bit i: a[i] > b[i], of WORD floats or doubles. */
#if defined(__AVX512F__)

static inline uint64_t floats_above(const float *a, const float *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i += 16)
    bits |= (uint64_t)_mm512_cmp_ps_mask(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), _CMP_GT_OQ)
            << i;
  return bits;
}

static inline uint64_t doubles_above(const double *a, const double *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i += 8)
    bits |= (uint64_t)_mm512_cmp_pd_mask(_mm512_loadu_pd(a + i), _mm512_loadu_pd(b + i), _CMP_GT_OQ)
            << i;
  return bits;
}

#elif defined(__AVX2__)

static inline uint64_t floats_above(const float *a, const float *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i += 8) {
    __m256 above = _mm256_cmp_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), _CMP_GT_OQ);
    bits |= (uint64_t)(unsigned)_mm256_movemask_ps(above) << i;
  }
  return bits;
}

static inline uint64_t doubles_above(const double *a, const double *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i += 4) {
    __m256d above = _mm256_cmp_pd(_mm256_loadu_pd(a + i), _mm256_loadu_pd(b + i), _CMP_GT_OQ);
    bits |= (uint64_t)(unsigned)_mm256_movemask_pd(above) << i;
  }
  return bits;
}

#elif defined(__SSE2__)

static inline uint64_t floats_above(const float *a, const float *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i += 4) {
    __m128 above = _mm_cmpgt_ps(_mm_loadu_ps(a + i), _mm_loadu_ps(b + i));
    bits |= (uint64_t)(unsigned)_mm_movemask_ps(above) << i;
  }
  return bits;
}

static inline uint64_t doubles_above(const double *a, const double *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i += 2) {
    __m128d above = _mm_cmpgt_pd(_mm_loadu_pd(a + i), _mm_loadu_pd(b + i));
    bits |= (uint64_t)(unsigned)_mm_movemask_pd(above) << i;
  }
  return bits;
}

#else

static inline uint64_t floats_above(const float *a, const float *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i++) bits |= (uint64_t)(a[i] > b[i]) << i;
  return bits;
}

static inline uint64_t doubles_above(const double *a, const double *b)
{
  uint64_t bits = 0;
  for (size_t i = 0; i < WORD; i++) bits |= (uint64_t)(a[i] > b[i]) << i;
  return bits;
}

#endif

/* A whole word of bars. */
static inline void compare_word(uint64_t *above, uint64_t *below, bt_compared a, bt_compared b,
                                size_t t)
{
  *above = doubles_above(a.value + t, b.value + t);
  *below = doubles_above(b.value + t, a.value + t);
}

/* Whole words; values are asked where the floats leave a bar out. */
static void compare_rounded(uint64_t *above, uint64_t *below, bt_compared a, bt_compared b,
                            size_t t, size_t n_words)
{
  for (size_t i = 0; i < n_words; i++, t += WORD) {
    above[i] = floats_above(a.rounded + t, b.rounded + t);
    below[i] = floats_above(b.rounded + t, a.rounded + t);
  }
  t -= n_words * WORD;
  for (size_t i = 0; i < n_words; i++, t += WORD)
    if ((above[i] | below[i]) != UINT64_MAX) compare_word(&above[i], &below[i], a, b, t);
}

/* The last n bars, fewer than a word. */
static void compare_rest(uint64_t *above, uint64_t *below, bt_compared a, bt_compared b, size_t t,
                         size_t n)
{
  double rest[2][WORD];
  for (size_t i = 0; i < WORD; i++) {
    size_t bar = t + (i < n ? i : n - 1);
    rest[0][i] = a.value[bar];
    rest[1][i] = b.value[bar];
  }
  compare_word(above, below, (bt_compared){rest[0], NULL}, (bt_compared){rest[1], NULL}, 0);
}

void bt_cross_compare(uint64_t *above, uint64_t *below, bt_compared a, bt_compared b, size_t t,
                      size_t n)
{
  size_t n_words = n / WORD;
  if (a.rounded && b.rounded)
    compare_rounded(above, below, a, b, t, n_words);
  else
    for (size_t i = 0; i < n_words; i++) compare_word(&above[i], &below[i], a, b, t + i * WORD);
  if (n % WORD > 0)
    compare_rest(&above[n_words], &below[n_words], a, b, t + n_words * WORD, n % WORD);
}
