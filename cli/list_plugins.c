#include "cli/list_plugins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/plugin_watch.h"
#include "cli/text.h"

enum { LINE_SIZE = BT_PLUGIN_PATH_SIZE };

bt_status bt_plugin_list_make(bt_plugin_list *out, const char *cache, bt_error *err)
{
  const bt_plugin_watch watch = bt_plugin_watch_quietly();
  const bt_plugin_options how = {
      .cache = cache, .watch = &watch, .load_limit_s = 2}; /* a list is waited for */
  bt_plugin_list list = {0};
  bt_status status = bt_candidates_find(&list.found, err);
  if (status) return status;
  size_t n = list.found.n_items;
  list.plugins = calloc(n + 1, sizeof *list.plugins);
  list.errors = calloc(n + 1, sizeof *list.errors);
  if (!list.plugins || !list.errors) status = bt_fail_nomem(err, "plugins");
  for (size_t i = 0; i < n && !status; i++) {
    if (list.found.items[i].hidden) continue;
    status = bt_candidate_load(&list.plugins[i], &list.found.items[i], &how, &list.errors[i]);
    if (status == BT_ERR_PLUGIN) status = BT_OK; /* told in the list */
    if (status) *err = list.errors[i];
  }
  if (status)
    bt_plugin_list_clear(&list);
  else
    *out = list;
  return status;
}

void bt_plugin_list_clear(bt_plugin_list *list)
{
  bt_candidates_clear(&list->found);
  free(list->plugins);
  free(list->errors);
  *list = (bt_plugin_list){0};
}

static void print_candidate(const bt_plugin_list *list, size_t index)
{
  char line[LINE_SIZE];
  const bt_candidate *item = &list->found.items[index];
  const char *slash = strrchr(item->path, '/');
  (void)printf("    %s: ", bt_text_line(line, sizeof line, slash ? slash + 1 : item->path));
  if (item->hidden)
    (void)printf("hidden by the one before it of the same name\n");
  else if (list->errors[index].status)
    (void)printf("refused: %s\n", bt_text_line(line, sizeof line, list->errors[index].message));
  else
    (void)printf("%s%s\n", list->plugins[index].strategy->name,
                 item->outdated ? "; it is older than the source beside it" : "");
}

void bt_plugin_list_print_places(const bt_plugin_list *list)
{
  char line[LINE_SIZE], reason[128];
  const bt_candidates *found = &list->found;
  (void)printf("  plugins are looked for in these folders, in this order:\n");
  for (size_t i = 0, next = 0; i < found->n_folders; i++) {
    const bt_plugin_place *folder = &found->folders[i];
    reason[0] = '\0';
    if (folder->failure) (void)strerror_r(folder->failure, reason, sizeof reason);
    (void)printf("  %s%s%s\n", bt_text_line(line, sizeof line, folder->path),
                 folder->failure ? ": " : "", reason);
    while (next < found->n_items && found->items[next].folder == i) print_candidate(list, next++);
  }
}

void bt_plugin_list_print_refused(const bt_plugin_list *list)
{
  char text[BT_TEXT_SIZE];
  size_t n = 0;
  for (size_t i = 0; i < list->found.n_items; i++) n += list->errors[i].status != BT_OK;
  if (n > 0)
    (void)printf("  %s %s refused; `backtest list strategies -v` says why\n",
                 bt_text_counted(text, n, "plugin"), n == 1 ? "was" : "were");
}
