#include "runners/worker.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "bt_pool_cancel must be safe in a signal handler");

/* Blocks every signal but those that a fault raises in the thread itself; *before is what was
 * blocked so far. Threads inherit the mask: handlers then run in threads of the caller. */
static void block_signals(sigset_t *before)
{
  static const int of_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
  sigset_t blocked;
  sigfillset(&blocked);
  for (size_t i = 0; i < sizeof of_faults / sizeof of_faults[0]; i++)
    sigdelset(&blocked, of_faults[i]);
  pthread_sigmask(SIG_BLOCK, &blocked, before);
}

/* Ends the threads that run, and waits for them. */
static void stop_threads(bt_pool *pool)
{
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->quit, true);
  for (size_t i = 0; i < pool->n_workers; i++)
    if (pool->workers[i].asleep) bt_worker__rouse(&pool->workers[i]);
  pthread_mutex_unlock(&pool->mutex);
  for (size_t i = 0; i < pool->n_started; i++) pthread_join(pool->workers[i].thread, NULL);
}

static bt_status start_threads(bt_pool *pool, bt_error *err)
{
  sigset_t before;
  block_signals(&before);
  int failure = 0;
  while (pool->n_started < pool->n_workers) {
    bt_worker *worker = &pool->workers[pool->n_started];
    failure = pthread_create(&worker->thread, NULL, bt_worker__main, worker);
    if (failure) break;
    pool->n_started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!failure) return BT_OK;
  return bt_fail(err, BT_ERR_THREAD, "thread %zu of %zu cannot be started: %s", pool->n_started + 1,
                 pool->n_workers, failure == EAGAIN ? "too many threads" : "not allowed");
}

static void clear_worker(bt_worker *worker)
{
  for (int i = 0; i < BT_DEQUES_A_WORKER; i++) bt_deque_free(worker->deques[i]);
  pthread_cond_destroy(&worker->roused);
}

/* *worker is all zero. After a failure there is nothing to clear. */
static bt_status init_worker(bt_worker *worker, bt_pool *pool, size_t index, bt_error *err)
{
  if (pthread_cond_init(&worker->roused, NULL))
    return bt_fail(err, BT_ERR_THREAD, "condition variable cannot be made");
  bt_status status = BT_OK;
  for (int i = 0; i < BT_DEQUES_A_WORKER && status == BT_OK; i++)
    status = bt_deque_new(&worker->deques[i], err);
  if (status != BT_OK) {
    clear_worker(worker);
    return status;
  }
  worker->pool = pool;
  worker->index = index;
  worker->random = (index + 1) * UINT64_C(0x9E3779B97F4A7C15); /* odd, so never 0 */
  return BT_OK;
}

/* A zeroed pool with room for its workers, or NULL. */
static bt_pool *new_pool_memory(size_t n_workers)
{
  if (n_workers > SIZE_MAX / sizeof(bt_worker)) return NULL;
  bt_pool *pool = aligned_alloc(BT_LINE_BYTES, sizeof *pool);
  if (!pool) return NULL;
  memset(pool, 0, sizeof *pool);
  pool->workers = aligned_alloc(BT_LINE_BYTES, n_workers * sizeof *pool->workers);
  if (!pool->workers) {
    free(pool);
    return NULL;
  }
  memset(pool->workers, 0, n_workers * sizeof *pool->workers);
  return pool;
}

/* Frees all but the threads; the first pool->n_workers workers are complete. */
static void free_pool_memory(bt_pool *pool)
{
  for (size_t i = 0; i < pool->n_workers; i++) clear_worker(&pool->workers[i]);
  free(pool->workers);
  free(pool);
}

