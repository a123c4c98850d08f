/* plugin_text.h - what a compiler's -E makes of a source: what of it counts, and for what. Shared
 * inside strategies/.
 */
#ifndef BT_STRATEGIES_PLUGIN_TEXT_H
#define BT_STRATEGIES_PLUGIN_TEXT_H

#include <stddef.h>

#include "core/status.h"
#include "strategies/plugin_file.h"

typedef struct bt_source_text {
  char hash[BT_PLUGIN_HASH_SIZE];   /* of what is computed: neither remarks nor names count */
  char places[BT_PLUGIN_HASH_SIZE]; /* of that, and of the files and lines that it comes from, which
                                       the compiler's words name */
  char header[BT_PLUGIN_PATH_SIZE]; /* another strategy.h than the program's that it includes, or ""
                                     */
} bt_source_text;

/* Reads what -E has written, n_bytes and a NUL behind them, and changes it. `folder` is the name of
 * the one that has the program's header, which is another one each time. Errors: NOMEM. */
bt_status bt_source_text__read(bt_source_text *out, char *text, size_t n_bytes, const char *folder,
                               bt_error *err);

#endif
