/* fit_model.h - the fit of each model. Internal to core/montecarlo.
 */
#ifndef BT_CORE_MONTECARLO_FIT_MODEL_H
#define BT_CORE_MONTECARLO_FIT_MODEL_H

#include <math.h>

#include "core/montecarlo/fit.h"

static const double bt_fit__pi = 3.14159265358979323846;

/* n log returns that are not all equal. */
typedef struct bt_history_returns {
  const double *r;
  size_t n;
  double periods_per_year;
} bt_history_returns;

/* Their mean and standard deviation (ddof 1). */
typedef struct bt_returns_level {
  double mean, std;
} bt_returns_level;

bt_returns_level bt_fit__level(const bt_history_returns *history);

/* What varies freely for a number between 0 and 1, and back. */
static inline double bt_fit__logistic(double x)
{
  return 1 / (1 + exp(-x));
}

static inline double bt_fit__logit(double p)
{
  return log(p / (1 - p));
}

/* Each fills param and std_error of its model, and log_likelihood. Errors: as bt_fit_returns. */
bt_status bt_fit__gbm(bt_fit *out, const bt_history_returns *history, bt_error *err);
bt_status bt_fit__garch(bt_fit *out, const bt_history_returns *history, bt_error *err);
bt_status bt_fit__merton(bt_fit *out, const bt_history_returns *history, bt_error *err);

#endif
