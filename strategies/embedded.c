#include "strategies/embedded.h"

#include <string.h>

const char *bt_embedded_find(const char *name)
{
  for (size_t i = 0; i < bt_embedded_count; i++)
    if (strcmp(bt_embedded_files[i].name, name) == 0) return bt_embedded_files[i].text;
  return NULL;
}
