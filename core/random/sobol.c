#include "core/random/sobol.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/random/bits.h"

enum { MOST_DEGREE = 13 };

static const struct directions {
  uint16_t polynomial, m[MOST_DEGREE];
} directions[] = {
#define D(polynomial, ...) {polynomial, {__VA_ARGS__}},
#include "core/random/sobol_directions.def"
#undef D
};

_Static_assert(sizeof directions / sizeof *directions + 1 == BT_SOBOL_DIMENSIONS,
               "a row for each dimension but the first");

/* Joe and Kuo 2008, section 2: those of m, then by the recurrence of the polynomial. */
static void make_columns(uint64_t columns[BT_SOBOL_BITS], const struct directions *of)
{
  unsigned degree = 0;
  while (of->polynomial >> (degree + 1)) degree++;
  for (unsigned j = 0; j < BT_SOBOL_BITS; j++) {
    if (j < degree) {
      columns[j] = (uint64_t)of->m[j] << (BT_SOBOL_BITS - 1 - j);
      continue;
    }
    columns[j] = columns[j - degree] >> degree;
    for (unsigned k = 1; k <= degree; k++)
      if (of->polynomial >> (degree - k) & 1) columns[j] ^= columns[j - k];
  }
}

bt_status bt_sobol_init(bt_sobol *out, size_t n_dimensions, bt_error *err)
{
  if (n_dimensions < 1 || n_dimensions > BT_SOBOL_DIMENSIONS)
    return bt_fail(err, BT_ERR_USAGE, "Sobol points have 1 to %d dimensions, not %zu",
                   BT_SOBOL_DIMENSIONS, n_dimensions);
  uint64_t *columns = malloc(n_dimensions * BT_SOBOL_BITS * sizeof *columns);
  if (!columns) return bt_fail_nomem(err, "Sobol points");
  for (unsigned j = 0; j < BT_SOBOL_BITS; j++) columns[j] = UINT64_C(1) << (BT_SOBOL_BITS - 1 - j);
  for (size_t d = 1; d < n_dimensions; d++)
    make_columns(columns + d * BT_SOBOL_BITS, &directions[d - 1]);
  *out = (bt_sobol){columns, n_dimensions};
  return BT_OK;
}

void bt_sobol_clear(bt_sobol *sobol)
{
  free(sobol->columns);
  *sobol = (bt_sobol){NULL, 0};
}

/* matrix: its columns. */
static uint64_t product_of(const uint64_t matrix[BT_SOBOL_BITS], uint64_t vector)
{
  uint64_t product = 0;
  for (unsigned j = 0; j < BT_SOBOL_BITS; j++)
    product ^= vector >> (BT_SOBOL_BITS - 1 - j) & 1 ? matrix[j] : 0;
  return product;
}

void bt_sobol_scramble(bt_sobol *sobol, const bt_stream *stream, uint64_t replicate)
{
  uint64_t matrix[BT_SOBOL_BITS];
  for (size_t d = 0; d < sobol->n_dimensions; d++) {
    uint64_t *columns = sobol->columns + d * BT_SOBOL_BITS;
    bt_stream_bits(matrix, stream, (uint32_t)d, 64 * replicate, BT_SOBOL_BITS);
    for (unsigned j = 0; j < BT_SOBOL_BITS; j++) {
      const uint64_t diagonal = UINT64_C(1) << (BT_SOBOL_BITS - 1 - j);
      matrix[j] = diagonal | (matrix[j] & (diagonal - 1));
    }
    for (unsigned j = 0; j < BT_SOBOL_BITS; j++) columns[j] = product_of(matrix, columns[j]);
  }
}

/* The lowest digits of a point's index choose from a table, the others are the same for a block. */
enum { TABLE_BITS = 6, TABLE_SIZE = 1 << TABLE_BITS };

static void fill_table(uint64_t table[TABLE_SIZE], const uint64_t *columns)
{
  table[0] = 0;
  for (size_t bit = 0; bit < TABLE_BITS; bit++)
    for (size_t i = 0, n = (size_t)1 << bit; i < n; i++) table[n + i] = table[i] ^ columns[bit];
}

