/* Which tickers a job is about, and where their files are: lists, folders, files by path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loaders/universe.h"
#include "tests/support/paths.h"

/* A folder for one test, with a folder `data` in it. */
typedef struct scene {
  char dir[TEST_PATH_SIZE], data[TEST_PATH_SIZE + 16];
  bt_universe universe;
  bt_error err;
} scene;

static int enter(void **state)
{
  scene *s = calloc(1, sizeof *s);
  if (!s) return -1;
  test_dir_make(s->dir);
  (void)snprintf(s->data, sizeof s->data, "%s/data", s->dir);
  if (mkdir(s->data, 0700) != 0) return -1;
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

static void put(const scene *s, const char *name, const char *text)
{
  char path[TEST_PATH_SIZE];
  test_file_write(path, s->dir, name, text);
}

static bt_status read_universe(scene *s, const char *name, const char *data_dir)
{
  char path[2 * TEST_PATH_SIZE];
  bt_universe_clear(&s->universe);
  (void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
  return bt_universe_read(&s->universe, path, data_dir, &s->err);
}

/* "SYMBOL=PATH ..." below the test's folder; a path that is none is "-". */
static void check_entries(const scene *s, const char *expected)
{
  char found[4096] = "";
  for (size_t i = 0; i < s->universe.n_entries; i++) {
    const bt_universe_entry *entry = &s->universe.entries[i];
    size_t used = strlen(found), n_dir = strlen(s->dir);
    const char *path = entry->path ? entry->path : "-";
    if (strncmp(path, s->dir, n_dir) == 0) path += n_dir + 1;
    (void)snprintf(found + used, sizeof found - used, "%s%s=%s", i ? " " : "", entry->symbol, path);
  }
  assert_string_equal(found, expected);
}

static void check_read(scene *s, const char *name, const char *data_dir, const char *expected)
{
  if (read_universe(s, name, data_dir) != BT_OK) fail_msg("%s", s->err.message);
  check_entries(s, expected);
}

/* The message is the test's folder and `rest`; nothing is owned after it. */
static void check_refused(scene *s, const char *name, const char *data_dir, bt_status status,
                          const char *rest)
{
  char message[2 * TEST_PATH_SIZE];
  (void)snprintf(message, sizeof message, "%s/%s", s->dir, rest);
  assert_int_equal(read_universe(s, name, data_dir), status);
  assert_string_equal(s->err.message, message);
  assert_int_equal(s->universe.n_entries, 0);
  assert_null(s->universe.entries);
}

/* ---- a list --------------------------------------------------------------------------------- */

static void files_are_looked_for_beside_the_list(void **state)
{
  scene *s = *state;
  put(s, "u.txt", "B\nA\n");
  put(s, "A.csv", "x");
  check_read(s, "u.txt", NULL, "B=B.csv A=A.csv");
}

static void files_are_looked_for_in_a_folder_named_like_the_list(void **state)
{
  scene *s = *state;
  static const char *const names[] = {"data.txt", "data.csv", "data.lst", "data.tsv"};
  put(s, "data/A.csv", "x");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    put(s, names[i], "Symbol\nA\nB\n");
    check_read(s, names[i], NULL, "A=data/A.csv B=data/B.csv");
  }
  put(s, "data.dat", "A\n"); /* of another ending nothing is taken off */
  check_read(s, "data.dat", NULL, "A=A.csv");
}

/* Both folders may hold some of the files; the list's own comes first. */
static void files_may_be_in_both_folders(void **state)
{
  scene *s = *state;
  put(s, "data.txt", "A\nB\nC\n");
  put(s, "A.csv", "x");
  put(s, "data/A.csv", "x");
  put(s, "data/B.csv", "x");
  put(s, "data/C.csv.gz", "x");
  check_read(s, "data.txt", NULL, "A=A.csv B=data/B.csv C=data/C.csv.gz");
}

static void data_names_the_only_folder(void **state)
{
  scene *s = *state;
  put(s, "u.txt", "A\nB\n");
  put(s, "A.csv", "x");
  put(s, "data/B.csv", "x");
  check_read(s, "u.txt", s->data, "A=data/A.csv B=data/B.csv");
}

static void a_list_without_a_slash_is_in_the_working_directory(void **state)
{
  scene *s = *state;
  char before[TEST_PATH_SIZE];
  put(s, "u.txt", "A\n");
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(s->dir), 0);
  bt_status status = bt_universe_read(&s->universe, "u.txt", NULL, &s->err);
  assert_int_equal(chdir(before), 0);
  assert_int_equal(status, BT_OK);
  check_entries(s, "A=./A.csv");
}

