/* paths.h - where tests find things: the repository, the reference data, a folder of their own. */
#ifndef BT_TESTS_PATHS_H
#define BT_TESTS_PATHS_H

#include <stdbool.h>

enum { TEST_PATH_SIZE = 1024 };

/* A file of the repository; its root is BACKTEST_ROOT, else the working directory. Returns out. */
char *test_root_path(char out[TEST_PATH_SIZE], const char *relative);

/* A file of the reference data under BACKTEST_REFERENCE (default ../shared beside the repository).
 * False, with a line on stdout that says what is missing, where it cannot be read: then skip(). */
bool test_reference_path(char out[TEST_PATH_SIZE], const char *relative);

/* A fresh folder for one test, below TMPDIR or /tmp. Aborts where it cannot be made. */
void test_dir_make(char out[TEST_PATH_SIZE]);

/* Deletes it with everything in it. */
void test_dir_remove(const char *dir);

/* Writes text (NULL: nothing) to dir/name, whose path goes to out. Aborts on failure. */
char *test_file_write(char out[TEST_PATH_SIZE], const char *dir, const char *name,
                      const char *text);

#endif
