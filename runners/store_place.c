/* Whether a result database can stand at a path: asked before SQLite sees it, which says of every
 * trouble with a folder that it is "unable to open database file". */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/store_internal.h"

enum { SMALLEST_PAGE = 512 };

/* The folder that holds path: "." for a plain name. NULL when memory is out. */
static char *folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  if (!slash) return strdup(".");
  return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* `PATH: WHAT[ FOLDER]: the system's reason`. folder may be NULL. */
static bt_status fail_place(const char *path, const char *what, const char *folder, int os_error,
                            bt_error *err)
{
  char reason[96] = "";
  if (strerror_r(os_error, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, BT_ERR_IO, "%s: %s%s%s: %s", path, what, folder ? " " : "",
                 folder ? folder : "", reason);
}

/* SQLite makes files beside its own, so it is not enough that the file may be written. */
static bt_status check_folder(const char *path, bt_error *err)
{
  char *folder = folder_of(path);
  if (!folder) return bt_fail_nomem(err, path);
  bt_status status = BT_OK;
  if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
    status = fail_place(path, "cannot write in the folder", folder, errno, err);
  free(folder);
  return status;
}

bt_status bt_store__check_place(const char *path, bt_store_access access, bt_error *err)
{
  struct stat info;
  if (!path[0]) return bt_fail(err, BT_ERR_IO, "the name of the result database is empty");
  if (stat(path, &info) != 0)
    return access == BT_STORE_CREATE ? check_folder(path, err)
                                     : fail_place(path, "cannot be read", NULL, errno, err);
  if (S_ISDIR(info.st_mode))
    return bt_fail(err, BT_ERR_IO, "%s: is a folder, not a database file", path);
  if (!S_ISREG(info.st_mode)) return bt_fail(err, BT_ERR_IO, "%s: is not a regular file", path);
  /* SQLite takes a file of a few bytes for an empty one, and would write over it. */
  if (info.st_size > 0 && info.st_size < SMALLEST_PAGE)
    return bt_fail(err, BT_ERR_DATABASE, "%s: file is not a database", path);
  if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
    return fail_place(path, "cannot be read", NULL, errno, err);
  if (access == BT_STORE_READ) return BT_OK;
  if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
    return fail_place(path, "cannot be written", NULL, errno, err);
  return check_folder(path, err);
}

/* The byte of the header that tells the version needed to read the file: 2 is WAL. */
enum { READ_VERSION_AT = 19, WAL_VERSION = 2 };

static bt_status read_version(int *out, const char *path, bt_error *err)
{
  unsigned char byte = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail_place(path, "cannot be read", NULL, errno, err);
  ssize_t n = pread(file, &byte, 1, READ_VERSION_AT);
  int os_error = errno;
  (void)close(file);
  if (n < 0) return fail_place(path, "cannot be read", NULL, os_error, err);
  *out = byte; /* 0 of an empty file */
  return BT_OK;
}

bt_status bt_store__is_idle_wal(bool *out, const char *path, const char *log, bt_error *err)
{
  int version = 0;
  bt_status status = read_version(&version, path, err);
  *out = !status && version == WAL_VERSION && access(log, F_OK) != 0;
  return status;
}
