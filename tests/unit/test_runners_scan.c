/* The universe as a whole: what is found in it, and bars that are read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "loaders/bar_cache.h"
#include "tests/support/scan_scene.h"

enum { ALL_STAY = 1 << 24 };

/* The bars of ticker `index`, checked to be n of which the first close is `close`. */
static bt_status read_bars(scan_scene *s, size_t index, bool *owned_too)
{
  const bt_bars *bars = NULL;
  bt_bars *owned = NULL;
  bt_loader *loader = NULL;
  assert_int_equal(bt_loader_new(&loader, &s->err), BT_OK);
  bt_status status = bt_scan_bars(&bars, &owned, &s->scan, index, loader, &s->err);
  if (!status) {
    assert_non_null(bars);
    assert_int_equal(bars->n_bars, 5);
    assert_true(bars->close[0] == 10);
    *owned_too = owned == bars;
  } else {
    assert_null(bars);
    assert_null(owned);
  }
  bt_bars_free(owned);
  bt_loader_free(loader);
  return status;
}

static void bars_are_kept_or_read_again(void **state)
{
  scan_scene *s = *state;
  bool owned = true;
  write_bars(s, "A", 6, 5, 1, 10);
  scan_folder(s, ALL_STAY);
  assert_int_equal(read_bars(s, 0, &owned), BT_OK);
  assert_false(owned);
  scan_folder(s, 0);
  assert_null(s->scan.entries[0].bars);
  assert_int_equal(read_bars(s, 0, &owned), BT_OK);
  assert_true(owned);
}

/* To read them again is cheap. */
static void bars_out_of_the_cache_are_not_kept(void **state)
{
  scan_scene *s = *state;
  char folder[2 * TEST_PATH_SIZE];
  const struct timespec a_while = {3, 100000000}; /* a file just written is not cached */
  bool owned = false;
  write_bars(s, "A", 6, 5, 1, 10);
  (void)snprintf(folder, sizeof folder, "%s/cache", s->dir);
  assert_int_equal(bt_bar_cache_open(&s->job.load.cache, folder, &s->err), BT_OK);
  (void)nanosleep(&a_while, NULL);
  scan_folder(s, ALL_STAY);
  assert_non_null(s->scan.entries[0].bars);
  scan_folder(s, ALL_STAY);
  assert_null(s->scan.entries[0].bars);
  assert_int_equal(read_bars(s, 0, &owned), BT_OK);
  assert_true(owned);
  bt_bar_cache_close(s->job.load.cache);
}

/* A is too large for the budget, which is then left to the others. */
static void bars_that_do_not_fit_take_no_room_from_others(void **state)
{
  scan_scene *s = *state;
  write_bars(s, "A", 6, 1000, 1, 10);
  write_bars(s, "B", 6, 5, 1, 10);
  write_bars(s, "C", 6, 5, 1, 10);
  write_bars(s, "D", 6, 5, 1, 10);
  scan_folder(s, 2 * bt_bars_size_bytes(5));
  assert_null(s->scan.entries[0].bars);
  size_t n_kept = 0;
  for (size_t i = 1; i < 4; i++) n_kept += s->scan.entries[i].bars != NULL;
  assert_int_equal(n_kept, 2);
  assert_true(atomic_load(&s->scan.kept) == 2 * bt_bars_size_bytes(5));
}

static void a_file_that_changes_in_between_is_an_error(void **state)
{
  scan_scene *s = *state;
  char said[TEST_PATH_SIZE + 64];
  bool owned = false;
  write_bars(s, "A", 6, 5, 1, 10);
  scan_folder(s, 0);
  (void)snprintf(said, sizeof said, "%.900s/A.csv: was changed while the run was going on", s->dir);
  write_bars(s, "A", 6, 5, 1, 11);
  assert_int_equal(read_bars(s, 0, &owned), BT_ERR_DATA);
  assert_string_equal(s->err.message, said);
  write_bars(s, "A", 6, 0, 1, 10); /* rejected by now */
  assert_int_equal(read_bars(s, 0, &owned), BT_ERR_DATA);
  assert_string_equal(s->err.message, said);
  scan_folder(s, ALL_STAY); /* A is rejected; what is kept is not read again */
  write_bars(s, "A", 6, 5, 1, 10);
  scan_folder(s, ALL_STAY);
  write_bars(s, "A", 6, 5, 1, 12);
  assert_int_equal(read_bars(s, 0, &owned), BT_OK);
}

static void a_ticker_without_bars_in_the_span_is_rejected(void **state)
{
  scan_scene *s = *state;
  write_bars(s, "EARLY", 6, 5, 1, 10);
  write_bars(s, "LATE", 8, 5, 1, 10);
  s->job.from_ns = (18262 + 10) * BT_NS_PER_DAY; /* the 11th */
  scan_folder(s, ALL_STAY);
  const bt_scan_entry *early = &s->scan.entries[0], *late = &s->scan.entries[1];
  assert_true(early->report->rejected);
  assert_non_null(strstr(early->report->reason, "2020-01-11"));
  assert_null(early->bars);
  assert_false(late->report->rejected);
  assert_int_equal(late->n_span_bars, 2);
  assert_true(late->span_first_ns == s->job.from_ns);
  assert_true(late->span_last_ns == late->bars->time_ns[4]);
  assert_true(late->sum_close == 10 + 11 + 12 + 13 + 14);
}

/* A from the 6th to the 15th, B on every second day of it, C on every third: on the 7th two of
 * three have no bar. */
