/* plugin_compiler.h - the compiler of plugins: $CC with the flags that this program was compiled
 * with, against the header that it was compiled with. Shared inside strategies/.
 */
#ifndef BT_STRATEGIES_PLUGIN_COMPILER_H
#define BT_STRATEGIES_PLUGIN_COMPILER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"
#include "strategies/child.h"
#include "strategies/plugin_file.h"

enum { BT_COMPILER_WORDS_MOST = 128 };

/* Its words; those that were split are in memory of its own. */
typedef struct bt_compiler {
  char *text[2]; /* $CC and the flags, cut into words */
  const char *words[BT_COMPILER_WORDS_MOST];
  size_t n_words;
  size_t n_of_cc;   /* the first ones, those of $CC */
  size_t header_at; /* the program's header is looked for before what the words from here on name */
} bt_compiler;

/* $CC, else cc; it may be words, such as "ccache gcc". With `colors` its messages have colours, as
 * on a terminal. The caller clears *out with bt_compiler__clear, after a failure, too. Errors:
 * PLUGIN (too many words), NOMEM. */
bt_status bt_compiler__find(bt_compiler *out, bool colors, bt_error *err);
void bt_compiler__clear(bt_compiler *compiler);

/* One call of it. */
typedef struct bt_compiler_call {
  const char *folder;        /* of the compilation: the header is in it, and messages go there */
  const char *const *others; /* words behind its own; ends with NULL */
  const char *output;        /* the file that its output goes to; NULL: where its messages go */
  bool alone;                /* without flags: for its version */
  const bt_child_hold *hold;
  void (*on_slow)(void *context); /* as bt_child has it */
  void *context;
} bt_compiler_call;

/* Sets *exit_status as bt_child__run does. Errors: those, but PLUGIN where there is no such
 * compiler. */
bt_status bt_compiler__run(int *exit_status, const bt_compiler *compiler,
                           const bt_compiler_call *call, bt_error *err);

#endif
