#if !defined(_XOPEN_SOURCE)
/* For realpath. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _XOPEN_SOURCE 700
#endif
#include "cli/resolved_path.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bt_status resolve(char **out, const char *path, bt_error *err)
{
  char reason[96] = "";
  char *whole = realpath(path, NULL);
  if (whole) {
    *out = whole;
    return BT_OK;
  }
  if (errno == ENOMEM) return bt_fail_nomem(err, "paths");
  if (strerror_r(errno, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, BT_ERR_IO, "%s: %s", path, reason);
}

static bt_status join(char **out, const char *folder, const char *name, bt_error *err)
{
  const char *between = strcmp(folder, "/") == 0 ? "" : "/";
  size_t size = strlen(folder) + strlen(between) + strlen(name) + 1;
  char *path = malloc(size);
  if (!path) return bt_fail_nomem(err, "paths");
  (void)snprintf(path, size, "%s%s%s", folder, between, name);
  *out = path;
  return BT_OK;
}

bt_status bt_resolve_path(char **out, const char *path, bt_error *err)
{
  struct stat facts;
  if (stat(path, &facts) != 0 || S_ISDIR(facts.st_mode)) return resolve(out, path, err);
  const char *slash = strrchr(path, '/');
  char *typed = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("."), *folder = NULL;
  if (!typed) return bt_fail_nomem(err, "paths");
  bt_status status = resolve(&folder, typed, err);
  if (!status) status = join(out, folder, slash ? slash + 1 : path, err);
  free(folder);
  free(typed);
  return status;
}
