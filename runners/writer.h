/* writer.h - the one thread that writes results, fed with whole batches.
 *
 * A batch holds what one pass computes of one ticker and has a sequence number 0, 1, 2, ...;
 * batches are written in that order whatever the order they arrive in, so the file is the same for
 * any number of workers. Back-pressure is felt before a ticker is begun (bt_writer_has_room, the
 * gate of the pool's run), never in the middle of one, and nobody waits for the disk. A batch is
 * committed whole; what is written is committed within about a second.
 */
#ifndef BT_RUNNERS_WRITER_H
#define BT_RUNNERS_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/metrics.h"
#include "core/status.h"
#include "runners/pool.h"
#include "runners/store.h"
#include "runners/ticker_rows.h"

/* The results of one ticker, window and phase. Each array is malloc'd, owned by the batch, and may
 * be NULL where its number is 0. */
typedef struct bt_section {
  bt_result_key key; /* combo_id: of trades, points and regimes */
  bool daily;        /* how times print */
  size_t n_values;   /* -> objective_values: one a combination */
  double *values;
  size_t n_metrics; /* -> metrics, in rising combination order; a combo_id of 0 for NULL */
  int64_t *combo_ids;
  bt_metrics *metrics;
  size_t n_trades; /* -> trades */
  bt_trade_row *trades;
  size_t n_points; /* -> equity */
  bt_equity_point *points;
  size_t n_regimes; /* -> regime_metrics */
  bt_regime_row *regimes;
  struct bt_section *next;
} bt_section;

/* What one pass computes of one ticker, whose row in `tickers` is there before or comes with it:
 * then the ticker that was found is not changed before the batch is written. Arrays are owned by
 * the batch; selections[].objective is static text. */
typedef struct bt_batch {
  size_t sequence;
  bt_found_ticker found;  /* entry NULL: none */
  bt_found_ticker fallen; /* rejected now, though its row is there; entry NULL: none */
  bt_section *sections, *last_section;
  size_t n_selections;
  bt_selection_row *selections;
  bt_walkforward_row walkforward;   /* ticker_id 0: none */
  size_t task;                      /* from 1 on: done with this batch; 0: none */
  struct bt_batch *previous, *next; /* the writer's queue */
} bt_batch;

/* An empty batch; the caller fills it and pushes it, or frees it with bt_batch_free. Errors: NOMEM.
 */
bt_status bt_batch_new(bt_batch **out, size_t sequence, bt_error *err);
void bt_batch_free(bt_batch *batch); /* arrays with free(); NULL is fine */

/* Leaves the ticker and the task alone. */
void bt_batch_drop_results(bt_batch *batch);

/* Appends an empty section, which stays the batch's; a selection. Errors: NOMEM. */
bt_status bt_batch_add_section(bt_section **out, bt_batch *batch, const bt_result_key *key,
                               bt_error *err);
bt_status bt_batch_add_selection(bt_batch *batch, const bt_selection_row *row, bt_error *err);

/* Bytes that the batch occupies, but for the names of regimes. */
size_t bt_batch_size_bytes(const bt_batch *batch);

/* Puts all rows of a batch and ends it (bt_store_end_batch): what the writer does with each.
 * Errors: those of the store. */
bt_status bt_batch_put(const bt_batch *batch, bt_store *store, int64_t run_id, bt_error *err);

typedef struct bt_writer bt_writer;

/* Starts the writer's thread for one pass of a run. It is the store's only user until
 * bt_writer_finish. budget_bytes bounds what waits in memory, but for one batch a worker that was
 * begun before the rest arrived. pool (NULL: none) is woken when there is room again. Errors:
 * NOMEM, THREAD. */
bt_status bt_writer_new(bt_writer **out, bt_store *store, int64_t run_id, size_t budget_bytes,
                        bt_pool *pool, bt_error *err);

/* Whether the batch of this sequence may be begun: always when it is the next to be written,
 * whatever waits, so tickers that are begun in rising order cannot block each other; and always
 * after a failure, so that nothing waits for a disk that is full. Any thread. */
bool bt_writer_has_room(bt_writer *writer, size_t sequence);

/* Errors: the writer's own failure, so that a full disk stops the job soon. */
bt_status bt_writer_check(bt_writer *writer, bt_error *err);

/* Hands the batch over; never waits. The batch is the writer's whatever the result. Each sequence
 * comes once. Errors: the writer's own failure. */
bt_status bt_writer_push(bt_writer *writer, bt_batch *batch, bt_error *err);

/* Writes what was pushed (also behind gaps, in order), commits, joins and frees the writer; no
 * other call may be going on. Result: the first failure, if any. NULL is fine. */
bt_status bt_writer_finish(bt_writer *writer, bt_error *err);

#endif
