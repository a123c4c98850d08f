#include "runners/regime_summary.h"

#include <stdlib.h>

#include "runners/combo_stats.h"
#include "runners/store_resume.h"

/* Median and such of one column of the rows; scratch: n values. */
static bt_combo_stats stats_of(double *scratch, const bt_regime_row *rows, size_t n,
                               double (*column)(const bt_regime_row *row))
{
  for (size_t i = 0; i < n; i++) scratch[i] = column(&rows[i]);
  return bt_combo_stats_compute(scratch, n);
}

static double sharpe_of(const bt_regime_row *row)
{
  return row->sharpe;
}

static double return_of(const bt_regime_row *row)
{
  return row->total_return;
}

static double exposure_of(const bt_regime_row *row)
{
  return row->exposure;
}

static bt_status summarise(bt_regime_summary *out, const bt_run *run, const char *phase,
                           bt_error *err)
{
  bt_regime_row *rows = NULL;
  size_t n = 0;
  bt_status status = bt_store_read_regimes(&rows, &n, run->means->store, run->means->run_id, phase,
                                           out->regime, err);
  if (status) return status;
  double *scratch = malloc((n + 1) * sizeof *scratch);
  if (scratch) {
    bt_combo_stats sharpe = stats_of(scratch, rows, n, sharpe_of);
    out->n_tickers = sharpe.n_tickers;
    out->sharpe_median = sharpe.median;
    out->sharpe_p25 = sharpe.p25;
    out->sharpe_p75 = sharpe.p75;
    out->share_positive = sharpe.share_positive;
    out->return_median = stats_of(scratch, rows, n, return_of).median;
    out->exposure_median = stats_of(scratch, rows, n, exposure_of).median;
    for (size_t i = 0; i < n; i++) out->n_bars += (uint64_t)rows[i].n_bars;
  }
  free(rows);
  free(scratch);
  return scratch ? BT_OK : bt_fail_nomem(err, "regimes");
}

bt_status bt_regime_summarise(bt_regime_summary **out, size_t *n, const bt_run *run,
                              const char *phase, bt_error *err)
{
  const bt_regime_view *regimes = &run->job->regimes;
  size_t count = bt_regime_count(&regimes->spec, regimes->book);
  *out = NULL;
  *n = 0;
  if (count == 0) return BT_OK;
  bt_regime_summary *summaries = calloc(count, sizeof *summaries);
  bt_status status = summaries ? BT_OK : bt_fail_nomem(err, "regimes");
  for (size_t k = 0; k < count && !status; k++) {
    summaries[k].regime = bt_regime_name(&regimes->spec, regimes->book, k);
    status = summarise(&summaries[k], run, phase, err);
  }
  if (status) {
    free(summaries);
    return status;
  }
  *out = summaries;
  *n = count;
  return BT_OK;
}
