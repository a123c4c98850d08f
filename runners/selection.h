/* selection.h - ranking the combinations of one ticker by the objective. */
#ifndef BT_RUNNERS_SELECTION_H
#define BT_RUNNERS_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/metrics.h"
#include "runners/job.h"

/* The value that combinations are ranked by: the objective, or NaN (never selected) where the rule
 * leaves this one out. */
double bt_selection_score(const bt_selection_rule *rule, const bt_metrics *metrics);

/* What the score looks at, and the Sharpe ratio. */
bt_metric_set bt_selection_wanted(const bt_selection_rule *rule);

/* Whether the rule may leave out a combination whose objective is defined. */
bool bt_selection_leaves_out(const bt_selection_rule *rule);

/* Writes the indices of the `most` greatest scores (fewer where fewer are not NaN) to `best`, the
 * greatest first, ties by the lower index first. Returns how many. O(n * log most) at worst; `best`
 * holds `most` values; with most 0 nothing is written. */
size_t bt_selection_top(size_t *best, size_t most, const double *scores, size_t n);

/* Sorts indices in rising order, and finds one among them: its place, false where it is not there.
 */
void bt_selection_sort(size_t *indices, size_t n);
bool bt_selection_find(size_t *place, const size_t *sorted, size_t n, size_t index);

#endif
