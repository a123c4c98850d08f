/* The algorithm is that of Chase and Lev (SPAA 2005) for C11 atomics by Le, Pop, Cohen and Zappa
 * Nardelli (PPoPP 2013), without stand-alone fences: the two places that need the total order, the
 * owner in pop and the thief in steal, use sequentially consistent loads and stores instead. That
 * costs the same on x86 and lets ThreadSanitizer see every ordering.
 *
 * Indices only grow in meaning: item i lives in slot i mod capacity, top <= i < bottom. top moves
 * by compare-and-swap alone, so it never falls; bottom belongs to the owner.
 *
 * Why no item is taken twice. Let the item be at index i.
 *   Two thieves, or a thief and the owner at the last item: both need the swap of top from i to
 *   i + 1, and one of them gets it.
 *   The owner without a swap: it stored bottom = i and then read top < i. A thief that takes i read
 *   top = i, then bottom > i. All four are sequentially consistent. Either the owner's load of top
 *   comes after the swap that made top = i, and then it would have read i; or its store of bottom
 *   comes before the thief's load of top and so of bottom, which then reads that i or what the
 *   owner pushed later: the thief sees no item, or the later one, which is another item.
 *
 * Why a slot of several words is safe. A thief reads the words of slot i one by one, and the owner
 * may overwrite them while it reads. It uses them only when its swap of top from i succeeds, and
 * until then nobody has overwritten them: a push into that slot is of index i + capacity, and push
 * writes only after it has read top > i (with acquire, from a swap that released the reads before
 * it); a push of index i itself needs a pop of i before it, which without a swap is excluded above
 * and with one has moved top. Growing copies to a new array and leaves the old one untouched. */
#include "runners/deque.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/* Neighbouring lines are fetched in pairs on many CPUs: keep the ends two lines of 64 apart. */
enum { LINE_BYTES = 128, FIRST_CAPACITY = 64 };

/* Relaxed words: the protocol above orders them. */
typedef struct slot {
  _Atomic(void *) group;
  atomic_size_t first, end, level;
} slot;

typedef struct slot_array {
  struct slot_array *older; /* outgrown arrays, freed with the deque */
  int64_t capacity;         /* a power of two */
  slot slots[];
} slot_array;

struct bt_deque {
  _Alignas(LINE_BYTES) _Atomic int64_t top; /* written by thieves */
  _Alignas(LINE_BYTES) _Atomic int64_t bottom;
  _Atomic(slot_array *) array; /* both written by the owner */
};

/* Zeroed, so that a stray early read of a slot is defined. NULL where memory lacks. */
static slot_array *new_array(int64_t capacity, slot_array *older)
{
  if ((uint64_t)capacity > (SIZE_MAX - sizeof(slot_array)) / sizeof(slot)) return NULL;
  slot_array *array = calloc(1, sizeof *array + (size_t)capacity * sizeof array->slots[0]);
  if (!array) return NULL;
  array->older = older;
  array->capacity = capacity;
  return array;
}

static slot *slot_at(slot_array *array, int64_t index)
{
  return &array->slots[(size_t)index & ((size_t)array->capacity - 1)];
}

static void write_slot(slot *to, const bt_deque_item *item)
{
  atomic_store_explicit(&to->group, item->group, memory_order_relaxed);
  atomic_store_explicit(&to->first, item->first, memory_order_relaxed);
  atomic_store_explicit(&to->end, item->end, memory_order_relaxed);
  atomic_store_explicit(&to->level, item->level, memory_order_relaxed);
}

static bt_deque_item read_slot(slot *from)
{
  return (bt_deque_item){.group = atomic_load_explicit(&from->group, memory_order_relaxed),
                         .first = atomic_load_explicit(&from->first, memory_order_relaxed),
                         .end = atomic_load_explicit(&from->end, memory_order_relaxed),
                         .level = atomic_load_explicit(&from->level, memory_order_relaxed)};
}

bt_status bt_deque_new(bt_deque **out, bt_error *err)
{
  bt_deque *deque = aligned_alloc(LINE_BYTES, sizeof *deque);
  if (!deque) return bt_fail_nomem(err, "task deque");
  slot_array *array = new_array(FIRST_CAPACITY, NULL);
  if (!array) {
    free(deque);
    return bt_fail_nomem(err, "task deque");
  }
  atomic_init(&deque->top, 0);
  atomic_init(&deque->bottom, 0);
  atomic_init(&deque->array, array);
  *out = deque;
  return BT_OK;
}

