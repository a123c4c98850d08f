/* Bars that share pieces of memory: none overlap, and any order of giving them back is fine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "loaders/bars_pool.h"
#include "tests/support/make_bars.h"

enum { N_BARS = 5040, MANY = 200, N_LARGE = 1000000 };

static bt_bars *take(bt_bars_pool *pool, size_t n_bars)
{
  bt_bars *bars = NULL;
  bt_error err;
  if (bt_bars_pool__take(&bars, pool, n_bars, &err)) fail_msg("%s", err.message);
  assert_int_equal(bars->n_bars, n_bars);
  return bars;
}

/* Writes all of it, in a way of its own. */
static void fill(bt_bars *bars, int number)
{
  double *const columns[] = {(double *)(void *)bars->time_ns,
                             bars->open,
                             bars->high,
                             bars->low,
                             bars->close,
                             bars->volume,
                             bars->adjust_factor};
  for (size_t i = 0; i < 7; i++) memset(columns[i], number + (int)i, bars->n_bars * sizeof(double));
}

static void expect_filled(const bt_bars *bars, int number)
{
  const double *const columns[] = {(const double *)(const void *)bars->time_ns,
                                   bars->open,
                                   bars->high,
                                   bars->low,
                                   bars->close,
                                   bars->volume,
                                   bars->adjust_factor};
  for (size_t i = 0; i < 7; i++) {
    unsigned char byte = (unsigned char)(number + (int)i);
    const unsigned char *bytes = (const unsigned char *)columns[i];
    assert_int_equal((uintptr_t)columns[i] % sizeof(double), 0);
    for (size_t k = 0; k < bars->n_bars * sizeof(double); k += 511)
      assert_int_equal(bytes[k], byte);
    assert_int_equal(bytes[bars->n_bars * sizeof(double) - 1], byte);
  }
}

static void bars_do_not_overlap(void **state)
{
  static bt_bars *all[MANY];
  test_random random = {1};
  bt_bars_pool pool = {0};
  (void)state;
  for (int i = 0; i < MANY; i++) {
    all[i] = take(&pool, 1 + random_below(&random, i % 9 == 0 ? 40000 : 3000));
    fill(all[i], i);
  }
  bt_bars_pool__clear(&pool); /* they live on */
  for (int i = 0; i < MANY; i++) expect_filled(all[i], i);
  for (int i = 0; i < MANY; i++) bt_bars_free(all[i]);
}

static void what_was_freed_is_used_again(void **state)
{
  bt_bars_pool pool = {0};
  (void)state;
  bt_bars *kept = NULL, *bars = take(&pool, N_BARS);
  const int64_t *place = bars->time_ns;
  for (int i = 0; i < MANY; i++) {
    fill(bars, i);
    bt_bars_free(bars);
    bars = take(&pool, N_BARS);
    assert_ptr_equal(bars->time_ns, place);
  }
  kept = bars;
  fill(kept, 77);
  for (int i = 0; i < MANY; i++) { /* one stays, and with it the piece, but no other */
    bars = take(&pool, N_BARS);
    fill(bars, i);
    bt_bars_free(bars);
  }
  expect_filled(kept, 77);
  bt_bars_free(kept);
  bt_bars_pool__clear(&pool);
  bt_bars_pool__clear(&pool);
}

static void bars_of_any_length_are_given(void **state)
{
  static const size_t lengths[] = {1, 7, 8, 9, 37000, 37500, 38000, N_LARGE};
  bt_bars_pool pool = {0};
  bt_bars *bars = NULL;
  bt_error err;
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    bars = take(&pool, lengths[i]);
    fill(bars, (int)i);
    expect_filled(bars, (int)i);
    bt_bars_free(bars);
  }
  assert_int_equal(bt_bars_pool__take(&bars, &pool, SIZE_MAX / 8, &err), BT_ERR_NOMEM);
  bt_bars_pool__clear(&pool);
}

static void *free_all(void *context)
{
  bt_bars **all = context;
  for (int i = 0; i < MANY; i++) bt_bars_free(all[i]);
  return NULL;
}

/* While the pool's own thread takes more. */
static void other_threads_may_free_them(void **state)
{
  static bt_bars *all[MANY];
  bt_bars_pool pool = {0};
  pthread_t id;
  (void)state;
  for (int i = 0; i < MANY; i++) fill(all[i] = take(&pool, 500), i);
  assert_int_equal(pthread_create(&id, NULL, free_all, all), 0);
  for (int i = 0; i < MANY; i++) {
    bt_bars *bars = take(&pool, N_BARS);
    fill(bars, i);
    bt_bars_free(bars);
  }
  bt_bars_pool__clear(&pool);
  assert_int_equal(pthread_join(id, NULL), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bars_do_not_overlap),
      cmocka_unit_test(what_was_freed_is_used_again),
      cmocka_unit_test(bars_of_any_length_are_given),
      cmocka_unit_test(other_threads_may_free_them),
  };
  return cmocka_run_group_tests_name("loaders/bars_pool", tests, NULL, NULL);
}
