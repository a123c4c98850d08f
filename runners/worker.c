/* How a run goes. The caller offers the indices as stretches: one a worker in a plain run, one an
 * index in an ordered one. A worker without anything to do takes, in this order: its own forked
 * ranges, its own top-level ranges, another's forked range, the next stretch, another's top-level
 * range. What it takes it halves, pushing upper halves for others, and runs the lowest part. */
#include "runners/worker.h"

#include <assert.h>
#include <sched.h>

#include "runners/fault_stack.h"

enum {
  SPIN_ROUNDS = 8, /* searches with 1, 2, 4, ... pauses between them: a few microseconds */
  YIELD_ROUNDS = 1 /* then this many that give the CPU away, then sleep: a sleeper that is woken is
                      put on an idle CPU, one that only yields may share its victim's for long */
};

/* ---- finishing */

/* Subtracts n from what is left of the group, which may be gone on return. */
static void finish_indices(bt_worker *worker, bt_task_group *group, size_t n)
{
  bt_pool *pool = worker->pool;
  bt_worker *owner = group->owner;
  if (atomic_fetch_sub(&group->left, n) != n || owner == worker) return;
  /* A fork's owner that is awake looks at `left` by itself. */
  if (owner && atomic_load(&pool->idle) < BT_ONE_SLEEPER) return;
  pthread_mutex_lock(&pool->mutex);
  if (!owner) {
    pool->run_done = true;
    pthread_cond_signal(&pool->run_done_cond);
  } else if (owner->asleep) {
    bt_worker__rouse(owner);
  }
  pthread_mutex_unlock(&pool->mutex);
}

/* Must come before the worker searches, waits, or begins a task of another group: else somebody
 * would wait for indices that are finished. */
static void pay_credit(bt_worker *worker)
{
  bt_task_group *group = worker->credited;
  worker->credited = NULL;
  if (group) finish_indices(worker, group, worker->n_credit);
}

static void credit(bt_worker *worker, bt_task_group *group, size_t n)
{
  if (worker->credited != group) {
    pay_credit(worker);
    worker->credited = group;
    worker->n_credit = 0;
  }
  worker->n_credit += n;
}

/* Keeps the failure if it is the group's first, has a lower index than the one before, or is the
 * reason where that was only a consequence. */
static void record_failure(bt_pool *pool, bt_task_group *group, size_t index, const bt_error *error)
{
  pthread_mutex_lock(&pool->mutex);
  bool is_reason = error->status != BT_ERR_CANCELLED;
  bool had_reason = group->error.status != BT_ERR_CANCELLED;
  bool better = is_reason == had_reason ? index < group->failed_index : is_reason;
  if (group->error.status == BT_OK || better) {
    group->error = *error;
    group->failed_index = index;
  }
  pthread_mutex_unlock(&pool->mutex);
  atomic_store_explicit(&group->failed, true, memory_order_relaxed);
}

/* ---- running */

static void run_task(bt_worker *worker, bt_task_group *group, size_t index)
{
  bt_error error;
  error.status = BT_OK;
  error.message[0] = '\0';
  bt_status status = group->fn(group->context, index, worker, &error);
  if (status == BT_OK) return;
  if (error.message[0] == '\0') (void)bt_fail(&error, status, "%s", bt_status_text(status));
  error.status = status;
  record_failure(worker->pool, group, index, &error);
}

/* Whether a task that was handed out is dropped. Of a run whose tasks are handed out one by one, in
 * rising order, a failure drops none that is out: so the failure with the lowest index is found. */
static bool is_overtaken(const bt_pool *pool, const bt_task_group *group)
{
  if (group == &pool->run && pool->stretch == 1)
    return atomic_load_explicit(&pool->cancelled, memory_order_relaxed) != 0;
  return bt_task_group__stopped(pool, group);
}

/* Runs the indices of a range one by one, or throws away those that a stop has overtaken. */
static void run_leaf(bt_worker *worker, bt_task_group *group, size_t first, size_t end)
{
  const bt_task_group *outer = worker->current;
  if (worker->credited != group) pay_credit(worker);
  worker->current = group;
  size_t index = first;
  for (; index < end && !is_overtaken(worker->pool, group); index++) run_task(worker, group, index);
  worker->current = outer;
  if (index < end) atomic_store_explicit(&group->skipped, true, memory_order_relaxed);
  bt_counter__add(&worker->n_tasks, index - first);
  credit(worker, group, end - first);
}

