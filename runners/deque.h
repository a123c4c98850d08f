/* deque.h - the work-stealing deque of Chase and Lev, holding ranges of task indices.
 *
 * One thread, the owner, pushes and pops at the bottom; any number of thieves take from the top.
 * Every item that was pushed comes out exactly once. Arrays that were outgrown are kept until the
 * deque is freed, because a slow thief may still read them.
 */
#ifndef BT_RUNNERS_DEQUE_H
#define BT_RUNNERS_DEQUE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

typedef struct bt_deque bt_deque;

/* Indices first .. end-1 of a task group. The deque looks at nothing but the level. */
typedef struct bt_deque_item {
  void *group;
  size_t first, end;
  size_t level; /* how deep the group is nested; whoever takes may ask for a least level */
} bt_deque_item;

/* What became of an attempt to steal. */
typedef enum bt_steal {
  BT_STEAL_NONE, /* empty, or the oldest item's level is too low */
  BT_STEAL_LOST, /* another thread took that item first: worth another try */
  BT_STEAL_TAKEN
} bt_steal;

/* An empty deque. The caller frees *out with bt_deque_free. Errors: NOMEM. */
bt_status bt_deque_new(bt_deque **out, bt_error *err);
void bt_deque_free(bt_deque *deque); /* NULL is fine; items left inside are forgotten */

/* Owner only. False where memory for a larger array lacks: the deque is as it was, and the item is
 * still the caller's. */
bool bt_deque_push(bt_deque *deque, const bt_deque_item *item);

/* Owner only, after pushes: puts them into the total order of sequentially consistent operations,
 * so that a thread that announces its sleep and then calls bt_deque_offers cannot miss them. */
void bt_deque_publish(bt_deque *deque);

/* Owner only. Takes the newest item; false where there is none or its level is below that. */
bool bt_deque_pop(bt_deque *deque, size_t least_level, bt_deque_item *out);

/* Any thread. Takes the oldest item unless its level is below least_level. *out is written only
 * with BT_STEAL_TAKEN. */
bt_steal bt_deque_steal(bt_deque *deque, size_t least_level, bt_deque_item *out);

/* Any thread. Whether bt_deque_steal would have found an item; with least_level 0 exact at the
 * moment of the look, otherwise a hint. */
bool bt_deque_offers(const bt_deque *deque, size_t least_level);

#endif
