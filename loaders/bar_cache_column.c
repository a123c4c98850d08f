#include "loaders/bar_cache_column.h"

#include <float.h>
#include <string.h>

#include "core/bars.h"
#include "core/time.h"

enum { COUNT_MOST = INT32_MAX, NEAR_MOST = UINT16_MAX, DECIMALS_LEAST = -3, DECIMALS_MOST = 9 };

/* 10^-decimals in two parts: 22 bits, so that a count's product with them is exact, and the rest.
 * The sum of both products is off by less than 2^-75 of it before it is rounded; a count below 2^31
 * over 10^6 or less never lies so near the middle of two doubles, and is rounded correctly. */
typedef struct scale {
  double up; /* 10^decimals */
  double upper, rest;
} scale;

/* From DECIMALS_LEAST on. */
static const scale scales[] = {{1e-3, 1e3, 0},
                               {1e-2, 1e2, 0},
                               {1e-1, 1e1, 0},
                               {1e0, 1, 0},
                               {1e1, 0x1.999998p-4, 0x1.999999999999ap-28},
                               {1e2, 0x1.47ae18p-7, -0x1.c28f5c28f5c29p-30},
                               {1e3, 0x1.0624ep-10, -0x1.6872b020c49bap-33},
                               {1e4, 0x1.a36e3p-14, -0x1.4e3bcd35a8588p-38},
                               {1e5, 0x1.4f8b58p-17, 0x1.1c6d1e108c3f4p-42},
                               {1e6, 0x1.0c6f78p-20, 0x1.05af6c69b5a64p-43},
                               {1e7, 0x1.ad7f28p-24, 0x1.abcaf485787a6p-48},
                               {1e8, 0x1.5798fp-27, -0x1.dcf73c6206048p-51},
                               {1e9, 0x1.12e0cp-30, -0x1.7d9296b4d19d3p-54}};

_Static_assert(sizeof(bt_column) == 3 * sizeof(uint64_t), "a column's head has no padding");
_Static_assert(sizeof scales / sizeof scales[0] == DECIMALS_MOST - DECIMALS_LEAST + 1,
               "a row each");

static const scale *scale_of(int decimals)
{
  return &scales[decimals - DECIMALS_LEAST];
}

static inline double number_of(int32_t count, const scale *s)
{
  double whole = (double)count;
  return whole * s->upper + whole * s->rest;
}

