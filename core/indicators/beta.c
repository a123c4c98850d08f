/* Beta: slope of the least-squares line of the ticker's last `period` returns, close[t] /
 * close[t-1] - 1, on the benchmark's from the same bar to the same bar (bt_series.benchmark). NaN
 * where one of them has no return in the window, or the benchmark the same on all its bars but for
 * rounding (0 / 0). First value on bar
 * `period`. */
#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/window_moments.h"

static void divide(double *restrict product, const double *restrict squares, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    double y = squares[2 * i + 1];
    product[i] = bt_indicator__has_moved(y) ? product[i] / y : (double)NAN;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  const bt_two_series both = {outputs[0], s->benchmark, s->n_bars};
  bt_indicator__fill_returns(both.x, s->close, s->n_bars);
  return bt_indicator__products(&both, (size_t)params[0], divide, err);
}

static const bt_param params[] = {
    {.name = "period", .preset = 60, .least = 2, .most = 1e6, .whole = 1, .meaning = "returns"}};
static const char *const outputs[] = {"beta"};

extern const bt_indicator bt_indicator_beta;
const bt_indicator bt_indicator_beta = {
    .name = "beta",
    .summary = "slope of the last `period` returns on the benchmark's between the same bars",
    .source = "TA-Lib BETA(benchmark, ticker), but from deviations",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_changes,
    .needs_benchmark = true,
    .compute = compute};
