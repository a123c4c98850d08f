/* What the size of a file tells of the text in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "runners/file_size.h"
#include "tests/support/paths.h"

static void packed_files_have_more_text(void **state)
{
  (void)state;
  char dir[TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  test_dir_make(dir);
  bt_file_size plain = bt_file_size_of(test_file_write(path, dir, "A.csv", "0123456789"));
  bt_file_size packed = bt_file_size_of(test_file_write(path, dir, "A.csv.gz", "0123456789"));
  bt_file_size empty = bt_file_size_of(test_file_write(path, dir, "B.csv", ""));
  bt_file_size folder = bt_file_size_of(dir);
  test_dir_remove(dir);
  assert_true(plain.found && plain.on_disk == 10 && plain.text == 10);
  assert_true(packed.found && packed.on_disk == 10 && packed.text == 30);
  assert_true(empty.found && empty.text == 0);
  assert_false(folder.found || folder.text > 0);
}

static void what_is_not_there_has_none(void **state)
{
  (void)state;
  bt_file_size none = bt_file_size_of(NULL), missing = bt_file_size_of("/none/A.csv");
  assert_false(none.found || none.on_disk > 0 || none.text > 0);
  assert_false(missing.found || missing.on_disk > 0 || missing.text > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(packed_files_have_more_text),
      cmocka_unit_test(what_is_not_there_has_none),
  };
  return cmocka_run_group_tests_name("runners/file_size", tests, NULL, NULL);
}
