/* compile.h - the source of a plugin, made a shared object by $CC and kept for the next time.
 *
 * It is compiled with the flags that this program was compiled with, against the header that this
 * program was compiled with. What is kept goes by content: the preprocessed text with the places
 * that it comes from, so that the compiler's words, which are kept beside it and shown again, are
 * true; the compiler with its version; the flags.
 */
#ifndef BT_STRATEGIES_COMPILE_H
#define BT_STRATEGIES_COMPILE_H

#include <stdbool.h>

#include "core/status.h"
#include "strategies/plugin.h"

typedef struct bt_compiled {
  char path[BT_PLUGIN_PATH_SIZE];   /* of the shared object */
  char work[BT_PLUGIN_PATH_SIZE];   /* the folder to be removed when it is loaded; "": none */
  char hash[BT_PLUGIN_HASH_SIZE];   /* of the preprocessed text, without places and remarks */
  char header[BT_PLUGIN_PATH_SIZE]; /* another strategy.h than the program's that it includes, or ""
                                     */
  bool kept;                        /* it was there already */
  bt_error trouble; /* why it could not be kept, although it was to be; else its status is OK */
} bt_compiled;

/* Compiles SOURCE, or finds what was compiled of it; `anew`: does not look. The compiler is $CC,
 * else cc; it may be words, such as "ccache gcc". What it says is shown as it is, also where it has
 * said so another time. The caller clears *out with bt_compiled_clear when it is loaded. Errors:
 * PLUGIN (it does not compile, it cannot be read, it changes meanwhile, there is no compiler), IO,
 * NOMEM, CANCELLED (but a signal that came has ended the process before, unless the caller holds
 * it). */
bt_status bt_compiled_make(bt_compiled *out, const char *source, const bt_plugin_options *options,
                           bool anew, bt_error *err);
void bt_compiled_clear(bt_compiled *compiled);

#endif
