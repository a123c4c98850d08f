#include "core/utf8.h"

size_t bt_utf8_length(const char *text)
{
  static const unsigned char least_second[] = {0x80, 0xa0, 0x90}; /* for 2, 3 and 4 bytes */
  const unsigned char *at = (const unsigned char *)text;
  size_t length = 0;
  if (at[0] < 0x80) return 1;
  if (at[0] >= 0xc2 && at[0] <= 0xdf) length = 2;
  if (at[0] >= 0xe0 && at[0] <= 0xef) length = 3;
  if (at[0] >= 0xf0 && at[0] <= 0xf4) length = 4;
  for (size_t i = 1; i < length; i++)
    if ((at[i] & 0xc0) != 0x80) return 0; /* the NUL, too */
  if (length > 0 && (at[0] == 0xe0 || at[0] == 0xf0) && at[1] < least_second[length - 2]) return 0;
  if ((at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f)) return 0;
  return length;
}
