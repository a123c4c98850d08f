#include "core/montecarlo/regression.h"

static const double cutoff = 1e-13;

static size_t n_products(size_t n)
{
  return n * (n + 1) / 2;
}

void bt_regression_lanes_init(bt_regression_lanes *lanes, size_t n)
{
  lanes->n = n;
  memset(lanes->products, 0, n_products(n) * sizeof *lanes->products);
  memset(lanes->with_value, 0, n * sizeof *lanes->with_value);
}

void bt_regression_sum(bt_regression *out, const bt_regression_lanes *lanes)
{
  out->n = lanes->n;
  for (size_t i = 0; i < n_products(out->n); i++)
    out->products[i] = bt_lanes_sum(&lanes->products[i]);
  for (size_t i = 0; i < out->n; i++) out->with_value[i] = bt_lanes_sum(&lanes->with_value[i]);
}

void bt_regression_join(bt_regression *sum, const bt_regression *later)
{
  for (size_t i = 0; i < n_products(sum->n); i++) sum->products[i] += later->products[i];
  for (size_t i = 0; i < sum->n; i++) sum->with_value[i] += later->with_value[i];
}

bt_status bt_regression_solve(double *coefficients, const bt_regression *sum, size_t n,
                              bt_error *err)
{
  double a[BT_REGRESSION_MOST * BT_REGRESSION_MOST] = {0}, b[BT_REGRESSION_MOST] = {0};
  double scale[BT_REGRESSION_MOST];
  for (size_t j = 0; j < n; j++) {
    const double squares = sum->products[n_products(j) + j];
    scale[j] = squares > 0 ? 1 / sqrt(squares) : 0;
    b[j] = sum->with_value[j] * scale[j];
    for (size_t k = 0; k <= j; k++)
      a[j * n + k] = a[k * n + j] = sum->products[n_products(j) + k] * scale[j] * scale[k];
  }
  bt_status status = bt_solve_symmetric(coefficients, a, b, n, cutoff, err);
  for (size_t j = 0; j < n && status == BT_OK; j++) coefficients[j] *= scale[j];
  return status;
}
