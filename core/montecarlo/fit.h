/* fit.h - the parameters of a model from a history of prices.
 */
#ifndef BT_CORE_MONTECARLO_FIT_H
#define BT_CORE_MONTECARLO_FIT_H

#include "core/montecarlo/model.h"

/* Fewer returns than this are no history. */
enum { BT_FIT_RETURNS_LEAST = 30 };

typedef struct bt_fit {
  bt_model model;
  double std_error[BT_PARAM_COUNT]; /* NaN where there is none */
  double log_likelihood;            /* of the returns at these parameters */
  double sample_vol;                /* of the returns, a year: with ddof 1 */
  size_t n_returns;
} bt_fit;

/* Fits log returns, n of them, periods_per_year a year. How, and from where: in fit_*.c, and in one
 * line in bt_fit_method. Errors: DATA (too few returns, none that differ, a model that does not
 * fit: why), USAGE (heston: it has no likelihood of prices alone; garch of other bars than days'),
 * NOMEM. */
bt_status bt_fit_returns(bt_fit *out, bt_model_kind kind, const double *returns, size_t n,
                         double periods_per_year, bt_error *err);

const char *bt_fit_method(bt_model_kind kind);

#endif
