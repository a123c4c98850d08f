/* Why no wake-up is lost. `idle` counts, in one atomic word, the workers that sleep and those that
 * search with nothing barred to them. A worker that pushed publishes (a sequentially consistent
 * store) and then reads `idle`; it wakes a sleeper when nobody searches. A worker that goes to
 * sleep changes `idle` and then looks at every deque once more. In the total order of these
 * operations either the look comes after the publication and finds the item, or the change comes
 * before the read, which then sees a sleeper. Where the pusher did leave it to a searcher, that one
 * either finds something, and on leaving its search reads `idle` in the pusher's place; or turns
 * into a sleeper and looks after that. Whoever steals does the same, as it may have uncovered a
 * deeper range. The last task of a fork changes `left` before it reads `idle`, and the sleeping
 * owner of the fork looks at `left` after it changed `idle`. A sleeper waits on its own condition
 * variable, and the final look and the waking both happen under the mutex.
 *
 * A gate that opens is work that comes up: whoever opens it does so before it reads `idle`, and the
 * sleeper's final look asks the gate.
 *
 * A cancel wakes nobody, and need not: a worker sleeps only while others hold all the work, and
 * those, being awake, throw away what has not begun and finish the run; or while a gate is shut,
 * and then it is woken when that opens. */
#include "runners/worker.h"

/* Whether a worker that may take least_level and deeper would find something. Mutex held. */
static bool has_work(const bt_pool *pool, size_t least_level)
{
  if (least_level == BT_LEVEL_TOP && bt_pool__offers_stretch(pool)) return true;
  for (size_t i = 0; i < pool->n_workers; i++) {
    const bt_worker *worker = &pool->workers[i];
    if (bt_deque_offers(worker->deques[BT_DEQUE_FORK], least_level)) return true;
    if (least_level == BT_LEVEL_TOP && bt_deque_offers(worker->deques[BT_DEQUE_TOP], 0))
      return true;
  }
  return false;
}

/* The sleeper counts as searching at once, so that it is not followed by more. */
void bt_worker__rouse(bt_worker *sleeper)
{
  sleeper->asleep = false;
  uint64_t searcher = sleeper->asleep_level == BT_LEVEL_TOP ? BT_ONE_SEARCHER : 0;
  atomic_fetch_sub(&sleeper->pool->idle, BT_ONE_SLEEPER - searcher);
  pthread_cond_signal(&sleeper->roused);
}

void bt_pool__wake_helper(bt_pool *pool)
{
  uint64_t idle = atomic_load(&pool->idle);
  if (idle < BT_ONE_SLEEPER || idle % BT_ONE_SLEEPER > 0) return;
  pthread_mutex_lock(&pool->mutex);
  bool any = has_work(pool, BT_LEVEL_TOP);
  for (size_t i = 0; any && i < pool->n_workers; i++) {
    bt_worker *worker = &pool->workers[i];
    if (!worker->asleep || !has_work(pool, worker->asleep_level)) continue;
    bt_worker__rouse(worker);
    break;
  }
  pthread_mutex_unlock(&pool->mutex);
}

bool bt_pool__wait_is_over(const bt_pool *pool, const bt_task_group *awaited)
{
  return awaited ? atomic_load(&awaited->left) == 0 : atomic_load(&pool->quit);
}

void bt_worker__sleep(bt_worker *worker, size_t least_level, const bt_task_group *awaited)
{
  bt_pool *pool = worker->pool;
  pthread_mutex_lock(&pool->mutex);
  worker->asleep = true;
  worker->asleep_level = least_level;
  atomic_fetch_add(&pool->idle,
                   BT_ONE_SLEEPER - (least_level == BT_LEVEL_TOP ? BT_ONE_SEARCHER : 0));
  if (bt_pool__wait_is_over(pool, awaited) || has_work(pool, least_level)) {
    bt_worker__rouse(worker);
  } else {
    bt_counter__add(&worker->n_sleeps, 1);
  }
  while (worker->asleep) pthread_cond_wait(&worker->roused, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
}
