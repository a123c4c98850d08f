#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/pool_scene.h"

/* ---- every task once */

static void every_index_runs_once(void **state)
{
  (void)state;
  static const size_t n_tasks[] = {0, 1, 2, 15, 16, 17, 1000};
  static const size_t grains[] = {1, 3, 5000};
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    for (size_t i = 0; i < sizeof n_tasks / sizeof n_tasks[0]; i++) {
      scene s;
      open_scene(&s, worker_counts[w], n_tasks[i]);
      for (size_t g = 0; g < 3; g++)
        assert_int_equal(bt_pool_run(s.pool, n_tasks[i], grains[g], count_index, &s, NULL), BT_OK);
      assert_int_equal(bt_pool_run_ordered(s.pool, n_tasks[i], NULL, count_index, &s, NULL), BT_OK);
      assert_all_ran(&s, 4);
      assert_int_equal(bt_pool_count(s.pool).n_tasks, 4 * n_tasks[i]);
      close_scene(&s);
    }
  }
}

static void four_million_tiny_tasks_run_once(void **state)
{
  (void)state;
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], scaled(4000000));
    assert_int_equal(bt_pool_run(s.pool, s.n_tasks, 1, count_index, &s, NULL), BT_OK);
    assert_all_ran(&s, 1);
    close_scene(&s);
  }
}

static void many_short_runs_follow_each_other(void **state)
{
  (void)state;
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], 20);
    int n_runs = (int)scaled(3000);
    for (int i = 0; i < n_runs; i++) {
      bt_status status = i % 2 ? bt_pool_run(s.pool, 20, 1, count_index, &s, NULL)
                               : bt_pool_run_ordered(s.pool, 20, NULL, count_index, &s, NULL);
      assert_int_equal(status, BT_OK);
    }
    assert_all_ran(&s, n_runs);
    close_scene(&s);
  }
}

/* ---- waking: tasks that end only when all of them have begun, each in its own worker */

static bt_status meet_others(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index, (void)worker, (void)err;
  scene *s = context;
  size_t meeting = atomic_fetch_add(&s->n_meeting, 1) / s->n_tasks;
  while (atomic_load(&s->n_meeting) < (meeting + 1) * s->n_tasks) sched_yield();
  return BT_OK;
}

static bt_status fork_meeting(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index;
  scene *s = context;
  return bt_worker_fork(worker, s->n_tasks, 1, meet_others, s, err);
}

static void every_sleeping_worker_is_woken_for_a_run(void **state)
{
  (void)state;
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], worker_counts[w]);
    size_t n_runs = scaled(1000);
    for (size_t i = 0; i < n_runs; i++) {
      assert_int_equal(bt_pool_run(s.pool, s.n_tasks, 1, meet_others, &s, NULL), BT_OK);
      assert_int_equal(bt_pool_run_ordered(s.pool, s.n_tasks, NULL, meet_others, &s, NULL), BT_OK);
    }
    close_scene(&s);
  }
}

static void every_sleeping_worker_is_woken_for_a_fork(void **state)
{
  (void)state;
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], worker_counts[w]);
    size_t n_runs = scaled(1000);
    for (size_t i = 0; i < n_runs; i++)
      assert_int_equal(bt_pool_run_ordered(s.pool, 1, NULL, fork_meeting, &s, NULL), BT_OK);
    assert_int_equal(atomic_load(&s.n_meeting), n_runs * s.n_tasks);
    close_scene(&s);
  }
}

/* ---- ordered runs */

static bt_status check_order(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  scene *s = context;
  size_t n_workers = bt_pool_size(s->pool);
  /* All before it have begun and at most n_workers - 1 of them are unfinished. */
  wrong_unless(s, index < atomic_load(&s->n_finished) + n_workers);
  size_t n_begun = atomic_fetch_add(&s->n_begun, 1) + 1;
  wrong_unless(s, n_begun <= atomic_load(&s->n_finished) + n_workers);
  if (index % 5 == 0) sched_yield();
  atomic_fetch_add(&s->times_run[index], 1);
  atomic_fetch_add(&s->n_finished, 1);
  return BT_OK;
}

