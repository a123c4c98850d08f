#include "strategies/plugin_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { REASON_SIZE = 128, FILE_BYTES_MOST = 1 << 30 };

static const char *reason_of(char reason[REASON_SIZE], int failure)
{
  reason[0] = '\0';
  (void)strerror_r(failure, reason, REASON_SIZE);
  return reason;
}

bt_status bt_plugin_file__fail(const char *path, const char *what, bt_error *err)
{
  char reason[REASON_SIZE];
  return bt_fail(err, BT_ERR_IO, "%s: %s: %s", path, what, reason_of(reason, errno));
}

bt_status bt_plugin_path__join(char out[BT_PLUGIN_PATH_SIZE], const char *folder, const char *name,
                               bt_error *err)
{
  int length = snprintf(out, BT_PLUGIN_PATH_SIZE, "%s/%s", folder, name);
  if (length >= 0 && length < BT_PLUGIN_PATH_SIZE) return BT_OK;
  return bt_fail(err, BT_ERR_USAGE, "%.60s.../%.60s: the path is too long", folder, name);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* The size of an open regular file. */
static bt_status measure(size_t *n_bytes, int fd, bt_error *err)
{
  struct stat info;
  char reason[REASON_SIZE];
  if (fstat(fd, &info) != 0)
    return bt_fail(err, BT_ERR_IO, "it cannot be read: %s", reason_of(reason, errno));
  if (S_ISDIR(info.st_mode)) return bt_fail(err, BT_ERR_NOT_FOUND, "it is a folder");
  if (!S_ISREG(info.st_mode)) return bt_fail(err, BT_ERR_NOT_FOUND, "it is no regular file");
  if (info.st_size > FILE_BYTES_MOST) return bt_fail(err, BT_ERR_NOT_FOUND, "it is too large");
  *n_bytes = (size_t)info.st_size;
  return BT_OK;
}

/* Up to `wanted` bytes; *n_bytes fewer where the file became shorter. Errors: IO. */
static bt_status fill(char *bytes, size_t *n_bytes, size_t wanted, int fd, bt_error *err)
{
  char reason[REASON_SIZE];
  for (*n_bytes = 0; *n_bytes < wanted;) {
    ssize_t got = read(fd, bytes + *n_bytes, wanted - *n_bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return bt_fail(err, BT_ERR_IO, "it cannot be read: %s", reason_of(reason, errno));
    if (got == 0) break;
    *n_bytes += (size_t)got;
  }
  return BT_OK;
}

bt_status bt_plugin_file__read(char **bytes, size_t *n_bytes, const char *path, bt_error *err)
{
  char reason[REASON_SIZE], *text = NULL;
  size_t size = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return bt_fail(err, BT_ERR_NOT_FOUND, "it cannot be opened: %s", reason_of(reason, errno));
  bt_status status = measure(&size, fd, err);
  if (!status) text = malloc(size + 1);
  if (!status && !text) status = bt_fail_nomem(err, "strategy");
  if (!status) status = fill(text, n_bytes, size, fd, err);
  (void)close(fd);
  if (status) {
    free(text);
    return status;
  }
  text[*n_bytes] = '\0';
  *bytes = text;
  return BT_OK;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static bool write_all(int fd, const char *text)
{
  size_t n_bytes = strlen(text);
  while (n_bytes > 0) {
    ssize_t put = write(fd, text, n_bytes);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text += put;
    n_bytes -= (size_t)put;
  }
  return true;
}

bt_status bt_plugin_file__create(const char *path, const char *text, bt_error *err)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); /* as the umask wants it */
  if (fd < 0 && errno == EEXIST)
    return bt_fail(err, BT_ERR_IO, "%s: is there already, and is left as it is", path);
  if (fd < 0) return bt_plugin_file__fail(path, "cannot be written", err);
  int failure = write_all(fd, text) ? 0 : errno;
  if (close(fd) != 0 && failure == 0) failure = errno;
  if (failure == 0) return BT_OK;
  (void)unlink(path);
  errno = failure;
  return bt_plugin_file__fail(path, "cannot be written", err);
}

bt_status bt_plugin_file__rename(const char *from, const char *to, bt_error *err)
{
  struct stat info;
  int fd = open(from, O_RDWR | O_CLOEXEC);
  bool ok =
      fd >= 0 && fstat(fd, &info) == 0 && fchmod(fd, info.st_mode & S_IRWXU) == 0 && fsync(fd) == 0;
  int failure = ok ? 0 : errno;
  if (fd >= 0) (void)close(fd);
  if (ok && rename(from, to) == 0) return BT_OK;
  if (failure != 0) errno = failure;
  return bt_plugin_file__fail(to, "cannot be written", err);
}

/* ---- hashing ----------------------------------------------------------------------------------
 */

bt_status bt_plugin_hash(char out[BT_PLUGIN_HASH_SIZE], const bt_plugin_text *texts, size_t n_texts,
                         bt_error *err)
{
  XXH3_state_t *state = XXH3_createState();
  if (!state) return bt_fail_nomem(err, "strategy");
  (void)XXH3_128bits_reset(state);
  for (size_t i = 0; i < n_texts; i++) {
    uint64_t length = texts[i].n_bytes;
    (void)XXH3_128bits_update(state, &length, sizeof length);
    (void)XXH3_128bits_update(state, texts[i].bytes, texts[i].n_bytes);
  }
  XXH128_hash_t hash = XXH3_128bits_digest(state);
  (void)XXH3_freeState(state);
  (void)snprintf(out, BT_PLUGIN_HASH_SIZE, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
                 (uint64_t)hash.low64);
  return BT_OK;
}
