/* shape.h - rows of which all but the digits has been seen before.
 *
 * The shape of a row is where its characters that are no digits stand, and which ones these are, up
 * to and with the line end. Whether a row is plain (plain.h) and where its fields lie is a matter
 * of its shape: a row with the shape of an earlier plain one is read without looking for anything.
 * Rows of BT_DIGITS_WINDOW characters at most have a shape here.
 */
#ifndef BT_LOADERS_SHAPE_H
#define BT_LOADERS_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loaders/columns.h"
#include "loaders/digits.h"

enum {
  BT_SHAPE_NUMBERS = BT_ROLE_VOLUME + 1, /* the roles that are numbers come first; an even number */
  BT_SHAPE_FIELDS = 64,                  /* those that are needed lie among the first so many */
  BT_SHAPES_BITS = 8,
  BT_SHAPES_MOST = 1 << BT_SHAPES_BITS
};

/* Which fields the rows of a file have. */
typedef struct bt_shape_fields {
  char separator, mark;
  unsigned char roles[BT_SHAPE_FIELDS]; /* bt_role of each field */
  size_t n_roles;                       /* fields up to the last one that is needed */
} bt_shape_fields;

/* The arrays are by role; of a role without a field there are no digits. */
typedef struct bt_shape {
  char text[BT_DIGITS_WINDOW]; /* a row of this shape, and what follows */
  /* for bt_digits__pair */
  uint64_t decimals[BT_SHAPE_NUMBERS], digits[BT_SHAPE_NUMBERS];
  double power[BT_SHAPE_NUMBERS];
  uint8_t end[BT_SHAPE_NUMBERS]; /* of the number, from the start of the row; 9 or more */
  uint8_t date_at;               /* from the start of the row */
} bt_shape;

/* The shapes met so far, by a hash of the places; others[] is 0 where there is none. */
typedef struct bt_shapes {
  uint64_t others[BT_SHAPES_MOST];
  bt_shape shape[BT_SHAPES_MOST];
  bt_shape empty; /* what a new one is filled in from */
  size_t n_left;  /* so many more are learned */
} bt_shapes;

/* For a file of n_rows rows. */
void bt_shapes__init(bt_shapes *shapes, size_t n_rows);

/* Adds the shape of a row that is plain, unless a number has more than eight digits or the row is
 * too long. False where too many rows were new: looking for their shapes costs more than it saves.
 */
bool bt_shapes__learn(bt_shapes *shapes, const char *row, const bt_shape_fields *fields);

/* The first row at `at`: a bit for each character that is no digit; *length is that with the line
 * end. 0 where it is too long. */
static inline uint64_t bt_shape__others(size_t *length, const char *at)
{
  uint64_t line_ends = bt_digits__line_ends(at);
  if (line_ends == 0) return 0;
  *length = (size_t)__builtin_ctzll(line_ends) + 1;
  return bt_digits__others(at) & (line_ends ^ (line_ends - 1));
}

static inline size_t bt_shape__place(uint64_t others)
{
  return (size_t)(others * UINT64_C(0x9e3779b97f4a7c15) >> (64 - BT_SHAPES_BITS));
}

/* The shape of the row at `at`, NULL where it is new, and its length. */
static inline const bt_shape *bt_shapes__find(size_t *length, const bt_shapes *shapes,
                                              const char *at)
{
  uint64_t others = bt_shape__others(length, at);
  size_t place = bt_shape__place(others);
  const bt_shape *shape = &shapes->shape[place];
  if (others == 0 || shapes->others[place] != others) return NULL;
  return (bt_digits__equal(at, shape->text) & others) == others ? shape : NULL;
}

/* The numbers of a row that has this shape, by role. Those without digits are 0. */
static inline void bt_shape__read(double *const out[BT_SHAPE_NUMBERS], const bt_shape *shape,
                                  const char *row)
{
  for (size_t i = 0; i < BT_SHAPE_NUMBERS; i += 2) {
    const char *ends[2] = {row + shape->end[i], row + shape->end[i + 1]};
    bt_digits__pair(&out[i], ends, &shape->decimals[i], &shape->digits[i], &shape->power[i]);
  }
}

#endif
