/* The slow stochastic oscillator: where the close lies between the lowest low (0) and the highest
 * high (100) of the last `fast_k` bars; %K is the mean of that over `slow_k` bars, %D the mean of
 * %K over `slow_d`, both plain means as TA-Lib's default has them. %K begins on bar fast_k + slow_k
 * - 2 (TA-Lib waits for %D), %D slow_d - 1 bars later. A bar whose highest high is its lowest low
 * has no place in between: it is undefined, and so are the means that contain it, where TA-Lib
 * takes 0. */
#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/window_means.h"

enum { FAST_K, SLOW_K, SLOW_D };

static void fill_place(double *restrict out, const bt_series *series, const double *highest,
                       const double *lowest)
{
  const double *close = series->close;
  for (size_t t = 0; t < series->n_bars; t++) {
    double range = highest[t] - lowest[t]; /* the close may lie a rounding beside both */
    out[t] = range > 0 ? 100 * ((close[t] - lowest[t]) / range) : (double)NAN;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request tops = {"highest", &params[FAST_K], 1, 0};
  const bt_indicator_request bottoms = {"lowest", &params[FAST_K], 1, 0};
  const double *highest = NULL, *lowest = NULL;
  bt_status status = bt_indicator_get(&highest, input->others, &tops, err);
  if (!status) status = bt_indicator_get(&lowest, input->others, &bottoms, err);
  if (status) return status;
  size_t n = input->series->n_bars;
  double *place = outputs[BT_D]; /* until %K is made of it */
  fill_place(place, input->series, highest, lowest);
  status = bt_indicator__window_means(outputs[BT_K], place, n, (size_t)params[SLOW_K], err);
  if (status) return status;
  return bt_indicator__window_means(outputs[BT_D], outputs[BT_K], n, (size_t)params[SLOW_D], err);
}

static size_t first_bar(const double *values, size_t output)
{
  size_t first_k = (size_t)(values[FAST_K] + values[SLOW_K]) - 2;
  return output == BT_K ? first_k : first_k + (size_t)values[SLOW_D] - 1;
}

static const bt_param params[] = {
    {.name = "fast_k", .preset = 14, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow_k", .preset = 3, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow_d", .preset = 3, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"k", "d"};

extern const bt_indicator bt_indicator_stochastic;
const bt_indicator bt_indicator_stochastic = {
    .name = "stochastic",
    .summary =
        "slow stochastic: 100 (close - lowest low) / (highest high - lowest low) of fast_k bars: k "
        "its mean over slow_k, d that of k over slow_d; undefined where both are equal",
    .source = "Lane; TA-Lib STOCH (default: plain means)",
    .params = params,
    .n_params = 3,
    .outputs = outputs,
    .n_outputs = 2,
    .first_bar = first_bar,
    .compute = compute};
