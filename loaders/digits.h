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

/* The number of eight digits, each a byte from 0 to 9: pairs, then fours side by side. */
static inline uint64_t bt_digits__value(uint64_t word)
{
  const uint64_t pairs = UINT64_C(0x000000ff000000ff);
  word = word * 10 + (word >> 8);
  return ((word & pairs) * (100 + (UINT64_C(1000000) << 32)) +
          (word >> 16 & pairs) * (1 + (UINT64_C(10000) << 32))) >>
         32;
}

/* The number of the last n digits of a word, 1 to 8 of them. */
static inline uint64_t bt_digits__last(uint64_t word, unsigned n)
{
  unsigned n_cut = 64 - 8 * n;
  return bt_digits__value((word ^ BT_EACH_BYTE * '0') >> n_cut << n_cut);
}

/* The number of the n digits before `end`, 1 to 19 of them; up to seven characters before them are
 * read, too. */
static inline uint64_t bt_digits__before(const char *end, unsigned n)
{
  if (n <= 8) return bt_digits__last(bt_digits__load(end - 8), n);
  uint64_t number = bt_digits__last(bt_digits__load(end - 8), 8);
  if (n <= 16)
    return number + UINT64_C(100000000) * bt_digits__last(bt_digits__load(end - 16), n - 8);
  return number + UINT64_C(100000000) * bt_digits__last(bt_digits__load(end - 16), 8) +
         UINT64_C(10000000000000000) * bt_digits__last(bt_digits__load(end - 24), n - 16);
}

