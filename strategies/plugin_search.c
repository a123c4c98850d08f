#include "strategies/plugin_search.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/grow.h"
#include "core/suggest.h"
#include "strategies/registry.h"

/* In the order in which they are taken. */
static const char *const endings[] = {".so", ".c"};
enum { N_ENDINGS = sizeof endings / sizeof endings[0] };

void bt_candidates_clear(bt_candidates *candidates)
{
  for (size_t i = 0; i < candidates->n_folders; i++) free(candidates->folders[i].path);
  for (size_t i = 0; i < candidates->n_items; i++) {
    free(candidates->items[i].path);
    free(candidates->items[i].name);
  }
  free(candidates->folders);
  free(candidates->items);
  *candidates = (bt_candidates){0};
}

/* ---- folders ----------------------------------------------------------------------------------
 */

/* Takes over path, which is NULL when memory is out. */
static bt_status add_folder(bt_candidates *c, char *path, bt_error *err)
{
  bt_plugin_place *folders = bt_grow(c->folders, c->n_folders, sizeof *folders);
  if (folders) c->folders = folders;
  if (!path || !folders) {
    free(path);
    return bt_fail_nomem(err, "plugins");
  }
  c->folders[c->n_folders++] = (bt_plugin_place){path, 0};
  return BT_OK;
}

static const char *variable(const char *name)
{
  const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): nobody sets any */
  return value ? value : "";
}

/* The user's own folder, where a variable tells it. */
static bt_status add_own_folder(bt_candidates *c, bt_error *err)
{
  char path[BT_PLUGIN_PATH_SIZE];
  const char *config = variable("XDG_CONFIG_HOME"), *home = variable("HOME");
  bool configured = config[0] == '/';
  if (!configured && home[0] != '/') return BT_OK;
  bt_status status =
      bt_plugin_path__join(path, configured ? config : home,
                           configured ? "backtest/plugins" : ".config/backtest/plugins", err);
  return status ? status : add_folder(c, strdup(path), err);
}

static bt_status add_folders(bt_candidates *c, bt_error *err)
{
  const char *at = variable("BACKTEST_PLUGIN_PATH");
  bt_status status = BT_OK;
  while (*at && !status) {
    size_t length = strcspn(at, ":");
    if (length > 0) status = add_folder(c, strndup(at, length), err);
    at += length;
    at += *at == ':';
  }
  return status ? status : add_own_folder(c, err);
}

/* ---- candidates -------------------------------------------------------------------------------
 */

/* The length of a file's name without the ending of a plugin; 0 where it has none. */
static size_t stem_length(const char *file)
{
  size_t length = strlen(file);
  for (size_t i = 0; i < N_ENDINGS; i++) {
    size_t ending = strlen(endings[i]);
    if (length > ending && strcmp(file + length - ending, endings[i]) == 0) return length - ending;
  }
  return 0;
}

static bt_status add_file(bt_candidates *c, size_t folder, const char *file, bt_error *err)
{
  char path[BT_PLUGIN_PATH_SIZE];
  struct stat info;
  size_t length = stem_length(file);
  if (length == 0 || file[0] == '.') return BT_OK;
  bt_status status = bt_plugin_path__join(path, c->folders[folder].path, file, err);
  if (status) return status;
  bool known = stat(path, &info) == 0; /* where it is not, loading it says why */
  if (known && !S_ISREG(info.st_mode)) return BT_OK;
  bt_candidate *items = bt_grow(c->items, c->n_items, sizeof *items);
  if (!items) return bt_fail_nomem(err, "plugins");
  c->items = items;
  bt_candidate *item = &items[c->n_items++];
  *item = (bt_candidate){.path = strdup(path),
                         .name = strndup(file, length),
                         .folder = folder,
                         .time = known ? info.st_mtime : 0};
  return item->path && item->name ? BT_OK : bt_fail_nomem(err, "plugins");
}

static bt_status read_folder(bt_candidates *c, size_t folder, bt_error *err)
{
  bt_status status = BT_OK;
  DIR *entries = opendir(c->folders[folder].path);
  if (!entries) {
    c->folders[folder].failure = errno;
    return BT_OK;
  }
  for (struct dirent *entry; !status && (entry = readdir(entries));)
    status = add_file(c, folder, entry->d_name, err);
  (void)closedir(entries);
  return status;
}

/* By folder, then by name; .so, which ends later in the alphabet, comes before .c. */
static int compare(const void *a, const void *b)
{
  const bt_candidate *one = a, *other = b;
  if (one->folder != other->folder) return one->folder < other->folder ? -1 : 1;
  int order = strcmp(one->name, other->name);
  return order != 0 ? order : -strcmp(one->path, other->path);
}

static void hide_doubles(bt_candidates *c)
{
  for (size_t i = 0; i < c->n_items; i++)
    for (size_t k = 0; k < i && !c->items[i].hidden; k++) {
      bt_candidate *first = &c->items[k], *second = &c->items[i];
      if (strcmp(first->name, second->name) != 0) continue;
      second->hidden = true;
      first->outdated = first->folder == second->folder && first->time < second->time;
    }
}

bt_status bt_candidates_find(bt_candidates *out, bt_error *err)
{
  bt_candidates c = {0};
  bt_status status = add_folders(&c, err);
  for (size_t i = 0; i < c.n_folders && !status; i++) status = read_folder(&c, i, err);
  if (status) {
    bt_candidates_clear(&c);
    return status;
  }
  if (c.n_items > 1) qsort(c.items, c.n_items, sizeof *c.items, compare);
  hide_doubles(&c);
  *out = c;
  return BT_OK;
}

