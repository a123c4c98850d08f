/* Blocks of memory, and those that one ticker leaves for the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/block.h"

#if defined(__SANITIZE_ADDRESS__)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif

static void blocks_are_aligned_and_hold_what_was_asked_for(void **state)
{
  static const size_t sizes[] = {1, 63, 64, 65, 4096, 40320, (size_t)3 << 20, 8000000};
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    unsigned char *memory = bt_block_take(NULL, sizes[i]);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % BT_BLOCK_ALIGNMENT, 0);
    memset(memory, 0xa5, sizes[i]);
    bt_block_give(NULL, memory);
  }
  bt_block_give(NULL, NULL);
}

static void no_memory_is_told(void **state)
{
  (void)state;
  assert_null(bt_block_take(NULL, SIZE_MAX));
  assert_null(bt_block_take(NULL, SIZE_MAX / 2));
}

static void a_spare_block_serves_again(void **state)
{
  bt_spare spare;
  (void)state;
  if (IS_SANITIZED) skip();
  bt_spare_init(&spare);
  void *large = bt_block_take(&spare, 40000), *small = bt_block_take(&spare, 10000);
  assert_non_null(large);
  assert_non_null(small);
  assert_ptr_not_equal(large, small);
  bt_block_give(&spare, large);
  bt_block_give(&spare, small);
  assert_ptr_equal(bt_block_take(&spare, 9000), small); /* the least that holds it */
  assert_ptr_equal(bt_block_take(&spare, 40000), large);
  bt_block_give(&spare, small);
  bt_block_give(&spare, large);
  void *larger = bt_block_take(&spare, 50000), *tiny = bt_block_take(&spare, 5000);
  assert_ptr_not_equal(larger, large);
  assert_ptr_not_equal(tiny, small); /* most of it would lie idle */
  bt_block_give(&spare, larger);
  bt_block_give(&spare, tiny);
  bt_spare_clear(&spare);
}

static void a_block_without_use_is_freed(void **state)
{
  bt_spare spare;
  (void)state;
  if (IS_SANITIZED) skip();
  bt_spare_init(&spare);
  void *used = bt_block_take(&spare, 1000), *unused = bt_block_take(&spare, 100000);
  bt_block_give(&spare, unused);
  for (int ticker = 0; ticker < 5; ticker++) {
    bt_block_give(&spare, used);
    bt_spare_age(&spare);
    assert_ptr_equal(bt_block_take(&spare, 1000), used);
    assert_int_equal(spare.newest == NULL, ticker >= 2); /* the other one is gone */
  }
  bt_block_give(&spare, used);
  bt_spare_clear(&spare);
  assert_null(spare.newest);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_are_aligned_and_hold_what_was_asked_for),
      cmocka_unit_test(no_memory_is_told),
      cmocka_unit_test(a_spare_block_serves_again),
      cmocka_unit_test(a_block_without_use_is_freed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
