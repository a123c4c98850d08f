#ifndef _DEFAULT_SOURCE
/* For MADV_HUGEPAGE, where there is one. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _DEFAULT_SOURCE
#endif

#include "loaders/bars_pool.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
  LINE = 64,
  N_ARRAYS = 7,
  LARGE_PAGE = 2 << 20, /* the usual size; where it is another one the advice is worth less */
  PIECE_BYTES = 4 * LARGE_PAGE,
  SHARED_MOST = PIECE_BYTES / 4 /* larger bars have memory of their own: little is left over */
};

/* Stands at the beginning of its memory; bars follow, each on a line of its own. */
struct bt_bars_piece {
  atomic_size_t n_users; /* bars, and the pool that fills it */
};

/* A bt_bars_block's release. */
static void let_go(void *bytes, size_t n_bytes)
{
  struct bt_bars_piece *piece = bytes;
  (void)n_bytes;
  if (atomic_fetch_sub_explicit(&piece->n_users, 1, memory_order_acq_rel) == 1) free(piece);
}

void bt_bars_pool__clear(bt_bars_pool *pool)
{
  if (pool->piece) let_go(pool->piece, PIECE_BYTES);
  *pool = (bt_bars_pool){0};
}

static bt_status begin_piece(bt_bars_pool *pool, bt_error *err)
{
  void *bytes = NULL;
  bt_bars_pool__clear(pool);
  if (posix_memalign(&bytes, LARGE_PAGE, PIECE_BYTES) != 0) return bt_fail_nomem(err, "bars");
#ifdef MADV_HUGEPAGE
  (void)madvise(bytes, PIECE_BYTES, MADV_HUGEPAGE); /* small pages will do, too */
#endif
  pool->piece = bytes;
  atomic_init(&pool->piece->n_users, 1);
  pool->used_bytes = LINE;
  return BT_OK;
}

bt_status bt_bars_pool__take(bt_bars **out, bt_bars_pool *pool, size_t n_bars, bt_error *err)
{
  if (n_bars > SHARED_MOST / (N_ARRAYS * sizeof(double)) - LINE)
    return bt_bars_new(out, n_bars, err);
  size_t row = (n_bars * sizeof(double) + LINE - 1) / LINE * LINE;
  if (pool->piece && atomic_load_explicit(&pool->piece->n_users, memory_order_acquire) == 1)
    pool->used_bytes = LINE; /* its bars were freed */
  if (!pool->piece || pool->used_bytes + N_ARRAYS * row > PIECE_BYTES) {
    bt_status status = begin_piece(pool, err);
    if (status) return status;
  }
  char *at = (char *)pool->piece + pool->used_bytes;
  double *first = (double *)(void *)(at + row);
  size_t step = row / sizeof(double);
  bt_bars columns = {.n_bars = n_bars,
                     .time_ns = (int64_t *)(void *)at,
                     .open = first,
                     .high = first + step,
                     .low = first + 2 * step,
                     .close = first + 3 * step,
                     .volume = first + 4 * step,
                     .adjust_factor = first + 5 * step};
  bt_bars_block block = {let_go, pool->piece, PIECE_BYTES};
  bt_status status = bt_bars_new_in_block(out, &columns, &block, err);
  if (status) return status;
  atomic_fetch_add_explicit(&pool->piece->n_users, 1, memory_order_relaxed);
  pool->used_bytes += N_ARRAYS * row;
  return BT_OK;
}
