/* Paths in blocks: every path once, in an order that is always the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/montecarlo/sample.h"
#include "core/random/streams.h"
#include "runners/montecarlo/blocks.h"
#include "tests/support/pool_scene.h"

/* What a task has: its paths in a row, and a sum whose bits depend on the order. */
typedef struct slot {
  uint64_t first, n_paths, n_gaps;
  bt_sample sample;
} slot;

/* Where it fails, and what it has been called with. */
typedef struct job_state {
  uint64_t fail_at; /* a path; UINT64_MAX: nowhere */
  atomic_ullong n_wrong;
} job_state;

static bt_status add(const void *context, void *to, uint64_t first, size_t n, void *scratch,
                     bt_error *err)
{
  job_state *s = (job_state *)context;
  slot *mine = to;
  double *x = scratch;
  bool aligned = (uintptr_t)scratch % 64 == 0;
  if (n == 0 || n > BT_BLOCK_PATHS || first % BT_BLOCK_PATHS != 0 || !aligned)
    atomic_fetch_add(&s->n_wrong, 1);
  if (mine->n_paths == 0) mine->first = first;
  mine->n_gaps += mine->first + mine->n_paths != first;
  mine->n_paths += n;
  for (size_t i = 0; i < n; i++) x[i] = bt_random_normal(1, 0, first + i) * 1e3;
  bt_sample_add(&mine->sample, x, n);
  if (s->fail_at - first < n)
    return bt_fail(err, BT_ERR_DATA, "path %llu", (unsigned long long)s->fail_at);
  return BT_OK;
}

static void join(const void *context, void *to, const void *later)
{
  (void)context;
  slot *mine = to;
  const slot *other = later;
  mine->n_gaps += other->n_gaps + (mine->first + mine->n_paths != other->first);
  mine->n_paths += other->n_paths;
  bt_sample_join(&mine->sample, &other->sample);
}

static bt_block_job job_of(job_state *s, uint64_t n_paths)
{
  *s = (job_state){.fail_at = UINT64_MAX};
  return (bt_block_job){n_paths, sizeof(slot), BT_BLOCK_PATHS * sizeof(double), s, add, join, 0};
}

static const uint64_t sizes[] = {1, 1023, 1024, 1025, 5000, 1024 * 1024, 1024 * 1500 + 7};

static void every_path_is_taken_once_and_the_bits_are_the_same(void **state)
{
  (void)state;
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    job_state s;
    bt_block_job job = job_of(&s, scaled(sizes[k]));
    slot alone = {0};
    bt_error err;
    assert_int_equal(bt_blocks_run_alone(&alone, &job, NULL, &err), BT_OK);
    assert_true(alone.first == 0 && alone.n_paths == job.n_paths && alone.n_gaps == 0);
    assert_true(alone.sample.n == (double)job.n_paths);
    for (size_t i = 0; i < N_WORKER_COUNTS; i++) {
      bt_pool *pool = new_pool(worker_counts[i]);
      bt_progress progress = {0};
      slot got = {0};
      assert_int_equal(bt_blocks_run(&got, &job, pool, &progress, &err), BT_OK);
      assert_memory_equal(&got, &alone, sizeof got);
      assert_int_equal(progress.bar_combos_done, job.n_paths);
      assert_int_equal(progress.tickers_done, bt_blocks_tasks(job.n_paths));
      bt_pool_free(pool);
    }
    assert_int_equal(s.n_wrong, 0);
  }
}

static void many_paths_are_not_many_tasks(void **state)
{
  (void)state;
  assert_int_equal(bt_blocks_tasks(1), 1);
  assert_int_equal(bt_blocks_tasks(1024), 1);
  assert_int_equal(bt_blocks_tasks(1025), 2);
  assert_int_equal(bt_blocks_tasks(UINT64_C(1) << 40), BT_BLOCK_TASKS_MOST);
}

static void a_failure_is_reported_and_nothing_is_set(void **state)
{
  (void)state;
  job_state s;
  bt_block_job job = job_of(&s, 100000);
  s.fail_at = 77777;
  for (size_t i = 0; i <= N_WORKER_COUNTS; i++) {
    slot got = {.n_paths = 42};
    bt_error err;
    bt_pool *pool = i < N_WORKER_COUNTS ? new_pool(worker_counts[i]) : NULL;
    bt_status status = pool ? bt_blocks_run(&got, &job, pool, NULL, &err)
                            : bt_blocks_run_alone(&got, &job, NULL, &err);
    assert_int_equal(status, BT_ERR_DATA);
    assert_string_equal(err.message, "path 77777");
    assert_int_equal(got.n_paths, 42);
    bt_pool_free(pool);
  }
}

static bool stops_at_once(void)
{
  return true;
}

static void a_cancel_ends_it(void **state)
{
  (void)state;
  job_state s;
  bt_block_job job = job_of(&s, 1000000);
  slot got = {.n_paths = 42};
  bt_error err;
  bt_pool *pool = new_pool(2);
  bt_pool_cancel(pool);
  assert_int_equal(bt_blocks_run(&got, &job, pool, NULL, &err), BT_ERR_CANCELLED);
  bt_pool_free(pool);
  assert_int_equal(bt_blocks_run_alone(&got, &job, stops_at_once, &err), BT_ERR_CANCELLED);
  assert_int_equal(got.n_paths, 42);
}

static void slots_that_no_memory_can_hold_are_refused(void **state)
{
  (void)state;
  job_state s;
  bt_block_job job = job_of(&s, 1000000);
  slot got;
  bt_error err;
  job.slot_bytes = SIZE_MAX / 3;
  assert_int_equal(bt_blocks_run_alone(&got, &job, NULL, &err), BT_ERR_NOMEM);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_path_is_taken_once_and_the_bits_are_the_same),
      cmocka_unit_test(many_paths_are_not_many_tasks),
      cmocka_unit_test(a_failure_is_reported_and_nothing_is_set),
      cmocka_unit_test(a_cancel_ends_it),
      cmocka_unit_test(slots_that_no_memory_can_hold_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