void bt_deque_free(bt_deque *deque)
{
  if (!deque) return;
  slot_array *array = atomic_load_explicit(&deque->array, memory_order_relaxed);
  while (array) {
    slot_array *older = array->older;
    free(array);
    array = older;
  }
  free(deque);
}

/* Twice the room, with the items top .. bottom-1 in it. NULL where memory lacks. */
static slot_array *grow(bt_deque *deque, slot_array *full, int64_t top, int64_t bottom)
{
  if (full->capacity > INT64_MAX / 2) return NULL;
  slot_array *array = new_array(full->capacity * 2, full);
  if (!array) return NULL;
  for (int64_t i = top; i < bottom; i++) {
    bt_deque_item item = read_slot(slot_at(full, i));
    write_slot(slot_at(array, i), &item);
  }
  /* Release: a thief that sees the new array sees the copies. */
  atomic_store_explicit(&deque->array, array, memory_order_release);
  return array;
}

bool bt_deque_push(bt_deque *deque, const bt_deque_item *item)
{
  int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
  int64_t top = atomic_load_explicit(&deque->top, memory_order_acquire);
  slot_array *array = atomic_load_explicit(&deque->array, memory_order_relaxed);
  if (bottom - top >= array->capacity) array = grow(deque, array, top, bottom);
  if (!array) return false;
  write_slot(slot_at(array, bottom), item);
  atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_release);
  return true;
}

void bt_deque_publish(bt_deque *deque)
{
  int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
  atomic_store_explicit(&deque->bottom, bottom, memory_order_seq_cst);
}

bool bt_deque_pop(bt_deque *deque, size_t least_level, bt_deque_item *out)
{
  int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed) - 1;
  /* top only grows, so an old value that says empty is right: no need for the costly store. */
  if (atomic_load_explicit(&deque->top, memory_order_relaxed) > bottom) return false;
  slot *newest = slot_at(atomic_load_explicit(&deque->array, memory_order_relaxed), bottom);
  if (atomic_load_explicit(&newest->level, memory_order_relaxed) < least_level) return false;

  atomic_store_explicit(&deque->bottom, bottom, memory_order_seq_cst);
  int64_t top = atomic_load_explicit(&deque->top, memory_order_seq_cst);
  if (top < bottom) {
    *out = read_slot(newest);
    return true;
  }
  /* The last item, for which thieves may compete; or it went while we looked (top > bottom). */
  bool taken = top == bottom &&
               atomic_compare_exchange_strong_explicit(&deque->top, &top, top + 1,
                                                       memory_order_seq_cst, memory_order_relaxed);
  /* Release like every store of bottom, so that whichever a thief reads orders the slots. */
  atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_release);
  if (taken) *out = read_slot(newest); /* the owner alone writes slots: it is still there */
  return taken;
}

bt_steal bt_deque_steal(bt_deque *deque, size_t least_level, bt_deque_item *out)
{
  int64_t top = atomic_load_explicit(&deque->top, memory_order_seq_cst);
  int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_seq_cst);
  if (top >= bottom) return BT_STEAL_NONE;
  slot_array *array = atomic_load_explicit(&deque->array, memory_order_acquire);
  bt_deque_item item = read_slot(slot_at(array, top));
  if (item.level < least_level) return BT_STEAL_NONE;
  if (!atomic_compare_exchange_strong_explicit(&deque->top, &top, top + 1, memory_order_seq_cst,
                                               memory_order_relaxed))
    return BT_STEAL_LOST;
  *out = item;
  return BT_STEAL_TAKEN;
}

bool bt_deque_offers(const bt_deque *deque, size_t least_level)
{
  int64_t top = atomic_load_explicit(&deque->top, memory_order_seq_cst);
  int64_t bottom = atomic_load_explicit(&deque->bottom, memory_order_seq_cst);
  if (top >= bottom) return false;
  if (least_level == 0) return true;
  slot_array *array = atomic_load_explicit(&deque->array, memory_order_acquire);
  return atomic_load_explicit(&slot_at(array, top)->level, memory_order_relaxed) >= least_level;
}
