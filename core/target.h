/* target.h - from what a strategy wrote to the target that orders follow.
 *
 * The target of a bar is the exposure wanted after it, in [-1, +1]: +1 is long with all equity.
 */
#ifndef BT_CORE_TARGET_H
#define BT_CORE_TARGET_H

#include <stddef.h>

#include "core/status.h"

/* Which side targets may take; the others become 0. */
typedef enum bt_direction { BT_DIRECTION_LONG, BT_DIRECTION_SHORT, BT_DIRECTION_BOTH } bt_direction;

/* In place over the whole history: NaN becomes the target before it (0 before the first number),
 * then the direction clips. Errors: DATA when a value is outside [-1, +1] or infinite, with its
 * bar; target is then half done. */
bt_status bt_target_settle(double *target, size_t n_bars, bt_direction direction, bt_error *err);

#endif
