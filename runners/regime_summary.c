#include "runners/regime_summary.h"

#include <stdlib.h>
#include <string.h>

#include "runners/combo_stats.h"
#include "runners/store_resume.h"

/* Median and such of one column of the rows; scratch: n values. */
static bt_combo_stats stats_of(double *scratch, const bt_regime_record *rows, size_t n,
                               double (*column)(const bt_regime_record *row))
{
  for (size_t i = 0; i < n; i++) scratch[i] = column(&rows[i]);
  return bt_combo_stats_compute(scratch, n);
}

static double sharpe_of(const bt_regime_record *row)
{
  return row->sharpe;
}

static double return_of(const bt_regime_record *row)
{
  return row->total_return;
}

static double exposure_of(const bt_regime_record *row)
{
  return row->exposure;
}

/* Fills all but the name, from the rows of one regime. */
static void summarise(bt_regime_summary *out, const bt_regime_record *rows, size_t n,
                      double *scratch)
{
  bt_combo_stats sharpe = stats_of(scratch, rows, n, sharpe_of);
  out->n_tickers = sharpe.n_tickers;
  out->sharpe_median = sharpe.median;
  out->sharpe_p25 = sharpe.p25;
  out->sharpe_p75 = sharpe.p75;
  out->share_positive = sharpe.share_positive;
  out->return_median = stats_of(scratch, rows, n, return_of).median;
  out->exposure_median = stats_of(scratch, rows, n, exposure_of).median;
  for (size_t i = 0; i < n; i++) out->n_bars += rows[i].n_bars;
}

/* The end of the rows from `first` on that are of its regime. */
static size_t end_of_regime(const bt_regime_record *rows, size_t first, size_t n)
{
  size_t end = first + 1;
  while (end < n && rows[end].regime == rows[first].regime) end++;
  return end;
}

/* Rows of a regime that the job does not have are passed over. */
static bt_status summarise_all(bt_regime_summary *summaries, size_t count,
                               const bt_regime_record *rows, size_t n, bt_error *err)
{
  double *scratch = malloc((n + 1) * sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "regimes");
  for (size_t k = 0; k < count; k++) summarise(&summaries[k], NULL, 0, scratch);
  for (size_t first = 0, end; first < n; first = end) {
    size_t k = 0;
    end = end_of_regime(rows, first, n);
    while (k < count && strcmp(summaries[k].regime, rows[first].regime) != 0) k++;
    if (k < count) summarise(&summaries[k], rows + first, end - first, scratch);
  }
  free(scratch);
  return BT_OK;
}

bt_status bt_regime_summarise(bt_regime_summary **out, size_t *n, const bt_run *run,
                              const char *phase, bt_error *err)
{
  const bt_regime_view *regimes = &run->job->regimes;
  size_t count = bt_regime_count(&regimes->spec, regimes->book), n_rows = 0;
  bt_regime_record *rows = NULL;
  *out = NULL;
  *n = 0;
  if (count == 0) return BT_OK;
  bt_regime_summary *summaries = calloc(count, sizeof *summaries);
  if (!summaries) return bt_fail_nomem(err, "regimes");
  for (size_t k = 0; k < count; k++)
    summaries[k].regime = bt_regime_name(&regimes->spec, regimes->book, k);
  bt_status status =
      bt_store_read_regimes(&rows, &n_rows, run->means->store, run->means->run_id, phase, err);
  if (!status) status = summarise_all(summaries, count, rows, n_rows, err);
  bt_regime_records_free(rows, n_rows);
  if (status) {
    free(summaries);
    return status;
  }
  *out = summaries;
  *n = count;
  return BT_OK;
}
