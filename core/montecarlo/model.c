#include "core/montecarlo/model.h"

#include <math.h>

#include "core/number.h"

#define BT_OF_MODEL(kind) (1u << BT_MODEL_##kind)
#define BT_OF_ALL ((1u << BT_MODEL_COUNT) - 1)

/* Below it, but for 0, rho / vol_of_vol costs too many digits. */
static const double least_vol_of_vol = 1e-6;

typedef struct row {
  bt_model_param_info info;
  unsigned models;
  double usual;
} row;

static const row rows[BT_PARAM_COUNT] = {
#define X(id, option, models, usual, least, most) {{option, least, most}, models, usual},
#include "core/montecarlo/model_params.def"
#undef X
};

const char *const bt_model_names[BT_MODEL_COUNT] = {"gbm", "heston", "merton", "garch"};

const char *bt_model_method(bt_model_kind kind)
{
  static const char *const methods[BT_MODEL_COUNT] = {
      "exact log-normal steps",
      "quadratic-exponential scheme, with martingale correction where there is one (Andersen 2008)",
      "exact steps, log-normal jumps by inversion (Merton 1976)",
      "daily steps of GARCH(1,1), normal innovations (Bollerslev 1986)"};
  return methods[kind];
}

bt_model_param_info bt_model_param_describe(bt_model_param param)
{
  return rows[param].info;
}

bool bt_model_has(bt_model_kind kind, bt_model_param param)
{
  return (rows[param].models >> kind & 1u) != 0;
}

void bt_model_init(bt_model *out, bt_model_kind kind)
{
  *out = (bt_model){.kind = kind};
  for (size_t i = 0; i < BT_PARAM_COUNT; i++) out->param[i] = rows[i].usual;
  if (kind == BT_MODEL_HESTON) out->param[BT_PARAM_V0] = 0.04;
}

double bt_model_garch_long_run(const bt_model *model)
{
  const double *p = model->param;
  return p[BT_PARAM_OMEGA] / (1 - p[BT_PARAM_ALPHA] - p[BT_PARAM_BETA]);
}

/* A NaN is within no bounds. */
static bt_status check_bounds(const bt_model *model, bt_error *err)
{
  char value[BT_NUMBER_TEXT_SIZE], least[BT_NUMBER_TEXT_SIZE], most[BT_NUMBER_TEXT_SIZE];
  for (size_t i = 0; i < BT_PARAM_COUNT; i++) {
    const bt_model_param_info *info = &rows[i].info;
    double x = model->param[i];
    if (!bt_model_has(model->kind, (bt_model_param)i) || (x >= info->least && x <= info->most))
      continue;
    return bt_fail(err, BT_ERR_USAGE, "--%s %s: must be a number from %s to %s", info->option,
                   bt_number_format(value, x), bt_number_format(least, info->least),
                   bt_number_format(most, info->most));
  }
  return BT_OK;
}

static bt_status settle_garch(bt_model *model, bt_error *err)
{
  double *p = model->param, persistence = p[BT_PARAM_ALPHA] + p[BT_PARAM_BETA];
  if (!(persistence < 1))
    return bt_fail(
        err, BT_ERR_USAGE,
        "--alpha and --beta: their sum is %g and must be below 1, or the variance has no "
        "long-run level",
        persistence);
  if (isnan(p[BT_PARAM_V0])) p[BT_PARAM_V0] = bt_model_garch_long_run(model);
  return BT_OK;
}

bt_status bt_model_settle(bt_model *model, bt_error *err)
{
  bt_status status = model->kind == BT_MODEL_GARCH ? settle_garch(model, err) : BT_OK;
  if (!status) status = check_bounds(model, err);
  double vol_of_vol = model->param[BT_PARAM_VOL_OF_VOL];
  if (!status && model->kind == BT_MODEL_HESTON && vol_of_vol > 0 && vol_of_vol < least_vol_of_vol)
    return bt_fail(err, BT_ERR_USAGE, "--vol-of-vol %g: must be 0, or at least %g", vol_of_vol,
                   least_vol_of_vol);
  return status;
}
