/* american_scene.h - prices of American options inside a task of a pool. Include cmocka.h before.
 */
#ifndef BT_TESTS_AMERICAN_SCENE_H
#define BT_TESTS_AMERICAN_SCENE_H

#include "runners/montecarlo/american.h"

typedef struct american_task {
  const bt_american *job;
  bt_american_result result;
} american_task;

static inline bt_status run_american_task(void *context, size_t index, bt_worker *worker,
                                          bt_error *err)
{
  (void)index;
  american_task *task = context;
  return bt_american_price(&task->result, task->job, worker, err);
}

/* On a pool of so many workers. */
static inline bt_status try_american(bt_american_result *out, const bt_american *job,
                                     size_t n_workers, bt_error *err)
{
  bt_pool *pool = NULL;
  american_task task = {.job = job};
  assert_int_equal(bt_pool_new(&pool, n_workers, NULL), BT_OK);
  bt_status status = bt_pool_run(pool, 1, 1, run_american_task, &task, err);
  bt_pool_free(pool);
  *out = task.result;
  return status;
}

/* On two workers, and it must succeed. */
static inline bt_american_result price_american(const bt_american *job)
{
  bt_american_result result;
  bt_error err;
  if (try_american(&result, job, 2, &err) != BT_OK) fail_msg("%s", err.message);
  return result;
}

#endif
