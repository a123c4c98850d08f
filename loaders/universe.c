#include "loaders/universe.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "loaders/source.h"
#include "loaders/symbol_files.h"
#include "loaders/symbol_list.h"

void bt_universe_clear(bt_universe *universe)
{
  for (size_t i = 0; i < universe->n_entries; i++) {
    free(universe->entries[i].symbol);
    free(universe->entries[i].path);
    free(universe->entries[i].stretches);
  }
  free(universe->entries);
  *universe = (bt_universe){0};
}

static bool is_folder(const char *path)
{
  struct stat facts;
  return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* ---- a folder ----------------------------------------------------------------------------------
 */

static int compare_entries(const void *a, const void *b)
{
  const bt_universe_entry *entry_a = a, *entry_b = b;
  int order = strcmp(entry_a->symbol, entry_b->symbol);
  return order != 0 ? order : strcmp(entry_a->path, entry_b->path);
}

static bt_status add_folder_file(bt_universe *universe, const char *folder, const char *name,
                                 bt_error *err)
{
  size_t length = bt_symbol_files__stem_length(name);
  if (length == 0 || name[0] == '.') return BT_OK;
  bt_status status = bt_symbol_list__add(universe, name, length, err);
  if (status != BT_OK) return status;
  bt_universe_entry *entry = &universe->entries[universe->n_entries - 1];
  entry->path = bt_symbol_files__join(folder, name);
  return entry->path ? BT_OK : bt_fail_nomem(err, "universe");
}

/* A.csv and A.csv.gz are one symbol: the plain file, which sorts first, stays. */
static void drop_packed_copies(bt_universe *universe)
{
  size_t kept = 0;
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_universe_entry *entry = &universe->entries[i];
    if (kept > 0 && strcmp(entry->symbol, universe->entries[kept - 1].symbol) == 0) {
      free(entry->symbol);
      free(entry->path);
      continue;
    }
    universe->entries[kept++] = *entry;
  }
  universe->n_entries = kept;
}

static bt_status fail_folder(const char *path, bt_error *err)
{
  char reason[128];
  if (strerror_r(errno, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, BT_ERR_IO, "%s: cannot read the folder: %s", path, reason);
}

static bt_status read_folder(bt_universe *universe, const char *path, bt_error *err)
{
  DIR *folder = opendir(path);
  if (!folder) return fail_folder(path, err);
  bt_status status = BT_OK;
  const struct dirent *file;
  errno = 0; /* readdir tells its failure from the end by this alone */
  while (status == BT_OK && (file = readdir(folder))) {
    status = add_folder_file(universe, path, file->d_name, err);
    errno = 0;
  }
  if (status == BT_OK && errno != 0) status = fail_folder(path, err);
  (void)closedir(folder);
  if (status != BT_OK) return status;
  if (universe->n_entries == 0)
    return bt_fail(err, BT_ERR_DATA, "%s: no .csv or .csv.gz file in this folder", path);
  qsort(universe->entries, universe->n_entries, sizeof *universe->entries, compare_entries);
  drop_packed_copies(universe);
  return BT_OK;
}

/* ---- a file ------------------------------------------------------------------------------------
 */

/* The two folders in which files are looked for by default: that of the universe file, and one
 * beside the file, named like it without its ending. NULL without memory. */
static char *copy_folder(const char *path)
{
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) : 0;
  if (!slash) return strdup(".");
  return length == 0 ? strdup("/") : strndup(path, length);
}

static char *copy_without_ending(const char *path)
{
  static const char *const endings[] = {".txt", ".csv", ".tsv", ".lst"};
  size_t length = strlen(path);
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    size_t n = strlen(endings[i]);
    if (length > n && strcmp(path + length - n, endings[i]) == 0) return strndup(path, length - n);
  }
  return strdup(path);
}

static bt_status find_files(bt_universe *universe, const char *path, const char *data_dir,
                            bt_error *err)
{
  if (data_dir) return bt_symbol_files__find(universe, &data_dir, 1, err);
  bt_status status = BT_ERR_NOMEM;
  char *beside = copy_folder(path), *named = copy_without_ending(path);
  if (beside && named) {
    const char *folders[] = {beside, named};
    status = bt_symbol_files__find(universe, folders, is_folder(named) ? 2 : 1, err);
  } else {
    (void)bt_fail_nomem(err, "paths");
  }
  free(beside);
  free(named);
  return status;
}

static bt_status read_file(bt_universe *universe, const char *path, bt_error *err)
{
  bt_source source = {0};
  bt_status status = bt_source__read(&source, path, err);
  if (status == BT_OK) status = bt_symbol_list__read(universe, &source, err);
  bt_source__clear(&source);
  return status;
}

/* ---- public ------------------------------------------------------------------------------------
 */

static bt_status check_data_dir(const char *data_dir, bt_error *err)
{
  if (!data_dir || is_folder(data_dir)) return BT_OK;
  struct stat facts;
  const char *what = stat(data_dir, &facts) == 0 ? "not a folder" : "no such folder";
  return bt_fail(err, BT_ERR_IO, "%s: %s", data_dir, what);
}

