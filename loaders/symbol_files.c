#include "loaders/symbol_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDERS_MOST = 4 };

bool bt_symbol_files__is_name(const char *symbol)
{
  return *symbol != '\0' && !strchr(symbol, '/') && strcmp(symbol, ".") != 0 &&
         strcmp(symbol, "..") != 0;
}

static bool ends_in(const char *text, size_t length, const char *end)
{
  size_t n = strlen(end);
  return length > n && memcmp(text + length - n, end, n) == 0;
}

size_t bt_symbol_files__stem_length(const char *file_name)
{
  size_t length = strlen(file_name);
  if (ends_in(file_name, length, ".csv.gz")) return length - 7;
  return ends_in(file_name, length, ".csv") ? length - 4 : 0;
}

char *bt_symbol_files__join(const char *folder, const char *name)
{
  size_t n_folder = strlen(folder), size = n_folder + strlen(name) + 2;
  const char *between = n_folder > 0 && folder[n_folder - 1] != '/' ? "/" : "";
  char *path = malloc(size);
  if (path) (void)snprintf(path, size, "%s%s%s", folder, between, name);
  return path;
}

static bool exists(const char *path)
{
  struct stat facts;
  return stat(path, &facts) == 0;
}

/* folder/SYMBOL + ending with every . of the symbol replaced; NULL without memory. */
static char *candidate(const char *folder, const char *symbol, char for_dots, const char *ending)
{
  size_t size = strlen(symbol) + strlen(ending) + 1;
  char *name = malloc(size);
  if (!name) return NULL;
  (void)snprintf(name, size, "%s%s", symbol, ending);
  for (size_t i = 0; symbol[i] != '\0'; i++)
    if (name[i] == '.') name[i] = for_dots;
  char *path = bt_symbol_files__join(folder, name);
  free(name);
  return path;
}

/* BRK.B as BRK.B, BRK-B and BRK_B, each as .csv and .csv.gz. *out stays NULL where none is. */
static bt_status find_in_folder(char **out, const char *folder, const char *symbol, bt_error *err)
{
  static const char for_dots[] = {'.', '-', '_'};
  static const char *const endings[] = {".csv", ".csv.gz"};
  size_t n_spellings = strchr(symbol, '.') ? sizeof for_dots : 1;
  for (size_t i = 0; i < 2 * n_spellings; i++) {
    char *path = candidate(folder, symbol, for_dots[i / 2], endings[i % 2]);
    if (!path) return bt_fail_nomem(err, "paths");
    if (exists(path)) {
      *out = path;
      return BT_OK;
    }
    free(path);
  }
  return BT_OK;
}

static bt_status find_entry(bt_universe_entry *entry, const char *const *folders, size_t n_folders,
                            size_t *n_found, bt_error *err)
{
  for (size_t f = 0; f < n_folders && !entry->path; f++) {
    bt_status status = find_in_folder(&entry->path, folders[f], entry->symbol, err);
    if (status != BT_OK) return status;
    n_found[f] += entry->path != NULL;
  }
  return BT_OK;
}

bt_status bt_symbol_files__find(bt_universe *universe, const char *const *folders, size_t n_folders,
                                bt_error *err)
{
  size_t n_found[FOLDERS_MOST] = {0}, best = 0;
  if (n_folders > FOLDERS_MOST) n_folders = FOLDERS_MOST;
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_universe_entry *entry = &universe->entries[i];
    if (!bt_symbol_files__is_name(entry->symbol)) continue;
    bt_status status = find_entry(entry, folders, n_folders, n_found, err);
    if (status != BT_OK) return status;
  }
  for (size_t f = 1; f < n_folders; f++)
    if (n_found[f] > n_found[best]) best = f;
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_universe_entry *entry = &universe->entries[i];
    if (entry->path || !bt_symbol_files__is_name(entry->symbol)) continue;
    entry->path = candidate(folders[best], entry->symbol, '.', ".csv");
    if (!entry->path) return bt_fail_nomem(err, "paths");
  }
  return BT_OK;
}
