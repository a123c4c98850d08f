/* isolation.h - strategies in processes of their own: one that crashes, never ends or writes where
 * it must not takes nothing along but the ticker that it was asked about.
 *
 *   this process                        keeper                     worker process, one a worker
 *   worker: bt_isolated_aim -- what it wants of a combination ---> the strategy
 *                           <-- the changes of its target, or what went wrong
 *   a worker process that has died, or is late: the keeper tells how, and forks another
 *
 * The keeper is forked while this process has one thread, with the job in its memory, and forks the
 * worker processes, which get the bars of a ticker through a socket, once. What comes back is
 * checked like the answer of a stranger. Results are the same bits as without.
 */
#ifndef BT_RUNNERS_ISOLATION_H
#define BT_RUNNERS_ISOLATION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/changes.h"
#include "core/on_bar.h"
#include "runners/job.h"

struct bt_ticker;

typedef struct bt_isolation bt_isolation;

/* How long a strategy may take for one combination on one ticker, where nothing is said. */
#define BT_ISOLATION_TIMEOUT_S 60.0

typedef struct bt_isolation_options {
  double timeout_s;           /* wall time for one combination on one ticker; > 0 */
  bool (*is_cancelled)(void); /* whether nobody waits any more; NULL: never. Any thread */
} bt_isolation_options;

/* Forks the keeper: before this process starts a thread. The job is complete and outlives *out; its
 * windows are not looked at. The caller frees *out with bt_isolation_free. Errors: NOMEM, THREAD.
 */
bt_status bt_isolation_new(bt_isolation **out, const bt_job *job,
                           const bt_isolation_options *options, bt_error *err);
void bt_isolation_free(
    bt_isolation *isolation); /* ends keeper and worker processes; NULL is fine */

/* The worker process of one thread, which is begun when it is first needed. The caller frees *out
 * with bt_isolated_free. Errors: NOMEM. */
typedef struct bt_isolated bt_isolated;
bt_status bt_isolated_new(bt_isolated **out, bt_isolation *isolation, bt_error *err);
void bt_isolated_free(bt_isolated *isolated); /* NULL is fine */

/* What bt_ticker_aim finds of a combination; with a span that is not empty, what a strategy that
 * goes bar by bar wants over it. Errors: STRATEGY (it did what it must not: also that it crashed or
 * took too long), CANCELLED, NOMEM, THREAD (no process can be made). */
bt_status bt_isolated_aim(bt_changes *out, bt_isolated *isolated, const struct bt_ticker *ticker,
                          size_t combo, bt_span span, bt_error *err);

/* The same of combinations that decide one behind the other (bt_ticker_aim_parts), with the amounts
 * of their stops by bar (NULL where there are none). */
typedef struct bt_isolated_parts {
  const bt_on_bar_part *parts;
  size_t n_parts;
  bt_span span;
  const double *amounts[BT_STOP_COUNT];
} bt_isolated_parts;
bt_status bt_isolated_aim_parts(bt_changes *out, bt_isolated *isolated,
                                const struct bt_ticker *ticker, const bt_isolated_parts *wanted,
                                bt_error *err);

#endif
