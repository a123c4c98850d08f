#include "runners/details.h"

#include <stdlib.h>

bool bt_details_wanted(const bt_job *job)
{
  return job->save_trades || job->save_equity || job->regimes.spec.kind != BT_REGIME_NONE;
}

/* ---- regimes ----------------------------------------------------------------------------------
 */

bt_status bt_details_fill_regimes(bt_section *section, const bt_regime_series *series,
                                  const bt_metrics_config *config, const bt_regime_view *regimes,
                                  bt_error *err)
{
  size_t n = bt_regime_count(&regimes->spec, regimes->book);
  if (!series->labels || n == 0) return BT_OK;
  bt_regime_metrics *of = malloc(n * sizeof *of);
  section->regimes = malloc(n * sizeof *section->regimes);
  bt_status status = of && section->regimes ? BT_OK : bt_fail_nomem(err, "regimes");
  if (!status) status = bt_regime_metrics_compute(of, n, series, config, err);
  for (size_t k = 0; k < n && !status; k++)
    section->regimes[section->n_regimes++] =
        (bt_regime_row){.regime = bt_regime_name(&regimes->spec, regimes->book, k),
                        .n_bars = of[k].n_bars,
                        .total_return = of[k].total_return,
                        .cagr = of[k].cagr,
                        .volatility = of[k].volatility,
                        .sharpe = of[k].sharpe,
                        .sortino = of[k].sortino,
                        .max_drawdown = of[k].max_drawdown,
                        .exposure = of[k].exposure};
  free(of);
  return status;
}

/* ---- trades and equity ------------------------------------------------------------------------
 */

static bt_status fill_trades(bt_section *section, const bt_ledger *ledger, const bt_bars *bars,
                             bt_error *err)
{
  section->trades = malloc((ledger->n_trades + 1) * sizeof *section->trades);
  if (!section->trades) return bt_fail_nomem(err, "trades");
  for (size_t i = 0; i < ledger->n_trades; i++) {
    const bt_trade *trade = &ledger->trades[i];
    section->trades[section->n_trades++] =
        (bt_trade_row){.side = trade->side,
                       .entry_ns = bars->time_ns[trade->entry_bar],
                       .exit_ns = bars->time_ns[trade->exit_bar],
                       .entry_price = trade->entry_price,
                       .exit_price = trade->exit_price,
                       .shares = trade->shares,
                       .pnl = trade->pnl,
                       .ret = trade->pnl / trade->entry_value,
                       .n_bars = trade->exit_bar - trade->entry_bar,
                       .reason = bt_exit_reason_name(trade->reason),
                       .open = trade->open};
  }
  return BT_OK;
}

bt_status bt_details_fill_points(bt_section *section, const int64_t *time_ns, const double *equity,
                                 const double *position, size_t n, bt_error *err)
{
  section->points = malloc((n + 1) * sizeof *section->points);
  if (!section->points) return bt_fail_nomem(err, "equity");
  for (size_t i = 0; i < n; i++)
    section->points[section->n_points++] =
        (bt_equity_point){.time_ns = time_ns[i], .equity = equity[i], .position = position[i]};
  return BT_OK;
}

bt_status bt_details_fill(bt_section *section, bt_ticker *ticker, bt_ticker_scratch *scratch,
                          bt_span span, const bt_job *job, bt_error *err)
{
  const bt_ledger *ledger = &scratch->evaluator.ledger;
  if (!bt_details_wanted(job)) return BT_OK;
  bt_status status = bt_ticker_simulate(ticker, scratch, span, err);
  if (status) return status;
  double *shares = malloc((ledger->n_bars + 1) * sizeof *shares);
  if (!shares) return bt_fail_nomem(err, "shares");
  bt_ledger_fill_shares(shares, ledger, span);
  const bt_regime_series series = {.labels = ticker->regimes ? ticker->regimes + span.first : NULL,
                                   .returns = scratch->evaluator.returns,
                                   .held = shares,
                                   .n = ledger->n_bars};
  const bt_metrics_config config = {.cash = job->evaluation.simulation.cash,
                                    .rf = job->evaluation.rf,
                                    .periods_per_year = ticker->subject.periods_per_year};
  section->daily = ticker->bars->daily;
  status = bt_details_fill_regimes(section, &series, &config, &job->regimes, err);
  if (!status && job->save_trades) status = fill_trades(section, ledger, ticker->bars, err);
  if (!status && job->save_equity)
    status = bt_details_fill_points(section, ticker->bars->time_ns + span.first, ledger->equity,
                                    shares, ledger->n_bars, err);
  free(shares);
  return status;
}
