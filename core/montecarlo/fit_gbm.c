/* Geometric Brownian motion: with mean m and standard deviation s of n log returns, k of them a
 * year, vol = s sqrt(k) and drift = m k + vol^2 / 2. Standard errors: vol / sqrt(2 n), and that of
 * m k and of vol^2 / 2 together. Source: Campbell, Lo and MacKinlay, The Econometrics of Financial
 * Markets (1997), section 9.3.2. */
#include <math.h>

#include "core/montecarlo/fit_model.h"

bt_returns_level bt_fit__level(const bt_history_returns *history)
{
  bt_returns_level level = {0, 0};
  double n = (double)history->n, squares = 0;
  for (size_t i = 0; i < history->n; i++) level.mean += history->r[i] / n;
  for (size_t i = 0; i < history->n; i++) {
    double d = history->r[i] - level.mean;
    squares += d * d;
  }
  level.std = sqrt(squares / (n - 1));
  return level;
}

bt_status bt_fit__gbm(bt_fit *out, const bt_history_returns *history, bt_error *err)
{
  (void)err;
  const bt_returns_level level = bt_fit__level(history);
  double n = (double)history->n, k = history->periods_per_year, vol = level.std * sqrt(k);
  double variance = level.std * level.std, likely = variance * (n - 1) / n;
  out->model.param[BT_PARAM_VOL] = vol;
  out->model.param[BT_PARAM_DRIFT] = level.mean * k + vol * vol / 2;
  out->std_error[BT_PARAM_VOL] = vol / sqrt(2 * n);
  out->std_error[BT_PARAM_DRIFT] = sqrt(k * k * variance / n + vol * vol * vol * vol / (2 * n));
  out->log_likelihood = -n / 2 * (log(2 * bt_fit__pi * likely) + 1);
  return BT_OK;
}
