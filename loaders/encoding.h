/* encoding.h - bytes of an unknown file into UTF-8 text, or the reason why they are none. */
#ifndef BT_LOADERS_ENCODING_H
#define BT_LOADERS_ENCODING_H

#include "core/status.h"
#include "loaders/buffer.h"

/* Replaces *text by its UTF-8 form without byte order mark; a lone CR as line end becomes LF.
 * Reads UTF-8, UTF-16 with a byte order mark, and Windows-1252 where the bytes are not UTF-8.
 * *spare is working memory; the two may be swapped. `path` is for messages.
 * Errors: DATA (not text: names line and column), NOMEM. */
bt_status bt_encoding__decode(bt_buffer *text, bt_buffer *spare, const char *path, bt_error *err);

#endif
