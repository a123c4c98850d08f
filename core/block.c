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
  AGE_MOST = 2 /* tickers that had no use for it */
};

/* A sanitizer is to see what is used after it was given back, or beyond its end. */
#if defined(__SANITIZE_ADDRESS__)
#define ALWAYS_NEW 1
#else
#define ALWAYS_NEW 0
#endif

/* In front of the memory. */
typedef struct bt_block {
  size_t size_bytes; /* of the memory */
  void *allocated;   /* by malloc; NULL: it is mapped */
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

/* ---- large blocks, straight from the system: what is given back is not kept in pieces ----------
 */

#if defined(MADV_HUGEPAGE) && defined(MAP_ANONYMOUS)

/* From the first byte of a huge page on; what is mapped beside it is given back. */
static void *map(size_t size_bytes)
{
  size_t room = size_bytes + HUGE_PAGE;
  char *start = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  size_t place = (uintptr_t)start % HUGE_PAGE, ahead = place > 0 ? HUGE_PAGE - place : 0;
  if (ahead > 0) (void)munmap(start, ahead);
  (void)munmap(start + ahead + size_bytes, room - ahead - size_bytes);
  (void)madvise(start + ahead, size_bytes, MADV_HUGEPAGE); /* a wish */
  return start + ahead;
}

static void *map_plainly(size_t size_bytes)
{
  void *start = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return start == MAP_FAILED ? NULL : start;
}

static void unmap(void *memory, size_t size_bytes)
{
  (void)munmap(memory, size_bytes);
}

#else

static void *map(size_t size_bytes)
{
  (void)size_bytes;
  return NULL;
}

static void *map_plainly(size_t size_bytes)
{
  (void)size_bytes;
  return NULL;
}

static void unmap(void *memory, size_t size_bytes)
{
  (void)memory, (void)size_bytes;
}

#endif

static size_t round_up(size_t size_bytes, size_t unit)
{
  return (size_bytes + unit - 1) / unit * unit;
}

enum { PAGES = 1 << 16 }; /* of all machines, whole ones */

static block *new_block(size_t size_bytes)
{
  enum { LARGE = 2 * HUGE_PAGE };
  if (size_bytes > PTRDIFF_MAX - LARGE) return NULL;
  size_t total = round_up(size_bytes + BT_BLOCK_ALIGNMENT, BT_BLOCK_ALIGNMENT);
  void *allocated = NULL;
  block *b = NULL;
  if (total >= LARGE && !ALWAYS_NEW) b = map(total = round_up(total, PAGES));
  if (!b) {
    /* aligned_alloc would not take a block that was freed with the same size: it wants room */
    allocated = malloc(total + BT_BLOCK_ALIGNMENT);
    if (!allocated) return NULL;
    uintptr_t behind = (uintptr_t)allocated % BT_BLOCK_ALIGNMENT;
    b = (block *)(void *)((char *)allocated + (behind > 0 ? BT_BLOCK_ALIGNMENT - behind : 0));
  }
  *b = (block){.size_bytes = total - BT_BLOCK_ALIGNMENT, .allocated = allocated};
  return b;
}

static void free_block(block *b)
{
  if (b->allocated)
    free(b->allocated);
  else
    unmap(b, b->size_bytes + BT_BLOCK_ALIGNMENT);
}

void *bt_block_take_pages(size_t size_bytes)
{
  if (size_bytes > PTRDIFF_MAX - 2 * PAGES) return NULL;
  size_t total = round_up(size_bytes + BT_BLOCK_ALIGNMENT, PAGES);
  block *b = map_plainly(total);
  if (!b) return NULL;
  *b = (block){.size_bytes = total - BT_BLOCK_ALIGNMENT};
  return memory_of(b);
}

bool bt_block_seal(void *memory)
{
  block *b = block_of(memory);
  return !b->allocated && mprotect(b, b->size_bytes + BT_BLOCK_ALIGNMENT, PROT_READ) == 0;
}

/* ---- spare ones -------------------------------------------------------------------------------
 */

void bt_spare_init(bt_spare *spare)
{
  spare->newest = NULL;
}

void bt_spare_clear(bt_spare *spare)
{
  while (spare->newest) {
    block *b = spare->newest;
    spare->newest = b->older;
    free_block(b);
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
      free_block(b);
    }
  }
}

void *bt_block_take(bt_spare *spare, size_t size_bytes)
{
  block **best = NULL;
  for (block **place = spare ? &spare->newest : NULL; place && *place; place = &(*place)->older) {
    size_t size = (*place)->size_bytes;
    if (size < size_bytes || size / 2 >= size_bytes) continue; /* half of it would lie idle */
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
  if (!spare || ALWAYS_NEW) {
    free_block(b);
    return;
  }
  b->age = 0;
  b->older = spare->newest;
  spare->newest = b;
}
