#include "core/grow.h"

#include <stdint.h>
#include <stdlib.h>

void *bt_grow(void *array, size_t n, size_t element_size)
{
  if (n & (n - 1)) return array;
  if (n > SIZE_MAX / 2 / element_size) return NULL;
  return realloc(array, (n ? 2 * n : 1) * element_size);
}
