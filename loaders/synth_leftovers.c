#include "loaders/synth_leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loaders/symbol_files.h"

enum { PATH_SIZE = 4096, LISTED_MOST = 99999, DIGITS = 5 };

/* From the first line of the list: "# 50 synthetic tickers, 2520 bars, seed 1". */
static size_t read_listed(const char *dir)
{
  static const char start[] = "# ", after[] = " synthetic tickers, ";
  char path[PATH_SIZE], line[64] = "";
  (void)snprintf(path, sizeof path, "%s.txt", dir);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (!fgets(line, sizeof line, file)) line[0] = '\0';
  (void)fclose(file);
  if (strncmp(line, start, strlen(start)) != 0) return 0;
  const char *digits = line + strlen(start);
  size_t n_digits = strspn(digits, "0123456789");
  if (n_digits == 0 || n_digits > DIGITS) return 0;
  if (strncmp(digits + n_digits, after, strlen(after)) != 0) return 0;
  return (size_t)strtoul(digits, NULL, 10);
}

/* 51 for S00051.csv and S00051.csv.gz, 0 for any other name. */
static size_t ticker_number(const char *name)
{
  if (bt_symbol_files__stem_length(name) != 1 + DIGITS || name[0] != 'S') return 0;
  return strspn(name + 1, "0123456789") == DIGITS ? (size_t)strtoul(name + 1, NULL, 10) : 0;
}

bt_status bt_synth__find_leftovers(size_t *out, const char *dir, size_t n_tickers, bt_error *err)
{
  size_t n_listed = read_listed(dir);
  bt_status status = BT_OK;
  DIR *folder = opendir(dir);
  if (!folder) return bt_fail(err, BT_ERR_IO, "%s: %s", dir, strerror(errno));
  const struct dirent *file;
  while (!status && (file = readdir(folder))) {
    const char *name = file->d_name;
    size_t number = ticker_number(name);
    bool ours = number <= n_listed && strlen(name) == strlen("S00001.csv");
    if (number > n_tickers && !ours)
      status =
          bt_fail(err, BT_ERR_DATA,
                  "%s/%s: would be left in a universe of %zu tickers, and %s.txt does not tell "
                  "that synth wrote it: remove it, or give another --dir",
                  dir, name, n_tickers, dir);
  }
  (void)closedir(folder);
  if (!status) *out = n_listed;
  return status;
}

bt_status bt_synth__remove_leftovers(const char *dir, size_t n_tickers, size_t n_listed,
                                     bt_error *err)
{
  char path[PATH_SIZE];
  for (size_t number = n_tickers + 1; number <= n_listed; number++) {
    (void)snprintf(path, sizeof path, "%s/S%05zu.csv", dir, number);
    if (unlink(path) != 0 && errno != ENOENT)
      return bt_fail(err, BT_ERR_IO, "%s: %s", path, strerror(errno));
  }
  return BT_OK;
}
