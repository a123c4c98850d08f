#include "core/indicator.h"

#include <string.h>

#define X(name) extern const bt_indicator bt_indicator_##name;
#include "core/indicators/indicator_list.def"
#undef X

static const bt_indicator *const indicators[] = {
#define X(name) &bt_indicator_##name,
#include "core/indicators/indicator_list.def"
#undef X
};

size_t bt_indicator_count(void)
{
  return sizeof indicators / sizeof indicators[0];
}

const bt_indicator *bt_indicator_at(size_t index)
{
  return indicators[index];
}

const bt_indicator *bt_indicator_find(const char *name)
{
  for (size_t i = 0; i < bt_indicator_count(); i++)
    if (strcmp(indicators[i]->name, name) == 0) return indicators[i];
  return NULL;
}
