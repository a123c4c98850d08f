/* plugin_kept.h - compiled plugins that are kept, each with what its compiler has said. Shared
 * inside strategies/.
 *
 * NAME.so is the plugin; NAME.txt begins with a line that has the hash of both, and goes on with
 * the compiler's words. One that was damaged, or is of two compilations at once, does not fit and
 * is not taken.
 */
#ifndef BT_STRATEGIES_PLUGIN_KEPT_H
#define BT_STRATEGIES_PLUGIN_KEPT_H

#include <stdbool.h>

#include "core/status.h"
#include "strategies/plugin_file.h"

/* Sets path to the plugin and *words to what its compiler has said, which the caller frees; false,
 * and neither is set, where there is none that is whole and that nobody else could have made. */
bool bt_kept__find(char path[BT_PLUGIN_PATH_SIZE], char **words, const char *folder,
                   const char *name);

/* Moves a plugin there; `path` is where it is then. Its record is written in the folder `work`
 * first. Errors: IO, naming the file; NOMEM; USAGE. It stays where it was, then. */
bt_status bt_kept__put(char path[BT_PLUGIN_PATH_SIZE], const char *words, const char *work,
                       const char *folder, const char *name, bt_error *err);

#endif
