#include "runners/selection.h"

#include <math.h>
#include <stdlib.h>

double bt_selection_score(const bt_selection_rule *rule, const bt_metrics *metrics)
{
  if (metrics->value[BT_METRIC_N_TRADES] < rule->min_trades) return (double)NAN;
  for (size_t i = 0; i < rule->n_require; i++)
    if (!bt_expression_holds(rule->require[i], metrics->value)) return (double)NAN;
  return metrics->value[rule->objective];
}

bt_metric_set bt_selection_wanted(const bt_selection_rule *rule)
{
  const bt_metric_set all = 0, one = 1;
  if (rule->n_require > 0) return all;
  return one << rule->objective | one << BT_METRIC_N_TRADES | one << BT_METRIC_SHARPE;
}

bool bt_selection_leaves_out(const bt_selection_rule *rule)
{
  return rule->min_trades > 0 || rule->n_require > 0;
}

static bool is_worse(const double *scores, size_t a, size_t b)
{
  return scores[a] < scores[b] || (scores[a] == scores[b] && a > b);
}

/* Puts `index` at the root of a heap whose root is the worst, and sinks it to where it belongs. */
static void sink(size_t *heap, size_t count, const double *scores, size_t index)
{
  size_t at = 0;
  for (size_t child = 1; child < count; child = 2 * at + 1) {
    if (child + 1 < count && is_worse(scores, heap[child + 1], heap[child])) child++;
    if (!is_worse(scores, heap[child], index)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = index;
}

static void rise(size_t *heap, size_t at, const double *scores, size_t index)
{
  for (; at > 0 && is_worse(scores, index, heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = index;
}

size_t bt_selection_top(size_t *best, size_t most, const double *scores, size_t n)
{
  size_t count = 0;
  for (size_t i = 0; i < n && most > 0; i++) {
    if (isnan(scores[i])) continue;
    if (count < most)
      rise(best, count++, scores, i);
    else if (is_worse(scores, best[0], i))
      sink(best, count, scores, i);
  }
  /* the worst of those left goes to the end, again and again */
  for (size_t left = count; left > 1; left--) {
    size_t worst = best[0];
    sink(best, left - 1, scores, best[left - 1]);
    best[left - 1] = worst;
  }
  return count;
}

static int compare_indices(const void *a, const void *b)
{
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

void bt_selection_sort(size_t *indices, size_t n)
{
  qsort(indices, n, sizeof *indices, compare_indices);
}

bool bt_selection_find(size_t *place, const size_t *sorted, size_t n, size_t index)
{
  const size_t *found = bsearch(&index, sorted, n, sizeof *sorted, compare_indices);
  if (found) *place = (size_t)(found - sorted);
  return found != NULL;
}
