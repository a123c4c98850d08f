/* plugin_search.h - a strategy by what --strategy says: a built-in one, a path, or the name of a
 * plugin that lies where plugins are looked for.
 *
 * That is each folder of $BACKTEST_PLUGIN_PATH, parted by colons, then backtest/plugins in
 * $XDG_CONFIG_HOME or ~/.config. In a folder NAME.so comes before NAME.c; the first one found is
 * taken, and its strategy must be called as the file is. A built-in strategy comes before all.
 */
#ifndef BT_STRATEGIES_PLUGIN_SEARCH_H
#define BT_STRATEGIES_PLUGIN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "strategies/plugin.h"

/* A file that looks like a plugin; folders and devices do not. */
typedef struct bt_candidate {
  char *path, *name; /* the name is the file's, without its ending */
  size_t folder;     /* which one it lies in */
  bool hidden;       /* one that comes before it has the same name */
  bool outdated;     /* a shared object that hides a source beside it which is newer */
  time_t time;       /* of its last change; 0 where that is not known */
} bt_candidate;

/* A folder in which plugins are looked for. */
typedef struct bt_plugin_place {
  char *path;
  int failure; /* errno of reading it, or 0 */
} bt_plugin_place;

typedef struct bt_candidates {
  bt_plugin_place *folders; /* in the order in which they are looked at */
  size_t n_folders;
  bt_candidate *items; /* by folder, then by name */
  size_t n_items;
} bt_candidates;

/* All there are; none is opened. The caller clears *out with bt_candidates_clear, after success
 * alone. Errors: NOMEM, USAGE (a path is too long). */
bt_status bt_candidates_find(bt_candidates *out, bt_error *err);
void bt_candidates_clear(bt_candidates *candidates);

/* Loads one, as bt_plugin_load does. Errors: those; PLUGIN, too, where the file or its strategy
 * cannot be found by that name. */
bt_status bt_candidate_load(bt_plugin *out, const bt_candidate *candidate,
                            const bt_plugin_options *options, bt_error *err);

/* Loads what `text` names; out->notice tells where a file that is not taken may have been meant.
 * Errors: those of bt_plugin_load; NOT_FOUND, with the nearest name. */
bt_status bt_strategy_load(bt_plugin *out, const char *text, const bt_plugin_options *options,
                           bt_error *err);

#endif
