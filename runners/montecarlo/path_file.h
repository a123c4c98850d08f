/* path_file.h - whole paths as one .npy file: float64, n_paths x (n_steps + 1), path after path,
 * the spot first.
 *
 * Rows are written where they belong, in any order and by any thread; the file has its name once
 * all are there (runners/draft.h), and what was left of one that failed is removed. It takes the
 * place of an older .npy file, and of nothing else: whatever has its name and does not begin as
 * such a file is left as it is. Of a symbolic link it takes the place of what that points to.
 */
#ifndef BT_RUNNERS_MONTECARLO_PATH_FILE_H
#define BT_RUNNERS_MONTECARLO_PATH_FILE_H

#include "runners/draft.h"

typedef struct bt_path_file {
  bt_draft draft;
  size_t row_bytes;
} bt_path_file;

/* Whether bt_path_file_open would do, before anything is begun: it makes a file beside it and takes
 * that away again. database: where results go, which must be no such file. Errors: USAGE (a
 * folder's name, the database, more bytes than a file can have), DATA (what has its name is no .npy
 * file), IO (names the file; also where the disk has not so much room), NOMEM. */
bt_status bt_path_file_check(const char *path, uint64_t n_paths, size_t n_steps,
                             const char *database, bt_error *err);

/* The caller ends *out with bt_path_file_publish or _drop, after success alone. Errors: as
 * those of the check. */
bt_status bt_path_file_open(bt_path_file *out, const char *path, uint64_t n_paths, size_t n_steps,
                            bt_error *err);

/* Rows first .. first + n - 1; each number of n_steps + 1 prices. Any thread, no row by two.
 * Errors: IO. */
bt_status bt_path_file_write(bt_path_file *file, const double *rows, uint64_t first, size_t n,
                             bt_error *err);

/* All rows are there. Errors: IO; then nothing of it is left. */
bt_status bt_path_file_publish(bt_path_file *file, bt_error *err);
void bt_path_file_drop(bt_path_file *file);

#endif