static uint64_t digits_of_block(const uint64_t *columns, uint64_t block)
{
  uint64_t digits = 0;
  for (size_t bit = TABLE_BITS; block && bit < BT_SOBOL_BITS; bit++, block >>= 1)
    if (block & 1) digits ^= columns[bit];
  return digits;
}

static void make_points(double *out, const uint64_t *table, uint64_t digits, size_t n)
{
  size_t i = 0;
  for (; i + BT_WIDTH <= n; i += BT_WIDTH)
    bt_vector_store(out + i, bt_uniforms_of(bt_words_load(table + i) ^ digits));
  for (; i < n; i++) out[i] = bt_uniform_of(table[i] ^ digits);
}

void bt_sobol_points(double *out, const bt_sobol *sobol, size_t dimension, uint64_t shift,
                     uint64_t first, size_t n)
{
  const uint64_t *columns = sobol->columns + dimension * BT_SOBOL_BITS;
  const uint64_t all_digits = (UINT64_C(1) << BT_SOBOL_BITS) - 1;
  uint64_t table[TABLE_SIZE];
  fill_table(table, columns);
  for (size_t i = 0; i < n;) {
    uint64_t block = (first + i) / TABLE_SIZE;
    size_t place = (size_t)((first + i) % TABLE_SIZE), n_now = TABLE_SIZE - place;
    if (n_now > n - i) n_now = n - i;
    uint64_t digits = digits_of_block(columns, block) ^ (shift & all_digits);
    make_points(out + i, table + place, digits, n_now);
    i += n_now;
  }
}

/* A word is for two points of a table; those of some tables are drawn at once. */
enum { OWN_BITS = 32, N_OWN = TABLE_SIZE / 2, TABLES_AT_ONCE = 16 };

/* Half of each word as the digits of points behind their first `depth` ones. */
static void add_own_digits(double *out, const uint64_t *table, uint64_t digits, const uint64_t *own,
                           const bt_sobol_replicate *replicate, bool upper)
{
  const unsigned depth = replicate->depth, room = BT_SOBOL_BITS - OWN_BITS;
  for (size_t i = 0; i < N_OWN; i += BT_WIDTH) {
    bt_words word = bt_words_load(own + i);
    word = upper ? word >> OWN_BITS : word & UINT32_MAX;
    word = depth <= room ? word << (room - depth) : word >> (depth - room);
    bt_vector_store(out + i, bt_uniforms_of(bt_words_load(table + i) ^ digits ^ word));
  }
}

void bt_sobol_random_points(double *out, const bt_sobol *sobol, const bt_sobol_replicate *replicate,
                            size_t dimension, uint64_t first, size_t n)
{
  const bt_sobol_replicate *r = replicate;
  const uint64_t *columns = sobol->columns + dimension * BT_SOBOL_BITS;
  const uint64_t tables_before = (r->index << r->depth) / TABLE_SIZE;
  uint64_t table[TABLE_SIZE], own[TABLES_AT_ONCE * N_OWN], shift, drawn = first / TABLE_SIZE;
  double points[TABLE_SIZE];
  fill_table(table, columns);
  bt_stream_bits(&shift, &r->shifts, (uint32_t)dimension, r->index, 1);
  for (size_t i = 0; i < n;) {
    const uint64_t block = (first + i) / TABLE_SIZE;
    const size_t place = (size_t)((first + i) % TABLE_SIZE), left = TABLE_SIZE - place;
    const size_t n_now = left < n - i ? left : n - i;
    const uint64_t digits = digits_of_block(columns, block) ^ (shift >> (64 - BT_SOBOL_BITS));
    if (i == 0 || block == drawn + TABLES_AT_ONCE) {
      const size_t n_left = (place + n - i + TABLE_SIZE - 1) / TABLE_SIZE;
      const size_t n_tables = n_left < TABLES_AT_ONCE ? n_left : TABLES_AT_ONCE;
      bt_stream_bits(own, &r->digits, (uint32_t)dimension, (tables_before + block) * N_OWN,
                     n_tables * N_OWN);
      drawn = block;
    }
    const uint64_t *words = own + (block - drawn) * N_OWN;
    add_own_digits(points, table, digits, words, r, false);
    add_own_digits(points + N_OWN, table + N_OWN, digits, words, r, true);
    memcpy(out + i, points + place, n_now * sizeof *out);
    i += n_now;
  }
}
