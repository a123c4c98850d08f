/* blocks.h - paths in blocks over the pool.
 *
 * Paths are numbered from 0, and a block is BT_BLOCK_PATHS of them, or as many as the job says,
 * that follow each other (the last one may have fewer). It is what is done between two looks at
 * whether to stop. A task takes a run of blocks, in order, and adds what they give to a slot of its
 * own; slots are joined in the order of the tasks. How many blocks a task has depends on the job
 * alone, so the result has the same bits for any number of workers, and without a pool.
 */
#ifndef BT_RUNNERS_MONTECARLO_BLOCKS_H
#define BT_RUNNERS_MONTECARLO_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "runners/pool.h"
#include "runners/run.h"

enum { BT_BLOCK_PATHS = 1024, BT_BLOCK_TASKS_MOST = 1024 };

/* A job on paths 0 .. n_paths - 1. */
typedef struct bt_block_job {
  uint64_t n_paths;     /* >= 1 */
  size_t block_paths;   /* <= BT_BLOCK_PATHS; 0: that many. Fewer where each of them takes long */
  size_t slot_bytes;    /* of the results of a task; they begin as zeros */
  size_t scratch_bytes; /* of a worker, with anything in it; 0: none */
  void *context;        /* immutable while the job runs */

  /* Adds paths first .. first + n - 1, of one block, to slot. scratch is aligned to 64. */
  bt_status (*add)(const void *context, void *slot, uint64_t first, size_t n, void *scratch,
                   bt_error *err);

  /* Adds what a later task has to slot. */
  void (*join)(const void *context, void *slot, const void *later);

  uint64_t counts_as; /* how many paths the progress counts for each; 0: 1 */
} bt_block_job;

/* Runs it; *out, of slot_bytes, is set on success alone. progress may be NULL: what is done counts
 * tasks in tickers_done and paths in bar_combos_done. Errors: NOMEM, those of add, CANCELLED. */
bt_status bt_blocks_run(void *out, const bt_block_job *job, bt_pool *pool, bt_progress *progress,
                        bt_error *err);

/* The same in the calling thread, without the pool: the baseline that a speed-up is against. stop
 * may be NULL: asked before each block, true ends it with CANCELLED. */
bt_status bt_blocks_run_alone(void *out, const bt_block_job *job, bool (*stop)(void),
                              bt_error *err);

/* How many tasks so many paths have, in blocks of BT_BLOCK_PATHS; and in others, 0 as above. */
size_t bt_blocks_tasks(uint64_t n_paths);
size_t bt_blocks_tasks_of(uint64_t n_paths, size_t block_paths);

#endif
