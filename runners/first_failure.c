#include "runners/first_failure.h"

#include <stdint.h>

bt_status bt_first_failure_init(bt_first_failure *out, bt_guard guard, bt_error *err)
{
  if (pthread_mutex_init(&out->mutex, NULL) != 0)
    return bt_fail(err, BT_ERR_THREAD, "a mutex cannot be made");
  atomic_init(&out->index, SIZE_MAX);
  out->leaves_out = guard != BT_GUARD_HASH;
  return BT_OK;
}

void bt_first_failure_clear(bt_first_failure *first)
{
  (void)pthread_mutex_destroy(&first->mutex);
}

bool bt_first_failure_skips(const bt_first_failure *first, size_t index)
{
  return first->leaves_out && index > atomic_load_explicit(&first->index, memory_order_relaxed);
}

bt_status bt_first_failure_note(bt_first_failure *first, size_t index, bt_status status,
                                const bt_error *err)
{
  if (status != BT_ERR_STRATEGY) return status;
  (void)pthread_mutex_lock(&first->mutex);
  if (index < atomic_load(&first->index)) {
    first->error = *err;
    atomic_store(&first->index, index);
  }
  (void)pthread_mutex_unlock(&first->mutex);
  return BT_OK;
}

bt_status bt_first_failure_result(const bt_first_failure *first, bt_error *err)
{
  if (atomic_load(&first->index) == SIZE_MAX) return BT_OK;
  if (err) *err = first->error;
  return BT_ERR_STRATEGY;
}
