#include "loaders/plain.h"

#include <math.h>
#include <string.h>

#include "core/char.h"
#include "core/time.h"
#include "loaders/clean.h"
#include "loaders/decimal.h"
#include "loaders/digits.h"
#include "loaders/rows.h"
#include "loaders/shape.h"
#include "loaders/source.h"

#if BT_HAS_DIGITS

enum {
  DATE_LENGTH = 10,     /* of yyyy-mm-dd */
  MINUTE_LENGTH = 16,   /* of yyyy-mm-dd hh:mm */
  SECOND_LENGTH = 19,   /* of yyyy-mm-dd hh:mm:ss */
  DATE_MARKS = 0x92490, /* bits of what stands behind year, month, day, hour, minute and second */
  YEAR_FIRST = 1700,    /* far within the range of times */
  YEAR_LAST = 2250,     /* the same */
  DIGITS_MOST = 19,     /* of a number */
  FIELD_MOST = 24,      /* more than the characters of a date or number and what follows */
  SYMBOL_MOST = 48,     /* less than the margin behind the text */
  ROW_LEAST = 19        /* characters of a date, four prices and the line end */
};

/* Characters of the text from `base` on: those before `at` were passed. A bit of `others` tells of
 * a character that is no digit and was not passed; the last one is always set, so that there is one
 * behind any number that is short enough. */
typedef struct window {
  const char *base;
  uint64_t others;
  unsigned at;
} window;

typedef struct scanner {
  bt_shape_fields fields;
  bool adjust;
  double unused;        /* where an adjusted close goes that is not asked for */
  bool has_shapes;      /* the symbol has no digits: of two rows of one shape it is the same */
  bool checks_first;    /* the first field is text: it must not begin a comment */
  unsigned date_length; /* one of the three, in all rows */
  const char *end;      /* of the last row */
  const char *symbol;   /* of the first row */
  size_t symbol_length;
  /* of the last date: its year and month as a word of eight characters, the day before the first */
  uint64_t month;
  int64_t month_ns;
  unsigned days_in_month;
} scanner;

/* ---- fields --------------------------------------------------------------------------------- */

static inline window look_at(const char *at)
{
  return (window){at, bt_digits__others(at) | UINT64_C(1) << (BT_DIGITS_WINDOW - 1), 0};
}

/* Sees to it that a number or date lies in the window. */
static inline void look_ahead(window *w)
{
  if (w->at > BT_DIGITS_WINDOW - FIELD_MOST) *w = look_at(w->base + w->at);
}

/* Passes to the next character that is no digit; some bit must be left. */
static inline unsigned next_other(window *w)
{
  unsigned at = (unsigned)__builtin_ctzll(w->others);
  w->others &= w->others - 1;
  return at;
}

/* A number of more than eight digits that ends at `end`. */
static __attribute__((noinline)) double read_long(const char *end, unsigned n_whole,
                                                  unsigned n_decimals)
{
  const char *whole_end = n_decimals > 0 ? end - n_decimals - 1 : end;
  uint64_t number = bt_digits__before(whole_end, n_whole);
  if (n_decimals > 0)
    number = number * bt_decimal__power10(n_decimals) + bt_digits__before(end, n_decimals);
  return bt_decimal__quotient(number, (int)n_decimals);
}

/* A number of at most eight digits. What stands before its mark is one character farther in front
 * than it would be without. */
static inline double read_short(const char *end, unsigned n_digits, unsigned n_decimals)
{
  uint64_t word = bt_digits__load(end - 8);
  if (n_decimals > 0) {
    uint64_t before = bt_digits__load(end - 9);
    word = before ^ ((before ^ word) & bt_digits__last_bytes[n_decimals]);
  }
  word = bt_digits__value(word & bt_digits__last_bits[n_digits]);
  return (double)(int64_t)word / bt_digits__power10[n_decimals];
}

/* digits[.digits]; false where it is anything else, or longer. A mark behind too many digits may
 * stand at the last bit: there would be no other one behind it. */
