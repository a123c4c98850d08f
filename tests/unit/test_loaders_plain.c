/* Plain files are read in one pass, and nobody sees it: every file, plain or not, gives the same
 * bars, bit for bit, and the same report as in the long way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "tests/support/paths.h"
#include "tests/support/slow.h"
#include "tests/support/two_ways.h"

enum { TEXT_SIZE = 1 << 18, FIELDS_MOST = 12, NUMBER_SIZE = 64 };

/* A fixed sequence of 64 random bits (SplitMix64). */
static uint64_t next_random(uint64_t *state)
{
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static size_t below(uint64_t *random, size_t n)
{
  return (size_t)(next_random(random) % n);
}

/* ---- plain files ----------------------------------------------------------------------------- */

/* How one file looks. */
typedef struct look {
  const char *names[FIELDS_MOST]; /* of the header */
  size_t n_fields;
  char separator;
  const char *line_end;
  size_t n_rows, n_decimals; /* of prices; mostly so many */
  bool falls, keeps_zeros;
  unsigned whole;     /* of the prices of the first row */
  const char *clock;  /* how dates go on: hh, mm and ss with what is between, or NULL */
  int64_t bars_a_day; /* 1 without a clock */
} look;

typedef struct text {
  char bytes[TEXT_SIZE];
  size_t length;
  size_t rows[600], n_rows; /* where each row begins; the header is row 0 */
} text;

static void put(text *t, const char *bytes, size_t length)
{
  if (t->length + length > sizeof t->bytes) fail_msg("a text of a test is too long");
  memcpy(t->bytes + t->length, bytes, length);
  t->length += length;
}

static void put_text(text *t, const char *bytes)
{
  put(t, bytes, strlen(bytes));
}

static look draw_look(uint64_t *random)
{
  static const char *const clocks[] = {" hh:mm",     " hh:mm:ss", "Thh:mm:ss", "Thh:mm",
                                       " hh:mm:ssZ", "_hh:mm",    " h:mm:ss"};
  static const char *const usual[] = {"Date", "Open", "High", "Low", "Close"};
  static const char *const others[] = {"Volume", "Adj Close", "Symbol", "Dividends", "Note"};
  static const char separators[] = ",,,,;\t|";
  look l = {.separator = separators[below(random, sizeof separators - 1)],
            .line_end = below(random, 4) ? "\n" : "\r\n",
            .n_rows = 1 + below(random, below(random, 8) ? 30 : 500),
            .n_decimals = below(random, 3) ? 2 : below(random, 18),
            .falls = below(random, 4) == 0,
            .keeps_zeros = below(random, 2) == 0,
            .whole = (unsigned)below(random, below(random, 2) ? 100 : 100000),
            .bars_a_day = 1};
  if (below(random, 3) == 0) {
    size_t n = sizeof clocks / sizeof clocks[0];
    l.clock = clocks[below(random, below(random, 8) ? 4 : n)];
    l.bars_a_day = below(random, 4) ? 1440 : 1; /* or all at midnight */
  }
  for (size_t i = 0; i < 5; i++) l.names[l.n_fields++] = usual[i];
  for (size_t i = 0; i < 5; i++)
    if (below(random, i == 0 ? 5 : 3) < (i == 0 ? 4u : 1u)) l.names[l.n_fields++] = others[i];
  if (below(random, 3) == 0) /* the date mostly stands in front */
    for (size_t i = l.n_fields; i-- > 1;) {
      size_t k = below(random, i + 1);
      const char *name = l.names[i];
      l.names[i] = l.names[k];
      l.names[k] = name;
    }
  return l;
}

/* A number between `least` and `least` + 1. */
static void put_number(text *t, uint64_t *random, const look *l, unsigned least)
{
  char number[NUMBER_SIZE];
  size_t n_decimals = below(random, 30) ? l->n_decimals : below(random, 18);
  size_t length = (size_t)snprintf(number, sizeof number, "%u.", least);
  for (size_t i = 0; i < n_decimals; i++) number[length++] = (char)('0' + below(random, 10));
  while (!l->keeps_zeros && number[length - 1] == '0') length--;
  if (number[length - 1] == '.') length--;
  put(t, number, length);
}

static void put_clock(text *t, const char *form, int second)
{
  static const char parts[] = "hms";
  int rest[] = {second / 3600, second / 60 % 60, second % 60};
  for (const char *c = form; *c; c++) {
    const char *part = strchr(parts, *c);
    int value = part ? rest[part - parts] : 0;
    char digit = (char)('0' + (c[1] == *c ? value / 10 : value % 10));
    put(t, part ? &digit : c, 1);
  }
}

static void put_field(text *t, uint64_t *random, const look *l, const char *name, int64_t bar)
{
  char date[BT_TIME_TEXT_SIZE], number[NUMBER_SIZE];
  unsigned whole = l->whole + (unsigned)(bar % 5);
  int second = (int)(bar % l->bars_a_day * (86400 / l->bars_a_day));
  if (strcmp(name, "Date") == 0) {
    put_text(t, bt_time_format(date, bar / l->bars_a_day * BT_NS_PER_DAY, true));
    if (l->clock) put_clock(t, l->clock, second + (l->bars_a_day > 1 && bar % 7 == 0 ? 59 : 0));
  } else if (strcmp(name, "Symbol") == 0) {
    put_text(t, l->whole % 3 ? "AbC" : "X1");
  } else if (strcmp(name, "Note") == 0) {
    static const char *const notes[] = {"", "", "", "", "", "1.5-", "a note", "a note, 1.5-"};
    put_text(t, notes[below(random, sizeof notes / sizeof notes[0])]);
  } else if (strcmp(name, "Volume") == 0) {
    (void)snprintf(number, sizeof number, "%zu%s", below(random, 2000000000) >> below(random, 20),
                   below(random, 20) ? "" : ".0");
    put_text(t, number);
  } else {
    unsigned add = name[0] == 'L' ? 1 : name[0] == 'H' ? 4 : 2;
    put_number(t, random, l, whole + add);
  }
}

static void put_file(text *t, uint64_t *random, const look *l)
{
  int64_t bar = (10000 + (int64_t)below(random, 5000)) * l->bars_a_day, step = l->falls ? -1 : 1;
  t->length = t->n_rows = 0;
  for (size_t row = 0; row <= l->n_rows; row++) {
    t->rows[t->n_rows++] = t->length;
    bar += step * (1 + (int64_t)below(random, below(random, 5) ? 1 : 4));
    for (size_t i = 0; i < l->n_fields; i++) {
      if (i > 0) put(t, &l->separator, 1);
      if (row == 0)
        put_text(t, l->names[i]);
      else
        put_field(t, random, l, l->names[i], bar);
    }
    if (row < l->n_rows || below(random, 5) > 0) put_text(t, l->line_end);
  }
}

/* ---- what may happen to them ----------------------------------------------------------------- */

static void replace(text *t, size_t at, size_t n_out, const char *bytes, size_t n_in)
{
  if (at + n_out > t->length || t->length + n_in > sizeof t->bytes) return;
  memmove(t->bytes + at + n_in, t->bytes + at + n_out, t->length - at - n_out);
  memcpy(t->bytes + at, bytes, n_in);
  t->length = t->length - n_out + n_in;
}

static void insert(text *t, size_t at, const char *bytes)
{
  replace(t, at, 0, bytes, strlen(bytes));
}

/* A field of a row: [*first, the result). */
static size_t find_field(size_t *first, const text *t, const look *l, size_t row, size_t field)
{
  size_t at = *first = t->rows[row];
  for (; at < t->length && t->bytes[at] != '\r' && t->bytes[at] != '\n'; at++)
    if (t->bytes[at] == l->separator) {
      if (field-- == 0) break;
      *first = at + 1;
    }
  return at;
}

static void spoil_field(text *t, uint64_t *random, const look *l, size_t row)
{
  static const char *const values[] = {"",
                                       "0",
                                       "-1",
                                       "+5",
                                       ".5",
                                       "5.",
                                       "1e2",
                                       "1E-400",
                                       "nan",
                                       "N/A",
                                       "inf",
                                       "1 000",
                                       "$5",
                                       "12345678901234567890",
                                       "0.00000000000000000001",
                                       "123456789.12345678901",
                                       "1234567890123456789",
                                       "00000000000000000007.5",
                                       "12.345.678",
                                       "1,5",
                                       "2021-02-29",
                                       "2021-13-01",
                                       "0000-01-01",
                                       "2021-00-10",
                                       "2021-1-2",
                                       "1500-01-01",
                                       "2400-01-01",
                                       "20210105",
                                       "01/02/2021",
                                       "2021-01-05 10:00",
                                       "2021-01-05T00:00:00Z",
                                       "2021-01-05 24:00",
                                       "2021-01-05 10:60:00",
                                       "2021-01-05T23:59:59",
                                       "2021-01-05 23:59:60",
                                       "2021/01/05",
                                       "#",
                                       "x",
                                       "9007199254740993",
                                       "0.3",
                                       "99999999",
                                       "123456789"};
  size_t first, end = find_field(&first, t, l, row, below(random, l->n_fields));
  const char *value = values[below(random, sizeof values / sizeof values[0])];
  switch (below(random, 6)) {
  case 0:
    insert(t, end, "\"");
    insert(t, first, "\"");
    break;
  case 1:
    insert(t, below(random, 2) ? first : end, below(random, 2) ? " " : "\t");
    break;
  case 2:
    insert(t, first, below(random, 2) ? "-" : "+");
    break;
  default:
    replace(t, first, end - first, value, strlen(value));
  }
}

/* Copies row `from` to before row `to`, or puts it there instead. */
static void copy_row(text *t, size_t from, size_t to, bool instead)
{
  char row[1024];
  size_t length = t->rows[from + 1] - t->rows[from];
  if (length > sizeof row) return;
  memcpy(row, t->bytes + t->rows[from], length);
  replace(t, t->rows[to], instead ? t->rows[to + 1] - t->rows[to] : 0, row, length);
}

static void spoil_byte(text *t, uint64_t *random)
{
  static const char bytes[] = ",,..;-+eE \t\r\n\"#0123456789azZ\x80\xe2\x7f\0";
  size_t at = below(random, t->length);
  replace(t, at, below(random, 2), &bytes[below(random, sizeof bytes)], 1);
}

/* One change somewhere; rows[] tell the truth up to the first one alone, which is enough. */
static void spoil(text *t, uint64_t *random, const look *l)
{
  size_t row = below(random, t->n_rows), other = below(random, t->n_rows);
  size_t last = t->n_rows - 1;
  switch (below(random, 9)) {
  case 0:
    insert(t, t->rows[row], l->line_end);
    break;
  case 1:
    insert(t, t->rows[row], below(random, 2) ? "# a remark\n" : "#");
    break;
  case 2:
    if (row < last) copy_row(t, row, other == last ? 0 : other, below(random, 2));
    break;
  case 3:
    if (below(random, 4) == 0) t->length = 1 + below(random, t->length);
    break;
  case 4:
  case 5:
    spoil_byte(t, random);
    break;
  default:
    spoil_field(t, random, l, row);
  }
}

/* ---- tests ----------------------------------------------------------------------------------- */

static bool load_bytes(two_ways *ways, const char *dir, const char *bytes, size_t length)
{
  char path[TEST_PATH_SIZE];
  FILE *file = fopen(test_file_write(path, dir, "X.csv", NULL), "wb");
  if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) abort();
  return load_both_ways(ways, path);
}

