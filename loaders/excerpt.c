#include "loaders/excerpt.h"

#include <string.h>

void bt_excerpt__trim(char *text)
{
  size_t length = strlen(text), n_tail = 0; /* bytes 10xxxxxx at the end */
  while (n_tail < 3 && n_tail < length && ((unsigned char)text[length - 1 - n_tail] & 0xc0) == 0x80)
    n_tail++;
  if (n_tail == length) return;
  unsigned char lead = (unsigned char)text[length - 1 - n_tail];
  size_t wanted = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  if (wanted > n_tail) text[length - 1 - n_tail] = '\0';
}

char *bt_excerpt__copy_range(char buffer[BT_EXCERPT_SIZE], const char *start, const char *end)
{
  size_t length = (size_t)(end - start), room = BT_EXCERPT_SIZE - 1;
  size_t kept = length <= room ? length : room - 3;
  memcpy(buffer, start, kept);
  buffer[kept] = '\0';
  for (char *at = buffer; *at; at++)
    if (*at == '\n' || *at == '\r' || *at == '\t') *at = ' ';
  bt_excerpt__trim(buffer);
  if (kept < length) strcat(buffer, "...");
  return buffer;
}

char *bt_excerpt__copy(char buffer[BT_EXCERPT_SIZE], const char *text)
{
  return bt_excerpt__copy_range(buffer, text, text + strlen(text));
}