static inline bool scan_number(const scanner *s, double *out, window *w)
{
  look_ahead(w);
  unsigned first = w->at, end = next_other(w), n_digits = end - first, n_decimals = 0;
  if (n_digits == 0 || n_digits > DIGITS_MOST) return false;
  if (w->base[end] == s->fields.mark) {
    unsigned mark = end;
    end = next_other(w);
    n_decimals = end - mark - 1;
    n_digits += n_decimals;
    if (n_decimals == 0) return false;
  }
  if (n_digits > DIGITS_MOST) return false;
  w->at = end;
  *out = n_digits <= BT_DIGITS_OF_WORD
             ? read_short(w->base + end, n_digits, n_decimals)
             : read_long(w->base + end, n_digits - n_decimals, n_decimals);
  return true;
}

static int two_digits(const char *at)
{
  return (at[0] - '0') * 10 + (at[1] - '0');
}

/* A month other than that of the row before. */
static __attribute__((noinline)) bool take_month(scanner *s, const char *at)
{
  if (at[4] != '-' || at[7] != '-') return false;
  bt_date first = {two_digits(at) * 100 + two_digits(at + 2), two_digits(at + 5), 1};
  if (first.year < YEAR_FIRST || first.year > YEAR_LAST || !bt_date_is_valid(first)) return false;
  s->month = bt_digits__load(at);
  s->month_ns = (bt_date_to_days(first) - 1) * BT_NS_PER_DAY;
  s->days_in_month = (unsigned)bt_date_days_in_month(first.year, first.month);
  return true;
}

/* Adds the time of day behind the date at `at`. 24:00 is not plain. */
static inline bool read_clock(const scanner *s, int64_t *time_ns, const char *at)
{
  int hour = two_digits(at + 11), minute = two_digits(at + 14);
  int second = s->date_length == SECOND_LENGTH ? two_digits(at + 17) : 0;
  *time_ns += ((hour * 60 + minute) * 60 + second) * BT_NS_PER_SECOND;
  return hour < 24 && minute < 60 && second < 60;
}

/* The date, with its time of day if it has one, of which all numbers are known to be digits. */
static inline bool read_date(scanner *s, int64_t *time_ns, const char *at)
{
  if (bt_digits__load(at) != s->month && !take_month(s, at)) return false;
  unsigned day = (unsigned)two_digits(at + 8);
  *time_ns = s->month_ns + (int64_t)day * BT_NS_PER_DAY;
  return day - 1 < s->days_in_month &&
         (s->date_length == DATE_LENGTH || read_clock(s, time_ns, at));
}

/* What stands between the numbers of a time of day. */
static inline bool has_clock_marks(const scanner *s, const char *at)
{
  return (at[10] == ' ' || at[10] == 'T') && at[13] == ':' &&
         (s->date_length == MINUTE_LENGTH || at[16] == ':');
}

/* yyyy-mm-dd[ hh:mm[:ss]], of as many characters as in the first row. */
static inline bool scan_date(scanner *s, int64_t *time_ns, window *w)
{
  look_ahead(w);
  uint64_t span = (UINT64_C(2) << s->date_length) - 1; /* with what follows */
  if ((w->others >> w->at & span) != (DATE_MARKS & span)) return false;
  const char *at = w->base + w->at;
  w->others &= ~(span << w->at);
  w->at += s->date_length;
  return (s->date_length == DATE_LENGTH || has_clock_marks(s, at)) && read_date(s, time_ns, at);
}

static bool ends_line(char c)
{
  return c == '\n' || c == '\r' || c == '\0';
}

/* The end of a field that may hold anything. */
static const char *end_of_field(const char *at, char separator)
{
  while (*at != separator && !ends_line(*at)) at++;
  return at;
}

