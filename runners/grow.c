#include "runners/grow.h"

#include <stdlib.h>

void *bt_grow(void *array, size_t n, size_t element_size)
{
  if (n & (n - 1)) return array;
  return realloc(array, (n ? 2 * n : 1) * element_size);
}
