/* What looks wrong about real files: the splits of prices as traded are known, those of prices
 * adjusted for splits are false alarms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/suspect.h"
#include "core/time.h"
#include "loaders/universe.h"
#include "tests/support/csv_table.h"
#include "tests/support/load_scene.h"

typedef struct tally {
  size_t n_real, n_found, n_false; /* splits; those of them that were found; other ones found */
} tally;

/* Whether the file has a split on the day of the case. */
static bool is_real(const csv_table *table, const bt_suspect *suspect)
{
  char date[BT_TIME_TEXT_SIZE];
  bt_time_format(date, suspect->time_ns, true);
  for (size_t row = 0; row < table->n_rows; row++)
    if (strcmp(csv_text(table, row, "timestamp"), date) == 0)
      return strcmp(csv_text(table, row, "split_coefficient"), "1.0") != 0;
  fail_msg("no row on %s", date);
  return false;
}

/* Splits of a tenth of the price or more; what is less is a spin-off. */
static size_t count_real(const csv_table *table)
{
  size_t n = 0;
  for (size_t row = 0; row < table->n_rows; row++) {
    double coefficient = csv_number(table, row, "split_coefficient");
    n += coefficient > 1.1 || coefficient < 0.9;
  }
  return n;
}

static void count_splits(tally *out, const bt_suspects *found, const char *symbol)
{
  char path[TEST_PATH_SIZE];
  csv_table table;
  (void)snprintf(path, sizeof path, "data/av20y/%s.csv", symbol);
  if (!csv_table_read(&table, path)) skip();
  out->n_real += count_real(&table);
  for (size_t i = 0; i < found->n; i++) {
    if (found->list[i].kind != BT_SUSPECT_SPLIT) continue;
    if (is_real(&table, &found->list[i]))
      out->n_found++;
    else
      out->n_false++;
  }
  csv_table_free(&table);
}

/* The one of 4:3 is not found; false are two falls by half and by a third overnight, and a split
 * that its file calls none (GOOGL 2014-04-03; GOOG lacks it as well). */
static void unadjusted_splits_are_found(void **state)
{
  load_scene *s = *state;
  bt_universe universe;
  bt_suspects found;
  tally sum = {0};
  read_reference_universe(&universe, "data/av20y.txt", "data/av20y");
  s->options.adjust = false;
  for (size_t i = 0; i < universe.n_entries; i++) {
    load_path(s, universe.entries[i].path);
    assert_non_null(s->bars);
    bt_suspects_find(&found, s->bars);
    count_splits(&sum, &found, universe.entries[i].symbol);
  }
  bt_universe_clear(&universe);
  assert_true(sum.n_real >= 75);
  assert_true(sum.n_found + 2 >= sum.n_real);
  assert_true(sum.n_false <= 4);
}

static size_t count_in_universe(load_scene *s, const char *path, const char *data)
{
  bt_universe universe;
  bt_suspects found;
  size_t n = 0;
  read_reference_universe(&universe, path, data);
  for (size_t i = 0; i < universe.n_entries; i++) {
    load_path(s, universe.entries[i].path);
    if (!s->bars) continue;
    bt_suspects_find(&found, s->bars);
    n += found.counts[BT_SUSPECT_SPLIT];
  }
  bt_universe_clear(&universe);
  return n;
}

/* DISCA and DISCK 2014-08-07 are unadjusted in truth. */
static void adjusted_prices_give_few_false_alarms(void **state)
{
  assert_true(count_in_universe(*state, "data/av20y.txt", "data/av20y") <= 3);
  assert_int_equal(count_in_universe(*state, "data/sp500.txt", "data/sp500"), 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(unadjusted_splits_are_found),
      CASE(adjusted_prices_give_few_false_alarms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
