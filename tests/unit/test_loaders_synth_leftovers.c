/* What an earlier, larger synthetic universe left in the folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loaders/synth.h"
#include "loaders/universe.h"
#include "tests/support/synth_place.h"

static bt_status write_universe(const place *p, size_t n_tickers, bt_error *err)
{
  const bt_synth_options options = {.n_tickers = n_tickers, .n_bars = 3, .seed = 1};
  *err = (bt_error){BT_OK, ""};
  return bt_synth_write(p->dir, &options, err);
}

static void synthesize(const place *p, size_t n_tickers)
{
  bt_error err;
  if (write_universe(p, n_tickers, &err)) fail_msg("%s", err.message);
}

/* How many tickers --universe u has. */
static size_t count_tickers(const place *p)
{
  bt_universe universe;
  bt_error err;
  assert_int_equal(bt_universe_read(&universe, p->dir, NULL, &err), BT_OK);
  size_t n = universe.n_entries;
  bt_universe_clear(&universe);
  return n;
}

static bool has(const place *p, const char *name)
{
  char path[TEST_PATH_SIZE + 64];
  (void)snprintf(path, sizeof path, "%s/%s", p->dir, name);
  return access(path, F_OK) == 0;
}

static void put(const place *p, const char *name)
{
  char path[TEST_PATH_SIZE];
  test_file_write(path, p->dir, name, "Date,Open,High,Low,Close\n2020-01-02,1,1,1,1\n");
}

/* Nothing is written or removed where a file is in the way. */
static void check_refused(const place *p, size_t n_tickers, const char *part)
{
  bt_error err;
  assert_int_equal(write_universe(p, n_tickers, &err), BT_ERR_DATA);
  if (!strstr(err.message, part)) fail_msg("'%s' is not in '%s'", part, err.message);
}

static void fewer_tickers_leave_no_file_of_the_larger_universe(void **state)
{
  const place *p = *state;
  synthesize(p, 12);
  synthesize(p, 3);
  assert_int_equal(count_tickers(p), 3);
  assert_true(has(p, "S00003.csv"));
  assert_false(has(p, "S00004.csv"));
  synthesize(p, 5);
  assert_int_equal(count_tickers(p), 5);
}

static void files_of_other_names_stay(void **state)
{
  const place *p = *state;
  synthesize(p, 4);
  put(p, "AAPL.csv");
  put(p, "S0009.csv");
  put(p, "S00009.txt");
  put(p, "SX0009.csv");
  put(p, "S000009.csv");
  synthesize(p, 2);
  assert_true(has(p, "AAPL.csv") && has(p, "S0009.csv") && has(p, "S00009.txt"));
  assert_true(has(p, "SX0009.csv") && has(p, "S000009.csv"));
  assert_false(has(p, "S00003.csv"));
}

static void a_file_that_the_list_does_not_account_for_is_refused(void **state)
{
  const place *p = *state;
  synthesize(p, 4);
  put(p, "S00005.csv");
  check_refused(p, 2, "u/S00005.csv: would be left in a universe of 2 tickers, and ");
  check_refused(p, 2, "u.txt does not tell that synth wrote it: remove it, or give another --dir");
  assert_true(has(p, "S00003.csv"));
  synthesize(p, 5); /* a file of this universe is replaced, as ever */
  synthesize(p, 2);
  assert_int_equal(count_tickers(p), 2);
}

static void a_packed_file_is_refused(void **state)
{
  const place *p = *state;
  synthesize(p, 4);
  put(p, "S00004.csv.gz");
  check_refused(p, 3, "u/S00004.csv.gz: would be left");
  synthesize(p, 4);
}

static void a_list_of_another_hand_accounts_for_nothing(void **state)
{
  const place *p = *state;
  char path[TEST_PATH_SIZE];
  synthesize(p, 4);
  test_file_write(path, p->base, "u.txt", "# 4 tickers\nS00001\n");
  check_refused(p, 3, "u/S00004.csv: would be left");
  test_file_write(path, p->base, "u.txt", "# 999999999999999999999 synthetic tickers, 1 bars\n");
  check_refused(p, 3, "u/S00004.csv: would be left");
  test_file_write(path, p->base, "u.txt", NULL);
  check_refused(p, 3, "u/S00004.csv: would be left");
  assert_int_equal(unlink(path), 0);
  check_refused(p, 3, "u/S00004.csv: would be left");
  synthesize(p, 4);
}

static void a_file_that_is_gone_already_is_no_failure(void **state)
{
  const place *p = *state;
  char path[TEST_PATH_SIZE + 64];
  synthesize(p, 4);
  (void)snprintf(path, sizeof path, "%s/S00003.csv", p->dir);
  assert_int_equal(unlink(path), 0);
  synthesize(p, 2);
  assert_int_equal(count_tickers(p), 2);
}

/* Removed are files: a folder of that name stands in the way. */
static void what_cannot_be_removed_is_named(void **state)
{
  const place *p = *state;
  char path[TEST_PATH_SIZE + 64];
  bt_error err;
  synthesize(p, 2);
  (void)snprintf(path, sizeof path, "%s/S00002.csv", p->dir);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(mkdir(path, 0777), 0);
  assert_int_equal(write_universe(p, 1, &err), BT_ERR_IO);
  if (!strstr(err.message, "u/S00002.csv: ")) fail_msg("%s", err.message);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(fewer_tickers_leave_no_file_of_the_larger_universe),
      CASE(files_of_other_names_stay),
      CASE(a_file_that_the_list_does_not_account_for_is_refused),
      CASE(a_packed_file_is_refused),
      CASE(a_list_of_another_hand_accounts_for_nothing),
      CASE(a_file_that_is_gone_already_is_no_failure),
      CASE(what_cannot_be_removed_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
