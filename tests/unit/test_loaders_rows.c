/* Two ways through the rows of a file: split in place, or by libcsv where there are quotes. One
 * quoted name in the header sends a file the second way; both must give the same bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/random/streams.h"
#include "tests/support/load_scene.h"

enum { TEXT_SIZE = 1 << 16, N_FILES = 3000, ROWS_MOST = 40 };

static const char plain_header[] = "Date,Open,High,Low,Close,Volume,Note";
static const char quoted_header[] = "Date,\"Open\",High,Low,Close,Volume,Note";

static void check_same_bits(const void *a, const void *b, size_t size, const char *what,
                            const char *text)
{
  if (memcmp(a, b, size) != 0) fail_msg("%s differ for\n%s", what, text);
}

static void check_same_bars(const bt_bars *a, const bt_bars *b, const char *text)
{
  size_t size = a->n_bars * sizeof(double);
  if (a->n_bars != b->n_bars || a->daily != b->daily) fail_msg("bars differ for\n%s", text);
  check_same_bits(a->time_ns, b->time_ns, a->n_bars * sizeof(int64_t), "times", text);
  check_same_bits(a->open, b->open, size, "opens", text);
  check_same_bits(a->high, b->high, size, "highs", text);
  check_same_bits(a->low, b->low, size, "lows", text);
  check_same_bits(a->close, b->close, size, "closes", text);
  check_same_bits(a->volume, b->volume, size, "volumes", text);
  check_same_bits(a->adjust_factor, b->adjust_factor, size, "factors", text);
}

/* Loads header and rows as they are and with the quoted header, and compares all that comes out. */
static void check_both_ways(load_scene *s, const char *header, const char *quoted, const char *rows)
{
  static char text[TEXT_SIZE], other[TEXT_SIZE];
  (void)snprintf(text, sizeof text, "%s%s", header, rows);
  (void)snprintf(other, sizeof other, "%s%s", quoted, rows);
  load_text(s, text);
  bt_load_report report = s->report;
  bt_bars *bars = s->bars;
  s->bars = NULL;
  load_text(s, other);
  if (report.rejected != s->report.rejected || strcmp(report.reason, s->report.reason) != 0)
    fail_msg("'%s' and '%s' for\n%s", report.reason, s->report.reason, text);
  if (report.n_rows != s->report.n_rows || report.rows_skipped != s->report.rows_skipped)
    fail_msg("rows differ for\n%s", text);
  check_same_bits(report.counts, s->report.counts, sizeof report.counts, "counts", text);
  assert_int_equal(report.n_issues, s->report.n_issues);
  for (size_t i = 0; i < report.n_issues; i++) {
    assert_int_equal(report.issues[i].line, s->report.issues[i].line);
    if (strcmp(report.issues[i].detail, s->report.issues[i].detail) != 0 ||
        strcmp(report.issues[i].time_text, s->report.issues[i].time_text) != 0)
      fail_msg("line %zu: '%s' and '%s' for\n%s", report.issues[i].line, report.issues[i].detail,
               s->report.issues[i].detail, text);
  }
  if (bars) check_same_bars(bars, s->bars, text);
  bt_bars_free(bars);
}

/* ---- generated files ------------------------------------------------------------------------- */

typedef struct writer {
  char *text;
  size_t used;
  uint64_t file, draw;
} writer;

static unsigned pick(writer *w, unsigned n)
{
  return (unsigned)(bt_random_uniform(7, w->file, w->draw++) * n);
}

static void put(writer *w, const char *text)
{
  size_t length = strlen(text);
  memcpy(w->text + w->used, text, length + 1);
  w->used += length;
}

static void put_date(writer *w, unsigned row)
{
  static const char *const odd[] = {
      "2021-02-30",          "2021-2-3",    "20210305",   " 2021-03-06 ",
      "2021-03-0a",          "2021-03-071", "",           "2021-13-01",
      "2021-03-00",          "1677-09-01",  "2262-04-30", "2021-03-99",
      "2021-03-08T10:00:00", "x",           "2021/03/09", "2020-02-29"};
  char date[32];
  (void)snprintf(date, sizeof date, "%04u-%02u-%02u", 2021 + row / 336, 1 + row / 28 % 12,
                 1 + row % 28);
  put(w, pick(w, 20) == 0 ? odd[pick(w, sizeof odd / sizeof odd[0])] : date);
}

static void put_number(writer *w)
{
  static const char *const odd[] = {"",
                                    "null",
                                    "1e2",
                                    "-1",
                                    "0",
                                    "0.0",
                                    ".5",
                                    "5.",
                                    ".",
                                    "1.2.3",
                                    "+7",
                                    "$9.5",
                                    " 8 ",
                                    "9\t",
                                    "1 000",
                                    "nan",
                                    "inf",
                                    "1/2",
                                    "12x",
                                    "0x10",
                                    "100.",
                                    "1E400",
                                    "99999999999999999999",
                                    "0.00000000000000000000001"};
  char number[64];
  unsigned n_whole = pick(w, 20), n_decimals = pick(w, 20);
  if (pick(w, 15) == 0) {
    put(w, odd[pick(w, sizeof odd / sizeof odd[0])]);
  } else if (pick(w, 4) > 0) { /* what files hold: all four prices alike, so that rows are good */
    put(w, pick(w, 2) ? "101.25" : "101.2500");
  } else {
    size_t n = 0;
    for (unsigned i = 0; i < n_whole; i++) number[n++] = (char)('0' + pick(w, 10));
    if (pick(w, 2)) number[n++] = '.';
    for (unsigned i = 0; i < n_decimals; i++) number[n++] = (char)('0' + pick(w, 10));
    number[n] = '\0';
    put(w, number);
  }
}

