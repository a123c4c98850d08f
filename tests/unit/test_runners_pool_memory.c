/* The pool where the system refuses memory or threads. Its sources are part of this program, with
 * the calls that may fail replaced; so the library's own copies are not linked. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/pool_scene.h"

#include "runners/deque.h"

/* Of how many calls one fails (0: none), and how many there were. */
static atomic_int push_fails_each, n_pushes;
static int thread_to_refuse, n_threads; /* the nth call fails; 0: none */
static int deque_to_refuse, n_deques;

static bool push_or_refuse(bt_deque *deque, const bt_deque_item *item)
{
  int each = atomic_load(&push_fails_each);
  int n = atomic_fetch_add(&n_pushes, 1);
  return !(each > 0 && n % each == 0) && bt_deque_push(deque, item);
}

static int create_or_refuse(pthread_t *thread, const pthread_attr_t *attributes,
                            void *(*start)(void *), void *argument)
{
  return ++n_threads == thread_to_refuse ? EAGAIN
                                         : pthread_create(thread, attributes, start, argument);
}

static bt_status new_or_refuse(bt_deque **out, bt_error *err)
{
  return ++n_deques == deque_to_refuse ? bt_fail_nomem(err, "deque") : bt_deque_new(out, err);
}

#define bt_deque_push push_or_refuse
#define bt_deque_new new_or_refuse
#define pthread_create create_or_refuse
/* NOLINTBEGIN(bugprone-suspicious-include) */
#include "runners/pool.c"
#include "runners/sleep.c"
#include "runners/worker.c"
/* NOLINTEND(bugprone-suspicious-include) */

static bt_status fork_counting(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index;
  scene *s = context;
  return bt_worker_fork(worker, s->n_tasks, 1, count_index, s, err);
}

static void refused_push_loses_no_task(void **state)
{
  (void)state;
  for (int each = 1; each <= 5; each++) {
    atomic_store(&push_fails_each, each);
    for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
      scene s;
      open_scene(&s, worker_counts[w], 2000);
      assert_int_equal(bt_pool_run(s.pool, s.n_tasks, 1, count_index, &s, NULL), BT_OK);
      assert_all_ran(&s, 1);
      assert_int_equal(bt_pool_run_ordered(s.pool, 20, NULL, fork_counting, &s, NULL), BT_OK);
      assert_all_ran(&s, 21);
      close_scene(&s);
    }
  }
  assert_true(atomic_load(&n_pushes) > 1000);
  atomic_store(&push_fails_each, 0);
}

static void refused_thread_ends_those_started(void **state)
{
  (void)state;
  for (thread_to_refuse = 1; thread_to_refuse <= 7; thread_to_refuse++) {
    n_threads = 0;
    bt_pool *pool = NULL;
    bt_error err;
    assert_int_equal(bt_pool_new(&pool, 7, &err), BT_ERR_THREAD);
    assert_null(pool);
    char expected[128];
    (void)snprintf(expected, sizeof expected, "thread %d of 7 cannot be started: too many threads",
                   thread_to_refuse);
    assert_string_equal(err.message, expected);
  }
  thread_to_refuse = 0;
}

static void refused_memory_frees_all(void **state)
{
  (void)state;
  for (deque_to_refuse = 1; deque_to_refuse <= 6; deque_to_refuse++) {
    n_deques = 0;
    bt_pool *pool = NULL;
    bt_error err;
    assert_int_equal(bt_pool_new(&pool, 3, &err), BT_ERR_NOMEM);
    assert_null(pool);
  }
  deque_to_refuse = 0;
  bt_pool *pool = NULL;
  assert_int_equal(bt_pool_new(&pool, SIZE_MAX, NULL), BT_ERR_NOMEM);
  assert_null(pool);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refused_push_loses_no_task),
      cmocka_unit_test(refused_thread_ends_those_started),
      cmocka_unit_test(refused_memory_frees_all),
  };
  (void)alarm(TIME_LIMIT_S);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