/* The files of a folder stay where they are found, unless another data folder is named. */
static bt_status relocate(bt_universe *universe, const char *data_dir, bt_error *err)
{
  for (size_t i = 0; i < universe->n_entries; i++) {
    free(universe->entries[i].path);
    universe->entries[i].path = NULL;
  }
  return bt_symbol_files__find(universe, &data_dir, 1, err);
}

bt_status bt_universe_read(bt_universe *out, const char *path, const char *data_dir, bt_error *err)
{
  bt_universe universe = {0};
  bt_status status = check_data_dir(data_dir, err);
  if (status != BT_OK) return status;
  if (is_folder(path)) {
    status = read_folder(&universe, path, err);
    if (status == BT_OK && data_dir) status = relocate(&universe, data_dir, err);
  } else {
    status = read_file(&universe, path, err);
    if (status == BT_OK) status = find_files(&universe, path, data_dir, err);
  }
  if (status != BT_OK) {
    bt_universe_clear(&universe);
    return status;
  }
  *out = universe;
  return BT_OK;
}

bt_status bt_universe_add_file(bt_universe *universe, const char *path, bt_error *err)
{
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  size_t length = bt_symbol_files__stem_length(name);
  if (length == 0) length = strlen(name);
  char *copy = strdup(path);
  if (!copy) return bt_fail_nomem(err, "universe");
  bt_status status = bt_symbol_list__add(universe, name, length, err);
  if (status != BT_OK) {
    free(copy);
    return status;
  }
  universe->entries[universe->n_entries - 1].path = copy;
  return BT_OK;
}

static bool exists(const char *path)
{
  struct stat facts;
  return stat(path, &facts) == 0;
}

/* The path of a symbol of the universe; NULL where it is none. */
static const char *path_of(const bt_universe *universe, const char *symbol)
{
  for (size_t i = 0; i < universe->n_entries; i++)
    if (strcmp(universe->entries[i].symbol, symbol) == 0) return universe->entries[i].path;
  return NULL;
}

static bt_status fail_locate(const char *symbol, const char *const *folders, size_t n_folders,
                             bt_error *err)
{
  char *first = bt_symbol_files__join(folders[0], symbol);
  char *second = n_folders > 1 ? bt_symbol_files__join(folders[1], symbol) : NULL;
  bt_status status = BT_ERR_DATA;
  if (!first || (n_folders > 1 && !second))
    status = bt_fail_nomem(err, "paths");
  else if (second)
    (void)bt_fail(err, status, "%s: no such file: tried %s.csv and %s.csv", symbol, first, second);
  else
    (void)bt_fail(err, status, "%s: no such file: tried %s.csv", symbol, first);
  free(first);
  free(second);
  return status;
}

/* *out as below, for a symbol that is none of the universe's. */
static bt_status locate_in(char **out, const char *symbol, const char *const *folders,
                           size_t n_folders, bt_error *err)
{
  bt_universe one = {0};
  bt_status status = bt_symbol_list__add(&one, symbol, strlen(symbol), err);
  if (!status) status = bt_symbol_files__find(&one, folders, n_folders, err);
  const char *path = status ? NULL : one.entries[0].path;
  if (!status && !path)
    status = bt_fail(err, BT_ERR_USAGE, "%s: is no file name", symbol);
  else if (path && !exists(path))
    status = fail_locate(symbol, folders, n_folders, err);
  else if (path && !(*out = strdup(path)))
    status = bt_fail_nomem(err, "paths");
  bt_universe_clear(&one);
  return status;
}

bt_status bt_universe_locate(char **out, const bt_universe *universe, const char *symbol,
                             const char *path, const char *data_dir, bt_error *err)
{
  const char *known = path_of(universe, symbol);
  if (known) {
    *out = strdup(known);
    return *out ? BT_OK : bt_fail_nomem(err, "paths");
  }
  if (data_dir || is_folder(path))
    return locate_in(out, symbol, data_dir ? &data_dir : &path, 1, err);
  bt_status status = BT_ERR_NOMEM;
  char *beside = copy_folder(path), *named = copy_without_ending(path);
  const char *folders[] = {beside, named};
  if (beside && named)
    status = locate_in(out, symbol, folders, is_folder(named) ? 2 : 1, err);
  else
    (void)bt_fail_nomem(err, "paths");
  free(beside);
  free(named);
  return status;
}

static int compare_texts(const void *a, const void *b)
{
  const char *const *text_a = a, *const *text_b = b;
  return strcmp(*text_a, *text_b);
}

bt_status bt_universe_repeats(bool *out, const bt_universe *universe, bt_error *err)
{
  size_t n = universe->n_entries;
  const char **symbols = malloc((n + 1) * sizeof *symbols);
  if (!symbols) return bt_fail_nomem(err, "universe");
  for (size_t i = 0; i < n; i++) symbols[i] = universe->entries[i].symbol;
  qsort(symbols, n, sizeof *symbols, compare_texts);
  bool repeats = false;
  for (size_t i = 1; i < n && !repeats; i++) repeats = strcmp(symbols[i - 1], symbols[i]) == 0;
  free(symbols);
  *out = repeats;
  return BT_OK;
}