static void put_row(writer *w, unsigned row)
{
  static const char *const ends[] = {"\n", "\n", "\n", "\r\n", "\n\n", "\r\r\n", "  \n", "\r"};
  put_date(w, row);
  unsigned n_fields = pick(w, 10) == 0 ? pick(w, 8) : 5;
  for (unsigned i = 0; i < n_fields; i++) {
    put(w, pick(w, 30) == 0 ? " , " : ",");
    put_number(w);
  }
  if (pick(w, 10) == 0) put(w, ",a note, of two");
  put(w, ends[pick(w, sizeof ends / sizeof ends[0])]);
}

static void generated_files_give_the_same_bits_both_ways(void **state)
{
  static char rows[TEXT_SIZE / 2];
  load_scene *s = *state;
  size_t n_loaded = 0;
  s->options.max_bad = 1;
  for (uint64_t file = 0; file < N_FILES; file++) {
    writer w = {.text = rows, .file = file};
    unsigned n_rows = 1 + pick(&w, ROWS_MOST), first = pick(&w, 3000);
    put(&w, "\n");
    for (unsigned i = 0; i < n_rows; i++) put_row(&w, first + i);
    if (pick(&w, 3) == 0 && w.used > 1) rows[w.used - 1 - pick(&w, 2)] = '\0'; /* cut short */
    check_both_ways(s, plain_header, quoted_header, rows);
    n_loaded += s->bars != NULL;
  }
  assert_true(n_loaded > N_FILES / 2);
}

/* ---- real files ------------------------------------------------------------------------------ */

/* Compares a file without quotes and with a comma behind its first field. */
static bool check_real_file(load_scene *s, const char *path)
{
  static char text[TEXT_SIZE / 2], header[512], quoted[512];
  FILE *file = fopen(path, "rb");
  size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
  text[n] = '\0';
  if (file) (void)fclose(file);
  char *rows = strchr(text, '\n'), *comma = strchr(text, ',');
  if (!rows || !comma || comma > rows || strchr(text, '"') || rows - text > 400) return false;
  char *last = strrchr(rows, '\n'); /* of a cut text */
  if (n == sizeof text - 1) *last = '\0';
  (void)snprintf(header, sizeof header, "%.*s", (int)(rows - text), text);
  (void)snprintf(quoted, sizeof quoted, "\"%.*s\"%.*s", (int)(comma - text), text,
                 (int)(rows - comma), comma);
  check_both_ways(s, header, quoted, rows);
  return true;
}

/* Ten characters, the fifth a dash, and yet no yyyy-mm-dd that tells how the next row may begin. */
static void a_date_of_another_form_does_not_vouch_for_the_next_row(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, "Date,Open,High,Low,Close\n2021-1-1 0,1,1,1,1\n2021-1-124,1,1,1,1\n"
               "2021-01-25,1,1,1,1\n");
  assert_int_equal(s->report.n_bars, 2);
  assert_int_equal(s->report.counts[BT_ROW_BAD_DATE], 1);
}

/* A remark is no row wherever it stands; a row behind a # is a bad one, with quotes or without. */
static void comments_are_treated_alike_everywhere(void **state)
{
  static const char *const headers[] = {"Date,Open,High,Low,Close\n", "",
                                        "Date,Open,High,Low,Close,\"A\"\n"};
  static const char *const rows =
      "# a remark\n#\n2021-01-04,1,1,1,1\n# end, of, a, month, 5\n  # 7\n2021-01-05,1,1,1,1\n"
      "2021-01-06,1,1,1,1\n2021-01-07,1,1,1,1\n# the end\n";
  load_scene *s = *state;
  char text[512];
  s->options.max_bad = 0;
  for (size_t i = 0; i < 3; i++) {
    (void)snprintf(text, sizeof text, "# top\n%s%s", headers[i], rows);
    load_text(s, text);
    if (s->report.rejected) fail_msg("rejected: %s", s->report.reason);
    assert_int_equal(s->report.n_rows, 4);
    assert_int_equal(s->report.n_bars, 4);
  }
  s->options.max_bad = 0.5;
  for (size_t i = 0; i < 3; i++) {
    (void)snprintf(text, sizeof text, "%s#2021-01-01,1,1,1,1\n%s# 2021-01-08,1,1,1,1\n", headers[i],
                   rows);
    load_text(s, text);
    if (s->report.rejected) fail_msg("rejected: %s", s->report.reason);
    assert_int_equal(s->report.n_rows, 6);
    assert_int_equal(s->report.n_bars, 4);
    assert_int_equal(s->report.counts[BT_ROW_BAD_DATE], 2);
    assert_int_equal(s->report.issues[0].line, *headers[i] ? 2 : 1);
    assert_string_equal(s->report.issues[0].detail, "the row is commented out by a #");
  }
}

static void real_files_give_the_same_bits_both_ways(void **state)
{
  static const char *const folders[] = {"layouts", "formats", "real", "sp500", "av20y", "etf"};
  load_scene *s = *state;
  char data[TEST_PATH_SIZE];
  size_t n_files = 0;
  if (!test_reference_path(data, "data")) skip();
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
    char pattern[TEST_PATH_SIZE + 32];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s/%s/*.csv", data, folders[i]);
    if (glob(pattern, 0, NULL, &found) != 0) continue;
    for (size_t f = 0; f < found.gl_pathc; f++) n_files += check_real_file(s, found.gl_pathv[f]);
    globfree(&found);
  }
  assert_true(n_files > 500);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(generated_files_give_the_same_bits_both_ways),
      CASE(a_date_of_another_form_does_not_vouch_for_the_next_row),
      CASE(comments_are_treated_alike_everywhere),
      CASE(real_files_give_the_same_bits_both_ways),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