/* The symbol of the first row, or a field that is not needed. */
static inline bool pass_text(const scanner *s, unsigned role, window *w)
{
  const char *at = w->base + w->at;
  if (role != BT_ROLE_SYMBOL) {
    *w = look_at(end_of_field(at, s->fields.separator));
    w->others &= w->others - 1; /* what ends the field is passed with it */
    return true;
  }
  if (memcmp(at, s->symbol, s->symbol_length) != 0) return false;
  w->at += (unsigned)s->symbol_length;
  if (w->at < BT_DIGITS_WINDOW) w->others &= ~((UINT64_C(2) << w->at) - 1);
  return true;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Behind a row whose last field ends at `at`; NULL where that is no end of a line. What follows the
 * fields that are needed is passed over. */
static inline const char *pass_line_end(const scanner *s, const char *at)
{
  if (*at == '\n') return at + 1;
  if (*at == s->fields.separator) {
    at = memchr(at, '\n', (size_t)(s->end - at));
    return at ? at + 1 : s->end + 1;
  }
  if (*at == '\r') at++;
  return *at == '\n' || at >= s->end ? at + 1 : NULL;
}

/* The row at `at`. Returns where the next one begins, behind the end after the last; NULL where it
 * is not plain. */
static const char *scan_row(scanner *s, int64_t *time_ns, double *const numbers[BT_SHAPE_NUMBERS],
                            const char *at)
{
  window w = look_at(at);
  if (s->checks_first && !bt_char_is_digit(*at) && !bt_char_is_letter(*at)) return NULL;
  for (const unsigned char *role = s->fields.roles;; w.at++) {
    bool plain = *role <= BT_ROLE_VOLUME ? scan_number(s, numbers[*role], &w)
                 : *role == BT_ROLE_DATE ? scan_date(s, time_ns, &w)
                                         : pass_text(s, *role, &w);
    if (!plain) return NULL;
    if (++role == s->fields.roles + s->fields.n_roles) return pass_line_end(s, w.base + w.at);
    if (w.base[w.at] != s->fields.separator) return NULL;
  }
}

/* Where the numbers of row t go, by role. */
static inline void place_numbers(double *out[BT_SHAPE_NUMBERS], scanner *s, const bt_bars *bars,
                                 size_t t)
{
  out[BT_ROLE_OPEN] = &bars->open[t];
  out[BT_ROLE_HIGH] = &bars->high[t];
  out[BT_ROLE_LOW] = &bars->low[t];
  out[BT_ROLE_CLOSE] = &bars->close[t];
  out[BT_ROLE_ADJUSTED] = s->adjust ? &bars->adjust_factor[t] : &s->unused;
  out[BT_ROLE_VOLUME] = &bars->volume[t];
}

/* A row whose shape is known. */
typedef struct known_row {
  const char *at;
  const bt_shape *shape;
} known_row;

/* The rows from *at on whose shape is known, `most` at most; moves *at behind them. */
static size_t find_known(known_row *out, const bt_shapes *shapes, const char **at, size_t most)
{
  size_t n = 0, length = 0;
  const char *row = *at;
  for (; n < most; n++, row += length) {
    const bt_shape *shape = bt_shapes__find(&length, shapes, row);
    if (!shape) break;
    out[n] = (known_row){row, shape};
  }
  *at = row;
  return n;
}

/* Rows of known shapes into the bars from t on. Apart from finding them, so that the processor may
 * work on several rows at a time: none waits for where the one before ends. */
static bool read_known(scanner *s, bt_bars *bars, size_t t, const known_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    double *numbers[BT_SHAPE_NUMBERS];
    place_numbers(numbers, s, bars, t + i);
    if (!read_date(s, &bars->time_ns[t + i], rows[i].at + rows[i].shape->date_at)) return false;
    bt_shape__read(numbers, rows[i].shape, rows[i].at);
  }
  return true;
}

/* All rows from `data` on, as many as there are bars, as they stand: the adjusted close goes to
 * adjust_factor. False where one is not plain. */
static bool scan_rows(scanner *s, bt_bars *bars, const char *data)
{
  enum { AT_ONCE = 32 };
  known_row known[AT_ONCE];
  bt_shapes shapes;
  const char *at = data;
  bt_shapes__init(&shapes, bars->n_bars);
  for (size_t t = 0, n = bars->n_bars; t < n; t++) {
    while (s->has_shapes && t < n) {
      size_t n_known = find_known(known, &shapes, &at, n - t < AT_ONCE ? n - t : AT_ONCE);
      if (!read_known(s, bars, t, known, n_known)) return false;
      t += n_known;
      if (n_known < AT_ONCE) break;
    }
    if (t == n) break;
    const char *row = at;
    double *numbers[BT_SHAPE_NUMBERS];
    place_numbers(numbers, s, bars, t);
    at = scan_row(s, &bars->time_ns[t], numbers, row);
    if (!at) return false;
    s->has_shapes = s->has_shapes && bt_shapes__learn(&shapes, row, &s->fields);
  }
  return true;
}