bt_status bt_pool_new(bt_pool **out, size_t n_workers, bt_error *err)
{
  assert(n_workers >= 1);
  bt_pool *pool = new_pool_memory(n_workers);
  if (!pool) return bt_fail_nomem(err, "thread pool");
  bt_status status = BT_OK;
  bool has_mutex = pthread_mutex_init(&pool->mutex, NULL) == 0;
  bool has_cond = has_mutex && pthread_cond_init(&pool->run_done_cond, NULL) == 0;
  if (!has_cond) {
    status = bt_fail(err, BT_ERR_THREAD, "mutex or condition variable cannot be made");
    goto cleanup;
  }
  for (; pool->n_workers < n_workers; pool->n_workers++) {
    status = init_worker(&pool->workers[pool->n_workers], pool, pool->n_workers, err);
    if (status != BT_OK) goto cleanup;
  }
  status = start_threads(pool, err);
  if (status != BT_OK) {
    stop_threads(pool);
    goto cleanup;
  }
  *out = pool;
  return BT_OK;

cleanup:
  if (has_cond) pthread_cond_destroy(&pool->run_done_cond);
  if (has_mutex) pthread_mutex_destroy(&pool->mutex);
  free_pool_memory(pool);
  return status;
}

void bt_pool_free(bt_pool *pool)
{
  if (!pool) return;
  stop_threads(pool);
  pthread_cond_destroy(&pool->run_done_cond);
  pthread_mutex_destroy(&pool->mutex);
  free_pool_memory(pool);
}

/* Offers the indices in stretches, wakes as many workers as can use them, and waits. */
static bt_status run_stretches(bt_pool *pool, size_t n_tasks, size_t stretch, bt_error *err)
{
  size_t n_wanted = n_tasks / stretch + (n_tasks % stretch > 0);
  pthread_mutex_lock(&pool->mutex);
  assert(pool->next == pool->n_tasks);
  pool->run_done = false;
  pool->next = 0;
  pool->n_tasks = n_tasks;
  pool->stretch = stretch;
  atomic_store_explicit(&pool->has_stretch, true, memory_order_relaxed);
  for (size_t i = 0; i < pool->n_workers && n_wanted > 0; i++) {
    if (!pool->workers[i].asleep) continue;
    bt_worker__rouse(&pool->workers[i]);
    n_wanted--;
  }
  while (!pool->run_done) pthread_cond_wait(&pool->run_done_cond, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
  return bt_task_group__result(&pool->run, err);
}

bt_status bt_pool_run(bt_pool *pool, size_t n_tasks, size_t grain, bt_task_fn fn, void *context,
                      bt_error *err)
{
  if (n_tasks == 0) return BT_OK;
  bt_task_group__init(&pool->run, n_tasks, grain, fn, context);
  pool->gate = (bt_pool_gate){0};
  size_t share = n_tasks / pool->n_workers + (n_tasks % pool->n_workers > 0);
  return run_stretches(pool, n_tasks, share > grain ? share : grain, err);
}

bt_status bt_pool_run_ordered(bt_pool *pool, size_t n_tasks, const bt_pool_gate *gate,
                              bt_task_fn fn, void *context, bt_error *err)
{
  if (n_tasks == 0) return BT_OK;
  bt_task_group__init(&pool->run, n_tasks, 1, fn, context);
  pool->gate = gate ? *gate : (bt_pool_gate){0};
  return run_stretches(pool, n_tasks, 1, err);
}

void bt_pool_wake(bt_pool *pool)
{
  bt_pool__wake_helper(pool);
}

void bt_pool_cancel(bt_pool *pool)
{
  atomic_store_explicit(&pool->cancelled, 1, memory_order_relaxed);
}

size_t bt_pool_size(const bt_pool *pool)
{
  return pool->n_workers;
}

bt_pool_counters bt_pool_count(const bt_pool *pool)
{
  bt_pool_counters sum = {0, 0, 0};
  for (size_t i = 0; i < pool->n_workers; i++) {
    const bt_worker *worker = &pool->workers[i];
    sum.n_tasks += atomic_load_explicit(&worker->n_tasks, memory_order_relaxed);
    sum.n_steals += atomic_load_explicit(&worker->n_steals, memory_order_relaxed);
    sum.n_sleeps += atomic_load_explicit(&worker->n_sleeps, memory_order_relaxed);
  }
  return sum;
}