static void generated_files_are_the_same_both_ways(void **state)
{
  two_ways *ways = *state;
  static text t;
  char dir[TEST_PATH_SIZE];
  uint64_t random = 1;
  size_t n_files = IS_SLOW || is_below_valgrind() ? 400 : 4000, n_plain = 0;
  test_dir_make(dir);
  for (size_t i = 0; i < n_files; i++) {
    look l = draw_look(&random);
    size_t n_spoiled = below(&random, 3) ? below(&random, 4) : 0;
    put_file(&t, &random, &l);
    for (size_t k = 0; k < n_spoiled; k++) spoil(&t, &random, &l);
    ways->options.adjust = below(&random, 4) > 0;
    ways->options.max_bad = below(&random, 2) ? 0.05 : 0.6;
    bool was_short = load_bytes(ways, dir, t.bytes, t.length);
    n_plain += was_short && n_spoiled == 0;
  }
  test_dir_remove(dir);
  print_message("%zu files, %zu in the short way\n", ways->n_files, ways->n_short);
  assert_true(n_plain > n_files / 4);
  assert_true(ways->n_short < n_files * 3 / 4);
}

/* Every single change to a small file. */
static void any_byte_may_be_another_one(void **state)
{
  two_ways *ways = *state;
  static const char *const files[] = {
      "Date,Open,High,Low,Close,Volume\n2020-01-30,10.5,12,9.25,11,100\n2020-02-03,1,2,1,1.5,7\n",
      "date;open;high;low;close;adj close;name\r\n2020-02-28;10.5;12;9.25;11;5.5;AB\r\n"
      "2020-02-29;1;2;1;1.5;123456789;AB",
      "Time,Open,High,Low,Close\n2020-01-31 23:59:00,10.5,12,9.25,11\n"
      "2020-02-01 00:01:59,1,2,1,1.5\n2020-02-01T00:02:59,1,2,1,1.5\n",
      "Time\tOpen\tHigh\tLow\tClose\n2020-01-31T19:00\t10.5\t12\t9.25\t11\n"
      "2020-01-31T18:59\t1\t2\t1\t1.5\n"};
  static const char bytes[] = "0159.,;-+eE \t\r\n\"#aB:/TZ\x80";
  char dir[TEST_PATH_SIZE], changed[256];
  size_t step = IS_SLOW || is_below_valgrind() ? 7 : 1;
  test_dir_make(dir);
  ways->options.max_bad = 0.6;
  for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
    size_t length = strlen(files[f]);
    assert_true(load_bytes(ways, dir, files[f], length));
    for (size_t i = 0; i < length * sizeof bytes; i += step) {
      memcpy(changed, files[f], length);
      changed[i / sizeof bytes] = bytes[i % sizeof bytes];
      (void)load_bytes(ways, dir, changed, length);
    }
    for (size_t n = 0; n < length; n += step) (void)load_bytes(ways, dir, files[f], n);
  }
  test_dir_remove(dir);
}

