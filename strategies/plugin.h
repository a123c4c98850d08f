/* plugin.h - strategies out of files: a shared object, or a source that is compiled first.
 *
 * A plugin stays loaded until the process ends. It is loaded in a process of its own first, so that
 * one that crashes while it is loaded, or ends the process, is refused like others. Its descriptor
 * is looked at before anything else of it is: the ABI version first and alone, since no other
 * member can be trusted before.
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
  bt_error notice;  /* another file may have been meant; else its status is OK */
} bt_plugin;

/* Who hears of a compilation. */
typedef struct bt_plugin_watch {
  void (*on_words)(const char *words, void *context); /* all that the compiler has said, lines as
                                                         they are; NULL: its first error is part of
                                                         the message */
  void (*on_slow)(const char *source, void *context); /* it has taken a second; may be NULL */
  void *context;
  bool colors; /* the words may have colours */
} bt_plugin_watch;

/* How plugins are compiled and loaded. */
typedef struct bt_plugin_options {
  const char *cache;            /* compiled plugins are kept in CACHE/plugins; NULL: they are not */
  const bt_plugin_watch *watch; /* NULL: nobody */
  double load_limit_s;          /* it may take so long to be loaded; 0: 10 */
} bt_plugin_options;

/* Whether a text is the path of a plugin, and no name: it has a slash, or ends in .so or .c. */
bool bt_plugin_is_path(const char *text);

/* Loads a plugin; what ends in .c is compiled. The process must have one thread. *out is set on
 * success alone. Errors: PLUGIN (it cannot be read, does not compile, is no shared object, lacks
 * the descriptor; the descriptor is refused; it has the name of a built-in strategy; it crashes,
 * ends the process or does not return while it is loaded) and IO, CANCELLED, NOMEM; one line that
 * does not repeat the path. */
bt_status bt_plugin_load(bt_plugin *out, const char *path, const bt_plugin_options *options,
                         bt_error *err);

#endif
