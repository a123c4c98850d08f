#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/pool_scene.h"

/* ---- failures */

static bt_status fail_where_told(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  scene *s = context;
  (void)count_index(context, index, worker, err);
  if (index % 7 == 0) sched_yield();
  if (!s->fails[index]) return BT_OK;
  size_t lowest = atomic_load(&s->lowest_failed);
  while (index < lowest && !atomic_compare_exchange_weak(&s->lowest_failed, &lowest, index))
    continue;
  return bt_fail(err, BT_ERR_DATA, "task %zu", index);
}

static size_t fill_fails(unsigned char *fails, size_t n, uint64_t *random)
{
  size_t lowest = SIZE_MAX;
  for (size_t i = n; i-- > 0;) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    fails[i] = *random >> 33 < (UINT64_C(1) << 31) / 40; /* one in 40 */
    if (fails[i]) lowest = i;
  }
  return lowest;
}

/* One run with failures; `ordered`: the error is that of the lowest failing index of all. */
static void check_failing_run(size_t n_workers, bool ordered, uint64_t *random)
{
  enum { N = 300 };
  unsigned char fails[N];
  scene s;
  open_scene(&s, n_workers, N);
  size_t lowest = fill_fails(fails, N, random);
  s.fails = fails;
  bt_error err = {BT_OK, ""};
  bt_status status = ordered ? bt_pool_run_ordered(s.pool, N, NULL, fail_where_told, &s, &err)
                             : bt_pool_run(s.pool, N, 1, fail_where_told, &s, &err);
  size_t lowest_run = atomic_load(&s.lowest_failed);
  if (ordered) assert_int_equal(lowest_run, lowest);
  assert_int_equal(status, lowest == SIZE_MAX ? BT_OK : BT_ERR_DATA);
  assert_int_equal(err.status, status);
  char expected[64] = "";
  if (lowest != SIZE_MAX) (void)snprintf(expected, sizeof expected, "task %zu", lowest_run);
  assert_string_equal(err.message, expected);
  for (size_t i = 0; i < N; i++) assert_true(atomic_load(&s.times_run[i]) <= 1);
  memset(fails, 0, sizeof fails); /* the pool goes on to be used */
  assert_int_equal(bt_pool_run(s.pool, N, 1, fail_where_told, &s, &err), BT_OK);
  for (size_t i = 0; i < N; i++) assert_in_range(atomic_load(&s.times_run[i]), 1, 2);
  close_scene(&s);
}

static void lowest_failure_is_returned(void **state)
{
  (void)state;
  uint64_t random = 42;
  size_t n_rounds = scaled(200);
  for (size_t i = 0; i < n_rounds; i++)
    for (size_t w = 0; w < N_WORKER_COUNTS; w++)
      check_failing_run(worker_counts[w], i % 2, &random);
}

static void failure_stops_what_has_not_begun(void **state)
{
  (void)state;
  static unsigned char fails[100000] = {[10] = 1};
  scene s;
  open_scene(&s, 1, sizeof fails);
  s.fails = fails;
  assert_int_equal(bt_pool_run(s.pool, s.n_tasks, 4, fail_where_told, &s, NULL), BT_ERR_DATA);
  assert_int_equal(bt_pool_count(s.pool).n_tasks, 11);
  assert_int_equal(bt_pool_run_ordered(s.pool, s.n_tasks, NULL, fail_where_told, &s, NULL),
                   BT_ERR_DATA);
  assert_int_equal(bt_pool_count(s.pool).n_tasks, 22);
  close_scene(&s);
}

static bt_status fork_failing(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)err;
  scene *s = context;
  bt_error own = {BT_OK, ""};
  bt_status status = bt_worker_fork(worker, s->n_tasks, 2, fail_where_told, s, &own);
  wrong_unless(s, status == BT_ERR_DATA && own.status == BT_ERR_DATA);
  wrong_unless(s, strncmp(own.message, "task ", 5) == 0);
  wrong_unless(s, !bt_worker_cancelled(worker)); /* it is the fork that failed */
  atomic_fetch_add(&s->n_finished, 1);
  (void)index;
  return BT_OK; /* dealt with */
}

static void failure_of_a_fork_goes_to_the_forking_task(void **state)
{
  (void)state;
  unsigned char fails[50] = {[3] = 1, [40] = 1};
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], sizeof fails);
    s.fails = fails;
    bt_error err = {BT_OK, "untouched"};
    assert_int_equal(bt_pool_run_ordered(s.pool, 30, NULL, fork_failing, &s, &err), BT_OK);
    assert_string_equal(err.message, "untouched");
    assert_int_equal(atomic_load(&s.n_finished), 30);
    close_scene(&s);
  }
}

static bt_status fail_silently(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)context, (void)index, (void)worker, (void)err;
  return BT_ERR_IO;
}

static void failure_without_text_gets_the_text_of_its_status(void **state)
{
  (void)state;
  bt_pool *pool = new_pool(2);
  bt_error err;
  assert_int_equal(bt_pool_run(pool, 3, 1, fail_silently, NULL, &err), BT_ERR_IO);
  assert_string_equal(err.message, bt_status_text(BT_ERR_IO));
  bt_pool_free(pool);
}

