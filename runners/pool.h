/* pool.h - a work-stealing thread pool for independent, indexed tasks.
 *
 * A task gets an index, not data: everything it reads is shared and immutable, everything it writes
 * is its own slot. Each worker owns two Chase-Lev deques (runners/deque.h), one for top-level
 * ranges and one for forked ones; an idle worker steals from a random victim, backs off, then
 * sleeps. The first failure in a run or fork stops its tasks that have not begun, a cancel stops
 * all that have not; tasks that run are finished, with what they fork, and may ask
 * bt_worker_cancelled.
 */
#ifndef BT_RUNNERS_POOL_H
#define BT_RUNNERS_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

typedef struct bt_pool bt_pool;
typedef struct bt_worker bt_worker;

/* One task: 0 <= index < n_tasks. Returns BT_OK, or fills *err. */
typedef bt_status (*bt_task_fn)(void *context, size_t index, bt_worker *worker, bt_error *err);

/* Starts n_workers >= 1 threads that sleep until there is work. They block all signals but those
 * that a fault raises, so handlers run in the caller's threads. The caller frees *out with
 * bt_pool_free. Errors: NOMEM, THREAD. */
bt_status bt_pool_new(bt_pool **out, size_t n_workers, bt_error *err);
void bt_pool_free(bt_pool *pool); /* joins the threads; NULL is fine; not while a run is going on */

size_t bt_pool_size(const bt_pool *pool);

/* Runs fn for 0 .. n_tasks-1 and waits. Every worker begins with a stretch of its own, and ranges
 * are split in halves down to `grain` indices (>= 1), so tiny tasks cost little. Returns BT_OK when
 * every task ran and succeeded, else the error of the failed task with the lowest index among those
 * that ran, or CANCELLED; a task that returns CANCELLED gives way to one that failed for a reason.
 * One run at a time, and not from inside a task. */
bt_status bt_pool_run(bt_pool *pool, size_t n_tasks, size_t grain, bt_task_fn fn, void *context,
                      bt_error *err);

/* Holds tasks of an ordered run back: a worker begins task `index` once is_open(context, index),
 * and until then helps with forked tasks or sleeps. is_open is called with a lock of the pool held:
 * it must be short and must not call the pool. A gate that is shut opens after a while without help
 * of tasks that have not begun, and whoever opens it then calls bt_pool_wake: a cancel waits for
 * that where every worker sleeps. A run that is stopped asks no more. */
typedef struct bt_pool_gate {
  bool (*is_open)(void *context, size_t index);
  void *context;
} bt_pool_gate;

/* The same, but tasks are handed out in rising order of index: at most n_workers are begun and
 * unfinished, apart from what they fork. An idle worker helps with forked tasks before it begins a
 * new one. As all tasks before a failed one have begun, the error is that of the lowest index that
 * fails at all, whatever the number of workers. gate NULL: always open. */
bt_status bt_pool_run_ordered(bt_pool *pool, size_t n_tasks, const bt_pool_gate *gate,
                              bt_task_fn fn, void *context, bt_error *err);

/* A gate may have opened. Any thread; cheap where no worker sleeps. */
void bt_pool_wake(bt_pool *pool);

/* Called inside a task: runs fn for 0 .. n_tasks-1 as tasks that other workers may steal, and
 * returns when all are done. While it waits the worker runs forked tasks that are nested at least
 * as deep as these, never a new top-level one: so the stack stays as shallow as the nesting, but
 * scratch memory of the worker must not be held across the call. Result as bt_pool_run. */
bt_status bt_worker_fork(bt_worker *worker, size_t n_tasks, size_t grain, bt_task_fn fn,
                         void *context, bt_error *err);

/* Index of the worker that runs the calling task: 0 .. bt_pool_size-1; for scratch memory. */
size_t bt_worker_index(const bt_worker *worker);

/* True once the run is cancelled, or a task of this run or fork, or of one around it, failed.
 * A task that gives up because of it returns CANCELLED, so as not to hide the reason. */
bool bt_worker_cancelled(const bt_worker *worker);

/* Stops the run: no further task begins. Safe from any thread and from a signal handler. It holds
 * for every later run of this pool too: a pool is cancelled once. */
void bt_pool_cancel(bt_pool *pool);

/* Counters since bt_pool_new, for tests and the bench: read while no run is going on. */
typedef struct bt_pool_counters {
  size_t n_tasks, n_steals, n_sleeps;
} bt_pool_counters;
bt_pool_counters bt_pool_count(const bt_pool *pool);

/* CPUs that this process may use: the affinity mask and the cgroup CPU quota (rounded up); >= 1. */
size_t bt_cpu_count(void);

/* The quota part of it, SIZE_MAX where there is none: the least cpu.max (cgroup v2) or
 * cpu.cfs_quota_us (v1) of this process's groups and the groups above them. `root` goes before
 * every path that is read: "" in earnest, a folder in tests. */
size_t bt_cpu__quota(const char *root);

#endif
