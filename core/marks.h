/* marks.h - bytes on either side of what a strategy writes, by which it is noticed if it writes a
 * little beyond. */
#ifndef BT_CORE_MARKS_H
#define BT_CORE_MARKS_H

#include <stdbool.h>
#include <stddef.h>

enum { BT_MARK_BYTES = 64 }; /* on each side; a whole cache line, so alignment stays */

/* Around n_bytes from `first` on, with room for them on both sides. */
void bt_marks_set(void *first, size_t n_bytes);

/* Whether they are what they were. */
bool bt_marks_hold(const void *first, size_t n_bytes);

#endif
