#include "core/indicator.h"

#include <string.h>

#define X(name, group) extern const bt_indicator bt_indicator_##name;
#include "core/indicators/indicator_list.def"
#undef X

static const struct {
  const bt_indicator *indicator;
  const char *group;
} indicators[] = {
#define X(name, group) {&bt_indicator_##name, group},
#include "core/indicators/indicator_list.def"
#undef X
};

size_t bt_indicator_count(void)
{
  return sizeof indicators / sizeof indicators[0];
}

const bt_indicator *bt_indicator_at(size_t index)
{
  return indicators[index].indicator;
}

const char *bt_indicator_group(size_t index)
{
  return indicators[index].group;
}

const bt_indicator *bt_indicator_find(const char *name)
{
  for (size_t i = 0; i < bt_indicator_count(); i++)
    if (strcmp(indicators[i].indicator->name, name) == 0) return indicators[i].indicator;
  return NULL;
}
