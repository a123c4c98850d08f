/* The memory orders of the deque, access by access. Weaker ones lose or double an item so rarely
 * that no stress test sees it on x86, and ThreadSanitizer does not look for it; the check of every
 * interleaving (test_runners_deque.c) works on a model of these accesses. So they are held here, in
 * the code itself: it is compiled with atomics that write down what they do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static char journal[1 << 15];

static void note(const char *what, const char *place, const char *order)
{
  size_t used = strlen(journal);
  /* of &deque->bottom the last name; of memory_order_seq_cst what follows memory_order_ */
  const char *name = strrchr(place, '>');
  (void)snprintf(journal + used, sizeof journal - used, "%s %s %s\n", what, name ? name + 1 : place,
                 order + strlen("memory_order_"));
}

/* Plain accesses to an atomic object: one thread runs. */
static bool swap(_Atomic int64_t *place, int64_t *expected, int64_t value)
{
  int64_t found = *place;
  bool same = found == *expected;
  if (same) *place = value;
  *expected = found;
  return same;
}

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_load_explicit(place, order) (note("load", #place, #order), *(place))
#define atomic_store_explicit(place, value, order)                                                 \
  (note("store", #place, #order), (void)(*(place) = (value)))
#define atomic_compare_exchange_strong_explicit(place, expected, value, order, order_else)         \
  (note("swap", #place, #order), swap(place, expected, value))

#include "runners/deque.c"

/* Reading and writing a slot are relaxed. */
#define READ_SLOT "load group relaxed\nload first relaxed\nload end relaxed\nload level relaxed\n"
#define WRITE_SLOT                                                                                 \
  "store group relaxed\nstore first relaxed\nstore end relaxed\nstore level relaxed\n"

static bt_deque *deque;
static const bt_deque_item item = {&journal, 3, 5, 1};

static int make_deque(void **state)
{
  (void)state;
  return bt_deque_new(&deque, NULL) != BT_OK;
}

static int drop_deque(void **state)
{
  (void)state;
  bt_deque_free(deque);
  return 0;
}

static void push(void)
{
  assert_true(bt_deque_push(deque, &item));
  journal[0] = '\0';
}

static void a_push_releases_the_bottom_after_the_slot(void **state)
{
  (void)state;
  journal[0] = '\0';
  assert_true(bt_deque_push(deque, &item));
  assert_string_equal(journal,
                      "load bottom relaxed\nload top acquire\nload array relaxed\n" WRITE_SLOT
                      "store bottom release\n");
}

static void growing_releases_the_new_array_after_the_copies(void **state)
{
  (void)state;
  for (int i = 0; i < FIRST_CAPACITY; i++) push();
  assert_true(bt_deque_push(deque, &item));
  static const char end[] = WRITE_SLOT "store array release\n" WRITE_SLOT "store bottom release\n";
  assert_true(strlen(journal) >= sizeof end);
  assert_string_equal(journal + strlen(journal) - (sizeof end - 1), end);
}

static void publishing_orders_the_bottom_before_later_looks(void **state)
{
  (void)state;
  journal[0] = '\0';
  bt_deque_publish(deque);
  assert_string_equal(journal, "load bottom relaxed\nstore bottom seq_cst\n");
}

static void a_pop_stores_the_bottom_before_it_loads_the_top(void **state)
{
  (void)state;
  bt_deque_item out;
  push();
  push();
  assert_true(bt_deque_pop(deque, 0, &out));
  assert_string_equal(journal,
                      "load bottom relaxed\nload top relaxed\nload array relaxed\n"
                      "load level relaxed\nstore bottom seq_cst\nload top seq_cst\n" READ_SLOT);
}

static void the_last_item_is_popped_by_a_swap(void **state)
{
  (void)state;
  bt_deque_item out;
  push();
  assert_true(bt_deque_pop(deque, 0, &out));
  assert_string_equal(journal, "load bottom relaxed\nload top relaxed\nload array relaxed\n"
                               "load level relaxed\nstore bottom seq_cst\nload top seq_cst\n"
                               "swap top seq_cst\nstore bottom release\n" READ_SLOT);
}

static void a_thief_loads_the_top_before_the_bottom_and_swaps(void **state)
{
  (void)state;
  bt_deque_item out;
  push();
  assert_int_equal(bt_deque_steal(deque, 0, &out), BT_STEAL_TAKEN);
  assert_string_equal(journal,
                      "load top seq_cst\nload bottom seq_cst\nload array acquire\n" READ_SLOT
                      "swap top seq_cst\n");
}

static void a_look_before_sleep_is_in_the_total_order(void **state)
{
  (void)state;
  push();
  assert_true(bt_deque_offers(deque, 1));
  assert_string_equal(journal, "load top seq_cst\nload bottom seq_cst\nload array acquire\n"
                               "load level relaxed\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_deque, drop_deque)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(a_push_releases_the_bottom_after_the_slot),
      CASE(growing_releases_the_new_array_after_the_copies),
      CASE(publishing_orders_the_bottom_before_later_looks),
      CASE(a_pop_stores_the_bottom_before_it_loads_the_top),
      CASE(the_last_item_is_popped_by_a_swap),
      CASE(a_thief_loads_the_top_before_the_bottom_and_swaps),
      CASE(a_look_before_sleep_is_in_the_total_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
