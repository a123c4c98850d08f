#include "runners/montecarlo/simulation_moments.h"

#include <math.h>

static const char *const quantile_names[BT_QUANTILE_COUNT] = {"p01", "p05", "p25", "p50",
                                                              "p75", "p95", "p99"};

static void put(bt_moment_row **at, const char *name, double value, double std_error, double exact)
{
  if (isnan(value)) return;
  *(*at)++ = (bt_moment_row){name, {value, std_error}, exact};
}

static void put_shapes(bt_moment_row **at, const bt_simulation_result *r)
{
  const double none = (double)NAN;
  const bt_shape *price = &r->price, *logs = &r->log_return;
  const bt_exact *e = &r->exact;
  const bool apart = !r->antithetic; /* samples are independent */
  put(at, "mean", price->mean, r->std_error, e->mean);
  put(at, "std", bt_shape_std(price), apart ? bt_shape_std_std_error(price) : none, e->std);
  put(at, "skew", bt_shape_skew(price), none, e->skew);
  put(at, "kurtosis", bt_shape_kurtosis(price), none, e->kurtosis);
  put(at, "log_mean", logs->mean, apart ? bt_shape_std_error(logs) : none, e->log_mean);
  put(at, "log_std", bt_shape_std(logs), apart ? bt_shape_std_std_error(logs) : none, e->log_std);
  put(at, "log_skew", bt_shape_skew(logs), none, e->log_skew);
  put(at, "log_kurtosis", bt_shape_kurtosis(logs), none, e->log_kurtosis);
}

size_t bt_simulation_moments(bt_moment_row out[BT_SIMULATION_MOMENTS_MOST],
                             const bt_simulation_result *r)
{
  const double none = (double)NAN;
  bt_moment_row *at = out;
  put_shapes(&at, r);
  if (r->price.n > 1) {
    put(&at, "lowest", r->price.lowest, none, none);
    put(&at, "highest", r->price.highest, none, none);
  }
  for (size_t i = 0; i < BT_QUANTILE_COUNT; i++)
    put(&at, quantile_names[i], r->quantile[i], none, none);
  put(&at, "path_lowest", r->path_lowest, none, none);
  put(&at, "path_highest", r->path_highest, none, none);
  return (size_t)(at - out);
}

bool bt_simulation_is_out_of_reach(const bt_simulation_result *r)
{
  return r->exact.relative_std > sqrt(r->price.n);
}

double bt_simulation_z_score(const bt_simulation_result *r)
{
  if (!(r->std_error > 0) || bt_simulation_is_out_of_reach(r)) return (double)NAN;
  return (r->price.mean - r->exact.mean) / r->std_error;
}
