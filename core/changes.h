/* changes.h - a target over all bars as the bars on which it changes: what a simulation goes by.
 *
 * Daily strategies change their mind some fifty times in 5,000 bars, so everything behind this
 * costs by the change and not by the bar.
 */
#ifndef BT_CORE_CHANGES_H
#define BT_CORE_CHANGES_H

#include <stddef.h>

#include "core/cross.h"
#include "core/status.h"
#include "core/target.h"

/* From that bar on the target is another one. */
typedef struct bt_change {
  size_t bar;
  double target;
} bt_change;

/* By rising bar; a target differs from that of the change before, the first from 0, which is the
 * target before it. Reused from target to target: the array only grows. */
typedef struct bt_changes {
  size_t n_bars;  /* of the target */
  size_t version; /* another one after whatever is done to it */
  size_t n, capacity;
  bt_change *at;
} bt_changes;

void bt_changes_init(bt_changes *changes); /* none, owns nothing */
void bt_changes_clear(bt_changes *changes);

/* The changes of target[0 .. n_bars-1], settled by bt_target_settle. Errors: NOMEM. */
bt_status bt_changes_of_target(bt_changes *out, const double *target, size_t n_bars, bt_error *err);

enum { BT_SIDES_PADDING = 64 }; /* bytes behind the sides that may be overwritten */

/* The changes of side[0 .. n_bars-1], as a strategy's `sides` writes them (backtest/strategy.h):
 * "as before" is filled in, and the direction clips. Behind them there is room for
 * BT_SIDES_PADDING bytes. Errors: NOMEM; DATA, with the first bar on which the side is none of the
 * four values. */
bt_status bt_changes_of_sides(bt_changes *out, signed char *side, size_t n_bars,
                              bt_direction direction, bt_error *err);

/* The changes of a target that is 1 where line a is above line b, -1 where it is below, and 0 where
 * they are equal or one is NaN, clipped by the direction. Errors: NOMEM. */
bt_status bt_changes_of_cross(bt_changes *out, bt_compared a, bt_compared b, size_t n_bars,
                              bt_direction direction, bt_error *err);

/* Room for n changes in out->at, which the caller fills and then sets. Errors: NOMEM. */
bt_status bt_changes_reserve(bt_changes *out, size_t n, bt_error *err);
void bt_changes_set(bt_changes *out, size_t n, size_t n_bars);

/* The changes of a target that is the same on all bars. Errors: NOMEM. */
bt_status bt_changes_of_constant(bt_changes *out, double target, size_t n_bars, bt_error *err);

/* Makes the target 0 on the bars [first, end). Errors: NOMEM. */
bt_status bt_changes_set_flat(bt_changes *changes, size_t first, size_t end, bt_error *err);

/* The number of changes on bars before this one, by halving; so changes->at[result] is the first of
 * them on it or behind, if there is one. */
size_t bt_changes_find(const bt_changes *changes, size_t bar);

/* Makes *out, cleared or in use, another one of the same target; it takes no more memory than it
 * needs. Errors: NOMEM. */
bt_status bt_changes_copy(bt_changes *out, const bt_changes *changes, bt_error *err);

/* The first bar of [first, end) on which two targets differ; end where none is. Either may be of
 * more bars than that. */
size_t bt_changes_difference(const bt_changes *a, const bt_changes *b, size_t first, size_t end);

/* The target in force behind the first k changes. */
static inline double bt_changes_target(const bt_changes *changes, size_t k)
{
  return k > 0 ? changes->at[k - 1].target : 0;
}

/* Spreads them: target[0 .. n_bars-1]. */
void bt_changes_fill(double *target, const bt_changes *changes);

#endif
