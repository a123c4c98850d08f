#include "loaders/shape.h"

#include <string.h>

#if BT_HAS_DIGITS

enum {
  LEARNED_LEAST = 64, /* of any file, and one more for each ROWS_A_SHAPE rows */
  ROWS_A_SHAPE = 8,
  END_LEAST = 9 /* so many characters in front of an end are read */
};

void bt_shapes__init(bt_shapes *shapes, size_t n_rows)
{
  memset(shapes->others, 0, sizeof shapes->others);
  memset(&shapes->empty, 0, sizeof shapes->empty);
  for (size_t role = 0; role < BT_SHAPE_NUMBERS; role++) {
    shapes->empty.end[role] = END_LEAST;
    shapes->empty.power[role] = 1;
  }
  shapes->n_left = LEARNED_LEAST + n_rows / ROWS_A_SHAPE;
}

/* The number of a row that ends at `end`, after n_digits and perhaps a mark, with n_decimals behind
 * it; false where it is too long, or lies too far in front. */
static bool learn_number(bt_shape *shape, unsigned role, size_t end, size_t n_digits,
                         size_t n_decimals)
{
  if (n_digits > BT_DIGITS_OF_WORD || end < END_LEAST) return false;
  shape->end[role] = (uint8_t)end;
  /* without a mark nothing is moved */
  shape->decimals[role] = bt_digits__last_bytes[n_decimals > 0 ? n_decimals : BT_DIGITS_OF_WORD];
  shape->digits[role] = bt_digits__last_bits[n_digits];
  shape->power[role] = bt_digits__power10[n_decimals];
  return true;
}

/* The fields of shape->text, between characters that are no digits; false where a number does not
 * fit. */
static bool learn_fields(bt_shape *shape, uint64_t others, const bt_shape_fields *fields)
{
  size_t start = 0, n_marks = 0, last_mark = 0;
  for (size_t field = 0; field < fields->n_roles; others &= others - 1) {
    size_t at = (size_t)__builtin_ctzll(others);
    char c = shape->text[at];
    if (c == fields->mark) {
      n_marks++;
      last_mark = at;
    }
    if (c != fields->separator && c != '\r' && c != '\n') continue;
    unsigned role = fields->roles[field++];
    size_t n_decimals = n_marks > 0 ? at - last_mark - 1 : 0;
    if (role == BT_ROLE_DATE) shape->date_at = (uint8_t)start;
    if (role < BT_SHAPE_NUMBERS && !learn_number(shape, role, at, at - start - n_marks, n_decimals))
      return false;
    start = at + 1;
    n_marks = 0;
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
  *shape = shapes->empty;
  memcpy(shape->text, row, sizeof shape->text);
  shapes->others[place] = learn_fields(shape, others, fields) ? others : 0;
  return true;
}

#endif
