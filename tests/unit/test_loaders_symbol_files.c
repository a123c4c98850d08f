/* From a symbol to the file that holds its prices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "loaders/symbol_files.h"
#include "loaders/symbol_list.h"
#include "tests/support/paths.h"

/* Two folders, a and b. */
typedef struct scene {
  char dir[TEST_PATH_SIZE], a[TEST_PATH_SIZE + 8], b[TEST_PATH_SIZE + 8];
  bt_universe universe;
} scene;

static int enter(void **state)
{
  scene *s = calloc(1, sizeof *s);
  if (!s) return -1;
  test_dir_make(s->dir);
  (void)snprintf(s->a, sizeof s->a, "%s/a", s->dir);
  (void)snprintf(s->b, sizeof s->b, "%s/b", s->dir);
  if (mkdir(s->a, 0700) != 0 || mkdir(s->b, 0700) != 0) return -1;
  *state = s;
  return 0;
}

static int leave(void **state)
{
  scene *s = *state;
  bt_universe_clear(&s->universe);
  test_dir_remove(s->dir);
  free(s);
  return 0;
}

static void put(const scene *s, const char *name)
{
  char path[TEST_PATH_SIZE];
  test_file_write(path, s->dir, name, "x");
}

static void add(scene *s, const char *symbol)
{
  bt_error err;
  assert_int_equal(bt_symbol_list__add(&s->universe, symbol, strlen(symbol), &err), BT_OK);
}

/* Looks in a, then b. */
static void find(scene *s)
{
  const char *const folders[] = {s->a, s->b};
  bt_error err;
  assert_int_equal(bt_symbol_files__find(&s->universe, folders, 2, &err), BT_OK);
}

/* name NULL: no path. */
static void check_path(const scene *s, size_t index, const char *name)
{
  char path[2 * TEST_PATH_SIZE];
  const char *found = s->universe.entries[index].path;
  (void)snprintf(path, sizeof path, "%s/%s", s->dir, name ? name : "");
  if (!name && found) fail_msg("%s", found);
  if (name) assert_string_equal(found, path);
}

static void the_symbol_is_all_before_the_last_csv(void **state)
{
  (void)state;
  assert_int_equal(bt_symbol_files__stem_length("AAPL.csv"), 4);
  assert_int_equal(bt_symbol_files__stem_length("AAPL.csv.gz"), 4);
  assert_int_equal(bt_symbol_files__stem_length("BRK.B.csv"), 5);
  assert_int_equal(bt_symbol_files__stem_length("A.csv.csv"), 5);
  assert_int_equal(bt_symbol_files__stem_length("A.csv.csv.gz"), 5);
  static const char *const others[] = {"AAPL",     "AAPL.txt", ".csv", ".csv.gz",
                                       "AAPL.CSV", "csv",      ""};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (bt_symbol_files__stem_length(others[i]) != 0) fail_msg("%s", others[i]);
}

static void a_name_cannot_leave_its_folder(void **state)
{
  (void)state;
  static const char *const names[] = {"AAPL", "^GSPC", "EURUSD=X", "..AAPL", "A B", "BRK.B", "-"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (!bt_symbol_files__is_name(names[i])) fail_msg("%s", names[i]);
  static const char *const others[] = {"", ".", "..", "/etc/passwd", "../AAPL", "A/B", "A/"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (bt_symbol_files__is_name(others[i])) fail_msg("%s", others[i]);
}

static void paths_are_joined_by_one_slash(void **state)
{
  (void)state;
  static const char *const cases[][3] = {
      {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *path = bt_symbol_files__join(cases[i][0], cases[i][1]);
    assert_string_equal(path, cases[i][2]);
    free(path);
  }
}

static void a_dot_may_be_a_dash_or_an_underscore_in_the_file_name(void **state)
{
  scene *s = *state;
  put(s, "a/BRK.B.csv");
  put(s, "a/BRK-B.csv");
  put(s, "a/BF-B.csv");
  put(s, "a/BF_B.csv");
  put(s, "a/RDS_A.csv");
  put(s, "a/X-Y_Z.csv");
  add(s, "BRK.B");
  add(s, "BF.B");
  add(s, "RDS.A");
  add(s, "X.Y.Z"); /* dots are replaced all alike */
  add(s, "RDS-A"); /* and nothing but dots is */
  find(s);
  check_path(s, 0, "a/BRK.B.csv");
  check_path(s, 1, "a/BF-B.csv");
  check_path(s, 2, "a/RDS_A.csv");
  check_path(s, 3, "a/X.Y.Z.csv");
  check_path(s, 4, "a/RDS-A.csv");
}

static void a_plain_file_goes_before_a_packed_one(void **state)
{
  scene *s = *state;
  put(s, "a/A.csv.gz");
  put(s, "a/A.csv");
  put(s, "a/B.csv.gz");
  put(s, "a/C.D.csv.gz");
  put(s, "a/C-D.csv");
  add(s, "A");
  add(s, "B");
  add(s, "C.D");
  find(s);
  check_path(s, 0, "a/A.csv");
  check_path(s, 1, "a/B.csv.gz");
  check_path(s, 2, "a/C.D.csv.gz");
}

static void the_first_folder_that_has_the_file_is_taken(void **state)
{
  scene *s = *state;
  put(s, "a/A.csv.gz");
  put(s, "b/A.csv");
  put(s, "b/B.csv");
  add(s, "A");
  add(s, "B");
  find(s);
  check_path(s, 0, "a/A.csv.gz");
  check_path(s, 1, "b/B.csv");
}

/* So that the message about a missing file names the place where one would expect it. */
static void a_missing_file_belongs_to_the_folder_with_most_files(void **state)
{
  scene *s = *state;
  put(s, "a/A.csv");
  put(s, "b/B.csv");
  put(s, "b/C.csv");
  add(s, "A");
  add(s, "B");
  add(s, "C");
  add(s, "BRK.B");
  find(s);
  check_path(s, 3, "b/BRK.B.csv");
}

static void without_any_file_it_is_the_first_folder(void **state)
{
  scene *s = *state;
  add(s, "A");
  find(s);
  check_path(s, 0, "a/A.csv");
}

static void what_is_no_file_name_has_no_path(void **state)
{
  scene *s = *state;
  put(s, "b/A.csv");
  add(s, "../b/A");
  add(s, "..");
  add(s, ".");
  add(s, "b/A");
  find(s);
  for (size_t i = 0; i < 4; i++) check_path(s, i, NULL);
}

static void a_folder_of_that_name_is_found_and_left_to_the_loader(void **state)
{
  scene *s = *state;
  char path[2 * TEST_PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s/F.csv", s->a);
  assert_int_equal(mkdir(path, 0700), 0);
  add(s, "F");
  find(s);
  check_path(s, 0, "a/F.csv");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(the_symbol_is_all_before_the_last_csv),
      CASE(a_name_cannot_leave_its_folder),
      CASE(paths_are_joined_by_one_slash),
      CASE(a_dot_may_be_a_dash_or_an_underscore_in_the_file_name),
      CASE(a_plain_file_goes_before_a_packed_one),
      CASE(the_first_folder_that_has_the_file_is_taken),
      CASE(a_missing_file_belongs_to_the_folder_with_most_files),
      CASE(without_any_file_it_is_the_first_folder),
      CASE(what_is_no_file_name_has_no_path),
      CASE(a_folder_of_that_name_is_found_and_left_to_the_loader),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