/* What is plain, and what is not: one change each. */
static const struct {
  const char *text;
  bool plain;
} cases[] = {
    {"Date,Open,High,Low,Close\n2020-01-02,1,1,1,1\n", true},
    {"Date,Open,High,Low,Close\n2020-01-02,1,1,1,1", true},
    {"Date,Open,High,Low,Close\r\n2020-01-02,1,1,1,1\r\n", true},
    {"Date,Open,High,Low,Close\n2020-01-02,1,1,1,1\n\n\n", true},
    {"Date,Open,High,Low,Close\n2020-01-03,1,1,1,1\n2020-01-02,2,2,2,2\n", true},
    {"Open,High,Low,Close,Date\n1.5,1.5,1.5,1.5,2020-01-02\n", true},
    {"Date;Open;High;Low;Close\n2020-01-02;1,5;1,5;1,5;1,5\n", true},
    {"Date,Open,High,Low,Close,Note\n2020-01-02,1,1,1,1, any-thing.\n", true},
    {"2020-01-02,1.5,2,1,1.5,100\n2020-01-03,1.5,2,1,1.5,100\n", true},
    {"Note,Date,Open,High,Low,Close\nx,2020-01-02,1,1,1,1\n,2020-01-03,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close,Name\n2020-01-02,1,1,1,1,X\n2020-01-03,1,1,1,1,x\n", false},
    {"Date,Open,High,Low,Close,Name\n2020-01-02,1,1,1,1,X1\n2020-01-03,1,1,1,1,X2\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02,1.,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02,.5,1,.5,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02, 1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02,1,1,1,1\n\n2020-01-03,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02 00:00,1,1,1,1\n", true},
    {"Date,Open,High,Low,Close\n2020-01-02 09:30:00,1,1,1,1\n2020-01-02 09:31:00,1,1,1,1\n", true},
    {"Date,Open,High,Low,Close\n2020-01-02T09:31,1,1,1,1\n2020-01-02T09:30,1,1,1,1\n", true},
    {"Date,Open,High,Low,Close\n2020-01-02 09:30,1,1,1,1\n2020-01-03,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02 09:30,1,1,1,1\n2020-01-02 09:30,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02 09:30Z,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02 9:30,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02 24:00,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-01-02 09:30:00.000,1,1,1,1\n", false},
    {"Date,Time,Open,High,Low,Close\n2020-01-02,09:30,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close\n2020-1-02,1,1,1,1\n", false},
    {"Date,Open,High,Low,Close,Volume\n2020-01-02,1,1,1,1,\n", false},
    {"Date,Open,High,Low,Close,Adj Close\n2020-01-02,1,1,1,1,2\n2020-01-03,1,1,1,1,0\n", false},
};

