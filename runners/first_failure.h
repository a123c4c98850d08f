/* first_failure.h - strategies that fail on a ticker while its combinations are forked: which one
 * failed first in order, whatever the number of workers.
 *
 * Combinations behind the first one known to fail are left out, those before it are not; so the
 * lowest that fails at all is found, and its reason is the ticker's. With BT_GUARD_HASH all run:
 * any of them may have written into what the others read, which then is the reason
 * (bt_ticker_check).
 */
#ifndef BT_RUNNERS_FIRST_FAILURE_H
#define BT_RUNNERS_FIRST_FAILURE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/guard.h"
#include "core/status.h"

typedef struct bt_first_failure {
  atomic_size_t index; /* SIZE_MAX: none yet */
  bool leaves_out;
  pthread_mutex_t mutex;
  bt_error error;
} bt_first_failure;

/* guard: of the job. The caller clears *out with bt_first_failure_clear, after success alone.
 * Errors: THREAD. */
bt_status bt_first_failure_init(bt_first_failure *out, bt_guard guard, bt_error *err);
void bt_first_failure_clear(bt_first_failure *first);

/* Whether a combination is left out. Any thread. */
bool bt_first_failure_skips(const bt_first_failure *first, size_t index);

/* Takes what came of a combination: a failure of its strategy (BT_ERR_STRATEGY) is kept if it is
 * the first, and the others go on: then, as after success, BT_OK. Any thread. */
bt_status bt_first_failure_note(bt_first_failure *first, size_t index, bt_status status,
                                const bt_error *err);

/* When all are done: BT_OK, or BT_ERR_STRATEGY with the reason. */
bt_status bt_first_failure_result(const bt_first_failure *first, bt_error *err);

#endif
