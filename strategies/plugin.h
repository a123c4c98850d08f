/* plugin.h - strategies out of files: a shared object, or a source that is compiled first.
 *
 * A plugin stays loaded until the process ends. Its descriptor is looked at before anything else of
 * it is: the ABI version first and alone, since no other member can be trusted before.
 */
#ifndef BT_STRATEGIES_PLUGIN_H
#define BT_STRATEGIES_PLUGIN_H

#include <stdbool.h>

#include "backtest/strategy.h"
#include "core/status.h"
#include "strategies/plugin_file.h"

typedef struct bt_plugin {
  const bt_strategy *strategy;    /* static */
  char hash[BT_PLUGIN_HASH_SIZE]; /* what it computes depends on: the bytes of a shared object, the
                                     preprocessed text of a source; "" of a built-in strategy */
  bt_error trouble; /* why what was compiled could not be kept; else its status is OK */
} bt_plugin;

/* How sources are compiled. */
typedef struct bt_plugin_options {
  const char *cache; /* compiled plugins are kept in CACHE/plugins; NULL: they are not */
  bool quiet; /* the compiler's words are not shown, and the first error is part of the message */
} bt_plugin_options;

/* Whether a text is the path of a plugin, and no name: it has a slash, or ends in .so or .c. */
bool bt_plugin_is_path(const char *text);

/* Loads a plugin; what ends in .c is compiled. *out is set on success alone. Errors: PLUGIN (it
 * cannot be read, does not compile, is no shared object, lacks the descriptor; the descriptor is
 * refused; it has the name of a built-in strategy) and IO, CANCELLED, NOMEM; one line that does not
 * repeat the path. */
bt_status bt_plugin_load(bt_plugin *out, const char *path, const bt_plugin_options *options,
                         bt_error *err);

#endif
