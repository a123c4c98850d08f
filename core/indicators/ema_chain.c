#include "core/indicators/ema_chain.h"

#include "core/indicators/recurrence.h"

size_t bt_indicator__ema_chain_first(double period, size_t depth)
{
  return depth * ((size_t)period - 1);
}

/* The first n EMAs step to the next close. */
static void step(double *ema, size_t n, double close, double period)
{
  double x = close;
  for (size_t i = 0; i < n; i++) x = ema[i] = bt_indicator__ema_step(ema[i], x, period);
}

static bt_status mean_of(double *out, const double *x, size_t n, bt_error *err)
{
  bt_exact_sums *sums = NULL;
  bt_status status = bt_exact_sums_new(&sums, x, n, err);
  if (status) return status;
  *out = bt_exact_mean(sums, 0, n);
  bt_exact_sums_free(sums);
  return BT_OK;
}

bt_status bt_indicator__ema_chain_start(double *ema, size_t depth, double *scratch,
                                        const bt_indicator_input *input, double period,
                                        bt_error *err)
{
  const double *close = input->series->close;
  size_t n = (size_t)period, t = n - 1;
  ema[0] = bt_exact_mean(input->close_sums, 0, n);
  for (size_t k = 1; k < depth; k++) {
    scratch[0] = ema[k - 1];
    for (size_t i = 1; i < n; i++) {
      step(ema, k, close[++t], period);
      scratch[i] = ema[k - 1];
    }
    bt_status status = mean_of(&ema[k], scratch, n, err);
    if (status) return status;
  }
  return BT_OK;
}