/* The highest bits of eight bytes in one byte, the first one lowest. */
static inline uint64_t bt_digits__gather(uint64_t high)
{
  return (high >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

/* Of eight characters the bytes of the last n; of these the bits that tell digits; 10^n. n from 0
 * to 8. */
#define BT_LAST(bits, n) ((bits) << (64 - 8 * (n)))
#define BT_LAST_0_TO_8(bits)                                                                       \
  {                                                                                                \
    0, BT_LAST(bits, 1), BT_LAST(bits, 2), BT_LAST(bits, 3), BT_LAST(bits, 4), BT_LAST(bits, 5),   \
        BT_LAST(bits, 6), BT_LAST(bits, 7), (bits)                                                 \
  }
static const uint64_t bt_digits__last_bytes[] = BT_LAST_0_TO_8(~UINT64_C(0));
static const uint64_t bt_digits__last_bits[] = BT_LAST_0_TO_8(BT_EACH_BYTE * 0x0f);
static const double bt_digits__power10[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

/* ---- windows: bit i is about the character at[i] ---------------------------------------------
 *
 * Each in the fastest way of the machine, and in a plain one that finds the same. */

/* No digit is there. */
static inline uint64_t bt_digits__others_plain(const char *at)
{
  uint64_t found = 0;
  for (unsigned i = 0; i < BT_DIGITS_WINDOW; i += BT_DIGITS_OF_WORD) {
    uint64_t word = bt_digits__load(at + i) ^ BT_EACH_BYTE * '0';
    found |= bt_digits__gather(bt_digits__others_of(word)) << i;
  }
  return found;
}

/* The same character is there as at as[i]. */
static inline uint64_t bt_digits__equal_plain(const char *at, const char *as)
{
  const uint64_t high = BT_EACH_BYTE * 0x80;
  uint64_t found = 0;
  for (unsigned i = 0; i < BT_DIGITS_WINDOW; i += BT_DIGITS_OF_WORD) {
    uint64_t word = bt_digits__load(at + i) ^ bt_digits__load(as + i);
    found |= bt_digits__gather(~(((word & ~high) + ~high) | word) & high) << i;
  }
  return found;
}

/* A line end is there. */
static inline uint64_t bt_digits__line_ends_plain(const char *at)
{
  char as[BT_DIGITS_WINDOW];
  memset(as, '\n', sizeof as);
  return bt_digits__equal_plain(at, as);
}

/* Two numbers of at most eight digits, which end at end[0] and end[1]. Up to nine characters in
 * front of an end are read. Of the eight before it, decimals[] are the bytes behind the decimal
 * mark; what stands before the mark is moved up by one character; then digits[] are the bits that
 * tell the number. It is divided by power[]. */
static inline void bt_digits__pair_plain(double *const out[2], const char *const end[2],
                                         const uint64_t decimals[2], const uint64_t digits[2],
                                         const double power[2])
{
  for (int i = 0; i < 2; i++) {
    uint64_t whole = bt_digits__load(end[i] - 9), word = bt_digits__load(end[i] - 8);
    word = (whole ^ ((whole ^ word) & decimals[i])) & digits[i];
    *out[i] = (double)(int64_t)bt_digits__value(word) / power[i];
  }
}

#if defined(__SSE2__)

static inline __m128i bt_digits__load_16(const char *at)
{
  return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline uint64_t bt_digits__others(const char *at)
{
  /* moves the digits to the ten greatest of all signed bytes */
  const __m128i shift = _mm_set1_epi8(0x7f - '9'), below = _mm_set1_epi8(0x7f - 10);
  uint64_t digits = 0;
  for (unsigned i = 0; i < BT_DIGITS_WINDOW; i += 16) {
    __m128i bytes = _mm_add_epi8(bt_digits__load_16(at + i), shift);
    digits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, below)) << i;
  }
  return ~digits;
}

static inline uint64_t bt_digits__equal(const char *at, const char *as)
{
  uint64_t found = 0;
  for (unsigned i = 0; i < BT_DIGITS_WINDOW; i += 16) {
    __m128i equal = _mm_cmpeq_epi8(bt_digits__load_16(at + i), bt_digits__load_16(as + i));
    found |= (uint64_t)(unsigned)_mm_movemask_epi8(equal) << i;
  }
  return found;
}

static inline uint64_t bt_digits__line_ends(const char *at)
{
  const __m128i line_end = _mm_set1_epi8('\n');
  uint64_t found = 0;
  for (unsigned i = 0; i < BT_DIGITS_WINDOW; i += 16) {
    __m128i equal = _mm_cmpeq_epi8(bt_digits__load_16(at + i), line_end);
    found |= (uint64_t)(unsigned)_mm_movemask_epi8(equal) << i;
  }
  return found;
}

/* Eight bytes before each of two places. */
static inline __m128i bt_digits__load_two(const char *first_end, const char *second_end)
{
  __m128i first = _mm_loadl_epi64((const __m128i *)(const void *)(first_end - 8));
  __m128i second = _mm_loadl_epi64((const __m128i *)(const void *)(second_end - 8));
  return _mm_unpacklo_epi64(first, second);
}

static inline void bt_digits__pair(double *const out[2], const char *const end[2],
                                   const uint64_t decimals[2], const uint64_t digits[2],
                                   const double power[2])
{
  const __m128i tens = _mm_set1_epi16(10), low = _mm_set1_epi16(0xff);
  const __m128i hundreds = _mm_set1_epi32(1 << 16 | 100);
  const __m128i myriads = _mm_set1_epi32(1 << 16 | 10000);
  __m128i whole = bt_digits__load_two(end[0] - 1, end[1] - 1);
  __m128i words = bt_digits__load_two(end[0], end[1]);
  __m128i moved = _mm_loadu_si128((const __m128i *)(const void *)decimals);
  words = _mm_xor_si128(whole, _mm_and_si128(_mm_xor_si128(whole, words), moved));
  words = _mm_and_si128(words, _mm_loadu_si128((const __m128i *)(const void *)digits));
  words = _mm_add_epi16(_mm_mullo_epi16(_mm_and_si128(words, low), tens), _mm_srli_epi16(words, 8));
  words = _mm_madd_epi16(words, hundreds);
  words = _mm_madd_epi16(_mm_packs_epi32(words, words), myriads);
  __m128d numbers = _mm_div_pd(_mm_cvtepi32_pd(words), _mm_loadu_pd(power));
  _mm_storel_pd(out[0], numbers);
  _mm_storeh_pd(out[1], numbers);
}

#else

static inline uint64_t bt_digits__others(const char *at)
{
  return bt_digits__others_plain(at);
}

static inline uint64_t bt_digits__equal(const char *at, const char *as)
{
  return bt_digits__equal_plain(at, as);
}

static inline uint64_t bt_digits__line_ends(const char *at)
{
  return bt_digits__line_ends_plain(at);
}

static inline void bt_digits__pair(double *const out[2], const char *const end[2],
                                   const uint64_t decimals[2], const uint64_t digits[2],
                                   const double power[2])
{
  bt_digits__pair_plain(out, end, decimals, digits, power);
}

#endif

#endif
