#include "core/mean.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 i128;

enum { DOUBLE_BITS = 53, LIMB_BITS = 32, WIDE_LIMBS = 70 }; /* 70 limbs hold any sum of doubles */
enum { LEAST_EXPONENT = -1074 }; /* every double is a whole multiple of 2^-1074 */

struct bt_exact_sums {
  const double *x;
  size_t n;
  int grid;     /* every x is a whole multiple of 2^grid */
  u128 *prefix; /* prefix[t] = (x[0] + ... + x[t-1]) / 2^grid modulo 2^128; NULL: too wide */
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

bt_status bt_exact_sums_new(bt_exact_sums **out, const double *x, size_t n, bt_error *err)
{
  int lowest = 0, highest = 0;
  bt_exact_sums *sums = calloc(1, sizeof *sums);
  if (!sums) return bt_fail_nomem(err, "sums");
  sums->x = x;
  sums->n = n;
  (void)find_range(&lowest, &highest, x, n);
  sums->grid = lowest;
  if (highest - lowest + DOUBLE_BITS + bit_length(n) <= 126) {
    sums->prefix = malloc((n + 1) * sizeof *sums->prefix);
    if (!sums->prefix) {
      free(sums);
      return bt_fail_nomem(err, "sums");
    }
    fill_prefix(sums);
  }
  *out = sums;
  return BT_OK;
}

void bt_exact_sums_free(bt_exact_sums *sums)
{
  if (!sums) return;
  free(sums->prefix);
  free(sums);
}

/* Moves *whole by one step of 2^shift towards the exact quotient, where it is more than half a step
 * away; *rest stays sum - whole * count, in units where a step is `unit`. */
static inline void correct(int64_t *whole, int64_t *rest, int64_t unit, int shift)
{
  int64_t step = (2 * *rest > unit) - (2 * *rest < -unit);
  *whole += step * (INT64_C(1) << shift);
  *rest -= step * unit;
}

/* The usual case in a few instructions without branches: 0 < sum < 2^127 and a mean of 53 to 62
 * bits on the grid, so that the result is a whole multiple of 2^grid. A quotient in doubles is off
 * by a unit or two in the last place; the remainder, exact modulo 2^64 because it is small,
 * says by how much. False (a tie, further off, a power of two, another range): take the general
 * way. */
static inline bool divide_quick(double *out, i128 sum, size_t count)
{
  uint64_t low = (uint64_t)(u128)sum, bits = 0;
  int64_t high = (int64_t)(sum >> 64), n = (int64_t)count;
  double estimate = (double)high * 0x1p64 + (double)(int64_t)(low >> 1) * 2;
  double mean = estimate / (double)n;
  memcpy(&bits, &mean, sizeof bits);
  int shift = (int)(bits >> 52) - (1023 + 52);
  if (high < 0 || shift < 0 || shift > 9 || n >= INT64_C(1) << 40) return false;
  int64_t whole = (int64_t)mean, unit = n << shift;
  int64_t rest = (int64_t)(low - (uint64_t)whole * (uint64_t)n);
  correct(&whole, &rest, unit, shift);
  *out = (double)whole;
  bool near = (2 * rest < unit) & (-2 * rest < unit);
  return near & ((whole & (whole - 1)) != 0);
}

static inline double window_mean(const bt_exact_sums *sums, size_t first, size_t end, double scale)
{
  i128 sum = (i128)(sums->prefix[end] - sums->prefix[first]);
  double mean = 0;
  if (divide_quick(&mean, sum, end - first)) return mean * scale;
  return divide(sum, end - first, sums->grid);
}

/* 2^grid where multiplying by it is exact, else NaN-free 0 to send every mean the general way. */
static bool scale_is_exact(int grid)
{
  return grid > -1000 && grid < 900;
}

double bt_exact_mean(const bt_exact_sums *sums, size_t first, size_t end)
{
  if (!sums->prefix) return wide_mean(sums->x + first, end - first);
  i128 sum = (i128)(sums->prefix[end] - sums->prefix[first]);
  return divide(sum, end - first, sums->grid);
}

void bt_exact_moving_mean(double *out, const bt_exact_sums *sums, size_t period)
{
  size_t n = sums->n, undefined = period - 1 < n ? period - 1 : n;
  bool quick = sums->prefix && scale_is_exact(sums->grid);
  double scale = quick ? ldexp(1.0, sums->grid) : 0;
  for (size_t t = 0; t < undefined; t++) out[t] = (double)NAN;
  for (size_t t = undefined; t < n; t++)
    out[t] = quick ? window_mean(sums, t + 1 - period, t + 1, scale)
                   : bt_exact_mean(sums, t + 1 - period, t + 1);
}
