#include "loaders/shape.h"

#include <string.h>

#if BT_HAS_DIGITS

enum {
  LEARNED_LEAST = 64, /* of any file, and one more for each ROWS_A_SHAPE rows */
  ROWS_A_SHAPE = 8,
  END_LEAST = 9 /* so many characters in front of an end are read */
};

static const double power10[BT_DIGITS_OF_WORD] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};

void bt_shapes__init(bt_shapes *shapes, size_t n_rows)
{
  memset(shapes->others, 0, sizeof shapes->others);
  shapes->n_left = LEARNED_LEAST + n_rows / ROWS_A_SHAPE;
}

/* The last n of eight bytes. */
static uint64_t last_bytes(size_t n)
{
  return n == 0 ? 0 : ~UINT64_C(0) << (64 - 8 * n);
}

/* The number in [start, end) of a row; false where it is too long, or lies too far in front. */
static bool learn_number(bt_shape *shape, unsigned role, size_t start, size_t end, char mark)
{
  const char *found = memchr(shape->text + start, mark, end - start);
  size_t n_decimals = found ? (size_t)(shape->text + end - found) - 1 : 0;
  size_t n_digits = end - start - (found != NULL);
  if (n_digits > BT_DIGITS_OF_WORD || end < END_LEAST) return false;
  shape->end[role] = (uint8_t)end;
  shape->decimals[role] = last_bytes(found ? n_decimals : BT_DIGITS_OF_WORD);
  shape->digits[role] = last_bytes(n_digits) & BT_EACH_BYTE * 0x0f;
  shape->power[role] = power10[n_decimals];
  return true;
}

/* The fields of shape->text; false where a number does not fit. */
static bool learn_fields(bt_shape *shape, const bt_shape_fields *fields)
{
  const char *row = shape->text;
  for (unsigned role = 0; role < BT_SHAPE_NUMBERS; role++) {
    shape->end[role] = END_LEAST;
    shape->decimals[role] = shape->digits[role] = 0;
    shape->power[role] = 1;
  }
  for (size_t field = 0, start = 0; field < fields->n_roles; field++) {
    unsigned role = fields->roles[field];
    size_t end = start;
    while (row[end] != fields->separator && row[end] != '\r' && row[end] != '\n') end++;
    if (role == BT_ROLE_DATE) shape->date_at = (uint8_t)start;
    if (role < BT_SHAPE_NUMBERS && !learn_number(shape, role, start, end, fields->mark))
      return false;
    start = end + 1;
  }
  return true;
}

bool bt_shapes__learn(bt_shapes *shapes, const char *row, const bt_shape_fields *fields)
{
  size_t length = 0;
  uint64_t others = bt_shape__others(&length, row);
  if (shapes->n_left == 0) return false;
  shapes->n_left--;
  if (others == 0) return true;
  size_t place = bt_shape__place(others);
  bt_shape *shape = &shapes->shape[place];
  memcpy(shape->text, row, sizeof shape->text);
  shapes->others[place] = learn_fields(shape, fields) ? others : 0;
  return true;
}

#endif
