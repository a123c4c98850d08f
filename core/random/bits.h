/* bits.h - 64-bit words in the registers of core/lanes.h, and the uniform numbers they make. */
#ifndef BT_CORE_RANDOM_BITS_H
#define BT_CORE_RANDOM_BITS_H

#include "core/lanes.h"

/* BT_WIDTH words. */
typedef uint64_t bt_words __attribute__((vector_size(BT_WIDTH * sizeof(uint64_t))));

static inline bt_words bt_words_of(uint64_t x)
{
  return x - (bt_words){0};
}

static inline bt_words bt_words_load(const uint64_t *x)
{
  bt_words words;
  memcpy(&words, x, sizeof words);
  return words;
}

static inline void bt_words_store(uint64_t *x, bt_words words)
{
  memcpy(x, &words, sizeof words);
}

/* Products of the lower 32 bits; the upper ones do not count. */
static inline bt_words bt_words_multiply(bt_words a, bt_words b)
{
#if BT_WIDTH == 8
  return (bt_words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif BT_WIDTH == 4
  return (bt_words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (bt_words)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (a & UINT32_MAX) * (b & UINT32_MAX);
#endif
}

/* The upper 32 bits of each word below, the lower ones above. */
static inline bt_words bt_words_swap_halves(bt_words x)
{
#if BT_WIDTH == 8
  return (bt_words)_mm512_shuffle_epi32((__m512i)x, _MM_PERM_CDAB);
#elif BT_WIDTH == 4
  return (bt_words)_mm256_shuffle_epi32((__m256i)x, 0xb1);
#elif defined(__SSE2__)
  return (bt_words)_mm_shuffle_epi32((__m128i)x, 0xb1);
#else
  return x >> 32 | x << 32;
#endif
}

/* (k + 1/2) 2^-52, exactly, for a k of 52 bits: with the exponent of 1 its bits are 1 + k 2^-52. */
static inline double bt_uniform_of(uint64_t k)
{
  const uint64_t bits_of_one = UINT64_C(0x3ff) << 52;
  double x;
  k |= bits_of_one;
  memcpy(&x, &k, sizeof x);
  return x - (1 - 0x1p-53);
}

static inline bt_vector bt_uniforms_of(bt_words k)
{
  const uint64_t bits_of_one = UINT64_C(0x3ff) << 52;
  return (bt_vector)(k | bits_of_one) - (1 - 0x1p-53);
}

#endif
