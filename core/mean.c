#include "core/mean.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 i128;

enum { DOUBLE_BITS = 53, LIMB_BITS = 32, WIDE_LIMBS = 70 }; /* 70 limbs hold any sum of doubles */
enum { PAIR_MOST = 1 << 26 };    /* values whose sums may be two doubles */
enum { LEAST_EXPONENT = -1074 }; /* every double is a whole multiple of 2^-1074 */

struct bt_exact_sums {
  const double *x;
  size_t n;
  int grid;     /* every x is a whole multiple of 2^grid */
  double *high; /* high[t] + low_of()[t] = x[0] + ... + x[t-1], either exact; NULL: too wide */
  u128 *prefix; /* the same over 2^grid, modulo 2^128; NULL: not needed, or too wide */
};

/* Splits a finite x into mantissa * 2^exponent with a whole mantissa below 2^53 in size. */
static int64_t split(int *exponent, double x)
{
  const uint64_t implied = UINT64_C(1) << (DOUBLE_BITS - 1);
  uint64_t bits = 0;
  memcpy(&bits, &x, sizeof bits);
  int biased = (int)(bits >> (DOUBLE_BITS - 1) & 0x7ff);
  int64_t mantissa = (int64_t)((bits & (implied - 1)) | (biased ? implied : 0));
  *exponent = LEAST_EXPONENT + (biased ? biased - 1 : 0);
  return bits >> 63 ? -mantissa : mantissa;
}

static int bit_length(u128 value)
{
  int bits = 0;
  if (value >> 64) {
    bits = 64;
    value >>= 64;
  }
  uint64_t low = (uint64_t)value;
  while (low) {
    bits++;
    low >>= 1;
  }
  return bits;
}

/* The double nearest to magnitude * 2^exponent (ties to even); sticky says that the true value is
 * a little more than magnitude, which then has more than 53 bits or lies below the least double.
 * Subnormal results have fewer bits: what ldexp would round a second time is cut off here. */
static double round_to_double(u128 magnitude, bool sticky, int exponent)
{
  int excess = bit_length(magnitude) - DOUBLE_BITS;
  if (excess < LEAST_EXPONENT - exponent) excess = LEAST_EXPONENT - exponent;
  if (excess > 127) return 0.0; /* far below half of the least double */
  if (excess <= 0) return ldexp((double)(uint64_t)magnitude, exponent);
  uint64_t kept = (uint64_t)(magnitude >> excess);
  u128 rest = magnitude - ((u128)kept << excess), half = (u128)1 << (excess - 1);
  bool up = rest > half || (rest == half && (sticky || (kept & 1)));
  return ldexp((double)(kept + up), exponent + excess);
}

/* sum * 2^grid / count, correctly rounded, for any |sum| < 2^127 and count < 2^62. */
static double divide(i128 sum, size_t count, int grid)
{
  bool negative = sum < 0;
  u128 magnitude = negative ? -(u128)sum : (u128)sum;
  if (magnitude == 0) return 0.0;
  /* widen until the quotient has 55 bits or more, so that the remainder only breaks ties */
  int shift = DOUBLE_BITS + 2 + bit_length(count) - bit_length(magnitude);
  if (shift < 0) shift = 0;
  magnitude <<= shift;
  u128 quotient = magnitude / count;
  bool sticky = quotient * count != magnitude;
  double mean = round_to_double(quotient, sticky, grid - shift);
  return negative ? -mean : mean;
}

/* ---- series that span more than 128 bits: one accumulator of any width -------------------- */

/* Adds x to limbs of 32 bits in int64 (carries are propagated at the end; n < 2^30 terms). */
static void wide_add(int64_t *limbs, double x)
{
  int exponent = 0;
  int64_t mantissa = split(&exponent, x);
  bool negative = mantissa < 0;
  uint64_t magnitude = negative ? (uint64_t)-mantissa : (uint64_t)mantissa;
  int place = exponent - LEAST_EXPONENT + DOUBLE_BITS; /* >= 0 for every double */
  u128 shifted = (u128)magnitude << (place % LIMB_BITS);
  for (int i = place / LIMB_BITS; shifted != 0; i++, shifted >>= LIMB_BITS) {
    int64_t part = (int64_t)(uint32_t)shifted;
    limbs[i] += negative ? -part : part;
  }
}

/* Brings every limb into [0, 2^32) and returns what is carried out of the top: 0, or -1 where the
 * number is negative. */
