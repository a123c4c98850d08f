#include "loaders/layouts.h"

#include <string.h>

#include "loaders/clock_text.h"
#include "loaders/decimal.h"
#include "loaders/load.h"
#include "loaders/stamp.h"

static const bt_layout layouts[] = {
#define X(name, summary, kind, order, columns)                                                     \
  {name, summary, BT_LAYOUT_##kind, BT_ORDER_##order, columns},
#include "loaders/layout_list.def"
#undef X
};

enum { N_LAYOUTS = sizeof layouts / sizeof layouts[0] };

const bt_layout *bt_layouts__at(size_t index)
{
  return index < N_LAYOUTS ? &layouts[index] : NULL;
}

const bt_layout *bt_layouts__find(const char *name)
{
  for (size_t i = 0; i < N_LAYOUTS; i++)
    if (strcmp(layouts[i].name, name) == 0) return &layouts[i];
  return NULL;
}

size_t bt_layout_count(void)
{
  return N_LAYOUTS;
}

bt_layout_info bt_layout_at(size_t index)
{
  return (bt_layout_info){layouts[index].name, layouts[index].summary};
}

bool bt_layout_exists(const char *name)
{
  return strcmp(name, "auto") == 0 || bt_layouts__find(name) != NULL;
}

/* A stretch of the text of layout_list.def. */
typedef struct word {
  const char *at;
  size_t length;
} word;

/* The next stretch up to a `stop`; false at the end of the text. */
static bool next_word(word *out, const char **at, const char *end, char stop)
{
  while (*at < end && **at == stop) (*at)++;
  out->at = *at;
  while (*at < end && **at != stop) (*at)++;
  out->length = (size_t)(*at - out->at);
  return out->length > 0;
}

static bool word_is(word w, const char *text)
{
  return strlen(text) == w.length && memcmp(w.at, text, w.length) == 0;
}

static bt_role role_of(word w)
{
  if (word_is(w, "adjusted")) return BT_ROLE_ADJUSTED;
  if (word_is(w, "clock")) return BT_ROLE_TIME;
  for (size_t role = 0; role < BT_ROLE_COUNT; role++)
    if (word_is(w, bt_columns__role_name((bt_role)role))) return (bt_role)role;
  return BT_ROLE_NONE;
}

/* ---- headers ------------------------------------------------------------------------------ */

static bool key_fits(const char *key, word wanted)
{
  size_t length = strlen(key);
  if (wanted.length > 0 && wanted.at[wanted.length - 1] == '*')
    return length >= wanted.length - 1 && memcmp(key, wanted.at, wanted.length - 1) == 0;
  return length == wanted.length && memcmp(key, wanted.at, length) == 0;
}

/* *twice: the key is there more than once, and no * asks for any of them. */
static size_t find_key(const bt_cells *cells, size_t row, word wanted, bool *twice)
{
  char key[BT_KEY_SIZE];
  size_t found = BT_NO_COLUMN;
  for (size_t c = 0; c < bt_columns__count(cells, row); c++) {
    if (!key_fits(bt_columns__key(key, bt_cells__at(cells, row, c)), wanted)) continue;
    if (wanted.at[wanted.length - 1] == '*') return c;
    *twice = *twice || found != BT_NO_COLUMN;
    if (found == BT_NO_COLUMN) found = c;
  }
  return found;
}

/* One `role=key/key` of the list: false where it must be there and is not, and where it is there
 * twice: such a file holds several tickers. */
static bool match_token(bt_columns *out, word token, const bt_cells *cells, size_t row)
{
  bool optional = *token.at == '?', unused = *token.at == '+';
  if (optional || unused) token = (word){token.at + 1, token.length - 1};
  const char *end = token.at + token.length, *equals = memchr(token.at, '=', token.length);
  word role_name = {token.at, equals ? (size_t)(equals - token.at) : token.length}, key;
  size_t column = BT_NO_COLUMN;
  bool twice = false;
  for (const char *at = equals ? equals + 1 : token.at; column == BT_NO_COLUMN;)
    if (next_word(&key, &at, end, '/'))
      column = find_key(cells, row, key, &twice);
    else
      break;
  if (!unused) out->at[role_of(role_name)] = column;
  if (twice && !unused) return false;
  return optional || column != BT_NO_COLUMN;
}

bool bt_layouts__match_header(bt_columns *out, const bt_layout *layout, const bt_cells *cells,
                              size_t row)
{
  const char *at = layout->columns, *end = at + strlen(at);
  word alternative, token;
  while (next_word(&alternative, &at, end, '|')) {
    const char *inner = alternative.at, *inner_end = inner + alternative.length;
    bool fits = true;
    bt_columns__reset(out);
    while (fits && next_word(&token, &inner, inner_end, ' '))
      fits = match_token(out, token, cells, row);
    if (fits) return !bt_columns__have_copy(out, cells, row);
  }
  return false;
}

/* ---- shapes ------------------------------------------------------------------------------- */

static bool is_number(const char *text, char mark)
{
  double value;
  return bt_decimal__parse_amount(&value, text, strlen(text), mark) == BT_DECIMAL_OK;
}

static bool is_date(const char *text)
{
  bt_stamp stamp;
  return bt_stamp__parse(&stamp, text, strlen(text)) && stamp.kind != BT_STAMP_SMALL_NUMBER;
}

static bool is_word(const char *text, char mark)
{
  return *text != '\0' && !is_number(text, mark) && !is_date(text);
}

/* 10:15 or 101500; 1015 may as well be a price. */
static bool is_time(const char *text)
{
  int64_t time_ns;
  int16_t zone_min;
  if (!strchr(text, ':') && strspn(text, "0123456789") != 6) return false;
  return bt_stamp__parse_time(&time_ns, &zone_min, text, strlen(text));
}

static bool is_clock(const char *text)
{
  int64_t time_ns;
  return bt_clock_text__read_joined(&time_ns, text, text + strlen(text), false);
}

/* Whether a cell may stand where `token` is asked for. */
static bool cell_fits(word token, const char *text, char mark)
{
  if (word_is(token, "any")) return true;
  if (word_is(token, "clock")) return is_clock(text);
  switch (role_of(token)) {
  case BT_ROLE_DATE:
    return is_date(text);
  case BT_ROLE_TIME:
    return is_time(text);
  case BT_ROLE_SYMBOL:
    return is_word(text, mark);
  default:
    return is_number(text, mark);
  }
}

/* 930 may as well be a price or a volume. As a time of day it stands beside dates without one in
 * all rows, and where each row has a date of its own, it is the same in all of them. */
static bool clocks_make_sense(const bt_columns *columns, const bt_cells *cells, size_t row)
{
  bool same_date = false, same_clock = true;
  size_t date = columns->at[BT_ROLE_DATE], clock = columns->at[BT_ROLE_TIME], first = row;
  for (; row < cells->n_rows; row++) {
    bt_stamp stamp;
    const char *text = bt_cells__at(cells, row, date);
    if (!is_clock(bt_cells__at(cells, row, clock))) return false;
    if (!bt_stamp__parse(&stamp, text, strlen(text)) || stamp.has_time) return false;
    if (row == first) continue;
    same_date = same_date || strcmp(text, bt_cells__at(cells, row - 1, date)) == 0;
    same_clock = same_clock &&
                 strcmp(bt_cells__at(cells, row, clock), bt_cells__at(cells, first, clock)) == 0;
  }
  return same_date || same_clock;
}

static bool match_fields(bt_columns *out, word list, const bt_cells *cells, size_t row, char mark)
{
  const char *at = list.at, *end = at + list.length;
  word token;
  bool has_clock = false;
  bt_columns__reset(out);
  for (size_t c = 0; next_word(&token, &at, end, ' '); c++) {
    bool optional = *token.at == '?';
    if (optional) token = (word){token.at + 1, token.length - 1};
    bool there = c < bt_columns__count(cells, row);
    if (!optional && (!there || !cell_fits(token, bt_cells__at(cells, row, c), mark))) return false;
    bt_role role = role_of(token);
    const char *text = bt_cells__at(cells, row, c);
    if (role == BT_ROLE_SYMBOL && bt_stamp__is_weekday(text, strlen(text))) continue;
    if (there && role != BT_ROLE_NONE && out->at[role] == BT_NO_COLUMN) out->at[role] = c;
    has_clock = has_clock || word_is(token, "clock");
  }
  out->joined_times = !strchr(bt_cells__at(cells, row, out->at[BT_ROLE_TIME]), ':');
  return !has_clock || clocks_make_sense(out, cells, row);
}

bool bt_layouts__match_shape(bt_columns *out, const bt_layout *layout, const bt_cells *cells,
                             size_t row, char mark)
{
  const char *at = layout->columns, *end = at + strlen(at);
  word alternative;
  while (next_word(&alternative, &at, end, '|'))
    if (match_fields(out, alternative, cells, row, mark)) return true;
  return false;
}
