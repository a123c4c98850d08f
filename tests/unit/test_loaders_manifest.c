/* Real files and files with one fault each, against what two readers written independently of this
 * one found in them: the manifests of the reference data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "loaders/universe.h"
#include "tests/support/csv_table.h"
#include "tests/support/load_scene.h"

/* Where a manifest is, and what its columns of sums are called. */
typedef struct reference {
  const char *manifest, *universe, *data; /* below the reference data */
  const char *key;                        /* the column with the file or the symbol */
  const char *sum, *sum_raw;              /* with prices adjusted, and not; "" if there is none */
  const char *confidence;                 /* the column that says whether a row is sure, or "" */
} reference;

typedef struct comparison {
  load_scene *scene;
  const csv_table *table;
  const reference *reference;
  size_t row, n_compared, n_wrong;
} comparison;

static const char *cell(const comparison *c, const char *column)
{
  return *column ? csv_text(c->table, c->row, column) : "";
}

/* Says what differs, and goes on: one run shows all. */
static void differ(comparison *c, const char *what, const char *found, const char *expected)
{
  printf("%s: %s: %s is '%s', not '%s'\n", c->reference->manifest, cell(c, c->reference->key), what,
         found, expected);
  c->n_wrong++;
}

static void compare_texts(comparison *c, const char *what, const char *found, const char *expected)
{
  if (strcmp(found, expected) != 0) differ(c, what, found, expected);
}

static void compare_counts(comparison *c, const char *column, size_t found)
{
  char text[32];
  (void)snprintf(text, sizeof text, "%zu", found);
  compare_texts(c, column, text, cell(c, column));
}

/* To 1e-9 of the sum. */
static void compare_sums(comparison *c, const char *column)
{
  const bt_bars *bars = c->scene->bars;
  double sum = 0;
  if (!bars || *cell(c, column) == '\0') return;
  for (size_t t = 0; t < bars->n_bars; t++) sum += bars->close[t];
  double expected = csv_number(c->table, c->row, column);
  if (fabs(sum - expected) <= 1e-9 * fabs(expected)) return;
  char text[32];
  (void)snprintf(text, sizeof text, "%.17g", sum);
  differ(c, column, text, cell(c, column));
}

/* first and last are wall clock, as in the file. */
static void compare_bars(comparison *c)
{
  const load_scene *s = c->scene;
  char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE];
  if (!s->bars) return;
  bt_time_format(first, s->report.first_local_ns, s->bars->daily);
  bt_time_format(last, s->report.last_local_ns, s->bars->daily);
  compare_texts(c, "first", first, cell(c, "first"));
  compare_texts(c, "last", last, cell(c, "last"));
  compare_sums(c, c->reference->sum);
}

static void compare_file(comparison *c, const char *path)
{
  load_scene *s = c->scene;
  s->options.adjust = true;
  load_path(s, path);
  compare_texts(c, "status", s->report.rejected ? "rejected" : "ok", cell(c, "status"));
  if (s->report.rejected != (*s->report.reason != '\0')) differ(c, "reason", s->report.reason, "");
  compare_counts(c, "bars", s->report.n_bars);
  compare_counts(c, "rows_skipped", s->report.rows_skipped);
  compare_bars(c);
  if (!s->report.adjusted || *cell(c, c->reference->sum_raw) == '\0') return;
  s->options.adjust = false;
  load_path(s, path);
  compare_sums(c, c->reference->sum_raw);
}

/* The entry of a symbol, or of the file SYMBOL.csv. */
static const bt_universe_entry *find_entry(const bt_universe *universe, const char *key)
{
  const char *ending = strstr(key, ".csv");
  size_t length = ending ? (size_t)(ending - key) : strlen(key);
  for (size_t i = 0; i < universe->n_entries; i++) {
    const bt_universe_entry *entry = &universe->entries[i];
    if (strlen(entry->symbol) == length && memcmp(entry->symbol, key, length) == 0) return entry;
  }
  fail_msg("%s is not in the universe", key);
  return NULL;
}

