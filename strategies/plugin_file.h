/* plugin_file.h - files of plugins: read whole, written anew, hashed; and their folders. Shared
 * inside strategies/. */
#ifndef BT_STRATEGIES_PLUGIN_FILE_H
#define BT_STRATEGIES_PLUGIN_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

enum {
  BT_PLUGIN_PATH_SIZE = 4096,
  BT_PLUGIN_HASH_SIZE = 33 /* 128 bits as hex digits, and a NUL */
};

/* Writes FOLDER/NAME to out. Errors: USAGE (it is too long). */
bt_status bt_plugin_path__join(char out[BT_PLUGIN_PATH_SIZE], const char *folder, const char *name,
                               bt_error *err);

/* The bytes of a regular file and a NUL behind them, which the caller frees. Errors: NOT_FOUND (it
 * cannot be opened, or is no regular file: the reason, without the path), IO, NOMEM. */
bt_status bt_plugin_file__read(char **bytes, size_t *n_bytes, const char *path, bt_error *err);

/* A new file with this text; none may be there. Errors: IO, naming the path; no part is left. */
bt_status bt_plugin_file__create(const char *path, const char *text, bt_error *err);

/* A file that is whole is on its disk before it gets its name, so that a crash leaves none that is
 * not; nobody but its owner may read it then. Replaces what has that name. Errors: IO, naming it;
 * `from` stays. */
bt_status bt_plugin_file__rename(const char *from, const char *to, bt_error *err);

/* XXH3 of several texts, told apart: "ab", "c" is not "a", "bc". */
typedef struct bt_plugin_text {
  const char *bytes;
  size_t n_bytes;
} bt_plugin_text;

/* Errors: NOMEM. */
bt_status bt_plugin_hash(char out[BT_PLUGIN_HASH_SIZE], const bt_plugin_text *texts, size_t n_texts,
                         bt_error *err);

/* "PATH: what went wrong: the reason of errno" as an IO error. */
bt_status bt_plugin_file__fail(const char *path, const char *what, bt_error *err);

#endif
