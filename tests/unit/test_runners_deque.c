#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runners/deque.h"
#include "tests/support/slow.h"

enum {
  N_RACES = IS_SLOW ? 20000 : 200000,  /* for the last item */
  N_PUSHED = IS_SLOW ? 40000 : 400000, /* while being stolen from */
  N_THIEVES = 3
};

static bt_deque *new_deque(void)
{
  bt_deque *deque = NULL;
  assert_int_equal(bt_deque_new(&deque, NULL), BT_OK);
  return deque;
}

static bt_deque_item item_of(size_t first, size_t level)
{
  return (bt_deque_item){.group = NULL, .first = first, .end = ~first, .level = level};
}

static bool push(bt_deque *deque, bt_deque_item item)
{
  return bt_deque_push(deque, &item);
}

/* ---- one thread */

static void owner_gets_newest_and_thief_oldest(void **state)
{
  (void)state;
  bt_deque *deque = new_deque();
  int tag = 0;
  for (size_t i = 0; i < 4; i++) assert_true(push(deque, (bt_deque_item){&tag, i, i + 10, 7}));
  bt_deque_item item;
  assert_true(bt_deque_pop(deque, 0, &item));
  assert_ptr_equal(item.group, &tag);
  assert_int_equal(item.first, 3);
  assert_int_equal(item.end, 13);
  assert_int_equal(item.level, 7);
  assert_int_equal(bt_deque_steal(deque, 0, &item), BT_STEAL_TAKEN);
  assert_int_equal(item.first, 0);
  assert_int_equal(bt_deque_steal(deque, 0, &item), BT_STEAL_TAKEN);
  assert_int_equal(item.first, 1);
  assert_int_equal(item.end, 11);
  assert_true(bt_deque_pop(deque, 0, &item));
  assert_int_equal(item.first, 2);
  assert_false(bt_deque_pop(deque, 0, &item));
  assert_int_equal(bt_deque_steal(deque, 0, &item), BT_STEAL_NONE);
  assert_false(bt_deque_offers(deque, 0));
  bt_deque_free(deque);
}

static void too_shallow_item_stays(void **state)
{
  (void)state;
  bt_deque *deque = new_deque();
  assert_true(push(deque, item_of(1, 1)));
  assert_true(push(deque, item_of(2, 2)));
  assert_true(push(deque, item_of(3, 1)));
  bt_deque_item item = item_of(99, 99);
  assert_false(bt_deque_pop(deque, 2, &item));
  assert_int_equal(bt_deque_steal(deque, 2, &item), BT_STEAL_NONE);
  assert_false(bt_deque_offers(deque, 2));
  assert_true(bt_deque_offers(deque, 1));
  assert_int_equal(item.first, 99); /* untouched */
  assert_int_equal(bt_deque_steal(deque, 1, &item), BT_STEAL_TAKEN);
  assert_int_equal(item.first, 1);
  assert_true(bt_deque_offers(deque, 2));
  assert_int_equal(bt_deque_steal(deque, 2, &item), BT_STEAL_TAKEN);
  assert_int_equal(item.first, 2);
  assert_true(bt_deque_pop(deque, 1, &item));
  assert_int_equal(item.first, 3);
  bt_deque_free(deque);
}

static void growing_keeps_order_across_the_wrap(void **state)
{
  (void)state;
  enum { N = 5000 };
  bt_deque *deque = new_deque();
  bt_deque_item item;
  size_t stolen = 0;
  for (size_t i = 0; i < N; i++) { /* one stolen for three pushed: the live part wraps round */
    assert_true(push(deque, item_of(i, 0)));
    if (i % 3 != 2) continue;
    assert_int_equal(bt_deque_steal(deque, 0, &item), BT_STEAL_TAKEN);
    assert_int_equal(item.first, stolen++);
  }
  for (size_t i = N; i-- > stolen;) {
    assert_true(bt_deque_pop(deque, 0, &item));
    assert_int_equal(item.first, i);
    assert_int_equal(item.end, ~i);
  }
  assert_false(bt_deque_pop(deque, 0, &item));
  bt_deque_free(deque);
}

static void freeing_null_or_full_is_fine(void **state)
{
  (void)state;
  bt_deque_free(NULL);
  bt_deque *deque = new_deque();
  for (size_t i = 0; i < 1000; i++) assert_true(push(deque, item_of(i, 0)));
  bt_deque_free(deque);
}

/* ---- an owner and thieves */

typedef struct arena {
  bt_deque *deque;
  atomic_int *times_taken; /* an entry for each item */
  atomic_bool is_over;
  atomic_size_t n_torn;
} arena;

static void note_taken(arena *a, bt_deque_item item)
{
  if (item.end != ~item.first || item.level != item.first % 3) atomic_fetch_add(&a->n_torn, 1);
  atomic_fetch_add(&a->times_taken[item.first], 1);
}

static void *steal_until_over(void *context)
{
  arena *a = context;
  bt_deque_item item;
  for (;;) {
    bool is_over = atomic_load(&a->is_over); /* read first: then an empty deque stays empty */
    bt_steal result = bt_deque_steal(a->deque, 0, &item);
    if (result == BT_STEAL_TAKEN) note_taken(a, item);
    if (result == BT_STEAL_NONE && is_over) return NULL;
  }
}

