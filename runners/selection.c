#include "runners/selection.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

double bt_selection_score(const bt_selection_rule *rule, const bt_metrics *metrics)
{
  if (metrics->value[BT_METRIC_N_TRADES] < rule->min_trades) return (double)NAN;
  for (size_t i = 0; i < rule->n_require; i++)
    if (!bt_expression_holds(rule->require[i], metrics->value)) return (double)NAN;
  return metrics->value[rule->objective];
}

/* Where a score belongs in the sorted list: behind all that are as great or greater. */
static size_t find_place(const size_t *best, size_t count, const double *scores, double score)
{
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (scores[best[middle]] >= score)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

size_t bt_selection_top(size_t *best, size_t most, const double *scores, size_t n)
{
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    bool full = count == most;
    if (isnan(scores[i]) || (full && scores[best[count - 1]] >= scores[i])) continue;
    size_t place = find_place(best, count, scores, scores[i]);
    size_t moved = count - place - (full ? 1 : 0);
    memmove(best + place + 1, best + place, moved * sizeof *best);
    best[place] = i;
    if (!full) count++;
  }
  return count;
}
