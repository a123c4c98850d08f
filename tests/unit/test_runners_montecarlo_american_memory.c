/* An American option where a request for memory fails: each in turn. The sources that ask are part
 * of this program, with the calls replaced; so the library's own copies are not linked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/block.h"

/* The nth request fails; 0: none. How many there were, and how many blocks are held. */
static int request_to_refuse, n_requests;
static long n_held;

static void *calloc_or_refuse(size_t n, size_t size)
{
  if (++n_requests == request_to_refuse) return NULL;
  n_held++;
  return calloc(n, size);
}

static void *take_or_refuse(bt_spare *spare, size_t size_bytes)
{
  if (++n_requests == request_to_refuse) return NULL;
  n_held++;
  return bt_block_take(spare, size_bytes);
}

static void free_counted(void *memory)
{
  n_held -= memory != NULL;
  free(memory);
}

static void give_counted(bt_spare *spare, void *memory)
{
  n_held -= memory != NULL;
  bt_block_give(spare, memory);
}

#define calloc calloc_or_refuse
#define free free_counted
#define bt_block_take take_or_refuse
#define bt_block_give give_counted
/* What is inlined here into what calls it could be given no paths, as far as gcc sees. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
/* NOLINTBEGIN(bugprone-suspicious-include) */
#include "core/montecarlo/american_edges.c"
#include "core/montecarlo/american_martingale.c"
#include "core/montecarlo/american_passes.c"
#include "core/montecarlo/american_rule.c"
#include "core/montecarlo/exercise.c"
#include "runners/montecarlo/american.c"
/* NOLINTEND(bugprone-suspicious-include) */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#undef calloc
#undef free
#undef bt_block_take
#undef bt_block_give

#include "tests/support/american_scene.h"

static const bt_american job = {.option = {BT_PUT, 36, 40, 0.06, 0, 0.2, 1},
                                .n_dates = 5,
                                .degree = 3,
                                .n_paths = BT_AMERICAN_PATHS_LEAST,
                                .n_bound_paths = 500,
                                .greeks = true,
                                .seed = 1};

static void each_request_that_fails_is_an_error_and_leaves_nothing(void **state)
{
  (void)state;
  bt_american_result result;
  request_to_refuse = n_requests = 0;
  n_held = 0;
  assert_int_equal(try_american(&result, &job, 1, NULL), BT_OK);
  const int n_all = n_requests;
  assert_int_equal(n_held, 0);
  assert_int_equal(n_all, 9); /* tables, rule, martingale; four of slots; paths; edges */
  for (request_to_refuse = 1; request_to_refuse <= n_all; request_to_refuse++) {
    bt_error err;
    n_requests = 0;
    assert_int_equal(try_american(&result, &job, 1, &err), BT_ERR_NOMEM);
    assert_non_null(strstr(err.message, "out of memory ("));
    assert_int_equal(n_held, 0);
    assert_true(result.price == 0); /* as it was */
  }
}

static void more_paths_than_memory_has_are_refused(void **state)
{
  (void)state;
  bt_american_paths paths;
  request_to_refuse = 0;
  assert_int_equal(bt_american_paths_init(&paths, SIZE_MAX, NULL), BT_ERR_NOMEM);
  assert_int_equal(bt_american_paths_init(&paths, SIZE_MAX / 40, NULL), BT_ERR_NOMEM);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_request_that_fails_is_an_error_and_leaves_nothing),
      cmocka_unit_test(more_paths_than_memory_has_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