static void push_or_stop(arena *a, size_t i)
{
  if (!push(a->deque, item_of(i, i % 3))) abort(); /* thieves run: no longjmp here */
}

static void pop_noting(arena *a)
{
  bt_deque_item item;
  if (bt_deque_pop(a->deque, 0, &item)) note_taken(a, item);
}

/* Runs `own` as the owner against thieves; every item must be taken once, whole. */
static void run_against_thieves(size_t n_items, size_t n_thieves, void (*own)(arena *, size_t))
{
  arena a = {.deque = new_deque(), .times_taken = calloc(n_items, sizeof(atomic_int))};
  assert_non_null(a.times_taken);
  pthread_t thieves[N_THIEVES];
  for (size_t i = 0; i < n_thieves; i++)
    assert_int_equal(pthread_create(&thieves[i], NULL, steal_until_over, &a), 0);
  own(&a, n_items);
  atomic_store(&a.is_over, true);
  for (size_t i = 0; i < n_thieves; i++) pthread_join(thieves[i], NULL);
  size_t n_wrong = 0;
  for (size_t i = 0; i < n_items; i++) n_wrong += atomic_load(&a.times_taken[i]) != 1;
  assert_int_equal(n_wrong, 0);
  assert_int_equal(atomic_load(&a.n_torn), 0);
  free(a.times_taken);
  bt_deque_free(a.deque);
}

static void own_one_at_a_time(arena *a, size_t n_items)
{
  for (size_t i = 0; i < n_items; i++) {
    push_or_stop(a, i);
    pop_noting(a);
  }
}

static void own_in_growing_bursts(arena *a, size_t n_items)
{
  size_t burst = 1;
  for (size_t i = 0; i < n_items; burst = burst * 2 + 1) {
    for (size_t k = 0; k < burst && i < n_items; k++) push_or_stop(a, i++);
    for (size_t k = 0; k < burst / 2; k++) pop_noting(a);
  }
  for (size_t k = 0; k < n_items; k++) pop_noting(a);
}

static void last_item_goes_to_owner_or_thief(void **state)
{
  (void)state;
  run_against_thieves(N_RACES, 1, own_one_at_a_time);
}

static void last_item_goes_to_one_of_many(void **state)
{
  (void)state;
  run_against_thieves(N_RACES, N_THIEVES, own_one_at_a_time);
}

static void nothing_is_lost_while_growing_under_thieves(void **state)
{
  (void)state;
  run_against_thieves(N_PUSHED, N_THIEVES, own_in_growing_bursts);
}

/* ---- every interleaving of a small case
 *
 * The algorithm as explicit steps on a machine whose owner has a store buffer (as on x86), with two
 * slots that are used again and two thieves. All reachable states are visited. The broken variants
 * show that the check can see a doubled or lost item. */

typedef enum variant {
  SOUND,
  STEAL_WITHOUT_SWAP, /* the thief stores top + 1 instead of swapping */
  POP_WITHOUT_SWAP,   /* the owner takes the last item without asking */
  POP_WITHOUT_ORDER   /* the owner's store of bottom may pass its load of top */
} variant;

enum { N_SLOTS = 2, N_ITEMS = 4, N_BUFFER = 12, N_TABLE = 1 << 20 };

typedef struct machine { /* bytes only: compared and hashed as memory */
  int8_t top, bottom, slots[N_SLOTS], buffer[N_BUFFER], n_buffer;
  int8_t op, phase, own_bottom, own_top, n_pushed;
  int8_t thief_phase[2], thief_top[2], thief_item[2];
  int8_t taken[N_ITEMS];
} machine;

typedef struct model {
  const char *program; /* of the owner: p push, o pop */
  variant broken;
  machine *table;
  uint8_t *is_used;
  size_t n_states, n_wrong;
} model;

static void flush_one(machine *m)
{
  m->bottom = m->buffer[0];
  memmove(m->buffer, m->buffer + 1, N_BUFFER - 1);
  m->buffer[--m->n_buffer] = 0;
}

static void store_bottom(machine *m, int bottom)
{
  m->own_bottom = (int8_t)bottom;
  m->buffer[m->n_buffer++] = (int8_t)bottom;
}

static void end_op(machine *m)
{
  m->op++;
  m->phase = m->own_top = 0;
}

static void step_push(machine *m)
{
  if (m->phase == 0) {
    m->own_top = m->top;
    m->phase = 1;
    return;
  }
  if (m->own_bottom - m->own_top < N_SLOTS && m->n_pushed < N_ITEMS) {
    m->slots[m->own_bottom % N_SLOTS] = m->n_pushed++;
    store_bottom(m, m->own_bottom + 1);
  }
  end_op(m);
}

