/* draft.h - a file that has its final name only once it is complete.
 *
 * It is written under a name of its own in the same folder, and then renamed. What a process that
 * was killed has left there can be told by its name (bt_draft_is_leftover).
 */
#ifndef BT_RUNNERS_DRAFT_H
#define BT_RUNNERS_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

typedef struct bt_draft {
  int file;
  char *path, *part; /* owned: its final name, and the one it has until then */
  uint64_t n_bytes;  /* so far */
} bt_draft;

/* So many bytes more than its final name has the one that it is written under; and so many a name
 * may have on usual file systems. */
enum { BT_DRAFT_NAME_MORE = 15, BT_DRAFT_NAME_MOST = 255 };

/* Begins folder/name, over what another draft of that name has left. One at a time writes a name.
 * The caller ends *out with bt_draft_publish or bt_draft_drop, after success alone. Errors: IO
 * (names the file), NOMEM. */
bt_status bt_draft_open(bt_draft *out, const char *folder, const char *name, bt_error *err);

/* Begins the file of this path under a name in its folder that no other draft of any process has:
 * for files that no lock guards. Otherwise as bt_draft_open. */
bt_status bt_draft_open_alone(bt_draft *out, const char *path, bt_error *err);

/* Appends; and writes again what stands at an offset. Errors: IO. */
bt_status bt_draft_write(bt_draft *draft, const void *bytes, size_t n_bytes, bt_error *err);
bt_status bt_draft_rewrite(bt_draft *draft, uint64_t offset, const void *bytes, size_t n_bytes,
                           bt_error *err);

/* Gives it its final name, in place of what has that name; where that fails nothing of it is left.
 * Errors: IO. */
bt_status bt_draft_publish(bt_draft *draft, bt_error *err);

/* Removes what has its final name now, if anything has: from then on until it is published there is
 * none. Errors: IO. */
bt_status bt_draft_remove_old(const bt_draft *draft, bt_error *err);

/* Nothing of it is left. */
void bt_draft_drop(bt_draft *draft);

/* A whole file from its bytes. Errors: IO, NOMEM. */
bt_status bt_draft_put(const char *folder, const char *name, const void *bytes, size_t n_bytes,
                       bt_error *err);

/* Whether a file of this name in a folder is one that was never published. */
bool bt_draft_is_leftover(const char *name);

#endif