static void a_symbol_that_is_a_path_is_never_looked_for(void **state)
{
  scene *s = *state;
  put(s, "u.txt", "A\n../A\n/etc/passwd\n.\n..\ndata/A\n");
  put(s, "data/A.csv", "x");
  check_read(s, "u.txt", s->data, "A=data/A.csv ../A=- /etc/passwd=- .=- ..=- data/A=-");
}

static void a_list_of_any_encoding_is_read(void **state)
{
  scene *s = *state;
  char path[TEST_PATH_SIZE];
  put(s, "u.txt",
      "\xef\xbb\xbf"
      "A\r\nB\rC");
  check_read(s, "u.txt", NULL, "A=A.csv B=B.csv C=C.csv");
  static const char wide[] = "\xff\xfe"
                             "A\0\n\0B\0";
  FILE *file = fopen(test_file_write(path, s->dir, "u.txt", NULL), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(wide, 1, sizeof wide - 1, file), sizeof wide - 1);
  assert_int_equal(fclose(file), 0);
  check_read(s, "u.txt", NULL, "A=A.csv B=B.csv");
}

/* What is wrong with a list is told with its path and line: test_loaders_symbol_list has the rest.
 */
static void a_broken_list_is_refused_by_name_and_line(void **state)
{
  scene *s = *state;
  put(s, "u.txt", "A\nB\nA\n");
  check_refused(s, "u.txt", NULL, BT_ERR_DATA, "u.txt:3: A is in the list already, on line 1");
  put(s, "u.txt", "Name,Symbol\nCash,\n");
  check_refused(s, "u.txt", NULL, BT_ERR_DATA, "u.txt:1: no symbol in it, below this header");
  put(s, "u.txt", "A\n\x01\n");
  check_refused(s, "u.txt", NULL, BT_ERR_DATA, "u.txt:2:1: not text: byte 0x01");
  put(s, "u.txt", "");
  check_refused(s, "u.txt", NULL, BT_ERR_DATA, "u.txt: empty");
  check_refused(s, "none.txt", NULL, BT_ERR_IO, "none.txt: no such file");
}

static void a_data_folder_that_is_none_is_refused(void **state)
{
  scene *s = *state;
  char path[2 * TEST_PATH_SIZE];
  put(s, "u.txt", "A\n");
  (void)snprintf(path, sizeof path, "%s/none", s->dir);
  check_refused(s, "u.txt", path, BT_ERR_IO, "none: no such folder");
  (void)snprintf(path, sizeof path, "%s/u.txt", s->dir);
  check_refused(s, "u.txt", path, BT_ERR_IO, "u.txt: not a folder");
}

/* ---- a folder ------------------------------------------------------------------------------- */

static void a_folder_is_its_csv_files_in_byte_order(void **state)
{
  scene *s = *state;
  put(s, "data/b.csv", "x");
  put(s, "data/BRK.B.csv", "x");
  put(s, "data/A.csv.gz", "x");
  put(s, "data/C.txt", "x");
  put(s, "data/.csv", "x");
  put(s, "data/._A.csv", "x");
  put(s, "data/S1.csv.part77", "x");
  check_read(s, "data", NULL, "A=data/A.csv.gz BRK.B=data/BRK.B.csv b=data/b.csv");
}

