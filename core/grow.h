/* grow.h - arrays that grow by one element at a time. */
#ifndef BT_CORE_GROW_H
#define BT_CORE_GROW_H

#include <stddef.h>

/* Room for one more than n elements, where the capacity is the power of two at or above n (0 for an
 * array that is NULL). Returns the array, or NULL when memory is out or no size_t holds the new
 * size: the old one is then still there. */
void *bt_grow(void *array, size_t n, size_t element_size);

#endif