/* Halves the range, leaving upper halves to be stolen, and runs the rest. */
static void run_range(bt_worker *worker, const bt_deque_item *range)
{
  bt_task_group *group = range->group;
  size_t first = range->first;
  size_t end = range->end;
  size_t level = range->level;
  bt_deque *deque = worker->deques[level == BT_LEVEL_TOP ? BT_DEQUE_TOP : BT_DEQUE_FORK];
  bool pushed = false;
  while (end - first > group->grain && !bt_task_group__stopped(worker->pool, group)) {
    size_t middle = first + (end - first) / 2;
    bt_deque_item upper = {.group = group, .first = middle, .end = end, .level = level};
    if (!bt_deque_push(deque, &upper)) break; /* no memory: run all of it here */
    end = middle;
    pushed = true;
  }
  if (pushed) {
    bt_deque_publish(deque);
    bt_pool__wake_helper(worker->pool);
  }
  run_leaf(worker, group, first, end);
}

/* ---- finding work */

/* Marsaglia's xorshift64: no clock, so the same seed in every run. */
static size_t random_victim(bt_worker *worker)
{
  uint64_t x = worker->random;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  worker->random = x;
  return (size_t)(x % worker->pool->n_workers);
}

static bool pop_own(bt_worker *worker, size_t least_level, bt_deque_item *out)
{
  if (bt_deque_pop(worker->deques[BT_DEQUE_FORK], least_level, out)) return true;
  return least_level == BT_LEVEL_TOP && bt_deque_pop(worker->deques[BT_DEQUE_TOP], 0, out);
}

/* Tries every other worker once, from a random one on. */
static bool steal_any(bt_worker *worker, int which, size_t least_level, bt_deque_item *out)
{
  bt_pool *pool = worker->pool;
  size_t victim = random_victim(worker);
  for (size_t i = 0; i < pool->n_workers; i++, victim++) {
    if (victim == pool->n_workers) victim = 0;
    if (victim == worker->index) continue;
    bt_deque *deque = pool->workers[victim].deques[which];
    bt_steal result = BT_STEAL_LOST;
    while (result == BT_STEAL_LOST) result = bt_deque_steal(deque, least_level, out);
    if (result == BT_STEAL_NONE) continue;
    bt_counter__add(&worker->n_steals, 1);
    return true;
  }
  return false;
}

/* Under the mutex. Returns the indices from the next one on, all that are left or one stretch. */
static bt_deque_item advance(bt_pool *pool, size_t n_most)
{
  size_t left = pool->n_tasks - pool->next, n = left < n_most ? left : n_most;
  bt_deque_item item = {&pool->run, pool->next, pool->next + n, BT_LEVEL_TOP};
  pool->next += n;
  if (n == left) atomic_store_explicit(&pool->has_stretch, false, memory_order_relaxed);
  return item;
}

/* The next stretch of the run, where the gate is open. Of a run that is stopped, all the rest is
 * thrown away instead. */
static bool take_stretch(bt_worker *worker, bt_deque_item *out)
{
  bt_pool *pool = worker->pool;
  if (!atomic_load_explicit(&pool->has_stretch, memory_order_relaxed)) return false;
  pthread_mutex_lock(&pool->mutex);
  bool offered = bt_pool__offers_stretch(pool);
  bool stopped = offered && bt_task_group__stopped(pool, &pool->run);
  bt_deque_item item = {0};
  if (offered) item = advance(pool, stopped ? SIZE_MAX : pool->stretch);
  if (stopped) atomic_store_explicit(&pool->run.skipped, true, memory_order_relaxed);
  pthread_mutex_unlock(&pool->mutex);
  if (stopped) finish_indices(worker, &pool->run, item.end - item.first);
  if (!offered || stopped) return false;
  *out = item;
  return true;
}

static bool take_anywhere(bt_worker *worker, size_t least_level, bt_deque_item *out)
{
  if (steal_any(worker, BT_DEQUE_FORK, least_level, out)) return true;
  if (least_level > BT_LEVEL_TOP) return false;
  return take_stretch(worker, out) || steal_any(worker, BT_DEQUE_TOP, 0, out);
}

