/* bar_cache_column.h - the numbers of a column in as few bytes as give back the very same bits.
 *
 * Most prices are whole multiples of a power of ten, most times of a day or a minute: such numbers
 * are kept as counts, 32 bits each, or 16 where those of a block lie close together. A form is used
 * only after each number was brought back from it and compared, bit by bit; numbers that have no
 * shorter form stay as they are. Two products and a sum bring a number back, with the same bits at
 * every vector level.
 */
#ifndef BT_LOADERS_BAR_CACHE_COLUMN_H
#define BT_LOADERS_BAR_CACHE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BT_COLUMN_BLOCK = 64 }; /* counts that share what 16 bits are added to */

typedef enum bt_column_form {
  BT_COLUMN_PLAIN,  /* 64 bits each */
  BT_COLUMN_SAME,   /* the same bits throughout, in `origin`; nothing else */
  BT_COLUMN_FLOAT,  /* doubles that are floats, 32 bits each */
  BT_COLUMN_COUNTS, /* 32 bits each */
  BT_COLUMN_NEAR,   /* of each block the least count, 32 bits, and what the others are above it */
  BT_COLUMN_FORMS
} bt_column_form;

/* What the numbers of a column are to those they were made of. Of bars that were adjusted what
 * stood in the file is the shorter. */
typedef enum bt_column_sense {
  BT_COLUMN_ITSELF, /* the same */
  BT_COLUMN_RAW,    /* raw prices: times a factor they are the prices */
  BT_COLUMN_DIVISOR /* raw closes: what closes are divided by is the factor */
} bt_column_sense;

/* How a column is written. Numbers are counts / 10^decimals, times origin_ns + counts * unit_ns. No
 * padding: compared as bytes. */
typedef struct bt_column {
  uint16_t form;  /* a bt_column_form */
  uint16_t sense; /* a bt_column_sense */
  int32_t decimals;
  int64_t origin; /* ns; of BT_COLUMN_SAME the number's bits */
  int64_t unit_ns;
} bt_column;

/* Writes n >= 1 numbers, or rising times, to `bytes`, which has room for 8 n and is aligned for 64
 * bits. Returns how many bytes they take. */
size_t bt_column__pack_numbers(bt_column *out, void *bytes, const double *numbers, size_t n);
size_t bt_column__pack_times(bt_column *out, void *bytes, const int64_t *times_ns, size_t n);

/* The same for numbers, or factors, by their raw prices; returns 0 where those are not found or
 * have no short form. */
size_t bt_column__pack_raw(bt_column *out, void *bytes, const double *numbers,
                           const double *factors, size_t n);
size_t bt_column__pack_divisors(bt_column *out, void *bytes, const double *closes,
                                const double *factors, size_t n);

/* The bytes that n numbers, or times, take. False where none are written so; n is at most 2^56. */
bool bt_column__size_numbers(size_t *out, const bt_column *column, size_t n);
bool bt_column__size_times(size_t *out, const bt_column *column, size_t n);

/* Back into out[0 .. n-1], from as many bytes; whatever they are, some numbers come of them. What
 * they are is the column's sense. */
void bt_column__unpack_numbers(double *out, const bt_column *column, const void *bytes, size_t n);
void bt_column__unpack_times(int64_t *out, const bt_column *column, const void *bytes, size_t n);

#endif
