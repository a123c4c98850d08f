/* bars_pool.h - memory for the bars of many tickers in few large pieces.
 *
 * A run keeps hundreds of bars at once, and the first touch of each page of memory costs more than
 * what is written there. Bars lie side by side in pieces of several MiB, for which the system is
 * asked for large pages. A piece is used again when none of its bars are left, and given back with
 * the last of them when the pool has gone on to another one.
 */
#ifndef BT_LOADERS_BARS_POOL_H
#define BT_LOADERS_BARS_POOL_H

#include <stddef.h>

#include "core/bars.h"
#include "core/status.h"

/* The piece that is being filled; begins as zeros. One thread takes from it; bars may be freed by
 * any, at any time, after the pool, too. */
typedef struct bt_bars_pool {
  struct bt_bars_piece *piece; /* NULL: none yet */
  size_t used_bytes;           /* of the piece */
} bt_bars_pool;

/* Bars for n_bars > 0 rows, contents undefined. The caller frees *out with bt_bars_free. Errors:
 * NOMEM. */
bt_status bt_bars_pool__take(bt_bars **out, bt_bars_pool *pool, size_t n_bars, bt_error *err);

/* The pool is empty then, and usable again. */
void bt_bars_pool__clear(bt_bars_pool *pool);

#endif
