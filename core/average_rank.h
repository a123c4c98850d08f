/* average_rank.h - places in an order, for means of ranks over tickers. */
#ifndef BT_CORE_AVERAGE_RANK_H
#define BT_CORE_AVERAGE_RANK_H

#include <stddef.h>

/* ranks[i] = the place of values[i] among the n values: 1 the least, n the greatest; equal values
 * share the average of their places. NaN comes last: below every number, all NaN being equal. Ranks
 * are multiples of 1/2, so sums of them are exact. scratch holds n indices. O(n log n). */
void bt_rank_average(double *ranks, size_t *scratch, const double *values, size_t n);

#endif