/* A thief that keeps reading its victim's lines slows it down: double the pauses, then let others
 * have the CPU. */
static void back_off(unsigned round)
{
  if (round >= SPIN_ROUNDS) {
    (void)sched_yield();
    return;
  }
  for (unsigned i = 0; i < 1U << round; i++) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
  }
}

/* Gets work of least_level or deeper, sleeping where there is none; false once the wait is over. */
static bool search(bt_worker *worker, size_t least_level, const bt_task_group *awaited,
                   bt_deque_item *out)
{
  bt_pool *pool = worker->pool;
  /* A worker that waits for a fork is no searcher: others could not rely on it. */
  uint64_t searcher = least_level == BT_LEVEL_TOP ? BT_ONE_SEARCHER : 0;
  pay_credit(worker);
  if (searcher) atomic_fetch_add(&pool->idle, searcher);
  bool found = false;
  unsigned round = 0;
  while (!bt_pool__wait_is_over(pool, awaited)) {
    found = take_anywhere(worker, least_level, out);
    if (found) break;
    if (round < SPIN_ROUNDS + YIELD_ROUNDS) {
      back_off(round++);
    } else {
      bt_worker__sleep(worker, least_level, awaited);
      round = 0;
    }
  }
  if (searcher) atomic_fetch_sub(&pool->idle, searcher);
  if (found) bt_pool__wake_helper(pool);
  return found;
}

void *bt_worker__main(void *argument)
{
  bt_worker *worker = argument;
  bt_deque_item range;
  void *stack = bt_fault_stack_begin();
  while (pop_own(worker, BT_LEVEL_TOP, &range) || search(worker, BT_LEVEL_TOP, NULL, &range))
    run_range(worker, &range);
  bt_fault_stack_end(stack);
  return NULL;
}

/* ---- task groups */

/* The pool's own group is used again and again, so this is assignment; no thread looks at it. */
void bt_task_group__init(bt_task_group *group, size_t n_tasks, size_t grain, bt_task_fn fn,
                         void *context)
{
  assert(grain >= 1 && n_tasks >= 1);
  group->fn = fn;
  group->context = context;
  group->grain = grain;
  group->level = BT_LEVEL_TOP;
  group->owner = NULL;
  group->parent = NULL;
  atomic_store_explicit(&group->left, n_tasks, memory_order_relaxed);
  atomic_store_explicit(&group->failed, false, memory_order_relaxed);
  atomic_store_explicit(&group->skipped, false, memory_order_relaxed);
  group->failed_index = 0;
  group->error.status = BT_OK;
  group->error.message[0] = '\0';
}

bt_status bt_task_group__result(const bt_task_group *group, bt_error *err)
{
  if (group->error.status != BT_OK) {
    if (err) *err = group->error;
    return group->error.status;
  }
  if (atomic_load_explicit(&group->skipped, memory_order_relaxed))
    return bt_fail(err, BT_ERR_CANCELLED, "cancelled");
  return BT_OK;
}

bt_status bt_worker_fork(bt_worker *worker, size_t n_tasks, size_t grain, bt_task_fn fn,
                         void *context, bt_error *err)
{
  if (n_tasks == 0) return BT_OK;
  bt_task_group forked;
  bt_task_group__init(&forked, n_tasks, grain, fn, context);
  forked.level = worker->current->level + 1;
  forked.owner = worker;
  forked.parent = worker->current;

  run_range(worker, &(bt_deque_item){&forked, 0, n_tasks, forked.level});
  while (atomic_load_explicit(&forked.left, memory_order_acquire) > 0) {
    bt_deque_item range;
    if (pop_own(worker, forked.level, &range) || search(worker, forked.level, &forked, &range))
      run_range(worker, &range);
  }
  pay_credit(worker); /* of another's fork: the task that goes on here may take long */
  return bt_task_group__result(&forked, err);
}

size_t bt_worker_index(const bt_worker *worker)
{
  return worker->index;
}

bool bt_worker_cancelled(const bt_worker *worker)
{
  if (atomic_load_explicit(&worker->pool->cancelled, memory_order_relaxed)) return true;
  const bt_task_group *group = worker->current;
  while (group && !atomic_load_explicit(&group->failed, memory_order_relaxed))
    group = group->parent;
  return group != NULL;
}
