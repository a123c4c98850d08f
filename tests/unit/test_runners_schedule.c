/* In which order tickers are begun, and how many at a time: sparse files of a size stand for data.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "runners/schedule.h"
#include "tests/support/scan_scene.h"

static void write_size(const scan_scene *s, const char *name, off_t size)
{
  char path[2 * TEST_PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
  int file = open(path, O_CREAT | O_WRONLY, 0600);
  assert_true(file >= 0);
  assert_int_equal(ftruncate(file, size), 0);
  assert_int_equal(close(file), 0);
}

/* The schedule of the scene's folder; the caller clears it. */
static bt_schedule make(scan_scene *s)
{
  bt_schedule schedule;
  bt_universe_clear(&s->universe);
  assert_int_equal(bt_universe_read(&s->universe, s->dir, NULL, &s->err), BT_OK);
  assert_int_equal(bt_schedule_new(&schedule, &s->universe, &s->err), BT_OK);
  assert_int_equal(schedule.n, s->universe.n_entries);
  for (size_t i = 0; i < schedule.n; i++) assert_int_equal(schedule.order[schedule.place[i]], i);
  return schedule;
}

static void longest_files_come_first_and_others_in_order(void **state)
{
  static const size_t order[] = {3, 0, 2, 4, 1};
  scan_scene *s = *state;
  write_size(s, "A.csv", 700);
  write_size(s, "B.csv", 200);
  write_size(s, "C.csv", 600);
  write_size(s, "D.csv", 5000);
  write_size(s, "E.csv", 1000);
  bt_schedule schedule = make(s);
  for (size_t k = 0; k < 5; k++) assert_int_equal(schedule.order[k], order[k]);
  bt_schedule_clear(&schedule);
  write_size(s, "B.csv.gz", 0); /* of two files the first counts, and this is none */
  write_size(s, "F.csv", 0);
  schedule = make(s);
  assert_int_equal(schedule.order[5], 5);
  assert_int_equal(bt_schedule_bytes(&schedule, 5), 0);
  bt_schedule_clear(&schedule);
}

static void small_files_are_begun_without_limit(void **state)
{
  scan_scene *s = *state;
  for (char name[] = "A.csv"; name[0] <= 'Z'; name[0]++) write_size(s, name, 300000);
  bt_schedule schedule = make(s);
  assert_true(bt_schedule_most(&schedule) > 26);
  for (size_t k = 0; k < 26; k++) assert_true(bt_schedule_fits(&schedule, k, 0));
  bt_schedule_clear(&schedule);
}

static void large_files_wait_until_others_are_done(void **state)
{
  scan_scene *s = *state;
  for (char name[] = "A.csv"; name[0] <= 'D'; name[0]++) write_size(s, name, 70 << 20);
  bt_schedule schedule = make(s);
  assert_int_equal(bt_schedule_most(&schedule), 2);
  assert_true(bt_schedule_fits(&schedule, 0, 0));
  assert_true(bt_schedule_fits(&schedule, 1, 0));
  assert_false(bt_schedule_fits(&schedule, 2, 0));
  assert_true(bt_schedule_fits(&schedule, 2, bt_schedule_bytes(&schedule, 1)));
  assert_false(bt_schedule_fits(&schedule, 3, bt_schedule_bytes(&schedule, 1)));
  bt_schedule_clear(&schedule);
}

static void a_single_ticker_may_be_of_any_size(void **state)
{
  scan_scene *s = *state;
  write_size(s, "A.csv", (off_t)1 << 33);
  write_size(s, "B.csv", 100);
  bt_schedule schedule = make(s);
  assert_int_equal(bt_schedule_most(&schedule), 1);
  assert_true(bt_schedule_fits(&schedule, 0, 0));
  assert_false(bt_schedule_fits(&schedule, 1, 0));
  assert_true(bt_schedule_fits(&schedule, 1, bt_schedule_bytes(&schedule, 0)));
  bt_schedule_clear(&schedule);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scan_scene_setup, scan_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(longest_files_come_first_and_others_in_order),
      CASE(small_files_are_begun_without_limit),
      CASE(large_files_wait_until_others_are_done),
      CASE(a_single_ticker_may_be_of_any_size),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
