/* worker.h - the inside of the pool, shared by pool.c, worker.c and sleep.c alone.
 *
 * pool.c starts and ends pools and runs, worker.c finds and runs ranges, sleep.c puts workers to
 * sleep and wakes them. A group is alive until its `left` is 0: whoever makes it 0 lets go first.
 */
#ifndef BT_RUNNERS_WORKER_H
#define BT_RUNNERS_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "runners/deque.h"
#include "runners/pool.h"

enum {
  BT_LINE_BYTES = 128, /* see runners/deque.c */
  BT_LEVEL_TOP = 0,    /* level of a run's own tasks; what a task of level n forks has n + 1 */
  BT_DEQUE_TOP = 0,    /* index into worker.deques */
  BT_DEQUE_FORK = 1,   /* holds levels from 1 on */
  BT_DEQUES_A_WORKER = 2
};

/* The parts of bt_pool.idle. */
#define BT_ONE_SEARCHER UINT64_C(1)
#define BT_ONE_SLEEPER (UINT64_C(1) << 32)

/* A run or a fork: it lives in the pool or on the stack of the forking task until left is 0. */
typedef struct bt_task_group {
  bt_task_fn fn;
  void *context;
  size_t grain, level;
  bt_worker *owner;                   /* that waits for it; NULL: the thread inside bt_pool_run */
  const struct bt_task_group *parent; /* of the task that forked it */
  atomic_size_t left;                 /* indices neither finished nor thrown away */
  atomic_bool failed;                 /* a task failed */
  atomic_bool skipped;                /* a task did not begin */
  /* Under the pool's mutex, and after left = 0 the owner's: */
  size_t failed_index;
  bt_error error; /* BT_OK: none */
} bt_task_group;

struct bt_worker {
  /* Never written once the threads run. */
  _Alignas(BT_LINE_BYTES) bt_pool *pool;
  bt_deque *deques[BT_DEQUES_A_WORKER];
  size_t index;
  pthread_t thread;
  /* The worker's own. */
  _Alignas(BT_LINE_BYTES) const bt_task_group *current; /* that its innermost task belongs to */
  bt_task_group *credited; /* n_credit finished indices are not yet subtracted */
  size_t n_credit;         /* from its `left`: saves a shared write a task */
  uint64_t random;
  atomic_size_t n_tasks, n_steals, n_sleeps;
  /* Under the mutex. */
  _Alignas(BT_LINE_BYTES) bool asleep;
  size_t asleep_level; /* the least level that it may take */
  pthread_cond_t roused;
};

struct bt_pool {
  bt_worker *workers;
  size_t n_workers, n_started;
  atomic_int cancelled;
  _Alignas(BT_LINE_BYTES) _Atomic uint64_t idle;
  _Alignas(BT_LINE_BYTES) pthread_mutex_t mutex;
  pthread_cond_t run_done_cond;
  bool run_done;
  atomic_bool quit;
  /* The stretches not handed out: next .. n_tasks-1, under the mutex; the flag saves locking it. */
  atomic_bool has_stretch;
  size_t next, n_tasks, stretch;
  bt_pool_gate gate;
  bt_task_group run;
};

/* Whether the group's tasks that have not begun are to be thrown away. */
static inline bool bt_task_group__stopped(const bt_pool *pool, const bt_task_group *group)
{
  return atomic_load_explicit(&pool->cancelled, memory_order_relaxed) != 0 ||
         atomic_load_explicit(&group->failed, memory_order_relaxed);
}

/* Whether the next stretch may be handed out, or thrown away. The pool's mutex is held. */
static inline bool bt_pool__offers_stretch(const bt_pool *pool)
{
  if (pool->next == pool->n_tasks) return false;
  return !pool->gate.is_open || bt_task_group__stopped(pool, &pool->run) ||
         pool->gate.is_open(pool->gate.context, pool->next);
}

/* Adds to a counter that this thread alone writes; others may read it. */
static inline void bt_counter__add(atomic_size_t *counter, size_t n)
{
  size_t value = atomic_load_explicit(counter, memory_order_relaxed);
  atomic_store_explicit(counter, value + n, memory_order_relaxed);
}

/* The thread of a worker: void *(bt_worker *), for pthread_create. */
void *bt_worker__main(void *worker);

/* A group ready to run, and what became of it once `left` is 0. n_tasks, grain >= 1. */
void bt_task_group__init(bt_task_group *group, size_t n_tasks, size_t grain, bt_task_fn fn,
                         void *context);
bt_status bt_task_group__result(const bt_task_group *group, bt_error *err);

/* Called after work was published or uncovered: wakes one worker that can take some, unless a
 * searching one is about to. */
void bt_pool__wake_helper(bt_pool *pool);

/* Whether what a worker waits for has come: the end of `awaited`, or where NULL of the pool. */
bool bt_pool__wait_is_over(const bt_pool *pool, const bt_task_group *awaited);

/* Returns once there may be work of least_level or deeper, or the wait is over. The worker counts
 * as searching before and after where least_level is BT_LEVEL_TOP. */
void bt_worker__sleep(bt_worker *worker, size_t least_level, const bt_task_group *awaited);

/* Wakes a worker that is asleep. The pool's mutex is held. */
void bt_worker__rouse(bt_worker *sleeper);

#endif