static inline uint64_t bits_of(double number)
{
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static inline size_t least_of(size_t a, size_t b)
{
  return a < b ? a : b;
}

/* ---- counts -----------------------------------------------------------------------------------
 */

/* A block of counts that lie close together. */
typedef struct near_block {
  uint32_t least;
  uint16_t above[BT_COLUMN_BLOCK];
} near_block;

static size_t near_bytes(size_t n)
{
  size_t n_blocks = n / BT_COLUMN_BLOCK + (n % BT_COLUMN_BLOCK != 0);
  return n_blocks * sizeof(uint32_t) + n * sizeof(uint16_t);
}

/* Sets *least of n counts, and returns the distance to the greatest. */
static uint32_t find_range(uint32_t *least, const uint32_t *counts, size_t n)
{
  uint32_t low = counts[0], high = counts[0];
  for (size_t i = 1; i < n; i++) {
    low = counts[i] < low ? counts[i] : low;
    high = counts[i] > high ? counts[i] : high;
  }
  *least = low;
  return high - low;
}

/* Counts that stand in `bytes`, 32 bits each, in their shortest form, in the same place. Returns
 * how many bytes they take. */
static size_t narrow(bt_column *column, void *bytes, size_t n)
{
  const uint32_t *counts = bytes;
  char *to = bytes;
  uint32_t least = 0;
  column->form = BT_COLUMN_COUNTS;
  for (size_t i = 0; i < n; i += BT_COLUMN_BLOCK)
    if (find_range(&least, counts + i, least_of(n - i, BT_COLUMN_BLOCK)) > NEAR_MOST)
      return n * sizeof(uint32_t);
  column->form = BT_COLUMN_NEAR;
  for (size_t i = 0; i < n; i += BT_COLUMN_BLOCK) { /* what is written lies behind what is read */
    near_block block;
    size_t n_here = least_of(n - i, BT_COLUMN_BLOCK);
    (void)find_range(&block.least, counts + i, n_here);
    for (size_t k = 0; k < n_here; k++) block.above[k] = (uint16_t)(counts[i + k] - block.least);
    size_t size = sizeof block.least + n_here * sizeof block.above[0];
    memcpy(to, &block, size);
    to += size;
  }
  return near_bytes(n);
}

/* ---- writing numbers --------------------------------------------------------------------------
 */

/* Numbers that are to be packed; factors beside them where the sense asks for some. */
typedef struct given {
  const double *numbers, *factors;
  bt_column_sense sense;
} given;

/* What is to be packed for the number `i`, but for its last bits. */
static inline double about(const given *g, size_t i, bt_column_sense sense)
{
  return sense == BT_COLUMN_ITSELF ? g->numbers[i] : g->numbers[i] / g->factors[i];
}

/* Not 0 where a number that was packed does not give back the number `i`. */
static inline uint64_t difference(const given *g, size_t i, double packed, bt_column_sense sense)
{
  if (sense == BT_COLUMN_RAW) return bits_of(packed * g->factors[i]) ^ bits_of(g->numbers[i]);
  if (sense == BT_COLUMN_DIVISOR) return bits_of(g->numbers[i] / packed) ^ bits_of(g->factors[i]);
  return bits_of(packed) ^ bits_of(g->numbers[i]);
}

/* Counts of the numbers [first, end), and whether all give them back. The sense is known where this
 * is compiled into. */
static inline bool count_some(int32_t *counts, const given *g, const bt_span *span, const scale *s,
                              bt_column_sense sense)
{
  uint64_t wrong = 0;
  for (size_t i = span->first; i < span->end; i++) {
    double near = about(g, i, sense) * s->up + 0.5;
    bool fits = (near >= 0) & (near < COUNT_MOST); /* no NaN does */
    counts[i] = (int32_t)(fits ? near : 0);
    wrong |= difference(g, i, number_of(counts[i], s), sense);
  }
  return wrong == 0;
}

/* The same as floats. */
static inline bool narrow_some(float *floats, const given *g, const bt_span *span,
                               bt_column_sense sense)
{
  uint64_t wrong = 0;
  for (size_t i = span->first; i < span->end; i++) {
    double near = about(g, i, sense);
    bool beyond = near > (double)FLT_MAX || near < -(double)FLT_MAX;
    floats[i] = (float)(beyond ? 0.0 : near);
    wrong |= difference(g, i, (double)floats[i], sense);
  }
  return wrong == 0;
}

static bool count_block(int32_t *counts, const given *g, const bt_span *span, const scale *s)
{
  const given here = *g;
  const scale by = *s;
  if (g->sense == BT_COLUMN_RAW) return count_some(counts, &here, span, &by, BT_COLUMN_RAW);
  if (g->sense == BT_COLUMN_DIVISOR) return count_some(counts, &here, span, &by, BT_COLUMN_DIVISOR);
  return count_some(counts, &here, span, &by, BT_COLUMN_ITSELF);
}

static bool narrow_block(float *floats, const given *g, const bt_span *span)
{
  const given here = *g;
  if (g->sense == BT_COLUMN_RAW) return narrow_some(floats, &here, span, BT_COLUMN_RAW);
  if (g->sense == BT_COLUMN_DIVISOR) return narrow_some(floats, &here, span, BT_COLUMN_DIVISOR);
  return narrow_some(floats, &here, span, BT_COLUMN_ITSELF);
}

/* Whether all n numbers are counts of this scale, or with NULL floats, which go to `bytes`: begun
 * again and again, it ends with the first block in which one is not. */
static bool try_form(void *bytes, const given *g, size_t n, const scale *s)
{
  bool ok = true;
  for (size_t i = 0; i < n && ok; i += BT_COLUMN_BLOCK) {
    bt_span span = {i, i + least_of(n - i, BT_COLUMN_BLOCK)};
    ok = s ? count_block(bytes, g, &span, s) : narrow_block(bytes, g, &span);
  }
  return ok;
}

/* Returns 0 where no short form gives the numbers back. */
static size_t pack_short(bt_column *out, void *bytes, const given *g, size_t n)
{
  *out = (bt_column){.sense = (uint16_t)g->sense};
  for (int i = 0; i <= DECIMALS_MOST - DECIMALS_LEAST; i++) {
    /* 0, 1, 2, ... and then -1, -2, ... */
    out->decimals = i <= DECIMALS_MOST ? i : DECIMALS_MOST - i;
    if (try_form(bytes, g, n, scale_of(out->decimals))) return narrow(out, bytes, n);
  }
  out->decimals = 0;
  out->form = BT_COLUMN_FLOAT;
  return try_form(bytes, g, n, NULL) ? n * sizeof(float) : 0;
}

/* Each number as the one before it. */
static bool are_same(const double *numbers, size_t n)
{
  return memcmp(numbers, numbers + 1, (n - 1) * sizeof *numbers) == 0;
}

size_t bt_column__pack_numbers(bt_column *out, void *bytes, const double *numbers, size_t n)
{
  *out = (bt_column){.form = BT_COLUMN_SAME};
  if (are_same(numbers, n)) {
    memcpy(&out->origin, numbers, sizeof out->origin);
    return 0;
  }
  size_t used = pack_short(out, bytes, &(given){numbers, NULL, BT_COLUMN_ITSELF}, n);
  if (used > 0) return used;
  out->form = BT_COLUMN_PLAIN;
  memcpy(bytes, numbers, n * sizeof *numbers);
  return n * sizeof *numbers;
}

size_t bt_column__pack_raw(bt_column *out, void *bytes, const double *numbers,
                           const double *factors, size_t n)
{
  return pack_short(out, bytes, &(given){numbers, factors, BT_COLUMN_RAW}, n);
}

size_t bt_column__pack_divisors(bt_column *out, void *bytes, const double *closes,
                                const double *factors, size_t n)
{
  return pack_short(out, bytes, &(given){closes, factors, BT_COLUMN_DIVISOR}, n);
}

/* ---- writing times ----------------------------------------------------------------------------
 */

/* Whether all n times lie whole units behind the first, how many goes to `counts`. */
static bool count_times(uint32_t *counts, const int64_t *times_ns, size_t n, int64_t unit_ns)
{
  uint64_t first = (uint64_t)times_ns[0], unit = (uint64_t)unit_ns;
  double units_a_ns = 1 / (double)unit_ns;
  for (size_t i = 0; i < n; i++) {
    uint64_t distance = (uint64_t)times_ns[i] - first;
    double near = (double)distance * units_a_ns + 0.5;
    if (!(near < (double)UINT32_MAX)) return false;
    counts[i] = (uint32_t)near;
    if (counts[i] * unit != distance) return false;
  }
  return true;
}

size_t bt_column__pack_times(bt_column *out, void *bytes, const int64_t *times_ns, size_t n)
{
  static const int64_t units_ns[] = {BT_NS_PER_DAY,
                                     3600 * BT_NS_PER_SECOND,
                                     60 * BT_NS_PER_SECOND,
                                     BT_NS_PER_SECOND,
                                     1000000,
                                     1000,
                                     1};
  *out = (bt_column){.origin = times_ns[0]};
  for (size_t i = 0; i < sizeof units_ns / sizeof units_ns[0]; i++) {
    out->unit_ns = units_ns[i];
    if (count_times(bytes, times_ns, n, units_ns[i])) return narrow(out, bytes, n);
  }
  *out = (bt_column){.form = BT_COLUMN_PLAIN};
  memcpy(bytes, times_ns, n * sizeof *times_ns);
  return n * sizeof *times_ns;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

bool bt_column__size_numbers(size_t *out, const bt_column *column, size_t n)
{
  if (column->decimals < DECIMALS_LEAST || column->decimals > DECIMALS_MOST) return false;
  switch (column->form) {
  case BT_COLUMN_PLAIN:
    *out = n * sizeof(double);
    return true;
  case BT_COLUMN_SAME:
    *out = 0;
    return true;
  case BT_COLUMN_FLOAT:
  case BT_COLUMN_COUNTS:
    *out = n * sizeof(uint32_t);
    return true;
  case BT_COLUMN_NEAR:
    *out = near_bytes(n);
    return true;
  default:
    return false;
  }
}

bool bt_column__size_times(size_t *out, const bt_column *column, size_t n)
{
  return column->form != BT_COLUMN_SAME && column->form != BT_COLUMN_FLOAT &&
         bt_column__size_numbers(out, column, n);
}

/* The block of counts that follows; *n of them, fewer at the end. */
static inline const near_block *next_block(const char **at, size_t *n, size_t n_left)
{
  const void *block = *at;
  *n = least_of(n_left, BT_COLUMN_BLOCK);
  *at += sizeof(uint32_t) + *n * sizeof(uint16_t);
  return block;
}

static void unpack_same(double *out, const bt_column *column, size_t n)
{
  double number;
  memcpy(&number, &column->origin, sizeof number);
  for (size_t i = 0; i < n; i++) out[i] = number;
}

static void unpack_floats(double *out, const float *floats, size_t n)
{
  for (size_t i = 0; i < n; i++) out[i] = (double)floats[i];
}

static void unpack_counts(double *out, const int32_t *counts, size_t n, const scale *s)
{
  const scale here = *s;
  for (size_t i = 0; i < n; i++) out[i] = number_of(counts[i], &here);
}

/* With n known when it is compiled the loop is straight vector code. */
static inline void unpack_block(double *out, const near_block *block, size_t n, const scale *s)
{
  for (size_t i = 0; i < n; i++) out[i] = number_of((int32_t)(block->least + block->above[i]), s);
}

static void unpack_near(double *restrict out, const char *at, size_t n, const scale *s)
{
  const scale here = *s;
  for (size_t i = 0, n_here = 0; i < n; i += n_here) {
    const near_block *block = next_block(&at, &n_here, n - i);
    if (n_here == BT_COLUMN_BLOCK)
      unpack_block(out + i, block, BT_COLUMN_BLOCK, &here);
    else
      unpack_block(out + i, block, n_here, &here);
  }
}

void bt_column__unpack_numbers(double *out, const bt_column *column, const void *bytes, size_t n)
{
  const scale *s = scale_of(column->decimals);
  switch (column->form) {
  case BT_COLUMN_SAME:
    unpack_same(out, column, n);
    break;
  case BT_COLUMN_FLOAT:
    unpack_floats(out, bytes, n);
    break;
  case BT_COLUMN_COUNTS:
    unpack_counts(out, bytes, n, s);
    break;
  case BT_COLUMN_NEAR:
    unpack_near(out, bytes, n, s);
    break;
  default:
    memcpy(out, bytes, n * sizeof *out);
  }
}

/* Wraps around where the counts are none that were written. */
static inline int64_t time_of(const bt_column *column, uint32_t count)
{
  return (int64_t)((uint64_t)column->origin + count * (uint64_t)column->unit_ns);
}

void bt_column__unpack_times(int64_t *restrict out, const bt_column *column, const void *bytes,
                             size_t n)
{
  const bt_column here = *column;
  const uint32_t *counts = bytes;
  const char *at = bytes;
  if (here.form == BT_COLUMN_COUNTS) {
    for (size_t i = 0; i < n; i++) out[i] = time_of(&here, counts[i]);
  } else if (here.form == BT_COLUMN_NEAR) {
    for (size_t i = 0, n_here = 0; i < n; i += n_here) {
      const near_block *block = next_block(&at, &n_here, n - i);
      for (size_t k = 0; k < n_here; k++)
        out[i + k] = time_of(&here, block->least + block->above[k]);
    }
  } else {
    memcpy(out, bytes, n * sizeof *out);
  }
}
