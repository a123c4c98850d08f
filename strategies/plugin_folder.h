/* plugin_folder.h - where compiled plugins are kept, and where one is compiled. Shared inside
 * strategies/.
 *
 * What is loaded runs with the rights of this user, so the folder of kept plugins, and each file in
 * it, must belong to this user or to root, and nobody else may write to it. A plugin is compiled in
 * a folder of its own and renamed when it is whole: any number of processes may do so at once.
 */
#ifndef BT_STRATEGIES_PLUGIN_FOLDER_H
#define BT_STRATEGIES_PLUGIN_FOLDER_H

#include <stdbool.h>

#include "core/status.h"
#include "strategies/plugin_file.h"

/* Sets out to CACHE/plugins, made with the folders above it where it is missing. What a compiler
 * that was killed has left there is removed when it is an hour old. Errors: IO (names it: it cannot
 * be made or written, others may write there, it is another user's), USAGE (the path is too long).
 */
bt_status bt_plugin_folder__keep(char out[BT_PLUGIN_PATH_SIZE], const char *cache, bt_error *err);

/* Whether a file of that folder may be loaded: it is there, and nobody else could have made it. */
bool bt_plugin_folder__trusts(const char *path);

/* Makes a private folder for one compilation inside `in`; NULL: inside $TMPDIR or /tmp. Errors: IO
 * (names it, and TMPDIR where that is the cause), USAGE. */
bt_status bt_plugin_folder__work(char out[BT_PLUGIN_PATH_SIZE], const char *in, bt_error *err);

/* What may be in it. */
#define BT_WORK_HEADERS "backtest"
#define BT_WORK_HEADER "backtest/strategy.h"
#define BT_WORK_TEXT "text"
#define BT_WORK_VERSION "version"
#define BT_WORK_MESSAGES "messages"
#define BT_WORK_PLUGIN "plugin.so"
#define BT_WORK_RECORD "record"

/* Whether it is there as it was made, or somebody has removed it meanwhile. */
bool bt_plugin_folder__is_there(const char *work);

/* Removes it; nothing where it is not there. */
void bt_plugin_folder__remove(const char *work);

#endif