bt_status bt_candidate_load(bt_plugin *out, const bt_candidate *candidate,
                            const bt_plugin_options *options, bt_error *err)
{
  bt_plugin plugin;
  if (!bt_strategy_is_name(candidate->name))
    return bt_fail(err, BT_ERR_PLUGIN,
                   "its file is not named as a strategy is: lower case letters, digits, _");
  bt_status status = bt_plugin_load(&plugin, candidate->path, options, err);
  if (status) return status;
  if (strcmp(plugin.strategy->name, candidate->name) != 0)
    return bt_fail(err, BT_ERR_PLUGIN,
                   "its strategy is called '%s'; to be found by name the file must be called so, "
                   "too",
                   plugin.strategy->name);
  *out = plugin;
  return BT_OK;
}

/* ---- by name ----------------------------------------------------------------------------------
 */

/* The first candidate of that name, or NULL. */
static const bt_candidate *find_candidate(const bt_candidates *c, const char *name)
{
  for (size_t i = 0; i < c->n_items; i++)
    if (!c->items[i].hidden && strcmp(c->items[i].name, name) == 0) return &c->items[i];
  return NULL;
}

/* FOLDER + NAME with an ending of plugins is a file: that was meant. */
static bool find_ended(char out[BT_PLUGIN_PATH_SIZE], const char *folder, const char *name)
{
  struct stat info;
  for (size_t i = 0; i < N_ENDINGS; i++) {
    int length = snprintf(out, BT_PLUGIN_PATH_SIZE, "%s%s%s", folder, name, endings[i]);
    if (length < BT_PLUGIN_PATH_SIZE && stat(out, &info) == 0 && S_ISREG(info.st_mode)) return true;
  }
  return false;
}

static bt_status fail_unknown(const bt_candidates *c, const char *name, bt_error *err)
{
  char here[BT_PLUGIN_PATH_SIZE];
  size_t n = bt_strategy_count();
  const char **names = calloc(n + c->n_items + 1, sizeof *names);
  if (!names) return bt_fail_nomem(err, "plugins");
  for (size_t i = 0; i < n; i++) names[i] = bt_strategy_at(i)->name;
  for (size_t i = 0; i < c->n_items; i++) names[n++] = c->items[i].name;
  const char *nearest = find_ended(here, "./", name) ? here : bt_suggest(name, names, n);
  free(names);
  if (!nearest && strchr(name, '.'))
    return bt_fail(err, BT_ERR_NOT_FOUND,
                   "no strategy is called '%s', and files of strategies end in .c or .so", name);
  if (nearest)
    return bt_fail(err, BT_ERR_NOT_FOUND, "no strategy is called '%s'; did you mean '%s'?", name,
                   nearest);
  return bt_fail(err, BT_ERR_NOT_FOUND,
                 "no strategy is called '%s'; `backtest list strategies` shows them", name);
}

static bt_status load_by_name(bt_plugin *out, const char *name, const bt_plugin_options *options,
                              bt_error *err)
{
  bt_candidates c;
  bt_error cause;
  bt_status status = bt_candidates_find(&c, err);
  if (status) return status;
  const bt_candidate *candidate = find_candidate(&c, name);
  if (!candidate)
    status = fail_unknown(&c, name, err);
  else if (bt_candidate_load(out, candidate, options, &cause))
    status = bt_fail(err, cause.status, "%s: %s", candidate->path, cause.message);
  else if (candidate->outdated)
    (void)bt_fail(&out->notice, BT_ERR_PLUGIN, "%s is older than %s.c beside it, and is taken",
                  candidate->path, name);
  bt_candidates_clear(&c);
  return status;
}

/* A built-in strategy; a plugin of its name may have been meant. */
static bt_status take_built_in(bt_plugin *out, const bt_strategy *strategy, bt_error *err)
{
  bt_plugin built_in = {.strategy = strategy};
  bt_candidates c;
  bt_error cause;
  bt_status status = bt_candidates_find(&c, &cause);
  if (status == BT_ERR_NOMEM) return bt_fail(err, status, "%s", cause.message);
  const bt_candidate *candidate = status ? NULL : find_candidate(&c, strategy->name);
  if (candidate)
    (void)bt_fail(&built_in.notice, BT_ERR_PLUGIN,
                  "%s is not taken: a built-in strategy is called %s", candidate->path,
                  strategy->name);
  if (!status) bt_candidates_clear(&c);
  *out = built_in;
  return BT_OK;
}

static bt_status load_by_path(bt_plugin *out, const char *path, const bt_plugin_options *options,
                              bt_error *err)
{
  char meant[BT_PLUGIN_PATH_SIZE];
  bt_error cause;
  bt_status status = bt_plugin_load(out, path, options, &cause);
  if (!status) return BT_OK;
  if (status == BT_ERR_PLUGIN && stem_length(path) == 0 && find_ended(meant, "", path))
    return bt_fail(err, status, "%s; did you mean '%s'?", cause.message, meant);
  return bt_fail(err, status, "%s", cause.message);
}

bt_status bt_strategy_load(bt_plugin *out, const char *text, const bt_plugin_options *options,
                           bt_error *err)
{
  const bt_strategy *built_in = NULL;
  if (bt_plugin_is_path(text)) return load_by_path(out, text, options, err);
  return bt_strategy_find(&built_in, text, NULL) ? load_by_name(out, text, options, err)
                                                 : take_built_in(out, built_in, err);
}
