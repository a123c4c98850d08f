#include "core/vector_math.h"

void bt_exp_array(double *out, const double *x, size_t n)
{
  size_t i = 0;
  for (; i + BT_WIDTH <= n; i += BT_WIDTH)
    bt_vector_store(out + i, bt_vector_exp(bt_vector_load(x + i)));
  for (; i < n; i++) out[i] = Sleef_cinz_expd1_u10purec(x[i]);
}

void bt_log_array(double *out, const double *x, size_t n)
{
  size_t i = 0;
  for (; i + BT_WIDTH <= n; i += BT_WIDTH)
    bt_vector_store(out + i, bt_vector_log(bt_vector_load(x + i)));
  for (; i < n; i++) out[i] = Sleef_cinz_logd1_u10purec(x[i]);
}