static void plain_files_take_the_short_way_and_no_others_do(void **state)
{
  two_ways *ways = *state;
  char dir[TEST_PATH_SIZE];
  test_dir_make(dir);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (load_bytes(ways, dir, cases[i].text, strlen(cases[i].text)) != cases[i].plain)
      fail_msg("%s: %splain", cases[i].text, cases[i].plain ? "not " : "");
  test_dir_remove(dir);
}

/* Runs of digits that end in a mark at any of the characters that are looked at together, and
 * behind them. */
static void a_long_run_of_digits_may_end_anywhere(void **state)
{
  two_ways *ways = *state;
  char dir[TEST_PATH_SIZE], rows[256], digits[64];
  memset(digits, '1', sizeof digits);
  test_dir_make(dir);
  for (int before = 1; before <= 12; before++)
    for (int n = 19; n <= 60; n++) {
      int length = snprintf(rows, sizeof rows,
                            "Date,Open,High,Low,Close,Volume\n2020-01-02,%.*s,%.*s.5,2,2,100\n",
                            before, digits, n, digits);
      (void)load_bytes(ways, dir, rows, (size_t)length);
    }
  assert_int_equal(ways->n_short, 0);
  test_dir_remove(dir);
}

static void real_files_are_the_same_both_ways(void **state)
{
  static const char *const patterns[] = {"data/*.csv",      "data/*/*.csv", "data/*/*/*.csv",
                                         "data/*/*.csv.gz", "data/*/*.gz",  "data/*/*.txt",
                                         "data/*/*/*/*.csv"};
  two_ways *ways = *state;
  char folder[TEST_PATH_SIZE];
  if (!test_reference_path(folder, "data")) skip();
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    char pattern[TEST_PATH_SIZE + 32];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s%s", folder, patterns[i] + 4);
    if (glob(pattern, 0, NULL, &found) != 0) continue;
    for (size_t f = 0; f < found.gl_pathc; f++)
      for (int adjust = 0; adjust < 2; adjust++) {
        ways->options.adjust = adjust;
        (void)load_both_ways(ways, found.gl_pathv[f]);
      }
    globfree(&found);
  }
  print_message("%zu loads, %zu in the short way\n", ways->n_files, ways->n_short);
  assert_true(ways->n_files > 1000);
  assert_true(ways->n_short > ways->n_files / 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, two_ways_setup, two_ways_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(generated_files_are_the_same_both_ways),
      CASE(any_byte_may_be_another_one),
      CASE(plain_files_take_the_short_way_and_no_others_do),
      CASE(a_long_run_of_digits_may_end_anywhere),
      CASE(real_files_are_the_same_both_ways),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