static void step_pop(machine *m, variant broken)
{
  int last = m->phase == 0 ? m->own_bottom - 1 : m->own_bottom;
  if (m->phase == 0) {
    if (m->own_bottom == 0) {
      end_op(m);
      return;
    }
    store_bottom(m, last);
    while (broken != POP_WITHOUT_ORDER && m->n_buffer > 0) flush_one(m);
    m->phase = 1;
  } else if (m->phase == 1) {
    m->own_top = m->top;
    m->phase = m->own_top == last ? 2 : 3;
    if (m->own_top >= last) return;
    m->taken[m->slots[last % N_SLOTS]]++;
    end_op(m);
  } else if (m->phase == 2) {
    if (m->top == m->own_top || broken == POP_WITHOUT_SWAP) {
      m->taken[m->slots[last % N_SLOTS]]++;
      m->top = (int8_t)(m->own_top + 1);
    }
    m->phase = 3;
  } else {
    store_bottom(m, last + 1);
    end_op(m);
  }
}

static void step_thief(machine *m, int k, variant broken)
{
  int8_t phase = m->thief_phase[k]++;
  if (phase == 0) m->thief_top[k] = m->top;
  if (phase == 1 && m->thief_top[k] >= m->bottom) m->thief_phase[k] = 4;
  if (phase == 2) m->thief_item[k] = m->slots[m->thief_top[k] % N_SLOTS];
  if (phase != 3) return;
  if (m->top != m->thief_top[k] && broken != STEAL_WITHOUT_SWAP) return;
  m->top = (int8_t)(m->thief_top[k] + 1);
  m->taken[m->thief_item[k]]++;
}

/* At the end every item that was pushed has been taken once or is still inside. */
static bool is_wrong(const machine *m)
{
  int8_t found[N_ITEMS];
  memcpy(found, m->taken, sizeof found);
  for (int8_t i = m->top; i < m->bottom; i++) found[m->slots[i % N_SLOTS]]++;
  for (int i = 0; i < N_ITEMS; i++)
    if (found[i] != (i < m->n_pushed)) return true;
  return false;
}

/* False where the state was visited before. */
static bool remember(model *all, const machine *m)
{
  uint64_t hash = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < sizeof *m; i++)
    hash = (hash ^ ((const uint8_t *)m)[i]) * UINT64_C(1099511628211);
  size_t at = (size_t)(hash % N_TABLE);
  for (; all->is_used[at]; at = (at + 1) % N_TABLE)
    if (memcmp(&all->table[at], m, sizeof *m) == 0) return false;
  assert_true(all->n_states < N_TABLE / 2);
  all->table[at] = *m;
  all->is_used[at] = 1;
  all->n_states++;
  return true;
}

static void visit(model *all, machine m)
{
  if (!remember(all, &m)) return;
  char op = all->program[m.op];
  bool is_end = op == '\0' && m.n_buffer == 0;
  if (op != '\0') {
    machine next = m;
    if (op == 'p') step_push(&next);
    if (op == 'o') step_pop(&next, all->broken);
    visit(all, next);
  }
  if (m.n_buffer > 0) {
    machine next = m;
    flush_one(&next);
    visit(all, next);
  }
  for (int k = 0; k < 2; k++) {
    if (m.thief_phase[k] == 4) continue;
    machine next = m;
    step_thief(&next, k, all->broken);
    visit(all, next);
    is_end = false;
  }
  if (is_end) all->n_wrong += is_wrong(&m);
}

/* Ends with an item lost or doubled, over some programs of the owner. */
static size_t count_wrong_ends(variant broken)
{
  static const char *const programs[] = {"po", "ppoo", "popo", "ppopoo", "pppoop", "poppo"};
  model all = {.broken = broken, .table = malloc(N_TABLE * sizeof(machine))};
  all.is_used = malloc(N_TABLE);
  assert_true(all.table && all.is_used);
  for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
    memset(all.is_used, 0, N_TABLE);
    all.n_states = 0;
    all.program = programs[i];
    visit(&all, (machine){0});
    assert_true(all.n_states > 100); /* it did explore */
  }
  free(all.table);
  free(all.is_used);
  return all.n_wrong;
}

static void no_interleaving_loses_or_doubles_an_item(void **state)
{
  (void)state;
  assert_int_equal(count_wrong_ends(SOUND), 0);
}

static void interleaving_check_sees_a_missing_swap_or_order(void **state)
{
  (void)state;
  assert_true(count_wrong_ends(STEAL_WITHOUT_SWAP) > 0);
  assert_true(count_wrong_ends(POP_WITHOUT_SWAP) > 0);
  assert_true(count_wrong_ends(POP_WITHOUT_ORDER) > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(owner_gets_newest_and_thief_oldest),
      cmocka_unit_test(too_shallow_item_stays),
      cmocka_unit_test(growing_keeps_order_across_the_wrap),
      cmocka_unit_test(freeing_null_or_full_is_fine),
      cmocka_unit_test(last_item_goes_to_owner_or_thief),
      cmocka_unit_test(last_item_goes_to_one_of_many),
      cmocka_unit_test(nothing_is_lost_while_growing_under_thieves),
      cmocka_unit_test(no_interleaving_loses_or_doubles_an_item),
      cmocka_unit_test(interleaving_check_sees_a_missing_swap_or_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
