/* model.h - models of one price: which there are, and their parameters.
 *
 * In each of them the expected price is S(0) exp(drift t), of heston with rho > 0 where steps are
 * short enough (paths.h, may_drift); what differs is the distribution about it. Time is in years,
 * but for GARCH, whose steps are trading days, BT_MODEL_DAYS of them a year.
 *
 *   gbm     dS / S = drift dt + vol dW                                  (Black and Scholes 1973)
 *   heston  dS / S = drift dt + sqrt(v) dW, dv = kappa (theta - v) dt + vol_of_vol sqrt(v) dZ,
 *           dW dZ = rho dt                                              (Heston 1993)
 *   merton  gbm with jumps, jump_intensity a year on average, each a factor of which the log is
 *           normal: jump_mean, jump_vol; the drift is compensated       (Merton 1976)
 *   garch   log returns of days drift / 252 - h / 2 + sqrt(h) z, and the next day's variance is
 *           h' = omega + alpha h z^2 + beta h                (Bollerslev 1986; the mean: Duan 1995)
 */
#ifndef BT_CORE_MONTECARLO_MODEL_H
#define BT_CORE_MONTECARLO_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

enum { BT_MODEL_DAYS = 252 };

typedef enum bt_model_kind {
  BT_MODEL_GBM,
  BT_MODEL_HESTON,
  BT_MODEL_MERTON,
  BT_MODEL_GARCH,
  BT_MODEL_COUNT
} bt_model_kind;

typedef enum bt_model_param {
#define X(id, option, models, usual, least, most) BT_PARAM_##id,
#include "core/montecarlo/model_params.def"
#undef X
  BT_PARAM_COUNT
} bt_model_param;

/* Plain data. param[] has a value for each parameter of the kind; the others are not looked at. */
typedef struct bt_model {
  bt_model_kind kind;
  double param[BT_PARAM_COUNT];
} bt_model;

/* Names in the order of the kinds, and how each is simulated, in one line with its source. */
extern const char *const bt_model_names[BT_MODEL_COUNT];
const char *bt_model_method(bt_model_kind kind);

/* What a parameter is. */
typedef struct bt_model_param_info {
  const char *option; /* its name, without dashes */
  double least, most; /* both possible */
} bt_model_param_info;

bt_model_param_info bt_model_param_describe(bt_model_param param);
bool bt_model_has(bt_model_kind kind, bt_model_param param);

/* A model with the usual values. */
void bt_model_init(bt_model *out, bt_model_kind kind);

/* Finds what was left open (v0), and checks the rest. Errors: USAGE, naming the option. */
bt_status bt_model_settle(bt_model *model, bt_error *err);

/* The variance of a day that GARCH returns to: omega / (1 - alpha - beta). */
double bt_model_garch_long_run(const bt_model *model);

#endif