/* ---- all rows at once ----------------------------------------------------------------------- */

static void reverse_numbers(double *values, size_t n)
{
  for (size_t i = 0; i + 1 < n; i++) {
    double value = values[i];
    values[i] = values[--n];
    values[n] = value;
  }
}

static void reverse_rows(bt_bars *bars)
{
  double *columns[] = {bars->open,  bars->high,   bars->low,
                       bars->close, bars->volume, bars->adjust_factor};
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
    reverse_numbers(columns[i], bars->n_bars);
  for (size_t i = 0, n = bars->n_bars; i + 1 < n; i++) {
    int64_t time_ns = bars->time_ns[i];
    bars->time_ns[i] = bars->time_ns[--n];
    bars->time_ns[n] = time_ns;
  }
}

/* Turns rows that fall around. False where they neither rise nor fall all the way. */
static bool order_rows(bt_bars *bars)
{
  size_t n_rising = 0, n_falling = 0;
  for (size_t t = 1; t < bars->n_bars; t++) {
    n_rising += bars->time_ns[t] > bars->time_ns[t - 1];
    n_falling += bars->time_ns[t] < bars->time_ns[t - 1];
  }
  if (n_rising == bars->n_bars - 1) return true;
  if (n_falling != bars->n_bars - 1) return false;
  reverse_rows(bars);
  return true;
}

/* The prices of bar t as they were read, with the adjusted close. */
static void take_prices(double price[BT_N_PRICES], const bt_bars *bars, size_t t)
{
  price[BT_ROLE_OPEN] = bars->open[t];
  price[BT_ROLE_HIGH] = bars->high[t];
  price[BT_ROLE_LOW] = bars->low[t];
  price[BT_ROLE_CLOSE] = bars->close[t];
  price[BT_ROLE_ADJUSTED] = bars->adjust_factor[t];
}

/* Whether nothing is wrong with the prices of bars [first, end). */
static bool check_prices(const bt_bars *bars, size_t first, size_t end)
{
  int64_t n_doubtful = 0; /* of nearly all bars these few comparisons tell that they are good */
  for (size_t t = first; t < end; t++)
    n_doubtful +=
        !((bars->low[t] > 0) & (bars->low[t] <= bars->open[t]) & (bars->low[t] <= bars->close[t]) &
          (bars->open[t] <= bars->high[t]) & (bars->close[t] <= bars->high[t]));
  for (size_t t = first; t < end && n_doubtful > 0; t++) {
    double price[BT_N_PRICES];
    take_prices(price, bars, t);
    if (bt_rows__check_prices(price) != BT_ROW_ISSUE_COUNT) return false;
  }
  return true;
}

static bool adjust_prices(bt_bars *bars)
{
  for (size_t t = 0; t < bars->n_bars; t++) {
    double price[BT_N_PRICES];
    take_prices(price, bars, t);
    if (!bt_clean__is_adjustable(price)) return false;
    bt_clean__fill_prices(bars, t, price, true);
  }
  return true;
}

/* Makes bars of the rows as they were read; false where something is wrong with one. */
static bool finish_bars(bt_bars *bars, const bt_format *format, bool adjust)
{
  enum { AT_ONCE = 512 };
  if (!order_rows(bars)) return false;
  for (size_t t = 0; t < bars->n_bars; t += AT_ONCE)
    if (!check_prices(bars, t, t + AT_ONCE < bars->n_bars ? t + AT_ONCE : bars->n_bars))
      return false;
  if (format->columns.at[BT_ROLE_VOLUME] == BT_NO_COLUMN)
    for (size_t t = 0; t < bars->n_bars; t++) bars->volume[t] = (double)NAN;
  for (size_t t = 0; t < bars->n_bars && bars->daily; t++)
    bars->daily = bars->time_ns[t] % BT_NS_PER_DAY == 0;
  return !adjust || adjust_prices(bars);
}

/* ---- a file --------------------------------------------------------------------------------- */