static void a_packed_copy_of_a_file_is_the_same_symbol(void **state)
{
  scene *s = *state;
  put(s, "data/A.csv.gz", "x");
  put(s, "data/A.csv", "x");
  put(s, "data/B.csv", "x");
  put(s, "data/B.csv.gz", "x");
  check_read(s, "data", NULL, "A=data/A.csv B=data/B.csv");
}

static void symbols_of_a_folder_may_have_their_files_elsewhere(void **state)
{
  scene *s = *state;
  put(s, "A.csv", "x");
  put(s, "data/A.csv", "x");
  put(s, "data/B.csv", "x");
  check_read(s, "data", s->dir, "A=A.csv B=B.csv");
}

static void a_folder_without_csv_files_is_refused(void **state)
{
  scene *s = *state;
  check_refused(s, "data", NULL, BT_ERR_DATA, "data: no .csv or .csv.gz file in this folder");
  put(s, "data/A.txt", "x");
  check_refused(s, "data", NULL, BT_ERR_DATA, "data: no .csv or .csv.gz file in this folder");
}

static void a_folder_that_may_not_be_read_is_named(void **state)
{
  scene *s = *state;
  if (geteuid() == 0) {
    printf("skipped: the superuser may read everything\n");
    skip();
  }
  assert_int_equal(chmod(s->data, 0), 0);
  check_refused(s, "data", NULL, BT_ERR_IO, "data: cannot read the folder: Permission denied");
  assert_int_equal(chmod(s->data, 0700), 0);
}

/* ---- files by path -------------------------------------------------------------------------- */

static void add_file(scene *s, const char *path)
{
  assert_int_equal(bt_universe_add_file(&s->universe, path, &s->err), BT_OK);
}

static void a_file_is_called_like_its_name_without_csv(void **state)
{
  scene *s = *state;
  add_file(s, "x/BRK.B.csv");
  add_file(s, "A.csv.gz");
  add_file(s, "/y/prices.txt");
  check_entries(s, "BRK.B=x/BRK.B.csv A=A.csv.gz prices.txt=/y/prices.txt");
}

static void files_by_path_may_have_one_symbol(void **state)
{
  scene *s = *state;
  bool repeats = true;
  assert_int_equal(bt_universe_repeats(&repeats, &s->universe, &s->err), BT_OK);
  assert_false(repeats);
  add_file(s, "a/AAPL.csv");
  add_file(s, "a/AAP.csv");
  add_file(s, "MSFT.csv");
  assert_int_equal(bt_universe_repeats(&repeats, &s->universe, &s->err), BT_OK);
  assert_false(repeats);
  add_file(s, "b/AAPL.csv.gz");
  assert_int_equal(bt_universe_repeats(&repeats, &s->universe, &s->err), BT_OK);
  assert_true(repeats);
  check_entries(s, "AAPL=a/AAPL.csv AAP=a/AAP.csv MSFT=MSFT.csv AAPL=b/AAPL.csv.gz");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(files_are_looked_for_beside_the_list),
      CASE(files_are_looked_for_in_a_folder_named_like_the_list),
      CASE(files_may_be_in_both_folders),
      CASE(data_names_the_only_folder),
      CASE(a_list_without_a_slash_is_in_the_working_directory),
      CASE(a_symbol_that_is_a_path_is_never_looked_for),
      CASE(a_list_of_any_encoding_is_read),
      CASE(a_broken_list_is_refused_by_name_and_line),
      CASE(a_data_folder_that_is_none_is_refused),
      CASE(a_folder_is_its_csv_files_in_byte_order),
      CASE(a_packed_copy_of_a_file_is_the_same_symbol),
      CASE(symbols_of_a_folder_may_have_their_files_elsewhere),
      CASE(a_folder_without_csv_files_is_refused),
      CASE(a_folder_that_may_not_be_read_is_named),
      CASE(a_file_is_called_like_its_name_without_csv),
      CASE(files_by_path_may_have_one_symbol),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