static void ordered_tasks_begin_in_order_and_few_at_once(void **state)
{
  (void)state;
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], scaled(20000));
    assert_int_equal(bt_pool_run_ordered(s.pool, s.n_tasks, NULL, check_order, &s, NULL), BT_OK);
    assert_all_ran(&s, 1);
    close_scene(&s);
  }
}

/* ---- forks */

enum { N_FORKED = 6, N_LEVELS = 4 };

typedef struct nest {
  scene *s;
  size_t base; /* of the indices below this task */
  size_t level;
} nest;

/* A task of level 0, 1, 2 forks N_FORKED of the next; those of the last level count. The stack of a
 * worker must hold at most one task of each level. */
static bt_status fork_nested(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  const nest *outer = context;
  scene *s = outer->s;
  atomic_int *n_inside = &s->n_inside[bt_worker_index(worker)];
  wrong_unless(s, atomic_fetch_add(n_inside, 1) <= (int)outer->level);
  nest inner = {s, (outer->base + index) * N_FORKED, outer->level + 1};
  bt_status status = BT_OK;
  if (inner.level < N_LEVELS) {
    status = bt_worker_fork(worker, N_FORKED, 1, fork_nested, &inner, err);
    for (size_t i = 0; inner.level == N_LEVELS - 1 && i < N_FORKED; i++) /* all done by now */
      wrong_unless(s, atomic_load(&s->times_run[inner.base + i]) > 0);
  } else {
    atomic_fetch_add(&s->times_run[outer->base + index], 1);
  }
  atomic_fetch_sub(n_inside, 1);
  return status;
}

static void nested_forks_run_once_on_a_shallow_stack(void **state)
{
  (void)state;
  size_t n_top = scaled(200);
  for (size_t w = 0; w < N_WORKER_COUNTS; w++) {
    scene s;
    open_scene(&s, worker_counts[w], n_top * N_FORKED * N_FORKED * N_FORKED);
    nest top = {&s, 0, 0};
    assert_int_equal(bt_pool_run_ordered(s.pool, n_top, NULL, fork_nested, &top, NULL), BT_OK);
    assert_int_equal(bt_pool_run(s.pool, n_top, 1, fork_nested, &top, NULL), BT_OK);
    assert_all_ran(&s, 2);
    close_scene(&s);
  }
}

static bt_status fork_nothing(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index;
  return bt_worker_fork(worker, 0, 1, count_index, context, err);
}

static void forking_nothing_is_fine(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, 2, 1);
  assert_int_equal(bt_pool_run(s.pool, 10, 1, fork_nothing, &s, NULL), BT_OK);
  assert_all_ran(&s, 0);
  close_scene(&s);
}

static void pools_come_and_go(void **state)
{
  (void)state;
  bt_pool_free(NULL);
  size_t n_rounds = scaled(100);
  for (size_t i = 0; i < n_rounds; i++) bt_pool_free(new_pool(1 + i % MAX_WORKERS));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_index_runs_once),
      cmocka_unit_test(four_million_tiny_tasks_run_once),
      cmocka_unit_test(many_short_runs_follow_each_other),
      cmocka_unit_test(every_sleeping_worker_is_woken_for_a_run),
      cmocka_unit_test(every_sleeping_worker_is_woken_for_a_fork),
      cmocka_unit_test(ordered_tasks_begin_in_order_and_few_at_once),
      cmocka_unit_test(nested_forks_run_once_on_a_shallow_stack),
      cmocka_unit_test(forking_nothing_is_fine),
      cmocka_unit_test(pools_come_and_go),
  };
  (void)alarm(TIME_LIMIT_S);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
