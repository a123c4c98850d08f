#include "cli/simulate_warnings.h"

#include <math.h>
#include <stdio.h>

#include "cli/text.h"
#include "runners/montecarlo/simulation_moments.h"

/* A long-run volatility that is so much more than the history's is no estimate. */
static const double far_above = 2;

/* Of garch: the volatility a year that it returns to, where it is far above that of the history. */
static double runaway_vol(const bt_simulate_options *options)
{
  const bt_model *model = &options->simulation.paths.model;
  if (!options->history.symbol || model->kind != BT_MODEL_GARCH) return (double)NAN;
  double vol = sqrt(BT_MODEL_DAYS * bt_model_garch_long_run(model));
  return vol > far_above * options->history.fit.sample_vol ? vol : (double)NAN;
}

size_t bt_simulate_warnings(char out[BT_SIMULATE_WARNINGS_MOST][BT_SIMULATE_WARNING_SIZE],
                            const bt_simulate_options *options, const bt_simulation_result *result)
{
  char paths[BT_TEXT_SIZE];
  size_t n = 0;
  const double vol = runaway_vol(options);
  if (result->may_drift)
    (void)snprintf(out[n++], BT_SIMULATE_WARNING_SIZE,
                   "no martingale correction at so few steps: the mean may be off by more than its "
                   "standard error; give more --steps");
  if (isinf(result->exact.relative_std))
    (void)snprintf(out[n++], BT_SIMULATE_WARNING_SIZE,
                   "the variance of the price is infinite, or beyond what a number holds: standard "
                   "errors of its mean and deviation mean nothing");
  else if (bt_simulation_is_out_of_reach(result))
    (void)snprintf(
        out[n++], BT_SIMULATE_WARNING_SIZE,
        "the standard deviation is %.2g times the mean in closed form: %s cannot estimate "
        "the mean, nor its standard error",
        result->exact.relative_std, bt_text_counted(paths, options->simulation.n_paths, "path"));
  if (!isnan(vol))
    (void)snprintf(out[n++], BT_SIMULATE_WARNING_SIZE,
                   "the variance returns to a volatility of %.3g a year, and the history had %.3g: "
                   "over long times the expected price hardly means anything",
                   vol, options->history.fit.sample_vol);
  return n;
}
