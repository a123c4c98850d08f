#include "runners/walk_summary.h"

#include <math.h>
#include <stdlib.h>

#include "runners/combo_stats.h"

/* The selected combination that most tickers have in window k; counts: one a combination. */
static void find_commonest(bt_walk_summary *out, size_t *counts, const bt_walk *walk, size_t k)
{
  size_t n_combos = bt_grid_count(walk->run->job->grid);
  for (size_t c = 0; c < n_combos; c++) counts[c] = 0;
  for (size_t i = 0; i < walk->run->job->universe->n_entries; i++) {
    int64_t combo_id = bt_walk__slots(walk, i)[k].combo_id;
    if (combo_id > BT_WALK_NONE) counts[combo_id - 1]++;
  }
  for (size_t c = 0; c < n_combos; c++) {
    if (counts[c] <= out->commonest_count) continue;
    out->commonest_count = counts[c];
    out->commonest_combo_id = (int64_t)c + 1;
  }
}

/* One window; values: scratch of one a ticker. */
static void summarise_window(bt_walk_summary *out, double *values, const bt_walk *walk, size_t k)
{
  size_t n = walk->run->job->universe->n_entries;
  for (size_t i = 0; i < n; i++) {
    const bt_walk_slot *slot = &bt_walk__slots(walk, i)[k];
    out->n_tickers += slot->combo_id != BT_WALK_ABSENT;
    out->n_selected += slot->combo_id > BT_WALK_NONE;
    values[i] = slot->train_value;
  }
  out->train_median = bt_combo_stats_compute(values, n).median;
  for (size_t i = 0; i < n; i++) values[i] = bt_walk__slots(walk, i)[k].test_value;
  bt_combo_stats test = bt_combo_stats_compute(values, n);
  out->test_median = test.median;
  out->share_positive = test.share_positive;
}

/* Over the tickers as a whole. */
static void summarise_tickers(bt_walk_result *out, double *values, const bt_walk *walk)
{
  size_t n = walk->run->job->universe->n_entries, n_with = 0, n_used = 0;
  for (size_t i = 0; i < n; i++) {
    const bt_walkforward_row *row = &walk->rows[i];
    values[i] = (double)NAN;
    if (row->ticker_id == 0) continue;
    values[i] = row->efficiency;
    out->n_without += row->n_windows == 0;
    out->n_parts += row->n_windows;
    out->n_left_out += walk->n_windows - row->n_windows;
    out->n_profitable += row->profitable_windows;
    n_with += row->n_combos_used > 0;
    n_used += row->n_combos_used;
  }
  out->efficiency_median = bt_combo_stats_compute(values, n).median;
  if (n_with > 0) out->combos_used_mean = (double)n_used / (double)n_with;
}

bt_status bt_walk__summarise(bt_walk_result *out, const bt_walk *walk, bt_error *err)
{
  size_t n_tickers = walk->run->job->universe->n_entries;
  double *values = malloc((n_tickers + 1) * sizeof *values);
  size_t *counts = malloc(bt_grid_count(walk->run->job->grid) * sizeof *counts);
  out->summaries = calloc(walk->n_windows, sizeof *out->summaries);
  bt_status status =
      values && counts && out->summaries ? BT_OK : bt_fail_nomem(err, "summary of the windows");
  for (size_t k = 0; k < walk->n_windows && !status; k++) {
    summarise_window(&out->summaries[k], values, walk, k);
    find_commonest(&out->summaries[k], counts, walk, k);
    out->n_unselected += out->summaries[k].n_tickers - out->summaries[k].n_selected;
  }
  if (!status) summarise_tickers(out, values, walk);
  free(values);
  free(counts);
  return status;
}
