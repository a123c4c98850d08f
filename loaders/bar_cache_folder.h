/* bar_cache_folder.h - the folder of a bar cache: made, tidied up, and written to.
 *
 * An entry is written as NAME.*.tmp, which no other process or thread has, and renamed to NAME when
 * it is whole. Nothing is forced to the disk: what a crash of the machine leaves has a checksum.
 */
#ifndef BT_LOADERS_BAR_CACHE_FOLDER_H
#define BT_LOADERS_BAR_CACHE_FOLDER_H

#include <sys/types.h>

#include "core/status.h"
#include "loaders/buffer.h"

/* Opens a folder that can be written; makes it, and those above it, where it is missing. The caller
 * closes *out. Errors: IO (names it), NOMEM. */
bt_status bt_cache_folder__open(int *out, const char *path, bt_error *err);

/* Removes temporary files that nobody has written to for an hour. */
void bt_cache_folder__clean(int folder);

/* Writes the bytes of an entry, a file of this mode as far as the umask goes. `number` is another
 * one for each call of this process. Returns 0, or errno where it is not there; no part of it is
 * then left, and an older entry of that name stays. */
int bt_cache_folder__put(int folder, const char *name, const bt_buffer *entry, mode_t mode,
                         unsigned number);

#endif
