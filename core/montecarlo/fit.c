#include "core/montecarlo/fit.h"

#include <math.h>

#include "core/montecarlo/fit_model.h"

const char *bt_fit_method(bt_model_kind kind)
{
  static const char *const methods[BT_MODEL_COUNT] = {
      "mean and standard deviation (ddof 1) of log returns", "nothing",
      "maximum likelihood (at most 20 jumps a bar); standard errors from the scores, of the drift "
      "by the delta method",
      "Gaussian maximum likelihood; standard errors from the expected information; the drift from "
      "the fitted mean and the sample's variance"};
  return methods[kind];
}

/* Whether returns differ by more than the rounding of prices that grow steadily. */
static bool do_differ(const double *returns, size_t n)
{
  const double rounding = 1e-13;
  double lowest = returns[0], highest = returns[0];
  for (size_t i = 1; i < n; i++) {
    lowest = fmin(lowest, returns[i]);
    highest = fmax(highest, returns[i]);
  }
  return highest - lowest > rounding;
}

static bt_status check(const double *returns, size_t n, bt_error *err)
{
  if (n < BT_FIT_RETURNS_LEAST)
    return bt_fail(err, BT_ERR_DATA, "%zu returns are too few to fit a model to; %d are the least",
                   n, BT_FIT_RETURNS_LEAST);
  if (!do_differ(returns, n))
    return bt_fail(err, BT_ERR_DATA, "all %zu returns are equal: nothing to fit", n);
  return BT_OK;
}

bt_status bt_fit_returns(bt_fit *out, bt_model_kind kind, const double *returns, size_t n,
                         double periods_per_year, bt_error *err)
{
  bt_fit fit = {.n_returns = n};
  const bt_history_returns history = {returns, n, periods_per_year};
  if (kind == BT_MODEL_HESTON)
    return bt_fail(err, BT_ERR_USAGE,
                   "heston is calibrated to prices of options, not fitted to the history of one "
                   "price; give its parameters");
  bt_status status = check(returns, n, err);
  if (status) return status;
  bt_model_init(&fit.model, kind);
  fit.sample_vol = bt_fit__level(&history).std * sqrt(periods_per_year);
  for (size_t i = 0; i < BT_PARAM_COUNT; i++) fit.std_error[i] = (double)NAN;
  if (kind == BT_MODEL_GBM)
    status = bt_fit__gbm(&fit, &history, err);
  else if (kind == BT_MODEL_GARCH)
    status = bt_fit__garch(&fit, &history, err);
  else
    status = bt_fit__merton(&fit, &history, err);
  if (!status) *out = fit;
  return status;
}