static int64_t wide_carry(int64_t *limbs)
{
  int64_t carry = 0;
  for (int i = 0; i < WIDE_LIMBS; i++) {
    int64_t value = limbs[i] + carry;
    carry = value >> LIMB_BITS; /* floor: gcc and clang shift arithmetically */
    limbs[i] = value & 0xffffffff;
  }
  return carry;
}

/* Leaves the number's size in limbs of [0, 2^32); returns its sign. */
static int wide_normalise(int64_t *limbs)
{
  if (wide_carry(limbs) == 0) return 1;
  /* number = limbs - 2^(32 * WIDE_LIMBS): negate both parts */
  for (int i = 0; i < WIDE_LIMBS; i++) limbs[i] = -limbs[i];
  limbs[WIDE_LIMBS - 1] += INT64_C(1) << LIMB_BITS;
  (void)wide_carry(limbs);
  return -1;
}

static double wide_mean(const double *x, size_t count)
{
  int64_t limbs[WIDE_LIMBS] = {0};
  for (size_t i = 0; i < count; i++) wide_add(limbs, x[i]);
  int sign = wide_normalise(limbs);
  /* long division from the top limb down; four limbs from the first non-zero quotient limb on hold
   * at least 96 bits, what follows only breaks ties */
  u128 remainder = 0, quotient = 0;
  bool sticky = false;
  int taken = 0, lowest = 0;
  for (int i = WIDE_LIMBS - 1; i >= 0; i--) {
    remainder = (remainder << LIMB_BITS) + (uint64_t)limbs[i];
    u128 digit = remainder / count;
    remainder -= digit * count;
    if (taken == 0 && digit == 0) continue;
    if (taken < 4) {
      quotient = (quotient << LIMB_BITS) + digit;
      lowest = i;
      taken++;
    } else if (digit != 0) {
      sticky = true;
    }
  }
  sticky = sticky || remainder != 0;
  if (taken == 0 && !sticky) return 0.0;
  return sign *
         round_to_double(quotient, sticky, lowest * LIMB_BITS + LEAST_EXPONENT - DOUBLE_BITS);
}

/* ---- prefix sums --------------------------------------------------------------------------- */

/* The lower doubles of the sums, which stand behind the upper ones. */
static double *low_of(const bt_exact_sums *sums)
{
  return sums->high + sums->n + 1;
}

/* The exponent range of the lowest and highest bits of all values; false if all are zero. */
static bool find_range(int *lowest, int *highest, const double *x, size_t n)
{
  bool any = false;
  for (size_t t = 0; t < n; t++) {
    if (x[t] == 0) continue;
    int exponent = 0;
    (void)split(&exponent, x[t]);
    if (!any || exponent < *lowest) *lowest = exponent;
    if (!any || exponent > *highest) *highest = exponent;
    any = true;
  }
  return any;
}

/* x as the nearest multiple of 2^unit_exponent and what is left, both summed up. The sum with a
 * number of 53 bits whose last one is worth 2^unit_exponent is such a multiple. */
static void fill_pair(bt_exact_sums *sums, int unit_exponent)
{
  const double anchor = ldexp(1.5, unit_exponent + DOUBLE_BITS - 1);
  const double *x = sums->x;
  double *restrict high = sums->high, *restrict low = low_of(sums), of_high = 0, of_low = 0;
  high[0] = low[0] = 0;
  for (size_t t = 0, n = sums->n; t < n; t++) {
    double part = (anchor + x[t]) - anchor;
    high[t + 1] = of_high += part;
    low[t + 1] = of_low += x[t] - part;
  }
}

static void fill_prefix(bt_exact_sums *sums)
{
  u128 sum = 0;
  sums->prefix[0] = 0;
  for (size_t t = 0; t < sums->n; t++) {
    int exponent = sums->grid;
    int64_t mantissa = sums->x[t] == 0 ? 0 : split(&exponent, sums->x[t]);
    sum += (u128)(i128)mantissa << (exponent - sums->grid);
    sums->prefix[t + 1] = sum;
  }
}

/* Whether n values of so many bits on the grid can be summed as two doubles, each of which holds
 * half of their bits and those that n of them carry; far from where doubles end. */
static bool fits_pair(int grid, int bits, size_t n)
{
  return n < PAIR_MOST && bits <= 2 * (DOUBLE_BITS - bit_length(n)) - 2 && grid > -900 &&
         grid + bits < 900;
}

