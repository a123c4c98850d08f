#include "loaders/buffer.h"

#include <stdint.h>
#include <string.h>

#include "core/block.h"

bool bt_buffer__reserve(bt_buffer *buffer, size_t capacity)
{
  if (buffer->bytes && capacity < buffer->capacity) return true;
  size_t wanted = buffer->capacity < SIZE_MAX / 4 ? buffer->capacity + buffer->capacity / 2 : 0;
  if (wanted <= capacity) wanted = capacity + 1;
  if (wanted == 0) return false;
  char *bytes = bt_block_take(NULL, wanted);
  if (!bytes) return false;
  if (buffer->bytes) memcpy(bytes, buffer->bytes, buffer->length + 1);
  bt_block_give(NULL, buffer->bytes);
  buffer->bytes = bytes;
  buffer->capacity = wanted;
  return true;
}

bool bt_buffer__append(bt_buffer *buffer, const void *bytes, size_t length)
{
  if (length > SIZE_MAX / 4 || !bt_buffer__reserve(buffer, buffer->length + length)) return false;
  if (length > 0) memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  buffer->bytes[buffer->length] = '\0';
  return true;
}

void bt_buffer__swap(bt_buffer *a, bt_buffer *b)
{
  bt_buffer kept = *a;
  *a = *b;
  *b = kept;
}

void bt_buffer__clear(bt_buffer *buffer)
{
  bt_block_give(NULL, buffer->bytes);
  *buffer = (bt_buffer){0};
}
