/* outcome.h - what the metrics of a simulation follow from, however it was gathered: shared by
 * bt_metrics_compute and the evaluation from holding to holding. Internal to core.
 */
#ifndef BT_CORE_OUTCOME_H
#define BT_CORE_OUTCOME_H

#include <math.h>

#include "core/metrics.h"

/* BT_NOISE counts as 0; so does 0 / 0, the return after ruin: there is nothing to earn on. */
static inline double bt_without_noise(double x)
{
  return fabs(x) >= BT_NOISE ? x : 0;
}

/* min(x - floor, 0)^2 */
static inline double bt_square_below(double x, double floor)
{
  double distance = x - floor, below = 0.5 * (distance - fabs(distance)); /* exact, no branch */
  return below * below;
}

/* Sums over n returns: of r, of min(r - floor, 0)^2, and of the powers 2 to 4 of r - mean(r). */
typedef struct bt_return_sums {
  double first, downside, second, third, fourth;
  bool constant; /* all returns are the same but for rounding */
} bt_return_sums;

/* Of closed trades; a trade's return is its net profit over the value entered, without noise. */
typedef struct bt_trade_sums {
  size_t n_closed, n_won;
  double won, lost; /* net profits and net losses in cash; lost <= 0 */
  double returns, bars;
  double best, worst; /* return of a trade; infinite before the first */
} bt_trade_sums;

void bt_trade_sums__init(bt_trade_sums *sums);

/* A closed trade of so many bars; ret with noise. */
static inline void bt_trade_sums__add_one(bt_trade_sums *sums, double pnl, double ret,
                                          size_t n_bars)
{
  ret = bt_without_noise(ret);
  sums->n_closed++;
  sums->n_won += ret > 0;
  if (ret == 0) pnl = 0;          /* which is rare; */
  sums->won += pnl > 0 ? pnl : 0; /* whether it was won is nothing to guess: no branch */
  sums->lost += pnl < 0 ? pnl : 0;
  sums->returns += ret;
  sums->bars += (double)n_bars;
  sums->best = ret > sums->best ? ret : sums->best;
  sums->worst = ret < sums->worst ? ret : sums->worst;
}

void bt_trade_sums__add(bt_trade_sums *sums, const bt_trade *trade);

/* All of value[BT_METRIC_COUNT] but n_bars is unknown; each set function fills what follows from
 * its argument alone; at the end what is not finite is undefined. shape: with the ratio and the
 * moments that look at more than the mean and the deviation. */
void bt_metrics__begin(double *value, size_t n_bars);
void bt_metrics__set_equity(double *value, double final_equity, double max_drawdown, size_t n,
                            const bt_metrics_config *config);
void bt_metrics__set_returns(double *value, const bt_return_sums *sums, size_t n, bool shape,
                             const bt_metrics_config *config);
void bt_metrics__set_trades(double *value, const bt_trade_sums *sums);
void bt_metrics__finish(double *value);

#endif