static void the_calendar_is_that_of_half_of_the_tickers(void **state)
{
  static const int64_t days[] = {6, 8, 9, 10, 12, 14, 15};
  scan_scene *s = *state;
  write_bars(s, "A", 6, 10, 1, 10);
  write_bars(s, "B", 6, 5, 2, 10);
  write_bars(s, "C", 6, 4, 3, 10);
  scan_folder(s, ALL_STAY);
  assert_int_equal(s->scan.calendar.n_days, 7);
  for (size_t i = 0; i < 7; i++) assert_int_equal(s->scan.calendar.days[i] - 18261, days[i]);
}

/* Weekly bars are no gaps, and take no day away from a universe of daily ones. */
static void weekly_bars_have_no_say_in_the_calendar(void **state)
{
  scan_scene *s = *state;
  write_bars(s, "D", 6, 60, 1, 10);
  write_bars(s, "W", 6, 60, 7, 10);
  write_bars(s, "X", 6, 60, 7, 10);
  scan_folder(s, ALL_STAY);
  assert_true(s->scan.entries[0].trades_daily);
  assert_false(s->scan.entries[1].trades_daily);
  assert_int_equal(s->scan.calendar.n_days, 60);
  assert_int_equal(s->scan.entries[1].suspects->counts[BT_SUSPECT_GAP], 0);
  assert_true(s->scan.entries[0].periods_per_year == 365);
  assert_true(s->scan.entries[1].periods_per_year == 52);
  assert_true(s->scan.periods_per_year == 52);
}

static void of_equally_common_periods_the_first_counts(void **state)
{
  scan_scene *s = *state;
  write_bars(s, "D", 6, 60, 1, 10);
  write_bars(s, "W", 6, 60, 7, 10);
  scan_folder(s, ALL_STAY);
  assert_true(s->scan.periods_per_year == 365);
  s->job.periods_per_year = 100;
  scan_folder(s, ALL_STAY);
  assert_true(s->scan.periods_per_year == 100);
  assert_false(s->scan.entries[1].trades_daily);
}

static void a_gap_is_found_against_the_others(void **state)
{
  scan_scene *s = *state;
  write_bars(s, "A", 6, 30, 1, 10);
  write_bars(s, "B", 6, 30, 1, 10);
  write_bars(s, "C", 6, 30, 1, 10);
  scan_folder(s, ALL_STAY);
  for (size_t i = 0; i < 3; i++) assert_int_equal(s->scan.entries[i].suspects->n, 0);
  char path[2 * TEST_PATH_SIZE], command[3 * TEST_PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s/B.csv", s->dir);
  (void)snprintf(command, sizeof command, "sed -i 11,13d '%s'", path);
  assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a path of the test's own */
  scan_folder(s, ALL_STAY);
  const bt_suspects *suspects = s->scan.entries[1].suspects;
  assert_int_equal(suspects->counts[BT_SUSPECT_GAP], 1);
  assert_int_equal(suspects->list[0].n_bars, 3);
  assert_true(suspects->list[0].time_ns == (18262 + 14) * BT_NS_PER_DAY);
  assert_int_equal(s->scan.entries[0].suspects->n, 0);
}

/* In any order, with bars that stay or do not: what is found is that of a scan at once. */
static void tickers_looked_at_in_passing_are_found_the_same(void **state)
{
  scan_scene *s = *state;
  bt_loader *loader = NULL;
  bt_scan scan;
  write_bars(s, "A", 6, 30, 1, 10);
  write_bars(s, "B", 6, 30, 1, 10);
  write_bars(s, "C", 6, 15, 2, 10);
  write_bars(s, "D", 6, 0, 1, 10);
  scan_folder(s, ALL_STAY);
  size_t kept_bytes = bt_bars_size_bytes(30);
  assert_int_equal(bt_scan_begin(&scan, &s->job, kept_bytes, &s->err), BT_OK);
  assert_int_equal(bt_loader_new(&loader, &s->err), BT_OK);
  for (size_t i = 4; i-- > 0;) {
    const bt_bars *bars = NULL;
    bt_bars *owned = NULL;
    assert_false(bt_scan_is_ok(&scan.entries[i]) || bt_scan_is_rejected(&scan.entries[i]));
    assert_int_equal(bt_scan_look(&bars, &owned, &scan, i, loader, &s->err), BT_OK);
    assert_true(bt_scan_is_rejected(&scan.entries[i]) == (i == 3));
    assert_int_equal(bars ? bars->n_bars : 0, s->scan.entries[i].report->n_bars);
    assert_true(bars == (i == 2 ? scan.entries[i].bars : owned)); /* of C, the first, they stay */
    bt_bars_free(owned);
  }
  assert_false(scan.whole);
  assert_int_equal(bt_scan_finish(&scan, s->pool, &s->err), BT_OK);
  assert_true(scan.whole && s->scan.whole);
  assert_int_equal(scan.calendar.n_days, s->scan.calendar.n_days);
  assert_true(scan.periods_per_year == s->scan.periods_per_year);
  assert_true(scan.entries[2].suspects->counts[BT_SUSPECT_GAP] > 0);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(scan.entries[i].suspects->n, s->scan.entries[i].suspects->n);
  bt_loader_free(loader);
  bt_scan_clear(&scan);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scan_scene_setup, scan_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(bars_are_kept_or_read_again),
      CASE(bars_out_of_the_cache_are_not_kept),
      CASE(bars_that_do_not_fit_take_no_room_from_others),
      CASE(a_file_that_changes_in_between_is_an_error),
      CASE(a_ticker_without_bars_in_the_span_is_rejected),
      CASE(the_calendar_is_that_of_half_of_the_tickers),
      CASE(weekly_bars_have_no_say_in_the_calendar),
      CASE(of_equally_common_periods_the_first_counts),
      CASE(a_gap_is_found_against_the_others),
      CASE(tickers_looked_at_in_passing_are_found_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
