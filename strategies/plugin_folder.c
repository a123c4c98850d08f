#include "strategies/plugin_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LEFT_OVER_S = 3600 };

static const char work_prefix[] = "work-";

/* Makes a folder, and those above it that are missing. errno tells why it is false. */
static bool make_folder(char *path)
{
  char *slash = strrchr(path, '/');
  if (mkdir(path, 0700) == 0 || errno == EEXIST) return true;
  if (errno != ENOENT || !slash || slash == path) return false;
  *slash = '\0';
  bool made = make_folder(path);
  *slash = '/';
  return made && (mkdir(path, 0700) == 0 || errno == EEXIST);
}

static bool is_owned(const struct stat *info)
{
  return info->st_uid == geteuid() || info->st_uid == 0;
}

/* Whether nobody else can change it. */
static bool is_ours(const struct stat *info)
{
  return is_owned(info) && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool bt_plugin_folder__trusts(const char *path)
{
  struct stat info;
  return lstat(path, &info) == 0 && S_ISREG(info.st_mode) && is_ours(&info);
}

static bool is_left_over(const char *path, const char *name)
{
  struct stat info;
  return strncmp(name, work_prefix, sizeof work_prefix - 1) == 0 && lstat(path, &info) == 0 &&
         S_ISDIR(info.st_mode) && info.st_mtime < time(NULL) - LEFT_OVER_S;
}

static void clean(const char *folder)
{
  char path[BT_PLUGIN_PATH_SIZE];
  DIR *entries = opendir(folder);
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));)
    if (!bt_plugin_path__join(path, folder, entry->d_name, NULL) &&
        is_left_over(path, entry->d_name))
      bt_plugin_folder__remove(path);
  (void)closedir(entries);
}

bt_status bt_plugin_folder__keep(char out[BT_PLUGIN_PATH_SIZE], const char *cache, bt_error *err)
{
  struct stat info;
  bt_status status = bt_plugin_path__join(out, cache, "plugins", err);
  if (status) return status;
  if (!make_folder(out) || stat(out, &info) != 0)
    return bt_plugin_file__fail(out, "compiled plugins cannot be kept", err);
  if (!S_ISDIR(info.st_mode)) {
    errno = ENOTDIR;
    return bt_plugin_file__fail(out, "compiled plugins cannot be kept", err);
  }
  if (!is_ours(&info))
    return bt_fail(err, BT_ERR_IO, "%s: compiled plugins cannot be kept: %s", out,
                   is_owned(&info) ? "others can write to this folder"
                                   : "this folder belongs to another user");
  if (access(out, R_OK | W_OK | X_OK) != 0)
    return bt_plugin_file__fail(out, "compiled plugins cannot be kept", err);
  clean(out);
  return BT_OK;
}

/* ---- for one compilation ----------------------------------------------------------------------
 */

/* Where files go that nobody keeps; *named tells whether TMPDIR says so. */
static const char *find_temporary(bool *named)
{
  const char *folder = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): nobody sets any */
  *named = folder && *folder;
  return *named ? folder : "/tmp";
}

bt_status bt_plugin_folder__work(char out[BT_PLUGIN_PATH_SIZE], const char *in, bt_error *err)
{
  char name[32], what[64];
  bool named = false;
  const char *folder = in ? in : find_temporary(&named);
  (void)snprintf(name, sizeof name, "%s%s", in ? "" : "backtest-", "work-XXXXXX");
  bt_status status = bt_plugin_path__join(out, folder, name, err);
  if (status) return status;
  if (mkdtemp(out)) return BT_OK;
  (void)snprintf(what, sizeof what, "no folder for compiling can be made in it%s",
                 named ? ", which TMPDIR names" : "");
  out[0] = '\0';
  return bt_plugin_file__fail(folder, what, err);
}

bool bt_plugin_folder__is_there(const char *work)
{
  char path[BT_PLUGIN_PATH_SIZE];
  return !bt_plugin_path__join(path, work, BT_WORK_HEADER, NULL) && access(path, F_OK) == 0;
}

void bt_plugin_folder__remove(const char *work)
{
  static const char *const names[] = {BT_WORK_HEADER,  BT_WORK_HEADERS,  BT_WORK_TEXT,
                                      BT_WORK_VERSION, BT_WORK_MESSAGES, BT_WORK_PLUGIN,
                                      BT_WORK_RECORD};
  char path[BT_PLUGIN_PATH_SIZE];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (!bt_plugin_path__join(path, work, names[i], NULL)) (void)remove(path);
  (void)rmdir(work);
}
