/* buffer.h - growing bytes that are reused from file to file.
 *
 * `bytes` always has room for one more byte than `length`: a NUL stands there whenever text is
 * handed on.
 */
#ifndef BT_LOADERS_BUFFER_H
#define BT_LOADERS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct bt_buffer {
  char *bytes;
  size_t length, capacity;
} bt_buffer;

/* Room for `capacity` bytes and a NUL; contents stay. False without memory, buffer unchanged. */
bool bt_buffer__reserve(bt_buffer *buffer, size_t capacity);

/* Appends and keeps the NUL. False without memory. */
bool bt_buffer__append(bt_buffer *buffer, const void *bytes, size_t length);

void bt_buffer__swap(bt_buffer *a, bt_buffer *b);
void bt_buffer__clear(bt_buffer *buffer); /* frees; the buffer is empty and usable again */

#endif
