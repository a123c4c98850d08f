/* pool_scene.h - what tests of the pool share: a pool with counters for its tasks.
 *
 * Tasks run in other threads, where a failed assertion could not jump back: they count what is
 * wrong, and closing the scene asserts that nothing was. Include cmocka.h before.
 */
#ifndef BT_TESTS_POOL_SCENE_H
#define BT_TESTS_POOL_SCENE_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runners/pool.h"
#include "tests/support/slow.h"

/* A lost wake-up shows as a test that never ends. */
enum { MAX_WORKERS = 16, TIME_LIMIT_S = 300 };

static const size_t worker_counts[] = {1, 2, 7, MAX_WORKERS};
enum { N_WORKER_COUNTS = sizeof worker_counts / sizeof worker_counts[0] };

/* n, or less where everything is slow. */
static inline size_t scaled(size_t n)
{
  if (is_below_valgrind()) return n / 100 + 1;
  return IS_SLOW ? n / 10 + 1 : n;
}

static inline bt_pool *new_pool(size_t n_workers)
{
  bt_pool *pool = NULL;
  bt_error err;
  assert_int_equal(bt_pool_new(&pool, n_workers, &err), BT_OK);
  assert_int_equal(bt_pool_size(pool), n_workers);
  return pool;
}

/* What the tasks of a test share. */
typedef struct scene {
  bt_pool *pool;
  atomic_int *times_run; /* an entry for each index */
  size_t n_tasks;
  const unsigned char *fails; /* an entry for each index, or NULL */
  atomic_size_t n_begun, n_finished, n_wrong, n_meeting;
  atomic_size_t lowest_failed;
  atomic_int n_inside[MAX_WORKERS]; /* tasks on the stack of a worker */
  size_t cancel_at;
} scene;

static inline void open_scene(scene *s, size_t n_workers, size_t n_tasks)
{
  memset(s, 0, sizeof *s);
  s->pool = new_pool(n_workers);
  s->n_tasks = n_tasks;
  s->times_run = calloc(n_tasks + 1, sizeof *s->times_run);
  assert_non_null(s->times_run);
  atomic_store(&s->lowest_failed, SIZE_MAX);
}

static inline void close_scene(scene *s)
{
  assert_int_equal(atomic_load(&s->n_wrong), 0);
  bt_pool_free(s->pool);
  free(s->times_run);
}

static inline void wrong_unless(scene *s, bool holds)
{
  if (!holds) atomic_fetch_add(&s->n_wrong, 1);
}

/* Every index ran `times` times. */
static inline void assert_all_ran(const scene *s, int times)
{
  size_t n_other = 0;
  for (size_t i = 0; i < s->n_tasks; i++) n_other += atomic_load(&s->times_run[i]) != times;
  assert_int_equal(n_other, 0);
}

static inline bt_status count_index(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)err;
  scene *s = context;
  wrong_unless(s, index < s->n_tasks && bt_worker_index(worker) < bt_pool_size(s->pool));
  atomic_fetch_add_explicit(&s->times_run[index], 1, memory_order_relaxed);
  return BT_OK;
}

#endif
