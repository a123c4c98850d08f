#include "core/marks.h"

#include <string.h>

enum { MARK = 0xa5 }; /* no side, and as a double no target */

void bt_marks_set(void *first, size_t n_bytes)
{
  memset((char *)first - BT_MARK_BYTES, MARK, BT_MARK_BYTES);
  memset((char *)first + n_bytes, MARK, BT_MARK_BYTES);
}

static bool is_marked(const char *first)
{
  int all = 1;
  for (size_t i = 0; i < BT_MARK_BYTES; i++) all &= first[i] == (char)MARK;
  return all;
}

bool bt_marks_hold(const void *first, size_t n_bytes)
{
  return is_marked((const char *)first - BT_MARK_BYTES) && is_marked((const char *)first + n_bytes);
}
