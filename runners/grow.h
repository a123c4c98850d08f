/* grow.h - arrays that grow by one element at a time. */
#ifndef BT_RUNNERS_GROW_H
#define BT_RUNNERS_GROW_H

#include <stddef.h>

/* Room for one more than n elements, where the capacity is the power of two at or above n (0 for an
 * array that is NULL). Returns the array, or NULL when memory is out: the old one is then still
 * there. */
void *bt_grow(void *array, size_t n, size_t element_size);

#endif
