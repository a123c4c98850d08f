#if !defined(_DEFAULT_SOURCE)
/* For madvise. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _DEFAULT_SOURCE
#endif
#include "core/block.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
  HUGE_PAGE = 2 << 20,
  AGE_MOST = 2 /* tickers without a use for it */
};

/* In front of the memory. */
typedef struct bt_block {
  size_t size_bytes; /* of the memory */
  unsigned age;
  struct bt_block *older; /* where it is spare */
} block;

_Static_assert(sizeof(block) <= BT_BLOCK_ALIGNMENT, "a block's head takes one cache line");

static void *memory_of(block *b)
{
  return (char *)b + BT_BLOCK_ALIGNMENT;
}

static block *block_of(void *memory)
{
  return (block *)(void *)((char *)memory - BT_BLOCK_ALIGNMENT);
}

static block *new_block(size_t size_bytes)
{
  size_t unit = size_bytes < 2 * HUGE_PAGE ? BT_BLOCK_ALIGNMENT : HUGE_PAGE;
  if (size_bytes > SIZE_MAX - 2 * HUGE_PAGE) return NULL;
  size_t total = (size_bytes + BT_BLOCK_ALIGNMENT + unit - 1) / unit * unit;
  block *b = aligned_alloc(unit, total);
  if (!b) return NULL;
#if defined(MADV_HUGEPAGE)
  if (unit == HUGE_PAGE) (void)madvise(b, total, MADV_HUGEPAGE); /* a wish */
#endif
  *b = (block){.size_bytes = total - BT_BLOCK_ALIGNMENT};
  return b;
}

void bt_spare_init(bt_spare *spare)
{
  spare->newest = NULL;
}

void bt_spare_clear(bt_spare *spare)
{
  while (spare->newest) {
    block *b = spare->newest;
    spare->newest = b->older;
    free(b);
  }
}

void bt_spare_age(bt_spare *spare)
{
  block **place = &spare->newest;
  while (*place) {
    block *b = *place;
    if (b->age++ < AGE_MOST) {
      place = &b->older;
    } else {
      *place = b->older;
      free(b);
    }
  }
}

void *bt_block_take(bt_spare *spare, size_t size_bytes)
{
  block **best = NULL;
  for (block **place = spare ? &spare->newest : NULL; place && *place; place = &(*place)->older) {
    size_t size = (*place)->size_bytes;
    if (size < size_bytes || size / 2 > size_bytes) continue; /* half of it would lie idle */
    if (!best || size < (*best)->size_bytes) best = place;
    if (size - size_bytes < BT_BLOCK_ALIGNMENT) break;
  }
  block *b = best ? *best : new_block(size_bytes);
  if (!b) return NULL;
  if (best) *best = b->older;
  return memory_of(b);
}

void bt_block_give(bt_spare *spare, void *memory)
{
  if (!memory) return;
  block *b = block_of(memory);
  if (!spare) {
    free(b);
    return;
  }
  b->age = 0;
  b->older = spare->newest;
  spare->newest = b;
}