bt_status bt_exact_sums_new(bt_exact_sums **out, const double *x, size_t n, bt_error *err)
{
  int lowest = 0, highest = 0;
  bt_exact_sums *sums = calloc(1, sizeof *sums);
  if (!sums) return bt_fail_nomem(err, "sums");
  (void)find_range(&lowest, &highest, x, n);
  *sums = (bt_exact_sums){.x = x, .n = n, .grid = lowest};
  int bits = highest - lowest + DOUBLE_BITS;
  bool in_pairs = fits_pair(lowest, bits, n);
  bool in_integers = !in_pairs && bits + bit_length(n) <= 126;
  if (in_pairs) sums->high = malloc(2 * (n + 1) * sizeof *sums->high);
  if (in_integers) sums->prefix = malloc((n + 1) * sizeof *sums->prefix);
  if ((in_pairs && !sums->high) || (in_integers && !sums->prefix)) {
    free(sums);
    return bt_fail_nomem(err, "sums");
  }
  if (sums->high) fill_pair(sums, lowest + DOUBLE_BITS - bit_length(n));
  if (sums->prefix) fill_prefix(sums);
  *out = sums;
  return BT_OK;
}

void bt_exact_sums_free(bt_exact_sums *sums)
{
  if (!sums) return;
  free(sums->high);
  free(sums->prefix);
  free(sums);
}

/* What a * b leaves of c, which is exact: c is the nearest double to a * b but for a few units in
 * the last place, and b < 2^26. Without a fused multiplication, a is split in two halves of 26 bits
 * (Dekker 1971, "A floating-point technique for extending the available precision"), of which each
 * times b fits into doubles. */
static inline double remainder_of(double c, double a, double b)
{
#if defined(__FMA__)
  return __builtin_fma(-a, b, c);
#else
  double spread = a * 0x1.0000002p27, upper = spread - (spread - a), lower = a - upper;
  return (c - upper * b) - lower * b;
#endif
}

/* The nearest double to a / b; inverse is that to 1 / b (Markstein 1990, "Computation of elementary
 * functions on the IBM RISC System/6000 processor", theorem 8.3). */
static inline double quotient_of(double a, double b, double inverse)
{
#if defined(__FMA__)
  double quotient = a * inverse;
  return __builtin_fma(__builtin_fma(-quotient, b, a), inverse, quotient);
#else
  (void)inverse;
  return a / b;
#endif
}

/* The usual case, without branches and in doubles alone, so that a compiler makes vectors of it.
 * The sum is high + low, exactly; the quotient of its nearest double is right to two or three units
 * in the last place, and what it leaves is exact. Adding that remainder's share is the one rounding
 * that counts: the share is off by 2^-53 of itself, but no sum over fewer than 2^26 values ends as
 * near as that to the middle of two doubles, unless right on it, where the share is exact. */
static inline double divide_pair(double high, double low, double count, double inverse)
{
  double sum = high + low, moved = sum - high;
  double rest = (high - (sum - moved)) + (low - moved); /* Knuth's two-sum */
  double quotient = sum * inverse;
  rest += remainder_of(sum, quotient, count);
  return quotient + quotient_of(rest, count, inverse);
}

static void divide_pairs(double *restrict out, const bt_exact_sums *sums, size_t period)
{
  const double *high = sums->high, *low = low_of(sums), *last_high = high + period;
  const double *last_low = low + period;
  const double count = (double)period, inverse = 1 / count;
  for (size_t i = 0; i + period <= sums->n; i++)
    out[i] = divide_pair(last_high[i] - high[i], last_low[i] - low[i], count, inverse);
}

double bt_exact_mean(const bt_exact_sums *sums, size_t first, size_t end)
{
  double count = (double)(end - first);
  if (sums->high) {
    const double *high = sums->high, *low = low_of(sums);
    return divide_pair(high[end] - high[first], low[end] - low[first], count, 1 / count);
  }
  if (!sums->prefix) return wide_mean(sums->x + first, end - first);
  i128 sum = (i128)(sums->prefix[end] - sums->prefix[first]);
  return divide(sum, end - first, sums->grid);
}

void bt_exact_moving_mean(double *out, const bt_exact_sums *sums, size_t period)
{
  size_t n = sums->n, undefined = period - 1 < n ? period - 1 : n;
  for (size_t t = 0; t < undefined; t++) out[t] = (double)NAN;
  if (sums->high) {
    divide_pairs(out + undefined, sums, period);
    return;
  }
  for (size_t t = undefined; t < n; t++) out[t] = bt_exact_mean(sums, t + 1 - period, t + 1);
}
