/* block.h - large blocks of memory, and those that one ticker leaves for the next.
 *
 * A page that is touched for the first time costs more than most of what is done with it. So large
 * blocks ask for huge pages, where the system has them, and what one ticker needed serves the next.
 * With the address sanitizer nothing is kept.
 */
#ifndef BT_CORE_BLOCK_H
#define BT_CORE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

enum { BT_BLOCK_ALIGNMENT = 64 }; /* bytes: a cache line */

/* Blocks that nobody uses now. Not for several threads at once. */
typedef struct bt_spare {
  struct bt_block *newest;
} bt_spare;

void bt_spare_init(bt_spare *spare); /* none */
void bt_spare_clear(bt_spare *spare);

/* Another ticker begins: blocks that the last two had no use for are freed. */
void bt_spare_age(bt_spare *spare);

/* At least so many bytes, aligned, with anything in them: a spare block, else a new one. NULL
 * without memory. spare may be NULL: always a new one. */
void *bt_block_take(bt_spare *spare, size_t size_bytes);

/* The same on pages of its own, for bt_block_seal; to be given back to no spare. */
void *bt_block_take_pages(size_t size_bytes);

/* From now on nobody can write it: who tries gets SIGSEGV. False where the system refuses. */
bool bt_block_seal(void *memory);

/* Takes a block back; spare may be NULL: it is freed. memory may be NULL. */
void bt_block_give(bt_spare *spare, void *memory);

#endif
