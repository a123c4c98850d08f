/* list_plugins.h - the plugins that are found by name, as `list strategies` shows them. */
#ifndef BT_CLI_LIST_PLUGINS_H
#define BT_CLI_LIST_PLUGINS_H

#include "strategies/plugin_search.h"

/* Each candidate, loaded or with the reason why not: plugins[i] and errors[i] of found.items[i]. A
 * hidden one is not tried. */
typedef struct bt_plugin_list {
  bt_candidates found;
  bt_plugin *plugins; /* strategy NULL: it is hidden or refused */
  bt_error *errors;
} bt_plugin_list;

/* Loads all there are; sources are compiled, or taken from the user's own cache. The caller clears
 * *out with bt_plugin_list_clear, after success alone. Errors: NOMEM, USAGE. */
bt_status bt_plugin_list_make(bt_plugin_list *out, const char *cache, bt_error *err);
void bt_plugin_list_clear(bt_plugin_list *list);

/* Prints each folder with what was found in it, and why something was refused. */
void bt_plugin_list_print_places(const bt_plugin_list *list);

/* Prints how many were refused, where there are any. */
void bt_plugin_list_print_refused(const bt_plugin_list *list);

#endif