/* Task 1 fails once task 0 runs, which gives up because of that. */
static bt_status give_up(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  scene *s = context;
  atomic_fetch_add(&s->n_meeting, 1);
  while (atomic_load(&s->n_meeting) < 2) sched_yield();
  if (index == 1) return bt_fail(err, BT_ERR_DATA, "the reason");
  while (!bt_worker_cancelled(worker)) sched_yield();
  return bt_fail(err, BT_ERR_CANCELLED, "gave up");
}

static void giving_up_does_not_hide_the_reason(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, 2, 1);
  bt_error err;
  assert_int_equal(bt_pool_run(s.pool, 2, 1, give_up, &s, &err), BT_ERR_DATA);
  assert_string_equal(err.message, "the reason");
  close_scene(&s);
}

/* ---- cancelling */

static bt_status cancel_at_index(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  scene *s = context;
  if (index == s->cancel_at) {
    bt_pool_cancel(s->pool);
    wrong_unless(s, bt_worker_cancelled(worker));
    wrong_unless(s, bt_worker_fork(worker, 5, 1, count_index, s, err) == BT_ERR_CANCELLED);
  }
  return BT_OK;
}

static void cancel_from_a_task_stops_the_rest_and_later_runs(void **state)
{
  (void)state;
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], 100);
    s.cancel_at = 50;
    bt_error err;
    size_t n_huge = SIZE_MAX; /* what is left must not be walked through one by one */
    assert_int_equal(bt_pool_run_ordered(s.pool, n_huge, NULL, cancel_at_index, &s, &err),
                     BT_ERR_CANCELLED);
    assert_string_equal(err.message, "cancelled");
    assert_all_ran(&s, 0); /* none of the forked tasks */
    assert_int_equal(bt_pool_run(s.pool, 100, 1, count_index, &s, &err), BT_ERR_CANCELLED);
    assert_all_ran(&s, 0);
    assert_int_equal(bt_pool_run(s.pool, 0, 1, count_index, &s, &err), BT_OK);
    close_scene(&s);
  }
}

static bt_status cancel_in_last(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  scene *s = context;
  if (index == s->cancel_at) bt_pool_cancel(s->pool);
  return BT_OK;
}

static void cancel_during_the_last_task_comes_too_late(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, 1, 1);
  s.cancel_at = 9;
  assert_int_equal(bt_pool_run(s.pool, 10, 1, cancel_in_last, &s, NULL), BT_OK);
  close_scene(&s);
}

/* Runs until somebody cancels. */
static bt_status work_until_cancelled(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index, (void)err;
  scene *s = context;
  atomic_fetch_add(&s->n_begun, 1);
  while (!bt_worker_cancelled(worker)) sched_yield();
  return BT_OK;
}

static bt_status fork_until_cancelled(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index;
  return bt_worker_fork(worker, 1000, 1, work_until_cancelled, context, err);
}

static void *cancel_once_begun(void *context)
{
  scene *s = context;
  while (atomic_load(&s->n_begun) < 2) sched_yield();
  bt_pool_cancel(s->pool);
  return NULL;
}

static void cancel_from_another_thread_ends_runs_and_forks(void **state)
{
  (void)state;
  size_t n_rounds = scaled(100);
  for (size_t i = 0; i < n_rounds; i++) {
    scene s;
    open_scene(&s, worker_counts[1 + i % 3], 1);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_once_begun, &s), 0);
    bt_task_fn fn = i % 2 ? work_until_cancelled : fork_until_cancelled;
    assert_int_equal(bt_pool_run_ordered(s.pool, 1000, NULL, fn, &s, NULL), BT_ERR_CANCELLED);
    pthread_join(thread, NULL);
    close_scene(&s);
  }
}

static bt_pool *pool_of_handler;
static pthread_t thread_of_handler;

static void cancel_in_handler(int number)
{
  (void)number;
  thread_of_handler = pthread_self();
  bt_pool_cancel(pool_of_handler);
}

static void *raise_once_begun(void *context)
{
  scene *s = context;
  sigset_t all; /* not in this thread: in the one that waits for the run */
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  while (atomic_load(&s->n_begun) < 2) sched_yield();
  kill(getpid(), SIGUSR1);
  return NULL;
}

static void cancel_from_a_signal_handler_ends_the_run(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, 2, 1);
  pool_of_handler = s.pool;
  struct sigaction action = {.sa_handler = cancel_in_handler};
  struct sigaction before;
  assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, raise_once_begun, &s), 0);
  assert_int_equal(bt_pool_run(s.pool, 1000, 1, work_until_cancelled, &s, NULL), BT_ERR_CANCELLED);
  pthread_join(thread, NULL);
  assert_true(pthread_equal(thread_of_handler, pthread_self())); /* workers block signals */
  assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
  close_scene(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lowest_failure_is_returned),
      cmocka_unit_test(failure_stops_what_has_not_begun),
      cmocka_unit_test(failure_of_a_fork_goes_to_the_forking_task),
      cmocka_unit_test(failure_without_text_gets_the_text_of_its_status),
      cmocka_unit_test(giving_up_does_not_hide_the_reason),
      cmocka_unit_test(cancel_from_a_task_stops_the_rest_and_later_runs),
      cmocka_unit_test(cancel_during_the_last_task_comes_too_late),
      cmocka_unit_test(cancel_from_another_thread_ends_runs_and_forks),
      cmocka_unit_test(cancel_from_a_signal_handler_ends_the_run),
  };
  (void)alarm(TIME_LIMIT_S);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
