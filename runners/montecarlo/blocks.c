#include "runners/montecarlo/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "core/block.h"

/* One run of a job. */
typedef struct blocks {
  const bt_block_job *job;
  bt_progress *progress;
  bool (*stop)(void); /* asked where there is no pool; may be NULL */
  size_t n_tasks, block_paths;
  size_t slot_step, scratch_step; /* bytes from one to the next: whole cache lines */
  unsigned char *slots, *scratch;
} blocks;

static size_t settle_block(size_t block_paths)
{
  return block_paths > 0 ? block_paths : BT_BLOCK_PATHS;
}

static uint64_t count_blocks(uint64_t n_paths, size_t block_paths)
{
  return n_paths / block_paths + (n_paths % block_paths > 0);
}

size_t bt_blocks_tasks_of(uint64_t n_paths, size_t block_paths)
{
  uint64_t n_blocks = count_blocks(n_paths, settle_block(block_paths));
  return n_blocks < BT_BLOCK_TASKS_MOST ? (size_t)n_blocks : BT_BLOCK_TASKS_MOST;
}

size_t bt_blocks_tasks(uint64_t n_paths)
{
  return bt_blocks_tasks_of(n_paths, BT_BLOCK_PATHS);
}

/* The first block of a task: tasks have equally many, but for one. */
static uint64_t first_block(const blocks *b, size_t task)
{
  uint64_t n_blocks = count_blocks(b->job->n_paths, b->block_paths);
  uint64_t each = n_blocks / b->n_tasks;
  uint64_t longer = n_blocks % b->n_tasks; /* so many, the first, have one more */
  return each * task + (task < longer ? task : longer);
}

static void count_done(const blocks *b, uint64_t n_paths)
{
  const uint64_t each = b->job->counts_as ? b->job->counts_as : 1;
  if (!b->progress) return;
  atomic_fetch_add_explicit(&b->progress->bar_combos_done, each * n_paths, memory_order_relaxed);
}

/* worker NULL: without the pool. */
static bool is_cancelled(const blocks *b, const bt_worker *worker)
{
  if (worker) return bt_worker_cancelled(worker);
  return b->stop && b->stop();
}

/* worker as above. */
static bt_status run_task(const blocks *b, size_t task, const bt_worker *worker, bt_error *err)
{
  const bt_block_job *job = b->job;
  uint64_t end = first_block(b, task + 1);
  size_t mine = worker ? bt_worker_index(worker) : 0;
  void *slot = b->slots + task * b->slot_step, *scratch = b->scratch + mine * b->scratch_step;
  bt_status status = BT_OK;
  for (uint64_t i = first_block(b, task); i < end && !status; i++) {
    uint64_t first = i * b->block_paths, left = job->n_paths - first;
    size_t n = left < b->block_paths ? (size_t)left : b->block_paths;
    if (is_cancelled(b, worker)) return bt_fail(err, BT_ERR_CANCELLED, "cancelled");
    status = job->add(job->context, slot, first, n, scratch, err);
    count_done(b, n);
  }
  if (!status && b->progress)
    atomic_fetch_add_explicit(&b->progress->tickers_done, 1, memory_order_relaxed);
  return status;
}

/* A bt_task_fn. */
static bt_status run_index(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  return run_task(context, index, worker, err);
}

static size_t whole_lines(size_t n_bytes)
{
  return (n_bytes / BT_BLOCK_ALIGNMENT + 1) * BT_BLOCK_ALIGNMENT;
}

static void clear(blocks *b)
{
  bt_block_give(NULL, b->slots);
  bt_block_give(NULL, b->scratch);
}

static bt_status prepare(blocks *b, const bt_block_job *job, size_t n_workers, bt_error *err)
{
  *b = (blocks){.job = job,
                .n_tasks = bt_blocks_tasks_of(job->n_paths, job->block_paths),
                .block_paths = settle_block(job->block_paths)};
  b->slot_step = whole_lines(job->slot_bytes);
  b->scratch_step = whole_lines(job->scratch_bytes);
  if (b->slot_step <= SIZE_MAX / 2 / b->n_tasks)
    b->slots = bt_block_take(NULL, b->n_tasks * b->slot_step);
  b->scratch = bt_block_take(NULL, n_workers * b->scratch_step);
  if (!b->slots || !b->scratch) {
    clear(b);
    (void)bt_fail_nomem(err, "paths");
    return BT_ERR_NOMEM;
  }
  memset(b->slots, 0, b->n_tasks * b->slot_step);
  return BT_OK;
}

static void join(void *out, const blocks *b)
{
  const bt_block_job *job = b->job;
  for (size_t i = 1; i < b->n_tasks; i++)
    job->join(job->context, b->slots, b->slots + i * b->slot_step);
  memcpy(out, b->slots, job->slot_bytes);
}

bt_status bt_blocks_run(void *out, const bt_block_job *job, bt_pool *pool, bt_progress *progress,
                        bt_error *err)
{
  blocks b;
  bt_status status = prepare(&b, job, bt_pool_size(pool), err);
  if (status) return status;
  b.progress = progress;
  status = bt_pool_run(pool, b.n_tasks, 1, run_index, &b, err);
  if (!status) join(out, &b);
  clear(&b);
  return status;
}

bt_status bt_blocks_run_alone(void *out, const bt_block_job *job, bool (*stop)(void), bt_error *err)
{
  blocks b;
  bt_status status = prepare(&b, job, 1, err);
  if (status) return status;
  b.stop = stop;
  for (size_t i = 0; i < b.n_tasks && !status; i++) status = run_task(&b, i, NULL, err);
  if (!status) join(out, &b);
  clear(&b);
  return status;
}
