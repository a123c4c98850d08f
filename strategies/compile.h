/* compile.h - the source of a plugin, made a shared object by $CC and kept for the next time.
 *
 * It is compiled with the flags that this program was compiled with, against the header that this
 * program was compiled with. What is kept goes by content: the preprocessed text, so that files it
 * includes count and comments and the file's name do not; the compiler with its version; the flags.
 */
#ifndef BT_STRATEGIES_COMPILE_H
#define BT_STRATEGIES_COMPILE_H

#include <stdbool.h>

#include "core/status.h"
#include "strategies/plugin_file.h"

typedef struct bt_compile_options {
  const char *cache; /* the folder in which compiled plugins are kept, in CACHE/plugins; NULL: they
                        are not kept */
  bool quiet; /* the compiler's words are not shown, and the first error is part of the message */
  bool anew;  /* one that is kept already is not taken */
} bt_compile_options;

typedef struct bt_compiled {
  char path[BT_PLUGIN_PATH_SIZE]; /* of the shared object */
  char work[BT_PLUGIN_PATH_SIZE]; /* the folder to be removed when it is loaded; "": none */
  char hash[BT_PLUGIN_HASH_SIZE]; /* of the preprocessed text */
  bool kept;                      /* it was there already */
  bt_error trouble; /* why it could not be kept, although it was to be; else its status is OK */
} bt_compiled;

/* Compiles SOURCE, or finds what was compiled of it. The compiler is $CC, else cc; it may be words,
 * such as "ccache gcc". What it says is shown as it is. The caller clears *out with
 * bt_compiled_clear when it is loaded. Errors: PLUGIN (it does not compile, it cannot be read, it
 * changes meanwhile, there is no compiler), IO, NOMEM, CANCELLED (but a signal that came has ended
 * the process before). */
bt_status bt_compiled_make(bt_compiled *out, const char *source, const bt_compile_options *options,
                           bt_error *err);
void bt_compiled_clear(bt_compiled *compiled);

#endif
