/* digits.h - digits of a text, many at once in one word.
 *
 * Of a word the first character of the text is the lowest byte: all of this is for little-endian
 * machines, which have BT_HAS_DIGITS. The vectors find the same bits as the plain way.
 */
#ifndef BT_LOADERS_DIGITS_H
#define BT_LOADERS_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BT_HAS_DIGITS 1
#else
#define BT_HAS_DIGITS 0
#endif

enum {
  BT_DIGITS_OF_WORD = 8,
  BT_DIGITS_WINDOW = 64 /* characters that are looked at together */
};

#define BT_EACH_BYTE UINT64_C(0x0101010101010101)

static inline uint64_t bt_digits__load(const char *at)
{
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

/* Of a word of which '0' was taken off each byte by an exclusive or, so that digits are 0 to 9: the
 * highest bit of each byte that is none. Seven bits of a byte are added, so that none carries. */
static inline uint64_t bt_digits__others_of(uint64_t word)
{
  const uint64_t high = BT_EACH_BYTE * 0x80;
  return (((word & ~high) + BT_EACH_BYTE * 0x76) | word) & high;
}

/* The number of eight digits, each a byte from 0 to 9: pairs, then fours, then all. */
static inline uint64_t bt_digits__value(uint64_t word)
{
  word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
  word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
  return (word * 10000 + (word >> 32)) & UINT64_C(0xffffffff);
}

/* Bit i tells that at[i] is no digit, for BT_DIGITS_WINDOW characters; here without vectors. */
static inline uint64_t bt_digits__others_plain(const char *at)
{
  uint64_t others = 0;
  for (unsigned i = 0; i < BT_DIGITS_WINDOW; i += BT_DIGITS_OF_WORD) {
    uint64_t found = bt_digits__others_of(bt_digits__load(at + i) ^ BT_EACH_BYTE * '0');
    /* gathers the highest bits of the bytes in one byte, the first one lowest */
    others |= (found >> 7) * UINT64_C(0x0102040810204080) >> 56 << i;
  }
  return others;
}

/* The same, in the fastest way of this machine. */
static inline uint64_t bt_digits__others(const char *at)
{
#if defined(__SSE2__)
  /* moves the digits to the ten least of all signed bytes */
  const __m128i shift = _mm_set1_epi8((char)(0x80 - '0')), most = _mm_set1_epi8((char)0x89);
  uint64_t others = 0;
  for (unsigned i = 0; i < BT_DIGITS_WINDOW; i += 16) {
    __m128i bytes = _mm_add_epi8(_mm_loadu_si128((const __m128i *)(const void *)(at + i)), shift);
    unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, most));
    others |= (uint64_t)found << i;
  }
  return others;
#else
  return bt_digits__others_plain(at);
#endif
}

#endif
