#include "loaders/bar_cache_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TMP_NAME_SIZE = 128, LEFT_OVER_S = 3600 };

static const char tmp_ending[] = ".tmp";

static bt_status fail_folder(const char *path, bt_error *err)
{
  char reason[128] = "";
  (void)strerror_r(errno, reason, sizeof reason);
  return bt_fail(err, BT_ERR_IO, "%s: cannot be used as a cache: %s", path, reason);
}

/* Makes each folder of the path that is missing. Returns 0, or errno of the first that could not be
 * made: some folder above may be there and say no to mkdir all the same. */
static int make_folders(char *path)
{
  int failure = 0;
  for (char *at = path + 1;; at++) {
    char here = *at;
    bool ends = here == '\0';
    if (here != '/' && !ends) continue;
    *at = '\0';
    if (mkdir(path, 0700) != 0 && errno != EEXIST && failure == 0) failure = errno;
    *at = here;
    if (ends) return failure;
  }
}

/* errno tells why it is -1. */
static int open_folder(const char *path)
{
  return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bt_status bt_cache_folder__open(int *out, const char *path, bt_error *err)
{
  int folder = open_folder(path);
  if (folder < 0 && errno == ENOENT && path[0] != '\0') {
    char *copy = strdup(path);
    if (!copy) return bt_fail_nomem(err, "bar cache");
    int failure = make_folders(copy);
    free(copy);
    folder = open_folder(path);
    if (folder < 0 && failure != 0) errno = failure;
  }
  if (folder < 0) return fail_folder(path, err);
  if (faccessat(folder, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
    bt_status status = fail_folder(path, err);
    (void)close(folder);
    return status;
  }
  *out = folder;
  return BT_OK;
}

static bool is_left_over(int folder, const char *name, time_t now)
{
  struct stat info;
  size_t length = strlen(name), ending = sizeof tmp_ending - 1;
  return length > ending && strcmp(name + length - ending, tmp_ending) == 0 &&
         strstr(name, ".bars.") && fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(info.st_mode) && info.st_mtim.tv_sec < now - LEFT_OVER_S;
}

void bt_cache_folder__clean(int folder)
{
  int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  time_t now = time(NULL);
  if (!entries && fd >= 0) (void)close(fd);
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));)
    if (is_left_over(folder, entry->d_name, now)) (void)unlinkat(folder, entry->d_name, 0);
  (void)closedir(entries);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

/* A file above the process's limit would kill it. */
static bool is_allowed(size_t n_bytes)
{
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         n_bytes <= limit.rlim_cur;
}

static bool write_all(int fd, const void *bytes, size_t n_bytes)
{
  const char *at = bytes;
  while (n_bytes > 0) {
    ssize_t put = write(fd, at, n_bytes);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    at += put;
    n_bytes -= (size_t)put;
  }
  return true;
}

/* A new file of a name that nobody has, not even a process of the same number on another machine.
 */
static int create(char name[TMP_NAME_SIZE], int folder, const char *entry_name, mode_t mode,
                  unsigned number)
{
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  (void)snprintf(name, TMP_NAME_SIZE, "%s.%lx.%x.%lx%s", entry_name, (unsigned long)getpid(),
                 number, (unsigned long)now.tv_nsec, tmp_ending);
  return openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

int bt_cache_folder__put(int folder, const char *name, const bt_buffer *entry, mode_t mode,
                         unsigned number)
{
  char tmp[TMP_NAME_SIZE];
  if (!is_allowed(entry->length)) return EFBIG;
  int fd = create(tmp, folder, name, mode, number);
  if (fd < 0) return errno;
  int failure = write_all(fd, entry->bytes, entry->length) ? 0 : errno;
  if (close(fd) != 0 && failure == 0) failure = errno;
  if (failure == 0 && renameat(folder, tmp, folder, name) == 0) return 0;
  if (failure == 0) failure = errno;
  (void)unlinkat(folder, tmp, 0);
  return failure;
}
