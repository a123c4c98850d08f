#include "core/guard.h"

#include <string.h>

enum { LANES = 16 }; /* as many as fill the widest vectors twice */

/* Loses nothing of either: two values that differ do so behind it. */
static inline uint64_t mix(uint64_t hash, uint64_t value)
{
  uint64_t x = hash ^ value;
  return (x << 23 | x >> 41) * 0x9e3779b1u; /* odd */
}

uint64_t bt_guard_hash(const void *values, size_t n)
{
  const unsigned char *at = values;
  uint64_t lanes[LANES], block[LANES], hash = n;
  size_t n_last = values ? n % LANES : 0, n_whole = values ? n - n_last : 0;
  for (size_t k = 0; k < LANES; k++) lanes[k] = k + 1;
  for (size_t i = 0; i < n_whole; i += LANES) {
    memcpy(block, at + i * sizeof *block, sizeof block);
    for (size_t k = 0; k < LANES; k++) lanes[k] = mix(lanes[k], block[k]);
  }
  if (n_last > 0) memcpy(block, at + n_whole * sizeof *block, n_last * sizeof *block);
  for (size_t k = 0; k < n_last; k++) lanes[k] = mix(lanes[k], block[k]);
  for (size_t k = 0; k < LANES; k++) hash = mix(hash, lanes[k]);
  return hash;
}

uint64_t bt_guard_hash_series(const bt_series *series)
{
  const void *const all[] = {series->time_ns, series->open,   series->high,     series->low,
                             series->close,   series->volume, series->benchmark};
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    hash = mix(hash, bt_guard_hash(all[i], series->n_bars));
  return hash;
}
