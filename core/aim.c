#include "core/aim.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/marks.h"

void bt_aim_init(bt_aim *aim)
{
  *aim = (bt_aim){0};
  bt_on_bar_init(&aim->on_bar);
}

void bt_aim_clear(bt_aim *aim)
{
  bt_changes_clear(&aim->changes);
  bt_trips_clear(&aim->trips);
  free(aim->side_block);
  free(aim->target_block);
  bt_on_bar_clear(&aim->on_bar);
  bt_aim_init(aim);
}

_Static_assert((int)BT_MARK_BYTES >= (int)BT_SIDES_PADDING, "marks are overwritten as padding");

static bt_status reserve_sides(bt_aim *aim, size_t n_bars, bt_error *err)
{
  if (n_bars <= aim->side_capacity && aim->side) return BT_OK;
  void *block = realloc(aim->side_block, n_bars + 2 * BT_MARK_BYTES);
  if (!block) return bt_fail_nomem(err, "sides");
  aim->side_block = block;
  aim->side = (signed char *)block + BT_MARK_BYTES;
  aim->side_capacity = n_bars;
  return BT_OK;
}

static bt_status reserve_target(bt_aim *aim, size_t n_bars, bt_error *err)
{
  if (n_bars <= aim->target_capacity && aim->target) return BT_OK;
  void *block = realloc(aim->target_block, n_bars * sizeof(double) + 2 * BT_MARK_BYTES);
  if (!block) return bt_fail_nomem(err, "targets");
  aim->target_block = block;
  aim->target = (double *)block + BT_MARK_BYTES / sizeof(double);
  aim->target_capacity = n_bars;
  return BT_OK;
}

/* ---- running a strategy -----------------------------------------------------------------------
 */

static bt_status check_marks(const void *first, size_t n_bytes, const bt_strategy *strategy,
                             bt_error *err)
{
  if (bt_marks_hold(first, n_bytes)) return BT_OK;
  return bt_fail(err, BT_ERR_DATA, "strategy %s: it has written before or behind its %s",
                 strategy->name, strategy->sides ? "sides" : "target");
}

/* What the strategy asked for is let go; what went wrong with it is told. */
static bt_status end_run(const bt_strategy *strategy, bt_signal_host *host, bt_error *err)
{
  bt_indicator_hold_release(&host->hold);
  if (host->status == BT_ERR_NOMEM) return bt_fail(err, BT_ERR_NOMEM, "%s", host->error.message);
  if (host->status)
    return bt_fail(err, host->status, "strategy %s: %s", strategy->name, host->error.message);
  return BT_OK;
}

static bt_status take_sides(bt_aim *aim, const bt_strategy *strategy, const double *params,
                            bt_signal_host *host, bt_direction direction, bt_error *err)
{
  size_t n_bars = host->series.n_bars;
  bt_status status = reserve_sides(aim, n_bars, err);
  if (status) return status;
  bt_marks_set(aim->side, n_bars);
  strategy->sides(&host->host, params, aim->side);
  status = end_run(strategy, host, err);
  if (!status) status = check_marks(aim->side, n_bars, strategy, err);
  return status ? status : bt_changes_of_sides(&aim->changes, aim->side, n_bars, direction, err);
}

/* The series that a strategy compares, with what is known of it beside its values. */
static bt_compared line_of(const bt_signal_host *host, const double *value)
{
  return (bt_compared){value, bt_indicator_rounded(&host->hold, value)};
}

static bt_status take_cross(bt_aim *aim, const bt_strategy *strategy, const double *params,
                            bt_signal_host *host, bt_direction direction, bt_error *err)
{
  const double *pair[2] = {NULL, NULL};
  host->hold.rounds = true;
  strategy->cross(&host->host, params, pair);
  bt_status status = BT_OK;
  if (!host->status && (!pair[0] || !pair[1]))
    status =
        bt_fail(err, BT_ERR_DATA, "strategy %s: cross has not set both series", strategy->name);
  if (!host->status && !status)
    status = bt_changes_of_cross(&aim->changes, line_of(host, pair[0]), line_of(host, pair[1]),
                                 host->series.n_bars, direction, err);
  bt_status ended = end_run(strategy, host, err); /* then nothing was compared */
  host->hold.rounds = false;
  return ended ? ended : status;
}

static bt_status take_signals(bt_aim *aim, const bt_strategy *strategy, const double *params,
                              bt_signal_host *host, bt_direction direction, bt_error *err)
{
  size_t n_bars = host->series.n_bars;
  bt_status status = reserve_target(aim, n_bars, err);
  if (status) return status;
  bt_marks_set(aim->target, n_bars * sizeof *aim->target);
  strategy->signals(&host->host, params, aim->target);
  status = end_run(strategy, host, err);
  if (!status) status = check_marks(aim->target, n_bars * sizeof *aim->target, strategy, err);
  if (!status) status = bt_target_settle(aim->target, n_bars, direction, err);
  return status ? status : bt_changes_of_target(&aim->changes, aim->target, n_bars, err);
}

bt_status bt_aim_take(bt_aim *aim, const bt_strategy *strategy, const double *params,
                      bt_signal_host *host, bt_direction direction, bt_error *err)
{
  assert(!strategy->on_bar);
  host->status = BT_OK;
  if (strategy->cross) return take_cross(aim, strategy, params, host, direction, err);
  return strategy->sides ? take_sides(aim, strategy, params, host, direction, err)
                         : take_signals(aim, strategy, params, host, direction, err);
}

bt_status bt_aim_take_bars(bt_aim *aim, const bt_on_bar_job *job, bt_signal_host *host,
                           bt_error *err)
{
  size_t n_bars = job->bars->n_bars;
  host->status = BT_OK;
  bt_status status = reserve_target(aim, n_bars, err);
  if (status) return status;
  status = bt_on_bar_run(aim->target, &aim->on_bar, job, host, err);
  bt_status ended = end_run(job->strategy, host, err);
  if (ended) return ended;
  return status ? status : bt_changes_of_target(&aim->changes, aim->target, n_bars, err);
}

bt_status bt_aim_spread(bt_aim *aim, bt_error *err)
{
  bt_status status = reserve_target(aim, aim->changes.n_bars, err);
  if (!status) bt_changes_fill(aim->target, &aim->changes);
  return status;
}