/* `at_least`: how many files, so that a manifest that is read wrongly does not pass. */
static void compare_all(load_scene *scene, const reference *r, size_t at_least)
{
  csv_table table;
  bt_universe universe;
  if (!csv_table_read(&table, r->manifest)) skip();
  read_reference_universe(&universe, r->universe, r->data);
  comparison c = {.scene = scene, .table = &table, .reference = r};
  for (; c.row < table.n_rows; c.row++) {
    if (*r->confidence && strcmp(cell(&c, r->confidence), "sure") != 0) continue;
    const bt_universe_entry *entry = find_entry(&universe, cell(&c, r->key));
    compare_file(&c, entry->path);
    c.n_compared++;
  }
  bt_universe_clear(&universe);
  csv_table_free(&table);
  if (c.n_wrong > 0) fail_msg("%zu values differ", c.n_wrong);
  assert_true(c.n_compared >= at_least);
}

static void each_layout_and_each_fault_by_itself(void **state)
{
  static const reference r = {"data/layouts/MANIFEST.csv",
                              "data/layouts/layouts.txt",
                              "data/layouts",
                              "file",
                              "sum_close",
                              "",
                              ""};
  compare_all(*state, &r, 37);
}

static void files_as_users_have_them(void **state)
{
  static const reference r = {"data/formats/MANIFEST.csv",
                              "data/formats/formats.txt",
                              "data/formats",
                              "file",
                              "sum_close",
                              "sum_close_raw",
                              "confidence"};
  compare_all(*state, &r, 100);
}

static void long_series(void **state)
{
  static const reference r = {
      "data/real/MANIFEST.csv", "data/real", "data/real", "file", "sum_close", "sum_close_raw", ""};
  compare_all(*state, &r, 18);
}

static void five_hundred_stocks(void **state)
{
  static const reference r = {
      "data/sp500.manifest.csv", "data/sp500.txt", "data/sp500", "symbol", "sum_close", "", ""};
  compare_all(*state, &r, 505);
}

static void twenty_years_with_splits(void **state)
{
  static const reference r = {"data/av20y.manifest.csv",
                              "data/av20y.txt",
                              "data/av20y",
                              "symbol",
                              "sum_adj_close",
                              "sum_close",
                              ""};
  compare_all(*state, &r, 79);
}

/* ---- lists with traps: LISTS.csv in words -------------------------------------------------------
 */

/* The symbols whose file loads, with blanks between them. */
static void check_loading(load_scene *scene, const bt_universe *universe, const char *expected)
{
  char found[256] = "";
  for (size_t i = 0; i < universe->n_entries; i++) {
    load_path(scene, universe->entries[i].path);
    if (scene->report.rejected) continue;
    if (*found) strcat(found, " ");
    strncat(found, universe->entries[i].symbol, 32);
  }
  assert_string_equal(found, expected);
}

static void a_list_full_of_comments_loads(void **state)
{
  bt_universe universe;
  read_reference_universe(&universe, "data/formats/list-comments.lst", "data/formats");
  assert_int_equal(universe.n_entries, 3);
  check_loading(*state, &universe, "BRK.B ^GSPC BF-B");
  bt_universe_clear(&universe);
}

static void a_hostile_list_opens_nothing_outside_the_folder(void **state)
{
  bt_universe universe;
  read_reference_universe(&universe, "data/formats/list-hostile.lst", "data/formats");
  assert_int_equal(universe.n_entries, 6);
  for (size_t i = 1; i < 6; i++) assert_null(universe.entries[i].path);
  check_loading(*state, &universe, "BRK.B");
  bt_universe_clear(&universe);
}

static void a_list_with_a_symbol_twice_names_the_line(void **state)
{
  (void)state;
  char list[TEST_PATH_SIZE];
  bt_universe universe;
  bt_error err;
  if (!test_reference_path(list, "data/formats/list-duplicate.lst")) skip();
  assert_int_equal(bt_universe_read(&universe, list, NULL, &err), BT_ERR_DATA);
  if (!strstr(err.message, "list-duplicate.lst:3: BRK.B")) fail_msg("%s", err.message);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(each_layout_and_each_fault_by_itself),
      CASE(files_as_users_have_them),
      CASE(long_series),
      CASE(five_hundred_stocks),
      CASE(twenty_years_with_splits),
      CASE(a_list_full_of_comments_loads),
      CASE(a_hostile_list_opens_nothing_outside_the_folder),
      CASE(a_list_with_a_symbol_twice_names_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
