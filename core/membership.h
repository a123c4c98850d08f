/* membership.h - when a symbol belonged to its universe, and what that does to its target. */
#ifndef BT_CORE_MEMBERSHIP_H
#define BT_CORE_MEMBERSHIP_H

#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/changes.h"

/* Days since 1970-01-01, both inclusive; INT64_MIN, INT64_MAX: open. A symbol's stretches are
 * sorted and do not overlap. */
typedef struct bt_membership {
  int64_t from_day, to_day;
} bt_membership;

/* A target becomes 0 on bars outside of every stretch and on the last bar inside: the one before a
 * bar outside, and the last of all bars if a stretch ends on its day. A bar counts with its UTC
 * day. Stretches with no bar between them are as one. Where the bars end inside of a stretch (as
 * they do where its end is open) nothing ends. n_stretches == 0: always a member. Errors: NOMEM. */
bt_status bt_membership_apply(bt_changes *target, const bt_bars *bars,
                              const bt_membership *stretches, size_t n_stretches, bt_error *err);

/* The bars inside of one stretch. */
bt_span bt_membership_bars(const bt_membership *stretch, const bt_bars *bars);

#endif