static size_t count_line_ends(const char *at, const char *end)
{
  enum { BLOCK = 128 }; /* a byte counts so far: the compiler makes vectors of it */
  size_t n = 0;
  for (; end - at >= BLOCK; at += BLOCK) {
    unsigned char in_block = 0;
    for (size_t i = 0; i < BLOCK; i++) in_block = (unsigned char)(in_block + (at[i] == '\n'));
    n += in_block;
  }
  for (; at < end; at++) n += *at == '\n';
  return n;
}

/* Which field has what. False where that is beyond a plain file. */
static bool set_roles(scanner *s, const bt_format *format)
{
  memset(s->fields.roles, BT_ROLE_NONE, sizeof s->fields.roles);
  if (format->columns.at[BT_ROLE_TIME] != BT_NO_COLUMN) return false;
  for (size_t role = 0; role < BT_ROLE_COUNT; role++) {
    size_t column = format->columns.at[role];
    if (column == BT_NO_COLUMN || (role == BT_ROLE_ADJUSTED && !s->adjust)) continue;
    if (column >= BT_SHAPE_FIELDS) return false;
    s->fields.roles[column] = (unsigned char)role;
    if (column >= s->fields.n_roles) s->fields.n_roles = column + 1;
  }
  s->checks_first = s->fields.roles[0] == BT_ROLE_SYMBOL || s->fields.roles[0] == BT_ROLE_NONE;
  return true;
}

/* What the first row shows: the symbol, and whether the date may be a plain one. */
static bool look_at_first_row(scanner *s, const char *at)
{
  for (size_t field = 0; field < s->fields.n_roles; field++, at++) {
    const char *end = end_of_field(at, s->fields.separator);
    if (s->fields.roles[field] == BT_ROLE_DATE) {
      s->date_length = end - at <= SECOND_LENGTH ? (unsigned)(end - at) : 0;
      if (s->date_length != DATE_LENGTH && s->date_length != MINUTE_LENGTH &&
          s->date_length != SECOND_LENGTH)
        return false;
    }
    if (s->fields.roles[field] == BT_ROLE_SYMBOL) {
      s->symbol = at;
      s->symbol_length = (size_t)(end - at);
      if (end - at > SYMBOL_MOST) return false;
      for (const char *c = at; c < end; c++) s->has_shapes = s->has_shapes && !bt_char_is_digit(*c);
    }
    if (*end != s->fields.separator) return field + 1 == s->fields.n_roles;
    at = end;
  }
  return true;
}

/* Whether a file may be plain; its rows then lie in [data, s->end). */
static bool set_up(scanner *s, const bt_format *format, const bt_format_input *input)
{
  const char *data = input->text + format->data_at;
  s->fields.separator = format->separator;
  s->fields.mark = format->mark;
  s->has_shapes = true;
  s->end = input->text + input->length;
  while (s->end > data && (s->end[-1] == '\n' || s->end[-1] == '\r')) s->end--;
  if (s->fields.mark == s->fields.separator || s->end == data || !set_roles(s, format))
    return false;
  /* words are read that end with a number, and so begin in front of it */
  if (format->data_at < BT_DIGITS_OF_WORD && s->fields.roles[0] != BT_ROLE_DATE) return false;
  return look_at_first_row(s, data) && !memchr(data, '"', (size_t)(s->end - data));
}

bt_status bt_plain__read(bt_bars **out, const bt_format *format, const bt_format_input *input,
                         bool adjust, bt_error *err)
{
  scanner s = {.adjust = adjust};
  bt_bars *bars = NULL;
  *out = NULL;
  if (!set_up(&s, format, input)) return BT_OK;
  const char *data = input->text + format->data_at;
  size_t n_rows = count_line_ends(data, s.end) + 1;
  if (n_rows > (size_t)(s.end - data) / ROW_LEAST + 1) return BT_OK; /* most of them are empty */
  bt_status status = bt_bars_new(&bars, n_rows, err);
  if (status != BT_OK) return status;
  if (scan_rows(&s, bars, data) && finish_bars(bars, format, adjust))
    *out = bars;
  else
    bt_bars_free(bars);
  return BT_OK;
}

#else

/* Nothing is plain where words do not hold digits in their order. */
bt_status bt_plain__read(bt_bars **out, const bt_format *format, const bt_format_input *input,
                         bool adjust, bt_error *err)
{
  (void)format, (void)input, (void)adjust, (void)err;
  *out = NULL;
  return BT_OK;
}

#endif
