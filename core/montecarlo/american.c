#include "core/montecarlo/american.h"

#include <math.h>

#include "core/montecarlo/option_terms.h"

static const double growth_most = 5; /* of a logarithm */

static bt_status check_sizes(const bt_american *job, bt_error *err)
{
  if (job->n_dates < 1 || job->n_dates > BT_AMERICAN_DATES_MOST)
    return bt_fail(err, BT_ERR_USAGE, "%zu exercise dates: 1 to %d are possible", job->n_dates,
                   BT_AMERICAN_DATES_MOST);
  if (job->degree < 1 || job->degree > BT_AMERICAN_DEGREE_MOST)
    return bt_fail(err, BT_ERR_USAGE, "regression of degree %zu: 1 to %d are possible", job->degree,
                   BT_AMERICAN_DEGREE_MOST);
  if (job->n_paths < BT_AMERICAN_PATHS_LEAST)
    return bt_fail(err, BT_ERR_USAGE, "%zu paths: an American option needs at least %d",
                   job->n_paths, BT_AMERICAN_PATHS_LEAST);
  if (job->n_bound_paths == 1)
    return bt_fail(err, BT_ERR_USAGE, "1 path for the bound: none, or at least 2");
  return BT_OK;
}

bt_status bt_american_check(const bt_american *job, bt_error *err)
{
  const bt_vanilla *o = &job->option;
  if (!(o->spot > 0 && o->strike > 0 && isfinite(o->spot) && isfinite(o->strike)))
    return bt_fail(err, BT_ERR_USAGE, "spot %g and strike %g: both must be above 0", o->spot,
                   o->strike);
  if (!(o->vol >= 0 && o->expiry >= 0 && isfinite(o->vol) && isfinite(o->expiry)))
    return bt_fail(err, BT_ERR_USAGE, "vol %g and expiry %g: neither may be negative", o->vol,
                   o->expiry);
  if (!isfinite(o->rate) || !isfinite(o->dividend))
    return bt_fail(err, BT_ERR_USAGE, "rate %g and dividend %g: both must be numbers", o->rate,
                   o->dividend);
  const double least = o->rate < o->dividend ? o->rate : o->dividend;
  if (least * o->expiry < -growth_most)
    return bt_fail(
        err, BT_ERR_DATA,
        "--rate %g, --dividend %g: over %g years an American option has a price by paths "
        "down to %g",
        o->rate, o->dividend, o->expiry, -growth_most / o->expiry);
  return check_sizes(job, err);
}

bool bt_american_is_certain(double *price, const bt_american *job)
{
  const bt_option_terms terms = {
      .style = BT_AMERICAN, .option = job->option, .n_steps = job->n_dates};
  if (!bt_option_is_certain(&terms)) return false;
  *price = bt_option_certain_price(&terms);
  return true;
}
