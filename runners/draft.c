#include "runners/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char part_prefix[BT_DRAFT_NAME_MORE + 1] = ".backtest-part.";

bool bt_draft_is_leftover(const char *name)
{
  return strncmp(name, part_prefix, strlen(part_prefix)) == 0;
}

/* `PATH: the system's reason`. */
static bt_status fail(const char *path, int os_error, bt_error *err)
{
  char reason[96] = "";
  if (strerror_r(os_error, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, BT_ERR_IO, "%s: %s", path, reason);
}

/* folder/PREFIXname; NULL without memory. */
static char *join(const char *folder, const char *prefix, const char *name)
{
  size_t n = strlen(folder), size = n + strlen(prefix) + strlen(name) + 2;
  const char *between = n > 0 && folder[n - 1] == '/' ? "" : "/";
  char *path = malloc(size);
  if (path) (void)snprintf(path, size, "%s%s%s%s", folder, between, prefix, name);
  return path;
}

static void free_names(bt_draft *draft)
{
  free(draft->path);
  free(draft->part);
  *draft = (bt_draft){.file = -1};
}

bt_status bt_draft_open(bt_draft *out, const char *folder, const char *name, bt_error *err)
{
  bt_draft draft = {
      .file = -1, .path = join(folder, "", name), .part = join(folder, part_prefix, name)};
  if (!draft.path || !draft.part) {
    free_names(&draft);
    return bt_fail_nomem(err, "files");
  }
  draft.file = open(draft.part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (draft.file < 0) {
    bt_status status = fail(draft.path, errno, err);
    free_names(&draft);
    return status;
  }
  *out = draft;
  return BT_OK;
}

/* .backtest-part.PROCESS.N beside a path; NULL without memory. */
static char *name_beside(const char *path, int n)
{
  const char *slash = strrchr(path, '/');
  const int n_folder = slash ? (int)(slash - path) + 1 : 0;
  const size_t size = (size_t)n_folder + BT_DRAFT_NAME_MOST + 1;
  char *part = malloc(size);
  if (part)
    (void)snprintf(part, size, "%.*s%s%ld.%d", n_folder, path, part_prefix, (long)getpid(), n);
  return part;
}

/* Two machines that share a disk may have processes of one number. */
bt_status bt_draft_open_alone(bt_draft *out, const char *path, bt_error *err)
{
  enum { TRIES_MOST = 1000 };
  bt_draft draft = {.file = -1, .path = strdup(path)};
  int os_error = draft.path ? EEXIST : ENOMEM;
  for (int n = 0; n < TRIES_MOST && os_error == EEXIST; n++) {
    free(draft.part);
    draft.part = name_beside(path, n);
    os_error = draft.part ? 0 : ENOMEM;
    if (os_error) continue;
    draft.file = open(draft.part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    os_error = draft.file < 0 ? errno : 0;
  }
  if (!os_error) {
    *out = draft;
    return BT_OK;
  }
  free_names(&draft);
  return os_error == ENOMEM ? bt_fail_nomem(err, "files") : fail(path, os_error, err);
}

/* At an offset, in as many steps as the system needs. Returns 0, or errno. */
static int write_at(int file, uint64_t offset, const char *bytes, size_t n_bytes)
{
  while (n_bytes > 0) {
    ssize_t n = pwrite(file, bytes, n_bytes, (off_t)offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return ENOSPC;
    bytes += n;
    n_bytes -= (size_t)n;
    offset += (uint64_t)n;
  }
  return 0;
}

bt_status bt_draft_rewrite(bt_draft *draft, uint64_t offset, const void *bytes, size_t n_bytes,
                           bt_error *err)
{
  int os_error = write_at(draft->file, offset, bytes, n_bytes);
  return os_error ? fail(draft->path, os_error, err) : BT_OK;
}

bt_status bt_draft_write(bt_draft *draft, const void *bytes, size_t n_bytes, bt_error *err)
{
  bt_status status = bt_draft_rewrite(draft, draft->n_bytes, bytes, n_bytes, err);
  if (!status) draft->n_bytes += n_bytes;
  return status;
}

bt_status bt_draft_publish(bt_draft *draft, bt_error *err)
{
  int os_error = close(draft->file) != 0 ? errno : 0;
  if (!os_error && rename(draft->part, draft->path) != 0) os_error = errno;
  bt_status status = os_error ? fail(draft->path, os_error, err) : BT_OK;
  if (status) (void)unlink(draft->part);
  free_names(draft);
  return status;
}

bt_status bt_draft_remove_old(const bt_draft *draft, bt_error *err)
{
  return unlink(draft->path) == 0 || errno == ENOENT ? BT_OK : fail(draft->path, errno, err);
}

void bt_draft_drop(bt_draft *draft)
{
  (void)close(draft->file);
  (void)unlink(draft->part);
  free_names(draft);
}

bt_status bt_draft_put(const char *folder, const char *name, const void *bytes, size_t n_bytes,
                       bt_error *err)
{
  bt_draft draft;
  bt_status status = bt_draft_open(&draft, folder, name, err);
  if (status) return status;
  status = bt_draft_write(&draft, bytes, n_bytes, err);
  if (!status) return bt_draft_publish(&draft, err);
  bt_draft_drop(&draft);
  return status;
}
