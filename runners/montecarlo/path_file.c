#if !defined(_XOPEN_SOURCE)
/* For realpath. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _XOPEN_SOURCE 700
#endif
#include "runners/montecarlo/path_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runners/npy.h"

/* `PATH: the system's reason`. */
static bt_status fail_of_system(const char *path, bt_error *err)
{
  char reason[96] = "";
  if (strerror_r(errno, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, BT_ERR_IO, "%s: %s", path, reason);
}

/* ---- what has the name ------------------------------------------------------------------------
 */

/* A regular file: it must begin as a .npy file does. */
static bt_status check_content(const char *path, bt_error *err)
{
  static const char magic[] = "\x93NUMPY";
  char begin[sizeof magic - 1] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail_of_system(path, err);
  ssize_t n = read(file, begin, sizeof begin);
  (void)close(file);
  if (n == (ssize_t)sizeof begin && memcmp(begin, magic, sizeof begin) == 0) return BT_OK;
  return bt_fail(err, BT_ERR_DATA, "%s: exists and is not a .npy file; it is left as it is", path);
}

/* The file to write; the caller frees it. Links are followed, so that they stay. */
static bt_status find_target(char **out, const char *path, bt_error *err)
{
  struct stat link, target;
  const size_t length = strlen(path);
  bool exists = lstat(path, &link) == 0;
  *out = NULL;
  if (length == 0 || path[length - 1] == '/')
    return bt_fail(err, BT_ERR_USAGE, "%s: names a folder, not a file", path);
  if (!exists && errno != ENOENT) return fail_of_system(path, err);
  if (exists && stat(path, &target) != 0)
    return bt_fail(err, BT_ERR_IO, "%s: is a link to a file that is not there", path);
  if (exists && S_ISDIR(target.st_mode))
    return bt_fail(err, BT_ERR_IO, "%s: is a folder, not a file", path);
  if (exists && !S_ISREG(target.st_mode))
    return bt_fail(err, BT_ERR_IO, "%s: is a device or a pipe, not a file", path);
  bt_status status = exists ? check_content(path, err) : BT_OK;
  if (status) return status;
  *out = exists && S_ISLNK(link.st_mode) ? realpath(path, NULL) : strdup(path);
  return *out ? BT_OK : bt_fail_nomem(err, "files");
}

static bt_status check_size(const char *path, uint64_t n_paths, size_t n_steps, bt_error *err)
{
  const size_t row_bytes = (n_steps + 1) * sizeof(double);
  if (n_paths <= (INT64_MAX - BT_NPY_HEADER_SIZE) / row_bytes) return BT_OK;
  return bt_fail(err, BT_ERR_USAGE,
                 "%s: %" PRIu64 " paths of %zu steps are more than a file can hold", path, n_paths,
                 n_steps);
}

/* ---- the database -----------------------------------------------------------------------------
 */

/* Its path without links, whether it exists or not; NULL: its folder does not exist. Owned. */
static char *whole_path(const char *path)
{
  char *whole = realpath(path, NULL);
  if (whole) return whole;
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  char *given = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
  char *folder = given ? realpath(given, NULL) : NULL;
  const size_t size = folder ? strlen(folder) + strlen(name) + 2 : 0;
  whole = folder ? malloc(size) : NULL;
  if (whole) (void)snprintf(whole, size, "%s/%s", folder, name);
  free(folder);
  free(given);
  return whole;
}

/* The database, or what SQLite has beside it while it writes. */
static bool is_of_database(const char *path, const char *database)
{
  static const char *const endings[] = {"", "-journal", "-wal", "-shm"};
  char *file = whole_path(path), *base = whole_path(database);
  const size_t length = base ? strlen(base) : 0;
  struct stat a, b;
  bool is = stat(path, &a) == 0 && stat(database, &b) == 0 && a.st_dev == b.st_dev &&
            a.st_ino == b.st_ino;
  for (size_t i = 0; file && base && i < sizeof endings / sizeof endings[0]; i++)
    is |= strncmp(file, base, length) == 0 && strcmp(file + length, endings[i]) == 0;
  free(file);
  free(base);
  return is;
}

/* ---- the disk ---------------------------------------------------------------------------------
 */

/* Of an older file that it replaces the room is not free until it is there. Where the system does
 * not tell, writing will. */
static bt_status check_room(const bt_draft *draft, const char *path, double n_bytes, bt_error *err)
{
  const double gigabyte = 1e9;
  struct statvfs disk;
  if (fstatvfs(draft->file, &disk) || disk.f_blocks == 0) return BT_OK;
  const double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
  if (n_bytes <= free_bytes) return BT_OK;
  return bt_fail(err, BT_ERR_IO, "%s: needs %.4g GB, and its disk has %.4g GB free", path,
                 n_bytes / gigabyte, free_bytes / gigabyte);
}

/* ---- the file ---------------------------------------------------------------------------------
 */

bt_status bt_path_file_check(const char *path, uint64_t n_paths, size_t n_steps,
                             const char *database, bt_error *err)
{
  char *target = NULL;
  bt_draft tried;
  if (is_of_database(path, database))
    return bt_fail(err, BT_ERR_USAGE, "%s: is the database of the results, %s", path, database);
  bt_status status = check_size(path, n_paths, n_steps, err);
  if (!status) status = find_target(&target, path, err);
  if (!status) status = bt_draft_open_alone(&tried, target, err);
  free(target);
  if (status) return status;
  const double row_bytes = ((double)n_steps + 1) * sizeof(double);
  status = check_room(&tried, path, (double)n_paths * row_bytes, err);
  bt_draft_drop(&tried);
  return status;
}

bt_status bt_path_file_open(bt_path_file *out, const char *path, uint64_t n_paths, size_t n_steps,
                            bt_error *err)
{
  char header[BT_NPY_HEADER_SIZE], *target = NULL;
  bt_path_file file = {.row_bytes = (n_steps + 1) * sizeof(double)};
  bt_status status = check_size(path, n_paths, n_steps, err);
  if (!status) status = find_target(&target, path, err);
  if (!status) status = bt_draft_open_alone(&file.draft, target, err);
  free(target);
  if (status) return status;
  bt_npy_header(header, BT_NPY_FLOAT64, n_paths, n_steps + 1);
  status = bt_draft_write(&file.draft, header, sizeof header, err);
  if (status) bt_draft_drop(&file.draft);
  if (!status) *out = file;
  return status;
}

bt_status bt_path_file_write(bt_path_file *file, const double *rows, uint64_t first, size_t n,
                             bt_error *err)
{
  return bt_draft_rewrite(&file->draft, BT_NPY_HEADER_SIZE + first * file->row_bytes, rows,
                          n * file->row_bytes, err);
}

bt_status bt_path_file_publish(bt_path_file *file, bt_error *err)
{
  return bt_draft_publish(&file->draft, err);
}

void bt_path_file_drop(bt_path_file *file)
{
  bt_draft_drop(&file->draft);
}
