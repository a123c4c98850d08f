#include "tests/support/paths.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void join(char out[TEST_PATH_SIZE], const char *dir, const char *name)
{
  int length = snprintf(out, TEST_PATH_SIZE, "%s/%s", dir, name);
  if (length >= 0 && length < TEST_PATH_SIZE) return;
  (void)fprintf(stderr, "path too long: %s/%s\n", dir, name);
  abort();
}

static const char *root(void)
{
  const char *dir = getenv("BACKTEST_ROOT");
  return dir ? dir : ".";
}

char *test_root_path(char out[TEST_PATH_SIZE], const char *relative)
{
  join(out, root(), relative);
  return out;
}

/* A relative BACKTEST_REFERENCE counts from the root of the repository. */
bool test_reference_path(char out[TEST_PATH_SIZE], const char *relative)
{
  const char *dir = getenv("BACKTEST_REFERENCE");
  char base[TEST_PATH_SIZE];
  if (!dir) dir = "../shared";
  if (dir[0] == '/')
    (void)snprintf(base, sizeof base, "%s", dir);
  else
    join(base, root(), dir);
  join(out, base, relative);
  if (access(out, R_OK) == 0) return true;
  printf("skipped: no reference data at %s\n", out);
  return false;
}

void test_dir_make(char out[TEST_PATH_SIZE])
{
  const char *base = getenv("TMPDIR");
  join(out, base && *base ? base : "/tmp", "backtest-test-XXXXXX");
  if (mkdtemp(out)) return;
  perror(out);
  abort();
}

void test_dir_remove(const char *dir)
{
  DIR *handle = opendir(dir);
  if (!handle) return;
  for (struct dirent *entry; (entry = readdir(handle));) {
    char path[TEST_PATH_SIZE];
    struct stat info;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    join(path, dir, entry->d_name);
    if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode))
      test_dir_remove(path);
    else
      (void)unlink(path);
  }
  (void)closedir(handle);
  (void)rmdir(dir);
}

char *test_file_write(char out[TEST_PATH_SIZE], const char *dir, const char *name, const char *text)
{
  join(out, dir, name);
  FILE *file = fopen(out, "wb");
  bool ok = file && (!text || fputs(text, file) >= 0);
  if (file) ok = fclose(file) == 0 && ok;
  if (ok) return out;
  perror(out);
  abort();
}
