#include "core/montecarlo/american.h"

#include <math.h>

static bt_status check_sizes(const bt_american *job, bt_error *err)
{
  if (job->n_dates < 1 || job->n_dates > BT_AMERICAN_DATES_MOST)
    return bt_fail(err, BT_ERR_USAGE, "%zu exercise dates: 1 to %d are possible", job->n_dates,
                   BT_AMERICAN_DATES_MOST);
  if (job->degree < 1 || job->degree > BT_AMERICAN_DEGREE_MOST)
    return bt_fail(err, BT_ERR_USAGE, "regression of degree %zu: 1 to %d are possible", job->degree,
                   BT_AMERICAN_DEGREE_MOST);
  if (job->n_paths < 2)
    return bt_fail(err, BT_ERR_USAGE, "%zu paths: at least 2 are needed for a standard error",
                   job->n_paths);
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
  return check_sizes(job, err);
}

bool bt_american_is_certain(double *price, const bt_american *job)
{
  const bt_vanilla *o = &job->option;
  if (o->vol > 0 && o->expiry > 0) return false;
  double best = 0;
  for (size_t date = 1; date <= job->n_dates; date++) {
    const double years = o->expiry * ((double)date / (double)job->n_dates);
    const double then = o->spot * exp((o->rate - o->dividend) * years);
    const double paid = exp(-o->rate * years) * bt_payoff(o->type, then, o->strike);
    if (paid > best) best = paid;
  }
  *price = best;
  return true;
}
