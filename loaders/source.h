/* source.h - a file as text: read, unpacked, decoded and checked.
 *
 * After bt_source__read `text` is UTF-8 without byte order mark and without control bytes other
 * than tab, CR and LF; every line ends in LF or CRLF (the last one may end in neither). Behind it
 * stand BT_SOURCE_MARGIN zero bytes, so that a scanner may look ahead.
 */
#ifndef BT_LOADERS_SOURCE_H
#define BT_LOADERS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"
#include "loaders/buffer.h"

enum { BT_LABEL_SIZE = 200, BT_SOURCE_MARGIN = 128 };

typedef struct bt_source {
  char label[BT_LABEL_SIZE]; /* the path, for messages: cut in front where it is long */
  bt_buffer text;            /* with its margin */
  bt_buffer spare;           /* working memory */
  uint64_t hash; /* XXH64 of the file's bytes, after gunzip and before decoding; 0 if unread */
} bt_source;

/* Reads `path`, which may be compressed by gzip. Never blocks on a pipe or device.
 * Errors: IO (missing, unreadable, not a regular file), DATA (empty, too large, not text, another
 * kind of file), NOMEM; the message names the path. */
bt_status bt_source__read(bt_source *source, const char *path, bt_error *err);
void bt_source__clear(bt_source *source);

#endif
