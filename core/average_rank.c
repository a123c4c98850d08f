#include "core/average_rank.h"

#include <math.h>
#include <stdbool.h>

static bool is_less(double a, double b)
{
  return isnan(a) ? !isnan(b) : a < b;
}

/* Lets order[root] sink to its place in the heap order[0 .. n-1], the greatest at the top. */
static void sink(size_t *order, size_t root, size_t n, const double *values)
{
  size_t moved = order[root];
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && is_less(values[order[child]], values[order[child + 1]])) child++;
    if (!is_less(values[moved], values[order[child]])) break;
    order[root] = order[child];
  }
  order[root] = moved;
}

/* Heapsort (Williams 1964, Algorithm 232), which needs no memory; equal values stand in any order.
 */
static void sort_indices(size_t *order, const double *values, size_t n)
{
  for (size_t i = 0; i < n; i++) order[i] = i;
  for (size_t i = n / 2; i-- > 0;) sink(order, i, n, values);
  for (size_t end = n; end-- > 1;) {
    size_t greatest = order[0];
    order[0] = order[end];
    order[end] = greatest;
    sink(order, 0, end, values);
  }
}

void bt_rank_average(double *ranks, size_t *scratch, const double *values, size_t n)
{
  sort_indices(scratch, values, n);
  for (size_t first = 0, end; first < n; first = end) {
    for (end = first + 1; end < n; end++)
      if (is_less(values[scratch[first]], values[scratch[end]])) break;
    double rank = ((double)first + 1 + (double)end) / 2; /* mean of first + 1 .. end */
    for (size_t i = first; i < end; i++) ranks[scratch[i]] = rank;
  }
}
